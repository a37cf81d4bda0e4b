// WebSockets as the server holds them.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { type Conversation, type Socket, webSockets } from '../../src/http/conversation.ts'

test('who does not read what is said to him is dropped at the bound, which is told once', async () => {
  const began = Promise.withResolvers<Socket>()
  const ended = Promise.withResolvers<void>()
  const data: Conversation = { began: began.resolve, heard: () => {}, ended: ended.resolve }
  let dropped = 0
  const server = Bun.serve<Conversation>({
    hostname: '127.0.0.1',
    port: 0,
    websocket: webSockets(65_536, () => dropped++),
    fetch: (request, listener) => {
      listener.upgrade(request, { data })
      return undefined
    },
  })
  const client = net.connect(server.port ?? 0, '127.0.0.1')
  client.pause()
  client.write(
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  const socket = await began.promise
  let isOver = false
  void ended.promise.then(() => {
    isOver = true
  })
  const text = 'x'.repeat(100_000)
  let sent = 0
  // More than the system keeps for both sides.
  for (; sent < 1000 && !isOver; sent++) {
    socket.send(text)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(isOver).toBe(true)
  expect(sent).toBeLessThan(1000)
  expect(dropped).toBe(1)
  client.destroy()
  await server.stop(true)
})
