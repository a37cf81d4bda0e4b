// How long requests took, as a histogram: counts below bounds add up over hours, days and months, which percentiles do not.

/** Milliseconds; what takes longer than the last is beyond. */
const bounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] as const
const beyond = 'more'

/** Under which so long a request is counted. */
export const bucketOf = (milliseconds: number): string =>
  String(bounds.find((bound) => milliseconds <= bound) ?? beyond)

export type Latency = { requests: number; p50: number; p90: number; p99: number }

/** `counts`: by bucket. Milliseconds, as if each bucket's were spread evenly; null where nothing was counted. */
export function latencyOf(counts: ReadonlyMap<string, number>): Latency | null {
  const requests = [...counts.values()].reduce((sum, count) => sum + count, 0)
  if (requests === 0) return null
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => percentile(counts, share * requests))
  return { requests, p50: p50 ?? 0, p90: p90 ?? 0, p99: p99 ?? 0 }
}

function percentile(counts: ReadonlyMap<string, number>, rank: number): number {
  let below = 0
  let from = 0
  for (const bound of bounds) {
    const count = counts.get(String(bound)) ?? 0
    if (count > 0 && below + count >= rank) return round(from + ((bound - from) * (rank - below)) / count)
    below += count
    from = bound
  }
  return from
}

const round = (milliseconds: number): number => Math.round(milliseconds * 100) / 100
