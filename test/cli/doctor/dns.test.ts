import { describe, expect, test } from 'bun:test'
import type { Answer } from 'dns-packet'
import { dns } from '../../../src/cli/doctor/dns.ts'
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

/** What the doctor says of mail.net, whose server is mx.mail.net, as `level says`. */
async function said({ records = good, silent = [], broken = [], env = {} }: World): Promise<string[]> {
  await using server = await nameServer(records, { silent, broken })
  const config = testConfig({
    MAYFLY_DOMAINS: 'mail.net',
    MAYFLY_SMTP_HOSTNAME: 'mx.mail.net',
    MAYFLY_DNS_NAMESERVERS: server.address,
    MAYFLY_DNS_TIMEOUT_SECONDS: '1',
    ...env,
  })
  return (await dns(config)).map(({ level, says }) => `${level} ${says}`)
}

describe('the doctor on DNS', () => {
  test('finds nothing wrong when MX and address records lead here', async () => {
    expect(await said({ env: own })).toEqual([
      'ok the MX record of mail.net leads to mx.mail.net',
      'ok mx.mail.net has the address 203.0.113.25, 2001:db8::25',
    ])
  })

  test('says what cannot be compared without smtp.public_addresses', async () => {
    expect((await said({}))[1]).toBe('note mx.mail.net has the address 203.0.113.25, 2001:db8::25')
  })

  test('tells a domain without MX from one that leads elsewhere, and from one with a second way', async () => {
    const { 'mx.mail.net': host } = good
    const first = async (records: Answer[]) =>
      (await said({ records: { 'mail.net': records, 'mx.mail.net': host } }))[0]
    expect(await first([])).toBe('wrong mail.net has no MX record')
    expect(await first([mx('mail.net', 'mx.other.net')])).toBe(
      'wrong the MX records of mail.net lead to mx.other.net, and this server is mx.mail.net',
    )
    expect(await first([mx('mail.net', 'mx.mail.net'), mx('mail.net', 'mx.other.net')])).toBe(
      'note mail for mail.net may also go to mx.other.net',
    )
    expect((await said({ records: { 'mx.mail.net': host } }))[0]).toBe('wrong mail.net has no MX record')
  })

  test('asks for a name below a wildcard, and never for the domain "*"', async () => {
    const records = {
      'mayfly-doctor.mail.net': [mx('mayfly-doctor.mail.net', 'mx.mail.net')],
      'mx.mail.net': good['mx.mail.net'],
    }
    const found = await said({ records, env: { MAYFLY_DOMAINS: '*.mail.net,*' } })
    expect(found).toEqual([
      'ok the MX record of *.mail.net leads to mx.mail.net',
      'note mx.mail.net has the address 203.0.113.25, 2001:db8::25',
    ])
  })

  test('compares the addresses with those of the config', async () => {
    const records = { ...good, 'mx.mail.net': [a('mx.mail.net', '198.51.100.1')] }
    expect((await said({ records, env: own })).slice(1)).toEqual([
      'wrong mx.mail.net has the address 198.51.100.1, which is not in smtp.public_addresses',
      'note no record of mx.mail.net has 203.0.113.25, which is in smtp.public_addresses',
      'note no record of mx.mail.net has 2001:db8::25, which is in smtp.public_addresses',
    ])
    expect((await said({ records: { 'mail.net': good['mail.net'] } }))[1]).toBe('wrong mx.mail.net has no address')
  })

  test('says so when the name servers fail or say nothing, and does not take that for a missing record', async () => {
    expect((await said({ broken: ['mail.net'] }))[0]).toStartWith(
      'wrong the MX records of mail.net could not be asked for',
    )
    expect((await said({ silent: ['mx.mail.net'] }))[1]).toStartWith(
      'wrong the address of mx.mail.net could not be asked for',
    )
  })

  test('asks nobody about names that the internet does not have, nor when DNS is off', async () => {
    await using server = await nameServer({})
    const env = { MAYFLY_DNS_NAMESERVERS: server.address }
    const inside = await dns(testConfig({ ...env, MAYFLY_DOMAINS: 'mayfly.test,mail.lan,x.home.arpa' }))
    expect(inside.map(({ level }) => level)).toEqual(['note', 'note', 'note'])
    const off = await dns(testConfig({ ...env, MAYFLY_DOMAINS: 'mail.net', MAYFLY_DNS_MODE: 'off' }))
    expect(off.map(({ level }) => level)).toEqual(['note'])
    expect(server.asked).toEqual([])
  })

  test.each([['mx.local'], ['mail']])('a host name like %s leads nobody here', async (hostname) => {
    expect((await said({ env: { MAYFLY_SMTP_HOSTNAME: hostname } }))[1]).toStartWith('wrong smtp.hostname is ')
  })
})
