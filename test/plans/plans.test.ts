// Plans as the config has them, and those that it has no more.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { operator } from '../../src/accounts/caller.ts'
import { plansOf } from '../../src/plans/from-config.ts'
import { defaultTtl, retainUntil, withoutLimits } from '../../src/plans/plan.ts'
import { temporaryDirectory, testConfig, testCore } from '../core.ts'
import { from, refusal, tenant } from '../keys/tenants.ts'

const plansWith = (env: Record<string, string>) => plansOf(testConfig(env).plans)

test('every key of a plan in the config arrives in the plan', () => {
  const [free] = plansWith({}).filter(({ name }) => name === 'free')
  expect(free).toEqual({
    name: 'free',
    requestsPerMinute: 60,
    burst: 100,
    requestsPerDay: 100,
    requestsPerMonth: null,
    inboxesPerDay: 50,
    activeMailboxes: 3,
    archivedMailboxes: 5,
    defaultTtlMinutes: 30,
    maxTtlMinutes: 1440,
    permanentMailboxes: false,
    retentionMinutes: 1440,
    mailboxBytes: 40 * 1_048_576,
    mailboxMessages: null,
    accountBytes: null,
    keys: null,
    keyScopes: null,
    members: null,
    customDomains: 0,
    webhooks: 1,
    customLocalPart: false,
    chooseDomain: false,
    prices: { stripe: null, btcpay: null, days: 30 },
  })
})

test('what a plan costs arrives in it too', () => {
  const [sold] = plansWith({
    MAYFLY_PLANS_SOLD_STRIPE_PRICE: 'price_123',
    MAYFLY_PLANS_SOLD_BTCPAY_AMOUNT: '4.5',
    MAYFLY_PLANS_SOLD_BTCPAY_CURRENCY: 'EUR',
    MAYFLY_PLANS_SOLD_BTCPAY_DAYS: '7',
  }).filter(({ name }) => name === 'sold')
  expect(sold?.prices).toEqual({ stripe: 'price_123', btcpay: { amount: 4.5, currency: 'EUR' }, days: 7 })
})

test('other numbers are in force at once, for accounts that are on the plan already', async () => {
  const core = testCore()
  const { secret } = await tenant(core, 'free')
  const caller = await core.keys.holder(secret, from)
  expect(core.usage.planOf(caller).requestsPerDay).toBe(100)
  await core.plans.replace(plansWith({ MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '7' }))
  expect(core.usage.planOf(caller).requestsPerDay).toBe(7)
})

test('changing the numbers of a plan, or the plan of an account, loses no counts', async () => {
  const core = testCore()
  const { secret, id } = await tenant(core, 'free')
  const call = async () => core.usage.admit(await core.keys.holder(secret, from), '192.0.2.1')
  for (let n = 0; n < 10; n++) await call()
  await core.plans.replace(plansWith({ MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '12' }))
  expect(await call()).toMatchObject({ limit: 12, remaining: 1 })
  await core.accounts.setPlan(operator, id, 'hobbyist')
  expect(await call()).toMatchObject({ limit: 1000, remaining: 988 })
  await core.accounts.setPlan(operator, id, 'free')
  expect(await refusal(call())).toBe('rate-exceeded')
})

test('a plan that is gone keeps its last numbers for those who are on it, over restarts, and takes nobody new', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const lasting = { MAYFLY_PLANS_HOBBYIST_REQUESTS_PER_DAY: '55' }
  const first = testCore({ file })
  await first.plans.remember()
  const { secret } = await tenant(first, 'hobbyist')
  await first.plans.replace(plansWith(lasting))
  const without = plansWith({ ...lasting, MAYFLY_PLANS_HOBBYIST_ENABLED: 'false' })
  await first.plans.replace(without)
  const numbers = async (core: typeof first) => core.usage.planOf(await core.keys.holder(secret, from)).requestsPerDay
  expect(await numbers(first)).toBe(55)
  expect(await refusal(tenant(first, 'hobbyist'))).toBe('plan-unknown')
  first.close()

  const config = testConfig({ MAYFLY_PLANS_HOBBYIST_ENABLED: 'false' })
  const second = testCore({ file, config })
  await second.plans.remember()
  expect(await numbers(second)).toBe(55)
  expect(await second.accounts.plansGone()).toEqual([{ plan: 'hobbyist', accounts: 1 }])
  await second.plans.replace(plansWith({}))
  expect(await numbers(second)).toBe(1000)
  expect(await second.accounts.plansGone()).toEqual([])
  second.close()
})

test('a plan that goes while nothing can be written keeps its numbers too', async () => {
  const core = testCore()
  await core.plans.remember()
  const { secret } = await tenant(core, 'hobbyist')
  core.connection.sqlite.run("create trigger full before update on plans begin select raise(abort, 'full'); end")
  expect(await refusal(core.plans.replace(plansWith({ MAYFLY_PLANS_HOBBYIST_BURST: '3' })))).not.toBeNull()
  const without = plansWith({ MAYFLY_PLANS_HOBBYIST_ENABLED: 'false' })
  expect(await refusal(core.plans.replace(without))).not.toBeNull()
  const burst = async () => core.usage.planOf(await core.keys.holder(secret, from)).burst
  expect(await burst()).toBe(3)
  core.connection.sqlite.run('drop trigger full')
  await core.plans.replace(without)
  expect(await burst()).toBe(3)
})

test('numbers that an older version wrote, or nobody can read, hide no other plan', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_HOBBYIST_ENABLED: 'false' }) })
  const write = core.connection.sqlite.query('insert or replace into plans (name, numbers) values (?, ?)')
  write.run('old', '{"requestsPerDay":5}')
  for (const [n, text] of ['no JSON', '{"requestsPerDay":"many"}', '[]', 'null'].entries()) write.run(`bad ${n}`, text)
  await core.plans.remember()
  expect(core.plans.of('old')).toEqual({ ...withoutLimits('old'), requestsPerDay: 5 })
  expect(() => core.plans.of('bad 0')).toThrow('storage-damaged')
  expect(() => core.plans.of('never')).toThrow('storage-damaged')
  expect(core.plans.isOffered('old')).toBe(false)
})

test('a mailbox lives as long as its plan says: the default cut to the maximum, without an end only where that is allowed', () => {
  const plan = withoutLimits('x')
  expect(defaultTtl(plan)).toBeNull()
  expect(defaultTtl({ ...plan, permanentMailboxes: false })).toBe(1440)
  expect(defaultTtl({ ...plan, maxTtlMinutes: 10 })).toBe(10)
  expect(defaultTtl({ ...plan, defaultTtlMinutes: 30, maxTtlMinutes: 10 })).toBe(10)
  expect(defaultTtl({ ...plan, defaultTtlMinutes: 5, maxTtlMinutes: 10 })).toBe(5)
  expect(retainUntil({ retentionMinutes: null }, 7)).toBeNull()
  expect(retainUntil({ retentionMinutes: 2 }, 7)).toBe(120_007)
})
