// Going to see who answers for mail: whatever answers there, or does not, is bounded in time and size.
import { describe, expect, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { Doctor } from '../../../src/domains/doctor/doctor.ts'
import { reach } from '../../../src/domains/doctor/reach.ts'
import { type Visited, Visits } from '../../../src/domains/doctor/visits.ts'
import { type Looked, type Lookups, late } from '../../../src/domains/resolver.ts'
import { realOutside } from '../../../src/outside.ts'

const here = 'mx.here.test'
const own = new Set(['127.0.0.1'])
const day = 86_400_000
const now = Date.now()

/** A server for mail on loopback that behaves like this. */
async function server(behave: (socket: Socket) => void) {
  const open = new Set<Socket>()
  let came = 0
  const made = createServer((socket) => {
    came++
    open.add(socket)
    socket.on('error', () => {})
    behave(socket)
  })
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve))
  const place = made.address()
  return {
    port: typeof place === 'object' && place ? place.port : 0,
    came: () => came,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => made.close(() => resolve()))
    },
  }
}

/** Says its greeting, and to each line what `answers` has for it. */
const speaking =
  (greeting: string, answers: Record<string, string> = {}, secure?: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.write(greeting)
    socket.on('data', (bytes) => {
      const [word = ''] = bytes.toString().trim().split(' ')
      const answer = answers[word.toUpperCase()]
      if (answer !== undefined) socket.write(answer)
      if (word.toUpperCase() === 'STARTTLS' && answer?.startsWith('220')) secure?.(socket)
    })
  }

async function visited(behave: (socket: Socket) => void, ms = 1000): Promise<Visited> {
  await using there = await server(behave)
  const visit = await new Visits(here, { mailPort: there.port }).to('127.0.0.1', own, ms)
  if (!visit) throw new Error('it was not gone to')
  return visit
}

const ours = `220 ${here} ESMTP Mayfly\r\n`
const offers = { EHLO: `250-${here}\r\n250-STARTTLS\r\n250 SIZE 5\r\n`, STARTTLS: '220 go on\r\n' }

describe('a visit', () => {
  test('is made to an address of this server’s own only, and to a private one only on this machine', async () => {
    await using there = await server(() => {})
    const visits = new Visits(here, { mailPort: there.port })
    for (const address of ['127.0.0.2', '192.0.2.1', '10.0.0.1', '::1', 'localhost', here, '0.0.0.0']) {
      expect(visits.to(address, own, 100)).toBeNull()
    }
    const inner = [
      '10.255.255.1',
      '192.168.255.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '::',
      'fc00::1',
      'fe80::1',
    ]
    const odd = ['127.0.0.99', '64:ff9b::7f00:1', '::ffff:10.0.0.1', '2002:a00:1::', '224.0.0.1', '255.255.255.255']
    for (const address of [...inner, ...odd]) expect(visits.to(address, new Set([address]), 100)).toBeNull()
    expect(there.came()).toBe(0)
  })

  test('is one for all who ask meanwhile, or a moment later', async () => {
    await using there = await server(speaking('220 another.test ESMTP\r\n'))
    const visits = new Visits(here, { mailPort: there.port }, 0)
    const all = await Promise.all(Array.from({ length: 20 }, () => visits.to('127.0.0.1', own, 1000)))
    expect(all.map((one) => one?.greeting)).toEqual(Array(20).fill('220 another.test ESMTP'))
    expect(there.came()).toBe(1)
    await Bun.sleep(5)
    await visits.to('127.0.0.1', own, 1000)
    expect(there.came()).toBe(2)
    const usual = new Visits(here, { mailPort: there.port })
    await usual.to('127.0.0.1', own, 1000)
    await usual.to('127.0.0.1', own, 1000)
    expect(there.came()).toBe(3)
  })

  test.each<[string, (socket: Socket) => void, Partial<Visited>]>([
    ['says nothing', () => {}, { greeting: null, failed: late }],
    ['hangs up', (socket) => socket.end(), { greeting: null, failed: 'the connection ended' }],
    ['begins and hangs', (socket) => socket.write('220 mx.he'), { greeting: null, failed: late }],
    [
      'greets without an end',
      (socket) => socket.write('2'.repeat(5_000_000)),
      { greeting: null, failed: `more was said than a server says: ${'2'.repeat(60)}` },
    ],
    [
      'is another',
      speaking('220 other.test hello\r\n'),
      { greeting: '220 other.test hello', offersTls: null, failed: null },
    ],
    ['is this one and hangs', speaking(ours), { greeting: ours.trim(), offersTls: null, failed: late }],
    ['answers to EHLO without an end', speaking(ours, { EHLO: '250-x\r\n'.repeat(20_000) }), { offersTls: null }],
    ['has no STARTTLS', speaking(ours, { EHLO: '250 SIZE 5\r\n' }), { offersTls: false, failed: null }],
    [
      'refuses STARTTLS',
      speaking(ours, { ...offers, STARTTLS: '454 not now\r\n' }),
      { offersTls: true, certificate: null, failed: 'STARTTLS was answered with 454 not now' },
    ],
    ['hangs in TLS', speaking(ours, offers), { offersTls: true, certificate: null, failed: late }],
    [
      'breaks TLS',
      speaking(ours, offers, (socket) => void setImmediate(() => socket.end('no TLS at all\r\n'))),
      { offersTls: true, certificate: null, failed: expect.stringContaining('TLS failed') },
    ],
  ])('to a server that %s ends in time and says so', async (_, behave, expected) => {
    const began = performance.now()
    const visit = await visited(behave, 400)
    expect(performance.now() - began).toBeLessThan(1500)
    expect(visit).toMatchObject(expected)
    if (_.startsWith('answers to EHLO')) expect(visit.failed).toStartWith('more was said than a server says')
  })

  test('where nobody listens says so', async () => {
    const { port } = await (async () => {
      await using there = await server(() => {})
      return there
    })()
    const visit = await new Visits(here, { mailPort: port }).to('127.0.0.1', own, 1000)
    expect(visit).toMatchObject({ greeting: null, failed: 'nobody listens there' })
  })
})

/** What is said of a server here that has a certificate for this name, good for so many days. */
async function saidOf(name: string, days: number, names: string[] = []): Promise<string[]> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 100 * day),
    notAfterDate: new Date(now + days * day),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  })
  const secure = (socket: Socket): void => {
    socket.removeAllListeners('data')
    new TLSSocket(socket, { isServer: true, key: made.private, cert: made.cert }).on('error', () => {})
  }
  await using there = await server(speaking(ours, offers, secure))
  const visits = new Visits(here, { mailPort: there.port })
  const visit = { address: '127.0.0.1', names, own, ms: 2000, now, show: (address: string) => address }
  const findings = await reach(visits, here, visit)
  return findings.map(
    ({ level, says }) => `${level} ${says.replace(/^the certificate at port \d+ of 127.0.0.1: /, '')}`,
  )
}

test('a certificate is looked at for its names and its dates; who signed it is worth a note', async () => {
  expect(await saidOf(here, 100)).toEqual([
    expect.stringMatching(/^ok port \d+ of 127.0.0.1 leads here$/),
    expect.stringMatching(/^ok it is good until /),
    `ok it is for ${here}`,
    'note it is self-signed: careful clients do not take it',
  ])
  expect((await saidOf(here, -1))[1]).toStartWith('wrong it ended on ')
  expect((await saidOf(here, 5))[1]).toStartWith('wrong it ends in ')
  expect((await saidOf('other.test', 100))[2]).toBe(`wrong it is not for ${here}, but for DNS:other.test`)
  expect((await saidOf(here, 100, ['mail.own.example', here]))[3]).toStartWith(
    'note it is not for mail.own.example, by which',
  )
})

test('the report comes in time, however slow everybody is, and says what could not be said', async () => {
  await using there = await server(() => {})
  const checkMs = 300
  const slow = <Value>(values: Value[]): Promise<Looked<Value>> =>
    Bun.sleep(checkMs - 60).then(() => ({ is: 'found', values, aliases: [] }))
  const never = <Value>(): Promise<Looked<Value>> => new Promise(() => {})
  const lookups: Lookups = {
    txt: () => never(),
    mx: (name) => (name === 'own.example' ? slow([{ exchange: 'mail.own.example', priority: 1 }]) : never()),
    a: () => slow(['127.0.0.1']),
    aaaa: () => never(),
    addresses: () => slow(['127.0.0.1']),
    ptr: () => never(),
  }
  const rules = { here: { hostname: here, publicAddresses: [] }, mode: 'on' as const, listens: [25], checkMs }
  const looking = { own: () => slow(['127.0.0.1']) }
  const doctor = new Doctor(looking, lookups, rules, { ...realOutside, mailPort: there.port })
  const domain = {
    ...({
      key: 1,
      id: '',
      accountId: '',
      name: 'own.example',
      state: 'pending',
      access: 'private',
      catchAll: null,
    } as const),
    ...{ token: 'x', createdAt: 0, verifiedAt: null, failingSince: null, checkedAt: null, nextCheckAt: null, tries: 0 },
    ...{ byHand: false, found: null },
  }
  const described = { domain, records: [], note: null, lapsesAt: null }
  const began = performance.now()
  const findings = await doctor.ofDomain(described, { isServing: true, isOperator: true })
  expect(performance.now() - began).toBeLessThan(3 * checkMs + 150)
  const unsaid = findings.filter(({ says }) => says.includes(late)).map(({ check }) => check)
  expect(unsaid).toEqual(['txt', 'target', 'wildcard', 'host', 'reach'])
})
