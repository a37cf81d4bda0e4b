// Large mail leaves buffers behind that weigh little in the engine's own sums, so that it lets them lie.
import { every, type Task } from './every.ts'

const megabyte = 1024 * 1024
/** Below it nothing is done, and above it only what has come since the last time is looked at. */
const enough = 256 * megabyte
const growth = 32 * megabyte

/** Collects the main thread's garbage when the process has grown by much. */
export function collectGarbage(defect: (error: unknown) => void): Task {
  let least = enough
  const look = async (): Promise<void> => {
    const now = process.memoryUsage.rss()
    if (now > least + growth) {
      Bun.gc(true)
      least = Math.max(enough, process.memoryUsage.rss())
    } else least = Math.max(enough, Math.min(least, now))
  }
  return every(1000, look, defect)
}
