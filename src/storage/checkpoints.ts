// Keeps the write-ahead log short. SQLite moves its pages into the database by itself, at every fourth megabyte, but begins
// the log anew only where no reader stands in it: readers without a pause between them would let it grow without end.
import type { Database } from 'bun:sqlite'

const megabyte = 1024 * 1024

/** A log of this size is emptied, unless readers are in the way for so many milliseconds: then a while later. */
const gentle = { bytes: 16 * megabyte, patienceMs: 20 }
const restMs = 250
/** From here on changes wait for readers, so that the log stays below 64 MB. */
const firm = { bytes: 44 * megabyte, patienceMs: 2500 }
/** Readers have deadlines. Whoever outlasts so many waits is a backup, and mail does not wait for its end. */
const mostWaits = 4

export class Checkpoints {
  private nextAt = 0
  private waits = 0

  constructor(private readonly sqlite: Database) {}

  /** To be called between two groups. `isFull`: the disk had no room, and the log's pages would give some. */
  after(walBytes: number, isFull: boolean): void {
    const way = walBytes >= firm.bytes && this.waits < mostWaits ? firm : gentle
    if (walBytes < gentle.bytes && !isFull) return
    if (way === gentle && performance.now() < this.nextAt) return
    this.sqlite.run(`PRAGMA busy_timeout = ${way.patienceMs}`)
    try {
      const [row] = this.sqlite.query<{ busy: number }, []>('PRAGMA wal_checkpoint(TRUNCATE)').all()
      if (row?.busy === 0) this.waits = 0
      else if (way === firm) this.waits++
    } finally {
      this.sqlite.run('PRAGMA busy_timeout = 5000')
      this.nextAt = performance.now() + restMs
    }
  }
}
