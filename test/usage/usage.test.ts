// What is used and refused, summed; and limits over a restart of the whole core.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { nobody, operator } from '../../src/accounts/caller.ts'
import { deliver, openAnonymous, type TestCore, temporaryDirectory, testConfig, testCore } from '../core.ts'
import { from, refusal, tenant } from '../keys/tenants.ts'

const hour = 3_600_000
const day = 24 * hour
const noon = Date.UTC(2026, 0, 15, 12)

const count = (core: TestCore, table: string, where = '1') =>
  core.connection.sqlite.query<{ n: number }, []>(`select count(*) n from ${table} where ${where}`).get()?.n

/** `what label value` of one account, or (null) of all, by the hour or the day. */
async function sums(core: TestCore, caller: Parameters<TestCore['usage']['of']>[0] | null, span: 'hour' | 'day') {
  const rows = caller ? await core.usage.of(caller, span) : (await core.usage.ofAll(operator, span)).sums
  return rows.map(
    ({ start, what, label, value }) => `${new Date(start).toISOString().slice(0, 13)} ${what} ${label} ${value}`,
  )
}

test('requests, mailboxes, mails, bytes and refusals are summed by the hour and by the day, for each account', async () => {
  const core = testCore({ now: noon })
  const { owner, secret } = await tenant(core)
  const { owner: other } = await tenant(core)
  const caller = await core.keys.holder(secret, from)
  const { mailbox } = await core.mailboxes.open(caller, {}, from.client)
  core.usage.answered(caller, 'native', 201, null)
  core.usage.answered(caller, 'native', 204, null)
  core.usage.answered(caller, 'minutemail', 404, 'mailbox-unknown')
  core.usage.answered(null, 'native', 500, null)
  await deliver(core, mailbox.address, 'x: y\r\n\r\nz\r\n')
  const to = mailbox.address
  core.usage.refused({ client: '192.0.2.1', from: 'a@b.test', to, address: to, stage: 'rcpt', reason: 'mailbox-full' })
  const all = [
    'bytes  11',
    'inboxes  1',
    'mails  1',
    'refused-mails mailbox-full 1',
    'refused-requests mailbox-unknown 1',
    'requests minutemail 4xx 1',
    'requests native 2xx 2',
  ]
  expect((await sums(core, owner, 'hour')).toSorted()).toEqual(all.map((one) => `2026-01-15T12 ${one}`))
  expect((await sums(core, owner, 'day')).toSorted()).toEqual(all.map((one) => `2026-01-15T00 ${one}`))
  expect(await sums(core, other, 'day')).toEqual([])
  expect(await sums(core, null, 'day')).toContain('2026-01-15T00 requests native 5xx 1')
  core.clock.now += hour
  core.usage.answered(caller, 'native', 200, null)
  expect((await sums(core, owner, 'hour')).at(-1)).toBe('2026-01-15T13 requests native 2xx 1')
  expect(await sums(core, owner, 'day')).toContain('2026-01-15T00 requests native 2xx 3')
})

test('a mailbox that was not opened is not counted, nor its place in the day', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_PRO_INBOXES_PER_DAY: '2' }), now: noon })
  const { secret } = await tenant(core, 'pro')
  const caller = await core.keys.holder(secret, from)
  const open = (localPart: string) => refusal(core.mailboxes.open(caller, { localPart }, from.client))
  expect([await open('one'), await open('one'), await open('one'), await open('two'), await open('three')]).toEqual([
    null,
    'mailbox-taken',
    'mailbox-taken',
    null,
    'quota-exceeded',
  ])
  expect(await sums(core, caller, 'day')).toEqual(['2026-01-15T00 inboxes  2'])
})

test('the admin sees who did most; nobody else does', async () => {
  const core = testCore({ now: noon })
  const [first, second] = [await tenant(core), await tenant(core)]
  for (let n = 0; n < 5; n++) core.usage.answered(second.owner, 'native', 200, null)
  core.usage.answered(first.owner, 'native', 200, null)
  core.usage.received(first.id, 10)
  const top = await core.usage.top(operator, { days: 1, limit: 10 })
  expect(top.requests).toEqual([
    { accountId: second.id, value: 5 },
    { accountId: first.id, value: 1 },
  ])
  expect(top.mails).toEqual([{ accountId: first.id, value: 1 }])
  expect(await refusal(core.usage.top(first.owner, { days: 1, limit: 1 }))).toBe('forbidden')
  expect(await refusal(core.usage.ofAll(first.owner, 'day'))).toBe('forbidden')
  expect(await refusal(core.usage.of(nobody, 'day'))).toBe('credential-missing')
})

test('all accounts together are summed by the week and by the month too, as far back as is wished', async () => {
  const core = testCore({ now: Date.UTC(2025, 11, 31, 23) })
  const { owner } = await tenant(core)
  const used = async (now: number) => {
    core.clock.now = now
    core.usage.received(owner.account.id, 100)
    await core.usage.flush()
  }
  await used(core.clock.now)
  // A Thursday, the Sunday of its week, and the Monday behind it.
  await used(Date.UTC(2026, 0, 1, 1))
  await used(Date.UTC(2026, 0, 4, 23))
  await used(Date.UTC(2026, 0, 5))
  const mails = async (span: 'day' | 'week' | 'month', periods?: number) =>
    (await core.usage.ofAll(operator, span, periods)).sums
      .filter(({ what }) => what === 'mails')
      .map(({ start, value }) => `${new Date(start).toISOString().slice(0, 10)} ${value}`)
  expect(await mails('week')).toEqual(['2025-12-29 3', '2026-01-05 1'])
  expect(await mails('month')).toEqual(['2025-12-01 1', '2026-01-01 3'])
  expect(await mails('week', 1)).toEqual(['2026-01-05 1'])
  expect(await mails('month', 1)).toEqual(['2026-01-01 3'])
  expect(await mails('day', 2)).toEqual(['2026-01-04 1', '2026-01-05 1'])
})

test('how long calls took is kept as a histogram, from which percentiles are said of each time and API', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const core = testCore({ file, now: noon })
  for (let n = 0; n < 98; n++) core.usage.answered(null, 'native', 200, null, 4)
  for (let n = 0; n < 2; n++) core.usage.answered(null, 'mailcx', 200, null, 60_000)
  core.usage.answered(null, 'native', 200, null)
  await core.usage.flush()
  core.close()
  const again = testCore({ file, now: noon + hour })
  again.usage.answered(null, 'native', 200, null, 0.4)
  const { latency, sums } = await again.usage.ofAll(operator, 'hour')
  expect(latency.map(({ start, api, requests, p50, p99 }) => [start, api, requests, p50, p99])).toEqual([
    [noon, null, 100, expect.closeTo(3.53, 2), 10_000],
    [noon, 'mailcx', 2, 10_000, 10_000],
    [noon, 'native', 98, expect.closeTo(3.5, 2), expect.closeTo(4.97, 2)],
    [noon + hour, null, 1, expect.closeTo(0.5, 2), expect.closeTo(0.99, 2)],
    [noon + hour, 'native', 1, expect.closeTo(0.5, 2), expect.closeTo(0.99, 2)],
  ])
  expect(sums.map(({ what }) => what)).not.toContain('latency')
  again.close()
})

test('what the store holds is sampled: the most of each hour and day, over a restart too', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  let core = testCore({ file, now: noon })
  const held = async (bytes: number, now: number) => {
    core.clock.now = now
    core.room.bytes = bytes
    await core.usage.flush()
  }
  const stored = async (span: 'hour' | 'day') =>
    (await core.usage.ofAll(operator, span)).sums.filter(({ what }) => what === 'storage').map(({ value }) => value)
  await held(0, noon)
  expect(await stored('hour')).toEqual([])
  await held(1000, noon)
  await held(5000, noon + 120_000)
  await held(2000, noon + 240_000)
  core.close()
  core = testCore({ file, now: noon + 300_000 })
  await held(3000, noon + 300_000)
  await held(2500, noon + hour)
  expect(await stored('hour')).toEqual([5000, 2500])
  expect(await stored('day')).toEqual([5000])
  core.close()
})

test('hours are kept for two days and days for a year', async () => {
  const core = testCore({ now: noon })
  const { owner } = await tenant(core)
  const at = async (now: number) => {
    core.clock.now = now
    while (await core.usage.tidy());
    return [count(core, 'usage', "span = 'hour'"), count(core, 'usage', "span = 'day'")]
  }
  core.usage.answered(owner, 'native', 200, null)
  await core.usage.flush()
  expect(await at(noon + 48 * hour)).toEqual([1, 1])
  expect((await sums(core, owner, 'hour')).length).toBe(0)
  expect(await at(noon + 49 * hour)).toEqual([0, 1])
  expect(await at(noon + 365 * day)).toEqual([0, 1])
  expect((await sums(core, owner, 'day')).length).toBe(1)
  expect(await at(noon + 368 * day)).toEqual([0, 0])
})

test('however much is old, tidying ends only when all of it is gone', async () => {
  const core = testCore({ now: noon })
  const add = core.connection.sqlite.query('insert into counts (subject, what, start, value) values (?, ?, ?, 1)')
  const yesterday = Date.UTC(2026, 0, 14)
  core.connection.sqlite.transaction(() => {
    for (let n = 0; n < 1700; n++) add.run(`i:${n}`, 'inboxes', yesterday)
    for (let n = 0; n < 5; n++) add.run(`a:${n}`, 'month', Date.UTC(2026, 0, 1))
    for (let n = 0; n < 5; n++) add.run(`a:${n}`, 'inboxes', Date.UTC(2026, 0, 15))
    for (let n = 0; n < 700; n++) add.run(`b:${n}`, 'month', Date.UTC(2025, 11, 1))
  })()
  while (await core.usage.tidy());
  expect(count(core, 'counts')).toBe(10)
})

test('counters outlive a restart; a crash loses no more than was not written yet', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const config = testConfig({
    MAYFLY_PLANS_PRO_REQUESTS_PER_DAY: '10',
    MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '3',
    MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_DAY: '4',
  })
  const first = testCore({ file, config, now: noon })
  const { secret } = await tenant(first, 'pro')
  const call = async (core: TestCore) =>
    refusal(Promise.resolve(core.keys.holder(secret, from)).then((caller) => core.usage.admit(caller, from.client)))
  for (let n = 0; n < 6; n++) await call(first)
  await openAnonymous(first)
  first.usage.admit(nobody, '192.0.2.1')
  await first.usage.flush()
  await call(first)
  first.close()

  const second = testCore({ file, config, now: noon })
  await second.usage.load()
  const outcomes: (string | null)[] = []
  for (let n = 0; n < 5; n++) outcomes.push(await call(second))
  expect(outcomes).toEqual([null, null, null, null, 'rate-exceeded'])
  await openAnonymous(second)
  await openAnonymous(second)
  expect(await refusal(openAnonymous(second))).toBe('quota-exceeded')
  for (let n = 0; n < 3; n++) second.usage.admit(nobody, '192.0.2.1')
  expect(() => second.usage.admit(nobody, '192.0.2.1')).toThrow('rate-exceeded')
  await second.usage.flush()
  second.close()

  const third = testCore({ file, config, now: Date.UTC(2026, 0, 16) })
  await third.usage.load()
  expect(await call(third)).toBeNull()
  expect(await refusal(openAnonymous(third))).toBeNull()
  third.close()
})

test('what cannot be written is neither lost nor written twice, and reading goes on', async () => {
  const core = testCore({ now: noon })
  const { owner } = await tenant(core)
  core.usage.answered(owner, 'native', 200, null)
  core.connection.sqlite.run("create trigger full before insert on usage begin select raise(abort, 'full'); end")
  expect(await sums(core, owner, 'day')).toEqual([])
  core.usage.answered(owner, 'native', 200, null)
  core.connection.sqlite.run('drop trigger full')
  expect(await sums(core, owner, 'day')).toEqual(['2026-01-15T00 requests native 2xx 2'])
  expect(await sums(core, owner, 'hour')).toEqual(['2026-01-15T12 requests native 2xx 2'])
})

test('addresses that open nothing leave nothing in the database, however many call', async () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '100' }), now: noon })
  for (let n = 0; n < 5000; n++) core.usage.admit(nobody, `10.0.${n >> 8}.${n & 255}`)
  await core.usage.flush()
  expect(count(core, 'counts')).toBe(0)
})

test('IPv6 addresses of one /64 count together, and an IPv4 address however it is written', () => {
  const core = testCore({ config: testConfig({ MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_DAY: '2' }), now: noon })
  const admit = (client: string) => core.usage.admit(nobody, client)?.remaining
  expect(admit('2001:db8:0:1::1')).toBe(1)
  expect(admit('2001:db8::1:ffff:ffff:ffff:ffff')).toBe(0)
  expect(() => admit('2001:0db8:0000:0001:0000:0000:0000:0009')).toThrow('rate-exceeded')
  expect(admit('2001:db8:0:2::1')).toBe(1)
  expect(admit('192.0.2.7')).toBe(1)
  expect(admit('::ffff:192.0.2.7')).toBe(0)
})
