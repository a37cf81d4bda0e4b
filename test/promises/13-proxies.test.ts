// Promise 13, over HTTP: limits per address are exact, also behind proxies, and nobody forges his way past them.
import { expect, test } from 'bun:test'
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

type Held = { status: number; leave: () => void }

/** Asks for a wait or a stream. Answers when it is refused, or when the server holds one more. */
async function hold(server: Serving, what: 'wait' | 'events', forwardedFor: string): Promise<Held> {
  const leaving = new AbortController()
  const { signal } = leaving
  const query = what === 'wait' ? '?timeout=120' : ''
  const asked = fetch(`${server.url}${path}/${what}${query}`, { headers: { 'x-forwarded-for': forwardedFor }, signal })
  const status = asked.then(
    (response) => response.status,
    () => 0,
  )
  if (what === 'events') return { status: await status, leave: () => leaving.abort() }
  // A wait that is held says nothing: who is not refused within this time is held, as the count of all must show.
  return { status: await Promise.race([status, Bun.sleep(1500).then(() => 200)]), leave: () => leaving.abort() }
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
    const asked = await Promise.all(
      Array.from({ length: clients }, (_, client) => {
        const names = namesOf(client)
        return Promise.all(
          Array.from({ length: limit + over }, (_, n) => hold(server, what, names[n % names.length] ?? '')),
        )
      }),
    )
    for (const held of asked) {
      expect(held.filter(({ status }) => status === 200).length).toBe(limit)
      expect(held.filter(({ status }) => status === 429).length).toBe(over)
    }
    expect(countOf(server, what)).toBe(clients * limit)

    const leaving = asked.flatMap((held) => held.filter(({ status }) => status === 200).slice(0, 2))
    for (const { leave } of leaving) leave()
    await until(() => countOf(server, what) === clients * (limit - 2))
    const again = await Promise.all(
      Array.from({ length: clients }, (_, client) =>
        Promise.all(namesOf(client).map((name) => hold(server, what, name))),
      ),
    )
    for (const held of again) {
      expect(held.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429])
    }
    for (const { leave } of [...asked.flat(), ...again.flat()]) leave()
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
  const held = await Promise.all(
    Array.from({ length: limit + forged.length }, (_, n) =>
      hold(server, 'events', `${forged[n % forged.length]}, 203.0.113.7`),
    ),
  )
  expect(held.filter(({ status }) => status === 200).length).toBe(limit)
  for (const { leave } of held) leave()
})

test('promise 13: a proxy that is not trusted is a client: all behind it share its limit', async () => {
  await using server = await serve({ ...trusting, MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' })
  // 10.9.8.7 is no proxy here, so whom it names does not count.
  const held = await Promise.all(
    Array.from({ length: limit + 3 }, (_, n) => hold(server, 'events', `203.0.113.${n + 1}, 10.9.8.7`)),
  )
  expect(held.filter(({ status }) => status === 200).length).toBe(limit)
  expect(held.filter(({ status }) => status === 429).length).toBe(3)
  for (const { leave } of held) leave()
})
