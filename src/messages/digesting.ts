// The queue in front of the digest threads. It holds ids, is refilled from the table, and never loses one for good.
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import { JobFailed, type Workers } from '../storage/job.ts'
import type { MimeBounds } from './bounded-parser.ts'
import type { Digested } from './changes.ts'
import type { digestJobs } from './jobs.ts'
import type { MessageStore, Undigested } from './store.ts'

export type DigestRules = {
  /** A digest's deadline. */
  milliseconds: number
  /** That of the second try of one that ran out of time, alone. */
  longMilliseconds: number
  bounds: MimeBounds
}

export type DigestMetrics = {
  done: (milliseconds: number) => void
  failed: (note: string) => void
}

/** Digests under way at once: enough to keep a thread busy, and to store many in one change. */
const atOnce = 32
/** Digests that are stored together: the search index costs most by the commit. */
const together = 16
/** Milliseconds that one waits for others. */
const patience = 25
const mostQueued = 10_000
/** Milliseconds before what found no room is tried again. */
const restMs = 1000
/** From here on, a try is counted before it is made. */
const largeBytes = 256 * 1024
const mostTries = 3

type Finished = { digest: Digested; resolve: () => void; reject: (error: unknown) => void }

export class Digesting {
  private queue: Undigested[] = []
  private slow: Undigested[] = []
  private finished: Finished[] = []
  private later: ReturnType<typeof setTimeout> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly underWay = new Map<number, Promise<void>>()
  /** The table has more than the queue. */
  private behind = true
  /** What an earlier run left: one at a time. */
  private catchingUp = true
  private refilling = false
  private stopped = false

  constructor(
    private readonly store: MessageStore,
    private readonly workers: Workers<typeof digestJobs>,
    private readonly rules: DigestRules,
    private readonly outside: Outside,
    private readonly metrics: DigestMetrics,
    private readonly defect: (error: unknown) => void,
  ) {}

  get waiting(): number {
    return this.queue.length + this.slow.length + this.underWay.size
  }

  /** Takes up what an earlier run left undigested. */
  start(): void {
    this.pump()
  }

  stop(): void {
    this.stopped = true
    this.queue = []
    this.slow = []
    clearTimeout(this.later)
    clearTimeout(this.timer)
  }

  /** Digests a content when its turn comes. */
  enqueue(contentKey: number, size: number): void {
    if (this.queue.length >= mostQueued) this.behind = true
    else this.queue.push({ contentKey, size, tries: 0 })
    this.pump()
  }

  /** Digests a content now, ahead of the queue. Answers when that is done or has failed. */
  now(content: Undigested): Promise<void> {
    const { contentKey } = content
    // One that ran out of time has its turn when there is nothing else to do; nobody makes it come sooner.
    if (this.slow.some((late) => late.contentKey === contentKey)) return Promise.resolve()
    return this.underWay.get(contentKey) ?? this.begin(content, true)
  }

  /** Makes a digest anew that was lost to damage. Refuses: storage-damaged. */
  async again(contentKey: number): Promise<void> {
    try {
      const { bounds, longMilliseconds: deadline } = this.rules
      const digest = await this.workers.run('messages.digest', { contentKey, bounds }, { urgent: true, deadline })
      await this.store.writes.run('messages.mend-digest', { ...digest, contentKey })
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof JobFailed)) throw error
      throw damaged(`the digest of content ${contentKey}, which could not be made again: ${error.message}`)
    }
  }

  private pump(): void {
    const limit = this.catchingUp ? 1 : atOnce
    while (!this.stopped && this.underWay.size < limit) {
      const next = this.queue.shift()
      if (!next) break
      if (!this.underWay.has(next.contentKey)) this.begin(next, false)
    }
    if (this.stopped || this.queue.length > 0 || this.underWay.size > 0) return
    if (this.behind) this.refill().catch(this.defect)
    else {
      const late = this.slow.shift()
      if (late) this.begin(late, false, true)
    }
  }

  private async refill(): Promise<void> {
    if (this.refilling) return
    this.refilling = true
    const limit = 1000
    const found = await this.store.undigested(limit).finally(() => {
      this.refilling = false
    })
    const known = new Set([...this.slow, ...this.queue].map(({ contentKey }) => contentKey))
    const fresh = found.filter(({ contentKey }) => !known.has(contentKey) && !this.underWay.has(contentKey))
    this.behind = fresh.length > 0 && found.length === limit
    if (fresh.length === 0) this.catchingUp = false
    this.queue.push(...fresh)
    this.pump()
  }

  private begin(content: Undigested, urgent: boolean, alone = false): Promise<void> {
    const done = this.digest(content, urgent, alone)
      .catch((error) => {
        // What was refused, as by a full disk, is not lost: the table has it.
        if (error instanceof Refusal) this.comeBack()
        else this.defect(error)
      })
      .then(() => {
        this.underWay.delete(content.contentKey)
        this.pump()
      })
    this.underWay.set(content.contentKey, done)
    return done
  }

  private async digest({ contentKey, size, tries }: Undigested, urgent: boolean, alone: boolean): Promise<void> {
    if (tries >= mostTries) return this.give(contentKey, 'the server ended each time it was read')
    if (size > largeBytes) await this.store.writes.run('contents.try', { contentKey })
    const began = this.outside.elapsed()
    const deadline = alone ? this.rules.longMilliseconds : this.rules.milliseconds
    try {
      const digest = await this.workers.run(
        'messages.digest',
        { contentKey, bounds: this.rules.bounds },
        { urgent, deadline },
      )
      await this.keep({ ...digest, contentKey }, urgent)
      this.metrics.done(this.outside.elapsed() - began)
    } catch (error) {
      if (error instanceof JobFailed) {
        this.defect(error)
        return this.give(contentKey, 'it could not be read')
      }
      if (!(error instanceof Refusal)) throw error
      if (error.reason === 'took-too-long') {
        if (alone) return this.give(contentKey, 'reading it took too long')
        this.slow.push({ contentKey, size, tries })
      } else if (error.reason === 'storage-damaged') {
        return this.give(contentKey, 'it is damaged on the disk of the server')
      } else if (error.reason !== 'message-unknown') this.comeBack()
    }
  }

  /** The threads or the disk had no room: what was left out is looked for again after a while. */
  private comeBack(): void {
    this.later ??= setTimeout(() => {
      this.later = undefined
      this.behind = true
      this.pump()
    }, restMs)
  }

  /** Stores a digest: at once if it is urgent or the last one under way, else together with those that follow it. */
  private keep(digest: Digested, urgent: boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.finished.push({ digest, resolve, reject })
    const last = this.finished.length >= this.underWay.size
    if (urgent || last || this.finished.length >= together) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), patience)
    return promise
  }

  private flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    const some = this.finished
    this.finished = []
    if (some.length === 0) return
    const resolve = (): void => {
      for (const one of some) one.resolve()
    }
    this.store.writes.run('messages.digested', this.stored(some)).then(resolve, (error) => this.apart(some, error))
  }

  /** One that cannot be stored must not keep back the others. */
  private apart(some: Finished[], error: unknown): void {
    if (some.length === 1) some[0]?.reject(error)
    else {
      for (const one of some) {
        this.store.writes.run('messages.digested', this.stored([one])).then(one.resolve, one.reject)
      }
    }
  }

  private stored(some: Finished[]): { digests: Digested[]; now: number } {
    return { digests: some.map(({ digest }) => digest), now: this.outside.now() }
  }

  private async give(contentKey: number, note: string): Promise<void> {
    await this.store.writes.run('messages.undigestible', { contentKey, note, now: this.outside.now() })
    this.metrics.failed(note)
  }
}
