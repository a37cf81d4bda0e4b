// Limits on calls and on mailboxes opened: a bucket by the minute, and counts by the calendar's day and month (UTC). They
// are kept in memory, so that a request neither reads nor writes for them, and are written now and then.
import { BoundedMap } from '../limits/bounded-map.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import { type LimitState, Refusal } from '../refusal.ts'
import { type Bucket, capacityOf, isFull, refilled, waitFor } from './bucket.ts'
import { dayOf, hourMs, monthOf, nextDay, nextMonth } from './periods.ts'
import type { CountRow } from './store.ts'

/** Whose calls count together: an account's, or those of an IPv4 address or IPv6 /64 without one. */
export type Subject = { kind: 'account' | 'address'; name: string }

type Limits = Pick<Plan, 'requestsPerMinute' | 'burst' | 'requestsPerDay' | 'requestsPerMonth' | 'inboxesPerDay'>

type Counted = {
  subject: Subject
  /** Null: it is full, or there is none. */
  bucket: Bucket | null
  /** `hasOpened`: or tried to. */
  day: { start: number; calls: number; inboxes: number; hasOpened: boolean }
  /** `lookedAt`: the day in which it was the present one. */
  month: { start: number; calls: number; lookedAt: number }
}

export class Calls {
  private readonly accounts = new Map<string, Counted>()
  private readonly addresses = new BoundedMap<Counted>((name) => fresh({ kind: 'address', name }))
  /** Of which something is to be written. */
  private readonly dirty = new Set<Counted>()

  constructor(
    private readonly outside: Outside,
    private readonly limitsOfAddresses: () => Limits,
  ) {}

  /** Accounts and addresses of which something is remembered. */
  get size(): number {
    return this.accounts.size + this.addresses.size
  }

  get dirtySize(): number {
    return this.dirty.size
  }

  /** Takes up what was counted before a restart. */
  load(rows: readonly CountRow[]): void {
    const now = this.outside.now()
    for (const { subject: name, what, start, value } of rows) {
      const subject = subjectIn(name)
      if (!subject) continue
      const counted = this.of(subject)
      if (what === 'day' && start === dayOf(now)) counted.day = { ...counted.day, start, calls: value }
      if (what === 'inboxes' && start === dayOf(now))
        counted.day = { ...counted.day, start, inboxes: value, hasOpened: true }
      if (what === 'month' && start === monthOf(now)) counted.month = { start, calls: value, lookedAt: 0 }
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
    if (refused) throw exceeded(refused, this.outside.now())
    this.dirty.add(counted)
    counted.day.calls++
    counted.month.calls++
    if (counted.bucket) counted.bucket.tokens--
    return this.state(counted, limits)
  }

  /** As `admit` answers, without a call. */
  left(subject: Subject, limits: Limits): LimitState | null {
    const counted = this.current(subject)
    return this.state({ ...counted, bucket: refilled(counted.bucket, limits, this.outside.elapsed()) }, limits)
  }

  /** What is left of the month and of the day; null where there is no such limit. */
  periods(subject: Subject, { requestsPerMonth, requestsPerDay }: Limits): Record<'month' | 'day', LimitState | null> {
    const counted = this.current(subject)
    return {
      month: requestsPerMonth === null ? null : monthState(counted, requestsPerMonth),
      day: requestsPerDay === null ? null : dayState(counted, requestsPerDay),
    }
  }

  /** Counts a mailbox that is opened now; call the answer if it was not. Refuses: quota-exceeded. */
  inbox(subject: Subject, { inboxesPerDay }: Pick<Limits, 'inboxesPerDay'>): () => void {
    const counted = this.current(subject)
    const { day } = counted
    if (inboxesPerDay !== null && day.inboxes >= inboxesPerDay) {
      const resetAt = nextDay(day.start)
      throw new Refusal('quota-exceeded', {
        retryAfterSeconds: (resetAt - this.outside.now()) / 1000,
        limit: { of: 'inboxes', limit: inboxesPerDay, remaining: 0, resetAt },
      })
    }
    this.dirty.add(counted)
    day.inboxes++
    day.hasOpened = true
    return () => {
      day.inboxes--
      this.dirty.add(counted)
    }
  }

  /** Calls and mailboxes opened in this day and month. */
  used(subject: Subject): { today: number; month: number; inboxesToday: number } {
    const { day, month } = this.current(subject)
    return { today: day.calls, month: month.calls, inboxesToday: day.inboxes }
  }

  /** Calls that have not flowed back into the minute's bucket yet. */
  inMinute(subject: Subject, limits: Limits): number {
    const bucket = refilled(this.current(subject).bucket, limits, this.outside.elapsed())
    return bucket ? Math.ceil((capacityOf(limits) ?? 0) - bucket.tokens) : 0
  }

  /** What has changed of up to `most` accounts and addresses. Whoever could not write it gives it back. */
  takeDirty(most: number): { rows: CountRow[]; giveBack: () => void } {
    const taken = [...take(this.dirty, most)]
    for (const counted of taken) this.dirty.delete(counted)
    return {
      rows: taken.flatMap((counted) => this.rowsOf(counted)),
      giveBack: () => {
        for (const counted of taken) this.dirty.add(counted)
      },
    }
  }

  /** Forgets those of whom nothing need be remembered. */
  sweep(): void {
    const now = this.outside.now()
    const at = this.outside.elapsed()
    for (const [name, counted] of this.accounts) {
      const { day, month, bucket } = counted
      const isOver = day.start < dayOf(now) && month.start < monthOf(now) && (!bucket || at - bucket.at > hourMs)
      if (isOver && !this.dirty.has(counted)) this.accounts.delete(name)
    }
    const limits = this.limitsOfAddresses()
    const { requestsPerDay, requestsPerMonth } = limits
    this.addresses.sweep((counted) => {
      const { day, month, bucket } = counted
      const isDayOver = day.start < dayOf(now) || (day.inboxes === 0 && (day.calls === 0 || requestsPerDay === null))
      const isMonthOver = month.start < monthOf(now) || requestsPerMonth === null
      return isDayOver && isMonthOver && isFull(bucket, limits, at) && !this.dirty.has(counted)
    })
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
    if (counted.day.start !== today) counted.day = { ...newDay, start: today }
    // Looked up no more than once a day for each.
    if (counted.month.lookedAt !== today) {
      const start = monthOf(now)
      counted.month = { start, calls: counted.month.start === start ? counted.month.calls : 0, lookedAt: today }
    }
    return counted
  }

  /** The limit that has no room for one more call, or null. */
  private exhausted(counted: Counted, limits: Limits): LimitState | null {
    const { day, month } = counted
    const { requestsPerDay, requestsPerMonth } = limits
    if (requestsPerDay !== null && day.calls >= requestsPerDay) return dayState(counted, requestsPerDay)
    if (requestsPerMonth !== null && month.calls >= requestsPerMonth) return monthState(counted, requestsPerMonth)
    counted.bucket = refilled(counted.bucket, limits, this.outside.elapsed())
    if (!counted.bucket || counted.bucket.tokens >= 1) return null
    // Not when it is full again, but when one more has room: that is what a client waits for.
    const wait = waitFor(1, counted.bucket, limits)
    return { of: 'minute', limit: capacityOf(limits) ?? 0, remaining: 0, resetAt: this.outside.now() + wait }
  }

  /** Of the day, else the month, else the bucket. */
  private state(counted: Counted, limits: Limits): LimitState | null {
    if (limits.requestsPerDay !== null) return dayState(counted, limits.requestsPerDay)
    if (limits.requestsPerMonth !== null) return monthState(counted, limits.requestsPerMonth)
    const capacity = capacityOf(limits)
    if (capacity === null || !counted.bucket) return null
    const full = waitFor(capacity, counted.bucket, limits)
    const remaining = Math.floor(counted.bucket.tokens)
    return { of: 'minute', limit: capacity, remaining, resetAt: this.outside.now() + full }
  }

  private rowsOf(counted: Counted): CountRow[] {
    const { subject, day, month, bucket } = counted
    const name = textOf(subject)
    const inboxes: CountRow = { subject: name, what: 'inboxes', start: day.start, value: day.inboxes }
    const calls: CountRow = { subject: name, what: 'day', start: day.start, value: day.calls }
    const calledInMonth: CountRow = { subject: name, what: 'month', start: month.start, value: month.calls }
    if (subject.kind === 'account') {
      if (!bucket) return [inboxes, calls, calledInMonth]
      const start = Math.round(this.outside.now() - (this.outside.elapsed() - bucket.at))
      return [inboxes, calls, calledInMonth, { subject: name, what: 'minute', start, value: bucket.tokens }]
    }
    // What several share is nobody's own; an address's bucket is full again before a restart is over.
    if (this.addresses.find(subject.name) !== counted) return []
    const limits = this.limitsOfAddresses()
    return [
      ...(limits.inboxesPerDay === null || !day.hasOpened ? [] : [inboxes]),
      ...(limits.requestsPerDay === null ? [] : [calls]),
      ...(limits.requestsPerMonth === null ? [] : [calledInMonth]),
    ]
  }
}

/** That a limit has no room for one more call. */
export function exceeded(limit: LimitState, now: number): Refusal {
  const wait = (limit.resetAt - now) / 1000
  return new Refusal('rate-exceeded', { retryAfterSeconds: Math.max(1, Math.ceil(wait)), limit })
}

const newDay = { start: 0, calls: 0, inboxes: 0, hasOpened: false }

const fresh = (subject: Subject): Counted => ({
  subject,
  bucket: null,
  day: { ...newDay },
  month: { start: 0, calls: 0, lookedAt: 0 },
})

function* take<Value>(from: Iterable<Value>, most: number): Iterable<Value> {
  let taken = 0
  for (const one of from) {
    if (taken++ >= most) return
    yield one
  }
}

const dayState = ({ day }: Counted, limit: number): LimitState => ({
  of: 'day',
  limit,
  remaining: Math.max(0, limit - day.calls),
  resetAt: nextDay(day.start),
})

const monthState = ({ month }: Counted, limit: number): LimitState => ({
  of: 'month',
  limit,
  remaining: Math.max(0, limit - month.calls),
  resetAt: nextMonth(month.start),
})

const textOf = ({ kind, name }: Subject): string => `${kind === 'account' ? 'a' : 'i'}:${name}`
/** Null for what is counted elsewhere. */
function subjectIn(text: string): Subject | null {
  const name = text.slice(2)
  if (text.startsWith('a:')) return { kind: 'account', name }
  return text.startsWith('i:') ? { kind: 'address', name } : null
}
