// Many more connections at once than Bun lets wait: nobody may be left with a connection that says nothing.
import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { deepenBacklogs } from '../src/backlog.ts'
import { openLog } from '../src/log.ts'
import { head, serve } from './http/serve.ts'
import { openDoor } from './smtp/door.ts'

const many = 1500

/** Connects all at once, and answers how many have neither heard a byte nor been closed when only `rest` are left, or after ten seconds. */
async function silent(port: number, said: string, rest = 0): Promise<number> {
  const settled = new Set<number>()
  const all = Promise.withResolvers<void>()
  const sockets = Array.from({ length: many }, (_, n) => {
    const settle = (): void => {
      settled.add(n)
      if (settled.size >= many - rest) all.resolve()
    }
    const from = { localAddress: `127.0.2.${1 + (n % 100)}` }
    const socket = connect({ port, host: '127.0.0.1', ...from }, () => socket.write(said))
    return socket
      .on('error', () => {})
      .on('data', settle)
      .on('close', settle)
  })
  await Promise.race([all.promise, Bun.sleep(10_000)])
  for (const socket of sockets) socket.destroy()
  return many - settled.size
}

test(`of ${many} who connect to SMTP at once each hears a greeting or a refusal, or is closed`, async () => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: '100' }, { strangers: true })
  expect(await silent(door.port, '')).toBe(0)
})

test(`of ${many} who connect at once to HTTP that strangers reach, each beyond the limit is told so unasked`, async () => {
  await using server = await serve({ MAYFLY_HTTP_LISTEN: '0.0.0.0:0', MAYFLY_HTTP_MAX_CONNECTIONS: '1' })
  expect(await silent(server.port, '', 1)).toBe(1)
})

test.each(['127.0.0.1:0', '0.0.0.0:0'])(`${many} who ask at once over HTTP at %s are all answered`, async (listen) => {
  await using server = await serve({ MAYFLY_HTTP_LISTEN: listen })
  expect(await silent(server.port, head('GET', '/healthz', { Host: 'localhost' }))).toBe(0)
})

test('deepening touches no file and no connection', async () => {
  const lines: string[] = []
  const log = openLog({ level: 'info', format: 'json', to: { write: (line) => void lines.push(line) } })
  await using server = await serve()
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  await new Promise((resolve) => socket.once('connect', resolve))
  await deepenBacklogs(log)
  const heard = new Promise((resolve) => socket.once('data', (bytes) => resolve(bytes.toString('latin1'))))
  socket.write(head('GET', '/healthz', { Host: 'localhost', Connection: 'close' }))
  expect(await heard).toStartWith('HTTP/1.1 200')
  expect(lines).toEqual([])
})
