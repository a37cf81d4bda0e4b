// Promise 9: nothing sent before STARTTLS is obeyed after it.
import { expect, test } from 'bun:test'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { openDoor } from '../smtp/door.ts'
import { greeted, type Talk } from '../smtp/talk.ts'
import { figures, size } from './promise.ts'

const trials = size(60, 1000)
const atOnce = 20
const injected = 'EHLO evil.example\r\nMAIL FROM:<evil@b.test>\r\nRCPT TO:<box@mayfly.test>\r\nDATA\r\nevil\r\n.\r\n'

// What somebody on the way does with the client's STARTTLS, and with the first bytes of its handshake after it.
const ways = ['in its segment', 'split', 'later', 'before the hello', 'after the hello', 'the begin of a line'] as const
type Way = (typeof ways)[number]

/** What comes in the segment of STARTTLS is thrown away, and the connection goes on. */
const goesOn: readonly Way[] = ['in its segment', 'the begin of a line']

// Each reply is to its own command, the first to the first, and nothing has been begun.
const first = [
  ['DATA', '503'],
  ['NOOP', '250 2.0.0'],
  ['EHLO client.example', '250-mx.example.test'],
  ['RCPT TO:<box@mayfly.test>', '503'],
] as const

/** Somebody between client and server who adds commands of his own. */
async function attacker(port: number, way: Way, delay: number): Promise<{ port: number; server: Server }> {
  const server = createServer((client) => {
    const up = connect(port, '127.0.0.1')
    for (const socket of [client, up]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
    }
    up.on('data', (bytes) => client.write(bytes))
    up.on('close', () => client.destroy())
    client.on('close', () => up.destroy())
    let asked = false
    let greeted = false
    client.on('data', (bytes: Buffer) => {
      if (asked && !greeted) {
        greeted = true
        if (way === 'before the hello') up.write(Buffer.concat([Buffer.from(injected), bytes]))
        else if (way === 'after the hello') up.write(Buffer.concat([bytes, Buffer.from(injected)]))
        else up.write(bytes)
        return
      }
      if (bytes.toString('latin1').startsWith('STARTTLS')) {
        asked = true
        tamper(up, bytes, way, delay)
      } else up.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  return { port: bound !== null && typeof bound === 'object' ? bound.port : 0, server }
}

function tamper(up: Socket, command: Buffer, way: Way, delay: number): void {
  if (way === 'in its segment') up.write(Buffer.concat([command, Buffer.from(injected)]))
  else if (way === 'the begin of a line') up.write(Buffer.concat([command, Buffer.from('NOOP evil')]))
  else if (way === 'split') {
    up.write(Buffer.concat([command, Buffer.from(injected.slice(0, 20))]))
    setTimeout(() => up.write(injected.slice(20)), delay)
  } else {
    up.write(command)
    if (way === 'later') setTimeout(() => up.write(injected), delay)
  }
}

/** Answers whether there was a connection with TLS in the end. */
async function upgraded(client: Talk): Promise<boolean> {
  client.send('STARTTLS\r\n')
  const heard = await client.hear()
  if (heard === '') return false
  expect(heard).toStartWith('220')
  return Promise.race([client.secure().then(() => true), Bun.sleep(3000).then(() => false)]).catch(() => false)
}

test(`promise 9: nothing sent before STARTTLS is obeyed after it, in ${trials} trials with delays of 0 to 50 ms`, async () => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '5' })
  const secured = new Map<Way, number>(ways.map((way) => [way, 0]))
  const trial = async (n: number): Promise<void> => {
    const way = ways[n % ways.length] ?? 'later'
    const between = await attacker(door.port, way, Math.floor(n / ways.length) % 51)
    const client = await greeted(between.port)
    if (await upgraded(client)) {
      secured.set(way, (secured.get(way) ?? 0) + 1)
      for (const [line, reply] of first) {
        const heard = await client.ask(line)
        // Plain text among its records breaks TLS, sooner or later.
        if (heard === '' && !goesOn.includes(way)) break
        expect(heard).toStartWith(reply)
      }
    }
    client.hangUp()
    between.server.close()
  }
  for (let from = 0; from < trials; from += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, trials - from) }, (_, n) => trial(from + n)))
  }
  expect(door.stored()).toEqual([])
  for (const way of goesOn) {
    expect(secured.get(way)).toBe(
      Array.from({ length: trials }, (_, n) => ways[n % ways.length]).filter((one) => one === way).length,
    )
  }
  const reached = [...secured.values()].reduce((sum, one) => sum + one, 0)
  figures(`${trials} trials in ${ways.length} ways, ${reached} reached TLS, no injected command was obeyed`)
}, 600_000)
