// What pages of other origins may do: anything with a credential, nothing without.
import { expect, test } from 'bun:test'
import { head, type Serving, serve, talk } from './serve.ts'

const mailboxes = '/mayfly/v1/mailboxes'
const evil = 'https://evil.example'

const preflight = ({ call }: Serving, headers: string, origin = evil, path = mailboxes) =>
  call('OPTIONS', path, {
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
  })

test('a preflight for a call with a credential is answered to any origin', async () => {
  await using server = await serve()
  for (const asked of ['authorization', 'content-type,x-api-key', 'Authorization, Content-Type']) {
    const { status, headers, body } = await preflight(server, asked)
    expect(status).toBe(204)
    expect(body).toBe('')
    expect(headers.get('access-control-allow-origin')).toBe(evil)
    expect(headers.get('access-control-allow-methods')).toContain('PATCH')
    for (const name of [
      'Authorization',
      'X-API-Key',
      'Content-Type',
      'Idempotency-Key',
      'Last-Event-ID',
      'X-Mailbox-Tokens',
    ]) {
      expect(headers.get('access-control-allow-headers')).toContain(name)
    }
    expect(headers.get('access-control-allow-credentials')).toBeNull()
  }
})

test('a preflight for a call without one is refused to a foreign origin', async () => {
  await using server = await serve()
  const { status, headers, reason } = await preflight(server, 'content-type')
  expect(status).toBe(403)
  expect(reason).toBe('origin-refused')
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect((await preflight(server, 'x-mailbox-tokens')).status).toBe(403)
  expect((await preflight(server, 'x-mailbox-tokens', evil, '/mayfly/v1/events')).status).toBe(204)
})

test('a keyed call of any origin can be read, with its request id and limits', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const { status, headers } = await server.call('GET', `${mailboxes}/${address}`, { token, headers: { origin: evil } })
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe(evil)
  expect(headers.get('vary')).toContain('Origin')
  for (const name of ['X-Request-Id', 'Retry-After', 'X-RateLimit-Limit']) {
    expect(headers.get('access-control-expose-headers')).toContain(name)
  }
})

test('a keyed call can be read also where it is refused', async () => {
  await using server = await serve()
  const { status, headers } = await server.call('GET', mailboxes, { token: 'wrong', headers: { origin: evil } })
  expect(status).toBe(401)
  expect(headers.get('access-control-allow-origin')).toBe(evil)
})

test('a keyless GET of a foreign origin cannot be read by the page', async () => {
  await using server = await serve()
  const { status, headers } = await server.call('GET', `${mailboxes}/x@mayfly.test`, { headers: { origin: evil } })
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBeNull()
})

test.each(['POST', 'PATCH', 'DELETE', 'PUT'])('a keyless %s of a foreign origin changes nothing', async (method) => {
  await using server = await serve()
  for (const origin of [evil, 'null', 'http://127.0.0.1:1', 'file://']) {
    const { status, body } = await server.call(method, mailboxes, { headers: { origin, authorization: 'Bearer ' } })
    expect(status).toBe(403)
    expect(body).toContain('origin-refused')
  }
  expect(server.core.told).toEqual([])
})

test("our own pages, public_url's and those of cors_origins may call without a credential", async () => {
  await using server = await serve({
    MAYFLY_HTTP_CORS_ORIGINS: 'https://tests.example',
    MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example',
  })
  for (const origin of [
    server.url,
    server.url.replace('http:', 'https:'),
    'https://mail.example',
    'https://tests.example',
  ]) {
    const { status, headers } = await server.call('POST', mailboxes, { headers: { origin } })
    expect(status).toBe(201)
    expect(headers.get('access-control-allow-origin')).toBe(origin)
    expect((await preflight(server, 'content-type', origin)).status).toBe(204)
  }
  expect((await server.call('POST', mailboxes, { headers: { origin: 'https://x.tests.example' } })).status).toBe(403)
})

test('a page that had its name point here is refused, since its Host is foreign though its origin is the same', async () => {
  await using server = await serve()
  const headers = { Host: 'evil.example', Origin: 'http://evil.example', 'Content-Length': '0' }
  expect(await talk(server.port, head('POST', mailboxes, headers))).toStartWith('HTTP/1.1 421 ')
  const asking = {
    ...headers,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'content-type',
  }
  expect(await talk(server.port, head('OPTIONS', mailboxes, asking))).toStartWith('HTTP/1.1 421 ')
})
