// How a custom domain stands after a look at its records: from its standing before, what was found, and the clock.
import type { CustomDomain, Look } from './domain.ts'

export type Standing = Pick<
  CustomDomain,
  'state' | 'verifiedAt' | 'failingSince' | 'checkedAt' | 'nextCheckAt' | 'tries' | 'byHand'
>

/** Milliseconds. */
export type Intervals = {
  /** From adding a domain, or losing one, to the next look. */
  firstMs: number
  /** The longest between two looks at one that takes no mail. */
  longestMs: number
  /** Between two looks at one that is verified. */
  verifiedMs: number
  /** How long one whose records are gone still takes mail. */
  graceMs: number
}

export type Verdict = 'there' | 'gone' | 'unknown'

/** Gone is only what a name server said is not there. */
export function verdictOf({ txt, mx }: Look): Verdict {
  if (txt.is === 'there' && mx.is === 'there') return 'there'
  return txt.is === 'gone' || mx.is === 'gone' ? 'gone' : 'unknown'
}

/** When a domain that was just added is looked at. `chance`: 0 to 1. */
export const firstCheckAt = (now: number, chance: number, { firstMs }: Intervals): number =>
  now + jittered(firstMs, chance)

/** `isTaken`: another account has it, verified. `chance`: 0 to 1, so that what came together is not looked at together. */
export function after(
  before: Standing,
  verdict: Verdict,
  { now, chance, isTaken }: { now: number; chance: number; isTaken: boolean },
  intervals: Intervals,
): Standing {
  const checked = { ...before, checkedAt: now }
  const isServed = before.state === 'verified' || before.state === 'failing'
  if (verdict === 'there' && (isServed || !isTaken)) {
    return {
      ...checked,
      state: 'verified',
      verifiedAt: before.state === 'verified' ? before.verifiedAt : now,
      failingSince: null,
      tries: 0,
      byHand: false,
      nextCheckAt: now + jittered(intervals.verifiedMs, chance),
    }
  }
  // What the operator vouches for does not fall by a look.
  if (before.byHand && isServed) return checked
  const tries = before.tries + 1
  const later = (longest: number): number => now + jittered(backoff(before.tries, intervals.firstMs, longest), chance)
  if (!isServed) return { ...checked, tries, nextCheckAt: later(intervals.longestMs) }
  // A clock that was set back must not make the time of grace longer than it is.
  const failingSince = Math.min(before.failingSince ?? now, now)
  const lapsesAt = failingSince + intervals.graceMs
  if (verdict === 'unknown') {
    const next = later(intervals.verifiedMs)
    const isDue = before.state === 'failing' && lapsesAt > now
    return { ...checked, tries, nextCheckAt: isDue ? Math.min(next, lapsesAt) : next }
  }
  if (now >= lapsesAt) {
    return {
      ...checked,
      state: 'lapsed',
      failingSince: null,
      tries: 1,
      nextCheckAt: now + jittered(intervals.firstMs, chance),
    }
  }
  const isNew = before.state === 'verified'
  const next = isNew ? now + jittered(intervals.firstMs, chance) : later(intervals.verifiedMs)
  return {
    ...checked,
    state: 'failing',
    failingSince,
    tries: isNew ? 1 : tries,
    // It lapses when it is due, and not a look later.
    nextCheckAt: Math.min(next, lapsesAt),
  }
}

/** Twice as long each time. */
const backoff = (tries: number, firstMs: number, longestMs: number): number =>
  Math.min(firstMs * 2 ** Math.min(tries, 40), longestMs)

/** A fifth shorter at most. */
const jittered = (milliseconds: number, chance: number): number => Math.ceil(milliseconds * (0.8 + 0.2 * chance))
