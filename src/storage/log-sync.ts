// Makes commits durable beside the writer: one fdatasync of the write-ahead log at a time, for all that was committed before
// it began. So the next group is written while the disk is still busy with the last.
import { closeSync, fdatasync, openSync } from 'node:fs'

/** What follows once the log is on the disk, or the disk has failed to keep it. */
type Then = (failure: Error | null) => void

export class LogSync {
  private readonly descriptor: number
  private waiting: Then[] = []
  private isBusy = false
  private broken = false

  /** `log`: the write-ahead log's file, which must be there, and stay the same file. `sync`: a test has a disk of its own. */
  constructor(
    log: string,
    private readonly sync: (descriptor: number, then: Then) => void = fdatasync,
  ) {
    this.descriptor = openSync(log, 'r')
  }

  /** Whether the disk is at work. */
  get busy(): boolean {
    return this.isBusy
  }

  /**
   * Whether the disk failed to keep some of the log. A later fdatasync would answer well for it all the same, so nothing
   * that is committed counts as kept until the log was begun anew and `mended` said so.
   */
  get isBroken(): boolean {
    return this.broken
  }

  mended(): void {
    this.broken = false
  }

  /** Calls `then` when all that was committed until now is on the disk, or with the failure. */
  after(then: Then): void {
    this.waiting.push(then)
    if (!this.isBusy) this.begin()
  }

  close(): void {
    closeSync(this.descriptor)
  }

  private begin(): void {
    let some = this.waiting
    this.waiting = []
    this.isBusy = true
    this.sync(this.descriptor, (failure) => {
      this.isBusy = false
      if (failure) {
        this.broken = true
        // What was committed meanwhile stands in the log behind what was lost, where no recovery would find it.
        some = some.concat(this.waiting)
        this.waiting = []
      } else if (this.waiting.length > 0) this.begin()
      for (const then of some) then(failure)
    })
  }
}
