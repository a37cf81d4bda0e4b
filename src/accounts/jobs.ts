// Searches over all accounts, which may take long: the reader thread's.
import { and, asc, count, eq, gt, isNotNull, isNull, ne, or, sql } from 'drizzle-orm'
import type { Connection } from '../storage/database.ts'
import type { Jobs } from '../storage/job.ts'
import { accounts, members } from '../storage/schema.ts'

export type AccountSearch = {
  /** Of a member's e-mail address, or how the account's id begins. */
  part: string | null
  plan: string | null
  state: 'active' | 'suspended' | 'lapsed' | null
  after: number
  limit: number
}

const inState = {
  active: and(eq(accounts.state, 'active'), isNull(accounts.lapsedAt)),
  suspended: eq(accounts.state, 'suspended'),
  lapsed: and(eq(accounts.state, 'active'), isNotNull(accounts.lapsedAt)),
}

export const accountJobs = {
  /** Keys of the accounts that are meant, oldest first. */
  'accounts.find': ({ db }: Connection, { part, plan, state, after, limit }: AccountSearch): number[] => {
    const words = part?.toLowerCase() ?? ''
    const hasPart = or(
      sql`substr(${accounts.id}, 1, ${words.length}) = ${words}`,
      sql`exists (select 1 from ${members} where ${members.accountId} = ${accounts.id} and instr(${members.email}, ${words}) > 0)`,
    )
    return db
      .select({ key: accounts.key })
      .from(accounts)
      .where(
        and(
          gt(accounts.key, after),
          ne(accounts.state, 'deleted'),
          part === null ? undefined : hasPart,
          plan === null ? undefined : eq(accounts.plan, plan),
          state === null ? undefined : inState[state],
        ),
      )
      .orderBy(asc(accounts.key))
      .limit(limit)
      .all()
      .map(({ key }) => key)
  },

  /** Plans that accounts are on, with how many are. */
  'accounts.plans': ({ db }: Connection, _: null): { plan: string; accounts: number }[] =>
    db
      .select({ plan: accounts.plan, accounts: count() })
      .from(accounts)
      .where(ne(accounts.state, 'deleted'))
      .groupBy(accounts.plan)
      .all(),
} satisfies Jobs
