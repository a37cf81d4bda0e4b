// Makes commits durable beside the writer: one fdatasync of the write-ahead log at a time, for all that was committed before
// it began. So the next group is written while the disk is still busy with the last.
import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { framesIn, markBytes, markFile, markIn } from './log-mark.ts'
import { sync } from './sync.ts'
import { soundFrames } from './wal-check.ts'

/** The log of a database, its index and the mark beside them, open. */
export type LogFiles = { log: number; index: number; mark: number }

/** The log and its index must be there, and stay the same files. */
export function openLogFiles(database: string): LogFiles {
  const log = openSync(`${database}-wal`, 'r+')
  const index = openSync(`${database}-shm`, 'r')
  const mark = openSync(markFile(database), constants.O_RDWR | constants.O_CREAT, 0o600)
  // A mark that says nothing yet must be there after a power cut: without one all of a log counts as synced.
  if (fstatSync(mark).size < markBytes) {
    keepMark(mark, new Uint8Array(markBytes))
    fsyncSync(mark)
  }
  // Their names too, and that of the database: what is in a file counts for nothing without them.
  sync(dirname(database))
  return { log, index, mark }
}

/** Only when no thread of the process has the database open: closing the index takes away the locks that connections have on it. */
export function closeLogFiles({ log, index, mark }: LogFiles): void {
  for (const descriptor of [log, index, mark]) closeSync(descriptor)
}

/** A disk without room for it costs the mark, which then says less than is so. */
function keepMark(file: number, mark: Uint8Array): void {
  try {
    writeSync(file, mark, 0, markBytes, 0)
  } catch {}
}

/** How a descriptor is synced: beside the thread, or while it waits, which throws what goes wrong. */
export type Disk = { beside: (descriptor: number, then: Then) => void; now: (descriptor: number) => void }

/** What follows once the log is on the disk, or the disk has failed to keep it. */
type Then = (failure: Error | null) => void

const chunkBytes = 1024 * 1024
/** A disk that took less than these milliseconds is waited for: to have another thread wait, and to hear from it, takes longer. */
const quickMs = 1

export class LogSync {
  private waiting: Then[] = []
  private isBusy = false
  private broken = false
  private lastMs = Number.POSITIVE_INFINITY

  /** A test has a disk and a clock (milliseconds) of its own. */
  constructor(
    private readonly files: LogFiles,
    private readonly disk: Disk = { beside: fdatasync, now: fdatasyncSync },
    private readonly elapsed: () => number = () => performance.now(),
  ) {}

  /** Whether the disk is at work. */
  get busy(): boolean {
    return this.isBusy
  }

  /** Whether the disk failed to keep some of the log, so that nothing behind it counts as kept until it is mended. */
  get isBroken(): boolean {
    return this.broken
  }

  /** Calls `then` when all that was committed until now is on the disk, or with the failure. */
  after(then: Then): void {
    this.waiting.push(then)
    if (!this.isBusy) this.begin()
  }

  /**
   * Writes the log once more, byte for byte: after an fdatasync that failed the system may take for written what never
   * was, and the next one would answer well for it. Throws if the disk fails again, or if the system has forgotten what
   * the disk never got: then nothing more is kept until a start finds out where the log ends.
   */
  mend(): void {
    const { log, index } = this.files
    const frames = framesIn(markIn(index))
    const sound = soundFrames(log)
    if (sound < frames) throw new Error(`the disk lost the write-ahead log behind frame ${sound} of ${frames}`)
    const bytes = Buffer.alloc(chunkBytes)
    for (let at = 0; ; ) {
      const read = readSync(log, bytes, 0, chunkBytes, at)
      if (read === 0) break
      for (let wrote = 0; wrote < read; ) wrote += writeSync(log, bytes, wrote, read - wrote, at + wrote)
      at += read
    }
    fdatasyncSync(log)
    this.broken = false
  }

  private begin(): void {
    const some = this.waiting
    this.waiting = []
    this.isBusy = true
    const mark = markIn(this.files.index)
    const began = this.elapsed()
    const done: Then = (failure) => {
      this.lastMs = this.elapsed() - began
      this.end(some, mark, failure)
    }
    if (this.lastMs < quickMs) done(this.syncNow())
    else this.disk.beside(this.files.log, done)
  }

  private syncNow(): Error | null {
    try {
      this.disk.now(this.files.log)
      return null
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  private end(some: Then[], mark: Uint8Array, failure: Error | null): void {
    let told = some
    this.isBusy = false
    if (failure) {
      this.broken = true
      // What was committed meanwhile stands in the log behind what was lost, where no recovery would find it.
      told = some.concat(this.waiting)
      this.waiting = []
    } else keepMark(this.files.mark, mark)
    for (const then of told) then(failure)
    // Only now: a quick disk answers at once, and those behind must not hear before those in front.
    if (!this.isBusy && this.waiting.length > 0) this.begin()
  }
}
