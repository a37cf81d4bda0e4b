// Calls a second from one address (an IPv4 address or an IPv6 /64), in memory that is bounded.
import { Refusal } from '../refusal.ts'
import { BoundedMap } from './bounded-map.ts'
import { countedAddress } from './networks.ts'

const secondMs = 1000
/** How often addresses that have been silent for a second are forgotten. */
const sweepMs = 10_000

export class Rate {
  /** When the calls of the last second came, oldest first. */
  private readonly calls = new BoundedMap<number[]>(() => [])
  private sweptAt: number

  /** `elapsed`: monotonic milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly elapsed: () => number,
  ) {
    this.sweptAt = elapsed()
  }

  /** Addresses of which something is remembered. */
  get size(): number {
    return this.calls.size
  }

  /** Counts one call: in no second, wherever it begins, are there more than are allowed. Refuses: rate-exceeded. */
  admit(client: string): void {
    const now = this.elapsed()
    if (now - this.sweptAt >= sweepMs) {
      this.sweptAt = now
      this.calls.sweep((calls) => isOver(calls.at(-1), now))
    }
    const calls = this.calls.of(countedAddress(client))
    while (isOver(calls[0], now)) calls.shift()
    const [oldest = now] = calls
    if (calls.length >= this.perSecond) {
      throw new Refusal('rate-exceeded', { retryAfterSeconds: (oldest + secondMs - now) / secondMs })
    }
    calls.push(now)
  }
}

const isOver = (at: number | undefined, now: number): boolean => at !== undefined && at + secondMs <= now
