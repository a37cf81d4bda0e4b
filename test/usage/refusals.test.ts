import { expect, test } from 'bun:test'
import { type AccountCaller, nobody } from '../../src/accounts/caller.ts'
import { Refusal } from '../../src/refusal.ts'
import { tenant } from '../accounts/tenant.ts'
import { openAnonymous, type TestCore, testConfig, testCore } from '../core.ts'

const refuse = (core: TestCore, to: string, reason: 'mailbox-full' | 'mailbox-unknown' = 'mailbox-unknown') =>
  core.usage.refused({ client: '192.0.2.1', from: 'a@sender.test', to, address: to, stage: 'rcpt', reason })

const read = async (core: TestCore, token: string, limit = 100) =>
  (
    await core.usage.refusals(
      await core.mailboxes.holder(token),
      async (id) => (await core.mailboxes.see(await core.mailboxes.holder(token), id)).address,
      { before: Number.MAX_SAFE_INTEGER, limit },
    )
  ).map(({ to }) => to)

test('a mailbox sees what was refused at its address, the operator sees all, nobody sees nothing', async () => {
  const core = testCore()
  const { token } = await openAnonymous(core, { localPart: 'mine' })
  const operator = await core.mailboxes.operator()
  refuse(core, 'mine@mayfly.test', 'mailbox-full')
  refuse(core, 'other@mayfly.test')
  expect(await read(core, token)).toEqual(['mine@mayfly.test'])
  expect(await read(core, operator.token)).toEqual(['other@mayfly.test', 'mine@mayfly.test'])
  const asked = core.usage.refusals(nobody, async () => '', { before: 1, limit: 1 })
  expect(await asked.catch((error) => error)).toEqual(new Refusal('credential-missing'))
})

test('a key sees those at the addresses of its account and of its domains, and none without the scope for mailboxes', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_DOMAINS: 'one.test,two.test' }) })
  const [owner, other] = [await tenant(core), await tenant(core)]
  for (const domain of ['one.test', 'two.test']) {
    await core.mailboxes.open(owner.caller, { localPart: 'mine', domain }, '192.0.2.1')
    await core.mailboxes.open(other.caller, { localPart: 'theirs', domain }, '192.0.2.1')
    for (const localPart of ['mine', 'theirs', 'free']) refuse(core, `${localPart}@${domain}`)
  }
  const seen = async (caller: AccountCaller, limit = 100): Promise<string[]> => {
    const page = { before: Number.MAX_SAFE_INTEGER, limit }
    return (await core.usage.refusals(caller, async () => '', page)).map(({ to }) => to)
  }
  expect(await seen(owner.caller)).toEqual(['mine@two.test', 'mine@one.test'])
  expect(await seen(owner.caller, 1)).toEqual(['mine@two.test'])
  const { key } = owner.caller
  if (!key) throw new Error('a tenant has a key')
  expect(await seen({ ...owner.caller, key: { ...key, domains: ['one.test', 'three.test'] } })).toEqual([
    'mine@one.test',
  ])
  const scoped = seen({ ...owner.caller, key: { ...key, scopes: ['keys'] } })
  expect(await scoped.catch((error) => error)).toEqual(new Refusal('forbidden'))
})

test('the newest are kept, as many as the config says', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_LIMITS_REFUSALS_KEPT: '3' }) })
  const operator = await core.mailboxes.operator()
  for (let n = 1; n <= 5; n++) {
    refuse(core, `${n}@mayfly.test`)
    await core.usage.flush()
  }
  expect(await read(core, operator.token)).toEqual(['5@mayfly.test', '4@mayfly.test', '3@mayfly.test'])
})

test('control bytes and endless addresses do not get into the list', async () => {
  const core = testCore()
  const operator = await core.mailboxes.operator()
  refuse(core, `\u001b[2J${'x'.repeat(5000)}@mayfly.test`)
  const [to = ''] = await read(core, operator.token)
  expect(to).toStartWith(' [2Jxxx')
  expect(to.length).toBe(320)
})

test('a write that fails loses none of what was gathered', async () => {
  const core = testCore()
  const operator = await core.mailboxes.operator()
  refuse(core, 'kept@mayfly.test')
  core.connection.sqlite.run('alter table refusals rename to elsewhere')
  expect(await core.usage.flush().catch((error) => error)).toBeInstanceOf(Error)
  core.connection.sqlite.run('alter table elsewhere rename to refusals')
  expect(await read(core, operator.token)).toEqual(['kept@mayfly.test'])
})

test('a burst of refusals within a second is kept whole', async () => {
  const core = testCore()
  await core.mailboxes.operator()
  for (let n = 0; n < 1500; n++) refuse(core, `${n}@mayfly.test`)
  await core.usage.flush()
  expect(core.connection.sqlite.query('select count(*) as n from refusals').get()).toEqual({ n: 1500 })
})
