// Promise 13, over HTTP: limits per address are exact, also behind proxies, and nobody forges his way past them.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { at, head, type Serving, serve, talk, until } from '../http/serve.ts'
import { figures, size } from './promise.ts'

const limit = size(5, 20)
const over = size(15, 80)
const clients = size(6, 40)

const path = '/mayfly/v1/mailboxes/box@mayfly.test'
const trusting = {
  MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8,2001:db8:ffff::/48',
  MAYFLY_HTTP_MAX_WAITS_PER_ADDRESS: String(limit),
  MAYFLY_HTTP_MAX_STREAMS_PER_ADDRESS: String(limit),
  MAYFLY_HTTP_METRICS_NETWORKS: '127.0.0.1',
}

/** Somebody who asks for a wait or a stream on a connection of his own. `isRefused`: he was told 429. */
class Holder {
  private heard = ''
  private readonly socket: net.Socket

  constructor({ port }: Serving, what: 'wait' | 'events', forwardedFor: string) {
    const query = what === 'wait' ? '?timeout=120' : ''
    this.socket = net.connect(port, '127.0.0.1', () => {
      this.socket.write(head('GET', `${path}/${what}${query}`, { Host: 'localhost', 'X-Forwarded-For': forwardedFor }))
    })
    this.socket.on('data', (bytes) => (this.heard += bytes.toString('latin1')))
    this.socket.on('error', () => {})
  }

  get isRefused(): boolean {
    return this.heard.startsWith('HTTP/1.1 429 ')
  }

  leave(): void {
    this.socket.destroy()
  }
}

/** Answers when the server has answered or holds each of them, beside so many who were there before. */
async function settled(server: Serving, what: 'wait' | 'events', holders: Holder[], before = 0): Promise<void> {
  const refused = (): number => holders.filter(({ isRefused }) => isRefused).length
  await until(() => refused() + countOf(server, what) === holders.length + before)
}

const countOf = ({ core }: Serving, what: 'wait' | 'events'): number =>
  what === 'wait' ? core.waits.count : core.streams.count

/** Each client under a name of his own, in some of the ways in which one address can be written. */
function namesOf(client: number): string[] {
  if (client % 2 === 0) {
    const address = `203.0.113.${client + 1}`
    return [address, `::ffff:${address}`, `${address}:4711`, `  ${address} `, `198.51.100.9, ${address}, 10.9.8.7`]
  }
  const network = `2001:db8:${client.toString(16)}:7`
  return [
    `${network}::1`,
    `${network.toUpperCase()}:0:0:0:2`,
    `[${network}::3]:4711`,
    `${network}:ffff:ffff:ffff:ffff`,
    `10.1.1.1, ${network}::4, 2001:db8:ffff::1, 10.0.0.3`,
  ]
}

test.each(['wait', 'events'] as const)(
  `promise 13: ${clients} clients behind a proxy get exactly their limit of %s at once, and a place again when one leaves`,
  async (what) => {
    await using server = await serve(trusting)
    const asked = Array.from({ length: clients }, (_, client) => {
      const names = namesOf(client)
      return Array.from({ length: limit + over }, (_, n) => new Holder(server, what, names[n % names.length] ?? ''))
    })
    await settled(server, what, asked.flat())
    for (const holders of asked) expect(holders.filter(({ isRefused }) => isRefused).length).toBe(over)
    expect(countOf(server, what)).toBe(clients * limit)

    for (const holders of asked) {
      for (const one of holders.filter(({ isRefused }) => !isRefused).slice(0, 2)) one.leave()
    }
    const stayed = clients * (limit - 2)
    await until(() => countOf(server, what) === stayed)
    const again = Array.from({ length: clients }, (_, client) =>
      namesOf(client).map((name) => new Holder(server, what, name)),
    )
    await settled(server, what, again.flat(), stayed)
    for (const holders of again) expect(holders.filter(({ isRefused }) => isRefused).length).toBe(holders.length - 2)
    for (const one of [...asked.flat(), ...again.flat()]) one.leave()
    await until(() => countOf(server, what) === 0)
    figures(`${clients} clients, ${limit + over} ${what} each at once: ${limit} held, ${over} refused`)
  },
  120_000,
)

/** The client that the log names for a request with these lines. */
async function namedFor(server: Serving, lines: string, from = '127.0.0.1'): Promise<unknown> {
  const before = server.logged.length
  const request = head('GET', '/mayfly/v1/nowhere', { Host: 'localhost', Connection: 'close' }).replace(
    /\r\n$/,
    `${lines}\r\n`,
  )
  await talk(server.port, request, () => false, from)
  return at(JSON.parse(server.logged[before] ?? '{}'), 'client')
}

const forged = [
  '127.0.0.1',
  '::1',
  '10.0.0.1',
  'unknown',
  '"; DROP',
  'x'.repeat(5000),
  '127.0.0.1, '.repeat(400),
  ',,,,,,',
  '203.0.113.99',
  '_hidden, for=1.2.3.4',
  '[::1',
  '0x7f000001',
  '127.1',
]

test('promise 13: what a client writes into X-Forwarded-For moves neither the limits nor the log', async () => {
  await using server = await serve({ ...trusting, MAYFLY_HTTP_LISTEN: '127.0.0.1:0' })
  for (const one of forged) {
    // A proxy adds the client behind it, in the same line or in one of its own.
    expect(await namedFor(server, `X-Forwarded-For: ${one}, 203.0.113.7\r\n`)).toBe('203.0.113.7')
    expect(await namedFor(server, `X-Forwarded-For: ${one}\r\nX-Forwarded-For: 203.0.113.7\r\n`)).toBe('203.0.113.7')
    // Who is no trusted proxy is himself the client.
    expect(await namedFor(server, `X-Forwarded-For: ${one}\r\n`, '127.0.0.2')).toBe('127.0.0.2')
    // The way into what is for this machine alone.
    expect(
      (await server.call('GET', '/metrics', { headers: { 'x-forwarded-for': `${one}, 203.0.113.7` } })).status,
    ).toBe(404)
  }
  const holders = Array.from(
    { length: limit + forged.length },
    (_, n) => new Holder(server, 'events', `${forged[n % forged.length]}, 203.0.113.7`),
  )
  await settled(server, 'events', holders)
  expect(holders.filter(({ isRefused }) => isRefused).length).toBe(forged.length)
  for (const one of holders) one.leave()
})

test('promise 13: a proxy that is not trusted is a client: all behind it share its limit', async () => {
  await using server = await serve({ ...trusting, MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' })
  // 10.9.8.7 is no proxy here, so whom it names does not count.
  const holders = Array.from(
    { length: limit + 3 },
    (_, n) => new Holder(server, 'events', `203.0.113.${n + 1}, 10.9.8.7`),
  )
  await settled(server, 'events', holders)
  expect(holders.filter(({ isRefused }) => isRefused).length).toBe(3)
  for (const one of holders) one.leave()
})
