// Large mail leaves buffers behind that weigh little in the engine's own sums, so that it lets them lie.
import { trimAfterStart } from '../limits/heap.ts'
import { releaseOwnPages } from '../limits/own-pages.ts'
import { every, type Task } from './every.ts'

const megabyte = 1024 * 1024
/** Below it nothing is done, and above it only what has come since the last time is looked at. */
const enough = 256 * megabyte
const growth = 32 * megabyte

/** What makes a collection worth its price: it stops the thread for tens of milliseconds. */
const worthwhile = 32 * megabyte
/** Looks that are let pass at most, where it was not. */
const longestRest = 32

export type Memory = { rss: () => number; collect: () => void }

const real: Memory = { rss: () => process.memoryUsage.rss(), collect: () => Bun.gc(true) }

/** Collects the main thread's garbage: what the start left, and when the process has grown by much. */
export function collectGarbage(defect: (error: unknown) => void): Task {
  const look = collector(real)
  // Where the system does not take the pages back, they stay.
  const trim = trimAfterStart(() => void releaseOwnPages().catch(() => {}))
  const looking = every(1000, async () => look(), defect)
  return {
    stop: () => {
      trim.cancel()
      return looking.stop()
    },
  }
}

/** One look at the memory. Where it is others who grow, such as the thread that reads a large mail, it looks seldom. */
export function collector({ rss, collect }: Memory): () => void {
  let least = enough
  let rest = 0
  let pause = 1
  return () => {
    if (rest > 0) {
      rest--
      return
    }
    const now = rss()
    if (now > least + growth) {
      collect()
      const after = rss()
      pause = now - after >= worthwhile ? 1 : Math.min(2 * pause, longestRest)
      rest = pause - 1
      least = Math.max(enough, after)
    } else least = Math.max(enough, Math.min(least, now))
  }
}
