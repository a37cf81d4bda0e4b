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
import { markBytes, markFile, markIn } from './log-mark.ts'

/** What follows once the log is on the disk, or the disk has failed to keep it. */
type Then = (failure: Error | null) => void

const chunkBytes = 1024 * 1024

export class LogSync {
  private readonly log: number
  private readonly index: number
  private readonly mark: number
  private waiting: Then[] = []
  private isBusy = false
  private broken = false

  /** `database`: its log and the index of that must be there, and stay the same files. `sync`: a test has a disk of its own. */
  constructor(
    database: string,
    private readonly sync: (descriptor: number, then: Then) => void = fdatasync,
  ) {
    this.log = openSync(`${database}-wal`, 'r+')
    this.index = openSync(`${database}-shm`, 'r')
    this.mark = openSync(markFile(database), constants.O_RDWR | constants.O_CREAT, 0o600)
    // A mark that says nothing yet must be there after a power cut: without one all of a log counts as synced.
    if (fstatSync(this.mark).size < markBytes) {
      this.keep(new Uint8Array(markBytes))
      fsyncSync(this.mark)
    }
  }

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
   * was, and the next one would answer well for it. Throws if the disk fails again.
   */
  mend(): void {
    const bytes = Buffer.alloc(chunkBytes)
    for (let at = 0; ; ) {
      const read = readSync(this.log, bytes, 0, chunkBytes, at)
      if (read === 0) break
      for (let wrote = 0; wrote < read; ) wrote += writeSync(this.log, bytes, wrote, read - wrote, at + wrote)
      at += read
    }
    fdatasyncSync(this.log)
    this.broken = false
  }

  /** At the end of the process alone: closing the index takes away the locks that other connections of it have. */
  close(): void {
    for (const descriptor of [this.log, this.index, this.mark]) closeSync(descriptor)
  }

  /** A disk without room for it costs the mark, which then says less than is so. */
  private keep(mark: Uint8Array): void {
    try {
      writeSync(this.mark, mark, 0, markBytes, 0)
    } catch {}
  }

  private begin(): void {
    let some = this.waiting
    this.waiting = []
    this.isBusy = true
    const mark = markIn(this.index)
    this.sync(this.log, (failure) => {
      this.isBusy = false
      if (failure) {
        this.broken = true
        // What was committed meanwhile stands in the log behind what was lost, where no recovery would find it.
        some = some.concat(this.waiting)
        this.waiting = []
      } else {
        this.keep(mark)
        if (this.waiting.length > 0) this.begin()
      }
      for (const then of some) then(failure)
    })
  }
}
