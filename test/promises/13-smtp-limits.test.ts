// Promise 13, at the SMTP door: limits per address are exact, and no client can say that it is another.
import { expect, test } from 'bun:test'
import { networkInterfaces } from 'node:os'
import { openDoor } from '../smtp/door.ts'
import { greeted, type Talk, talk } from '../smtp/talk.ts'
import { figures, size } from './promise.ts'

const addresses = size(4, 20)
const perAddress = 7
const tries = size(20, 60)
const strangers = { strangers: true }

const code = async (client: Talk): Promise<string> => (await client.hear()).slice(0, 3)

test(`promise 13: of ${tries} connections at once from each of ${addresses} addresses exactly ${perAddress} are let in, and as many again when they end`, async () => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: String(perAddress) }, strangers)
  for (let round = 0; round < 3; round++) {
    const clients = await Promise.all(
      Array.from({ length: addresses * tries }, async (_, n) => {
        const from = `127.0.1.${1 + (n % addresses)}`
        const client = await talk(door.port, { from })
        return { client, from, code: await code(client) }
      }),
    )
    for (let n = 1; n <= addresses; n++) {
      const codes = clients.filter(({ from }) => from === `127.0.1.${n}`).map((one) => one.code)
      expect(codes.filter((one) => one === '220')).toHaveLength(perAddress)
      // Where very many are turned away at once, the last are not even told why.
      expect(codes.filter((one) => one === '421' || one === '')).toHaveLength(tries - perAddress)
    }
    for (const { client } of clients) client.hangUp()
    while ((await door.connections()) > 0) await Bun.sleep(5)
  }
  figures(`${addresses} addresses × ${tries} connections at once, 3 times: exactly ${perAddress} of each let in`)
}, 120_000)

test('promise 13: connections a minute are exact under concurrency, and one address does not use up those of another', async () => {
  await using door = await openDoor({ SMTP_CONNECTIONS_PER_MINUTE_PER_ADDRESS: '11' }, strangers)
  for (const from of ['127.0.1.1', '127.0.1.2']) {
    const codes = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const client = await talk(door.port, { from })
        const heard = await code(client)
        client.hangUp()
        return heard
      }),
    )
    expect(codes.filter((one) => one === '220')).toHaveLength(11)
    expect(codes.filter((one) => one === '421')).toHaveLength(9)
  }
})

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

test.skipIf(!hasIPv6)('promise 13: an IPv6 client is counted too', async () => {
  // skipped where the machine has no ::1
  await using door = await openDoor(
    { SMTP_LISTEN: '[::1]:0', SMTP_LISTEN_TLS: '', SMTP_MAX_CONNECTIONS_PER_ADDRESS: '2' },
    strangers,
  )
  const codes = await Promise.all(Array.from({ length: 5 }, async () => code(await talk(door.port, { host: '::1' }))))
  expect(codes.toSorted()).toEqual(['220', '220', '421', '421', '421'])
})

test.each([
  'PROXY TCP4 198.51.100.7 127.0.0.1 4000 25',
  'PROXY UNKNOWN',
  'XCLIENT ADDR=10.0.0.1 NAME=trusted.example',
  'XFORWARD ADDR=10.0.0.1',
  'EHLO [10.0.0.1]',
])('promise 13: no client is another by saying %p', async (line) => {
  await using door = await openDoor({ SMTP_MAX_CONNECTIONS_PER_ADDRESS: '1', SMTP_TRUSTED_NETWORKS: '10.0.0.0/8' })
  const client = await greeted(door.port)
  const offered = await client.ask('EHLO client.example')
  expect(offered).not.toMatch(/XCLIENT|XFORWARD|PROXY/)
  expect(await client.ask(line)).toMatch(line.startsWith('EHLO') ? /^250/ : /^500/)
  // AUTH in plain text is for trusted clients alone.
  expect(await client.ask('AUTH PLAIN AA==')).toStartWith('538')
  expect(await code(await talk(door.port))).toBe('421')
  await client.ask('MAIL FROM:<a@b.test>')
  await client.ask('RCPT TO:<a@elsewhere.example>')
  expect(door.log.join()).toContain('"client":"127.0.0.1"')
  expect(door.log.join()).not.toMatch(/"client":"(198|10)\./)
})

test('promise 13: a PROXY header in place of the greeting, in both its versions, is sent away', async () => {
  await using door = await openDoor({}, strangers)
  const signature = Buffer.from('0d0a0d0a000d0a515549540a2111000c0a0000010a0000020fa00019', 'hex')
  for (const first of [Buffer.from('PROXY TCP4 10.0.0.1 127.0.0.1 4000 25\r\n'), signature]) {
    const client = await talk(door.port)
    client.send(first)
    expect(await client.rest()).toMatch(/^(421|500)/)
  }
})
