// Sums and searches over all accounts, which may take long: the reader thread's.
import { and, asc, desc, eq, gte, lt, or, sql } from 'drizzle-orm'
import type { Connection } from '../storage/database.ts'
import type { Jobs } from '../storage/job.ts'
import { audit, usage } from '../storage/schema.ts'
import type { UsageRow } from './store.ts'

export type TotalSpan = 'hour' | 'day' | 'week' | 'month'

/** Weeks begin on Monday; the first day of the epoch was a Thursday. All UTC. */
const startOf = {
  hour: sql<number>`${usage.start}`,
  day: sql<number>`${usage.start}`,
  week: sql<number>`${usage.start} - ((${usage.start} / 86400000 + 3) % 7) * 86400000`,
  month: sql<number>`cast(strftime('%s', ${usage.start} / 1000, 'unixepoch', 'start of month') as integer) * 1000`,
} satisfies Record<TotalSpan, unknown>

export type Sum = Pick<UsageRow, 'start' | 'what' | 'label' | 'value'>

export type DeedSearch = {
  /** A part of who did it, or his id. */
  actor: string | null
  /** What was done, or how it begins: `key` for all that happens to keys. */
  what: string | null
  accountId: string | null
  since: number | null
  until: number | null
  before: number
  limit: number
}

export const usageJobs = {
  /** Of all accounts together, in order of time. Of what is sampled the most in each time, of all else the sum. */
  'usage.sums': ({ db }: Connection, { span, since }: { span: TotalSpan; since: number }): Sum[] => {
    const start = startOf[span]
    return db
      .select({
        start: start.as('period'),
        what: usage.what,
        label: usage.label,
        value: sql<number>`case when ${usage.what} = 'storage' then max(${usage.value}) else sum(${usage.value}) end`,
      })
      .from(usage)
      .where(and(eq(usage.span, span === 'hour' ? 'hour' : 'day'), gte(usage.start, since)))
      .groupBy(sql`period`, usage.what, usage.label)
      .orderBy(asc(sql`period`))
      .all()
  },

  /** The accounts that did most of something since then. */
  'usage.top': (
    { db }: Connection,
    { what, since, limit }: { what: UsageRow['what']; since: number; limit: number },
  ): { accountId: string; value: number }[] => {
    const value = sql<number>`sum(${usage.value})`
    return db
      .select({ accountId: usage.accountId, value })
      .from(usage)
      .where(and(eq(usage.span, 'day'), gte(usage.start, since), eq(usage.what, what), sql`${usage.accountId} <> ''`))
      .groupBy(usage.accountId)
      .orderBy(desc(value))
      .limit(limit)
      .all()
  },

  /** Keys of the entries of the audit trail that are meant, newest first. */
  'audit.find': ({ db }: Connection, { actor, what, accountId, since, until, before, limit }: DeedSearch): number[] => {
    const isMeant = [
      lt(audit.key, before),
      actor === null
        ? undefined
        : or(sql`instr(lower(${audit.actor}), ${actor.toLowerCase()}) > 0`, eq(audit.actorId, actor.toLowerCase())),
      what === null ? undefined : sql`substr(${audit.what}, 1, ${what.length}) = ${what}`,
      accountId === null ? undefined : eq(audit.accountId, accountId),
      since === null ? undefined : gte(audit.at, since),
      until === null ? undefined : lt(audit.at, until),
    ]
    return db
      .select({ key: audit.key })
      .from(audit)
      .where(and(...isMeant))
      .orderBy(desc(audit.key))
      .limit(limit)
      .all()
      .map(({ key }) => key)
  },
} satisfies Jobs
