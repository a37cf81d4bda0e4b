import { describe, expect, test } from 'bun:test'
import { nobody, operator } from '../../src/accounts/caller.ts'
import type { Mailbox } from '../../src/mailboxes/mailbox.ts'
import type { OpeningWish } from '../../src/mailboxes/service.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver, mail, openAnonymous, type TestCore, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'

const minute = 60_000
const day = 24 * 60 * minute
const hello = mail({ Subject: 'Hello' }, 'Hi')

const open = async (core: TestCore, { caller }: Tenant, localPart: string, wish: OpeningWish = {}): Promise<Mailbox> =>
  (await core.mailboxes.open(caller, { localPart, ...wish }, caller.client)).mailbox

const end = (core: TestCore, { caller }: Tenant, name: string, permanent = false): Promise<void> =>
  core.mailboxes.end(caller, name, { permanent })

const accepting = (core: TestCore, to: string) => core.mailboxes.accepting(to, { trusted: true, size: 0 })

const names = async (core: TestCore, { caller }: Tenant, state: Mailbox['state'] | null = null): Promise<string[]> => {
  const found = await core.mailboxes.list(caller, { state, before: Number.MAX_SAFE_INTEGER, limit: 100 })
  return found.map((mailbox) => `${mailbox.localPart} ${mailbox.state}`)
}

/** Two ways to end, each with whether the sweep has come. */
const ways: [string, (core: TestCore, owner: Tenant, mailbox: Mailbox) => Promise<unknown>][] = [
  ['by DELETE', (core, owner, { id }) => end(core, owner, id)],
  ['by time, before the sweep', async (core) => (core.clock.now += 10 * minute)],
  [
    'by time, after the sweep',
    async (core) => {
      core.clock.now += 10 * minute
      while (await core.mailboxes.expire());
    },
  ],
]

describe.each(ways)('a recoverable mailbox that ended %s', (_way, finish) => {
  const archive = async (
    { email }: { email?: string } = {},
    core = testCore(),
  ): Promise<{ core: TestCore; owner: Tenant; mailbox: Mailbox }> => {
    const owner = await tenant(core, email === undefined ? {} : { email })
    const mailbox = await open(core, owner, 'kept', { recoverable: true, ttlMinutes: 10, tag: 'mine' })
    await deliver(core, mailbox.address, hello)
    await finish(core, owner, mailbox)
    return { core, owner, mailbox }
  }

  test('is in the archive, without its mail', async () => {
    const { core, owner, mailbox } = await archive()
    for (const name of [mailbox.id, mailbox.address]) {
      const { mailbox: seen } = await core.mailboxes.see(owner.caller, name)
      expect(seen).toMatchObject({ id: mailbox.id, state: 'archived', messageCount: 0, bytes: 0, tag: 'mine' })
      expect((await core.messages.list(owner.caller, name, { limit: 10 })).items).toEqual([])
    }
    expect(await names(core, owner)).toEqual(['kept archived'])
    expect(await names(core, owner, 'archived')).toEqual(['kept archived'])
    expect(await names(core, owner, 'active')).toEqual([])
    expect(await core.mailboxes.counts(owner.caller)).toEqual({ active: 0, archived: 1 })
    expect(await reasonOf(core.mailboxes.change(owner.caller, mailbox.id, { tag: 'x' }))).toBe('mailbox-unknown')
    while (await core.mailboxes.expire());
    while (await core.messages.sweep());
    expect(core.connection.sqlite.query('select count(*) n from messages').get()).toEqual({ n: 0 })
    expect(core.told.filter(({ type }) => type === 'mailbox.archived')).toHaveLength(1)
  })

  test('keeps its address from everybody else, for ever', async () => {
    const { core, mailbox } = await archive()
    const other = await tenant(core)
    for (const later of [0, day, 400 * day]) {
      core.clock.now += later
      expect(await reasonOf(open(core, other, 'kept'))).toBe('mailbox-taken')
      expect(await reasonOf(openAnonymous(core, { localPart: 'kept' }))).toBe('mailbox-taken')
      expect(await reasonOf(core.mailboxes.see(other.caller, mailbox.address))).toBe('mailbox-unknown')
      expect(await reasonOf(core.mailboxes.see(other.caller, mailbox.id))).toBe('mailbox-unknown')
      expect(await reasonOf(core.mailboxes.see(nobody, mailbox.address))).toBe('mailbox-unknown')
      expect(await reasonOf(core.mailboxes.restore(other.caller, mailbox.id))).toBe('mailbox-unknown')
    }
  })

  test('takes no mail, and none makes its address unclaimed', async () => {
    const { core, mailbox } = await archive()
    expect(await reasonOf(accepting(core, mailbox.address))).toBe('mailbox-unknown')
    expect(await reasonOf(accepting(core, 'kept+tag@mayfly.test'))).toBe('mailbox-unknown')
  })

  test('is restored at its address, empty, under a new id, and the entry is gone', async () => {
    const { core, owner, mailbox } = await archive()
    const { mailbox: restored, token } = await core.mailboxes.restore(owner.caller, mailbox.id)
    expect(restored).toMatchObject({ address: mailbox.address, state: 'active', messageCount: 0, tag: 'mine' })
    expect([restored.id === mailbox.id, token, restored.recoverable]).toEqual([false, null, true])
    expect(await reasonOf(core.mailboxes.see(owner.caller, mailbox.id))).toBe('mailbox-unknown')
    expect(await reasonOf(core.mailboxes.restore(owner.caller, mailbox.id))).toBe('mailbox-unknown')
    expect(await names(core, owner)).toEqual(['kept active'])
    await deliver(core, mailbox.address, hello)
    expect((await core.mailboxes.see(owner.caller, restored.id)).mailbox?.messageCount).toBe(1)
  })

  test('is not restored once its account has opened the address anew, which it may', async () => {
    const { core, owner, mailbox } = await archive()
    const anew = await open(core, owner, 'kept')
    expect(anew.id).not.toBe(mailbox.id)
    expect((await core.mailboxes.see(owner.caller, mailbox.address)).mailbox?.id).toBe(anew.id)
    expect(await reasonOf(core.mailboxes.restore(owner.caller, mailbox.id))).toBe('mailbox-taken')
    expect(await names(core, owner)).toEqual(['kept active', 'kept archived'])
    await end(core, owner, anew.id)
    expect(await reasonOf(core.mailboxes.restore(owner.caller, mailbox.id))).toBe('no refusal')
  })

  test('ends for good with permanent, and then its address is in quarantine', async () => {
    const { core, owner, mailbox } = await archive()
    await end(core, owner, mailbox.id, true)
    expect(await names(core, owner)).toEqual([])
    expect(await reasonOf(core.mailboxes.restore(owner.caller, mailbox.id))).toBe('mailbox-unknown')
    const other = await tenant(core)
    core.clock.now += day - 1
    expect(await reasonOf(open(core, other, 'kept'))).toBe('mailbox-taken')
    core.clock.now += 1
    expect(await reasonOf(open(core, other, 'kept'))).toBe('no refusal')
  })

  test('stays in the archive with another DELETE', async () => {
    const { core, owner, mailbox } = await archive()
    await end(core, owner, mailbox.id)
    expect(await names(core, owner)).toEqual(['kept archived'])
  })

  test('goes with its account', async () => {
    const { core, owner, mailbox } = await archive()
    await core.accounts.delete(operator, owner.account.id)
    while (await core.mailboxes.leave());
    const other = await tenant(core)
    expect(await reasonOf(core.mailboxes.restore(other.caller, mailbox.id))).toBe('mailbox-unknown')
    core.clock.now += day
    expect(await reasonOf(open(core, other, 'kept'))).toBe('no refusal')
  })
})

describe('the archive of a plan', () => {
  const config = testConfig({
    MAYFLY_PLANS_BASIC_ARCHIVED_MAILBOXES: '2',
    MAYFLY_PLANS_BASIC_ACTIVE_MAILBOXES: '3',
    MAYFLY_PLANS_BASIC_INBOXES_PER_DAY: 'unlimited',
    MAYFLY_PLANS_BASIC_CUSTOM_LOCAL_PART: 'true',
  })
  const withPlan = async (): Promise<{ core: TestCore; owner: Tenant }> => {
    const core = testCore({ config })
    return { core, owner: await tenant(core, { plan: 'basic' }) }
  }

  test('counts archived mailboxes and open recoverable ones, when one is opened or made recoverable', async () => {
    const { core, owner } = await withPlan()
    const { id: first } = await open(core, owner, 'one', { recoverable: true })
    await end(core, owner, first)
    const { id: second } = await open(core, owner, 'two', { recoverable: true })
    expect(await core.mailboxes.counts(owner.caller)).toEqual({ active: 1, archived: 2 })
    expect(await reasonOf(open(core, owner, 'three', { recoverable: true }))).toBe('mailboxes-exhausted')
    const { id: third } = await open(core, owner, 'three')
    const recover = (id: string, recoverable: boolean) => core.mailboxes.change(owner.caller, id, { recoverable })
    expect(await reasonOf(recover(third, true))).toBe('mailboxes-exhausted')
    // One that is so already is no more than before.
    expect(await reasonOf(recover(second, true))).toBe('no refusal')
    await recover(second, false)
    expect(await reasonOf(recover(third, true))).toBe('no refusal')
    expect(await reasonOf(recover(second, true))).toBe('mailboxes-exhausted')
    await end(core, owner, first, true)
    expect(await reasonOf(recover(second, true))).toBe('no refusal')
  })

  test('holds exactly when a hundred ask at once', async () => {
    const { core, owner } = await withPlan()
    const asked = Array.from({ length: 100 }, (_, n) => reasonOf(open(core, owner, `box${n}`, { recoverable: true })))
    const reasons = await Promise.all(asked)
    expect(reasons.filter((reason) => reason === 'no refusal')).toHaveLength(2)
    expect(reasons.filter((reason) => reason === 'mailboxes-exhausted')).toHaveLength(98)
  })

  test('gives one back only while the account may have one more open', async () => {
    const { core, owner } = await withPlan()
    const { id } = await open(core, owner, 'kept', { recoverable: true })
    await end(core, owner, id)
    for (const name of ['one', 'two', 'three']) await open(core, owner, name)
    expect(await reasonOf(core.mailboxes.restore(owner.caller, id))).toBe('mailboxes-exhausted')
    await end(core, owner, 'two@mayfly.test')
    expect(await reasonOf(core.mailboxes.restore(owner.caller, id))).toBe('no refusal')
  })

  test('counts each account by itself', async () => {
    const { core, owner } = await withPlan()
    const other = await tenant(core, { plan: 'basic' })
    for (const name of ['one', 'two']) await open(core, owner, name, { recoverable: true })
    expect(await reasonOf(open(core, other, 'other', { recoverable: true }))).toBe('no refusal')
  })
})

test('mail that was on its way to an address dies where that went to the archive meanwhile', async () => {
  const core = testCore()
  const owner = await tenant(core)
  const free = await accepting(core, 'kept@mayfly.test')
  const { id } = await open(core, owner, 'kept', { recoverable: true })
  const own = await accepting(core, 'kept@mayfly.test')
  await end(core, owner, id)
  for (const recipient of [free, own]) {
    const arrival = core.messages.arrive({ from: '', recipients: [recipient], trace: () => '' })
    await arrival.write(new TextEncoder().encode(hello))
    expect((await arrival.commit()).messageIds).toEqual([])
  }
  expect(await names(core, owner)).toEqual(['kept archived'])
  expect(core.connection.sqlite.query("select count(*) n from mailboxes where kind = 'unclaimed'").get()).toEqual({
    n: 0,
  })
})

describe('the quarantine of an address', () => {
  test('lets its former account open it again at once, and others only when it is over', async () => {
    const core = testCore()
    const [owner, other] = [await tenant(core), await tenant(core)]
    const { id } = await open(core, owner, 'box')
    await deliver(core, 'box@mayfly.test', hello)
    await end(core, owner, id)
    expect(await reasonOf(open(core, other, 'box'))).toBe('mailbox-taken')
    expect(await reasonOf(accepting(core, 'box@mayfly.test'))).toBe('mailbox-unknown')
    const again = await open(core, owner, 'box')
    expect([again.id === id, again.messageCount]).toEqual([false, 0])
    expect(await reasonOf(accepting(core, 'box@mayfly.test'))).toBe('no refusal')
    await end(core, owner, again.id)
    core.clock.now += day - 1
    expect(await reasonOf(open(core, other, 'box'))).toBe('mailbox-taken')
    core.clock.now += 1
    expect(await reasonOf(open(core, other, 'box'))).toBe('no refusal')
  })

  test('lets its former account open it at once also where its time has run out and no sweep has come', async () => {
    const core = testCore()
    const [owner, other] = [await tenant(core), await tenant(core)]
    const { id } = await open(core, owner, 'box', { ttlMinutes: 1 })
    core.clock.now += minute
    expect(await reasonOf(open(core, other, 'box'))).toBe('mailbox-taken')
    expect((await open(core, owner, 'box')).id).not.toBe(id)
    expect(core.told.filter(({ type }) => type === 'mailbox.expired').map(({ mailboxId }) => mailboxId)).toEqual([id])
  })
})
