// The queue in front of the one connection that writes: in a thread of its own, or, for tests, in this one.
import type { Event } from '../events.ts'
import { Refusal } from '../refusal.ts'
import { endOf } from '../thread.ts'
import type { Changes, Writes } from './change.ts'
import type { Connection } from './database.ts'
import { type GroupResult, type Outcome, runGroup, type Work } from './group.ts'
import type { Report } from './inspection.ts'
import { closeLogFiles, type LogFiles } from './log-sync.ts'
import { handedOver, type Parcel, pack } from './parcel.ts'

/**
 * What the main thread tells the writer thread. `again`: another thread of this process had the database open before;
 * `files`: what it had open of the log, which the next one goes on with.
 */
export type ToWriter = { open: string; again: boolean; files: LogFiles | null } | { work: Parcel } | { stop: true }

/**
 * What it answers. `report`: where the database was small enough to be looked through. `group`: a GroupResult in JSON.
 * `figures` with every group, for the store's bound and the metrics.
 */
export type FromWriter =
  | { opened: Figures; files?: LogFiles | undefined; report?: Report | null }
  | { refused: string; files: LogFiles | null }
  | { group: string; figures: Figures; commitMs: number }
  | { trouble: string }
  | { stopped: true }

/** `bytes`: pages in use × page size. `walBytes`: the write-ahead log's file. */
export type Figures = { bytes: number; walBytes: number }

export interface Writer extends Writes<Changes> {
  /** Changes that wait or are at work. */
  readonly waiting: number
  /** Finishes what waits, commits it and closes the connection; what is asked for later is refused. */
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
  private terminate: () => Promise<void> = async () => {}
  private ended: Promise<void> = Promise.resolve()
  /** Open until the end of the process or of the database: to close them would take away the locks of other connections. */
  private files: LogFiles | null = null
  private stopping: (() => void) | null = null
  private stopped = false
  private resting = false
  private wasOpen = false

  private constructor(private readonly options: ThreadWriterOptions) {}

  /** Starts the thread and opens the database. Throws with a sentence for the operator if that cannot be. */
  static async open(options: ThreadWriterOptions): Promise<ThreadWriter> {
    const writer = new ThreadWriter(options)
    await writer.begin().catch(async (error) => {
      await writer.stop()
      throw error
    })
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

  async stop(): Promise<void> {
    this.stopped = true
    if (this.thread) {
      const finished = new Promise<void>((resolve) => {
        this.stopping = resolve
      })
      this.send()
      this.post({ stop: true })
      await finished
    }
    // A thread closes its connection when it ends, and may write to the database then.
    await this.ended
    if (this.files) closeLogFiles(this.files)
    this.files = null
  }

  private send(): void {
    if (this.outbox.length === 0) return
    const work = pack(this.outbox)
    this.outbox = []
    this.thread?.postMessage({ work } satisfies ToWriter, handedOver(work))
  }

  private post(message: ToWriter): void {
    this.thread?.postMessage(message)
  }

  private begin(): Promise<void> {
    return new Promise((resolve, reject) => {
      const thread = this.options.start()
      this.thread = thread
      this.terminate = endOf(thread)
      thread.onmessage = (message: MessageEvent<FromWriter>) => {
        const told = message.data
        if ('opened' in told) {
          this.wasOpen = true
          this.files = told.files ?? this.files
          this.options.committed(0, 0, told.opened)
          this.options.inspected?.(told.report ?? null)
          resolve()
        } else if ('trouble' in told) this.options.troubled(told.trouble)
        else if ('refused' in told) {
          this.files = told.files ?? this.files
          this.forsake()
          reject(new Error(told.refused))
        } else if ('stopped' in told) {
          // What was asked for after the stop is refused too.
          this.forsake()
        } else this.hear(JSON.parse(told.group), told.figures, told.commitMs)
      }
      thread.onerror = (event) => {
        this.lose(thread, event.message)
        reject(new Error(event.message))
      }
      this.post({ open: this.options.databaseFile, again: this.wasOpen, files: this.files })
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
    this.forsake()
    this.options.died(error)
    this.beginAgain()
  }

  private forsake(): void {
    this.thread = null
    this.ended = this.terminate()
    this.outbox = []
    for (const waiting of this.pending.values()) waiting.reject(new Refusal('storage-failed'))
    this.pending.clear()
    this.stopping?.()
  }

  private beginAgain(): void {
    if (this.stopped || this.resting) return
    this.resting = true
    const again = () => {
      this.resting = false
      if (this.stopped) return
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
