// A bound on bytes held in memory by many at once: who finds no room waits a while, then is refused.
import { Refusal } from '../refusal.ts'

type Waiter = { bytes: number; go: () => void }

export class Budget {
  private used = 0
  private readonly waiters: Waiter[] = []

  constructor(
    private readonly bytes: number,
    private readonly waitMs: number,
    /** Told while somebody waits: when he begins to, and when what came back was not enough. */
    private readonly pressed: () => void = () => {},
  ) {}

  get held(): number {
    return this.used
  }

  /** Takes room at once if there is some. What is larger than the whole budget fits when it is empty. */
  tryTake(bytes: number): boolean {
    if (this.waiters.length > 0 || (this.used > 0 && this.used + bytes > this.bytes)) return false
    this.used += bytes
    return true
  }

  /** Refuses: too-busy, when no room came in time. */
  async take(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        go: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        this.waiters.splice(this.waiters.indexOf(waiter), 1)
        reject(new Refusal('too-busy'))
        // What was too much for him may do for those behind.
        this.admit()
      }, this.waitMs)
      this.waiters.push(waiter)
      this.pressed()
    })
  }

  release(bytes: number): void {
    this.used -= bytes
    this.admit()
  }

  private admit(): void {
    for (let first = this.waiters[0]; first; first = this.waiters[0]) {
      if (this.used > 0 && this.used + first.bytes > this.bytes) {
        this.pressed()
        return
      }
      this.waiters.shift()
      this.used += first.bytes
      first.go()
    }
  }
}
