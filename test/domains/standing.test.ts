// How a domain stands, as a pure function of looks and the clock.
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { after, type Intervals, type Standing, type Verdict, verdictOf } from '../../src/domains/standing.ts'

const second = 1000
const hour = 3600 * second
const intervals: Intervals = { firstMs: 30 * second, longestMs: 24 * hour, verifiedMs: 4 * hour, graceMs: 72 * hour }
const start = Date.UTC(2026, 0, 1)
const pending: Standing = {
  state: 'pending',
  verifiedAt: null,
  failingSince: null,
  checkedAt: null,
  nextCheckAt: start + 30 * second,
  tries: 0,
  byHand: false,
}

const look = (before: Standing, verdict: Verdict, now: number, { isTaken = false, chance = 1 } = {}): Standing =>
  after(before, verdict, { now, chance, isTaken }, intervals)

describe('a domain', () => {
  test('is verified, fails, lapses after its time of grace, and is verified again', () => {
    const verified = look(pending, 'there', start)
    expect(verified).toMatchObject({ state: 'verified', verifiedAt: start, nextCheckAt: start + 4 * hour })
    const failing = look(verified, 'gone', start + hour)
    expect(failing).toMatchObject({ state: 'failing', failingSince: start + hour, verifiedAt: start })
    expect(look(failing, 'gone', start + 73 * hour - second)).toMatchObject({
      state: 'failing',
      nextCheckAt: start + 73 * hour,
    })
    const lapsed = look(failing, 'gone', start + 73 * hour)
    expect(lapsed).toMatchObject({ state: 'lapsed', failingSince: null })
    expect(look(lapsed, 'there', start + 80 * hour)).toMatchObject({ state: 'verified', verifiedAt: start + 80 * hour })
    expect(look(failing, 'there', start + 2 * hour)).toMatchObject({ state: 'verified', failingSince: null })
  })

  test('is looked at often at first, then ever less, up to a day', () => {
    const pauses: number[] = []
    let now = start
    for (let at = pending; pauses.length < 16; ) {
      at = look(at, 'gone', now)
      pauses.push((at.nextCheckAt ?? 0) - now)
      now = at.nextCheckAt ?? 0
    }
    expect(pauses.slice(0, 4)).toEqual([30, 60, 120, 240].map((one) => one * second))
    expect(pauses.at(-1)).toBe(24 * hour)
  })

  test('that the operator vouches for does not fall by a look', () => {
    const vouched: Standing = { ...pending, state: 'verified', byHand: true, nextCheckAt: null }
    expect(look(vouched, 'gone', start)).toEqual({ ...vouched, checkedAt: start })
    expect(look(vouched, 'there', start)).toMatchObject({ byHand: false, nextCheckAt: start + 4 * hour })
  })

  test('is gone only if a name server says so', () => {
    const of = (txt: Verdict, mx: Verdict) =>
      verdictOf({ txt: { is: txt, seen: [], why: null }, mx: { is: mx, seen: [], why: null } })
    expect(of('there', 'there')).toBe('there')
    expect(of('there', 'unknown')).toBe('unknown')
    expect(of('unknown', 'gone')).toBe('gone')
    expect(of('gone', 'there')).toBe('gone')
  })
})

type Step = { verdict: Verdict; hours: number; isTaken: boolean; chance: number }
const steps = fc.array(
  fc.record({
    verdict: fc.constantFrom<Verdict>('there', 'gone', 'unknown'),
    // Clocks are set back, too.
    hours: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: -200, max: 1000 })),
    isTaken: fc.boolean(),
    chance: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 40 },
)

/** Each look, with how it stood before and after. */
function history(all: readonly Step[]): { before: Standing; now: number; step: Step; then: Standing }[] {
  let before = pending
  let now = start
  return all.map((step) => {
    now += step.hours * hour
    const then = after(before, step.verdict, { now, chance: step.chance, isTaken: step.isTaken }, intervals)
    const entry = { before, now, step, then }
    before = then
    return entry
  })
}

const takesMail = ({ state }: Standing): boolean => state === 'verified' || state === 'failing'

describe('whatever is found, and whenever', () => {
  test('a domain goes from state to state only as it may', () => {
    const ways: Record<Standing['state'], Standing['state'][]> = {
      pending: ['pending', 'verified'],
      verified: ['verified', 'failing'],
      failing: ['failing', 'verified', 'lapsed'],
      lapsed: ['lapsed', 'verified'],
    }
    fc.assert(
      fc.property(steps, (all) => {
        for (const { before, then } of history(all)) expect(ways[before.state]).toContain(then.state)
      }),
    )
  })

  test('what nobody could say changes no state, and what is there is never lost', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { before, then, step } of history(all)) {
          if (step.verdict === 'unknown') expect(then.state).toBe(before.state)
          if (step.verdict === 'there' && (takesMail(before) || !step.isTaken)) expect(then.state).toBe('verified')
        }
      }),
    )
  })

  test('a domain that another account has is not verified by a second', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { before, then, step } of history(all))
          if (step.isTaken && !takesMail(before)) expect(takesMail(then)).toBe(false)
      }),
    )
  })

  test('mail is taken for the whole time of grace, and refused at the first look after it that finds nothing', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { before, then, step, now } of history(all)) {
          if (before.state !== 'failing' || step.verdict !== 'gone') continue
          const since = Math.min(before.failingSince ?? now, now)
          expect(then.state).toBe(now - since >= intervals.graceMs ? 'lapsed' : 'failing')
        }
      }),
    )
  })

  test('the next look is ahead, and not beyond the longest pause', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { then, now } of history(all)) {
          const pause = (then.nextCheckAt ?? 0) - now
          expect(pause).toBeGreaterThan(0)
          expect(pause).toBeLessThanOrEqual(intervals.longestMs)
          if (takesMail(then)) expect(pause).toBeLessThanOrEqual(intervals.verifiedMs)
        }
      }),
    )
  })
})
