// How much of the write-ahead log is known to be on the disk, kept in a small file beside it. What comes behind the mark may
// be torn after a power cut; in front of it nothing may be missing.
import { existsSync, readFileSync, readSync } from 'node:fs'

/** From the index's header on: the number of frames, pages, a checksum, and the log's two salts (https://sqlite.org/walformat.html). */
const indexOffset = 16
export const markBytes = 24

/** Of a log, by its salts: so many of its first frames were synced. */
export type LogMark = { frames: number; salts: Uint8Array }

export const markFile = (database: string): string => `${database}-synced`

/** The mark for all that is committed now. `index`: the open `-shm` file. */
export function markIn(index: number): Uint8Array {
  const mark = new Uint8Array(markBytes)
  readSync(index, mark, 0, markBytes, indexOffset)
  return mark
}

/** The frames in a mark: the index has numbers in the machine's own order. */
export function framesIn(mark: Uint8Array): number {
  const [frames = 0] = new Uint32Array(mark.slice(0, 4).buffer)
  return frames
}

/** Null where there is none: the log was written by a server that synced each commit by itself. */
export function readMark(database: string): LogMark | null {
  const file = markFile(database)
  if (!existsSync(file)) return null
  const mark = readFileSync(file)
  if (mark.byteLength < markBytes) return null
  // The salts are as they stand in the log.
  return { frames: framesIn(mark), salts: mark.subarray(16, 24) }
}
