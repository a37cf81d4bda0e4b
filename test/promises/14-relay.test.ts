// Promise 14: never an open relay, never backscatter.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { a, aaaa, cname, mx, nameServer } from '../domains/name-server.ts'
import { emptyDirectory, json, run, serve } from '../executable/launch.ts'
import { openDoor } from '../smtp/door.ts'
import { greeted, inData } from '../smtp/talk.ts'
import { figures, isFull } from './promise.ts'

const canRun = (...command: string[]): boolean => {
  try {
    return Bun.spawnSync(command, { stdout: 'ignore', stderr: 'ignore' }).success
  } catch {
    return false
  }
}
const hasNmap = canRun('nmap', '--version')
const canTrace = canRun('strace', '-f', '-o', '/dev/null', '-e', 'trace=connect', 'true')

test.skipIf(!hasNmap)(
  "promise 14: nmap's smtp-open-relay finds none",
  async () => {
    // skipped where nmap is not installed
    using directory = emptyDirectory()
    await using server = await serve(directory, { MAYFLY_SMTP_MAX_ERRORS: '1000', MAYFLY_SMTP_AUTH: 'off' })
    const scan = Bun.spawn(
      // `+`: on any port, not only on those where nmap looks for SMTP.
      ['nmap', '-n', '-Pn', '-d', '-p', String(server.smtp), '--script', '+smtp-open-relay', '127.0.0.1'],
      { stdout: 'pipe', stderr: 'pipe' },
    )
    const said = await new Response(scan.stdout).text()
    expect(said).toMatch(/smtp-open-relay:.*(doesn't seem to be an open relay|all tests failed)/i)
    const tried = server.log().match(/"mail refused"/g)?.length ?? 0
    expect(tried).toBeGreaterThan(10)
    figures(`nmap smtp-open-relay: none, ${tried} of its mails refused`)
  },
  120_000,
)

const foreign = [
  'victim@elsewhere.example',
  '"victim@elsewhere.example"@elsewhere.example',
  'victim@mayfly.test@elsewhere.example',
  'victim@mayfly.test.elsewhere.example',
  'victim@elsewhere.example.',
  'victim@notmayfly.test',
  'victim@sub.mayfly.test',
  'victim@mayfly.test..',
  'victim@.mayfly.test',
  'victim@mayfly.test:25',
  'victim@mayfly.test,elsewhere.example',
  'victim@[127.0.0.1]',
  'victim@[IPv6:::1]',
  'victim@127.0.0.1',
  'victim@2130706433',
  'victim@localhost',
  'victim@mx.example.test',
  'victim',
  '"victim@mayfly.test"',
  '@mayfly.test',
  '""@mayfly.test',
  'elsewhere.example!victim',
  '@mayfly.test:victim@elsewhere.example',
  '@mayfly.test,@elsewhere.example:victim@third.example',
  'a:victim@elsewhere.example',
  '|/bin/sh@elsewhere.example',
  'victim@mayfly\u3002test.elsewhere.example',
] as const

// These are names of mailboxes here, whatever other servers read in them.
const local = [
  'victim%elsewhere.example@mayfly.test',
  'elsewhere.example!victim@mayfly.test',
  '@elsewhere.example:victim@mayfly.test',
  '@elsewhere.example,@third.example:victim@mayfly.test',
  'victim@mayfly.test.',
  'victim@MAYFLY.TEST',
] as const

test.each(['a stranger', 'one who signed in', 'a bounce'])('promise 14: no trick of %s makes it relay', async (who) => {
  await using door = await openDoor(
    { SMTP_MAX_ERRORS: '1000', SMTP_MAX_RECIPIENTS: '100' },
    { strangers: who === 'a stranger' },
  )
  const client = await greeted(door.port)
  if (who === 'one who signed in') expect(await client.ask('AUTH PLAIN AGEAYg==')).toStartWith('235')
  await client.ask(who === 'a bounce' ? 'MAIL FROM:<>' : 'MAIL FROM:<victim@mayfly.test>')
  for (const to of foreign) {
    expect({ to, reply: await client.ask(`RCPT TO:<${to}>`) }).toEqual({ to, reply: expect.stringMatching(/^5[05]/) })
  }
  expect(await client.ask('DATA')).toStartWith('554')
  await client.ask('RSET')
  for (const to of local) {
    await client.ask('MAIL FROM:<>')
    expect({ to, reply: await client.ask(`RCPT TO:<${to}>`) }).toEqual({ to, reply: expect.stringMatching(/^250/) })
    await client.ask('DATA')
    expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  }
  const addresses = door.core.told.map(({ address }) => address)
  expect(addresses.length).toBeGreaterThanOrEqual(local.length)
  for (const address of addresses) expect(address).toEndWith('@mayfly.test')
})

test('promise 14: commands that make others relay or tell are not there', async () => {
  await using door = await openDoor({ SMTP_MAX_ERRORS: '1000' })
  const client = await greeted(door.port)
  for (const line of [
    'TURN',
    'ETRN elsewhere.example',
    'ATRN',
    'SEND FROM:<a@b.test>',
    'SOML FROM:<a@b.test>',
    'BDAT 5',
  ]) {
    expect(await client.ask(line)).toMatch(/^50[0-4]/)
  }
  expect(await client.ask('EXPN postmaster')).toStartWith('502')
  expect(await client.ask('VRFY postmaster')).toStartWith('252')
})

test.skipIf(!canTrace)(
  'promise 14: no connection goes out, whatever becomes of a mail',
  async () => {
    // skipped where strace may not trace
    using directory = emptyDirectory()
    await using server = await serve(directory, { MAYFLY_SMTP_MAX_MESSAGE_BYTES: '2000' })
    const trace = join(directory.path, 'trace')
    const tracer = Bun.spawn(
      ['strace', '-f', '-q', '-e', 'trace=connect,accept,accept4', '-o', trace, '-p', String(server.pid)],
      { stderr: 'pipe' },
    )
    await Bun.sleep(1000)
    const opened = await json<{ id: string; address: string; token: string }>(`${server.api}/mailboxes`, {
      body: { ttlMinutes: 1 },
    })
    const client = await greeted(server.smtp)
    for (const from of ['victim@elsewhere.example', '', 'victim@[203.0.113.25]']) {
      for (const to of [opened.address, 'hello@mayfly.test', 'postmaster@mayfly.test']) {
        await inData(client, to, from)
        const headers = 'Return-Receipt-To: v@elsewhere.example\r\nDisposition-Notification-To: v@elsewhere.example\r\n'
        expect(await client.ask(`${headers}From: v@elsewhere.example\r\n\r\nhello\r\n.`)).toStartWith('250')
      }
      await inData(client, 'hello@mayfly.test', from)
      expect(await client.ask(`\r\n${'x'.repeat(3000)}\r\n.`)).toStartWith('552')
      await client.ask(`MAIL FROM:<${from}>`)
      expect(await client.ask('RCPT TO:<a@elsewhere.example>')).toStartWith('550')
      await client.ask('RSET')
    }
    client.hangUp()
    // Its mailbox ends: by itself after a minute, or (at the small size) because it is told to.
    const authorization = { authorization: `Bearer ${opened.token}` }
    const path = `${server.api}/mailboxes/${opened.id}`
    if (isFull) await Bun.sleep(75_000)
    else expect((await fetch(path, { method: 'DELETE', headers: authorization })).ok).toBe(true)
    expect((await fetch(path, { headers: authorization })).ok).toBe(false)
    await Bun.sleep(500)
    tracer.kill('SIGINT')
    await tracer.exited
    const calls = readFileSync(trace, 'utf8')
    expect(calls).toContain('accept')
    expect(calls.split('\n').filter((line) => /connect\(.*(AF_INET|sin_port)/.test(line))).toEqual([])
    figures(`strace: no connection while mail was taken, refused and ${isFull ? 'ran out' : 'was deleted'}`)
  },
  150_000,
)

test.skipIf(!canTrace)(
  "promise 14: the doctor's connections to port 25 go to this server's own addresses alone, whatever a zone says",
  async () => {
    // skipped where strace may not trace
    const here = 'mx.here.example'
    // Of this machine, and its own; private ones that are not; anybody's, which a tenant names.
    await using dns = await nameServer({ [here]: [a(here, '127.0.0.1'), a(here, '10.255.255.1')] })
    const port = Number(dns.address.split(':')[1])
    using directory = emptyDirectory()
    const env = {
      ...{ MAYFLY_DNS_NAMESERVERS: dns.address, MAYFLY_DNS_TIMEOUT_SECONDS: '1', MAYFLY_SMTP_HOSTNAME: here },
      ...{ MAYFLY_DNS_FIRST_CHECK_SECONDS: '600', MAYFLY_DOMAINS: 'shared.net' },
    }
    await run(directory, ['account', 'create', '--email', 'ann@example.test'], env)
    await run(directory, ['domain', 'add', 'own.example'], env)
    const key = (await run(directory, ['key', 'create', '--account', 'ann@example.test'], env)).out.trim()
    const zone = ['127.0.0.2', '10.0.0.9', '203.0.113.9', '169.254.169.254', '0.0.0.0', '::1', '64:ff9b::cb00:7109']
    const names = zone.map((address, n) => {
      dns.zone[`t${n}.example`] = [address.includes(':') ? aaaa(`t${n}.example`, address) : a(`t${n}.example`, address)]
      return `t${n}.example`
    })
    dns.zone['alias.example'] = [cname('alias.example', 't2.example')]
    for (const domain of ['own.example', 'shared.net']) {
      dns.zone[domain] = [...names, 'alias.example', 'localhost', '203.0.113.9', here].map((to, n) => mx(domain, to, n))
    }
    await using server = await serve(directory, env)
    const trace = join(directory.path, 'trace')
    const strace = ['-f', '-q', '-e', 'trace=connect,sendto', '-o', trace]
    const tracer = Bun.spawn(['strace', ...strace, '-p', String(server.pid)], { stderr: 'pipe' })
    await Bun.sleep(1000)
    const headers = { authorization: `Bearer ${key}` }
    const { items } = await json<{ items: { check: string; says: string }[] }>(
      `${server.api}/domains/own.example/doctor`,
      { headers },
    )
    expect(items.filter(({ check }) => check === 'target').length).toBe(10)
    const reached = items.filter(({ check }) => check === 'reach').map(({ says }) => says)
    expect(reached.filter((says) => says.includes('is not gone to'))).toHaveLength(1)
    // What was seen a moment ago is not looked at again.
    await Bun.sleep(5500)
    await run(directory, ['domain', 'doctor', 'own.example'], env)
    tracer.kill('SIGINT')
    await tracer.exited
    const connects = (text: string) => text.split('\n').filter((line) => /connect\(.*(AF_INET|sin_port)/.test(line))
    const elsewhere = (lines: string[]) => lines.filter((line) => !line.includes(`htons(${port})`))
    const toMail = elsewhere(connects(readFileSync(trace, 'utf8')))
    // The owner's look, and the operator's.
    expect(toMail.length).toBe(2)
    for (const line of toMail) expect(line).toMatch(/htons\(25\).*inet_addr\("127\.0\.0\.1"\)/)
    figures(`strace: ${toMail.length} connections of the doctor to port 25, all to this server itself`)
  },
  60_000,
)
