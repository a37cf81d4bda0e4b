// A line in front of what may be done only so often: some at once, and some begun in any second.

const second = 1000

export class Line {
  private atOnce = 0
  private begun = 0
  /** Those that somebody waits for go first. */
  private readonly urgent = new Set<() => void>()
  private readonly later = new Set<() => void>()

  constructor(private readonly most: { atOnce: number; perSecond: number }) {}

  /** Null: `signal` came before its turn, and nothing was done. */
  async through<Value>(isUrgent: boolean, work: () => Promise<Value>, signal?: AbortSignal): Promise<Value | null> {
    if (signal?.aborted) return null
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const line = isUrgent ? this.urgent : this.later
    const call = (): void => resolve(true)
    line.add(call)
    signal?.addEventListener('abort', () => line.delete(call) && resolve(false), { once: true })
    this.callNext()
    if (!(await promise)) return null
    try {
      return await work()
    } finally {
      this.atOnce--
      this.callNext()
    }
  }

  private callNext(): void {
    while (this.atOnce < this.most.atOnce && this.begun < this.most.perSecond) {
      const [next] = this.urgent.size > 0 ? this.urgent : this.later
      if (!next) return
      this.urgent.delete(next)
      this.later.delete(next)
      this.atOnce++
      this.begun++
      const rested = setTimeout(() => {
        this.begun--
        this.callNext()
      }, second)
      rested.unref()
      next()
    }
  }
}
