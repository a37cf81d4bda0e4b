// What is used and what is refused: limits on calls, sums for those who ask how much, and the answer to "why did my mail
// not arrive?". Gathered in memory and written in batches, so that neither a call nor a flood of refusals costs an fsync.
import type { Account } from '../accounts/account.ts'
import { type Caller, mustBeAdmin, ofAccount, speaksForAccount } from '../accounts/caller.ts'
import { countedAddress } from '../limits/networks.ts'
import { printable } from '../log.ts'
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { type LimitState, type Reason, Refusal } from '../refusal.ts'
import type { DeedRow } from '../storage/audit-trail.ts'
import { Calls, type Subject } from './calls.ts'
import type { DeedSearch, Sum, TotalSpan } from './jobs.ts'
import { type Keyless, KeylessCalls } from './keyless-calls.ts'
import { bucketOf, type Latency, latencyOf } from './latency.ts'
import { PageCalls } from './page-calls.ts'
import { dayMs, dayOf, hourMs, hourOf, monthBefore, monthOf, weekOf } from './periods.ts'
import type { RefusedMail } from './refusal.ts'
import type { RefusalOwner, RefusalRow, UsageStore } from './store.ts'
import { Sums } from './sums.ts'

export type UsageRules = {
  /** Refused mails that are kept. */
  refusalsKept: number
  /** Of the page, for each member who is signed in. */
  pageRequestsPerMinute: number
  pageBurst: number
}

/** Rows written with one change. */
const rowsTogether = 500
const sampleMs = 60_000
const hoursKept = 48
export const daysKept = 366
export const auditDaysKept = 400

/** What counts against limits. `minute`: calls that are not made up for yet. */
export type Quota = { minute: number; today: number; month: number; inboxesToday: number }

export class Usage {
  private readonly gathered: RefusedMail[] = []
  private readonly calls: Calls
  private readonly keylessCalls: KeylessCalls
  /** Those of the page are limited apart. */
  private readonly pageCalls: PageCalls
  private readonly sums: Sums
  /** The last sample of what the store holds. */
  private sampled: { at: number; bytes: number } | null = null

  constructor(
    private readonly store: UsageStore,
    private readonly plans: Plans,
    private readonly rules: UsageRules,
    private readonly outside: Outside,
    /** Writes what waits for the audit trail. */
    private readonly flushTrail: () => Promise<void>,
    /** Bytes of the database in use; 0 while that is not known. */
    private readonly storedBytes: () => number,
  ) {
    this.calls = new Calls(outside, () => plans.anonymous())
    this.keylessCalls = new KeylessCalls(outside)
    const { pageRequestsPerMinute, pageBurst } = rules
    this.pageCalls = new PageCalls({ requestsPerMinute: pageRequestsPerMinute, burst: pageBurst }, outside)
    this.sums = new Sums(outside.now)
  }

  /** Takes up what was counted before a restart. */
  async load(): Promise<void> {
    // A bucket may have been looked at just before the month began.
    const rows = await this.store.counts(monthOf(this.outside.now()) - dayMs)
    this.calls.load(rows)
    this.keylessCalls.load(rows)
  }

  // Limits

  /**
   * Counts one call: by a key against its account's plan, by a cookie against the page's own limit, by anybody else against
   * his address. Answers the limit that headers speak of. Refuses: rate-exceeded.
   */
  admit(caller: Caller, client: string): LimitState | null {
    if (caller.kind === 'account' && caller.sessionId !== null) {
      this.pageCalls.admit(caller.member?.id ?? caller.account.id)
      return null
    }
    return this.calls.admit(subjectOf(caller, client), this.planOf(caller))
  }

  /** The limit that headers speak of, of an account whose call is not counted. */
  left({ id, plan }: Pick<Account, 'id' | 'plan'>): LimitState | null {
    return this.calls.left({ kind: 'account', name: id }, this.plans.of(plan))
  }

  /** What is left to an account of its plan's month and day; null where the plan has no such limit. */
  periodsLeft({ id, plan }: Pick<Account, 'id' | 'plan'>): Record<'month' | 'day', LimitState | null> {
    return this.calls.periods({ kind: 'account', name: id }, this.plans.of(plan))
  }

  /**
   * Counts one call without a key in a foreign API, against what that API allows an address in a day and nothing else.
   * Refuses: rate-exceeded.
   */
  admitKeyless(client: string, { dialect, perDay }: Omit<Keyless, 'address'>): LimitState {
    return this.keylessCalls.admit({ dialect, perDay, address: countedAddress(client) })
  }

  /** As `admitKeyless` answers, of a call that is not counted. */
  keylessLeft(client: string, { dialect, perDay }: Omit<Keyless, 'address'>): LimitState {
    return this.keylessCalls.left({ dialect, perDay, address: countedAddress(client) })
  }

  /** Counts a mailbox that is opened now, of so many in a day (else: of the plan's); call the answer if it was not. Refuses: quota-exceeded. */
  inbox(caller: Caller, client: string, inboxesPerDay: number | null = this.planOf(caller).inboxesPerDay): () => void {
    const giveBack = this.calls.inbox(subjectOf(caller, client), { inboxesPerDay })
    const opened = { accountId: accountIdOf(caller), what: 'inboxes', label: '' } as const
    const at = this.outside.now()
    this.sums.add(opened, 1, at)
    return () => {
      giveBack()
      this.sums.add(opened, -1, at)
    }
  }

  /** The plan whose limits hold for this caller. */
  planOf(caller: Caller): Plan {
    if (caller.kind === 'operator') return this.plans.operator()
    return caller.kind === 'account' ? this.plans.of(caller.account.plan) : this.plans.anonymous()
  }

  /** What an account has used of its limits in this minute, day and month. Refuses: as `ofAccount`. */
  quota(caller: Caller): Quota {
    const subject = { kind: 'account', name: ofAccount(caller, null).account.id } as const
    return { minute: this.calls.inMinute(subject, this.planOf(caller)), ...this.calls.used(subject) }
  }

  // Sums

  /** A request was answered. `milliseconds`: how long that took; null where it waited because it was asked to, or is no call. */
  answered(
    caller: Caller | null,
    dialect: string,
    status: number,
    refused: Reason | null,
    milliseconds: number | null = null,
  ): void {
    const accountId = caller ? accountIdOf(caller) : ''
    if (milliseconds !== null) {
      this.sums.add({ accountId: '', what: 'latency', label: `${dialect} ${bucketOf(milliseconds)}` })
    }
    this.sums.add({ accountId, what: 'requests', label: `${dialect} ${Math.floor(status / 100)}xx` })
    if (refused) this.sums.add({ accountId, what: 'refused-requests', label: refused })
  }

  /** A mail was stored for an account's mailboxes, or (null) for nobody's. */
  received(accountId: string | null, bytes: number): void {
    this.sums.add({ accountId: accountId ?? '', what: 'mails', label: '' })
    this.sums.add({ accountId: accountId ?? '', what: 'bytes', label: '' }, bytes)
  }

  /** What an account used since then, by hour or by day. Refuses: as `ofAccount`. */
  async of(caller: Caller, span: 'hour' | 'day'): Promise<Sum[]> {
    const { account } = ofAccount(caller, null)
    await this.settle()
    return this.store.usage(account.id, span, this.since(span))
  }

  /**
   * What was used in all in the last so many hours, days, weeks or months (null: in all that are kept), and how long calls
   * took. Refuses: as `mustBeAdmin`; too-busy, took-too-long.
   */
  async ofAll(
    caller: Caller,
    span: TotalSpan,
    periods: number | null = null,
  ): Promise<{ sums: Sum[]; latency: LatencyRow[] }> {
    mustBeAdmin(caller)
    await this.settle()
    const since = sinceOf(span, Math.min(periods ?? kept[span], kept[span]), this.outside.now())
    const rows = await this.store.sums(span, since)
    return { sums: rows.filter(({ what }) => what !== 'latency'), latency: latencyRows(rows) }
  }

  /**
   * The accounts that made most requests and got most mail in the last `days`. Refuses: as `mustBeAdmin`; too-busy,
   * took-too-long.
   */
  async top(
    caller: Caller,
    { days, limit }: { days: number; limit: number },
  ): Promise<Record<'requests' | 'mails' | 'inboxes', { accountId: string; value: number }[]>> {
    mustBeAdmin(caller)
    await this.settle()
    const since = dayOf(this.outside.now()) - (days - 1) * dayMs
    const [requests, mails, inboxes] = await Promise.all(
      (['requests', 'mails', 'inboxes'] as const).map((what) => this.store.top(what, since, limit)),
    )
    return { requests: requests ?? [], mails: mails ?? [], inboxes: inboxes ?? [] }
  }

  // Refused mail and the audit trail

  /** Remembers a refused mail; it is written with the next flush. */
  refused(mail: Omit<RefusedMail, 'at'>): void {
    const { client, from, to, address, stage, reason } = mail
    this.gathered.push({ at: this.outside.now(), client, from: short(from), to: short(to), address, stage, reason })
    // Only the newest are kept: older ones need not be written first, and are counted alone.
    if (this.gathered.length <= this.rules.refusalsKept + rowsTogether) return
    for (const one of this.gathered.splice(0, rowsTogether)) {
      this.sums.add({ accountId: '', what: 'refused-mails', label: one.reason }, 1, one.at)
    }
  }

  /**
   * Newest first: an account's are those at its addresses, a mailbox's those at its own, the operator's all. Refuses:
   * credential-missing; forbidden, for a key that is not for mailboxes.
   */
  async refusals(
    caller: Caller,
    address: (mailboxId: string) => Promise<string>,
    { before, limit }: { before: number; limit: number },
  ): Promise<RefusalRow[]> {
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    const owner = await this.ownerOf(caller, address)
    await this.settle()
    return this.store.refusals(owner, before, limit)
  }

  /** All refused mails, newest first. Refuses: as `mustBeAdmin`. */
  async allRefusals(caller: Caller, { before, limit }: { before: number; limit: number }): Promise<RefusalRow[]> {
    mustBeAdmin(caller)
    await this.settle()
    return this.store.refusals(null, before, limit)
  }

  /** What was done, newest first: an admin's is all, an owner's that of his account. Refuses: as `ofAccount`, forbidden. */
  async deeds(
    caller: Caller,
    { before, limit, everybody }: { before: number; limit: number; everybody: boolean },
  ): Promise<DeedRow[]> {
    if (everybody) {
      mustBeAdmin(caller)
      await this.settle()
      return this.store.deeds(null, before, limit)
    }
    const own = ofAccount(caller, 'team')
    if (!speaksForAccount(own)) throw new Refusal('forbidden')
    await this.settle()
    return this.store.deeds(own.account.id, before, limit)
  }

  /** As `deeds` of everybody, those that are meant. Refuses: as `mustBeAdmin`; too-busy, took-too-long. */
  async deedsFound(caller: Caller, search: DeedSearch): Promise<DeedRow[]> {
    mustBeAdmin(caller)
    await this.settle()
    return this.store.deedsFound(search)
  }

  // Writing

  /** Writes what was gathered and counted. What could not be written waits for the next time. */
  async flush(): Promise<void> {
    // Together, so that they are one commit.
    await Promise.all([
      this.flushRefusals(),
      this.flushCounts(),
      this.flushSums(),
      this.flushTrail(),
      this.sampleStorage(),
    ])
  }

  /** So that what is shown is of now. What could not be written waits; the rest is shown all the same. */
  private async settle(): Promise<void> {
    await this.flush().catch(() => {})
  }

  /** Forgets what is old, some at a time. Answers whether there is more. */
  async tidy(): Promise<boolean> {
    const now = this.outside.now()
    this.calls.sweep()
    this.keylessCalls.sweep()
    this.pageCalls.sweep()
    return this.store.writes.run('usage.tidy', {
      hoursUntil: hourOf(now) - hoursKept * hourMs,
      daysUntil: dayOf(now) - daysKept * dayMs,
      countsUntil: monthOf(now) - dayMs,
      dayCountsUntil: dayOf(now),
      auditUntil: now - auditDaysKept * dayMs,
    })
  }

  private async write(rows: readonly unknown[], giveBack: () => void, write: () => Promise<void>): Promise<void> {
    if (rows.length === 0) return
    try {
      await write()
    } catch (error) {
      giveBack()
      throw error
    }
  }

  private async flushCounts(): Promise<void> {
    for (const counting of [this.calls, this.keylessCalls]) {
      for (let left = counting.dirtySize; left > 0; left -= rowsTogether) {
        const { rows, giveBack } = counting.takeDirty(rowsTogether)
        await this.write(rows, giveBack, () => this.store.writes.run('counts.keep', { rows }))
      }
    }
  }

  private async flushSums(): Promise<void> {
    for (let left = this.sums.size; left > 0; left -= rowsTogether) {
      const { rows, giveBack } = this.sums.take(rowsTogether)
      await this.write(rows, giveBack, () => this.store.writes.run('usage.add', { rows }))
    }
  }

  /** The first of an hour, and then at most one a minute, where it is more than before. */
  private async sampleStorage(): Promise<void> {
    const at = this.outside.now()
    const bytes = this.storedBytes()
    const { sampled } = this
    const isSameHour = sampled !== null && hourOf(sampled.at) === hourOf(at)
    if (bytes <= 0 || (isSameHour && (bytes <= sampled.bytes || at - sampled.at < sampleMs))) return
    this.sampled = { at, bytes }
    try {
      await this.store.writes.run('usage.sample', { at, bytes })
    } catch (error) {
      this.sampled = sampled
      throw error
    }
  }

  private async flushRefusals(): Promise<void> {
    while (this.gathered.length > 0) {
      const rows = this.gathered.splice(0, rowsTogether)
      try {
        await this.store.writes.run('refusals.add', { rows, keep: this.rules.refusalsKept })
      } catch (error) {
        this.gathered.unshift(...rows)
        throw error
      }
    }
  }

  private async ownerOf(
    caller: Exclude<Caller, { kind: 'nobody' }>,
    address: (id: string) => Promise<string>,
  ): Promise<RefusalOwner> {
    if (caller.kind === 'mailbox') return caller.operator ? null : { address: await address(caller.mailboxId) }
    if (caller.kind === 'operator') return null
    const { account, key } = ofAccount(caller, 'mailboxes')
    return { accountId: account.id, domains: key?.domains ?? [] }
  }

  private since(span: 'hour' | 'day'): number {
    return sinceOf(span, kept[span], this.outside.now())
  }
}

/** How many of each there are, the present one included. */
const kept: Readonly<Record<TotalSpan, number>> = { hour: hoursKept, day: daysKept, week: 53, month: 12 }

function sinceOf(span: TotalSpan, periods: number, now: number): number {
  if (span === 'hour') return hourOf(now) - (periods - 1) * hourMs
  if (span === 'day') return dayOf(now) - (periods - 1) * dayMs
  return span === 'week' ? weekOf(now) - (periods - 1) * 7 * dayMs : monthBefore(now, periods - 1)
}

/** `api`: null for all of them together. */
export type LatencyRow = Latency & { start: number; api: string | null }

/** Of each time, of all APIs and of each. */
function latencyRows(rows: readonly Sum[]): LatencyRow[] {
  const counts = new Map<number, Map<string | null, Map<string, number>>>()
  for (const { start, what, label, value } of rows) {
    if (what !== 'latency') continue
    const [api = '', bucket = ''] = label.split(' ')
    const ofStart = counts.getOrInsertComputed(start, () => new Map())
    for (const name of [null, api]) {
      const buckets = ofStart.getOrInsertComputed(name, () => new Map())
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + value)
    }
  }
  return [...counts].flatMap(([start, ofStart]) =>
    [...ofStart].flatMap(([api, buckets]) => {
      const found = latencyOf(buckets)
      return found ? [{ start, api, ...found }] : []
    }),
  )
}

const accountIdOf = (caller: Caller): string => (caller.kind === 'account' ? caller.account.id : '')

const subjectOf = (caller: Caller, client: string): Subject =>
  caller.kind === 'account'
    ? { kind: 'account', name: caller.account.id }
    : { kind: 'address', name: countedAddress(client) }

const short = (text: string): string => printable(text).slice(0, 320)
