import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { nobody, operator } from '../../src/accounts/caller.ts'
import type { OpeningWish } from '../../src/mailboxes/service.ts'
import type { changes as messageChanges } from '../../src/messages/changes.ts'
import type { ListWish } from '../../src/messages/service.ts'
import type { Writes } from '../../src/storage/change.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver, mail, openAnonymous, type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'

const minute = 60_000
const everything = { state: null, before: Number.MAX_SAFE_INTEGER, limit: 100 }

const open = async (core: TestCore, { caller }: Tenant, localPart?: string, wish: OpeningWish = {}) =>
  (await core.mailboxes.open(caller, { localPart, ...wish }, caller.client)).mailbox

const accepting = (core: TestCore, to: string) => core.mailboxes.accepting(to, { trusted: true, size: 0 })

const names = async (core: TestCore, { caller }: Tenant) =>
  (await core.mailboxes.list(caller, everything)).map(({ localPart, state }) => `${localPart} ${state}`)

describe("a suspended account's mailbox", () => {
  test('is closed to its tokens and its password, and opens to both again after it is resumed', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const { id } = await open(core, owner, 'box', { password: 'correct horse' })
    const { token } = await core.mailboxes.signIn(id, 'correct horse')
    await core.accounts.setSuspended(operator, owner.account.id, true)
    expect(await reasonOf(core.mailboxes.holder(token))).toBe('account-suspended')
    expect(await reasonOf(core.mailboxes.signIn(id, 'correct horse'))).toBe('account-suspended')
    expect(await reasonOf(core.mailboxes.signIn(id, 'wrong'))).toBe('credential-wrong')
    await core.accounts.setSuspended(operator, owner.account.id, false)
    expect(await core.mailboxes.holder(token)).toMatchObject({ mailboxId: id })
  })

  test('ends the waits and streams of its tokens, and leaves those at other mailboxes alone', async () => {
    const core = testCore()
    const [owner, other] = [await tenant(core), await tenant(core)]
    const wait = async (of: Tenant, localPart: string, signal: AbortSignal) => {
      const { id } = await open(core, of, localPart, { password: 'correct horse' })
      const caller = await core.mailboxes.holder((await core.mailboxes.signIn(id, 'correct horse')).token)
      const wish = { timeoutMs: 60_000, has: [], count: 1, expectNone: false, signal }
      return { caller, id, outcome: core.waits.wait(caller, id, wish) }
    }
    const leaving = new AbortController()
    const hit = await wait(owner, 'hit', leaving.signal)
    const spared = await wait(other, 'spared', leaving.signal)
    const lost: string[] = []
    const stop = await core.streams.follow(
      [hit, spared].map(({ caller, id }) => ({ caller, mailbox: id })),
      null,
      {
        take: (item) => void lost.push(item.type === 'gone' ? `${item.address} ${item.reason}` : item.type),
        ready: async () => {},
        end: () => {},
      },
    )
    const reason = reasonOf(hit.outcome)
    await core.accounts.setSuspended(operator, owner.account.id, true)
    expect(await reason).toBe('account-suspended')
    while (lost.length === 0) await new Promise((turn) => setImmediate(turn))
    expect(lost).toEqual(['hit@mayfly.test account-suspended'])
    leaving.abort()
    expect((await spared.outcome).kind).toBe('not-arrived')
    stop()
  })

  test('takes no mail that a catch-all sends to it', async () => {
    const domains = [{ name: 'mayfly.test', access: 'public' as const, catch_all: 'all@mayfly.test' }]
    const core = testCore({ config: { ...testConfig(), domains } })
    const owner = await tenant(core)
    await open(core, owner, 'all')
    expect((await accepting(core, 'any@mayfly.test')).accountId).toBe(owner.account.id)
    await core.accounts.setSuspended(operator, owner.account.id, true)
    expect(await reasonOf(accepting(core, 'any@mayfly.test'))).toBe('account-suspended')
  })
})

describe("a deleted account's mailboxes", () => {
  test('answer nobody at once, are swept with their mail, and the account goes with the last of them', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const { id, address } = await open(core, owner, 'box', { password: 'correct horse' })
    const { token } = await core.mailboxes.signIn(id, 'correct horse')
    const [messageId = ''] = await deliver(core, address, mail({ Subject: 'x' }, 'y'))
    const archived = await open(core, owner, 'archived', { recoverable: true })
    await core.mailboxes.end(owner.caller, archived.id, { permanent: false })
    for (let n = 0; n < 120; n++) await open(core, owner, `more${n}`)

    await core.accounts.delete(operator, owner.account.id)
    expect(await reasonOf(core.mailboxes.holder(token))).toBe('credential-wrong')
    expect(await reasonOf(core.mailboxes.signIn(id, 'correct horse'))).toBe('credential-wrong')
    expect(await reasonOf(core.mailboxes.see(nobody, address))).toBe('credential-missing')
    expect(await reasonOf(core.messages.get(nobody, messageId))).toBe('credential-missing')
    expect(await reasonOf(accepting(core, address))).toBe('mailbox-unknown')
    expect(await reasonOf(openAnonymous(core, { localPart: 'box' }))).toBe('mailbox-taken')

    let steps = 0
    while (await core.mailboxes.leave()) steps++
    expect(steps).toBeGreaterThan(2)
    while (await core.messages.sweep());
    while (await core.mailboxes.expire());
    const left = (table: string) => core.connection.sqlite.query(`select count(*) n from ${table}`).get()
    for (const table of ['accounts', 'mailboxes', 'mailbox_tokens', 'messages', 'pieces', 'keys', 'members']) {
      expect([table, left(table)]).toEqual([table, { n: 0 }])
    }
    const deleted = core.told.filter(({ type }) => type === 'mailbox.deleted').map((event) => event.address)
    expect(new Set(deleted).size).toBe(122)
  })

  test('leave their addresses in quarantine, for everybody, and no longer than that', async () => {
    const core = testCore()
    const owner = await tenant(core, { email: 'ann@tenant.example' })
    await open(core, owner, 'box', { recoverable: true })
    await core.accounts.delete(operator, owner.account.id)
    while (await core.mailboxes.leave());
    const again = await tenant(core, { email: 'ann@tenant.example' })
    expect(await reasonOf(open(core, again, 'box'))).toBe('mailbox-taken')
    expect(await reasonOf(accepting(core, 'box@mayfly.test'))).toBe('mailbox-unknown')
    core.clock.now += 24 * 60 * minute
    expect(await reasonOf(open(core, again, 'box'))).toBe('no refusal')
  })

  test('do not end those of others', async () => {
    const core = testCore()
    const [gone, stays] = [await tenant(core), await tenant(core)]
    await open(core, gone, 'gone')
    await open(core, stays, 'stays')
    const { token } = await openAnonymous(core, { localPart: 'anonymous' })
    await core.accounts.delete(operator, gone.account.id)
    while (await core.mailboxes.leave());
    expect(await names(core, stays)).toEqual(['stays active'])
    expect(await core.mailboxes.holder(token)).toMatchObject({ kind: 'mailbox' })
  })
})

describe('an address where unclaimed mail lies, opened by an account', () => {
  const search = async (core: TestCore, { caller }: Tenant, wish: Partial<ListWish> = {}) =>
    (await core.messages.search(caller, { limit: 100, q: 'needle', ...wish })).items.map(({ address }) => address)

  test("is the account's with its mail: its search finds that, and nobody else reads it", async () => {
    const core = testCore()
    const [owner, other] = [await tenant(core), await tenant(core)]
    const [id = ''] = await deliver(core, 'box+tag@mayfly.test', mail({ Subject: 'needle' }, 'one'))
    await deliver(core, 'box@mayfly.test', mail({ Subject: 'hay' }, 'a needle in the text'))
    await core.messages.get(nobody, id)
    await core.messages.digestAll((await core.mailboxes.see(nobody, 'box@mayfly.test')).mailbox?.key ?? 0)
    expect(await search(core, owner)).toEqual([])
    const mailbox = await open(core, owner, 'box')
    expect(mailbox.messageCount).toBe(2)
    expect(await search(core, owner)).toEqual(['box@mayfly.test', 'box+tag@mayfly.test'])
    expect(await search(core, other)).toEqual([])
    expect(await reasonOf(core.messages.get(nobody, id))).toBe('credential-missing')
    expect(await reasonOf(core.messages.get(other.caller, id))).toBe('message-unknown')
    const listed = await core.messages.list(owner.caller, mailbox.id, { limit: 10, q: 'needle' })
    expect(listed.items).toHaveLength(2)
  })

  test('is searched also for mail that is digested afterwards, or could not be read', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const [late = '', unreadable = ''] = [
      ...(await deliver(core, 'box@mayfly.test', mail({ Subject: 'needle' }, 'late'))),
      ...(await deliver(core, 'box@mayfly.test', mail({ Subject: 'needle' }, 'unreadable'))),
    ]
    const rows = core.connection.sqlite
      .query<{ id: string; key: number }, []>('select id, content_key as key from messages')
      .all()
    const contentKey = rows.find(({ id }) => id === unreadable)?.key ?? 0
    const note = 'digest-failed'
    const writes: Writes<typeof messageChanges> = new LocalWriter(core.connection, changes, () => {})
    await writes.run('messages.undigestible', { contentKey, note, now: core.clock.now })
    await open(core, owner, 'box')
    expect(await search(core, owner)).toEqual(['box@mayfly.test'])
    await core.messages.get(owner.caller, late)
    expect(await search(core, owner)).toHaveLength(2)
  })
})

describe('without an account', () => {
  const config = testConfig({
    MAYFLY_PLANS_ANONYMOUS_ACTIVE_MAILBOXES: '2',
    MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '3',
    MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '2',
  })
  const openFrom = (core: TestCore, client: string, wish: OpeningWish = {}) => core.mailboxes.open(nobody, wish, client)

  test('active mailboxes count by the IPv4 address or IPv6 /64 that opened them', async () => {
    const core = testCore({ config })
    for (const client of ['192.0.2.1', '::ffff:192.0.2.1']) await openFrom(core, client)
    expect(await reasonOf(openFrom(core, '192.0.2.1'))).toBe('mailboxes-exhausted')
    expect(await reasonOf(openFrom(core, '192.0.2.2'))).toBe('no refusal')
    for (const client of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9']) await openFrom(core, client)
    expect(await reasonOf(openFrom(core, '2001:db8:1:2::abc'))).toBe('mailboxes-exhausted')
    expect(await reasonOf(openFrom(core, '2001:db8:1:3::1'))).toBe('no refusal')
    core.clock.now += 60 * minute
    expect(await reasonOf(openFrom(core, '192.0.2.1'))).toBe('no refusal')
  })

  test("a day's mailboxes count by the same, also those that ended, and a refused one costs nothing", async () => {
    const core = testCore({ config })
    for (let n = 0; n < 3; n++) {
      const { mailbox, token } = await openFrom(core, `2001:db8:1:2::${n}`, { localPart: `box${n}` })
      const taken = openFrom(core, '2001:db8:1:2::9', { localPart: `box${n}` })
      expect(await reasonOf(taken)).toBe(n < 2 ? 'mailbox-taken' : 'quota-exceeded')
      await core.mailboxes.end(await core.mailboxes.holder(token ?? ''), mailbox.id, { permanent: true })
    }
    expect(await reasonOf(openFrom(core, '2001:db8:1:2::5'))).toBe('quota-exceeded')
    expect(await reasonOf(openFrom(core, '2001:db8:1:3::5'))).toBe('no refusal')
    core.clock.now += 24 * 60 * minute
    expect(await reasonOf(openFrom(core, '2001:db8:1:2::5'))).toBe('no refusal')
  })

  test('mailboxes of accounts, opened from the same address, do not count', async () => {
    const core = testCore({ config })
    const owner = await tenant(core)
    for (let n = 0; n < 5; n++) await core.mailboxes.open(owner.caller, {}, '192.0.2.1')
    expect(await reasonOf(openFrom(core, '192.0.2.1'))).toBe('no refusal')
  })

  test('one that is restored counts for the address that opened it', async () => {
    const core = testCore({ config })
    const { mailbox, token } = await openFrom(core, '192.0.2.1', { recoverable: true })
    const caller = await core.mailboxes.holder(token ?? '')
    await core.mailboxes.end(caller, mailbox.id, { permanent: false })
    await openFrom(core, '192.0.2.1')
    const { mailbox: last, token: lastToken } = await openFrom(core, '192.0.2.1')
    expect(await reasonOf(core.mailboxes.restore(caller, mailbox.id))).toBe('mailboxes-exhausted')
    await core.mailboxes.end(await core.mailboxes.holder(lastToken ?? ''), last.id, { permanent: false })
    expect(await reasonOf(core.mailboxes.restore(caller, mailbox.id))).toBe('no refusal')
  })

  test('nothing is opened, nor brought back from the archive, where that is off', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'mayfly.db')
    const archive = { MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '2' }
    const before = testCore({ config: testConfig(archive), file })
    const { mailbox, token } = await openAnonymous(before, { recoverable: true })
    await before.mailboxes.end(await before.mailboxes.holder(token), mailbox.id, { permanent: false })
    before.close()
    const core = testCore({ config: testConfig({ ...archive, MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' }), file })
    const caller = await core.mailboxes.holder(token)
    expect(await reasonOf(core.mailboxes.restore(caller, mailbox.id))).toBe('credential-missing')
    expect(await reasonOf(core.mailboxes.open(nobody, {}, '192.0.2.1'))).toBe('credential-missing')
    expect(await reasonOf(core.mailboxes.open(caller, {}, '192.0.2.1'))).toBe('credential-missing')
    expect(await reasonOf(open(core, await tenant(core)))).toBe('no refusal')
    core.close()
  })
})

describe("an account's open mailbox at an address", () => {
  test('is found in every spelling, and through a tag', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const { id } = await open(core, owner, 'box')
    const seen = async (name: string) => {
      const { mailbox, address, tagged } = await core.mailboxes.ofAccountAt(owner.caller, name)
      return [mailbox?.id, address, tagged]
    }
    expect(await seen('BOX@Mayfly.test')).toEqual([id, 'box@mayfly.test', null])
    expect(await seen('Box+Shop@mayfly.test')).toEqual([id, 'box@mayfly.test', 'box+shop@mayfly.test'])
  })

  test('is no other: neither that of a stranger or of nobody, nor (to an admin) that of the operator, nor one that has ended', async () => {
    const core = testCore()
    const owner = await tenant(core, { admin: true })
    await open(core, await tenant(core), 'foreign')
    await openAnonymous(core, { localPart: 'anonymous' })
    await deliver(core, 'unclaimed@mayfly.test', mail({}, ''))
    await core.mailboxes.operator()
    await open(core, owner, 'over', { ttlMinutes: 1 })
    await open(core, owner, 'archived', { recoverable: true })
    await core.mailboxes.end(owner.caller, 'archived@mayfly.test', { permanent: false })
    core.clock.now += minute
    for (const name of [
      'foreign',
      'anonymous',
      'unclaimed',
      'postmaster',
      'abuse',
      'over',
      'archived',
      'no one',
      'none',
    ])
      expect([name, await reasonOf(core.mailboxes.ofAccountAt(owner.caller, `${name}@mayfly.test`))]).toEqual([
        name,
        'mailbox-unknown',
      ])
    expect(await reasonOf(core.mailboxes.ofAccountAt(nobody, 'foreign@mayfly.test'))).toBe('credential-missing')
    expect(await reasonOf(core.mailboxes.ofAccountAt(operator, 'foreign@mayfly.test'))).toBe('forbidden')
  })

  test('is not that of a key that is for other domains, or for something else', async () => {
    const core = testCore({ config: testConfig({ MAYFLY_DOMAINS: 'one.test,two.test' }) })
    const owner = await tenant(core, { key: { domains: ['two.test'] } })
    await core.mailboxes.open({ ...owner.caller, key: null }, { localPart: 'box', domain: 'one.test' }, '192.0.2.1')
    await open(core, owner, 'box', { domain: 'two.test' })
    const at = (address: string) => reasonOf(core.mailboxes.ofAccountAt(owner.caller, address))
    expect([await at('box@one.test'), await at('box@two.test')]).toEqual(['mailbox-unknown', 'no refusal'])
    const limited = await tenant(core, { key: { scopes: ['team'] } })
    expect(await reasonOf(core.mailboxes.ofAccountAt(limited.caller, 'box@two.test'))).toBe('forbidden')
  })
})
