// Live streams of a mailbox's events: what was missed first, then what happens, in one order and nothing twice.
import type { Caller } from '../accounts/caller.ts'
import type { Event, Events } from '../events.ts'
import type { Place } from '../mailboxes/mailbox.ts'
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
  /** One mailbox of the stream cannot be followed any more. */
  | { type: 'gone'; address: string; reason: Reason }

/** One mailbox to follow, and on whose behalf. */
export type Target = { caller: Caller; mailbox: string }

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
   * than there is room for it, however much it is. Call the answer to stop. Refuses: as Mailboxes.see; too-busy.
   */
  async follow(targets: readonly Target[], lastSeq: number | null, reader: Reader): Promise<() => void> {
    const places = await Promise.all(targets.map(({ caller, mailbox }) => this.mailboxes.see(caller, mailbox)))
    if (this.following >= this.most) throw new Refusal('too-busy')
    this.following++
    const stream = new Stream(this.store, this.outside, reader.take, this.defect)
    const stops = places.map((place) => this.events.onAddress(place.address, (event) => stream.hear(event, place)))
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
      this.catchUp(stream, places, isLost ? last : (lastSeq ?? last), reader.ready).catch((error) => {
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
    places: readonly Place[],
    from: number,
    ready: () => Promise<void>,
  ): Promise<void> {
    for (let after = from; stream.isOpen; ) {
      // What is heard from here on may not be among what is read.
      stream.isBehind = false
      const { missed, upTo } = await this.missed(places, after)
      if (missed.length === 0 && !stream.isBehind) {
        stream.live()
        return
      }
      for (const [at, { event, place }] of missed.entries()) {
        if (at % atOnce === 0) await new Promise((turn) => setImmediate(turn))
        await ready()
        stream.tell(event, place)
        await stream.told
      }
      after = upTo
    }
  }

  /** Some of what comes after a `seq`, in order over all places, and how far they reach. */
  private async missed(
    places: readonly Place[],
    after: number,
  ): Promise<{ missed: { event: Event; place: Place }[]; upTo: number }> {
    const found: { event: Event; place: Place }[] = []
    let upTo = Number.POSITIVE_INFINITY
    for (const place of places) {
      const events = await this.log.since(place.address, after, replayBatch)
      // Of a place that may have more nothing is known behind the last one.
      if (events.length === replayBatch) upTo = Math.min(upTo, events.at(-1)?.seq ?? after)
      for (const event of events) found.push({ event, place })
    }
    const missed = found.filter(({ event }) => event.seq <= upTo).sort((one, other) => one.event.seq - other.event.seq)
    return { missed, upTo: missed.at(-1)?.event.seq ?? after }
  }
}

class Stream {
  /** Something was heard that will have to be read from the log. */
  isBehind = false
  private open = true
  private replaying = true
  private sent = 0
  /** Items follow each other though each may need a read. */
  private last: Promise<void> = Promise.resolve()
  private readonly gone = new Set<Place>()

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
  hear(event: Event, place: Place): void {
    if (this.replaying) this.isBehind = true
    else this.tell(event, place)
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
  tell(event: Event, place: Place): void {
    if (event.seq <= this.sent || this.gone.has(place)) return
    const reason = endOf(event, place)
    if (!reason && !concerns(event, place)) return
    this.sent = event.seq
    if (!reason || event.mailboxId === place.mailbox?.id) this.give(() => this.item(event, place))
    if (!reason) return
    this.gone.add(place)
    this.give(async () => ({ type: 'gone', address: place.address, reason }))
  }

  /** Null for mail to another address than the tagged one that is followed. */
  private async item(event: Event, { tagged }: Place): Promise<StreamItem | null> {
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

/** Whether an event at the place's address is of the mailbox that the reader may read. */
const concerns = (event: Event, { mailbox }: Place): boolean =>
  mailbox && mailbox.kind !== 'unclaimed' ? event.mailboxId === mailbox.id : event.unclaimed
