// A plain model of limits and quotas: it keeps every call, and counts them anew for each answer.

export type Limits = {
  requestsPerMinute: number | null
  burst: number | null
  requestsPerDay: number | null
  requestsPerMonth: number | null
  inboxesPerDay: number | null
  activeMailboxes: number | null
  keys: number | null
}

/** What is forgotten by a crash: instants of calls and of mailboxes opened, and the bucket. */
type Counts = { calls: number[]; opened: number[]; bucket: { tokens: number; at: number } | null }

/** A call that is let in, or refused, and what headers say of it: limit, remaining and reset (Unix seconds). */
export type Verdict = { admitted: boolean; headers: [number, number, number] | null }

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7)
const seconds = (at: number): number => Math.ceil(at / 1000)

function nextDay(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1)
}

function nextMonth(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

/** An account, or an address without one. */
export class Subject {
  /** Ids of mailboxes that are open, with what opens them. */
  readonly active: { id: string; token: string }[] = []
  keys = 1
  private counts: Counts = { calls: [], opened: [], bucket: null }
  private written: Counts = { calls: [], opened: [], bucket: null }

  constructor(readonly kind: 'account' | 'address') {}

  callsOf(now: number): { today: number; month: number; opened: number } {
    const { calls, opened } = this.counts
    return {
      today: calls.filter((at) => dayOf(at) === dayOf(now)).length,
      month: calls.filter((at) => monthOf(at) === monthOf(now)).length,
      opened: opened.filter((at) => dayOf(at) === dayOf(now)).length,
    }
  }

  call(limits: Limits, now: number): Verdict {
    const { today, month } = this.callsOf(now)
    const { requestsPerDay, requestsPerMonth, requestsPerMinute } = limits
    const refused = (limit: number, until: number): Verdict => ({
      admitted: false,
      headers: [limit, 0, seconds(until)],
    })
    if (requestsPerDay !== null && today >= requestsPerDay) return refused(requestsPerDay, nextDay(now))
    if (requestsPerMonth !== null && month >= requestsPerMonth) return refused(requestsPerMonth, nextMonth(now))
    const capacity = limits.burst ?? requestsPerMinute
    const perMillisecond = (requestsPerMinute ?? 0) / 60_000
    if (requestsPerMinute === null || capacity === null) this.counts.bucket = null
    else {
      const { tokens, at } = this.counts.bucket ?? { tokens: capacity, at: now }
      const bucket = { tokens: Math.min(capacity, tokens + (now - at) * perMillisecond), at: now }
      this.counts.bucket = bucket
      if (bucket.tokens < 1) return refused(capacity, now + (1 - bucket.tokens) / perMillisecond)
      bucket.tokens--
    }
    this.counts.calls.push(now)
    if (requestsPerDay !== null) {
      return { admitted: true, headers: [requestsPerDay, requestsPerDay - today - 1, seconds(nextDay(now))] }
    }
    if (requestsPerMonth !== null) {
      return { admitted: true, headers: [requestsPerMonth, requestsPerMonth - month - 1, seconds(nextMonth(now))] }
    }
    const { bucket } = this.counts
    if (!bucket || capacity === null) return { admitted: true, headers: null }
    const full = now + (capacity - bucket.tokens) / perMillisecond
    return { admitted: true, headers: [capacity, Math.floor(bucket.tokens), seconds(full)] }
  }

  /** Why a mailbox is not opened; null if it is, which `opens` then tells. */
  mayOpen({ inboxesPerDay, activeMailboxes }: Limits, now: number): 'quota-exceeded' | 'mailboxes-exhausted' | null {
    if (inboxesPerDay !== null && this.callsOf(now).opened >= inboxesPerDay) return 'quota-exceeded'
    return activeMailboxes !== null && this.active.length >= activeMailboxes ? 'mailboxes-exhausted' : null
  }

  opens(now: number): void {
    this.counts.opened.push(now)
  }

  flush(): void {
    this.written = structuredClone(this.counts)
  }

  /** What was not written is forgotten; an address's bucket is full again. */
  crash(): void {
    const { calls, opened, bucket } = structuredClone(this.written)
    this.counts = { calls, opened, bucket: this.kind === 'account' ? bucket : null }
    this.written = structuredClone(this.counts)
  }
}
