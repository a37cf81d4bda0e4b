// Collects garbage before it gathers: the engine would let its heap double first, whatever else the process holds.

/** By then a server has started. */
const startedMs = 1500

/** Gives back, once, what starting this thread left on its heap: some megabytes that an idle server would keep. `and`: what else is then due. */
export function trimAfterStart(and = (): void => {}): { cancel: () => void } {
  const timer = setTimeout(() => {
    Bun.gc(true)
    Bun.shrink()
    and()
  }, startedMs)
  timer.unref()
  return { cancel: () => clearTimeout(timer) }
}

/** Bytes by which the process may grow before anything is done. */
const growth = 48 * 1024 * 1024

/** For work on one large thing that may leave much behind; not for the main thread, which it would hold up. */
export class Heap {
  private least = Number.POSITIVE_INFINITY

  /** Collects the calling thread's garbage if the process has grown by much since the last time. */
  look(): void {
    const now = process.memoryUsage.rss()
    this.least = Math.min(this.least, now)
    if (now <= this.least + growth) return
    Bun.gc(true)
    this.least = process.memoryUsage.rss()
  }
}
