// Threads that run jobs one after another, started on demand, replaced when a job hangs, ended when idle.
import { Refusal } from '../refusal.ts'
import { type FromWorker, JobFailed, type Jobs, type RunOptions, type ToWorker, type Workers } from './job.ts'
import { untyped } from './untyped.ts'

export type WorkerPoolOptions = {
  start: () => Worker
  databaseFile: string
  /** Threads at most. */
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
  deadlineMs: number
  resolve: (value: never) => void
  reject: (error: unknown) => void
}

type Hand = {
  thread: Worker
  /** The first one is being worked on. */
  jobs: { id: number; job: Job }[]
  timer: ReturnType<typeof setTimeout> | null
}

export class WorkerPool implements Workers<Jobs> {
  private readonly hands: Hand[] = []
  private urgent: Job[] = []
  private queue: Job[] = []
  private nextId = 1
  private stopped = false

  constructor(private readonly options: WorkerPoolOptions) {}

  get waiting(): number {
    return this.urgent.length + this.queue.length + this.hands.reduce((sum, hand) => sum + hand.jobs.length, 0)
  }

  run(name: string, input: never, { urgent = false, deadline }: RunOptions = {}): Promise<never> {
    return new Promise((resolve, reject) => {
      if (this.stopped || this.urgent.length + this.queue.length >= this.options.mostWaiting) {
        reject(new Refusal('too-busy'))
        return
      }
      const job = { name, input, deadlineMs: deadline ?? this.options.deadlineMs, resolve, reject }
      if (urgent) this.urgent.push(job)
      else this.queue.push(job)
      this.handOut()
    })
  }

  /** Drops what waits and ends the threads. */
  stop(): void {
    this.stopped = true
    for (const job of [...this.urgent, ...this.queue]) job.reject(new Refusal('too-busy'))
    this.urgent = []
    this.queue = []
    for (const hand of [...this.hands]) {
      for (const { job } of hand.jobs) job.reject(new Refusal('too-busy'))
      this.end(hand)
    }
  }

  private handOut(): void {
    while (this.urgent.length + this.queue.length > 0) {
      const hand = this.free()
      if (!hand) return
      const job = this.urgent.shift() ?? this.queue.shift()
      if (job) this.give(hand, job)
    }
  }

  /** The thread with the least to do; a new one while all are at work and there may be more. */
  private free(): Hand | null {
    let least: Hand | null = null
    for (const hand of this.hands) if (!least || hand.jobs.length < least.jobs.length) least = hand
    if (least && least.jobs.length === 0) return least
    if (this.hands.length < this.options.threads) return this.hire()
    return least && least.jobs.length < this.options.ahead ? least : null
  }

  private give(hand: Hand, job: Job): void {
    const id = this.nextId++
    hand.jobs.push({ id, job })
    const message: ToWorker = { id, name: job.name, input: job.input }
    hand.thread.postMessage(message)
    if (hand.jobs.length === 1) this.watch(hand)
  }

  private hire(): Hand {
    const thread = this.options.start()
    const hand: Hand = { thread, jobs: [], timer: null }
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
    this.urgent.unshift(...rest.map(({ job }) => job))
    this.options.replaced(cause)
    this.handOut()
  }

  private end(hand: Hand): void {
    if (hand.timer) clearTimeout(hand.timer)
    const at = this.hands.indexOf(hand)
    if (at >= 0) this.hands.splice(at, 1)
    hand.thread.terminate()
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
