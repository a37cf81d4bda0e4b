// Where the config comes from, and what it is when nobody says.
import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.ts'
import { load } from './sandbox.ts'

const cwd = mkdtempSync(join(tmpdir(), 'config-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

test('without any source there is a working server', () => {
  const { config, file } = loadConfig({ env: {}, cwd })
  expect(file).toBeNull()
  expect(config.server).toEqual({
    data_dir: join(cwd, 'mayfly-data'),
    registration: 'off',
    default_plan: 'free',
    registrations_per_day: 10,
  })
  expect(config.http.listen).toEqual(['127.0.0.1:8025'])
  expect(config.smtp.listen).toEqual(['127.0.0.1:1025'])
  expect(config.domains).toEqual([{ name: 'mayfly.test', access: 'public' }])
  expect(Object.values(config.dialects).map(({ enabled }) => enabled)).toEqual([true, true, true, true, true])
  expect(config.smtp.hostname).toBe(hostname().toLowerCase())
})

test('the bounds are those that were promised', () => {
  expect(load().smtp).toMatchObject({
    max_message_bytes: 25 * 1024 * 1024,
    max_command_bytes: 4096,
    max_auth_bytes: 12_288,
    max_header_bytes: 256 * 1024,
    max_header_lines: 1000,
    max_recipients: 100,
    max_mails_per_session: 100,
    idle_seconds: 60,
    session_seconds: 600,
    session_bytes: 250 * 1024 * 1024,
    min_bytes_per_second: 500,
    max_connections: 1000,
    max_connections_per_address: 20,
    connections_per_minute_per_address: 120,
    max_errors: 10,
    max_received_hops: 50,
    max_buffered_bytes: 64 * 1024 * 1024,
    buffer_wait_seconds: 10,
  })
  expect(load().limits).toMatchObject({ digest_seconds: 2, mime_depth: 32, mime_parts: 500, mime_attachments: 100 })
  expect(load().http.max_body_bytes).toBe(1024 * 1024)
})

test('--config wins over $MAYFLY_CONFIG, that over ./mayfly.toml', () => {
  const level = (name: string, word: string) => writeFileSync(join(cwd, name), `[log]\nlevel = "${word}"\n`)
  level('given.toml', 'error')
  level('env.toml', 'warn')
  const env = { MAYFLY_CONFIG: 'env.toml' }
  expect(loadConfig({ file: 'given.toml', env, cwd })).toMatchObject({
    file: join(cwd, 'given.toml'),
    config: { log: { level: 'error' } },
  })
  level('mayfly.toml', 'debug')
  expect(loadConfig({ env, cwd })).toMatchObject({ file: join(cwd, 'env.toml'), config: { log: { level: 'warn' } } })
  expect(loadConfig({ env: { MAYFLY_CONFIG: '' }, cwd }).file).toBe(join(cwd, 'mayfly.toml'))
  expect(loadConfig({ env: {}, cwd }).config.log.level).toBe('debug')
})

test('a file that is not there, or no file, is a complaint', () => {
  expect(() => loadConfig({ file: 'nowhere.toml', env: {}, cwd })).toThrow(
    `${join(cwd, 'nowhere.toml')}: can't be read: there is no such file`,
  )
  expect(() => loadConfig({ file: '.', env: {}, cwd })).toThrow(`${cwd}: can't be read: it is a directory`)
})

test('the command line wins over the environment, that over the file', () => {
  const toml = '[http]\nlisten = ["127.0.0.1:1", "127.0.0.1:2"]\n[smtp]\nlisten = "127.0.0.1:3"'
  const env = { MAYFLY_HTTP_LISTEN: '127.0.0.1:4', MAYFLY_SMTP_LISTEN: '127.0.0.1:5' }
  const config = load({ toml, env, overrides: { http: '[::1]:0', dataDir: '/somewhere' } })
  expect(config.http.listen).toEqual(['[::1]:0'])
  expect(config.smtp.listen).toEqual(['127.0.0.1:5'])
  expect(config.server.data_dir).toBe('/somewhere')
})

const loopback = ['127.0.0.0/8', '::1/128']

test.each([
  ['', true],
  ['listen = "192.168.1.5:25"', true],
  ['listen = "0.0.0.0:25"', false],
  ['listen = ["127.0.0.1:1025", "[::]:25"]', false],
  ['listen = ":25"', false],
  ['listen_tls = "203.0.113.5:465"', false],
])('private networks are trusted with [smtp] %s: %j', (smtp, all) => {
  const { trusted_networks } = load({ toml: `[smtp]\n${smtp}` }).smtp
  if (all) expect(trusted_networks).toEqual(expect.arrayContaining([...loopback, '10.0.0.0/8', 'fc00::/7']))
  else expect(trusted_networks).toEqual(loopback)
})

test('an operator who names trusted networks gets those alone, also none', () => {
  expect(load({ toml: '[smtp]\nlisten = ":25"\ntrusted_networks = "10.1.0.0/16"' }).smtp.trusted_networks).toEqual([
    '10.1.0.0/16',
  ])
  expect(load({ toml: '[smtp]\ntrusted_networks = []' }).smtp.trusted_networks).toEqual([])
})

test('names, addresses and origins are kept in one spelling', () => {
  const config = load({
    toml: `
      [server]
      public_url = "HTTPS://Mail.Example/"
      [smtp]
      public_addresses = ["2001:DB8:0::1", "::ffff:203.0.113.5"]
      [http]
      trusted_proxies = ["FD00::/8", "10.0.0.1"]
      [mailboxes]
      reserved_local_parts = "Boss"
      [[domains]]
      name = "Bücher.TEST."
      catch_all = "All@Bücher.test"
      [[domains]]
      name = "*.Mail.Test"
      access = "claimed"
      [[domains]]
      name = "*"`,
  })
  expect(config.server.public_url).toBe('https://mail.example')
  expect(config.smtp.public_addresses).toEqual(['2001:db8::1', '203.0.113.5'])
  expect(config.http.trusted_proxies).toEqual(['fd00::/8', '10.0.0.1'])
  expect(config.mailboxes.reserved_local_parts).toEqual(['boss'])
  expect(config.domains).toEqual([
    { name: 'xn--bcher-kva.test', access: 'public', catch_all: 'all@xn--bcher-kva.test' },
    { name: '*.mail.test', access: 'claimed' },
    { name: '*', access: 'public' },
  ])
})

test('a catch_all may lie in a domain that a pattern serves', () => {
  const toml = (name: string) => `[[domains]]\nname = "${name}"\ncatch_all = "all@a.mail.test"`
  for (const name of ['*', '*.mail.test', 'a.mail.test']) expect(load({ toml: toml(name) }).domains).toHaveLength(1)
})
