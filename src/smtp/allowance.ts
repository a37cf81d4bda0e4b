// How much one connection may do: each question answers why it must part, or null. Trusted clients are spared some of it.
import type { SmtpOptions } from './options.ts'
import type { Parting } from './replies.ts'

/** What is known of a mail that is coming in. */
export type Progress = {
  size: number
  /** Whether the client waits for us, not we for it. */
  isBusy: boolean
}

/** Times are monotonic milliseconds. */
export class Allowance {
  private mails = 0
  private errors = 0
  /** Since the last mail that was taken. */
  private commands = 0
  private bytes = 0
  /** When the last whole command came, or the reply to a mail was given. */
  private heardAt: number
  /** The stretch of a mail whose speed is being measured. */
  private stretch = { at: 0, size: 0 }

  constructor(
    private readonly options: SmtpOptions,
    private readonly trusted: boolean,
    private readonly beganAt: number,
  ) {
    this.heardAt = beganAt
  }

  /** Bytes that came so far. */
  get heard(): number {
    return this.bytes
  }

  received(bytes: number): Parting | null {
    this.bytes += bytes
    return !this.trusted && this.bytes > this.options.sessionBytes ? 'bytes' : null
  }

  command(now: number): Parting | null {
    this.heardAt = now
    const { maxErrors, maxRecipients } = this.options
    const most = (10 * maxErrors + maxRecipients) * (this.trusted ? 10 : 1)
    return ++this.commands > most ? 'commands' : null
  }

  error(): Parting | null {
    return ++this.errors >= this.options.maxErrors ? 'errors' : null
  }

  /** Whether one more mail may begin. */
  mail(): Parting | null {
    return !this.trusted && this.mails >= this.options.maxMailsPerSession ? 'mails' : null
  }

  mailBegan(now: number): void {
    this.mails++
    this.stretch = { at: now, size: 0 }
  }

  mailEnded(now: number, wasTaken: boolean): void {
    this.heardAt = now
    if (wasTaken) this.commands = 0
  }

  /** What time says, asked now and then. `asks`: a command waits for a service. */
  check(now: number, mail: Progress | null, asks: boolean): Parting | null {
    // A mail that is being stored gets its own reply: another one would have it sent twice.
    const hasTime = this.trusted || mail?.isBusy || now - this.beganAt <= this.options.sessionMs
    if (!hasTime) return 'session'
    if (mail) return this.speed(now, mail)
    return !asks && now - this.heardAt > this.options.idleMs ? 'idle' : null
  }

  private speed(now: number, { size, isBusy }: Progress): Parting | null {
    // While the client waits for us it cannot be fast.
    if (isBusy) this.stretch = { at: now, size }
    const milliseconds = now - this.stretch.at
    if (milliseconds < this.options.idleMs) return null
    if ((size - this.stretch.size) * 1000 < this.options.minBytesPerSecond * milliseconds) return 'slow'
    this.stretch = { at: now, size }
    return null
  }
}
