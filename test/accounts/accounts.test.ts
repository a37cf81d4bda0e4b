// Accounts by their service: what does not show over HTTP.
import { expect, spyOn, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import type { Visitor } from '../../src/accounts/sign-ins.ts'
import { Refusal } from '../../src/refusal.ts'
import { type TestCore, testConfig, testCore } from '../core.ts'

const password = 'correct horse battery'
const visitor: Visitor = { client: '192.0.2.1', agent: 'a test' }
const day = 86_400_000

const rows = ({ connection }: TestCore, table: 'links' | 'sessions'): unknown =>
  connection.sqlite.query(`select count(*) as n from ${table}`).get()

async function withAdmin(core: TestCore) {
  return core.accounts.create(operator, { email: 'admin@ops.test', password, admin: true })
}

test('an unknown address and a wrong password cost the same work: one hash', async () => {
  const core = testCore()
  await withAdmin(core)
  const hash = spyOn(Bun.password, 'hash')
  const verify = spyOn(Bun.password, 'verify')
  try {
    const work = async (email: string): Promise<number> => {
      const before = hash.mock.calls.length + verify.mock.calls.length
      await expect(core.signIns.signIn(visitor, email, 'wrong')).rejects.toMatchObject({ reason: 'credential-wrong' })
      return hash.mock.calls.length + verify.mock.calls.length - before
    }
    expect(await work('admin@ops.test')).toBe(1)
    expect(await work('nobody@ops.test')).toBe(1)
    expect(await work('no address at all')).toBe(1)
  } finally {
    hash.mockRestore()
    verify.mockRestore()
    core.close()
  }
})

test('a sign-in that was not even tried is no failure', async () => {
  const core = testCore()
  await withAdmin(core)
  const busy = spyOn(core.passwords, 'matches').mockRejectedValue(new Refusal('too-busy'))
  for (let n = 0; n < 10; n++) {
    await expect(core.signIns.signIn(visitor, 'admin@ops.test', password)).rejects.toMatchObject({
      reason: 'too-busy',
    })
  }
  busy.mockRestore()
  expect((await core.signIns.signIn(visitor, 'admin@ops.test', password)).caller.member?.email).toBe('admin@ops.test')
  core.close()
})

test('what is over is forgotten, and nothing else', async () => {
  const core = testCore()
  const { caller } = await withAdmin(core).then(() => core.signIns.signIn(visitor, 'admin@ops.test', password))
  await core.links.invite(caller, {})
  core.clock.now += 3 * day
  await core.links.invite(caller, {})
  await core.signIns.signIn(visitor, 'admin@ops.test', password)
  core.clock.now += 4 * day + 1
  expect(await core.signIns.tidy()).toBe(false)
  expect([rows(core, 'links'), rows(core, 'sessions')]).toEqual([{ n: 1 }, { n: 2 }])
  core.clock.now += 23 * day
  await core.signIns.tidy()
  expect([rows(core, 'links'), rows(core, 'sessions')]).toEqual([{ n: 0 }, { n: 1 }])
  core.close()
})

test('an invitation on a plan that the config lost makes an account on the default one', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_SERVER_REGISTRATION: 'invitation' }) })
  const { token } = await core.links.inviteAccount(operator, { plan: 'pro' })
  await core.plans.replace(core.plans.names().flatMap((name) => (name === 'pro' ? [] : [core.plans.get(name)])))
  const { caller } = await core.links.accept(visitor, token, { email: 'new@b.test', password })
  expect(caller.account.plan).toBe('free')
  core.close()
})

test('addresses that look alike are one', async () => {
  const core = testCore()
  await core.accounts.create(operator, { email: 'Jose\u0301@b.test', password })
  await expect(core.accounts.create(operator, { email: 'JOSÉ@B.test' })).rejects.toMatchObject({
    reason: 'email-taken',
  })
  expect((await core.accounts.byOwner(operator, 'jose\u0301@B.TEST')).member.email).toBe('josé@b.test')
  expect((await core.signIns.signIn(visitor, 'jose\u0301@b.test', password)).caller.member?.email).toBe('josé@b.test')
  core.close()
})

test('a registration that fails leaves nothing behind', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_SERVER_REGISTRATION: 'open' }) })
  const { accounts, links } = core
  await links.register(visitor, { email: 'new@b.test', password })
  const other = { ...visitor, client: '192.0.2.2' }
  await expect(links.register(other, { email: 'new@b.test', password })).rejects.toMatchObject({
    reason: 'email-taken',
  })
  expect(await accounts.list(operator, { after: 0, limit: 10 })).toHaveLength(1)
  expect([rows(core, 'links'), rows(core, 'sessions')]).toEqual([{ n: 0 }, { n: 1 }])
  core.close()
})
