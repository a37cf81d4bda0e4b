// Threads that run jobs one after another, started on demand, replaced when a job hangs, ended when idle.
import { Refusal } from '../refusal.ts'
import { endOf } from '../thread.ts'
import { type FromWorker, JobFailed, type Jobs, type RunOptions, type ToWorker, type Workers } from './job.ts'
import { untyped } from './untyped.ts'

export type WorkerPoolOptions = {
  start: () => Worker
  databaseFile: string
  /** Threads at most; one more for jobs that go apart. */
  threads: number
  /** Jobs given to a thread before the first is answered: hides the way there and back for short jobs. */
  ahead: number
  deadlineMs: number
  /** A thread ends after so long without a job. */
  idleMs: number
  /** Jobs that may wait; beyond, they are refused with `too-busy`. */
  mostWaiting: number
  /** A thread was replaced: a deadline passed, or it died. */
  replaced: (cause: string) => void
}

type Job = {
  name: string
  input: never
  urgent: boolean
  heavy: boolean
  deadlineMs: number
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

type Hand = {
  thread: Worker
  terminate: () => Promise<void>
  apart: boolean
  /** The first one is being worked on. */
  jobs: { id: number; job: Job }[]
  timer: ReturnType<typeof setTimeout> | null
}

export class WorkerPool implements Workers<Jobs> {
  private readonly hands: Hand[] = []
  private urgent: Job[] = []
  private queue: Job[] = []
  private apart: Job[] = []
  private readonly ending = new Set<Promise<void>>()
  private nextId = 1
  private stopped = false

  constructor(private readonly options: WorkerPoolOptions) {}

  get waiting(): number {
    return this.queued + this.hands.reduce((sum, hand) => sum + hand.jobs.length, 0)
  }

  private get queued(): number {
    return this.urgent.length + this.queue.length + this.apart.length
  }

  run(
    name: string,
    input: never,
    { urgent = false, heavy = false, apart = false, deadline }: RunOptions = {},
  ): Promise<never> {
    return new Promise((resolve, reject) => {
      if (this.stopped || this.queued >= this.options.mostWaiting) {
        reject(new Refusal('too-busy'))
        return
      }
      const job = { name, input, urgent, heavy, deadlineMs: deadline ?? this.options.deadlineMs, resolve, reject }
      if (apart) this.apart.push(job)
      else if (urgent) this.urgent.push(job)
      else this.queue.push(job)
      this.handOut()
    })
  }

  /** Drops what waits and ends the threads. Answers when they are gone, and their connections with them. */
  async stop(): Promise<void> {
    this.stopped = true
    for (const job of [...this.urgent, ...this.queue, ...this.apart]) job.reject(new Refusal('too-busy'))
    this.urgent = []
    this.queue = []
    this.apart = []
    for (const hand of [...this.hands]) {
      for (const { job } of hand.jobs) job.reject(new Refusal('too-busy'))
      this.end(hand)
    }
    await Promise.all(this.ending)
  }

  private handOut(): void {
    for (;;) {
      const from = this.urgent.length > 0 ? this.urgent : this.queue
      const hand = from[0] && this.free(from[0])
      const job = hand && from.shift()
      if (!job) break
      this.give(hand, job)
    }
    const hand = this.apart.length > 0 && this.beside()
    const job = hand && this.apart.shift()
    if (job) this.give(hand, job)
  }

  /** The thread with the least to do; a new one while all are at work and there may be more. */
  private free({ heavy }: Job): Hand | null {
    const hands = this.hands.filter(({ apart }) => !apart)
    let least: Hand | null = null
    for (const hand of hands) if (!least || hand.jobs.length < least.jobs.length) least = hand
    if (least && least.jobs.length === 0) return least
    if (hands.length < this.options.threads) return this.hire(false)
    if (!least || heavy || least.jobs.some(({ job }) => job.heavy)) return null
    return least.jobs.length < this.options.ahead ? least : null
  }

  /** The thread for what goes apart, when it has nothing to do. */
  private beside(): Hand | null {
    const hand = this.hands.find(({ apart }) => apart) ?? this.hire(true)
    return hand.jobs.length === 0 ? hand : null
  }

  private give(hand: Hand, job: Job): void {
    const id = this.nextId++
    hand.jobs.push({ id, job })
    const message: ToWorker = { id, name: job.name, input: job.input }
    hand.thread.postMessage(message)
    if (hand.jobs.length === 1) this.watch(hand)
  }

  private hire(apart: boolean): Hand {
    const thread = this.options.start()
    const hand: Hand = { thread, terminate: endOf(thread), apart, jobs: [], timer: null }
    this.hands.push(hand)
    thread.onmessage = (message: MessageEvent<FromWorker>) => this.hear(hand, message.data)
    thread.onerror = (event) => this.replace(hand, new JobFailed(event.message), event.message)
    const open: ToWorker = { open: this.options.databaseFile }
    thread.postMessage(open)
    return hand
  }

  private hear(hand: Hand, answer: FromWorker): void {
    const first = hand.jobs[0]
    if (!first || first.id !== answer.id) return
    hand.jobs.shift()
    if (answer.done) first.job.resolve(answer.value)
    else if ('refusal' in answer) first.job.reject(new Refusal(answer.refusal.reason, answer.refusal.details))
    else first.job.reject(new JobFailed(answer.defect))
    this.watch(hand)
    this.handOut()
  }

  /** The clock of the job at work; without one, of idleness. */
  private watch(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer)
    const [first] = hand.jobs
    hand.timer = first
      ? setTimeout(
          () => this.replace(hand, new Refusal('took-too-long'), `${first.job.name} took too long`),
          first.job.deadlineMs,
        )
      : setTimeout(() => this.end(hand), this.options.idleMs)
    hand.timer.unref()
  }

  private replace(hand: Hand, error: Error, cause: string): void {
    if (!this.hands.includes(hand)) return
    const [first, ...rest] = hand.jobs
    this.end(hand)
    first?.job.reject(error)
    // What had been given to it takes its place again, before all that came later, but after what is urgent.
    for (const { job } of rest.toReversed()) (job.urgent ? this.urgent : this.queue).unshift(job)
    this.options.replaced(cause)
    this.handOut()
  }

  private end(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer)
    const at = this.hands.indexOf(hand)
    if (at >= 0) this.hands.splice(at, 1)
    const ended = hand.terminate().finally(() => this.ending.delete(ended))
    this.ending.add(ended)
  }
}

/** Runs jobs in the calling thread, without deadlines: for tests. */
export const localWorkers = (connection: Parameters<Jobs[string]>[0], jobs: Jobs): Workers<Jobs> => ({
  run: async (name, input) => {
    const job = jobs[name]
    if (!job) throw new Error(`there is no job named ${name}`)
    return await untyped(job(connection, input))
  },
})
