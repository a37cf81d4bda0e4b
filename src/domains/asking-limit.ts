// How often one may have the records of a domain looked at at once: by domain, and by account.
import { BoundedMap } from '../limits/bounded-map.ts'
import { Refusal } from '../refusal.ts'
import { type Bucket, isFull, type Rate, refilled, waitFor } from '../usage/bucket.ts'

const ofDomain: Rate = { requestsPerMinute: 6, burst: 6 }
const ofAccount: Rate = { requestsPerMinute: 30, burst: 60 }
const sweepMs = 60_000

type Held = { bucket: Bucket | null }

export class AskingLimit {
  private readonly domains = new BoundedMap<Held>(() => ({ bucket: null }))
  private readonly accounts = new BoundedMap<Held>(() => ({ bucket: null }))
  private sweptAt = 0

  /** `elapsed`: monotonic milliseconds. */
  constructor(private readonly elapsed: () => number) {}

  /** Counts one look. Refuses: rate-exceeded. */
  admit({ id, accountId }: { id: string; accountId: string }): void {
    const now = this.elapsed()
    this.sweep(now)
    const both = [
      { held: this.domains.of(id), rate: ofDomain },
      { held: this.accounts.of(accountId), rate: ofAccount },
    ].map(({ held, rate }) => ({ held, rate, bucket: refilled(held.bucket, rate, now) ?? { tokens: 1, at: now } }))
    const wait = Math.max(...both.map(({ bucket, rate }) => waitFor(1, bucket, rate)))
    if (wait > 0) throw new Refusal('rate-exceeded', { retryAfterSeconds: wait / 1000 })
    for (const { held, bucket } of both) held.bucket = { ...bucket, tokens: bucket.tokens - 1 }
  }

  private sweep(now: number): void {
    if (now - this.sweptAt < sweepMs) return
    this.sweptAt = now
    this.domains.sweep(({ bucket }) => isFull(bucket, ofDomain, now))
    this.accounts.sweep(({ bucket }) => isFull(bucket, ofAccount, now))
  }
}
