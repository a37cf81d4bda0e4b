// Calls without a key in the foreign APIs that answer some: so many a day (UTC) for each IPv4 address or IPv6 /64, apart for
// each API. Kept in memory, as all counts of calls, and written now and then.
import { BoundedMap } from '../limits/bounded-map.ts'
import type { Outside } from '../outside.ts'
import type { LimitState } from '../refusal.ts'
import { exceeded } from './calls.ts'
import { dayOf, nextDay } from './periods.ts'
import type { CountRow } from './store.ts'

/** `address`: as it is counted. */
export type Keyless = { dialect: string; address: string; perDay: number }

type Counted = { subject: string; start: number; calls: number }

const mark = 'd:'
const subjectOf = ({ dialect, address }: Keyless): string => `${mark}${dialect}:${address}`

export class KeylessCalls {
  private readonly counts = new BoundedMap<Counted>((subject) => ({ subject, start: 0, calls: 0 }))
  /** Of which something is to be written. */
  private readonly dirty = new Set<Counted>()

  constructor(private readonly outside: Pick<Outside, 'now'>) {}

  /** Addresses of which something is remembered. */
  get size(): number {
    return this.counts.size
  }

  get dirtySize(): number {
    return this.dirty.size
  }

  /** Takes up what was counted before a restart. */
  load(rows: readonly CountRow[]): void {
    for (const { subject, what, start, value } of rows) {
      if (!subject.startsWith(mark) || what !== 'day' || start !== dayOf(this.outside.now())) continue
      Object.assign(this.counts.of(subject), { start, calls: value })
    }
  }

  /** Counts one call. Refuses: rate-exceeded, and counts nothing then. */
  admit(who: Keyless): LimitState {
    const counted = this.current(who)
    const { calls, start } = counted
    if (calls >= who.perDay) throw exceeded(state(start, calls, who), this.outside.now())
    counted.calls++
    this.dirty.add(counted)
    return state(start, counted.calls, who)
  }

  /** As `admit` answers, without a call. */
  left(who: Keyless): LimitState {
    const { start, calls } = this.current(who)
    return state(start, calls, who)
  }

  /** What has changed of up to `most` addresses. Whoever could not write it gives it back. */
  takeDirty(most: number): { rows: CountRow[]; giveBack: () => void } {
    const taken = [...this.dirty].slice(0, most)
    for (const counted of taken) this.dirty.delete(counted)
    // What several share is nobody's own.
    const own = taken.filter((counted) => this.counts.find(counted.subject) === counted)
    return {
      rows: own.map(({ subject, start, calls }) => ({ subject, what: 'day', start, value: calls })),
      giveBack: () => {
        for (const counted of taken) this.dirty.add(counted)
      },
    }
  }

  /** Forgets those of whom nothing need be remembered. */
  sweep(): void {
    const today = dayOf(this.outside.now())
    this.counts.sweep((counted) => (counted.start < today || counted.calls === 0) && !this.dirty.has(counted))
  }

  private current(who: Keyless): Counted {
    const counted = this.counts.of(subjectOf(who))
    const today = dayOf(this.outside.now())
    if (counted.start !== today) Object.assign(counted, { start: today, calls: 0 })
    return counted
  }
}

const state = (start: number, calls: number, { perDay }: Keyless): LimitState => ({
  of: 'day',
  limit: perDay,
  remaining: Math.max(0, perDay - calls),
  resetAt: nextDay(start),
})
