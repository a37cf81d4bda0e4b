// Overriding keys by variables.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { leafPaths } from '../../src/config/nearest.ts'
import { variableOf } from '../../src/config/overrides.ts'
import { lines, load } from './sandbox.ts'

test('every kind of key can be set by a variable', () => {
  const config = load({
    env: {
      MAYFLY_SMTP_MAX_RECIPIENTS: '5',
      MAYFLY_SMTP_LISTEN: '127.0.0.1:0, [::1]:0',
      MAYFLY_HTTP_ANONYMOUS_MAILBOXES: '0',
      MAYFLY_HTTP_HOSTS: 'a.test,b.test',
      MAYFLY_PLANS_FREE_BURST: 'unlimited',
      MAYFLY_PLANS_FREE_MAX_TTL_MINUTES: '600',
      MAYFLY_PLANS_FREE_BTCPAY_AMOUNT: '4.5',
      MAYFLY_PLANS_FREE_BTCPAY_CURRENCY: 'EUR',
      MAYFLY_PLANS_NEW_ONE_KEY_SCOPES: 'domains,team',
      MAYFLY_DIALECTS_MAILCX_ENABLED: 'false',
      MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: 'sk',
      MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: 'whsec',
      MAYFLY_PAGE_NOTICE: 'Hello, you',
      MAYFLY_SERVER_DATA_DIR: 'elsewhere',
    },
  })
  expect(config.smtp).toMatchObject({ max_recipients: 5, listen: ['127.0.0.1:0', '[::1]:0'] })
  expect(config.http).toMatchObject({ anonymous_mailboxes: false, hosts: ['a.test', 'b.test'] })
  expect(config.plans['free']).toMatchObject({ max_ttl_minutes: 600, btcpay_amount: 4.5, btcpay_currency: 'EUR' })
  expect(config.plans['free']).not.toHaveProperty('burst')
  expect(config.plans['new-one']).toMatchObject({ key_scopes: ['domains', 'team'] })
  expect(config.dialects.mailcx.enabled).toBe(false)
  expect(config.payments.stripe.secret_key).toBe('sk')
  expect(config.page.notice).toBe('Hello, you')
  expect(config.server.data_dir).toEndWith('/elsewhere')
})

test('MAYFLY_DOMAINS serves these as public, in the place of what the file says', () => {
  const toml = '[[domains]]\nname = "c.test"\naccess = "claimed"'
  expect(load({ toml, env: { MAYFLY_DOMAINS: 'a.test, B.test' } }).domains).toEqual([
    { name: 'a.test', access: 'public' },
    { name: 'b.test', access: 'public' },
  ])
})

test('an empty variable is not set, and names without the prefix are not ours', () => {
  const { http } = load({
    env: { MAYFLY_HTTP_LISTEN: '', MAYFLY_NO_SUCH_KEY: '', PATH: '/bin', mayfly_x: '1', XMAYFLY_A: '1' },
  })
  expect(http.listen).toEqual(['127.0.0.1:8025'])
})

const cases: [name: string, text: string, said: string | RegExp][] = [
  ['MAYFLY_SMTP_MAX_RECIPIENTS', 'x', 'MAYFLY_SMTP_MAX_RECIPIENTS: expected a whole number from 1 to 10000, got "x"'],
  ['MAYFLY_HTTP_TLS', 'on', 'MAYFLY_HTTP_TLS: expected true or false, got "on"'],
  ['MAYFLY_HTTP_LISTEN', ':1,here', 'MAYFLY_HTTP_LISTEN: expected ADDRESS:PORT, like 127.0.0.1:8025, got "here"'],
  ['MAYFLY_HTTP_LISTEN', ',', 'MAYFLY_HTTP_LISTEN: expected at least one, got an empty list'],
  ['MAYFLY_DOMAINS', 'a.test,a.test', 'MAYFLY_DOMAINS: expected a domain that is not in the list yet, got "a.test"'],
  ['MAYFLY_DOMAINS', 'a b', 'MAYFLY_DOMAINS: expected a domain, like mail.test, *.mail.test or *, got "a b"'],
  [
    'MAYFLY_SMTP_MAX_RECIPIENT',
    '5',
    'MAYFLY_SMTP_MAX_RECIPIENT: unknown variable; did you mean MAYFLY_SMTP_MAX_RECIPIENTS?',
  ],
  ['MAYFLY_PLANS_FREE_BRUST', '5', 'MAYFLY_PLANS_FREE_BRUST: unknown variable; did you mean MAYFLY_PLANS_FREE_BURST?'],
  ['MAYFLY_HTTP_PORT', '80', 'MAYFLY_HTTP_PORT: unknown variable; did you mean MAYFLY_HTTP_LISTEN?'],
  ['MAYFLY_DOMAIN', 'a.test', 'MAYFLY_DOMAIN: unknown variable; did you mean MAYFLY_DOMAINS?'],
  ['MAYFLY_CONFIGS', 'x', 'MAYFLY_CONFIGS: unknown variable; did you mean MAYFLY_CONFIG?'],
  ['MAYFLY_PLANS_BURST', '5', /^MAYFLY_PLANS_BURST: unknown variable; /],
  ['MAYFLY_SERVER_DEFAULT_PLAN', 'gold', /^MAYFLY_SERVER_DEFAULT_PLAN: expected one of the plans /],
]

test.each(cases)('%s=%s', (name, text, said) => {
  expect(lines({ env: { [name]: text } })).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)])
})

test('a complaint about the command line names the option', () => {
  expect(lines({ overrides: { http: 'x', smtp: 'y' } })).toEqual([
    '--http: expected ADDRESS:PORT, like 127.0.0.1:8025, got "x"',
    '--smtp: expected ADDRESS:PORT, like 127.0.0.1:8025, got "y"',
  ])
})

test('a variable mends what is wrong in the file', () => {
  expect(load({ toml: '[log]\nlevel = 5', env: { MAYFLY_LOG_LEVEL: 'warn' } }).log.level).toBe('warn')
})

test('a section that is no table is complained about, variable or not', () => {
  expect(lines({ toml: 'smtp = 5', env: { MAYFLY_SMTP_AUTH: 'off' } })).toEqual([
    'smtp: expected a table, got a number',
  ])
})

test('no two keys share a variable', () => {
  const names = leafPaths().map(variableOf)
  expect(new Set(names).size).toBe(names.length)
})

test('a variable says what the file would say', () => {
  const numbers = [
    'max_recipients',
    'max_errors',
    'max_connections',
    'idle_seconds',
    'session_seconds',
    'max_header_lines',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.integer({ min: 10, max: 1000 }), (key, value) => {
      const byFile = load({ toml: `[smtp]\n${key} = ${value}` })
      const byVariable = load({ env: { [variableOf(['smtp', key])]: String(value) } })
      expect(byVariable).toEqual(byFile)
      expect(byFile.smtp).toHaveProperty(key, value)
    }),
  )
})
