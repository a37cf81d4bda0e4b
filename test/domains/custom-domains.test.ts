// Domains that accounts add: noted, quota'd, and not served before their records were looked at.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { operator } from '../../src/accounts/caller.ts'
import { Refusal } from '../../src/refusal.ts'
import { deeds } from '../../src/storage/audit-trail.ts'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'

test('a domain is noted in its one spelling, with a token of its own', async () => {
  const core = testCore()
  const { caller, account } = await tenant(core)
  const domain = await core.domains.add(caller, ' Münster.Example. ')
  expect(domain).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    accountId: account.id,
    name: 'xn--mnster-3ya.example',
    state: 'pending',
    token: expect.stringMatching(/^mayfly-[0-9A-Za-z]{32}$/),
    createdAt: core.clock.now,
    key: expect.any(Number),
    access: 'private',
    catchAll: null,
    verifiedAt: null,
    failingSince: null,
    checkedAt: null,
    nextCheckAt: expect.any(Number),
    tries: 0,
    byHand: false,
    found: null,
  })
  expect(domain.nextCheckAt).toBeWithin(core.clock.now + 24_000, core.clock.now + 30_001)
  const other = await core.domains.add(caller, 'other.example')
  expect(other.token).not.toBe(domain.token)
  expect(await core.domains.list(caller)).toEqual([domain, other])
  expect(await core.domains.get(caller, domain.id.toUpperCase())).toEqual(domain)
  expect(await core.domains.get(caller, 'MÜNSTER.example.')).toEqual(domain)
  await core.domains.remove(caller, domain.id)
  expect(await core.domains.list(caller)).toEqual([other])
})

test('what is no domain, and what is the operator’s, is refused', async () => {
  const core = testCore({
    config: testConfig({ MAYFLY_DOMAINS: 'own.test,*.wild.test,*', MAYFLY_SMTP_HOSTNAME: 'mx.mayfly-host.test' }),
  })
  const { caller } = await tenant(core)
  for (const name of [
    '',
    ' ',
    'localhost',
    'a..example',
    '-a.example',
    'a@b.example',
    'http://a.example',
    '192.0.2.1',
    '[192.0.2.1]',
    '2001:db8::1',
    '[2001:db8::1]',
    '*',
    '*.',
    '*.example',
    'a.*.example.org',
    '**.example.org',
    'co.uk',
    '*.co.uk',
    'github.io',
    'home.arpa',
    'test',
    `${'a.'.repeat(119)}toolong.example`,
    `${'a.'.repeat(200)}example`,
    'x\u0000.example',
    'mx.mayfly-host.test',
    'below.mx.mayfly-host.test',
    'a b.example',
    `${'a'.repeat(64)}.example`,
    'own.test',
    'OWN.test.',
    'a.own.test',
    'wild.test',
    'b.wild.test',
  ]) {
    expect([name, await reasonOf(core.domains.add(caller, name))]).toEqual([name, 'invalid-request'])
  }
  for (const name of [
    'notown.test',
    '*.notown.test',
    'a.lan',
    'box.internal',
    'x.home.arpa',
    'shop.co.uk',
    'me.github.io',
    'x.example',
  ])
    expect((await core.domains.add(caller, name)).name).toBe(name)
})

test('one TXT record is good for a domain and for its subdomains', async () => {
  const core = testCore()
  const { caller } = await tenant(core)
  const own = await core.domains.add(caller, 'a.example')
  const below = await core.domains.add(caller, '*.A.example')
  expect([below.name, below.token]).toEqual(['*.a.example', own.token])
  expect(core.domains.records(below).map(({ line }) => line)).toEqual([
    `_mayfly.a.example. IN TXT "${own.token}"`,
    `*.a.example. IN MX 10 ${core.config.smtp.hostname}.`,
  ])
  expect(core.domains.records(own).map(({ purpose, name }) => [purpose, name])).toEqual([
    ['ownership', '_mayfly.a.example'],
    ['delivery', 'a.example'],
    ['subdomains', '*.a.example'],
  ])
})

test('an account has a domain once, and two accounts may wait for the same one', async () => {
  const core = testCore()
  const [one, other] = [await tenant(core), await tenant(core)]
  const mine = await core.domains.add(one.caller, 'both.example')
  expect(await reasonOf(core.domains.add(one.caller, 'BOTH.example'))).toBe('domain-taken')
  const theirs = await core.domains.add(other.caller, 'both.example')
  expect(theirs.token).not.toBe(mine.token)
  for (const verb of ['get', 'verify', 'remove'] as const) {
    const error = await core.domains[verb](one.caller, theirs.id).then(
      () => null,
      (cause) => cause,
    )
    expect(error).toMatchObject({ reason: 'domain-unknown', details: { foreign: true } })
    expect(await reasonOf(core.domains[verb](one.caller, 'x'))).toBe('domain-unknown')
  }
  expect(await core.domains.list(other.caller)).toEqual([theirs])
})

test('a plan says how many, and all that are asked for at once keep to it', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_PRO_CUSTOM_DOMAINS: '2' }) })
  const { caller } = await tenant(core, { plan: 'pro' })
  const names = ['a.example', 'b.example', 'c.example', 'd.example']
  const results = await Promise.allSettled(names.map((name) => core.domains.add(caller, name)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  expect(await reasonOf(core.domains.add(caller, 'e.example'))).toBe('quota-exceeded')
  const [first] = await core.domains.list(caller)
  await core.domains.remove(caller, first?.id ?? '')
  await core.domains.add(caller, 'e.example')
})

test('only who may have to do with domains does', async () => {
  const core = testCore()
  const { caller } = await tenant(core, { key: { scopes: ['mailboxes', 'team', 'keys'] } })
  const tries = [
    core.domains.add(caller, 'a.example'),
    core.domains.list(caller),
    core.domains.get(caller, 'x'),
    core.domains.verify(caller, 'x'),
    core.domains.remove(caller, 'x'),
  ]
  expect(await Promise.all(tries.map(reasonOf))).toEqual(tries.map(() => 'forbidden'))
  expect(await reasonOf(core.domains.add({ kind: 'nobody' }, 'a.example'))).toBe('credential-missing')
})

test('what was added and removed is in the audit trail', async () => {
  const core = testCore()
  const { caller, account } = await tenant(core)
  const { id } = await core.domains.add(caller, 'a.example')
  await core.domains.remove(caller, id)
  const [removed, added] = deeds(core.connection.db, account.id, Number.MAX_SAFE_INTEGER, 2)
  expect(removed).toMatchObject({ what: 'domain.removed', target: id, detail: { name: 'a.example' }, by: 'key' })
  expect(added).toMatchObject({ what: 'domain.added', target: id, detail: { name: 'a.example' }, client: '192.0.2.7' })
})

test('an account that is deleted loses its domains', async () => {
  const core = testCore()
  const { caller, account } = await tenant(core)
  const other = await tenant(core)
  const { id } = await core.domains.add(caller, 'a.example')
  const theirs = await core.domains.add(other.caller, 'a.example')
  await core.accounts.delete(operator, account.id)
  expect(await core.domains.list(caller)).toEqual([])
  expect(await reasonOf(core.domains.get(other.caller, id))).toBe('domain-unknown')
  expect(await reasonOf(core.domains.add(caller, 'b.example'))).toBe('account-unknown')
  expect(await core.domains.list(other.caller)).toEqual([theirs])
})

test('a domain that waits takes no mail, and no mailbox opens on it', async () => {
  const core = testCore()
  const { caller } = await tenant(core)
  await core.domains.add(caller, 'a.example')
  expect(await reasonOf(deliver(core, 'x@a.example', mail({}, 'Hi.')))).toBe('relay-denied')
  expect(await reasonOf(core.mailboxes.open(caller, { domain: 'a.example' }, '192.0.2.1'))).toBe('domain-unserved')
})

test('whatever is typed as a domain is taken in one spelling or refused with words, and never a defect', async () => {
  const core = testCore()
  const { caller } = await tenant(core)
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '*.',
      '.',
      'xn--',
      'example',
      '。',
      'ß',
      '\u202e',
      'a'.repeat(63),
      'a'.repeat(64),
      '-',
      '_',
      '%00',
      '@',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const typed = pieces.join('')
      const added = await core.domains.add(caller, typed).catch((error) => error)
      if (added instanceof Refusal) {
        expect(['invalid-request', 'domain-taken', 'quota-exceeded']).toContain(added.reason)
        return
      }
      expect(added.name).toMatch(/^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9_-]+$/)
      expect(await core.domains.get(caller, added.name)).toEqual(added)
    }),
    { numRuns: 300 },
  )
})
