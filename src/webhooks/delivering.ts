// The queue of deliveries: a lane for each webhook that has some, so that none waits for another's target. In a lane first
// attempts go one after the other, in the order of what happened; those that failed are tried again beside them. It holds
// no deliveries, only places in the table: what a crash left is found there.
import type { Event, Events } from '../events.ts'
import type { Outside } from '../outside.ts'
import { isSource } from './forms.ts'
import type { Outcome, Sender } from './sending.ts'
import type { Aim, Load, WebhookStore } from './store.ts'
import { Turns } from './turns.ts'
import { nextAttemptAt, signatureHeaders } from './webhook.ts'

type Lane = {
  webhookKey: number
  accountId: string
  /** The last that had its first attempt. */
  after: number
  /** Something was written since the lane looked. */
  isBehind: boolean
  firsts: Promise<void> | null
  retries: Promise<void> | null
  /** Its target took long the last time. */
  isSlow: boolean
  /** Attempts that are not noted yet. */
  notes: Set<Promise<void>>
  stopped: AbortController
}

export type DeliveringReports = {
  attempted: (outcome: 'delivered' | 'failed') => void
  /** A target keeps failing, and its webhook was paused. */
  gaveUp: (webhook: Pick<Aim, 'id' | 'accountId' | 'url'>) => void
  defect: (error: unknown) => void
}

/** Attempts at a time to targets that answered well and soon the last time, and to all others, which may be dead. */
const mostQuick = 64
const mostSlow = 1000
/** From then on an attempt is a slow one. */
const slowMs = 500
const atOnce = 50
const mostUnnoted = 200
/** Before what could not be noted, as by a full disk, is looked at again. */
const restMs = 10_000
const mostRemembered = 10_000

export class Delivering {
  private readonly lanes = new Map<number, Lane>()
  /** When each webhook has something to try again. */
  private readonly nextAt = new Map<number, number>()
  private readonly quick = new Turns(mostQuick)
  private readonly slow = new Turns(mostSlow)
  /** The webhooks of accounts that had mail. */
  private readonly known = new Map<string, readonly number[]>()
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()
  /** What lanes are at, those included that were ended. */
  private readonly underWay = new Set<Promise<void>>()
  private isOpen = false
  private unlisten = (): void => {}
  /** Breaks off tests. */
  private testing = new AbortController()

  constructor(
    private readonly store: WebhookStore,
    private readonly sender: Sender,
    private readonly outside: Outside,
    private readonly events: Events,
    private readonly reports: DeliveringReports,
    /** Of one delivery, until it has failed. */
    private readonly mostAttempts: number,
  ) {}

  /** Begins, with what an earlier run left. */
  async start(): Promise<void> {
    this.isOpen = true
    this.testing = new AbortController()
    this.unlisten = this.events.onAny((event) => this.hear(event))
    for (const { key } of await this.store.all()) await this.look(key)
  }

  /** Ends what is on its way; it is sent again after the next start. */
  async stop(): Promise<void> {
    this.isOpen = false
    this.testing.abort()
    this.unlisten()
    for (const timer of this.timers) clearTimeout(timer)
    for (const lane of this.lanes.values()) this.end(lane)
    await Promise.all(this.underWay)
  }

  /** Answers once nothing is on its way. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay)
  }

  /** Deliveries that wait, over all webhooks. */
  waiting(): number {
    return this.store.waiting()
  }

  /** Looks for what a webhook has to send: it was made, changed or has something to try again. */
  async look(webhookKey: number): Promise<void> {
    const at = await this.store.nextAt(webhookKey)
    if (at === null) this.nextAt.delete(webhookKey)
    else this.nextAt.set(webhookKey, at)
    const aim = await this.store.aim(webhookKey)
    if (!aim) return
    this.poke(webhookKey, aim.accountId)
    this.retryDue()
  }

  /** Forgets which webhooks an account has: there is one more, or one less. */
  forget(accountId: string): void {
    this.known.delete(accountId)
  }

  /** Breaks off what a webhook has on its way. */
  breakOff(webhookKey: number): void {
    const lane = this.lanes.get(webhookKey)
    if (lane) this.end(lane)
  }

  /** Begins what is to be tried again by now. */
  retryDue(): void {
    const now = this.outside.now()
    for (const [webhookKey, at] of this.nextAt) {
      if (at > now || !this.isOpen) continue
      const lane = this.lane(webhookKey, '')
      lane.retries ??= this.guarded(lane, this.retry(lane), () => {
        lane.retries = null
      })
    }
  }

  private hear(event: Event): void {
    const { type, accountId } = event
    if (accountId === null) return
    if (isSource(type)) {
      if (this.known.get(accountId)?.length !== 0) this.pokeAll(accountId).catch(this.reports.defect)
    } else if (type === 'account.suspended' || type === 'account.lapsed' || type === 'account.deleted') {
      for (const lane of this.lanes.values()) if (lane.accountId === accountId) this.end(lane)
    } else if (type === 'account.resumed') {
      this.lookAll(accountId).catch(this.reports.defect)
    }
  }

  private async pokeAll(accountId: string): Promise<void> {
    for (const key of await this.of(accountId)) this.poke(key, accountId)
  }

  private async lookAll(accountId: string): Promise<void> {
    for (const key of await this.of(accountId)) await this.look(key)
  }

  private async of(accountId: string): Promise<readonly number[]> {
    const known = this.known.get(accountId)
    if (known) return known
    const found = (await this.store.ofAccount(accountId)).map(({ key }) => key)
    if (this.known.size >= mostRemembered) this.known.clear()
    this.known.set(accountId, found)
    return found
  }

  private lane(webhookKey: number, accountId: string): Lane {
    const lane = this.lanes.get(webhookKey) ?? {
      webhookKey,
      accountId,
      after: 0,
      isBehind: false,
      firsts: null,
      retries: null,
      isSlow: false,
      notes: new Set(),
      stopped: new AbortController(),
    }
    this.lanes.set(webhookKey, lane)
    return lane
  }

  private end(lane: Lane): void {
    lane.stopped.abort()
    this.lanes.delete(lane.webhookKey)
  }

  private poke(webhookKey: number, accountId: string): void {
    if (!this.isOpen) return
    const lane = this.lane(webhookKey, accountId)
    lane.isBehind = true
    lane.firsts ??= this.guarded(lane, this.first(lane), () => {
      lane.firsts = null
    })
  }

  /** A lane that is done is forgotten once all is noted: until then only it knows what was tried. */
  private guarded(lane: Lane, work: Promise<void>, over: () => void): Promise<void> {
    const done = work
      .then(() => Promise.all(lane.notes))
      .then(
        () => {},
        (error) => {
          this.reports.defect(error)
          this.later(lane.webhookKey)
        },
      )
      .then(() => {
        this.underWay.delete(done)
        over()
        if (lane.stopped.signal.aborted) return
        // It may have been poked while it was being closed.
        if (lane.isBehind) this.poke(lane.webhookKey, lane.accountId)
        else if (!lane.firsts && !lane.retries && lane.notes.size === 0) this.lanes.delete(lane.webhookKey)
      })
    this.underWay.add(done)
    return done
  }

  private later(webhookKey: number): void {
    if (!this.isOpen) return
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      this.look(webhookKey).catch(this.reports.defect)
    }, restMs)
    timer.unref()
    this.timers.add(timer)
  }

  private async first(lane: Lane): Promise<void> {
    while (lane.isBehind && this.isOpen) {
      lane.isBehind = false
      for (;;) {
        const some = await this.store.firsts(lane.webhookKey, lane.after, atOnce)
        if (some.length === 0) break
        for (const load of some) {
          if (!(await this.attempt(lane, load))) return
          lane.after = load.key
          if (lane.notes.size >= mostUnnoted) await Promise.race(lane.notes)
        }
      }
    }
  }

  private async retry(lane: Lane): Promise<void> {
    for (;;) {
      const load = await this.store.due(lane.webhookKey, this.outside.now())
      if (!load) break
      if (!(await this.attempt(lane, load))) {
        // Until somebody looks: it is paused, or its account suspended.
        this.nextAt.delete(lane.webhookKey)
        return
      }
      await Promise.all(lane.notes)
    }
    const at = await this.store.nextAt(lane.webhookKey)
    if (at === null) this.nextAt.delete(lane.webhookKey)
    else this.nextAt.set(lane.webhookKey, at)
  }

  /**
   * Sends one try to a webhook's target, also to one that is paused: nothing waits for what comes of it, and it counts for
   * nothing. Null where there is none, or the server stops.
   */
  async test(
    webhookKey: number,
    load: Pick<Load, 'eventId' | 'body'>,
  ): Promise<(Outcome & { durationMs: number }) | null> {
    await this.slow.take()
    try {
      const aim = await this.store.aim(webhookKey, 'even if paused')
      if (!aim || !this.isOpen) return null
      const began = this.outside.elapsed()
      const outcome = await this.sender.send(this.post(aim, load), this.testing.signal)
      return { ...outcome, durationMs: Math.round(this.outside.elapsed() - began) }
    } finally {
      this.slow.give()
    }
  }

  /** Answers whether there was one: the webhook, or its account, may have ended or been paused. */
  private async attempt(lane: Lane, load: Load): Promise<boolean> {
    const before = await this.store.aim(lane.webhookKey)
    if (!before) return false
    const isProven = before.lastSuccessAt !== null && before.failures === 0
    const turn = isProven && !lane.isSlow ? this.quick : this.slow
    await turn.take()
    let held = turn
    let timer: ReturnType<typeof setTimeout> | undefined
    try {
      // It may have waited long.
      const aim = await this.store.aim(lane.webhookKey)
      const { signal } = lane.stopped
      if (!aim || signal.aborted || !this.isOpen) return false
      lane.accountId = aim.accountId
      // One that takes long makes room for those that do not.
      timer = setTimeout(() => {
        if (held === this.slow || !this.slow.tryTake()) return
        held.give()
        held = this.slow
      }, slowMs)
      const began = this.outside.elapsed()
      const outcome = load.isSound
        ? await this.sender.send(this.post(aim, load), signal)
        : { statusCode: null, error: 'it is damaged on the disk' }
      const durationMs = Math.round(this.outside.elapsed() - began)
      lane.isSlow = durationMs >= slowMs
      // What was broken off was no attempt.
      if (signal.aborted && outcome.statusCode === null) return false
      this.note(lane, aim, load, { ...outcome, durationMs })
      return true
    } finally {
      clearTimeout(timer)
      held.give()
    }
  }

  private post(
    { url, form, secret, previousSecret, previousUntil }: Aim,
    { eventId, body }: Pick<Load, 'eventId' | 'body'>,
  ) {
    const now = this.outside.now()
    const timestamp = Math.floor(now / 1000)
    const isBoth = previousSecret !== null && previousUntil !== null && previousUntil > now
    return {
      url,
      body,
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Mayfly',
        'X-Webhook-ID': eventId,
        'X-Webhook-Timestamp': String(timestamp),
        ...signatureHeaders(form, isBoth ? [secret, previousSecret] : [secret], timestamp, body),
      },
    }
  }

  /** Writes what became of an attempt; the next one need not wait for that. */
  private note(
    lane: Lane,
    aim: Aim,
    { key: deliveryKey, round, isSound }: Load,
    last: { statusCode: number | null; error: string | null; durationMs: number },
  ): void {
    const { webhookKey } = lane
    const now = this.outside.now()
    const isDelivered = last.error === null
    this.reports.attempted(isDelivered ? 'delivered' : 'failed')
    const [byte = 0] = this.outside.randomBytes(1)
    const tried = { failed: round + 1, mostAttempts: this.mostAttempts }
    const nextAt = isDelivered || !isSound ? null : nextAttemptAt(tried, byte / 256, now)
    const noted = this.store.writes
      .run('webhooks.attempted', { webhookKey, deliveryKey, isDelivered, nextAt, ...last, now })
      .then(
        (gaveUp) => {
          if (nextAt !== null) this.nextAt.set(webhookKey, Math.min(nextAt, this.nextAt.get(webhookKey) ?? nextAt))
          if (gaveUp) this.reports.gaveUp(aim)
        },
        () => {
          // Not known to have been tried, so it is tried again: not before a while, or a full disk would have it sent without end.
          this.end(lane)
          this.later(webhookKey)
        },
      )
      .finally(() => lane.notes.delete(noted))
    lane.notes.add(noted)
  }
}
