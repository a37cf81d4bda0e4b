// A bucket of calls that fills evenly, by the monotonic clock: a minute's calls flow into it in a minute, and it holds a burst.
import type { Plan } from '../plans/plan.ts'
import { dayMs } from './periods.ts'

export type Rate = Pick<Plan, 'requestsPerMinute' | 'burst'>

/** What is left, and when that was looked at (monotonic milliseconds). */
export type Bucket = { tokens: number; at: number }

const minute = 60_000

/** Null: there is no such limit. */
export const capacityOf = ({ burst, requestsPerMinute }: Rate): number | null =>
  requestsPerMinute === null ? null : (burst ?? requestsPerMinute)

/** With what has flowed in since; `bucket` null: it was full. Answers null where there is no such limit. */
export function refilled(bucket: Bucket | null, rate: Rate, at: number): Bucket | null {
  const capacity = capacityOf(rate)
  if (capacity === null || rate.requestsPerMinute === null) return null
  if (bucket === null) return { tokens: capacity, at }
  const since = Math.max(0, at - bucket.at)
  return { tokens: Math.min(capacity, bucket.tokens + (since * rate.requestsPerMinute) / minute), at }
}

/** Milliseconds until it holds so many; a day where it never will. */
export function waitFor(tokens: number, bucket: Bucket, { requestsPerMinute }: Rate): number {
  const missing = Math.max(0, tokens - bucket.tokens)
  return missing === 0 ? 0 : Math.min(dayMs, (missing * minute) / (requestsPerMinute ?? 0))
}

/** Whether nothing need be remembered of it. */
export function isFull(bucket: Bucket | null, rate: Rate, at: number): boolean {
  const now = bucket && refilled(bucket, rate, at)
  return now === null || now.tokens >= (capacityOf(rate) ?? 0)
}
