import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import type { Mailbox } from '../../src/mailboxes/mailbox.ts'
import { Refusal } from '../../src/refusal.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { openAnonymous, type TestCore, testConfig, testCore } from '../core.ts'

const minute = 60_000
const unknown = '01900000-0000-7000-8000-000000000000'

const open = async (core: TestCore, { caller }: Pick<Tenant, 'caller'>, wish = {}): Promise<string> =>
  (await core.mailboxes.open(caller, { ttlMinutes: 10, ...wish }, caller.client)).mailbox.id

const recoverable = { recoverable: true }

/** The reason of a refusal, with whether it is told that the thing is another's. */
async function said(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.details.foreign ? `${error.reason}, foreign` : error.reason
  }
}

const states = async (core: TestCore, { caller }: Tenant): Promise<Mailbox['state'][]> =>
  (await core.mailboxes.list(caller, { state: null, before: Number.MAX_SAFE_INTEGER, limit: 100 })).map(
    ({ state }) => state,
  )

test('open mailboxes end together, the recoverable ones in the archive', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const [one, two, three] = [await open(core, owner), await open(core, owner, recoverable), await open(core, owner)]
  await core.mailboxes.endAll(owner.caller, [one, two, three], 'active')
  expect(await states(core, owner)).toEqual(['archived'])
  const told = core.told.slice(-3).map(({ type, mailboxId }) => [type, mailboxId])
  expect(told).toEqual([
    ['mailbox.deleted', one],
    ['mailbox.archived', two],
    ['mailbox.deleted', three],
  ])
})

test('archived mailboxes end for good, also one whose time was over a moment ago', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const [one, two] = [await open(core, owner, recoverable), await open(core, owner, recoverable)]
  await core.mailboxes.end(owner.caller, one, { permanent: false })
  core.clock.now += 10 * minute
  await core.mailboxes.endAll(owner.caller, [one, two], 'archived')
  expect(await states(core, owner)).toEqual([])
  expect(await core.mailboxes.counts(owner.caller)).toEqual({ active: 0, archived: 0 })
})

test('one that cannot be ended keeps all of them', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_DOMAINS: 'one.test,two.test' }) })
  const owner = await tenant(core)
  const other = await tenant(core)
  const own = await open(core, owner, { domain: 'one.test' })
  const elsewhere = await open(core, owner, { domain: 'two.test' })
  const foreign = await open(core, other)
  const ended = await open(core, owner)
  await core.mailboxes.end(owner.caller, ended, { permanent: true })
  const archived = await open(core, owner, recoverable)
  await core.mailboxes.end(owner.caller, archived, { permanent: false })
  const anonymous = (await openAnonymous(core)).mailbox.id
  const end = (ids: string[], state: Mailbox['state'] = 'active', caller = owner.caller) =>
    said(core.mailboxes.endAll(caller, ids, state))
  expect(await end([own, unknown])).toBe('mailbox-unknown')
  expect(await end([own, 'kept@mayfly.test'])).toBe('mailbox-unknown')
  expect(await end([own, ended])).toBe('mailbox-unknown')
  expect(await end([own, archived])).toBe('mailbox-unknown')
  expect(await end([archived, own], 'archived')).toBe('mailbox-unknown')
  expect(await end([own, foreign])).toBe('mailbox-unknown, foreign')
  expect(await end([own, anonymous])).toBe('mailbox-unknown, foreign')
  const { secret } = await core.keys.create(owner.caller, { domains: ['one.test'] })
  const use = { dialect: 'native', client: '192.0.2.7', origin: null, referer: null, host: null }
  const bound = await core.keys.holder(secret, use)
  expect(await end([own, elsewhere], 'active', bound)).toBe('mailbox-unknown, foreign')
  expect(await states(core, owner)).toEqual(['archived', 'active', 'active'])
  expect(await end([own], 'active', bound)).toBe('done')
})

test('ids may come twice and in capitals, and none is nothing to do', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const id = await open(core, owner)
  const told = core.told.length
  await core.mailboxes.endAll(owner.caller, [], 'active')
  expect(core.told.length).toBe(told)
  await core.mailboxes.endAll(owner.caller, [id, id.toUpperCase()], 'active')
  expect(core.told.length).toBe(told + 1)
})

test('nobody ends any, nor a key that is not for mailboxes', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const id = await open(core, owner)
  expect(await said(core.mailboxes.endAll(nobody, [id], 'active'))).toBe('credential-missing')
  const { caller } = await tenant(core, { key: { scopes: ['team'] } })
  expect(await said(core.mailboxes.endAll(caller, [], 'active'))).toBe('forbidden')
})

test('the list of one address has what lies there alone', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const id = await open(core, owner, { localPart: 'one' })
  await open(core, owner, { localPart: 'two' })
  const at = async (address: string) => {
    const page = { state: null, address, before: Number.MAX_SAFE_INTEGER, limit: 10 }
    return (await core.mailboxes.list(owner.caller, page)).map((mailbox) => mailbox.id)
  }
  expect(await at('One@Mayfly.TEST')).toEqual([id])
  expect(await at('one+tag@mayfly.test')).toEqual([])
  expect(await at('nonsense')).toEqual([])
})
