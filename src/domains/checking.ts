// Looking at domains whose time has come, some at once and none of an account's at the expense of the others'.
import { type Outside, randomBelow } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import type { CustomDomain } from './domain.ts'
import type { Looking } from './looking.ts'
import type { Intervals } from './standing.ts'
import type { DomainStore } from './store.ts'

/** Domains that are looked at at once, and of one account. */
const mostAtOnce = 16
const mostOfAccount = 4
/** That are read from the table at a time. */
const batch = 64
const chances = 1_000_000

export class Checking {
  private readonly underWay = new Map<string, Promise<void>>()
  /** Looked at, and what was found could not be kept: not again before the next round. */
  private readonly failed = new Set<string>()
  private readonly stopped = Promise.withResolvers<void>()
  private isStopped = false

  constructor(
    private readonly store: DomainStore,
    private readonly looking: Looking,
    private readonly intervals: Intervals,
    private readonly outside: Outside,
  ) {}

  /** A random number from 0 to 1. */
  chance(): number {
    return randomBelow(this.outside, chances) / chances
  }

  /** Looks at a domain now, once for all who ask meanwhile. `urgent`: somebody waits for it. */
  look({ id, name, token }: Pick<CustomDomain, 'id' | 'name' | 'token'>, urgent: boolean): Promise<void> {
    const there = this.underWay.get(id)
    if (there) return there
    const look = this.lookNow(id, name, token, urgent).finally(() => this.underWay.delete(id))
    this.underWay.set(id, look)
    return look
  }

  private async lookNow(id: string, name: string, token: string, urgent: boolean): Promise<void> {
    const look = await this.looking.look({ name, token }, { urgent })
    const { intervals } = this
    await this.store.writes.run('domains.settle', {
      id,
      look,
      now: this.outside.now(),
      chance: this.chance(),
      intervals,
    })
  }

  /** Looks at all that are due, until none is left, or it is stopped. */
  async due(): Promise<void> {
    this.failed.clear()
    while (!this.isStopped) {
      const started = await this.startSome()
      if (this.underWay.size > 0) await this.one()
      else if (started === 0) return
    }
  }

  /** Begins no look any more, and waits for none. */
  stop(): void {
    this.isStopped = true
    this.stopped.resolve()
  }

  private async startSome(): Promise<number> {
    const now = this.outside.now()
    const beyond = now + 2 * Math.max(this.intervals.longestMs, this.intervals.verifiedMs, this.intervals.firstMs)
    const limit = batch + this.underWay.size + this.failed.size
    // What is under way now is in the table as due, also when it is done a moment later.
    const busy = new Set([...this.underWay.keys(), ...this.failed])
    const due = await this.store.due({ now, beyond, each: mostOfAccount + this.failed.size, limit })
    let started = 0
    for (const { id } of due) {
      while (!this.isStopped && this.underWay.size >= mostAtOnce) await this.one()
      if (this.isStopped) break
      if (busy.has(id) || this.underWay.has(id)) continue
      started++
      this.start(id)
    }
    return started
  }

  private start(id: string): void {
    const look = this.store
      .byId(id)
      .then((domain) => (domain ? this.lookNow(id, domain.name, domain.token, false) : undefined))
      // What is damaged, or could not be stored, keeps no other from its turn.
      .catch((error) => {
        this.failed.add(id)
        if (!(error instanceof Refusal)) throw error
      })
      .finally(() => this.underWay.delete(id))
    this.underWay.set(id, look)
    look.catch(() => {})
  }

  /** Until one of those under way is done. Throws what it threw. */
  private async one(): Promise<void> {
    await Promise.race([this.stopped.promise, ...this.underWay.values()])
  }
}
