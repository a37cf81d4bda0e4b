// Finds the end of a mail and takes the dots away that hide lines of dots (RFC 5321 §4.5.2), over any split of the bytes.

const CR = 13
const LF = 10
const DOT = 46

// What is known of the line: CR LF alone ends one, and CR LF . CR LF alone ends a mail.
const inLine = 0
const afterCr = 1
const lineStart = 2
const afterDot = 3
const afterDotCr = 4

export type Undotted = {
  /** What belongs to the mail; it may share the chunk's memory. */
  bytes: Buffer
  /** What came behind the end of the mail; null while it has not ended. */
  rest: Buffer | null
}

const hiddenLine = Buffer.from('\r\n.')

export class Dots {
  private at = lineStart

  read(chunk: Buffer): Undotted {
    // Nearly all chunks have no line that begins with a dot, or the last one alone: these are not copied.
    const from = this.plainUpTo(chunk)
    if (from === chunk.length) return { bytes: chunk, rest: null }
    if (this.at === lineStart && chunk[from] === DOT && chunk[from + 1] === CR && chunk[from + 2] === LF) {
      return this.end(chunk.subarray(0, from), chunk, from + 3)
    }
    return this.copy(chunk, from)
  }

  /** Skips, without looking at each byte, to the first line that begins with a dot, and leaves `at` there. */
  private plainUpTo(chunk: Buffer): number {
    if (this.mayHide(chunk)) return 0
    const found = chunk.indexOf(hiddenLine)
    if (found >= 0) {
      this.at = lineStart
      return found + 2
    }
    const last = chunk[chunk.length - 1]
    if (last === CR) this.at = afterCr
    else this.at = last === LF && chunk[chunk.length - 2] === CR ? lineStart : inLine
    return chunk.length
  }

  /** Whether it may begin with a dot that does not belong to the mail. */
  private mayHide(chunk: Buffer): boolean {
    if (this.at === inLine) return false
    if (this.at === lineStart) return chunk[0] === DOT
    return this.at !== afterCr || (chunk[0] === LF && (chunk.length === 1 || chunk[1] === DOT))
  }

  private copy(chunk: Buffer, from: number): Undotted {
    // One byte more than came: a CR that was held back.
    const out = Buffer.allocUnsafeSlow(chunk.length + 1)
    chunk.copy(out, 0, 0, from)
    let length = from
    let { at } = this
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0
      if (at === afterDotCr) {
        if (byte === LF) return this.end(out.subarray(0, length), chunk, i + 1)
        out[length++] = CR
        at = afterCr
      } else if (at === lineStart && byte === DOT) {
        at = afterDot
        continue
      } else if (at === afterDot && byte === CR) {
        at = afterDotCr
        continue
      }
      out[length++] = byte
      at = byte === CR ? afterCr : byte === LF && at === afterCr ? lineStart : inLine
    }
    this.at = at
    return { bytes: out.subarray(0, length), rest: null }
  }

  private end(bytes: Buffer, chunk: Buffer, at: number): Undotted {
    this.at = lineStart
    return { bytes, rest: chunk.subarray(at) }
  }
}
