// Clients that close their side when they have asked, and those that ask again before they have an answer.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { head, type Serving, serve, until } from './serve.ts'

const gated = { MAYFLY_HTTP_LISTEN: '0.0.0.0:0' }
const get = (path: string): string => head('GET', path, { Host: 'localhost' })
const wait = '/mayfly/v1/mailboxes/nobody@mayfly.test/wait?timeout=120'

/** Says this, closes its side if it is told to, and answers all that came until the server closed its own. */
function ask({ port }: Serving, said: string, { half }: { half: boolean }): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    let heard = ''
    socket.on('data', (bytes) => (heard += bytes.toString('latin1')))
    socket.on('error', () => {})
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(heard))
    if (half) socket.end(said)
    else socket.write(said)
  })
}

test('who closes his side at once gets his whole answer through the gate', async () => {
  await using server = await serve(gated)
  const id = await server.mail('a@mayfly.test', {}, `${'x'.repeat(70)}\r\n`.repeat(100_000))
  const [list, raw] = await Promise.all(
    ['/mayfly/v1/mailboxes/a@mayfly.test/messages', `/mayfly/v1/messages/${id}/raw`].map((path) =>
      ask(server, get(path), { half: true }),
    ),
  )
  expect(list).toContain(id)
  expect(raw?.length).toBeGreaterThan(7_200_000)
  expect(raw?.slice(-10)).toBe('x\r\n\r\n0\r\n\r\n')
})

test('who left before a long wait has ended keeps neither his wait nor his connection', async () => {
  await using server = await serve(gated)
  const leaving = ask(server, get(wait), { half: true })
  await until(() => server.core.waits.count === 1)
  expect(await leaving).toBe('')
  expect(server.core.waits.count).toBe(0)
  expect((await server.core.metrics.httpConnections.get()).values[0]?.value).toBe(0)
})

test('who has his answer and closes his side is let go at once', async () => {
  await using server = await serve(gated)
  const socket = net.connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('end', () => socket.end())
  await new Promise((resolve) => {
    socket.once('data', resolve)
    socket.write(get('/healthz'))
  })
  const began = performance.now()
  socket.end()
  await new Promise((resolve) => socket.once('close', resolve))
  // Not after the two seconds that an answer may stay away.
  expect(performance.now() - began).toBeLessThan(1900)
})

// Bun drops a request whose connection says more before its answer has begun, and closes the connection.
test.each(['127.0.0.1:0', '0.0.0.0:0'])(
  'who asks again behind a wait at %s has his connection closed and is not left waiting',
  async (listen) => {
    await using server = await serve({ MAYFLY_HTTP_LISTEN: listen })
    expect(await ask(server, get(wait) + get('/healthz'), { half: false })).toBe('')
    await until(() => server.core.waits.count === 0)
  },
)
