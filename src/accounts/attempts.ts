// Slowing down whoever guesses: the first five failures cost nothing, each one after them twice the time of the one before.
import { BoundedMap } from '../limits/bounded-map.ts'
import { Refusal } from '../refusal.ts'

/** Monotonic milliseconds. */
type Failures = { count: number; lastAt: number }

const free = 5
const firstDelayMs = 1000
/** An hour without a failure, and all are forgotten. */
const forgottenMs = 3_600_000

export class Attempts {
  private readonly failures = new BoundedMap<Failures>(() => ({ count: 0, lastAt: Number.NEGATIVE_INFINITY }))

  constructor(
    /** The longest delay: short where a stranger could keep somebody out with it. */
    private readonly longestMs: number,
    private readonly elapsed: () => number,
  ) {}

  /**
   * Begins an attempt, which counts as a failure until it turns out well, so that many at once count too; call the answer
   * then. Refuses: rate-exceeded.
   */
  begin(name: string): () => void {
    const now = this.elapsed()
    const failures = this.failures.of(name)
    if (now - failures.lastAt > forgottenMs) failures.count = 0
    const wait = failures.lastAt + this.delay(failures.count) - now
    if (wait > 0) throw new Refusal('rate-exceeded', { retryAfterSeconds: Math.ceil(wait / 1000) })
    failures.count++
    failures.lastAt = now
    return () => {
      failures.count = Math.max(0, failures.count - 1)
    }
  }

  /** It turned out well: nothing of before counts. */
  clear(name: string): void {
    this.failures.of(name).count = 0
  }

  sweep(): void {
    const now = this.elapsed()
    this.failures.sweep(({ count, lastAt }) => count === 0 || now - lastAt > forgottenMs)
  }

  private delay(count: number): number {
    return count < free ? 0 : Math.min(firstDelayMs * 2 ** (count - free), this.longestMs)
  }
}
