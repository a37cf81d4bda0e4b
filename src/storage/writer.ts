// The queue in front of the one connection that writes: in a thread of its own, or, for tests, in this one.
import type { Event } from '../events.ts'
import { Refusal } from '../refusal.ts'
import type { Changes, Writes } from './change.ts'
import type { Connection } from './database.ts'
import { type GroupResult, type Outcome, runGroup, type Work } from './group.ts'
import type { Report } from './inspection.ts'
import { type Parcel, pack } from './parcel.ts'

/** What the main thread tells the writer thread. */
/** `again`: another thread of this process had the database open before. */
export type ToWriter = { open: string; again: boolean } | { work: Parcel } | { stop: true }

/**
 * What it answers. `report`: where the database was small enough to be looked through. `group`: a GroupResult in JSON.
 * `figures` with every group, for the store's bound and the metrics.
 */
export type FromWriter =
  | { opened: Figures; report?: Report | null }
  | { refused: string }
  | { group: string; figures: Figures; commitMs: number }
  | { trouble: string }
  | { stopped: true }

/** `bytes`: pages in use × page size. `walBytes`: the write-ahead log's file. */
export type Figures = { bytes: number; walBytes: number }

export interface Writer extends Writes<Changes> {
  /** Changes that wait or are at work. */
  readonly waiting: number
  /** Finishes what waits, commits it and closes the connection. */
  stop(): Promise<void>
}

/** Runs changes in the calling thread, one transaction each. */
export class LocalWriter implements Writer {
  readonly waiting = 0

  constructor(
    private readonly connection: Connection,
    private readonly changes: Changes,
    private readonly tell: (events: Event[]) => void,
  ) {}

  async run(name: string, input: never): Promise<never> {
    const { outcomes, events } = runGroup(this.connection, this.changes, [{ id: 0, name, input }])
    this.tell(events)
    const [outcome] = outcomes
    if (!outcome) throw new Error(`the change ${name} had no outcome`)
    return answerOf(outcome)
  }

  async stop(): Promise<void> {}
}

type Waiting = { resolve: (value: never) => void; reject: (error: unknown) => void; name: string }

export type ThreadWriterOptions = {
  start: () => Worker
  databaseFile: string
  tell: (events: Event[]) => void
  /** After each group: how many changes, how long from BEGIN to the end of the fsync, and what the store holds now. */
  committed: (changes: number, milliseconds: number, figures: Figures) => void
  /** What was found in the database when it was opened; null: it is too large to be looked through then. */
  inspected?: (report: Report | null) => void
  /** The thread died; what waited was refused and a new one starts. */
  died: (error: unknown) => void
  /** Another thread takes its place. The changes that this asks for at once are the first that it runs. */
  replaced: () => void
  /** The disk failed; whoever asked for something was refused. Once for each group. */
  troubled: (cause: string) => void
  /** Milliseconds before it does; a second, if a test does not say otherwise. */
  restMs?: number
}

const aSecond = 1000

/** Runs changes in the writer thread. Answers come after the fsync. */
export class ThreadWriter implements Writer {
  private readonly pending = new Map<number, Waiting>()
  private outbox: Work[] = []
  private nextId = 1
  private thread: Worker | null = null
  private stopping: (() => void) | null = null
  private resting = false
  private wasOpen = false

  private constructor(private readonly options: ThreadWriterOptions) {}

  /** Starts the thread and opens the database. Throws with a sentence for the operator if that cannot be. */
  static async open(options: ThreadWriterOptions): Promise<ThreadWriter> {
    const writer = new ThreadWriter(options)
    await writer.begin()
    return writer
  }

  get waiting(): number {
    return this.pending.size
  }

  /** Whether there is a thread to write. */
  get isAlive(): boolean {
    return this.thread !== null
  }

  run(name: string, input: never): Promise<never> {
    return new Promise((resolve, reject) => {
      if (!this.thread) {
        reject(new Refusal('storage-failed'))
        return
      }
      const id = this.nextId++
      this.pending.set(id, { resolve, reject, name })
      this.outbox.push({ id, name, input })
      // What one turn of the event loop asks for travels in one message.
      if (this.outbox.length === 1) setImmediate(() => this.send())
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.thread) {
        resolve()
        return
      }
      this.stopping = resolve
      this.send()
      this.post({ stop: true })
    })
  }

  private send(): void {
    if (this.outbox.length === 0) return
    const work = pack(this.outbox)
    this.outbox = []
    this.post({ work })
  }

  private post(message: ToWriter): void {
    this.thread?.postMessage(message)
  }

  private begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = this.options.start()
      this.thread = thread
      thread.onmessage = (message: MessageEvent<FromWriter>) => {
        const told = message.data
        if ('opened' in told) {
          this.wasOpen = true
          this.options.committed(0, 0, told.opened)
          this.options.inspected?.(told.report ?? null)
          resolve()
        } else if ('trouble' in told) this.options.troubled(told.trouble)
        else if ('refused' in told) {
          this.forsake(thread)
          reject(new Error(told.refused))
        } else if ('stopped' in told) {
          // What was asked for after the stop is refused too.
          this.forsake(thread)
          this.stopping?.()
        } else this.hear(JSON.parse(told.group), told.figures, told.commitMs)
      }
      thread.onerror = (event) => {
        this.lose(thread, event.message)
        reject(new Error(event.message))
      }
      this.post({ open: this.options.databaseFile, again: this.wasOpen })
    })
  }

  private hear(group: GroupResult, figures: Figures, commitMs: number): void {
    this.options.committed(group.outcomes.length, commitMs, figures)
    const troubled = group.outcomes.find((outcome) => 'cause' in outcome)
    if (troubled && 'cause' in troubled && troubled.cause) this.options.troubled(troubled.cause)
    for (const outcome of group.outcomes) {
      const waiting = this.pending.get(outcome.id)
      this.pending.delete(outcome.id)
      if (!waiting) continue
      try {
        waiting.resolve(answerOf(outcome))
      } catch (error) {
        waiting.reject(error)
      }
    }
    this.options.tell(group.events)
  }

  /** A thread that died may have committed what it had: nobody is told that it was stored, and senders try again. */
  private lose(thread: Worker, error: unknown): void {
    if (this.thread !== thread) return
    this.forsake(thread)
    this.options.died(error)
    this.stopping?.()
    this.beginAgain()
  }

  private forsake(thread: Worker): void {
    this.thread = null
    thread.terminate()
    this.outbox = []
    for (const waiting of this.pending.values()) waiting.reject(new Refusal('storage-failed'))
    this.pending.clear()
  }

  private beginAgain(): void {
    if (this.stopping || this.resting) return
    this.resting = true
    const again = () => {
      this.resting = false
      this.begin().catch((cause) => {
        this.options.died(cause)
        if (!this.thread) this.beginAgain()
      })
      this.options.replaced()
    }
    setTimeout(again, this.options.restMs ?? aSecond).unref()
  }
}

function answerOf(outcome: Outcome): never {
  if (outcome.done) return outcome.value
  if ('defect' in outcome) throw new Error(`a change failed: ${outcome.defect}`)
  throw new Refusal(outcome.reason, outcome.details)
}
