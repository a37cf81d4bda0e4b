import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HttpSender, type Outcome } from '../../src/webhooks/sending.ts'
import { Targets } from '../../src/webhooks/targets.ts'
import { reasonOf } from '../refused.ts'
import { receiver, stage } from './receiver.ts'

const strict = new Targets({ allowNetworks: [], allowHttp: true })
const lax = new Targets({ allowNetworks: ['127.0.0.0/8'], allowHttp: true })

const forbidden = [
  // Loopback, also as it may be written, and "this host".
  '127.0.0.1 127.255.255.254 ::1 0.0.0.0 0.1.2.3 ::',
  // Private, shared, link-local (with the clouds' metadata) and unique local.
  '10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 100.64.0.1 100.100.100.200 169.254.169.254 fe80::1 fe80::1%eth0 fec0::1',
  'fc00::1 fd00:ec2::254',
  // Multicast, broadcast, reserved, for documentation and for measurements.
  '224.0.0.1 239.255.255.255 255.255.255.255 240.0.0.1 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 192.0.0.192 ff02::1',
  '2001:db8::1 3fff::1 100::1 4000::1 5f00::1',
  // Others hidden in them: mapped, compatible, NAT64, 6to4, Teredo.
  '::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::7f00:1 2002:7f00:1::1 2001::1',
  'localhost not-an-address 1 127.1',
].flatMap((line) => line.split(' '))

test.each(forbidden)('%s is not reached', (address) => {
  expect(strict.mayReach(address)).toBe(false)
})

test.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])(
  '%s is reached',
  (address) => expect(strict.mayReach(address)).toBe(true),
)

test('what the operator allows is reached, and no more than that', () => {
  const some = new Targets({ allowNetworks: ['10.1.0.0/16', 'fd00::/8'], allowHttp: false })
  const reached = ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1', '10.2.0.1', '64:ff9b::a01:203', '127.0.0.1'].map((one) =>
    some.mayReach(one),
  )
  expect(reached).toEqual([true, true, true, false, false, false])
})

test.each([
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://1/',
  'http://127.0.0.1./',
  'http://[::1]/',
  'http://[::ffff:7f00:1]/',
  'http://[fe80::1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://169.254.169.254/latest/meta-data/',
  'https://user:secret@hooks.test/',
  'https://user@hooks.test/',
  'ftp://hooks.test/',
  // No mail server is connected to.
  'https://hooks.test:25/',
  'https://hooks.test:465/',
  'https://hooks.test:587/',
  'https://hooks.test:6379/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'hooks.test',
  '',
  `https://hooks.test/${'x'.repeat(2000)}`,
])('%s is no URL of a webhook', (url) => {
  expect(() => strict.read(url)).toThrow('invalid-request')
})

test('http is refused unless the operator allows it, also for a webhook from before', async () => {
  const secure = new Targets({ allowNetworks: ['127.0.0.0/8'], allowHttp: false })
  expect(() => secure.read('http://hooks.test/')).toThrow('invalid-request')
  expect(secure.read('https://hooks.test/a?b#c')).toBe('https://hooks.test/a?b')
  await using there = receiver()
  expect(await attempt(secure, there.url)).toEqual({ statusCode: null, error: 'the URL is not allowed any more' })
  expect(there.got).toEqual([])
})

const post = (url: string) => ({ url, headers: { 'Content-Type': 'application/json' }, body: '{}' })
const nowhere = new AbortController().signal

function attempt(
  targets: Targets,
  url: string,
  resolve: (host: string) => Promise<string[]> = async () => [],
  { milliseconds = 5000, ca }: { milliseconds?: number; ca?: string } = {},
): Promise<Outcome> {
  return new HttpSender(targets, resolve, { milliseconds, ...(ca === undefined ? {} : { ca }) }).send(
    post(url),
    nowhere,
  )
}

test('a name is looked up once for an attempt, and its address is where it goes, under the name', async () => {
  await using there = receiver()
  const asked: string[] = []
  const outcome = await attempt(lax, `http://hooks.test:${there.port}/a?b=c`, async (host) => {
    asked.push(host)
    return ['127.0.0.1']
  })
  expect(outcome).toEqual({ statusCode: 200, error: null })
  expect(asked).toEqual(['hooks.test'])
  expect(there.got[0]?.headers.get('host')).toBe(`hooks.test:${there.port}`)
})

test('a name that leads elsewhere the second time (DNS rebinding) is judged by where it leads then', async () => {
  await using there = receiver()
  const answers = [['8.8.8.8'], ['127.0.0.1'], ['127.0.0.1']]
  await using here = await stage({
    env: { MAYFLY_WEBHOOKS_ALLOW_HTTP: 'true' },
    resolve: async () => answers.shift() ?? [],
  })
  const { id } = await here.hook(`http://rebinding.test:${there.port}/`)
  await here.mail('secret')
  for (;;) {
    await here.settled()
    const page = { failed: false, before: 1e9, limit: 1 }
    const [one] = await here.core.webhooks.deliveries(here.owner.caller, id, page)
    if (one?.attempts === 0) {
      await Bun.sleep(1)
      continue
    }
    expect(one).toMatchObject({ state: 'waiting', statusCode: null, error: 'the address is not allowed' })
    break
  }
  expect(answers).toHaveLength(1)
  expect(there.got).toEqual([])
  // At the time it is given it is refused at once.
  expect(await reasonOf(here.hook(`http://rebinding.test:${there.port}/`))).toBe('invalid-request')
})

test('a name that leads to a forbidden address among others is not reached at all', async () => {
  await using there = receiver()
  const one = new Targets({ allowNetworks: ['127.0.0.1'], allowHttp: true })
  for (const addresses of [
    ['127.0.0.1', '127.0.0.2'],
    ['::ffff:127.0.0.2'],
    ['10.0.0.1', '127.0.0.1'],
    ['not an address'],
  ]) {
    const outcome = await attempt(one, `http://hooks.test:${there.port}/`, async () => addresses)
    expect(outcome).toEqual({ statusCode: null, error: 'the address is not allowed' })
  }
  expect(there.got).toEqual([])
})

test('of several addresses the next is tried where one refuses', async () => {
  await using there = receiver()
  const outcome = await attempt(lax, `http://hooks.test:${there.port}/`, async () => ['127.0.0.9', '127.0.0.1'])
  expect(outcome).toEqual({ statusCode: 200, error: null })
})

test('what cannot be reached says why', async () => {
  const there = receiver()
  await there.close()
  expect(await attempt(lax, there.url)).toEqual({ statusCode: null, error: 'the connection was refused' })
  const failing = () => Promise.reject(new Error('ENOTFOUND'))
  expect((await attempt(lax, 'http://gone.test/', failing)).error).toBe('the name has no address')
  expect((await attempt(lax, 'http://empty.test/')).error).toBe('the name has no address')
})

test('an attempt has an end: for a name, a connection, an answer and its body', async () => {
  const never = new Promise<never>(() => {})
  const late = { statusCode: null, error: 'it took too long' }
  expect(await attempt(lax, 'http://slow.test/', () => never, { milliseconds: 50 })).toEqual(late)
  await using there = receiver()
  there.answer.by = () => never
  expect(await attempt(lax, there.url, undefined, { milliseconds: 200 })).toEqual(late)
  using silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => {} } })
  expect(await attempt(lax, `http://127.0.0.1:${silent.port}/`, undefined, { milliseconds: 200 })).toEqual(late)
  expect(await attempt(lax, `https://127.0.0.1:${silent.port}/`, undefined, { milliseconds: 200 })).toEqual(late)
})

test.each([
  ['no HTTP', 'SSH-2.0-x\r\n\r\n', null],
  ['a head that never ends', `HTTP/1.1 200 OK\r\n${'X-Long: x\r\n'.repeat(100_000)}`, null],
  [
    'a body that never ends',
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'10000\r\n'}${'x'.repeat(65_536)}\r\n10000\r\n${'x'.repeat(65_536)}\r\n`,
    200,
  ],
])('%s is bounded', async (_, said, statusCode) => {
  using rude = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.write(said), error: () => {} },
  })
  const outcome = await attempt(lax, `http://127.0.0.1:${rude.port}/`, undefined, { milliseconds: 2000 })
  expect(outcome.statusCode).toBe(statusCode)
})

test('TLS is by the name, which the certificate must bear', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-test-'))
  try {
    const files = ['key.pem', 'cert.pem'].map((name) => join(directory, name))
    const [keyFile = '', certFile = ''] = files
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    const named = ['-subj', '/CN=hooks.test', '-addext', 'subjectAltName=DNS:hooks.test']
    const made = Bun.spawnSync(['openssl', ...words, ...named, '-keyout', keyFile, '-out', certFile], {
      stderr: 'ignore',
    })
    expect(made.exitCode).toBe(0)
    const cert = await Bun.file(certFile).text()
    await using there = receiver(0, { key: await Bun.file(keyFile).text(), cert })
    const loopback = async () => ['127.0.0.1']
    const to = (name: string, ca?: string) => attempt(lax, `https://${name}:${there.port}/`, loopback, ca ? { ca } : {})
    expect(await to('hooks.test', cert)).toEqual({ statusCode: 200, error: null })
    const refused = { statusCode: null, error: 'the certificate is not valid' }
    expect(await to('other.test', cert)).toEqual(refused)
    expect(await to('hooks.test')).toEqual(refused)
    expect(await to('127.0.0.1', cert)).toEqual(refused)
    expect(there.got).toHaveLength(1)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a proxy of the environment is not asked: it would connect where this server may not', async () => {
  await using proxy = receiver()
  await using there = receiver()
  const before = Bun.env['HTTP_PROXY']
  Bun.env['HTTP_PROXY'] = proxy.url
  try {
    expect(await attempt(lax, there.url)).toEqual({ statusCode: 200, error: null })
  } finally {
    if (before === undefined) delete Bun.env['HTTP_PROXY']
    else Bun.env['HTTP_PROXY'] = before
  }
  expect(proxy.got).toEqual([])
})
