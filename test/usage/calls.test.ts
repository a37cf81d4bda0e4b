// Limits on calls and on mailboxes opened, by themselves: buckets, days and months.
import { expect, test } from 'bun:test'
import { realOutside } from '../../src/outside.ts'
import { Refusal } from '../../src/refusal.ts'
import { Calls, type Subject } from '../../src/usage/calls.ts'
import type { CountRow } from '../../src/usage/store.ts'

const minute = 60_000
const day = 86_400_000
const none = { requestsPerMinute: null, burst: null, requestsPerDay: null, requestsPerMonth: null, inboxesPerDay: null }
const ann: Subject = { kind: 'account', name: 'ann' }

/** Calls under a clock of their own; both clocks go together. */
function counting(limitsOfAddresses: Partial<typeof limits> = {}, now = Date.UTC(2026, 0, 31, 12)) {
  const clock = { now, elapsed: 5000 }
  const outside = {
    ...realOutside,
    now: () => clock.now,
    elapsed: () => clock.elapsed,
    uuid: () => '',
    randomBytes: (length: number) => new Uint8Array(length),
  }
  const calls = new Calls(outside, () => ({ ...none, ...limitsOfAddresses }))
  const pass = (milliseconds: number): void => {
    clock.now += milliseconds
    clock.elapsed += milliseconds
  }
  const admitted = (subject: Subject, limits: Partial<Limits>, times = 1): number => {
    let many = 0
    for (let n = 0; n < times; n++) if (refusedBy(() => calls.admit(subject, { ...none, ...limits })) === null) many++
    return many
  }
  return { calls, clock, pass, admitted, outside }
}

type Limits = Parameters<Calls['admit']>[1]
const limits: Limits = none

function refusedBy(work: () => unknown): Refusal | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

test('a burst may come at once, and then as many as flow in by the minute', () => {
  const { admitted, pass } = counting()
  const rate = { requestsPerMinute: 60, burst: 100 }
  expect(admitted(ann, rate, 1000)).toBe(100)
  pass(999)
  expect(admitted(ann, rate, 10)).toBe(0)
  pass(1)
  expect(admitted(ann, rate, 10)).toBe(1)
  pass(10_000)
  expect(admitted(ann, rate, 100)).toBe(10)
  pass(day / 10)
  expect(admitted(ann, rate, 1000)).toBe(100)
})

test('without a burst a minute is one; with a rate of zero nothing flows in, and what is waited for has an end', () => {
  const { admitted, calls, pass } = counting()
  expect(admitted(ann, { requestsPerMinute: 5 }, 10)).toBe(5)
  const bob: Subject = { kind: 'account', name: 'bob' }
  expect(admitted(bob, { requestsPerMinute: 0, burst: 2 }, 10)).toBe(2)
  pass(minute)
  const refusal = refusedBy(() => calls.admit(bob, { ...none, requestsPerMinute: 0, burst: 2 }))
  expect(refusal?.details.retryAfterSeconds).toBe(day / 1000)
})

test('a wall clock that is set back or forward gives nobody more of the minute', () => {
  const { admitted, clock } = counting()
  const rate = { requestsPerMinute: 60, burst: 100 }
  expect(admitted(ann, rate, 100)).toBe(100)
  clock.now += 3_600_000
  expect(admitted(ann, rate, 10)).toBe(0)
  clock.now -= 7_200_000
  expect(admitted(ann, rate, 10)).toBe(0)
})

test('a day and a month begin at midnight, UTC', () => {
  const { admitted, clock, pass } = counting({}, Date.UTC(2026, 0, 31, 23, 59, 59, 999))
  const perDay = { requestsPerDay: 3, requestsPerMonth: 5 }
  expect(admitted(ann, perDay, 10)).toBe(3)
  pass(1)
  expect(clock.now).toBe(Date.UTC(2026, 1, 1))
  expect(admitted(ann, perDay, 10)).toBe(3)
  pass(day - 1)
  expect(admitted(ann, perDay, 10)).toBe(0)
  pass(1)
  expect(admitted(ann, perDay, 10)).toBe(2)
  pass(27 * day)
  expect(clock.now).toBe(Date.UTC(2026, 2, 1))
  expect(admitted(ann, perDay, 10)).toBe(3)
})

test('headers speak of the limit that refused, else of the day, else of the month, else of the bucket', () => {
  const { calls, clock } = counting()
  const start = clock.now
  const midnight = Date.UTC(2026, 1, 1)
  const say = (limits: Partial<Limits>, name: string) => calls.admit({ kind: 'account', name }, { ...none, ...limits })
  const refused = (limits: Partial<Limits>, name: string) => refusedBy(() => say(limits, name))?.details
  const rate = { requestsPerMinute: 60, burst: 2 }
  expect(say({}, 'a')).toBeNull()
  expect(say(rate, 'b')).toEqual({ of: 'minute', limit: 2, remaining: 1, resetAt: start + 1000 })
  expect(say({ ...rate, requestsPerMonth: 9 }, 'c')).toEqual({ of: 'month', limit: 9, remaining: 8, resetAt: midnight })
  const both = { ...rate, requestsPerMonth: 90, requestsPerDay: 4 }
  expect(say(both, 'd')).toEqual({ of: 'day', limit: 4, remaining: 3, resetAt: midnight })
  say(both, 'd')
  expect(refused(both, 'd')).toEqual({
    retryAfterSeconds: 1,
    limit: { of: 'minute', limit: 2, remaining: 0, resetAt: start + 1000 },
  })
  say({ requestsPerDay: 1 }, 'e')
  expect(refused({ requestsPerDay: 1 }, 'e')).toEqual({
    retryAfterSeconds: 12 * 3600,
    limit: { of: 'day', limit: 1, remaining: 0, resetAt: midnight },
  })
  say({ requestsPerMonth: 1 }, 'f')
  expect(refused({ requestsPerDay: 5, requestsPerMonth: 1 }, 'f')?.limit).toEqual({
    of: 'month',
    limit: 1,
    remaining: 0,
    resetAt: midnight,
  })
})

test('who waits as long as he is told has room for one call', () => {
  for (const requestsPerMinute of [1, 7, 60, 300, 1200]) {
    const { calls, admitted, pass } = counting()
    const rate = { requestsPerMinute, burst: 3 }
    admitted(ann, rate, 5)
    const wait = refusedBy(() => calls.admit(ann, { ...none, ...rate }))?.details.retryAfterSeconds ?? 0
    expect(wait).toBe(Math.ceil(60 / requestsPerMinute))
    pass(wait * 1000)
    expect(admitted(ann, rate)).toBe(1)
  }
})

test('what is refused is not counted', () => {
  const { calls, admitted } = counting()
  admitted(ann, { requestsPerDay: 2 }, 50)
  expect(calls.used(ann)).toEqual({ today: 2, month: 2, inboxesToday: 0 })
  expect(admitted(ann, { requestsPerDay: 5 }, 50)).toBe(3)
})

test('what is left may be asked for without a call', () => {
  const { calls, pass, admitted } = counting()
  const day = { ...none, requestsPerDay: 5 }
  const bucket = { ...none, requestsPerMinute: 60, burst: 3 }
  expect(calls.left(ann, none)).toBeNull()
  expect(calls.left(ann, day)).toMatchObject({ of: 'day', remaining: 5 })
  expect(calls.left(ann, bucket)).toMatchObject({ of: 'minute', remaining: 3 })
  admitted(ann, bucket, 3)
  expect(calls.left(ann, bucket)?.remaining).toBe(0)
  expect(calls.left(ann, day)?.remaining).toBe(2)
  pass(2000)
  expect(calls.left(ann, bucket)?.remaining).toBe(2)
  expect(calls.dirtySize).toBe(1)
})

test('mailboxes that are opened count by themselves, and are given back where none was', () => {
  const { calls, pass } = counting()
  const limited = { inboxesPerDay: 2 }
  const giveBack = calls.inbox(ann, limited)
  calls.inbox(ann, limited)
  const refused = refusedBy(() => calls.inbox(ann, limited))
  expect(refused).toMatchObject({
    reason: 'quota-exceeded',
    details: { retryAfterSeconds: 12 * 3600, limit: { limit: 2, remaining: 0 } },
  })
  giveBack()
  expect(refusedBy(() => calls.inbox(ann, limited))).toBeNull()
  expect(calls.used(ann)).toEqual({ today: 0, month: 0, inboxesToday: 2 })
  pass(day)
  giveBack()
  expect(calls.used(ann).inboxesToday).toBe(0)
})

test('another plan counts on from what was counted: more has room at once, less has none', () => {
  const { admitted, calls } = counting()
  expect(admitted(ann, { requestsPerDay: 10 }, 100)).toBe(10)
  expect(admitted(ann, { requestsPerDay: 15 }, 100)).toBe(5)
  expect(admitted(ann, { requestsPerDay: 12 }, 100)).toBe(0)
  expect(admitted(ann, {}, 100)).toBe(100)
  expect(calls.used(ann).today).toBe(115)
  expect(admitted(ann, { requestsPerMinute: 60, burst: 3 }, 100)).toBe(3)
})

/** What is left after a restart: the rows that were written, in the order of a table. */
function restarted(calls: Calls, limitsOfAddresses = {}, now = Date.UTC(2026, 0, 31, 12)) {
  const rows = new Map<string, CountRow>()
  while (calls.dirtySize > 0) for (const row of calls.takeDirty(2).rows) rows.set(`${row.subject} ${row.what}`, row)
  const next = counting(limitsOfAddresses, now)
  next.clock.elapsed = 0
  next.calls.load([...rows.values()])
  return { ...next, rows: [...rows.values()] }
}

test('what was counted outlives a restart, the bucket too, with what flowed in meanwhile', () => {
  const rate = { requestsPerMinute: 60, burst: 100, requestsPerDay: 105, requestsPerMonth: 1000 }
  const before = counting()
  before.calls.inbox(ann, none)
  before.admitted(ann, rate, 1000)
  const { admitted, calls } = restarted(before.calls, {}, before.clock.now + 3000)
  expect(calls.used(ann)).toEqual({ today: 100, month: 100, inboxesToday: 1 })
  expect(admitted(ann, rate, 1000)).toBe(3)
})

test('a restart in the next day or month begins what begins then', () => {
  const before = counting({}, Date.UTC(2026, 0, 30, 12))
  before.admitted(ann, { requestsPerDay: 5 }, 5)
  const nextDay = restarted(before.calls, {}, Date.UTC(2026, 0, 31))
  expect(nextDay.calls.used(ann)).toEqual({ today: 0, month: 5, inboxesToday: 0 })
  before.admitted(ann, {}, 1)
  const nextMonth = restarted(before.calls, {}, Date.UTC(2026, 1, 1))
  expect(nextMonth.calls.used(ann)).toEqual({ today: 0, month: 0, inboxesToday: 0 })
  expect(nextMonth.admitted(ann, { requestsPerMonth: 3 }, 9)).toBe(3)
})

test('of an address only what has a limit is written', () => {
  const here: Subject = { kind: 'address', name: '192.0.2.1' }
  const whats = (limitsOfAddresses: object) => {
    const { calls, admitted } = counting(limitsOfAddresses)
    admitted(here, limitsOfAddresses, 4)
    calls.inbox(here, none)
    const { rows, calls: after } = restarted(calls, limitsOfAddresses)
    return [...rows.map(({ what, value }) => `${what} ${value}`), after.used(here)]
  }
  const nothing = { today: 0, month: 0, inboxesToday: 0 }
  expect(whats({ requestsPerMinute: 60, burst: 9 })).toEqual([nothing])
  expect(whats({ inboxesPerDay: 9 })).toEqual(['inboxes 1', { ...nothing, inboxesToday: 1 }])
  expect(whats({ requestsPerDay: 9 })).toEqual(['day 4', { ...nothing, today: 4 }])
  expect(whats({ requestsPerMonth: 9 })).toEqual(['month 4', { ...nothing, month: 4 }])
})

test('what could not be written is written the next time, as it is then', () => {
  const { calls, admitted } = counting()
  admitted(ann, none, 2)
  const { giveBack } = calls.takeDirty(10)
  expect(calls.takeDirty(10).rows).toEqual([])
  admitted(ann, none, 1)
  giveBack()
  const { rows } = calls.takeDirty(10)
  expect(rows.find(({ what }) => what === 'day')?.value).toBe(3)
})

test('two hundred thousand addresses take room for fifty thousand, nobody gets more than his limit, and it is given back', () => {
  const rate = { requestsPerMinute: 60, burst: 5 }
  const { calls, admitted, pass } = counting(rate)
  const address = (n: number): Subject => ({ kind: 'address', name: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` })
  for (let n = 0; n < 200_000; n++) admitted(address(n), rate)
  expect(calls.size).toBeLessThanOrEqual(51_024)
  let most = 0
  for (let n = 0; n < 200_000; n += 997) most = Math.max(most, admitted(address(n), rate, 20))
  expect(most).toBeLessThanOrEqual(5)
  while (calls.dirtySize > 0) calls.takeDirty(1000)
  pass(minute)
  calls.sweep()
  expect(calls.size).toBe(0)
  expect(admitted(address(199_999), rate, 20)).toBe(5)
})

test('a sweep forgets nobody of whom something counts', () => {
  const perDay = { requestsPerDay: 5, requestsPerMonth: 7, inboxesPerDay: 3, requestsPerMinute: 1, burst: 100 }
  const { calls, admitted, pass } = counting(perDay)
  const here: Subject = { kind: 'address', name: '192.0.2.1' }
  for (const one of [ann, here]) {
    admitted(one, perDay, 5)
    calls.inbox(one, perDay)
  }
  const sweep = (): void => {
    while (calls.dirtySize > 0) calls.takeDirty(10)
    calls.sweep()
  }
  sweep()
  for (const one of [ann, here]) expect(calls.used(one)).toEqual({ today: 5, month: 5, inboxesToday: 1 })
  expect(admitted(here, perDay, 10)).toBe(0)
  pass(day)
  expect([admitted(ann, perDay, 10), admitted(here, perDay, 10)]).toEqual([5, 5])
  pass(31 * day)
  sweep()
  expect(calls.size).toBe(0)
})

test('month and day are told apart, for an API that speaks of the month first', () => {
  const { calls, admitted } = counting()
  admitted(ann, {}, 3)
  expect(calls.periods(ann, none)).toEqual({ month: null, day: null })
  expect(calls.periods(ann, { ...none, requestsPerDay: 10, requestsPerMonth: 2 })).toEqual({
    month: { of: 'month', limit: 2, remaining: 0, resetAt: Date.UTC(2026, 1, 1) },
    day: { of: 'day', limit: 10, remaining: 7, resetAt: Date.UTC(2026, 1, 1) },
  })
})
