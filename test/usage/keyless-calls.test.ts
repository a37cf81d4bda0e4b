// Calls without a key in foreign APIs: so many a day for each address, exact, bounded, and kept over a restart.
import { describe, expect, test } from 'bun:test'
import { Refusal } from '../../src/refusal.ts'
import { type Keyless, KeylessCalls } from '../../src/usage/keyless-calls.ts'
import { temporaryDirectory, testCore } from '../core.ts'

const day = 86_400_000
const noon = Date.UTC(2026, 0, 31, 12)
const ann: Keyless = { dialect: 'mailfade', address: '192.0.2.1', perDay: 3 }

const counting = () => {
  const clock = { now: noon }
  return { clock, calls: new KeylessCalls({ now: () => clock.now }) }
}

/** How many of so many calls are let through. */
function admitted(calls: Pick<KeylessCalls, 'admit'>, who: Keyless, times: number): number {
  return Array.from({ length: times }, () => refusalOf(() => calls.admit(who))).filter((one) => one === null).length
}

function refusalOf(work: () => unknown): Refusal | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

describe('calls without a key', () => {
  test('are counted by address, for each API apart, and what is refused is not counted', () => {
    const { calls } = counting()
    expect(calls.left(ann)).toMatchObject({ of: 'day', limit: 3, remaining: 3 })
    expect(calls.admit(ann)).toMatchObject({ of: 'day', limit: 3, remaining: 2 })
    expect(admitted(calls, ann, 10)).toBe(2)
    expect(calls.left(ann).remaining).toBe(0)
    expect(admitted(calls, { ...ann, address: '192.0.2.2' }, 10)).toBe(3)
    expect(admitted(calls, { ...ann, dialect: 'other' }, 10)).toBe(3)
    // A limit that is raised lets just the difference through.
    expect(admitted(calls, { ...ann, perDay: 5 }, 10)).toBe(2)
  })

  test('begin anew with the day, and a refusal says when that is', () => {
    const { calls, clock } = counting()
    admitted(calls, ann, 3)
    clock.now += day / 2 - 1
    const { reason, details } = refusalOf(() => calls.admit(ann)) ?? new Refusal('blocked')
    expect([reason, details.retryAfterSeconds, details.limit]).toEqual([
      'rate-exceeded',
      1,
      { of: 'day', limit: 3, remaining: 0, resetAt: Date.UTC(2026, 1, 1) },
    ])
    clock.now += 1
    expect(admitted(calls, ann, 10)).toBe(3)
  })

  test('of more addresses than are remembered share, so that nobody gets more', () => {
    const { calls } = counting()
    for (let n = 0; n < 60_000; n++) refusalOf(() => calls.admit({ ...ann, address: `${n}` }))
    expect(calls.size).toBeLessThanOrEqual(50_000 + 1024)
    expect(admitted(calls, { ...ann, address: '0' }, 10)).toBe(2)
    expect(admitted(calls, { ...ann, address: '59999' }, 10)).toBeLessThan(3)
  })

  test('are forgotten when their day is over and they are written', () => {
    const { calls, clock } = counting()
    calls.admit(ann)
    clock.now += day
    calls.sweep()
    expect(calls.size).toBe(1)
    calls.takeDirty(10)
    calls.sweep()
    expect(calls.size).toBe(0)
  })

  test('that could not be written are written the next time', () => {
    const { calls } = counting()
    calls.admit(ann)
    const { rows, giveBack } = calls.takeDirty(10)
    expect(calls.takeDirty(10).rows).toEqual([])
    giveBack()
    expect(calls.takeDirty(10).rows).toEqual(rows)
  })
})

test('a restart keeps them, and those of accounts and of addresses in the native API beside them', async () => {
  using directory = temporaryDirectory()
  const file = `${directory.path}/test.db`
  const mine = { dialect: 'mailfade', perDay: 3 }
  const before = testCore({ file })
  before.usage.admitKeyless('192.0.2.1', mine)
  before.usage.admitKeyless('192.0.2.1', mine)
  // All of a /64 are one.
  before.usage.admitKeyless('2001:db8::1', mine)
  before.usage.admitKeyless('2001:db8::2', mine)
  before.usage.admit({ kind: 'nobody' }, '192.0.2.1')
  await before.usage.flush()
  before.close()
  const after = testCore({ file })
  await after.usage.load()
  expect(after.usage.keylessLeft('192.0.2.1', mine).remaining).toBe(1)
  expect(after.usage.keylessLeft('2001:db8::3', mine).remaining).toBe(1)
  expect(after.usage.keylessLeft('2001:db8:0:1::3', mine).remaining).toBe(3)
  expect(after.usage.keylessLeft('192.0.2.1', { ...mine, dialect: 'other' }).remaining).toBe(3)
  after.close()
})
