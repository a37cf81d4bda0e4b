// Refused mails, sums of what was used, and how much of each limit is: in the database.
import { and, asc, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import { reasons } from '../refusal.ts'
import { type DeedRow, deeds, deedsByKeys } from '../storage/audit-trail.ts'
import type { Changes, Writes } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import type { Workers } from '../storage/job.ts'
import { audit, counts, customDomains, mailboxes, quarantine, refusals, usage } from '../storage/schema.ts'
import type { DeedSearch, Sum, TotalSpan, usageJobs } from './jobs.ts'
import { dayOf, hourOf } from './periods.ts'
import type { RefusedMail } from './refusal.ts'

export type RefusalRow = RefusedMail & { key: number }
export type CountRow = typeof counts.$inferSelect
export type UsageRow = typeof usage.$inferSelect

/** Whose refused mails: those at one address, of one account (at these domains, if there are any), or all. */
export type RefusalOwner = { address: string } | { accountId: string; domains: readonly string[] } | null

const { placeholder } = sql

const newest = (db: Db, where?: Parameters<typeof and>[0]) =>
  db
    .select()
    .from(refusals)
    .where(and(where, lt(refusals.key, placeholder('before'))))
    .orderBy(desc(refusals.key))
    .limit(placeholder('limit'))
    .prepare()

const statements = statementsOf((db: Db) => ({
  newest: () => newest(db),
  newestAt: () => newest(db, eq(refusals.address, placeholder('address'))),
  newestOf: () =>
    newest(
      db,
      and(
        eq(refusals.accountId, placeholder('accountId')),
        sql`(${placeholder('domains')} = '[]' or substr(${refusals.address}, instr(${refusals.address}, '@') + 1) in
        (select value from json_each(${placeholder('domains')})))`,
      ),
    ),
  counts: () =>
    db
      .select()
      .from(counts)
      .where(gte(counts.start, placeholder('since')))
      .prepare(),
  keepCount: () =>
    db
      .insert(counts)
      .values({
        subject: placeholder('subject'),
        what: placeholder('what'),
        start: placeholder('start'),
        value: placeholder('value'),
      })
      .onConflictDoUpdate({
        target: [counts.subject, counts.what],
        set: { start: sql`excluded.start`, value: sql`excluded.value` },
      })
      .prepare(),
  addUsage: () =>
    db
      .insert(usage)
      .values({
        span: placeholder('span'),
        start: placeholder('start'),
        accountId: placeholder('accountId'),
        what: placeholder('what'),
        label: placeholder('label'),
        value: placeholder('value'),
      })
      .onConflictDoUpdate({
        target: [usage.span, usage.start, usage.accountId, usage.what, usage.label],
        set: { value: sql`${usage.value} + excluded.value` },
      })
      .prepare(),
  sample: () =>
    db
      .insert(usage)
      .values({
        span: placeholder('span'),
        start: placeholder('start'),
        accountId: '',
        what: 'storage',
        label: '',
        value: placeholder('value'),
      })
      .onConflictDoUpdate({
        target: [usage.span, usage.start, usage.accountId, usage.what, usage.label],
        set: { value: sql`max(${usage.value}, excluded.value)` },
      })
      .prepare(),
}))

export class UsageStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
    private readonly workers: Workers<typeof usageJobs>,
  ) {}

  /** Newest first. */
  async refusals(owner: RefusalOwner, before: number, limit: number): Promise<RefusalRow[]> {
    const { newest, newestAt, newestOf } = statements(this.db)
    const rows =
      owner === null
        ? newest.all({ before, limit })
        : 'address' in owner
          ? newestAt.all({ ...owner, before, limit })
          : newestOf.all({ accountId: owner.accountId, domains: JSON.stringify(owner.domains), before, limit })
    return rows.flatMap(({ accountId: _, ...row }) => {
      const reason = reasons.find((known) => known === row.reason)
      return reason ? [{ ...row, reason }] : []
    })
  }

  /** What was counted in periods that began at or after `since`. */
  async counts(since: number): Promise<CountRow[]> {
    return statements(this.db).counts.all({ since })
  }

  /** Of one account, in order of time. */
  async usage(accountId: string, span: 'hour' | 'day', since: number): Promise<Sum[]> {
    return this.db
      .select({ start: usage.start, what: usage.what, label: usage.label, value: usage.value })
      .from(usage)
      .where(and(eq(usage.span, span), gte(usage.start, since), eq(usage.accountId, accountId)))
      .orderBy(asc(usage.start))
      .all()
  }

  /** Of all together, in order of time. Refuses: too-busy, took-too-long. */
  sums(span: TotalSpan, since: number): Promise<Sum[]> {
    return this.workers.run('usage.sums', { span, since })
  }

  /** The accounts that did most of something since then. Refuses: too-busy, took-too-long. */
  top(what: UsageRow['what'], since: number, limit: number): Promise<{ accountId: string; value: number }[]> {
    return this.workers.run('usage.top', { what, since, limit })
  }

  /** Newest first, of one account or (null) all. */
  async deeds(accountId: string | null, before: number, limit: number): Promise<DeedRow[]> {
    return deeds(this.db, accountId, before, limit)
  }

  /** Those that are meant, newest first. Refuses: too-busy, took-too-long, storage-damaged. */
  async deedsFound(search: DeedSearch): Promise<DeedRow[]> {
    return deedsByKeys(this.db, await this.workers.run('audit.find', search))
  }
}

const batch = 500

export const changes = {
  /** Adds refused mails, and forgets all but the newest `keep`. */
  'refusals.add': ({ db }, { rows, keep }: { rows: RefusedMail[]; keep: number }): void => {
    const values = rows.map((row) => ({ ...row, accountId: row.address === '' ? null : accountAt(db, row.address) }))
    if (values.length > 0) db.insert(refusals).values(values).run()
    for (const row of sumsOf(values)) statements(db).addUsage.run(row)
    db.run(sql`delete from ${refusals} where key <= (select max(key) from ${refusals}) - ${keep}`)
  },

  /** What was counted is what counts: each row takes the place of the one before. */
  'counts.keep': ({ db }, { rows }: { rows: readonly CountRow[] }): void => {
    for (const row of rows) statements(db).keepCount.run(row)
  },

  'usage.add': ({ db }, { rows }: { rows: readonly UsageRow[] }): void => {
    for (const row of rows) statements(db).addUsage.run(row)
  },

  /** What the store holds now: the most of each hour and day is kept. */
  'usage.sample': ({ db }, { at, bytes }: { at: number; bytes: number }): void => {
    statements(db).sample.run({ span: 'hour', start: hourOf(at), value: bytes })
    statements(db).sample.run({ span: 'day', start: dayOf(at), value: bytes })
  },

  /** Forgets what is old, some at a time. Answers whether there is more. */
  'usage.tidy': (
    { db, sqlite },
    {
      hoursUntil,
      daysUntil,
      countsUntil,
      dayCountsUntil,
      auditUntil,
    }: Record<'hoursUntil' | 'daysUntil' | 'countsUntil' | 'dayCountsUntil' | 'auditUntil', number>,
  ): boolean => {
    const forget = (table: 'usage' | 'counts', where: string, until: number): boolean =>
      sqlite
        .query(`delete from ${table} where rowid in (select rowid from ${table} where ${where} limit ${batch})`)
        .run(until).changes === batch
    const more = [
      forget('usage', "span = 'hour' and start < ?", hoursUntil),
      forget('usage', "span = 'day' and start < ?", daysUntil),
      forget('counts', 'start < ?', countsUntil),
      forget('counts', "start < ? and what in ('day', 'inboxes')", dayCountsUntil),
    ]
    // In the order of time, but for jumps of the clock.
    const oldest = db.select({ key: audit.key, at: audit.at }).from(audit).orderBy(asc(audit.key)).limit(batch).all()
    const oldDeeds = oldest.filter(({ at }) => at < auditUntil).map(({ key }) => key)
    if (oldDeeds.length > 0) db.delete(audit).where(inArray(audit.key, oldDeeds)).run()
    return more.includes(true) || oldDeeds.length === batch
  },
} satisfies Changes

/** Refused mails by account and reason, by hour and by day. */
function sumsOf(refused: readonly { at: number; accountId: string | null; reason: string }[]): UsageRow[] {
  const sums = new Map<string, UsageRow>()
  for (const { at, accountId, reason } of refused) {
    for (const [span, start] of [
      ['hour', hourOf(at)],
      ['day', dayOf(at)],
    ] as const) {
      const name = `${span} ${start} ${accountId} ${reason}`
      const sum = sums.get(name)
      if (sum) sum.value++
      else sums.set(name, { span, start, accountId: accountId ?? '', what: 'refused-mails', label: reason, value: 1 })
    }
  }
  return [...sums.values()]
}

/** Whose address it is, or was shortly before. */
function accountAt(db: Db, address: string): string | null {
  // Each by an index of its own.
  for (const state of [sql`state = 'active'`, sql`state = 'archived'`]) {
    const found = db
      .select({ accountId: mailboxes.accountId })
      .from(mailboxes)
      .where(and(eq(mailboxes.address, address), state))
      .get()
    if (found) return found.accountId
  }
  const held = db
    .select({ accountId: quarantine.accountId })
    .from(quarantine)
    .where(eq(quarantine.address, address))
    .get()
  return held?.accountId ?? accountWithDomain(db, address.slice(address.lastIndexOf('@') + 1))
}

/** Whose domain it is, or was before its records were gone. */
function accountWithDomain(db: Db, domain: string): string | null {
  const labels = domain.split('.')
  const names = [domain, ...labels.map((_, at) => `*.${labels.slice(at + 1).join('.')}`).slice(0, -1)]
  const found = db
    .select({ accountId: customDomains.accountId })
    .from(customDomains)
    .where(and(inArray(customDomains.name, names), sql`state in ('verified', 'failing', 'lapsed')`))
    .orderBy(sql`state = 'lapsed'`, desc(sql`length(${customDomains.name})`))
    .limit(1)
    .get()
  return found?.accountId ?? null
}
