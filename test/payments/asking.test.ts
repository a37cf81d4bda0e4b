// Calls of services: what is said where there is no answer. Their bounds are in the tests of both rails.
import { expect, test } from 'bun:test'
import { selfSigned } from '../../src/certificate.ts'
import { ask, isWebAddress } from '../../src/payments/asking.ts'
import { temporaryDirectory } from '../core.ts'

const bounds = { milliseconds: 5000, bytes: 1000 }

test('a service whose certificate nobody vouches for is not told anything', async () => {
  using directory = temporaryDirectory()
  const { cert, key } = await selfSigned(directory.path, 'localhost', Date.now())
  let asked = 0
  const server = Bun.serve({ port: 0, tls: { cert, key }, fetch: () => new Response(String(++asked)) })
  const answer = ask(`https://localhost:${server.port}/`, {}, bounds)
  await expect(answer).rejects.toThrow('its certificate is not valid here')
  expect(asked).toBe(0)
  await server.stop(true)
})

test('who stops asking stops at once', async () => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const server = Bun.serve({
    port: 0,
    fetch: () => {
      reach()
      return new Promise<Response>(() => {})
    },
  })
  const stopping = new AbortController()
  const answer = ask(server.url.href, { signal: stopping.signal }, bounds)
  await reached
  stopping.abort()
  await expect(answer).rejects.toThrow('the connection failed')
  await expect(ask(server.url.href, { signal: stopping.signal }, bounds)).rejects.toThrow('the connection failed')
  await server.stop(true)
})

test('a browser is sent to web addresses alone', () => {
  expect(['https://a.example/x#y', 'http://127.0.0.1:1'].map(isWebAddress)).toEqual([true, true])
  for (const text of ['javascript:alert(1)', 'data:text/html,x', '//a.example', '/app', '', 'https://']) {
    expect([text, isWebAddress(text)]).toEqual([text, false])
  }
})
