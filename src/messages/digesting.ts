// The queue in front of the digest threads. It holds ids, is refilled from the table, and never loses one for good.
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import { damaged } from '../storage/damage.ts'
import { JobFailed, type Workers } from '../storage/job.ts'
import type { MimeBounds } from './bounded-parser.ts'
import type { Digested } from './changes.ts'
import type { DigestNote } from './digest.ts'
import type { digestJobs } from './jobs.ts'
import { Pace, sliceMs } from './pace.ts'
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
  /** A bound left something out. */
  cut: (bound: DigestNote) => void
  /** A deadline passed. */
  late: () => void
  failed: (cause: keyof typeof failures) => void
}

/** Why a mail has no digest: by a word for those who count, and in a sentence for those who read it. */
const failures = {
  'ended-the-server': 'the server ended each time it was read',
  unreadable: 'it could not be read',
  'too-long': 'reading it took too long',
  damaged: 'it is damaged on the disk of the server',
} as const

/** Digests under way at once: enough to keep a thread busy, and to store many in one change. */
const atOnce = 64
/** Digests that are stored together: the search index costs most by the commit. */
const together = 32
/** Milliseconds that one waits for others. */
const patience = 25
const mostQueued = 30_000
/** Milliseconds before what found no room is tried again. */
const restMs = 1000
/** From here on, a try is counted before it is made, and a thread does nothing else meanwhile. */
const largeBytes = 256 * 1024
const mostTries = 3

/** `alone`: the second try of one that ran out of time. */
type How = 'in turn' | 'urgent' | 'alone'

type Finished = { digest: Digested; resolve: () => void; reject: (error: unknown) => void }

export class Digesting {
  private queue: Undigested[] = []
  private slow: Undigested[] = []
  private finished: Finished[] = []
  private later: ReturnType<typeof setTimeout> | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private rest: ReturnType<typeof setTimeout> | undefined
  private readonly pace: Pace
  private readonly underWay = new Map<number, Promise<void>>()
  /** The one that has its second try, beside all others. */
  private alone: Undigested | null = null
  /** Tries that were counted and may yet end well. */
  private readonly counted = new Set<number>()
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
  ) {
    this.pace = new Pace(() => outside.elapsed())
  }

  get waiting(): number {
    return this.queue.length + this.slow.length + this.underWay.size + (this.alone ? 1 : 0)
  }

  /** Takes up what an earlier run left undigested. */
  start(): void {
    this.pump()
  }

  /** What is under way now is none of the mail's fault when it ends: the next start begins it anew. */
  async stop(): Promise<void> {
    this.stopped = true
    this.queue = []
    this.slow = []
    clearTimeout(this.later)
    clearTimeout(this.timer)
    clearTimeout(this.rest)
    await this.takeBack([...this.counted]).catch(this.defect)
  }

  /** Digests a content when its turn comes. */
  enqueue(contentKey: number, size: number): void {
    this.pace.arrived(size)
    if (this.queue.length >= mostQueued) this.behind = true
    else this.queue.push({ contentKey, size, tries: 0 })
    this.pump()
  }

  /** Digests a content now, ahead of the queue. Answers when that is done or has failed. */
  now(content: Undigested): Promise<void> {
    const { contentKey } = content
    // One that ran out of time has its turn when there is nothing else to do; nobody makes it come sooner.
    if (this.isLate(contentKey)) return Promise.resolve()
    return this.underWay.get(contentKey) ?? this.begin(content, 'urgent')
  }

  private isLate(contentKey: number): boolean {
    return this.alone?.contentKey === contentKey || this.slow.some((late) => late.contentKey === contentKey)
  }

  /** Makes a digest anew that was lost to damage. Refuses: storage-damaged. */
  async again(contentKey: number): Promise<void> {
    try {
      const { bounds, longMilliseconds: deadline } = this.rules
      const { notes: _, ...digest } = await this.workers.run(
        'messages.digest',
        { contentKey, bounds },
        { urgent: true, heavy: true, deadline },
      )
      await this.store.writes.run('messages.mend-digest', { ...digest, contentKey })
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof JobFailed)) throw error
      throw damaged(`the digest of content ${contentKey}, which could not be made again: ${error.message}`)
    }
  }

  private pump(): void {
    const limit = this.catchingUp ? 1 : atOnce
    while (!this.stopped && this.underWay.size < limit) {
      const [next] = this.queue
      if (!next) break
      // When even the queue is too short for a burst it goes on for too long to wait for its end.
      if (!this.behind && !this.pace.mayBegin(next.size)) {
        this.rest ??= setTimeout(() => this.goOn(), sliceMs)
        break
      }
      this.queue.shift()
      if (!this.underWay.has(next.contentKey) && !this.isLate(next.contentKey)) this.begin(next, 'in turn')
    }
    if (this.stopped || this.queue.length > 0 || this.underWay.size > 0) return
    if (this.behind) {
      this.refill().catch(this.defect)
      return
    }
    // All that an earlier run left has had its turn.
    this.catchingUp = false
    if (!this.alone) {
      this.alone = this.slow.shift() ?? null
      if (this.alone) this.retry(this.alone)
    }
  }

  private goOn(): void {
    this.rest = undefined
    this.pump()
  }

  private async refill(): Promise<void> {
    if (this.refilling) return
    this.refilling = true
    // What is late is in the table too, and must not hide the rest.
    const limit = 1000 + this.slow.length
    const found = await this.store.undigested(limit).finally(() => {
      this.refilling = false
    })
    if (this.stopped) return
    const known = new Set([...this.slow, ...this.queue].map(({ contentKey }) => contentKey))
    if (this.alone) known.add(this.alone.contentKey)
    const fresh = found.filter(({ contentKey }) => !known.has(contentKey) && !this.underWay.has(contentKey))
    this.behind = fresh.length > 0 && found.length === limit
    if (fresh.length === 0) this.catchingUp = false
    this.queue.push(...fresh)
    this.pump()
  }

  private begin(content: Undigested, how: How): Promise<void> {
    const done = this.digest(content, how)
      .catch((error) => this.broken(error))
      .then(() => {
        this.underWay.delete(content.contentKey)
        this.pump()
      })
    this.underWay.set(content.contentKey, done)
    return done
  }

  private retry(content: Undigested): void {
    this.digest(content, 'alone')
      .catch((error) => this.broken(error))
      .then(() => {
        this.alone = null
        this.pump()
      })
  }

  /** What was refused, as by a full disk, is not lost: the table has it. */
  private broken(error: unknown): void {
    if (error instanceof Refusal) this.lookAgain()
    else this.defect(error)
  }

  private async digest(content: Undigested, how: How): Promise<void> {
    const { contentKey, size, tries } = content
    if (tries >= mostTries) return this.give(contentKey, 'ended-the-server')
    // Of what an earlier run left, any may be what ended it.
    if (size > largeBytes || this.catchingUp) {
      this.counted.add(contentKey)
      await this.store.writes.run('contents.try', { contentKeys: [contentKey], by: 1 })
    }
    const began = this.outside.elapsed()
    try {
      const { notes, ...digest } = await this.workers.run(
        'messages.digest',
        { contentKey, bounds: this.rules.bounds },
        {
          urgent: how === 'urgent',
          heavy: size > largeBytes,
          apart: how === 'alone',
          deadline: how === 'alone' ? this.rules.longMilliseconds : this.rules.milliseconds,
        },
      )
      await this.keep({ ...digest, contentKey }, how !== 'in turn')
      this.metrics.done(this.outside.elapsed() - began)
      for (const note of notes) this.metrics.cut(note)
    } catch (error) {
      await this.missed(content, how, error)
    } finally {
      this.counted.delete(contentKey)
    }
  }

  private async missed(content: Undigested, how: How, error: unknown): Promise<void> {
    const { contentKey } = content
    if (error instanceof JobFailed) {
      this.defect(error)
      return this.give(contentKey, 'unreadable')
    }
    if (!(error instanceof Refusal)) throw error
    if (error.reason === 'message-unknown') return
    if (error.reason === 'storage-damaged') return this.give(contentKey, 'damaged')
    if (error.reason === 'took-too-long') {
      this.metrics.late()
      if (how === 'alone') return this.give(contentKey, 'too-long')
      this.slow.push(content)
    } else this.lookAgain()
    // The process outlived it.
    if (this.counted.has(contentKey) && !this.stopped) await this.takeBack([contentKey])
  }

  private async takeBack(contentKeys: number[]): Promise<void> {
    if (contentKeys.length > 0) await this.store.writes.run('contents.try', { contentKeys, by: -1 })
  }

  /** After a while, for what is in the table and not in the queue: the threads or the disk had no room, or an answer was lost. */
  lookAgain(): void {
    if (this.stopped) return
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
    const now = this.outside.now()
    // Asked for in one turn they travel in one message, and are committed together; one that fails keeps back none.
    for (const { digest, resolve, reject } of some) {
      this.store.writes.run('messages.digested', { ...digest, now }).then(resolve, reject)
    }
  }

  private async give(contentKey: number, cause: keyof typeof failures): Promise<void> {
    await this.store.writes.run('messages.undigestible', { contentKey, note: failures[cause], now: this.outside.now() })
    this.metrics.failed(cause)
  }
}
