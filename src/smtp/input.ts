// What a client sends, read apart into command lines and mails. It takes the place of the library's own parser, whose
// search for the end of a mail costs fifty times as much when lines begin with dots, and whose lines have one limit.
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { free } from '../limits/free.ts'
import { Dots } from './dots.ts'
import type { Sink } from './intake.ts'

export type InputOwner = {
  /** A line without its end; `next` asks for the one after it. */
  command: (line: Buffer, next: () => void) => void
  /** The most bytes that a line beginning so may have. */
  longestLine: (begin: Buffer) => number
  lineTooLong: () => void
  /** So many bytes have come. */
  received: (bytes: number) => void
}

type Next = (error?: Error | null) => void

/** After so many commands of one client it is the others' turn. */
const commandsInARow = 100
const LF = 10
const CR = 13
const nothing = Buffer.alloc(0)

export class Input extends SMTPStream {
  private begun = nothing
  private sink: Sink | null = null
  private dots = new Dots()

  constructor(private readonly owner: InputOwner) {
    super()
  }

  /** From here on a mail comes, to its end. The next command is read after the sink's `end`. */
  beginMail(sink: Sink): void {
    this.sink = sink
    this.dots = new Dots()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: Next): void {
    if (!this.isClosed) this.owner.received(chunk.length)
    this.read(chunk, next)
  }

  private read(chunk: Buffer, next: Next): void {
    if (this.isClosed || chunk.length === 0) next()
    else if (this.sink) this.readMail(this.sink, chunk, next)
    else this.readLines(chunk, next)
  }

  private readLines(chunk: Buffer, next: Next): void {
    let rest = this.begun.length > 0 ? Buffer.concat([this.begun, chunk]) : chunk
    this.begun = nothing
    let running = false
    let again = false
    let inARow = 0
    // A command that is answered at once comes back here before `command` returns: a loop then, no recursion.
    const step = (): void => {
      if (running) {
        again = true
        return
      }
      running = true
      try {
        for (;;) {
          if (this.isClosed || this.sink) {
            this.read(rest, next)
            return
          }
          const end = rest.indexOf(LF)
          const line = end < 0 ? rest : rest.subarray(0, end > 0 && rest[end - 1] === CR ? end - 1 : end)
          if (line.length > this.owner.longestLine(line)) {
            this.owner.lineTooLong()
            next()
            return
          }
          if (end < 0) {
            // A copy: a few bytes must not keep the whole chunk.
            if (rest.length > 0) this.begun = Buffer.from(rest)
            next()
            return
          }
          rest = rest.subarray(end + 1)
          again = false
          this.owner.command(line, step)
          if (!again) return
          if (++inARow >= commandsInARow) {
            inARow = 0
            setImmediate(step)
            return
          }
        }
      } finally {
        running = false
      }
    }
    step()
  }

  private readMail(sink: Sink, chunk: Buffer, next: Next): void {
    const { bytes, rest } = this.dots.read(chunk)
    const goOn = (): void => {
      // All of it is mail, and the sink has taken what it wants.
      if (rest === null) free(chunk)
      if (this.isClosed || rest === null) next()
      else {
        this.sink = null
        sink.end().then(() => this.read(rest, next))
      }
    }
    const wait = bytes.length > 0 ? sink.take(bytes) : undefined
    if (wait) wait.then(goOn)
    else goOn()
  }
}
