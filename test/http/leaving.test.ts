// Clients that leave before their answer has begun give back what they held.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { deliver } from '../core.ts'
import { head, type Serving, serve, until } from './serve.ts'

/** Asks, and is gone before an answer can be there. */
function askAndLeave(server: Serving, path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1', () => {
      socket.write(head('GET', path, { Host: 'localhost', 'X-Forwarded-For': '203.0.113.7' }), () => socket.destroy())
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

const behindProxy = {
  MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
  MAYFLY_HTTP_MAX_STREAMS_PER_ADDRESS: '5',
  MAYFLY_HTTP_MAX_WAITS_PER_ADDRESS: '5',
  MAYFLY_HTTP_MAX_DOWNLOADS_PER_ADDRESS: '5',
}
const client = { 'x-forwarded-for': '203.0.113.7' }
const box = '/mayfly/v1/mailboxes/x@mayfly.test'

test('a stream or a wait whose reader left before it began holds no place', async () => {
  await using server = await serve(behindProxy)
  for (let n = 0; n < 40; n++) {
    await askAndLeave(server, `${box}/events`)
    await askAndLeave(server, `${box}/wait?timeout=100`)
  }
  await until(() => server.core.streams.count === 0 && server.core.waits.count === 0)
  for (let n = 0; n < 5; n++) {
    const { status, body } = await fetch(`${server.url}${box}/events`, { headers: client })
    expect(status).toBe(200)
    await body?.cancel()
  }
})

/** A mail whose attachment is larger than what lies in sockets on its way. Answers the attachment's path. */
async function largeAttachment({ core }: Serving): Promise<string> {
  const body = `${'QUJD'.repeat(18)}\r\n`.repeat(lines)
  const head =
    'Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n'
  const [id = ''] = await deliver(core, 'x@mayfly.test', `${head}\r\n${body}`)
  return `/mayfly/v1/messages/${id}/attachments/0`
}
const lines = 300_000

/** Asks, takes the first bytes and no more. */
function askAndStop(server: Serving, path: string): Promise<{ heard: string; socket: net.Socket }> {
  return new Promise((resolve) => {
    const socket = net.connect(server.port, '127.0.0.1', () => {
      socket.write(head('GET', path, { Host: 'localhost', 'X-Forwarded-For': '203.0.113.7' }))
    })
    socket.on('error', () => {})
    socket.once('readable', () => resolve({ heard: String(socket.read(64)), socket }))
  })
}

test('a download whose reader leaves while it is made ready, or half-way, holds neither memory nor a place', async () => {
  await using server = await serve(behindProxy)
  const path = await largeAttachment(server)
  for (let n = 0; n < 8; n++) await askAndLeave(server, path)
  // A line of the log for each that was answered.
  await until(() => server.logged.length === 8 && server.core.outgoing.held === 0)
  const reading = []
  for (let n = 0; n < 5; n++) reading.push(await askAndStop(server, path))
  for (const { heard } of reading) expect(heard).toStartWith('HTTP/1.1 200 ')
  const sixth = await askAndStop(server, path)
  expect(sixth.heard).toStartWith('HTTP/1.1 429 ')
  // All of them read one attachment: it is held once.
  expect(server.core.outgoing.held).toBe(lines * 54)
  for (const { socket } of [...reading, sixth]) socket.destroy()
  await until(() => server.core.outgoing.held === 0)
  const response = await fetch(server.url + path, { headers: client })
  expect((await response.arrayBuffer()).byteLength).toBe(lines * 54)
  expect((await server.call('HEAD', path)).status).toBe(200)
  await until(() => server.core.outgoing.held === 0)
})
