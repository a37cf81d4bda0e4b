// A line in front of what may be done only so often: some at once, and some begun in any second.

const second = 1000

export class Line {
  private atOnce = 0
  private begun = 0
  /** Those that somebody waits for go first. */
  private readonly urgent = new Set<() => void>()
  private readonly later = new Set<() => void>()

  constructor(private readonly most: { atOnce: number; perSecond: number }) {}

  async through<Value>(isUrgent: boolean, work: () => Promise<Value>): Promise<Value> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const line = isUrgent ? this.urgent : this.later
    line.add(resolve)
    this.callNext()
    await promise
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
