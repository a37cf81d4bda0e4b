// What the doctor says of a custom domain: before a real name server, and a real server for its mail.
import { describe, expect, test } from 'bun:test'
import { createServer } from 'node:net'
import type { Answer } from 'dns-packet'
import { operator } from '../../../src/accounts/caller.ts'
import type { CustomDomain } from '../../../src/domains/domain.ts'
import { worst } from '../../../src/finding.ts'
import { type Tenant, tenant } from '../../accounts/tenant.ts'
import { type TestCore, testConfig, testCore } from '../../core.ts'
import { reasonOf } from '../../refused.ts'
import { openDoor } from '../../smtp/door.ts'
import { a, aaaa, cname, mx, type NameServer, nameServer, txt } from '../name-server.ts'

const here = 'mx.mayfly-host.test'
const name = 'own.example'
const ptr = (at: string, data: string): Answer => ({ type: 'PTR', name: at, data })

type World = { core: TestCore; dns: NameServer; one: Tenant; domain: CustomDomain }

/** `level check says` of each finding, as its owner reads it. */
async function said({ core, one }: World): Promise<string[]> {
  const { findings } = await core.domains.examine(one.caller, name)
  return findings.map(({ level, check, says }) => `${level} ${check} ${says}`)
}

const of = (check: string, lines: readonly string[]): string[] => lines.filter((line) => line.split(' ')[1] === check)

/** A domain whose records are right, at a server that is at no address of this machine. */
async function world(env: Record<string, string> = {}) {
  const dns = await nameServer()
  const core = testCore({
    config: testConfig({
      MAYFLY_DNS_NAMESERVERS: dns.address,
      MAYFLY_DNS_TIMEOUT_SECONDS: '1',
      MAYFLY_DNS_QUERIES_PER_SECOND: '100000',
      MAYFLY_SMTP_HOSTNAME: here,
      MAYFLY_SMTP_PUBLIC_ADDRESSES: '192.0.2.25',
      ...env,
    }),
  })
  const one = await tenant(core)
  const domain = await core.domains.add(one.caller, name)
  publish(dns, domain)
  dns.zone[here] = [a(here, '192.0.2.25')]
  return {
    ...{ core, dns, one, domain },
    [Symbol.asyncDispose]: async () => {
      core.close()
      await dns[Symbol.asyncDispose]()
    },
  }
}

function publish(dns: NameServer, { token }: CustomDomain): void {
  dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, token)]
  dns.zone[name] = [mx(name, here)]
}

describe('the doctor of a domain', () => {
  test('finds nothing wrong where its records are right and this server answers, and says what it saw', async () => {
    await using dns = await nameServer()
    await using door = await openDoor({
      DNS_NAMESERVERS: dns.address,
      DNS_TIMEOUT_SECONDS: '1',
      SMTP_HOSTNAME: here,
      SMTP_PUBLIC_ADDRESSES: '127.0.0.1',
    })
    const { core } = door
    core.outside.mailPort = door.port
    const one = await tenant(core)
    const domain = await core.domains.add(one.caller, name)
    publish(dns, domain)
    dns.zone[here] = [a(here, '127.0.0.1')]
    await core.domains.verify(one.caller, name)
    const { findings } = await core.domains.examine(one.caller, name)
    expect(findings.map(({ level, check, says }) => `${level} ${check} ${says}`)).toEqual([
      `ok standing ${name} is verified: its mail is taken`,
      `note dns mail from the internet cannot reach ${name}: such names are not in its DNS`,
      `ok txt the TXT record of _mayfly.${name} says that the domain is this account's`,
      `ok mx the MX record of ${name} leads to ${here}`,
      `ok target ${here} is this server ([private])`,
      `note wildcard any subdomain of ${name} has no MX record`,
      `note host ${here} has the address [private]: the internet does not lead there`,
      `note port this server listens for mail at any free port, and the world comes to port ${door.port}`,
      `ok reach port ${door.port} of [private] leads here`,
      expect.stringMatching(/^ok certificate the certificate at .*: it is good until \d{4}-/),
      `ok certificate the certificate at port ${door.port} of [private]: it is for ${here}`,
      expect.stringContaining('note certificate the certificate at'),
    ])
    const mxFinding = findings.find(({ check }) => check === 'mx')
    expect(mxFinding).toMatchObject({ asked: [`MX ${name}`], answered: [`${name} MX 10 ${here}.`] })
    const reached = findings.find(({ check }) => check === 'reach')
    expect(reached?.answered?.[0]).toEndWith(`: 220 ${here} ESMTP Mayfly`)
    // The operator sees addresses as they are.
    const all = await core.domains.examineAny(operator, name, true)
    expect(JSON.stringify(all.findings)).toContain(`port ${door.port} of 127.0.0.1 leads here`)
    expect(await core.domains.get(one.caller, name)).toMatchObject({ checkedAt: core.clock.now })
  })

  test('changes nothing: what is found does not verify', async () => {
    await using its = await world()
    const before = await its.core.domains.get(its.one.caller, name)
    expect(await said(its)).toContainEqual(expect.stringMatching(/^note standing own.example is not verified/))
    expect(await its.core.domains.get(its.one.caller, name)).toEqual(before)
    expect(its.core.told.filter(({ type }) => type.startsWith('domain.'))).toEqual([])
  })

  test.each<[string, (its: World) => void, string, string | null]>([
    [
      'no TXT',
      ({ dns }) => delete dns.zone[`_mayfly.${name}`],
      'wrong txt no TXT record of',
      'add _mayfly.own.example. IN TXT "mayfly-',
    ],
    [
      "another's token",
      ({ dns }) => {
        dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, 'mayfly-other')]
      },
      'wrong txt TXT records of _mayfly.own.example, own.example have another token',
      'add _mayfly',
    ],
    [
      'a silent server for the TXT',
      ({ dns }) => {
        dns.faults[`_mayfly.${name}`] = 'silent'
      },
      'wrong txt whether a TXT record says whose own.example is could not be said: no answer came in time',
      'see that the name servers of own.example answer',
    ],
    [
      'no MX',
      ({ dns }) => delete dns.zone[name],
      'wrong mx own.example has no MX record',
      `add own.example. MX 10 ${here}.`,
    ],
    [
      'the null MX',
      ({ dns }) => {
        dns.zone[name] = [mx(name, '.', 0)]
      },
      'wrong mx own.example says that it takes no mail at all',
      'take that out',
    ],
    [
      'a broken server for the MX',
      ({ dns }) => {
        dns.faults[name] = 'servfail'
      },
      'wrong mx the MX records of own.example could not be asked for: the name server answered SERVFAIL',
      'see that',
    ],
    [
      'an MX to localhost',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'localhost')]
      },
      'wrong target an MX record has localhost, and no name of a server',
      'take this record out',
    ],
    [
      'an MX to an address',
      ({ dns }) => {
        dns.zone[name] = [mx(name, '192.0.2.25')]
      },
      'wrong target an MX record has 192.0.2.25, and no name',
      'take this record out',
    ],
    [
      'an MX to another server',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'other.test')]
        dns.zone['other.test'] = [a('other.test', '192.0.2.99'), aaaa('other.test', '2001:db8::99')]
      },
      'wrong target other.test (192.0.2.99, 2001:db8::99) is another server: it was not connected to',
      'take this record out',
    ],
    [
      'an MX to a private address',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'inside.test')]
        dns.zone['inside.test'] = [a('inside.test', '10.1.2.3')]
      },
      'wrong target inside.test has [private]: nobody in the internet reaches it there',
      'take this record out',
    ],
    [
      'an MX to nothing',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'nothing.test')]
      },
      'wrong target nothing.test, which an MX record names, has no address',
      'give it an A or AAAA record',
    ],
    [
      'an MX to a circle of aliases',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'loop.test')]
        dns.zone['loop.test'] = [cname('loop.test', 'pool.test')]
        dns.zone['pool.test'] = [cname('pool.test', 'loop.test')]
      },
      'wrong target where loop.test is could not be said: loop.test is an alias of itself',
      'see that',
    ],
    [
      'an MX to an alias of this server',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'alias.test')]
        dns.zone['alias.test'] = [cname('alias.test', here), a(here, '192.0.2.25')]
      },
      'note target alias.test is this server (192.0.2.25), by an alias',
      'name its target',
    ],
    [
      'a better MX elsewhere',
      ({ dns }) => {
        dns.zone[name] = [mx(name, 'other.test', 5), mx(name, here, 10)]
      },
      'wrong mx mail for own.example goes to other.test first',
      `give the record of ${here} the lowest number`,
    ],
    [
      'a wildcard to here',
      ({ dns }) => {
        const all = (_: object, key: string | symbol) =>
          String(key).endsWith(`.${name}`) && !String(key).startsWith('_') ? [mx(String(key), here)] : undefined
        Object.setPrototypeOf(dns.zone, new Proxy({}, { get: all }))
      },
      'ok wildcard mail for any subdomain of own.example comes here',
      null,
    ],
    [
      'a PTR of another name',
      ({ dns }) => {
        dns.zone['25.2.0.192.in-addr.arpa'] = [ptr('25.2.0.192.in-addr.arpa', 'pool-25.isp.test')]
      },
      `note ptr 192.0.2.25 has the PTR record pool-25.isp.test, and this server is ${here}`,
      'for the operator of this server: ask whoever gave you',
    ],
    [
      'a right PTR',
      ({ dns }) => {
        dns.zone['25.2.0.192.in-addr.arpa'] = [ptr('25.2.0.192.in-addr.arpa', here)]
      },
      `ok ptr the PTR record of 192.0.2.25 is ${here}`,
      null,
    ],
    [
      'a host that is somewhere else',
      ({ dns }) => {
        dns.zone[here] = [a(here, '198.51.100.7')]
      },
      `wrong target ${here} is this server's name, and has the address 198.51.100.7, which is none of its own`,
      'mend its A and AAAA records',
    ],
  ])('says of %s what it is and how to mend it', async (_, change, expected, mend) => {
    await using its = await world()
    change(its)
    const { findings } = await its.core.domains.examine(its.one.caller, name)
    const found = findings.find(({ level, check, says }) => `${level} ${check} ${says}`.startsWith(expected))
    expect(found ?? findings).toMatchObject({ check: expected.split(' ')[1] ?? '' })
    if (mend !== null) expect(found?.mend).toStartWith(mend)
  })

  test('bounds what it looks at and says of hundreds of MX records, and still knows its own among them', async () => {
    await using its = await world()
    const { dns } = its
    dns.zone[name] = Array.from({ length: 300 }, (_, at) => mx(name, `s${at}.test`, at))
    dns.zone[name].push(mx(name, here, 1000))
    const lines = await said(its)
    expect(lines).toContain(`note mx ${name} has MX records to 301 servers: 10 of them were looked at`)
    expect(of('target', lines)).toHaveLength(10)
    expect(of('target', lines)).toContain(`ok target ${here} is this server (192.0.2.25)`)
    expect(dns.asked.filter((asked) => /s\d+\.test/.test(asked)).length).toBe(18)
    expect(JSON.stringify(await its.core.domains.examine(its.one.caller, name)).length).toBeLessThan(20_000)
  })

  test('shows nothing of what strangers wrote that a terminal would obey', async () => {
    await using its = await world()
    its.dns.zone[name] = [mx(name, 'evil\u001b[2J\u202e.test'), txt(name, 'x\u001b]0;owned\u0007\r\nok')]
    const { findings } = await its.core.domains.examine(its.one.caller, name)
    expect(JSON.stringify(findings)).not.toMatch(/\\u001b|\\u0007|\\r|\\n|\u202e/)
    expect(JSON.stringify(findings)).toContain('evil\ufffd[2j\ufffd.test')
  })

  test('an operator’s word stands for its records', async () => {
    await using its = await world()
    its.dns.zone = {}
    await its.core.domains.vouch(operator, name)
    delete its.dns.zone[`_mayfly.${name}`]
    const lines = await said(its)
    expect(lines[0]).toBe(`ok standing the operator of this server vouches for ${name}: its mail is taken`)
  })

  test('without DNS it says so, asks nobody, and goes to its public addresses alone', async () => {
    await using its = await world({ MAYFLY_DNS_MODE: 'off', MAYFLY_SMTP_PUBLIC_ADDRESSES: '10.255.255.1' })
    const lines = await said(its)
    expect(lines.map((line) => line.split(' ')[1])).toEqual(['standing', 'dns', 'port', 'reach'])
    expect(lines[1]).toBe('note dns dns.mode is off: no name server is asked')
    expect(lines[3]).toContain('is not gone to: it is a private address')
    expect(its.dns.asked).toEqual([])
  })

  test('says nothing of a domain that is not the account’s, and only so often a minute', async () => {
    await using its = await world({ MAYFLY_DNS_MODE: 'off', MAYFLY_SMTP_PUBLIC_ADDRESSES: '' })
    const other = await tenant(its.core)
    expect(await reasonOf(its.core.domains.examine(other.caller, its.domain.id))).toBe('domain-unknown')
    for (let times = 0; times < 6; times++) await its.core.domains.examine(its.one.caller, name)
    expect(await reasonOf(its.core.domains.examine(its.one.caller, name))).toBe('rate-exceeded')
    expect(worst((await its.core.domains.examineAny(operator, name, false)).findings)).toBe('note')
  })
})

test('no zone has it connect anywhere but to an address of this server’s own', async () => {
  let came = 0
  const trap = createServer((socket) => {
    came++
    socket.end(`220 ${here} ESMTP\r\n`)
  })
  await new Promise<void>((resolve) => trap.listen(0, '0.0.0.0', resolve))
  const at = trap.address()
  await using its = await world()
  its.core.outside.mailPort = typeof at === 'object' && at ? at.port : 0
  const { dns } = its
  dns.zone[name] = ['127.0.0.1', '127.0.0.2', '0.0.0.0', '::ffff:127.0.0.1', '::1', '64:ff9b::7f00:1'].map((to, n) => {
    const target = `t${n}.test`
    dns.zone[target] = [to.includes(':') ? aaaa(target, to) : a(target, to)]
    return mx(name, target, n)
  })
  dns.zone[name].push(mx(name, '127.0.0.1'), mx(name, 'localhost'), mx(name, here))
  const lines = await said(its)
  expect(of('target', lines).length).toBe(9)
  expect(of('reach', lines)).toEqual([expect.stringMatching(/^(note|wrong) reach port \d+ of 192\.0\.2\.25 /)])
  expect(came).toBe(0)
  await new Promise<void>((resolve) => trap.close(() => resolve()))
})
