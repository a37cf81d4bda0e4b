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

const replayBatch = 500

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
   * Follows mailboxes from after `lastSeq` (null: from now). `take` gets each item, in order; call the answer to stop.
   * Refuses: as Mailboxes.see; too-busy.
   */
  async follow(
    targets: readonly Target[],
    lastSeq: number | null,
    take: (item: StreamItem) => void,
  ): Promise<() => void> {
    const places = await Promise.all(targets.map(({ caller, mailbox }) => this.mailboxes.see(caller, mailbox)))
    if (this.following >= this.most) throw new Refusal('too-busy')
    this.following++
    const stream = new Stream(this.store, this.outside, take, this.defect)
    const stops = places.map((place) => this.events.onAddress(place.address, (event) => stream.hear(event, place)))
    let open = true
    const stop = (): void => {
      if (!open) return
      open = false
      this.following--
      stream.close()
      for (const one of stops) one()
    }
    try {
      await this.replay(stream, places, lastSeq)
    } catch (error) {
      stop()
      throw error
    }
    return stop
  }

  private async replay(stream: Stream, places: readonly Place[], lastSeq: number | null): Promise<void> {
    const last = await this.log.last()
    if (lastSeq !== null && (lastSeq > last || lastSeq + 1 < (await this.log.oldest()))) stream.reset(last)
    else if (lastSeq !== null) {
      const missed = await Promise.all(places.map((place) => this.missed(place, lastSeq)))
      for (const { event, place } of missed.flat().sort((one, other) => one.event.seq - other.event.seq)) {
        stream.tell(event, place)
      }
    }
    stream.live()
  }

  private async missed(place: Place, after: number): Promise<{ event: Event; place: Place }[]> {
    const found: { event: Event; place: Place }[] = []
    for (let seq = after; ; ) {
      const events = await this.log.since(place.address, seq, replayBatch)
      found.push(...events.map((event) => ({ event, place })))
      seq = events.at(-1)?.seq ?? seq
      if (events.length < replayBatch) return found
    }
  }
}

class Stream {
  private open = true
  private replaying = true
  private held: { event: Event; place: Place }[] = []
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

  /** An event of now; held until what was missed has been told. */
  hear(event: Event, place: Place): void {
    if (this.replaying) this.held.push({ event, place })
    else this.tell(event, place)
  }

  reset(seq: number): void {
    this.sent = seq
    this.give(async () => ({ type: 'reset', seq }))
  }

  live(): void {
    this.replaying = false
    for (const { event, place } of this.held) this.tell(event, place)
    this.held = []
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
