// One mail between DATA and its reply: measures it, hands it on, and remembers the first thing that was wrong.
import type { Arrival } from '../messages/arrival.ts'
import { type Reason, Refusal } from '../refusal.ts'
import { type HeaderBounds, HeaderGauge } from './header-gauge.ts'

export type IntakeBounds = HeaderBounds & { maxMessageBytes: number }

/** Where the bytes of a mail go. */
export interface Sink {
  /** Takes the next bytes; answers a promise if no more may come before it is settled. Never rejects. */
  take(bytes: Buffer): Promise<void> | undefined
  /** The mail is whole. Answers when it has got its reply. Never rejects. */
  end(): Promise<void>
}

/** `isKept`: a mailbox was still there to keep it. */
export type Outcome = { id: string; size: number; isKept: boolean } | { error: unknown }

// A client may send byte by byte: such crumbs are joined before they are handed on.
const crumbBytes = 4096
const mostCrumbs = 64

export class Intake implements Sink {
  size = 0
  private error: unknown = null
  private crumbs: Buffer[] = []
  private crumbSize = 0
  private pending: Promise<void> | null = null
  private isOver = false
  private readonly header: HeaderGauge

  constructor(
    private readonly arrival: Arrival,
    private readonly bounds: IntakeBounds,
    /** Told once, unless the mail is abandoned. */
    private readonly settle: (outcome: Outcome) => void,
    /** Told when twice the largest mail has come and still no end. */
    private readonly flooded: () => void,
    /** Told of what failed where nobody waits for it. */
    private readonly defect: (error: unknown) => void,
  ) {
    this.header = new HeaderGauge(bounds)
  }

  /** Whether the mail is whole and its reply is due: it may be stored already. */
  get isBeingStored(): boolean {
    return this.isOver && this.isBusy
  }

  /** Whether the client waits for us, not we for it. */
  get isBusy(): boolean {
    return this.pending !== null
  }

  take(bytes: Buffer): Promise<void> | undefined {
    this.size += bytes.length
    if (this.error !== null) {
      if (this.size > 2 * this.bounds.maxMessageBytes) this.flooded()
      return undefined
    }
    const wrong: Reason | null = this.size > this.bounds.maxMessageBytes ? 'too-large' : this.header.read(bytes)
    if (wrong !== null) return this.hold(this.fail(new Refusal(wrong)))
    if (bytes.length >= crumbBytes && this.crumbSize === 0) return this.hold(this.write(bytes))
    this.crumbs.push(bytes)
    this.crumbSize += bytes.length
    if (this.crumbSize < crumbBytes && this.crumbs.length < mostCrumbs) return undefined
    return this.hold(this.write(this.joined()))
  }

  async end(): Promise<void> {
    if (this.isOver) return
    this.isOver = true
    const outcome = await this.hold(this.finish())
    try {
      this.settle(outcome)
    } catch (error) {
      this.defect(error)
    }
  }

  /** Forgets the mail: its client is gone, or is being sent away. */
  abandon(): void {
    if (this.isOver) return
    this.isOver = true
    const { pending } = this
    // A write under way must end first, or what it stores would stay behind.
    if (pending) pending.then(() => this.fail(new Refusal('took-too-long')))
    else void this.fail(new Refusal('took-too-long'))
  }

  private async finish(): Promise<Outcome> {
    if (this.error === null) {
      try {
        if (this.crumbSize > 0) await this.arrival.write(this.joined())
        const { id, messageIds } = await this.arrival.commit()
        return { id, size: this.size, isKept: messageIds.length > 0 }
      } catch (error) {
        await this.fail(error)
      }
    }
    return { error: this.error }
  }

  private async write(bytes: Buffer): Promise<void> {
    try {
      await this.arrival.write(bytes)
    } catch (error) {
      await this.fail(error)
    }
  }

  /** Remembers what was wrong and lets go of what was taken; what still comes is only counted. */
  private async fail(error: unknown): Promise<void> {
    if (this.error !== null) return
    this.error = error
    this.crumbs = []
    this.crumbSize = 0
    try {
      await this.arrival.abort()
    } catch (cause) {
      this.defect(cause)
    }
  }

  private async hold<Result>(work: Promise<Result>): Promise<Result> {
    const pending = work.then(
      () => {},
      () => {},
    )
    this.pending = pending
    try {
      return await work
    } finally {
      if (this.pending === pending) this.pending = null
    }
  }

  private joined(): Buffer {
    const [first] = this.crumbs
    const bytes = this.crumbs.length === 1 && first ? first : Buffer.concat(this.crumbs)
    this.crumbs = []
    this.crumbSize = 0
    return bytes
  }
}
