// Credentials that end while something lasts that they were good for.
import { expect, test } from 'bun:test'
import { type Caller, nobody, operator } from '../../src/accounts/caller.ts'
import { testCore } from '../core.ts'
import { until } from '../http/serve.ts'
import { from, joined, tenant } from './tenants.ts'

/** Watches a caller, and gathers what is told. */
function watched(core: ReturnType<typeof testCore>, caller: Caller): { told: string[]; stop: () => void } {
  const told: string[] = []
  return { told, stop: core.standing.watch(caller, (reason) => told.push(reason)) }
}

test('a key that ended between the call and the watch is told of', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  const caller = await core.keys.holder(secret, from)
  await core.keys.revoke(owner, keyId)
  const { told } = watched(core, caller)
  await until(() => told.length > 0)
  expect(told).toEqual(['key-inactive'])
})

test('who signs out, is removed or gets another password hears of it, and no one else', async () => {
  const core = testCore()
  const ours = await tenant(core)
  const email = 'member@tenant.test'
  const { caller: first } = await joined(core, ours, email)
  const visitor = { client: '192.0.2.3', agent: 'another' }
  const second = await core.signIns.signIn(visitor, email, 'open sesame')
  const others = [watched(core, ours.owner), watched(core, await core.keys.holder(ours.secret, from))]
  const [one, two] = [watched(core, first), watched(core, second.caller)]
  await core.signIns.signOut(first, 'this')
  expect([one.told, two.told]).toEqual([['credential-wrong'], []])
  await core.keys.removeMember(ours.owner, first.member?.id ?? '', { revokeKeys: [] })
  expect(two.told).toEqual(['credential-wrong'])
  expect(others.map(({ told }) => told)).toEqual([[], []])
})

test('it is told once, and not at all to who stopped; who has no account is never told', async () => {
  const core = testCore()
  const { owner, secret, keyId } = await tenant(core)
  const caller = await core.keys.holder(secret, from)
  const [stays, leaves, stranger] = [watched(core, caller), watched(core, caller), watched(core, nobody)]
  leaves.stop()
  await core.keys.revoke(owner, keyId)
  await core.keys.change(owner, keyId, {}).catch(() => {})
  expect([stays.told, leaves.told, stranger.told]).toEqual([['key-inactive'], [], []])
})

test('a key that is put off lives on, one whose end comes nearer ends then', async () => {
  const core = testCore()
  const { owner } = await tenant(core)
  const end = core.clock.now + 40
  const [later, sooner] = [await core.keys.create(owner, { expiresAt: end }), await core.keys.create(owner, {})]
  const lives = watched(core, await core.keys.holder(later.secret, from))
  const ends = watched(core, await core.keys.holder(sooner.secret, from))
  await core.keys.change(owner, later.key.id, { expiresAt: null })
  await core.keys.change(owner, sooner.key.id, { expiresAt: end })
  core.clock.now = end
  await until(() => ends.told.length > 0)
  expect([lives.told, ends.told]).toEqual([[], ['key-inactive']])
})

test('an account that is put on a plan whose keys may less ends what they may no more', async () => {
  const core = testCore()
  const { secret, id } = await tenant(core)
  await core.plans.replace([core.plans.get('unlimited'), { ...core.plans.get('pro'), keyScopes: ['keys'] }])
  const { told } = watched(core, await core.keys.holder(secret, from))
  await core.accounts.setPlan(operator, id, 'pro')
  await until(() => told.length > 0)
  expect(told).toEqual(['forbidden'])
})

test('a reload by which the keys of a plan may less ends what they may no more, and nothing else', async () => {
  const core = testCore()
  const [ours, others] = [await tenant(core, 'pro'), await tenant(core, 'team')]
  const [key, other] = [await core.keys.holder(ours.secret, from), await core.keys.holder(others.secret, from)]
  const [narrowed, untouched, signedIn] = [watched(core, key), watched(core, other), watched(core, ours.owner)]
  const [pro, team] = [core.plans.get('pro'), core.plans.get('team')]
  await core.plans.replace([{ ...pro, keyScopes: ['keys'] }, team])
  await until(() => narrowed.told.length > 0)
  expect([narrowed.told, untouched.told, signedIn.told]).toEqual([['forbidden'], [], []])
})

test('a plan that a reload takes away ends nothing: its last numbers hold', async () => {
  const core = testCore()
  const [gone, narrowed] = [await tenant(core, 'pro'), await tenant(core, 'team')]
  const kept = watched(core, await core.keys.holder(gone.secret, from))
  const ends = watched(core, await core.keys.holder(narrowed.secret, from))
  await core.plans.replace([{ ...core.plans.get('team'), keyScopes: ['keys'] }])
  // Both were looked at again when one of them hears.
  await until(() => ends.told.length > 0)
  expect([kept.told, ends.told]).toEqual([[], ['forbidden']])
})

test('switching off the API, or the one that a key is used in, ends what keys have open, and nothing else', async () => {
  const core = testCore()
  const { owner, secret } = await tenant(core)
  const native = watched(core, await core.keys.holder(secret, from))
  const foreign = watched(core, await core.keys.holder(secret, { ...from, dialect: 'mailcx' }))
  const page = watched(core, owner)
  await core.switches.set(operator, { dialects: { mailcx: false } })
  await until(() => foreign.told.length > 0)
  expect([native.told, foreign.told]).toEqual([[], ['api-off']])
  await core.switches.set(operator, { developerApi: false })
  await until(() => native.told.length > 0)
  expect([native.told, page.told]).toEqual([['api-off'], []])
})
