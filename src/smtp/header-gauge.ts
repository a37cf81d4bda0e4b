// Measures a mail's header while it comes in: its bytes, its lines, and the servers it came through.
import type { Reason } from '../refusal.ts'

export type HeaderBounds = { maxHeaderBytes: number; maxHeaderLines: number; maxReceivedHops: number }

const CR = 13
const LF = 10
const name = Buffer.from('received:')

export class HeaderGauge {
  private bytes = 0
  private lines = 0
  private hops = 0
  /** Bytes of the line so far, without CR. */
  private lineBytes = 0
  /** How much of `received:` the line has shown; -1 once it is something else. */
  private matched = 0
  private done = false

  constructor(private readonly bounds: HeaderBounds) {}

  /** Takes the next bytes of the mail. Answers what is wrong with the header, once it is. */
  read(chunk: Uint8Array): Reason | null {
    if (this.done) return null
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0
      if (byte === LF) {
        // An empty line ends the header; one that ends in a bare LF too, since readers of mail take it so.
        if (this.lineBytes === 0) {
          this.done = true
          return this.verdict(i)
        }
        this.lines++
        this.lineBytes = 0
        this.matched = 0
      } else if (byte !== CR) {
        this.lineBytes++
        if (this.matched >= 0) this.match(byte)
      }
    }
    return this.verdict(chunk.length)
  }

  private match(byte: number): void {
    const lower = byte >= 65 && byte <= 90 ? byte + 32 : byte
    this.matched = lower === name[this.matched] ? this.matched + 1 : -1
    if (this.matched === name.length) {
      this.hops++
      this.matched = -1
    }
  }

  private verdict(bytes: number): Reason | null {
    this.bytes += bytes
    if (this.bytes > this.bounds.maxHeaderBytes || this.lines > this.bounds.maxHeaderLines) return 'header-too-large'
    return this.hops > this.bounds.maxReceivedHops ? 'too-many-hops' : null
  }
}
