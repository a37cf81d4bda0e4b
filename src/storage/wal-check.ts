// The write-ahead log of a server that did not stop cleanly, looked at before SQLite does. SQLite takes the first frame
// whose checksum is wrong for the end of the log and drops all that follows: right after a power cut, which breaks off the
// last write, and wrong after damage further in front, where acknowledged mail follows.
import { existsSync, readFileSync, readSync } from 'node:fs'
import { readMark } from './log-mark.ts'

const headerBytes = 32
const frameHeaderBytes = 24

/** A sentence's part where later commits follow a frame that is not as it was written; null if the log is good, or was just broken off (https://sqlite.org/fileformat2.html#walformat). */
export function walDamage(file: string): string | null {
  const path = `${file}-wal`
  if (!existsSync(path)) return null
  const wal = readFileSync(path)
  if (wal.length <= headerBytes + frameHeaderBytes) return null
  const magic = wal.readUInt32BE(0)
  const pageBytes = wal.readUInt32BE(8)
  const isKnown = (magic === 0x377f0682 || magic === 0x377f0683) && pageBytes >= 512 && pageBytes <= 65_536
  const log = new Log(wal, magic === 0x377f0683)
  // A log's header is on the disk before its first frame.
  if (!isKnown || !log.headerIsSound())
    return wal.subarray(0, headerBytes).every((byte) => byte === 0)
      ? null
      : 'the header of its write-ahead log is damaged'
  const mark = readMark(file)
  // Of another log's mark only this is known: that nothing of this one was synced yet.
  const synced = mark === null ? null : log.hasSalts(mark.salts) ? mark.frames : 0
  const frameBytes = frameHeaderBytes + pageBytes
  const frames = Math.floor((wal.length - headerBytes) / frameBytes)
  let bad: number | null = null
  // Whether the transaction of the bad frame came to its end: what follows was written after its fsync.
  let ended = false
  for (let frame = 0; frame < frames; frame++) {
    const at = headerBytes + frame * frameBytes
    const seed = frame === 0 ? 24 : at - frameBytes + 16
    const isOfThisLog = log.isOfThisLog(at)
    const isSound = isOfThisLog && log.frameIsSound(at, seed, frameBytes)
    const isMissed = synced === null ? bad !== null && ended && isSound : !isSound && frame < synced
    if (!isSound) bad ??= frame
    if (isMissed) return `its write-ahead log is damaged at frame ${(bad ?? frame) + 1} of ${frames}`
    ended ||= bad !== null && isOfThisLog && log.endsCommit(at)
  }
  if (synced !== null && frames < synced) return `its write-ahead log ends at frame ${frames} of ${synced}`
  return null
}

class Log {
  private readonly words: DataView
  private readonly littleEndian: boolean

  constructor(
    private readonly wal: Buffer,
    bigEndianSums: boolean,
  ) {
    this.words = new DataView(wal.buffer, wal.byteOffset, wal.byteLength)
    this.littleEndian = !bigEndianSums
  }

  headerIsSound(): boolean {
    return this.sumsAgree([[0, 24]], 0, 0, 24)
  }

  hasSalts(salts: Uint8Array): boolean {
    return this.wal.subarray(16, headerBytes - 8).equals(salts)
  }

  isOfThisLog(at: number): boolean {
    return (
      this.wal.readUInt32BE(at + 8) === this.wal.readUInt32BE(16) &&
      this.wal.readUInt32BE(at + 12) === this.wal.readUInt32BE(20)
    )
  }

  endsCommit(at: number): boolean {
    return this.wal.readUInt32BE(at + 4) !== 0
  }

  /** `seed`: where the checksum stands that this one goes on from. */
  frameIsSound(at: number, seed: number, frameBytes: number): boolean {
    const [one, two] = [this.wal.readUInt32BE(seed), this.wal.readUInt32BE(seed + 4)]
    return this.sumsAgree(
      [
        [at, at + 8],
        [at + frameHeaderBytes, at + frameBytes],
      ],
      one,
      two,
      at + 16,
    )
  }

  private sumsAgree(spans: Spans, one: number, two: number, sums: number): boolean {
    const [first, second] = sumsOf(this.words, this.littleEndian, spans, one, two)
    return first === this.wal.readUInt32BE(sums) && second === this.wal.readUInt32BE(sums + 4)
  }
}

type Spans = readonly (readonly [from: number, to: number])[]

/** The two sums of a log's checksum over these bytes, gone on with from `one` and `two`. */
function sumsOf(words: DataView, littleEndian: boolean, spans: Spans, one: number, two: number): [number, number] {
  for (const [from, to] of spans) {
    for (let at = from; at < to; at += 8) {
      one = (one + words.getUint32(at, littleEndian) + two) | 0
      two = (two + words.getUint32(at + 4, littleEndian) + one) | 0
    }
  }
  return [one >>> 0, two >>> 0]
}

const framesAtOnce = 256

/** How many frames at the begin of an open log are as they were written; a few hundred are held in memory at a time. */
export function soundFrames(log: number): number {
  const header = Buffer.alloc(headerBytes)
  if (readSync(log, header, 0, headerBytes, 0) < headerBytes) return 0
  const littleEndian = header.readUInt32BE(0) === 0x377f0682
  const frameBytes = frameHeaderBytes + header.readUInt32BE(8)
  const some = Buffer.alloc(framesAtOnce * frameBytes)
  const words = new DataView(some.buffer, some.byteOffset, some.byteLength)
  let [one, two] = [header.readUInt32BE(24), header.readUInt32BE(28)]
  for (let sound = 0; ; ) {
    const read = readSync(log, some, 0, some.byteLength, headerBytes + sound * frameBytes)
    for (let at = 0; at + frameBytes <= read; at += frameBytes) {
      const spans: Spans = [
        [at, at + 8],
        [at + frameHeaderBytes, at + frameBytes],
      ]
      ;[one, two] = sumsOf(words, littleEndian, spans, one, two)
      const isOfThisLog = some.subarray(at + 8, at + 16).equals(header.subarray(16, 24))
      if (!isOfThisLog || one !== some.readUInt32BE(at + 16) || two !== some.readUInt32BE(at + 20)) return sound
      sound++
    }
    if (read < some.byteLength) return sound
  }
}
