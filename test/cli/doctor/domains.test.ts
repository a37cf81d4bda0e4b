import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import type { Answer } from 'dns-packet'
import { domains } from '../../../src/cli/doctor/domains.ts'
import { realOutside } from '../../../src/outside.ts'
import { testConfig } from '../../core.ts'
import { nameServer } from '../../domains/name-server.ts'

const mx = (name: string, exchange: string): Answer => ({ type: 'MX', name, data: { preference: 10, exchange } })
const a = (name: string, data: string): Answer => ({ type: 'A', name, data })
const aaaa = (name: string, data: string): Answer => ({ type: 'AAAA', name, data })

const good = {
  'mail.net': [mx('mail.net', 'MX.mail.net')],
  'mx.mail.net': [a('mx.mail.net', '203.0.113.25'), aaaa('mx.mail.net', '2001:db8::25')],
}
const own = { MAYFLY_SMTP_PUBLIC_ADDRESSES: '203.0.113.25,2001:DB8:0::25' }

type World = { records?: Record<string, Answer[]>; silent?: string[]; broken?: string[]; env?: Record<string, string> }

/** What the doctor says of mail.net, whose server is mx.mail.net, as `level says`, check by check; no server runs. */
async function looked({ records = good, silent = [], broken = [], env = {} }: World) {
  await using server = await nameServer(records, { silent, broken })
  const config = testConfig({
    MAYFLY_DOMAINS: 'mail.net',
    MAYFLY_SMTP_HOSTNAME: 'mx.mail.net',
    MAYFLY_DNS_NAMESERVERS: server.address,
    MAYFLY_DNS_TIMEOUT_SECONDS: '1',
    ...env,
  })
  const found = Map.groupBy(await domains(config, false), ({ check }) => check)
  return (check: string): string[] => (found.get(check) ?? []).map(({ level, says }) => `${level} ${says}`)
}

describe('the doctor on the server’s domains', () => {
  test('finds nothing wrong when MX and address records lead here', async () => {
    const said = await looked({ env: own })
    expect(said('mx')).toEqual(['ok the MX record of mail.net leads to mx.mail.net'])
    expect(said('target')).toEqual(['ok mx.mail.net is this server (203.0.113.25, 2001:db8::25)'])
    expect(said('host')).toEqual(['ok mx.mail.net has the address 203.0.113.25, 2001:db8::25'])
    expect(said('ptr')).toEqual([
      'note 203.0.113.25 has no PTR record, and this server is mx.mail.net',
      'note 2001:db8::25 has no PTR record, and this server is mx.mail.net',
    ])
    expect(said('reach')).toEqual(['note whether port 25 can be reached is looked at while the server runs'])
  })

  test('says what cannot be compared without smtp.public_addresses', async () => {
    const said = await looked({})
    expect(said('host')).toEqual(['note mx.mail.net has the address 203.0.113.25, 2001:db8::25'])
  })

  test('tells a domain without MX from one that leads elsewhere, and from one with a second way', async () => {
    const { 'mx.mail.net': host } = good
    const first = async (records: Answer[]) =>
      (await looked({ records: { 'mail.net': records, 'mx.mail.net': host } }))('mx')[0]
    expect(await first([])).toBe('wrong mail.net has no MX record')
    expect(await first([mx('mail.net', 'mx.other.net')])).toBe(
      'wrong the MX records of mail.net lead to mx.other.net, and this server is mx.mail.net',
    )
    expect(await first([mx('mail.net', 'mx.mail.net'), mx('mail.net', 'mx.other.net')])).toBe(
      'note mail for mail.net may also go to mx.other.net',
    )
    expect((await looked({ records: { 'mx.mail.net': host } }))('mx')).toEqual(['wrong mail.net has no MX record'])
  })

  test('asks for any name below a wildcard, and never for the domain "*"', async () => {
    const asked: string[] = []
    const records = new Proxy<Record<string, Answer[]>>(
      { 'mx.mail.net': good['mx.mail.net'] },
      {
        get: (zone, name: string) => {
          if (name.endsWith('.mail.net') && name !== 'mx.mail.net') asked.push(name)
          return zone[name] ?? (name.endsWith('.mail.net') ? [mx(name, 'mx.mail.net')] : undefined)
        },
      },
    )
    const said = await looked({ records, env: { MAYFLY_DOMAINS: '*.mail.net,*' } })
    expect(said('mx')).toEqual(['ok the MX record of *.mail.net leads to mx.mail.net'])
    expect(new Set(asked).size).toBe(1)
    expect(asked[0]).toMatch(/^[0-9a-z]{12}\.mail\.net$/)
  })

  test('compares the addresses with those of the config', async () => {
    const records = { ...good, 'mx.mail.net': [a('mx.mail.net', '198.51.100.1')] }
    expect((await looked({ records, env: own }))('host')).toEqual([
      'wrong mx.mail.net has the address 198.51.100.1, which is not in smtp.public_addresses',
      'note no record of mx.mail.net has 203.0.113.25, which is in smtp.public_addresses',
      'note no record of mx.mail.net has 2001:db8::25, which is in smtp.public_addresses',
    ])
    const without = await looked({ records: { 'mail.net': good['mail.net'] } })
    expect(without('host')).toEqual(['wrong mx.mail.net has no address'])
  })

  test('says so when the name servers fail or say nothing, and does not take that for a missing record', async () => {
    expect((await looked({ broken: ['mail.net'] }))('mx')[0]).toStartWith(
      'wrong the MX records of mail.net could not be asked for',
    )
    expect((await looked({ silent: ['mx.mail.net'] }))('host')[0]).toStartWith(
      'wrong the address of mx.mail.net could not be asked for',
    )
  })

  test('asks nobody about names that the internet does not have, nor when DNS is off', async () => {
    await using server = await nameServer({})
    const env = { MAYFLY_DNS_NAMESERVERS: server.address }
    const inside = await domains(testConfig({ ...env, MAYFLY_DOMAINS: 'mayfly.test,mail.lan,x.home.arpa' }), true)
    expect(inside.map(({ level }) => level)).toEqual(['note', 'note', 'note'])
    const off = await domains(testConfig({ ...env, MAYFLY_DOMAINS: 'mail.net', MAYFLY_DNS_MODE: 'off' }), true)
    expect(off.map(({ level, check }) => [level, check])).toEqual([['note', 'dns']])
    expect(server.asked).toEqual([])
  })

  test.each([['mx.local'], ['mail']])('a host name like %s leads nobody here', async (hostname) => {
    expect((await looked({ env: { MAYFLY_SMTP_HOSTNAME: hostname } }))('host')[0]).toStartWith(
      'wrong smtp.hostname is ',
    )
  })

  test('goes to its own public addresses alone, and sees who answers there', async () => {
    const config = testConfig({ MAYFLY_SMTP_PUBLIC_ADDRESSES: '127.0.0.1', MAYFLY_SMTP_HOSTNAME: 'mx.mail.net' })
    const said = async (greeting: string, isServing = true): Promise<string> => {
      await using there = await greeter(greeting)
      const found = await domains(config, isServing, { ...realOutside, mailPort: there.port })
      const { level = '', says = '' } = found.find(({ check }) => check === 'reach') ?? {}
      return `${level} ${says.replaceAll(String(there.port), 'N')}`
    }
    expect(await said('220 MX.mail.net ESMTP\r\n')).toBe('ok port N of 127.0.0.1 leads here')
    expect(await said('220 mx.other.net ESMTP\r\n')).toContain('another server answers: 220 mx.other.net')
    expect(await said('421 4.7.0 Too many\r\n')).toContain('no mail is taken at the moment: 421')
    expect(await said('')).toContain('cannot be reached from here')
    expect(await said('220 MX.mail.net\r\n', false)).toStartWith('note ')
  })
})

/** A server on loopback that says this line. */
async function greeter(text: string) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resume().end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = server.address()
  return {
    port: typeof place === 'object' && place !== null ? place.port : 0,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
