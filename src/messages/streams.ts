// Live streams of a mailbox's events: what was missed first, then what happens, in one order and nothing twice.
import { type Caller, ofAccount } from '../accounts/caller.ts'
import { type Event, type Events, isOfDomain } from '../events.ts'
import type { Standing } from '../keys/standing.ts'
import { isFixed, type Place } from '../mailboxes/mailbox.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Outside } from '../outside.ts'
import { type Reason, Refusal } from '../refusal.ts'
import type { EventLog } from '../storage/event-log.ts'
import type { Message } from './message.ts'
import type { MessageStore } from './store.ts'
import { endOf } from './waits.ts'

/** `message`: as a list shows it, while it is there. */
export type StreamItem =
  | { type: 'event'; event: Event; message: Message | null }
  /** The log does not reach back to where the reader was: it should fetch anew, and goes on from `seq`. */
  | { type: 'reset'; seq: number }
  /** One mailbox of the stream cannot be followed any more; "" where all of an account's cannot. */
  | { type: 'gone'; address: string; reason: Reason }

/** One mailbox to follow, or (null) all of the caller's account, and on whose behalf. */
export type Target = { caller: Caller; mailbox: string | null }

/** All mailboxes of an account; `domains`: only those of these, if there are any. */
type Estate = { accountId: string; domains: readonly string[] }

type Followed = Place | Estate

/** Who follows. `ready` answers when there is room for more, or the stream is over; `end` is for when no more can come. */
export type Reader = { take: (item: StreamItem) => void; ready: () => Promise<void>; end: () => void }

/** Events of a mailbox that are read at a time. */
const replayBatch = 500
/** Those that are told before others have their turn. */
const atOnce = 16

export class Streams {
  private following = 0

  constructor(
    private readonly store: MessageStore,
    private readonly mailboxes: Mailboxes,
    private readonly events: Events,
    private readonly log: EventLog,
    private readonly standing: Standing,
    private readonly outside: Outside,
    /** Streams at once, over all callers. */
    private readonly most: number,
    private readonly defect: (error: unknown) => void,
  ) {}

  get count(): number {
    return this.following
  }

  /**
   * Follows mailboxes from after `lastSeq` (null: from now). The reader gets each item, in order: what was missed no faster
   * than there is room for it, however much it is. It ends with the credential. Call the answer to stop. Refuses: as
   * Mailboxes.see, `ofAccount`; too-busy.
   */
  async follow(targets: readonly Target[], lastSeq: number | null, reader: Reader): Promise<() => void> {
    const followed = await Promise.all(targets.map((target) => this.followed(target)))
    if (this.following >= this.most) throw new Refusal('too-busy')
    this.following++
    const stream = new Stream(this.store, this.outside, reader.take, this.defect)
    const stops = followed.map((one) => {
      const listener = (event: Event): void => stream.hear(event, one)
      return isPlace(one)
        ? this.events.onAddress(one.address, listener)
        : this.events.onAccount(one.accountId, listener)
    })
    for (const [at, { caller }] of targets.entries()) {
      const one = followed[at]
      if (!one) continue
      const accountId = isPlace(one) ? one.mailbox?.accountId : null
      stops.push(this.standing.watch(caller, (reason) => stream.lose(one, reason), accountId))
    }
    const stop = (): void => {
      if (!stream.isOpen) return
      this.following--
      stream.close()
      for (const one of stops) one()
    }
    try {
      const last = await this.log.last()
      const isLost = lastSeq !== null && (lastSeq > last || lastSeq + 1 < (await this.log.oldest()))
      if (isLost) stream.reset(last)
      this.catchUp(stream, followed, isLost ? last : (lastSeq ?? last), reader.ready).catch((error) => {
        this.defect(error)
        stop()
        reader.end()
      })
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  /** Tells what happened after `from` out of the log until that has no more, and only then what happens. */
  private async catchUp(
    stream: Stream,
    followed: readonly Followed[],
    from: number,
    ready: () => Promise<void>,
  ): Promise<void> {
    for (let after = from; stream.isOpen; ) {
      // What is heard from here on may not be among what is read.
      stream.isBehind = false
      const { missed, upTo } = await this.missed(followed, after)
      if (missed.length === 0 && !stream.isBehind) {
        stream.live()
        return
      }
      for (const [at, { event, one }] of missed.entries()) {
        if (at % atOnce === 0) await new Promise((turn) => setImmediate(turn))
        await ready()
        stream.tell(event, one)
        await stream.told
      }
      after = upTo
    }
  }

  /** Some of what comes after a `seq`, in order over all places, and how far they reach. */
  private async missed(
    followed: readonly Followed[],
    after: number,
  ): Promise<{ missed: { event: Event; one: Followed }[]; upTo: number }> {
    const found: { event: Event; one: Followed }[] = []
    let upTo = Number.POSITIVE_INFINITY
    for (const one of followed) {
      const events = isPlace(one)
        ? await this.log.since(one.address, after, replayBatch)
        : await this.log.sinceOf(one.accountId, after, replayBatch)
      // Of a place that may have more nothing is known behind the last one.
      if (events.length === replayBatch) upTo = Math.min(upTo, events.at(-1)?.seq ?? after)
      for (const event of events) found.push({ event, one })
    }
    const missed = found
      .filter(({ event }) => event.seq <= upTo)
      .sort((first, second) => first.event.seq - second.event.seq)
    return { missed, upTo: missed.at(-1)?.event.seq ?? after }
  }

  private async followed({ caller, mailbox }: Target): Promise<Followed> {
    if (mailbox !== null) return this.mailboxes.see(caller, mailbox)
    const { account, key } = ofAccount(caller, 'mailboxes')
    return { accountId: account.id, domains: key?.domains ?? [] }
  }
}

const isPlace = (one: Followed): one is Place => 'address' in one

class Stream {
  /** Something was heard that will have to be read from the log. */
  isBehind = false
  private open = true
  private replaying = true
  private sent = 0
  /** Items follow each other though each may need a read. */
  private last: Promise<void> = Promise.resolve()
  private readonly gone = new Set<Followed>()

  constructor(
    private readonly store: MessageStore,
    private readonly outside: Outside,
    private readonly take: (item: StreamItem) => void,
    private readonly defect: (error: unknown) => void,
  ) {}

  get isOpen(): boolean {
    return this.open
  }

  /** Answers when all that was told has been given to the reader. */
  get told(): Promise<void> {
    return this.last
  }

  /** An event of now. It is in the log already, where it will be found while what was missed is told. */
  hear(event: Event, one: Followed): void {
    if (this.replaying) this.isBehind = true
    else this.tell(event, one)
  }

  /** It can be followed no more. */
  lose(one: Followed, reason: Reason): void {
    if (this.gone.has(one)) return
    this.gone.add(one)
    this.give(async () => ({ type: 'gone', address: isPlace(one) ? one.address : '', reason }))
  }

  reset(seq: number): void {
    this.sent = seq
    this.give(async () => ({ type: 'reset', seq }))
  }

  live(): void {
    this.replaying = false
  }

  close(): void {
    this.open = false
  }

  /** An event from the log, or of now once the log is told. */
  tell(event: Event, one: Followed): void {
    if (event.seq <= this.sent || this.gone.has(one)) return
    const reason = isPlace(one) ? endOf(event, one) : null
    if (!reason && !concerns(event, one)) return
    this.sent = event.seq
    const isOwn = !isPlace(one) || event.mailboxId === one.mailbox?.id
    if (!reason || isOwn) this.give(() => this.item(event, isPlace(one) ? one.tagged : null))
    if (reason) this.lose(one, reason)
  }

  /** Null for mail to another address than the tagged one that is followed. */
  private async item(event: Event, tagged: string | null): Promise<StreamItem | null> {
    const message = event.messageId === null ? null : await this.store.byId(event.messageId, this.outside.now())
    const isForeign = tagged !== null && event.messageId !== null && message?.address !== tagged
    return isForeign ? null : { type: 'event', event, message }
  }

  private give(make: () => Promise<StreamItem | null>): void {
    this.last = this.last
      .then(make)
      .then((item) => {
        if (this.open && item) this.take(item)
      })
      .catch(this.defect)
  }
}

/** Whether an event is of a mailbox that the reader may read. */
function concerns(event: Event, one: Followed): boolean {
  if (!isPlace(one)) {
    const domain = event.address.slice(event.address.lastIndexOf('@') + 1)
    return (event.mailboxId !== '' || isOfDomain(event)) && (one.domains.length === 0 || one.domains.includes(domain))
  }
  const { mailbox } = one
  if (mailbox && isFixed(mailbox)) return event.mailboxId === mailbox.id
  return one.accountId === null ? event.unclaimed : event.accountId === one.accountId
}
