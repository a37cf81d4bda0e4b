// The limit on calls of the page: a bucket for each member who is signed in, kept in memory alone.
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { type Bucket, isFull, type Rate, refilled, waitFor } from './bucket.ts'

export class PageCalls {
  private readonly buckets = new Map<string, Bucket>()

  constructor(
    private readonly rate: Rate,
    private readonly outside: Pick<Outside, 'elapsed' | 'now'>,
  ) {}

  /** Members of whom something is remembered. */
  get size(): number {
    return this.buckets.size
  }

  /** Counts one call of a member. Refuses: rate-exceeded, and counts nothing then. */
  admit(member: string): void {
    const bucket = refilled(this.buckets.get(member) ?? null, this.rate, this.outside.elapsed())
    if (!bucket) return
    this.buckets.set(member, bucket)
    if (bucket.tokens < 1) {
      const seconds = waitFor(1, bucket, this.rate) / 1000
      throw new Refusal('rate-exceeded', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) })
    }
    bucket.tokens--
  }

  /** Forgets those whose bucket is full again. */
  sweep(): void {
    const at = this.outside.elapsed()
    for (const [member, bucket] of this.buckets) if (isFull(bucket, this.rate, at)) this.buckets.delete(member)
  }
}
