// Keys as the service makes, changes, rotates and revokes them.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { operator } from '../../src/accounts/caller.ts'
import { prefixes } from '../../src/keys/key.ts'
import { plansOf } from '../../src/plans/from-config.ts'
import { temporaryDirectory, testConfig, testCore } from '../core.ts'
import { from, joined, refusal, tenant } from './tenants.ts'

const minute = 60_000
const hour = 60 * minute

test('a key of each prefix is good, and says whose it is', async () => {
  const core = testCore()
  const { id, owner } = await tenant(core)
  for (const prefix of prefixes) {
    const { key, secret } = await core.keys.create(owner, { name: ` ${prefix} `, prefix })
    expect(key).toMatchObject({ name: prefix, prefix, accountId: id, maker: owner.member?.email, lastUsedAt: null })
    const holder = await core.keys.holder(secret, from)
    expect(holder).toMatchObject({ kind: 'account', account: { id }, key: { id: key.id }, sessionId: null })
  }
})

test('whose a key is can be told also where it may not be used, or not any more', async () => {
  const core = testCore()
  const { id, owner } = await tenant(core)
  const { key, secret } = await core.keys.create(owner, { origins: ['elsewhere.test'] })
  expect(await refusal(core.keys.holder(secret, from))).toBe('origin-refused')
  expect((await core.keys.accountOfKey(secret))?.id).toBe(id)
  await core.keys.revoke(owner, key.id)
  expect((await core.keys.accountOfKey(secret))?.id).toBe(id)
  for (const none of ['', 'mayfly_', `${secret}A`]) expect(await core.keys.accountOfKey(none)).toBeNull()
})

test('nothing but the key itself is good: not a part of it, more than it, another or its hash', async () => {
  const core = testCore()
  const { secret } = await tenant(core)
  const { hash } = (await core.keys.holder(secret, from)).key ?? { hash: '' }
  const swapped = secret.slice(0, -1) + (secret.endsWith('A') ? 'B' : 'A')
  for (const wrong of [
    secret.slice(0, -1),
    `${secret}A`,
    swapped,
    secret.toUpperCase(),
    hash,
    `mayfly_${hash}`,
    '',
    'mayfly_',
  ]) {
    expect(await refusal(core.keys.holder(wrong, from))).toBe('credential-wrong')
  }
  expect(await refusal(core.keys.holder(`dm_live_${secret.slice(7)}`, from))).toBe('credential-wrong')
})

test('neither the database nor what is listed has the secret', async () => {
  const core = testCore()
  const { owner, secret } = await tenant(core)
  const [listed] = await core.keys.list(owner, { after: 0, limit: 10 })
  expect(JSON.stringify(listed)).not.toContain(secret.slice(7, 20))
  expect(secret).toStartWith(`${listed?.prefix}${listed?.head}`)
  expect(secret).toEndWith(listed?.tail ?? 'none')
  const bytes = Buffer.from(core.connection.sqlite.serialize()).toString('latin1')
  expect(bytes).not.toContain(secret.slice(11, -4))
})

test('its last use is kept to the minute, and its calls are counted, by batches that a failed write does not lose', async () => {
  const core = testCore({ now: Date.UTC(2026, 0, 1, 12, 30, 45, 678) })
  const { owner, secret, keyId } = await tenant(core)
  const caller = await core.keys.holder(secret, from)
  for (let n = 0; n < 3; n++) core.keys.wasUsed(caller)
  core.connection.sqlite.run('alter table keys rename to elsewhere')
  expect(await refusal(core.keys.flush())).not.toBeNull()
  core.connection.sqlite.run('alter table elsewhere rename to keys')
  core.keys.wasUsed(caller)
  const key = await core.keys.get(owner, keyId)
  expect(key).toMatchObject({ lastUsedAt: Date.UTC(2026, 0, 1, 12, 30), requests: 4 })
})

test('keys are shown also where their use cannot be written', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  core.keys.wasUsed(await core.keys.holder(secret, from))
  core.connection.sqlite.run("create trigger full before update on keys begin select raise(abort, 'full'); end")
  expect(await core.keys.get(owner, keyId)).toMatchObject({ id: keyId, requests: 0 })
  core.connection.sqlite.run('drop trigger full')
  expect(await core.keys.get(owner, keyId)).toMatchObject({ requests: 1 })
})

test('it ends by the clock, at the very millisecond', async () => {
  const core = testCore()
  const { owner } = await tenant(core)
  const { secret } = await core.keys.create(owner, { expiresAt: core.clock.now + hour })
  core.clock.now += hour - 1
  expect(await refusal(core.keys.holder(secret, from))).toBeNull()
  core.clock.now += 1
  expect(await refusal(core.keys.holder(secret, from))).toBe('key-inactive')
  expect(await refusal(core.keys.create(owner, { expiresAt: core.clock.now }))).toBe('invalid-request')
})

test('every change but that of the secret is in force for the very next call', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  const asked = (use = from) => refusal(core.keys.holder(secret, use))
  expect(await asked()).toBeNull()
  const page = { ...from, origin: 'https://example.com' }
  await core.keys.change(owner, keyId, { origins: ['*.example.com'] })
  expect([await asked(), await asked(page)]).toEqual(['origin-refused', null])
  await core.keys.change(owner, keyId, { origins: [], dialects: ['minutemail'] })
  expect([await asked(), await asked({ ...from, dialect: 'minutemail' })]).toEqual(['forbidden', null])
  await core.keys.change(owner, keyId, { dialects: [], scopes: ['domains'], domains: ['Mayfly.TEST'], name: 'new' })
  expect((await core.keys.holder(secret, from)).key).toMatchObject({
    name: 'new',
    scopes: ['domains'],
    domains: ['mayfly.test'],
  })
  await core.keys.change(owner, keyId, { expiresAt: core.clock.now + 1 })
  expect(await asked()).toBeNull()
  core.clock.now += 1
  expect(await asked()).toBe('key-inactive')
  await core.keys.change(owner, keyId, { expiresAt: null, scopes: null })
  expect(await asked()).toBeNull()
  await core.accounts.setSuspended(operator, owner.account.id, true)
  expect(await asked()).toBe('account-suspended')
  await core.accounts.setSuspended(operator, owner.account.id, false)
  expect(await asked()).toBeNull()
  await core.keys.revoke(owner, keyId)
  expect(await asked()).toBe('key-inactive')
})

test('what no key can be is refused with its place', async () => {
  const core = testCore()
  const { owner } = await tenant(core)
  const wishes: [object, string][] = [
    [{ name: ' ' }, 'body.name'],
    [{ name: 'x'.repeat(101) }, 'body.name'],
    [{ origins: ['example.com', 'a/b'] }, 'body.origins[1]'],
    [{ origins: Array(101).fill('example.com') }, 'body.origins'],
    [{ domains: ['no domain'] }, 'body.domains[0]'],
    [{ dialects: ['native', 'pigeon'] }, 'body.dialects[1]'],
    [{ dialects: ['constructor'] }, 'body.dialects[0]'],
  ]
  for (const [wish, path] of wishes) {
    const error = await core.keys.create(owner, wish).catch((error) => error)
    expect(error).toMatchObject({ reason: 'invalid-request', details: { fields: [{ path }] } })
  }
})

test('after a rotation the old secret is good for as long as was said, and not a millisecond more', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  const rotated = await core.keys.rotate(owner, keyId, { overlapHours: 72 })
  expect(rotated.key).toMatchObject({ id: keyId, previousUntil: core.clock.now + 72 * hour })
  expect(rotated.secret).toMatch(/^mayfly_/)
  core.clock.now += 72 * hour - 1
  expect(await refusal(core.keys.holder(secret, from))).toBeNull()
  core.clock.now += 1
  expect(await refusal(core.keys.holder(secret, from))).toBe('key-inactive')
  expect((await core.keys.holder(rotated.secret, from)).key?.id).toBe(keyId)
})

test('without an overlap the old secret is over at once; overlaps have their bounds', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  const rotated = await core.keys.rotate(owner, keyId, {})
  expect(await refusal(core.keys.holder(secret, from))).toBe('key-inactive')
  expect(await refusal(core.keys.holder(rotated.secret, from))).toBeNull()
  for (const overlapHours of [-1, 72.1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(await refusal(core.keys.rotate(owner, keyId, { overlapHours }))).toBe('invalid-request')
  }
})

test('of two rotations only the last old secret is good; a revocation ends all of them', async () => {
  const core = testCore()
  const { owner, secret: first, keyId } = await tenant(core)
  const { secret: second } = await core.keys.rotate(owner, keyId, { overlapHours: 24 })
  const { secret: third } = await core.keys.rotate(owner, keyId, { overlapHours: 24 })
  const asked = async () => Promise.all([first, second, third].map((one) => refusal(core.keys.holder(one, from))))
  expect(await asked()).toEqual(['credential-wrong', null, null])
  await core.keys.revoke(owner, keyId)
  expect(await asked()).toEqual(['credential-wrong', 'key-inactive', 'key-inactive'])
})

test('one that is over is not rotated, one that is revoked not changed; revoking it again changes nothing', async () => {
  const core = testCore()
  const { owner, keyId } = await tenant(core)
  const { key } = await core.keys.create(owner, { expiresAt: core.clock.now + 1 })
  core.clock.now += 1
  expect(await refusal(core.keys.rotate(owner, key.id, {}))).toBe('key-unknown')
  await core.keys.revoke(owner, keyId)
  const { revokedAt } = await core.keys.get(owner, keyId)
  core.clock.now += minute
  await core.keys.revoke(owner, keyId)
  expect((await core.keys.get(owner, keyId)).revokedAt).toBe(revokedAt)
  expect(await refusal(core.keys.rotate(owner, keyId, {}))).toBe('key-unknown')
  expect(await refusal(core.keys.change(owner, keyId, { name: 'alive' }))).toBe('key-unknown')
})

test('a key makes none that may do more than itself, and what is not said is as its own', async () => {
  const core = testCore()
  const end = core.clock.now + hour
  const bounds = {
    scopes: ['keys', 'mailboxes'] as const,
    origins: ['example.com', 'b.test'],
    domains: ['mayfly.test'],
    dialects: ['native'],
    expiresAt: end,
  }
  const { secret, owner } = await tenant(core, 'unlimited', bounds)
  const use = { ...from, origin: 'https://example.com' }
  const caller = await core.keys.holder(secret, use)
  const { key } = await core.keys.create(caller, {})
  expect(key).toMatchObject({ ...bounds, scopes: ['keys', 'mailboxes'] })
  const less = { scopes: ['keys'] as const, origins: ['b.test'], expiresAt: end - 1 }
  expect(await core.keys.create(caller, less)).toMatchObject({ key: { scopes: ['keys'], origins: ['b.test'] } })
  for (const more of [
    { scopes: null },
    { scopes: ['keys', 'team'] as const },
    { origins: [] },
    { origins: ['c.test'] },
    { domains: [] },
    { domains: ['mayfly.test', 'other.test'] },
    { dialects: [] },
    { dialects: ['native', 'mailcx'] },
    { expiresAt: null },
    { expiresAt: end + 1 },
  ]) {
    expect(await refusal(core.keys.create(caller, more))).toBe('forbidden')
    expect(await refusal(core.keys.change(caller, key.id, more))).toBe('forbidden')
  }
  expect(await refusal(core.keys.create(owner, {}))).toBeNull()
})

test('a key gets at no secret of one that may do more by rotating it', async () => {
  const core = testCore()
  const { secret, keyId } = await tenant(core, 'unlimited', { scopes: ['keys'] })
  const caller = await core.keys.holder(secret, from)
  const { owner, ...other } = await tenant(core)
  expect(await refusal(core.keys.rotate(caller, other.keyId, {}))).toBe('key-unknown')
  const wide = await core.keys.createFor(operator, (await core.keys.get(caller, keyId)).maker, {})
  expect(await refusal(core.keys.rotate(caller, wide.key.id, { overlapHours: 72 }))).toBe('forbidden')
  expect(await refusal(core.keys.rotate(caller, keyId, {}))).toBeNull()
})

test('a secret that was rotated out makes nothing that outlasts it', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  await core.keys.rotate(owner, keyId, { overlapHours: 1 })
  const caller = await core.keys.holder(secret, from)
  expect((await core.keys.create(caller, {})).key.expiresAt).toBe(core.clock.now + hour)
  expect(await refusal(core.keys.create(caller, { expiresAt: null }))).toBe('forbidden')
  expect(await refusal(core.keys.rotate(caller, keyId, {}))).toBe('forbidden')
})

test('only who may handle keys does', async () => {
  const core = testCore()
  const { secret, keyId } = await tenant(core, 'unlimited', { scopes: ['mailboxes', 'team'] })
  const caller = await core.keys.holder(secret, from)
  for (const work of [
    core.keys.list(caller, { after: 0, limit: 1 }),
    core.keys.get(caller, keyId),
    core.keys.create(caller, {}),
    core.keys.change(caller, keyId, {}),
    core.keys.rotate(caller, keyId, {}),
    core.keys.revoke(caller, keyId),
    core.keys.listFor(caller, null, { after: 0, limit: 1 }),
    core.keys.createFor(caller, 'a@tenant.test', {}),
  ]) {
    expect(await refusal(work)).toBe('forbidden')
  }
})

test("the plan's key_scopes narrow what keys may, also those that were made before, and are given back with it", async () => {
  const env = { MAYFLY_PLANS_PRO_KEY_SCOPES: 'mailboxes,keys' }
  const narrow = testConfig(env)
  const core = testCore()
  const { secret, owner } = await tenant(core, 'pro')
  const scopes = async () => (await core.keys.holder(secret, from)).key?.scopes
  expect(await scopes()).toBeNull()
  await core.plans.replace(plansOf(narrow.plans))
  expect(await scopes()).toEqual(['mailboxes', 'keys'])
  expect(await refusal(core.keys.create(owner, { scopes: ['team'] }))).toBe('invalid-request')
  const { key, secret: other } = await core.keys.create(owner, { scopes: ['keys'] })
  await core.plans.replace(plansOf(testConfig({ MAYFLY_PLANS_PRO_KEY_SCOPES: 'mailboxes' }).plans))
  expect((await core.keys.holder(other, from)).key?.scopes).toEqual([])
  await core.plans.replace(plansOf(core.config.plans))
  expect(await scopes()).toBeNull()
  expect((await core.keys.get(owner, key.id)).scopes).toEqual(['keys'])
})

test("a plan's number of keys is exact with 50 made at once; those that are over do not count", async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_PRO_KEYS: '10' }) })
  const { owner, keyId } = await tenant(core, 'pro')
  const made = await Promise.all(Array.from({ length: 50 }, () => refusal(core.keys.create(owner, {}))))
  expect(made.filter((reason) => reason === null).length).toBe(9)
  expect(made.filter((reason) => reason === 'quota-exceeded').length).toBe(41)
  await core.keys.revoke(owner, keyId)
  expect(await refusal(core.keys.create(owner, { expiresAt: core.clock.now + 1 }))).toBeNull()
  expect(await refusal(core.keys.create(owner, {}))).toBe('quota-exceeded')
  core.clock.now += 1
  expect(await refusal(core.keys.create(owner, {}))).toBeNull()
})

test('a key that is over is good again only where the plan has room for it', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_PRO_KEYS: '2' }) })
  const { owner, keyId } = await tenant(core, 'pro')
  const end = core.clock.now + 1000
  const old = await core.keys.create(owner, { expiresAt: end })
  core.clock.now = end
  const other = await core.keys.create(owner, {})
  for (const expiresAt of [null, end + 60_000]) {
    expect(await refusal(core.keys.change(owner, old.key.id, { expiresAt }))).toBe('quota-exceeded')
  }
  expect(await refusal(core.keys.holder(old.secret, from))).toBe('key-inactive')
  // What it is called, and how long one lives that is good, is no matter of room.
  expect((await core.keys.change(owner, old.key.id, { name: 'old' })).name).toBe('old')
  expect((await core.keys.change(owner, keyId, { expiresAt: end + 60_000 })).expiresAt).toBe(end + 60_000)
  await core.keys.revoke(owner, other.key.id)
  await core.keys.change(owner, old.key.id, { expiresAt: null })
  expect(await refusal(core.keys.holder(old.secret, from))).toBe(null)
})

test('members see the keys that they made, owners all of the account, nobody those of another', async () => {
  const core = testCore()
  const ours = await tenant(core)
  const theirs = await tenant(core)
  const { caller, made } = await joined(core, ours, 'member@tenant.test')
  const ids = async (who: typeof caller) => (await core.keys.list(who, { after: 0, limit: 100 })).map(({ id }) => id)
  const all = [ours.keyId, made.key.id]
  expect(await ids(caller)).toEqual([made.key.id])
  expect(await ids(ours.owner)).toEqual(all)
  expect(await ids(await core.keys.holder(made.secret, from))).toEqual([made.key.id])
  expect(await ids(await core.keys.holder(ours.secret, from))).toEqual(all)
  for (const [who, id] of [
    [caller, ours.keyId],
    [theirs.owner, ours.keyId],
    [ours.owner, theirs.keyId],
    [ours.owner, 'no id'],
  ] as const) {
    expect(await refusal(core.keys.get(who, id))).toBe('key-unknown')
    expect(await refusal(core.keys.change(who, id, {}))).toBe('key-unknown')
    expect(await refusal(core.keys.rotate(who, id, {}))).toBe('key-unknown')
    expect(await refusal(core.keys.revoke(who, id))).toBe('key-unknown')
  }
})

test('who removes a member says which of the keys go with him; the others work on, but speak for no owner', async () => {
  const core = testCore()
  const ours = await tenant(core)
  const { caller, made } = await joined(core, ours, 'member@tenant.test')
  const second = await core.keys.create(caller, {})
  const memberId = caller.member?.id ?? ''
  expect(await refusal(core.keys.removeMember(ours.owner, memberId, { revokeKeys: [made.key.id, 'no id'] }))).toBe(
    'key-unknown',
  )
  expect(await refusal(core.keys.holder(made.secret, from))).toBeNull()
  await core.keys.removeMember(ours.owner, memberId, { revokeKeys: [made.key.id] })
  expect(await refusal(core.keys.holder(made.secret, from))).toBe('key-inactive')
  const left = await core.keys.holder(second.secret, from)
  expect(left.member).toBeNull()
  expect(await refusal(core.links.invite(left, { role: 'owner' }))).toBe('forbidden')
  expect(await refusal(core.keys.revoke(left, ours.keyId))).toBe('key-unknown')
  expect((await core.keys.get(ours.owner, second.key.id)).maker).toBe('member@tenant.test')
})

test('keys outlive a restart, and those that were over long ago are forgotten', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const before = testCore({ file })
  const { secret, keyId, owner } = await tenant(before)
  const old = await before.keys.create(owner, {})
  await before.keys.revoke(owner, old.key.id)
  before.close()
  const core = testCore({ file, now: before.clock.now + 401 * 24 * hour })
  expect((await core.keys.holder(secret, from)).key?.id).toBe(keyId)
  while (await core.keys.tidy());
  expect((await core.keys.list(owner, { after: 0, limit: 10 })).map(({ id }) => id)).toEqual([keyId])
  core.close()
})

test('a change, a rotation, a revocation and a making are in the audit trail, without a secret', async () => {
  const core = testCore()
  const { owner, keyId, secret } = await tenant(core)
  const { secret: rotated } = await core.keys.rotate(owner, keyId, {})
  await core.keys.change(owner, keyId, { name: 'other' })
  await core.keys.revoke(owner, keyId)
  const deeds = await core.usage.deeds(owner, { before: Number.MAX_SAFE_INTEGER, limit: 10, everybody: false })
  expect(deeds.map(({ what }) => what).slice(0, 4)).toEqual([
    'key.revoked',
    'key.changed',
    'key.rotated',
    'key.created',
  ])
  const text = JSON.stringify(deeds)
  for (const one of [secret, rotated]) expect(text).not.toContain(one.slice(7))
})
