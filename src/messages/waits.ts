// Holding a call until a mail comes. Waiters listen to events; nothing polls, and no mail between two waits is lost.
import type { Caller } from '../accounts/caller.ts'
import type { Cursors } from '../cursor.ts'
import type { Event, Events } from '../events.ts'
import type { Standing } from '../keys/standing.ts'
import { isFixed, type Place } from '../mailboxes/mailbox.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import { type Reason, Refusal } from '../refusal.ts'
import type { EventLog } from '../storage/event-log.ts'
import type { FullMessage } from './message.ts'
import type { Messages } from './service.ts'

export type WaitWish = {
  /** 0 to 120 seconds, as milliseconds. */
  timeoutMs: number
  /** Parts of the text, in any case; all of those given must be there. */
  from?: string | undefined
  subject?: string | undefined
  text?: string | undefined
  has: readonly ('code' | 'link' | 'attachment')[]
  count: number
  /** Begin behind this cursor; without one, with what is there. */
  after?: string | undefined
  /** Hold for the whole time, and be content if nothing comes. */
  expectNone: boolean
  /** The caller went away. */
  signal: AbortSignal
}

/** `cursor` lies behind the last message of the answer; where there is none, where the wait began. */
export type WaitOutcome = {
  kind: 'arrived' | 'not-arrived' | 'unexpected' | 'none-came'
  messages: FullMessage[]
  cursor: string
}

const batch = 50

export class Waits {
  private waiting = 0

  constructor(
    private readonly messages: Messages,
    private readonly mailboxes: Mailboxes,
    private readonly events: Events,
    private readonly log: EventLog,
    private readonly cursors: Cursors,
    private readonly standing: Standing,
    /** Waits at once, over all callers. */
    private readonly most: number,
  ) {}

  get count(): number {
    return this.waiting
  }

  /**
   * Looks at messages when their digest is done or has failed, in the order of that.
   * Refuses: as Mailboxes.see, also when the mailbox or the credential ends meanwhile; invalid-cursor; too-busy.
   */
  async wait(caller: Caller, mailbox: string, wish: WaitWish): Promise<WaitOutcome> {
    const place = await this.mailboxes.see(caller, mailbox)
    const start = wish.after === undefined ? 0 : await this.known(place.address, wish.after)
    if (this.waiting >= this.most) throw new Refusal('too-busy')
    this.waiting++
    const current = () => this.look(caller, mailbox, place)
    const cursorAt = (seq: number) => this.cursors.text('wait', place.address, seq)
    const wait = new Wait(place, wish, start, current, cursorAt, this.messages)
    const stop = this.events.onAddress(place.address, (event) => wait.hear(event))
    const unwatch = this.standing.watch(caller, (reason) => wait.refuse(reason), place.mailbox?.accountId)
    try {
      return await wait.outcome(place.mailbox ? this.messages.digestAll(place.mailbox.key) : Promise.resolve())
    } finally {
      stop()
      unwatch()
      this.waiting--
    }
  }

  /** The place as it is now: mail may have made a mailbox of it meanwhile. */
  private look(caller: Caller, name: string, place: Place): Promise<Place> {
    return isFixed(place.mailbox) ? Promise.resolve(place) : this.mailboxes.see(caller, name)
  }

  /** Refuses: invalid-cursor, also for a place that the log has not reached (it was restored from an older copy). */
  private async known(address: string, cursor: string): Promise<number> {
    const seq = this.cursors.read('wait', address, cursor)
    if (seq > (await this.log.last())) throw new Refusal('invalid-cursor')
    return seq
  }
}

/** Longest that a wait without patience holds for the digests of what was there when it began. */
const digestMs = 2000

/** One call that waits: a little machine that is woken by events. */
class Wait {
  private readonly matched: FullMessage[] = []
  private seen: number
  private looking: Promise<void> | null = null
  private lookAgain = false
  private over = false
  private readonly ended = Promise.withResolvers<WaitOutcome>()

  constructor(
    private readonly place: Place,
    private readonly wish: WaitWish,
    private readonly start: number,
    private readonly current: () => Promise<Place>,
    private readonly cursorAt: (seq: number) => string,
    private readonly messages: Messages,
  ) {
    this.seen = start
    // It may be over before anybody asks how.
    this.ended.promise.catch(() => {})
  }

  /** `digests`: settled when what was there at the beginning has been read, which also an impatient wait looks at. */
  async outcome(digests: Promise<unknown>): Promise<WaitOutcome> {
    const { timeoutMs, expectNone, signal } = this.wish
    const over = (): unknown => this.end(expectNone ? 'none-came' : 'not-arrived')
    const timer = setTimeout(over, Math.max(timeoutMs, digestMs))
    let early: ReturnType<typeof setTimeout> | undefined
    const began = performance.now()
    digests
      .then(() => this.looked())
      .then(() => {
        early = setTimeout(over, Math.max(0, timeoutMs - (performance.now() - began)))
      })
      .catch((error) => this.ended.reject(error))
    const gone = () => this.end('not-arrived')
    signal.addEventListener('abort', gone)
    if (signal.aborted) gone()
    this.look()
    try {
      return await this.ended.promise
    } finally {
      clearTimeout(timer)
      clearTimeout(early)
      signal.removeEventListener('abort', gone)
    }
  }

  refuse(reason: Reason): void {
    this.over = true
    this.ended.reject(new Refusal(reason))
  }

  hear(event: Event): void {
    const reason = endOf(event, this.place)
    if (reason) this.refuse(reason)
    else if (event.type === 'message.digested') this.look()
  }

  /** Looks at what was digested since; asked for while it looks, it looks once more. */
  private look(): void {
    // What happens after the answer was made must not get into it.
    if (this.over) return
    this.lookAgain = true
    this.looking ??= this.lookOn()
      .catch((error) => this.ended.reject(error))
      .finally(() => {
        this.looking = null
        if (this.lookAgain) this.look()
      })
  }

  /** Answers when all that is there has been looked at. */
  private async looked(): Promise<void> {
    this.look()
    while (this.looking) await this.looking
  }

  private async lookOn(): Promise<void> {
    while (this.lookAgain && !this.over) {
      this.lookAgain = false
      const place = await this.current()
      for (let found = await this.next(place); found.length > 0; found = await this.next(place)) {
        for (const message of found) if (await this.takes(message)) return
      }
    }
  }

  private next(place: Place): Promise<FullMessage[]> {
    return this.messages.digestedAfter(place, this.seen, batch)
  }

  /** Whether the wait is over with this message. */
  private async takes(message: FullMessage): Promise<boolean> {
    if (this.over) return true
    const { text } = this.wish
    const isIt = matches(message, this.wish) && (text === undefined || (await this.messages.says(message, text)))
    // It may have ended meanwhile.
    if (this.over) return true
    this.seen = message.digestedSeq ?? this.seen
    if (!isIt) return false
    this.matched.push(message)
    if (this.wish.expectNone) return this.end('unexpected')
    return this.matched.length >= this.wish.count && this.end('arrived')
  }

  private end(kind: WaitOutcome['kind']): true {
    this.over = true
    const messages = kind === 'arrived' || kind === 'unexpected' ? this.matched : []
    const cursor = this.cursorAt(messages.at(-1)?.digestedSeq ?? this.start)
    this.ended.resolve({ kind, messages, cursor })
    return true
  }
}

/** Why somebody who follows this place can follow it no more; null if he can. */
export function endOf(event: Event, place: Place): Reason | null {
  if (!isFixed(place.mailbox)) {
    if (event.type !== 'mailbox.opened' || event.unclaimed) return null
    if (place.accountId === null) return 'credential-missing'
    return event.accountId === place.accountId ? null : 'mailbox-unknown'
  }
  const over = event.type === 'mailbox.expired' || event.type === 'mailbox.deleted' || event.type === 'mailbox.archived'
  return over && event.mailboxId === place.mailbox?.id ? 'mailbox-unknown' : null
}

const has = (text: string, part: string | undefined): boolean =>
  part === undefined || text.toLowerCase().includes(part.toLowerCase())

function matches(message: FullMessage, wish: WaitWish): boolean {
  const { codes, links, attachments } = message
  const found = { code: codes.length > 0, link: links.length > 0, attachment: attachments.length > 0 }
  return (
    has(`${message.from.name} <${message.from.address}>`, wish.from) &&
    has(message.subject, wish.subject) &&
    wish.has.every((what) => found[what])
  )
}
