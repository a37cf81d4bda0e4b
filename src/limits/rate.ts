// Calls a second from one address (an IPv4 address or an IPv6 /64), in memory that is bounded.
import { Refusal } from '../refusal.ts'
import { BoundedMap } from './bounded-map.ts'
import { countedAddress } from './networks.ts'

type Bucket = { tokens: number; at: number }

/** How often full buckets are forgotten. */
const sweepMs = 10_000

export class Rate {
  private readonly buckets: BoundedMap<Bucket>
  private sweptAt: number

  /** `elapsed`: monotonic milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly elapsed: () => number,
  ) {
    this.sweptAt = elapsed()
    this.buckets = new BoundedMap(() => ({ tokens: perSecond, at: elapsed() }))
  }

  /** Addresses of which something is remembered. */
  get size(): number {
    return this.buckets.size
  }

  /** Counts one call. Refuses: rate-exceeded. */
  admit(client: string): void {
    const now = this.elapsed()
    if (now - this.sweptAt >= sweepMs) {
      this.sweptAt = now
      this.buckets.sweep((bucket) => this.refilled(bucket, now) >= this.perSecond)
    }
    const bucket = this.buckets.of(countedAddress(client))
    bucket.tokens = this.refilled(bucket, now)
    bucket.at = now
    if (bucket.tokens < 1) {
      throw new Refusal('rate-exceeded', { retryAfterSeconds: (1 - bucket.tokens) / this.perSecond })
    }
    bucket.tokens--
  }

  private refilled({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.perSecond, tokens + (Math.max(0, now - at) * this.perSecond) / 1000)
  }
}
