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
  ['[http]\nport = 80', 'http.port: unknown key; did you mean http.listen?'],
  ['[http]\nhost = "0.0.0.0"', 'http.host: unknown key; did you mean http.listen?'],
  ['[smtp]\nbind = ":25"', 'smtp.bind: unknown key; did you mean smtp.listen?'],
  ['[server]\nport = 80', 'server.port: unknown key; did you mean http.listen?'],
  ['port = 80', 'port: unknown key; did you mean http.listen?'],
  ['domain = "a.test"', 'domain: unknown key; did you mean domains?'],
  ['[server]\ndomains = ["a.test"]', 'server.domains: unknown key; did you mean domains?'],
  ['[[domains]]\nname = "a.test"\ndomain = "a.test"', 'domains[0].domain: unknown key; did you mean domains[0].name?'],
  ['[tls]\ncert = "c.pem"', 'tls.cert: unknown key; did you mean tls.cert_file?'],
  ['[tls]\nkey = "k.pem"', 'tls.key: unknown key; did you mean tls.key_file?'],
  ['[payments.btcpay]\nkey = "k"', 'payments.btcpay.key: unknown key; did you mean payments.btcpay.api_key?'],
  ['banana = 1', 'banana: unknown key'],
  ['[kubernetes]\nx = 1', 'kubernetes: unknown key'],
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
    '[webhooks]\nattempts = 100\nkept_hours = 48',
    'webhooks.kept_hours: expected at least 240, since 100 attempts may take so long, got 48',
  ],
  ['[webhooks]\nattempts = 101', /^webhooks\.attempts: expected .*1 to 100, got 101$/],
  ['[webhooks]\nattempts = 0', /^webhooks\.attempts: expected .*1 to 100, got 0$/],
  ['[webhooks]\ntimeout_seconds = 61', /^webhooks\.timeout_seconds: expected .*1 to 60, got 61$/],
  ['[webhooks]\nkept_hours = 23', /^webhooks\.kept_hours: expected .*24 to 8760, got 23$/],
  ['[webhooks]\ndelivered_kept_hours = 0', /^webhooks\.delivered_kept_hours: expected .*1 to 8760, got 0$/],
  [
    '[plans.dev]\nbtcpay_amount = 5',
    'plans.dev.btcpay_currency: expected both btcpay_amount and btcpay_currency, got one of them',
  ],
  [
    '[plans.dev]\nstripe_price = "prod_123"',
    'plans.dev.stripe_price: expected the id of a price, like price_123, got "prod_123"',
  ],
  [
    '[plans.dev]\nbtcpay_amount = 4.999\nbtcpay_currency = "EUR"',
    'plans.dev.btcpay_amount: expected an amount of EUR with at most 2 decimals, got 4.999',
  ],
  [
    '[plans.dev]\nbtcpay_amount = 4.5\nbtcpay_currency = "JPY"',
    'plans.dev.btcpay_amount: expected an amount of JPY with no decimals, got 4.5',
  ],
  [
    '[plans.dev]\nbtcpay_amount = 0.5\nbtcpay_currency = "SATS"',
    'plans.dev.btcpay_amount: expected an amount of SATS with no decimals, got 0.5',
  ],
  [
    '[plans.dev]\nbtcpay_amount = 1e-9\nbtcpay_currency = "BTC"',
    'plans.dev.btcpay_amount: expected an amount of BTC with at most 8 decimals, got 1e-9',
  ],
  [
    '[payments.stripe]\nsecret_key = "sk_1"',
    'payments.stripe.webhook_secret: expected the secret of the webhook, since payments.stripe.secret_key is set, got nothing',
  ],
  [
    '[payments.btcpay]\nurl = "https://pay.example"\napi_key = "k"\nwebhook_secret = "s"',
    "payments.btcpay.store_id: expected the store's id, since payments.btcpay.url is set, got nothing",
  ],
  [
    '[payments.btcpay]\nurl = "https://pay.example"\nstore_id = "s"\nwebhook_secret = "s"',
    'payments.btcpay.api_key: expected an API key, since payments.btcpay.url is set, got nothing',
  ],
  [
    '[payments.btcpay]\nurl = "https://pay.example"\nstore_id = "s"\napi_key = "k"',
    'payments.btcpay.webhook_secret: expected the secret of the webhook, since payments.btcpay.url is set, got nothing',
  ],
  [
    '[payments.btcpay]\nurl = "https://pay.example"\nstore_id = "../x"\napi_key = "k"\nwebhook_secret = "s"',
    'payments.btcpay.store_id: expected the store\'s id, letters and digits, got "../x"',
  ],
  [
    '[payments.stripe]\napi_url = "https://api.example/v1"',
    /^payments\.stripe\.api_url: expected http:\/\/ or https:\/\/ and a host, without a path, .* got "https:\/\/api\.example\/v1"$/,
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

const together: [toml: string, paths: string[]][] = [
  [
    `plans.free.burts = 5
    plans.anonymous.enabled = false
    http.tls = "x"
    tls.cert_file = "a"
    server.default_plan = "nope"`,
    ['plans.free.burts', 'plans.anonymous.enabled', 'http.tls', 'tls.key_file', 'server.default_plan'],
  ],
  // A plan with something wrong in it is a plan all the same.
  ['plans.free.burts = 5', ['plans.free.burts']],
  ['plans.gold.burst = "x"\nserver.default_plan = "gold"', ['plans.gold.burst']],
  ['plans.gold = 5\nserver.default_plan = "gold"', ['plans.gold']],
  ['plans.Gold.burst = 5\nserver.default_plan = "Gold"', ['plans.Gold']],
  ['plans = 5\nserver.default_plan = "gold"', ['plans']],
  [
    'plans.dev = { burst = "x", btcpay_amount = -1 }',
    ['plans.dev.burst', 'plans.dev.btcpay_amount', 'plans.dev.btcpay_currency'],
  ],
  [
    'plans.dev = { keys = "x", max_ttl_minutes = 10, default_ttl_minutes = 20 }',
    ['plans.dev.keys', 'plans.dev.default_ttl_minutes'],
  ],
  ['plans.dev = { max_ttl_minutes = "x", default_ttl_minutes = 20 }', ['plans.dev.max_ttl_minutes']],
  // The certificate.
  ['tls.cert_file = 5', ['tls.cert_file', 'tls.key_file']],
  ['http.tls = true\ntls.key_file = 5', ['tls.key_file', 'tls.cert_file']],
  ['http.tls = true\ntls = 5', ['tls']],
  ['tls = { cert_file = "a", colour = "red" }', ['tls.colour', 'tls.key_file']],
  // Domains.
  [
    'domains = [{ name = "a.test", colour = 1 }, { name = "a b" }, { name = "a.test", access = "x" }]',
    ['domains[0].colour', 'domains[1].name', 'domains[2].access', 'domains[2].name'],
  ],
  ['domains = [{ name = "a.test", catch_all = "all@b.test", x = 1 }]', ['domains[0].x', 'domains[0].catch_all']],
  ['domains = [{ name = "a.test", catch_all = "all@b.test" }, { name = "b b" }]', ['domains[1].name']],
  ['domains = [{}, {}]', ['domains[0].name', 'domains[1].name']],
  // Listeners and sizes.
  [
    'http.listen_plain = ["127.0.0.1:1", "0.0.0.0:2", "[::1]:3", "mx.test:4"]',
    ['http.listen_plain[1]', 'http.listen_plain[3]'],
  ],
  ['http.listen_plain = "127.0.0.1:1025"', ['smtp.listen']],
  ['http.listen = ["[::1]:1", "x"]\nsmtp.listen = "[::1]:1"', ['http.listen[1]', 'smtp.listen']],
  ['http.listen = "x"\nsmtp.listen = "127.0.0.1:8025"', ['http.listen']],
  ['http.listen = ["x"]\nsmtp.listen = "127.0.0.1:8025"', ['http.listen[0]']],
  ['http.listen = []\nsmtp.listen = "127.0.0.1:8025"', ['http.listen']],
  ['smtp = { session_bytes = 2048, auth = "x" }', ['smtp.auth', 'smtp.session_bytes']],
  ['smtp = { session_bytes = 2048, max_message_bytes = 0 }', ['smtp.max_message_bytes']],
]

test.each(together)(
  'what is wrong with one key hides nothing about another, and makes nothing up: %s',
  (toml, paths) => {
    expect(
      complaints({ toml })
        .map(({ path }) => path)
        .sort(),
    ).toEqual([...paths].sort())
  },
)

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
      // One half of the certificate, however wrong, asks for the other.
      const other = { 'tls.cert_file': ['tls.key_file'], 'tls.key_file': ['tls.cert_file'] }
      const expected = [key, ...(new Map(Object.entries(other)).get(key) ?? [])]
      expect(said.map((complaint) => complaint.path.replace(/\[\d+\]$/, ''))).toEqual(expected)
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
