// What is said about a config that is wrong.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { leafPaths } from '../../src/config/nearest.ts'
import { ConfigSchema } from '../../src/config/schema.ts'
import { complaints, lines } from './sandbox.ts'

const cases: [toml: string, said: string | RegExp][] = [
  // TOML that is none.
  ['[smtp]\nmax_recipients = = 2', "test.toml:2: not valid TOML: Expected a value but found '='"],
  ['[log]\nlevel = "info"\n\n[log]\n', "test.toml:4: not valid TOML: Cannot redefine table 'log'"],
  ['[http]\nhosts = [\n  "a.test",\n\n[smtp]', /^test\.toml:2: not valid TOML: /],
  ['[payments.stripe]\nsecret_key = sk_live_1', 'test.toml:2: not valid TOML: Strings must be quoted'],
  // Wrong types and values.
  [
    '[smtp]\nmax_message_bytes = "lots"',
    'smtp.max_message_bytes: expected a whole number from 1024 to 1073741824, got "lots"',
  ],
  ['[smtp]\nmax_recipients = 0', 'smtp.max_recipients: expected a whole number from 1 to 10000, got 0'],
  ['[smtp]\nmax_recipients = 1.5', 'smtp.max_recipients: expected a whole number from 1 to 10000, got 1.5'],
  ['[smtp]\nmax_recipients = [5]', 'smtp.max_recipients: expected a whole number from 1 to 10000, got a list'],
  ['[smtp]\nauth = "no"', 'smtp.auth: expected one of "any", "off", got "no"'],
  ['[http]\ntls = "yes"', 'http.tls: expected true or false, got "yes"'],
  ['[http]\nlisten = "8025"', 'http.listen: expected ADDRESS:PORT, like 127.0.0.1:8025, got "8025"'],
  ['[http]\nlisten = ["127.0.0.1:1", 25]', 'http.listen[1]: expected ADDRESS:PORT, like 127.0.0.1:8025, got 25'],
  ['[http]\nlisten = []', 'http.listen: expected at least one, got an empty list'],
  [
    '[http]\ntrusted_proxies = "10.0.0.0/33"',
    'http.trusted_proxies: expected a network or an IP address, like 10.0.0.0/8 or 192.0.2.7, got "10.0.0.0/33"',
  ],
  [
    '[http]\ncors_origins = ["https://a.test/x"]',
    'http.cors_origins[0]: expected http:// or https:// and a host, without a path, like https://mail.example, got "https://a.test/x"',
  ],
  ['[server]\npublic_url = "mail.test"', /^server\.public_url: expected http:\/\/ or https:\/\/ and a host, /],
  [
    '[plans.free]\nburst = "none"',
    'plans.free.burst: expected a whole number from 0 to 1000000000, or "unlimited", got "none"',
  ],
  ['[plans.free]\nkey_scopes = ["all"]', /^plans\.free\.key_scopes\[0\]: expected one of "mailboxes", .*, got "all"$/],
  // Tables of the wrong kind.
  ['smtp = 5', 'smtp: expected a table, got a number'],
  ['plans = "free"', 'plans: expected tables, got a text'],
  ['[plans]\nfree = 1', 'plans.free: expected a table, got a number'],
  ['domains = "a.test"', 'domains: expected a list of tables, [[domains]], got a text'],
  ['[payments]\nstripe = "sk_live_1"', 'payments.stripe: expected a table, got a text'],
  // Names that nobody knows.
  ['[smtp]\nmax_recipient = 5', 'smtp.max_recipient: unknown key; did you mean smtp.max_recipients?'],
  ['[server]\nmax_recipients = 5', 'server.max_recipients: unknown key; did you mean smtp.max_recipients?'],
  ['max_recipients = 5', 'max_recipients: unknown key; did you mean smtp.max_recipients?'],
  ['[smpt]\nauth = "any"', 'smpt: unknown key; did you mean smtp?'],
  ['[plans.free]\nbrust = 5', 'plans.free.brust: unknown key; did you mean plans.free.burst?'],
  ['[dialects.mail_cx]\nenabled = false', 'dialects.mail_cx: unknown key; did you mean dialects.mailcx?'],
  ['[smtp]\n"max.size" = 5', /^smtp\."max\.size": unknown key; did you mean smtp\./],
  ['[log]\n__proto__ = 1', /^log\.__proto__: unknown key; /],
  // Domains.
  [
    '[[domains]]\naccess = "public"',
    'domains[0].name: expected a domain, like mail.test, *.mail.test or *, got nothing',
  ],
  ['[[domains]]\nname = "1.2.3.4"', /^domains\[0\]\.name: expected a domain, .*got "1\.2\.3\.4"$/],
  ['[[domains]]\nname = "a/b.test"', /^domains\[0\]\.name: expected a domain, /],
  ['[[domains]]\nname = "ü/b.test"', /^domains\[0\]\.name: expected a domain, /],
  ['[[domains]]\nname = "a.*.test"', /^domains\[0\]\.name: expected a domain, /],
  [
    '[[domains]]\nname = "a.test"\naccess = "private"',
    'domains[0].access: expected one of "public", "claimed", got "private"',
  ],
  [
    '[[domains]]\nname = "a.test"\n[[domains]]\nname = "A.TEST."',
    'domains[1].name: expected a domain that is not in the list yet, got "a.test"',
  ],
  ['[[domains]]\nname = "a.test"\ncatch_all = "all"', /^domains\[0\]\.catch_all: expected an address without a tag, /],
  [
    '[[domains]]\nname = "a.test"\ncatch_all = "x+y@a.test"',
    /^domains\[0\]\.catch_all: expected an address without a tag, /,
  ],
  [
    '[[domains]]\nname = "*.a.test"\ncatch_all = "all@a.test"',
    'domains[0].catch_all: expected an address of a domain in the list, got "all@a.test"',
  ],
  // What keys ask of each other.
  [
    '[tls]\ncert_file = "c.pem"',
    'tls.key_file: expected the file of the key of the certificate, since the other half is set, got nothing',
  ],
  [
    '[tls]\nkey_file = "k.pem"',
    'tls.cert_file: expected the file of the certificate, since the other half is set, got nothing',
  ],
  ['[server]\ndefault_plan = "gold"', /^server\.default_plan: expected one of the plans anonymous, .*, got "gold"$/],
  [
    '[smtp]\nmax_message_bytes = 300_000_000',
    'smtp.session_bytes: expected at least smtp.max_message_bytes (300000000), got 262144000',
  ],
  [
    '[plans.dev]\nbtcpay_amount = 5',
    'plans.dev.btcpay_currency: expected both btcpay_amount and btcpay_currency, got one of them',
  ],
  [
    '[plans.dev]\nbtcpay_currency = "euro"\nbtcpay_amount = 5',
    'plans.dev.btcpay_currency: expected a currency in capitals, like EUR, got "euro"',
  ],
  [
    '[smtp]\nlisten_tls = "127.0.0.1:8025"',
    'smtp.listen_tls: expected an address that is not taken by http.listen already, got "127.0.0.1:8025"',
  ],
]

test.each(cases)('%j', (toml, said) => {
  expect(lines({ toml })).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)])
})

test('everything that is wrong is said at once', () => {
  const toml = `
    [http]
    tls = true
    listen = "nowhere"
    [smtp]
    max_recipients = "many"
    colour = "red"
    [[domains]]
    name = "a.test"
    catch_all = "all@b.test"
    [[domains]]
    nmae = "c.test"
    [sntp]
    x = 1`
  const paths = complaints({ toml, env: { MAYFLY_LOG_LEVEL: 'loud', MAYFLY_NONSENSE: '1' } }).map(({ path }) => path)
  expect(paths.sort()).toEqual(
    [
      'tls.cert_file',
      'tls.key_file',
      'http.listen',
      'smtp.max_recipients',
      'smtp.colour',
      'domains[1].nmae',
      'domains[1].name',
      'sntp',
      'MAYFLY_LOG_LEVEL',
      'MAYFLY_NONSENSE',
    ].sort(),
  )
})

test('a file that is no TOML does not hide what is wrong in the environment', () => {
  const paths = complaints({ toml: 'x', env: { MAYFLY_LOG_LEVEL: 'loud', MAYFLY_HTTP_TLS: 'true' } })
  expect(paths.map(({ path }) => path)).toEqual([expect.stringContaining('test.toml:1'), 'MAYFLY_LOG_LEVEL'])
})

test('a table written as a list of tables is looked into', () => {
  expect(lines({ toml: '[[smtp]]\nauht = "any"' })).toEqual([
    'smtp: expected a table, got a list',
    'smtp[0].auht: unknown key; did you mean smtp[0].auth?',
  ])
  expect(lines({ toml: '[domains]\nnmae = "a.test"\nname = "a.test"' })).toEqual([
    'domains: expected a list of tables, [[domains]], got a table',
    'domains.nmae: unknown key; did you mean domains.name?',
  ])
})

test('a secret never stands in a complaint', () => {
  const secret = 'hush-5a1f'
  const given = [
    { toml: `[payments.stripe]\nsecret_key = ["${secret}"]` },
    { toml: `[payments.stripe]\nwebhook_secret = "${secret.repeat(1000)}"` },
    { toml: `[payments.stripe]\nsecret = "${secret}"` },
    { toml: `[payments]\nbtcpay = "${secret}"` },
    { toml: `[payments.btcpay]\napi_key = ${secret}` },
    { toml: `[payments.btcpay]\napi_key = "${secret}` },
    { env: { MAYFLY_PAYMENTS_BTCPAY_API_KEY: secret.repeat(1000) } },
    { env: { MAYFLY_PAYMENTS_BTCPAY_APIKEY: secret } },
  ]
  for (const sources of given) {
    expect(lines(sources)).toHaveLength(1)
    expect(lines(sources).join()).not.toContain(secret)
  }
})

test('what stands there is shown on one line, however long and odd it is', () => {
  const [line, ...more] = lines({ toml: `[log]\nlevel = "a\\n\\u001b[31m\\u009b${'x'.repeat(200)}"` })
  expect(more).toEqual([])
  expect(line).toMatch(/got "a\\n\\u001b\[31m\\u009bx+…"$/)
})

const tables = [
  'server',
  'http',
  'smtp',
  'tls',
  'mailboxes',
  'plans.free',
  'dialects.mailcx',
  'payments.stripe',
  'page',
]
const known = new Set(leafPaths().map((path) => path.join('.')))

test('any unknown key gets exactly one complaint, under its path', () => {
  fc.assert(
    fc.property(fc.constantFrom(...tables), fc.stringMatching(/^[a-z][a-z_]{0,20}$/), (table, key) => {
      fc.pre(!known.has(`${table}.${key}`) && !['burst', 'keys', 'members', 'webhooks', 'enabled'].includes(key))
      const said = complaints({ toml: `[${table}]\n${key} = 1` })
      expect(said.map(({ path }) => path)).toEqual([`${table}.${key}`])
      expect(said[0]?.problem).toMatch(/^unknown key; did you mean [a-z_.]+\?$/)
    }),
  )
})

test('any value of a wrong type gets a complaint under its path', () => {
  const leaf = fc.constantFrom(...leafPaths())
  fc.assert(
    fc.property(leaf, fc.constantFrom('{}', '{ a = 1 }', '[[]]', '-1.5', '[true]'), (path, value) => {
      const key = path.join('.')
      const said = complaints({ toml: `${key} = ${value}` })
      expect(said.map((complaint) => complaint.path.replace(/\[\d+\]$/, ''))).toEqual([key])
    }),
    { numRuns: 300 },
  )
})

test('any JSON at all in any section leads to complaints or a config, never to another error', () => {
  const section = fc.constantFrom(...Object.keys(ConfigSchema.properties))
  const inline = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
    if (typeof value === 'object' && value !== null) {
      return `{ ${Object.entries(value)
        .map(([key, item]) => `${JSON.stringify(key)} = ${inline(item)}`)
        .join(', ')} }`
    }
    return value === null ? '""' : JSON.stringify(value)
  }
  fc.assert(
    fc.property(section, fc.jsonValue({ noUnicodeString: true }), (name, value) => {
      complaints({ toml: `${name} = ${inline(value)}` })
    }),
  )
})
