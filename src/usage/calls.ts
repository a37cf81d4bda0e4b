// Limits on calls and on mailboxes opened: a bucket by the minute, and counts by the calendar's day and month (UTC). They
// are kept in memory, so that a request neither reads nor writes for them, and are written now and then.
import { BoundedMap } from '../limits/bounded-map.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import { Refusal } from '../refusal.ts'
import { dayOf, monthOf, nextDay, nextMonth } from './periods.ts'
import type { CountRow } from './store.ts'

/** Whose calls count together: an account's, or those of an IPv4 address or IPv6 /64 without one. */
export type Subject = { kind: 'account' | 'address'; name: string }

type Limits = Pick<Plan, 'requestsPerMinute' | 'burst' | 'requestsPerDay' | 'requestsPerMonth' | 'inboxesPerDay'>

/** A limit as headers speak of it; `resetAt` is epoch milliseconds. */
export type LimitState = { limit: number; remaining: number; resetAt: number }

type Counted = {
  subject: Subject
  /** What is left in the bucket, and when it was looked at (monotonic milliseconds). Null: it is full. */
  bucket: { tokens: number; at: number } | null
  day: { start: number; calls: number; inboxes: number }
  month: { start: number; calls: number }
  /** Something is to be written. */
  isDirty: boolean
}

const minute = 60_000

export class Calls {
  private readonly accounts = new Map<string, Counted>()
  private readonly addresses = new BoundedMap<Counted>((name) => fresh({ kind: 'address', name }))

  constructor(private readonly outside: Outside) {}

  /** Takes up what was counted before a restart. */
  load(rows: readonly CountRow[]): void {
    const now = this.outside.now()
    for (const { subject, what, start, value } of rows) {
      const counted = this.of(subjectIn(subject))
      if (what === 'day' && start === dayOf(now)) counted.day = { ...counted.day, start, calls: value }
      if (what === 'inboxes' && start === dayOf(now)) counted.day = { ...counted.day, start, inboxes: value }
      if (what === 'month' && start === monthOf(now)) counted.month = { start, calls: value }
      // What has flowed in since then is added when it is looked at.
      if (what === 'minute') counted.bucket = { tokens: value, at: this.outside.elapsed() - Math.max(0, now - start) }
    }
  }

  /**
   * Counts one call. Answers the limit that its headers speak of, if there is one. Refuses: rate-exceeded, and counts
   * nothing then.
   */
  admit(subject: Subject, limits: Limits): LimitState | null {
    const counted = this.current(subject)
    const refused = this.exhausted(counted, limits)
    if (refused) throw this.exceeded(refused)
    counted.isDirty = true
    counted.day.calls++
    counted.month.calls++
    if (counted.bucket) counted.bucket.tokens--
    return this.state(counted, limits)
  }

  /** What headers say without a call. */
  look(subject: Subject, limits: Limits): LimitState | null {
    const counted = this.current(subject)
    this.refill(counted, limits)
    return this.state(counted, limits)
  }

  /** Counts a mailbox that is opened now; call the answer if it was not. Refuses: quota-exceeded. */
  inbox(subject: Subject, { inboxesPerDay }: Pick<Limits, 'inboxesPerDay'>): () => void {
    const counted = this.current(subject)
    const { day } = counted
    if (inboxesPerDay !== null && day.inboxes >= inboxesPerDay) {
      const resetAt = nextDay(day.start)
      throw new Refusal('quota-exceeded', {
        retryAfterSeconds: (resetAt - this.outside.now()) / 1000,
        limit: { limit: inboxesPerDay, remaining: 0, resetAt },
      })
    }
    counted.isDirty = true
    day.inboxes++
    return () => {
      day.inboxes--
      counted.isDirty = true
    }
  }

  /** Calls and mailboxes opened in this day and month. */
  used(subject: Subject): { today: number; month: number; inboxesToday: number } {
    const { day, month } = this.current(subject)
    return { today: day.calls, month: month.calls, inboxesToday: day.inboxes }
  }

  /** What has changed since the last time. Whoever could not write it gives it back. */
  takeDirty(): { rows: CountRow[]; giveBack: () => void } {
    const dirty = [...this.all()].filter(({ isDirty }) => isDirty)
    for (const counted of dirty) counted.isDirty = false
    return {
      rows: dirty.flatMap((counted) => this.rowsOf(counted)),
      giveBack: () => {
        for (const counted of dirty) counted.isDirty = true
      },
    }
  }

  /** Forgets those of whom nothing need be remembered in this day. */
  sweep(): void {
    const now = this.outside.now()
    const isIdle = ({ day, month, bucket, isDirty }: Counted): boolean =>
      !isDirty &&
      day.start < dayOf(now) &&
      month.start < monthOf(now) &&
      (!bucket || this.outside.elapsed() - bucket.at > minute)
    const isIdleAddress = (counted: Counted): boolean =>
      !counted.isDirty && (counted.day.start < dayOf(now) || counted.day.inboxes + counted.day.calls === 0)
    for (const [name, counted] of this.accounts) if (isIdle(counted)) this.accounts.delete(name)
    this.addresses.sweep(isIdleAddress)
  }

  private *all(): Iterable<Counted> {
    yield* this.accounts.values()
    for (const [, counted] of this.addresses) yield counted
  }

  private of(subject: Subject): Counted {
    if (subject.kind === 'address') return this.addresses.of(subject.name)
    const found = this.accounts.get(subject.name) ?? fresh(subject)
    this.accounts.set(subject.name, found)
    return found
  }

  /** Of this day and month. */
  private current(subject: Subject): Counted {
    const counted = this.of(subject)
    const now = this.outside.now()
    const today = dayOf(now)
    if (counted.day.start !== today) {
      counted.day = { start: today, calls: 0, inboxes: 0 }
      const month = monthOf(now)
      if (counted.month.start !== month) counted.month = { start: month, calls: 0 }
    }
    return counted
  }

  /** The limit that has no room for one more call, or null. */
  private exhausted(counted: Counted, limits: Limits): LimitState | null {
    const { day, month } = counted
    const { requestsPerDay, requestsPerMonth, requestsPerMinute } = limits
    if (requestsPerDay !== null && day.calls >= requestsPerDay) return dayState(counted, requestsPerDay)
    if (requestsPerMonth !== null && month.calls >= requestsPerMonth) return monthState(counted, requestsPerMonth)
    this.refill(counted, limits)
    if (!counted.bucket || requestsPerMinute === null || counted.bucket.tokens >= 1) return null
    // Not when it is full again, but when one more has room: that is what a client waits for.
    const wait = ((1 - counted.bucket.tokens) * minute) / requestsPerMinute
    return { limit: capacityOf(limits) ?? requestsPerMinute, remaining: 0, resetAt: this.outside.now() + wait }
  }

  private refill(counted: Counted, limits: Limits): void {
    const capacity = capacityOf(limits)
    const { requestsPerMinute } = limits
    if (capacity === null || requestsPerMinute === null) {
      counted.bucket = null
      return
    }
    const at = this.outside.elapsed()
    const { tokens, at: before } = counted.bucket ?? { tokens: capacity, at }
    counted.bucket = { tokens: Math.min(capacity, tokens + ((at - before) * requestsPerMinute) / minute), at }
  }

  /** Of the day, else the month, else the bucket. */
  private state(counted: Counted, limits: Limits): LimitState | null {
    if (limits.requestsPerDay !== null) return dayState(counted, limits.requestsPerDay)
    if (limits.requestsPerMonth !== null) return monthState(counted, limits.requestsPerMonth)
    const capacity = capacityOf(limits)
    if (capacity === null || limits.requestsPerMinute === null || !counted.bucket) return null
    const { tokens } = counted.bucket
    const full = ((capacity - tokens) * minute) / limits.requestsPerMinute
    return { limit: capacity, remaining: Math.floor(tokens), resetAt: this.outside.now() + full }
  }

  private exceeded(limit: LimitState): Refusal {
    const wait = (limit.resetAt - this.outside.now()) / 1000
    return new Refusal('rate-exceeded', { retryAfterSeconds: Math.max(1, Math.ceil(wait)), limit })
  }

  private rowsOf({ subject, day, month, bucket }: Counted): CountRow[] {
    const name = textOf(subject)
    const inboxes: CountRow = { subject: name, what: 'inboxes', start: day.start, value: day.inboxes }
    const calls: CountRow = { subject: name, what: 'day', start: day.start, value: day.calls }
    // An address's bucket is full again before a restart is over.
    if (subject.kind === 'address') return [inboxes, calls]
    const rows: CountRow[] = [inboxes, calls, { subject: name, what: 'month', start: month.start, value: month.calls }]
    if (bucket) {
      const start = Math.round(this.outside.now() - (this.outside.elapsed() - bucket.at))
      rows.push({ subject: name, what: 'minute', start, value: bucket.tokens })
    }
    return rows
  }
}

const fresh = (subject: Subject): Counted => ({
  subject,
  bucket: null,
  day: { start: 0, calls: 0, inboxes: 0 },
  month: { start: 0, calls: 0 },
  isDirty: false,
})

const capacityOf = ({ burst, requestsPerMinute }: Limits): number | null =>
  requestsPerMinute === null ? null : (burst ?? requestsPerMinute)

const dayState = ({ day }: Counted, limit: number): LimitState => ({
  limit,
  remaining: Math.max(0, limit - day.calls),
  resetAt: nextDay(day.start),
})

const monthState = ({ month }: Counted, limit: number): LimitState => ({
  limit,
  remaining: Math.max(0, limit - month.calls),
  resetAt: nextMonth(month.start),
})

const textOf = ({ kind, name }: Subject): string => `${kind === 'account' ? 'a' : 'i'}:${name}`
const subjectIn = (text: string): Subject => ({
  kind: text.startsWith('a:') ? 'account' : 'address',
  name: text.slice(2),
})
