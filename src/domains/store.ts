// Custom domains in the database, as the main thread reads them; what changes them is in changes.ts.
import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { damageOf } from '../storage/damage.ts'
import { type Db, prepared } from '../storage/database.ts'
import { customDomains } from '../storage/schema.ts'
import type { changes } from './changes.ts'
import type { CustomDomain } from './domain.ts'
import { asDomain, countMailboxes, hasDomain, isThere } from './rows.ts'

const { placeholder } = sql

const statements = prepared((db: Db) => ({
  byId: db
    .select()
    .from(customDomains)
    .where(eq(customDomains.id, placeholder('id')))
    .prepare(),
  named: db
    .select()
    .from(customDomains)
    .where(and(eq(customDomains.name, placeholder('name')), isThere))
    .orderBy(asc(customDomains.key))
    .prepare(),
  ofAccount: db
    .select()
    .from(customDomains)
    .where(and(eq(customDomains.accountId, placeholder('accountId')), isThere))
    .orderBy(asc(customDomains.key))
    .prepare(),
  ofAll: db
    .select()
    .from(customDomains)
    .where(and(gt(customDomains.key, placeholder('after')), isThere))
    .orderBy(asc(customDomains.key))
    .limit(placeholder('limit'))
    .prepare(),
  serving: db.select().from(customDomains).where(sql`state in ('verified', 'failing')`).prepare(),
}))

/** `each`: of one account at most. `beyond`: no look is later than that, unless the clock was set back. */
export type DueQuery = { now: number; beyond: number; each: number; limit: number }

export class DomainStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async byId(id: string): Promise<CustomDomain | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asDomain(row) : null
  }

  /** Of all accounts that want it, oldest first. */
  async named(name: string): Promise<CustomDomain[]> {
    return statements(this.db)
      .named.all({ name })
      .flatMap((row) => asDomain(row) ?? [])
  }

  /** Oldest first. */
  async ofAccount(accountId: string): Promise<CustomDomain[]> {
    return statements(this.db)
      .ofAccount.all({ accountId })
      .flatMap((row) => asDomain(row) ?? [])
  }

  /** Oldest first. */
  async ofAll(page: { after: number; limit: number }): Promise<CustomDomain[]> {
    return statements(this.db)
      .ofAll.all(page)
      .flatMap((row) => asDomain(row) ?? [])
  }

  /** Those that mail is taken for. A damaged one keeps no other from being served. */
  async serving(): Promise<CustomDomain[]> {
    return statements(this.db)
      .serving.all()
      .flatMap((row) => {
        try {
          return asDomain(row) ?? []
        } catch (error) {
          if (!damageOf(error)) throw error
          return []
        }
      })
  }

  /** Whether an account has this domain, or all around it, in a state in which it takes no mail any more. */
  async hasLapsed(accountId: string, domain: string): Promise<boolean> {
    return hasDomain(this.db, accountId, domain, 'lapsed')
  }

  /** Ids of those that are to be looked at: the first of each account before any second one. */
  async due({ now, beyond, each, limit }: DueQuery): Promise<{ id: string; accountId: string }[]> {
    return this.db.all(sql`
      select id, account_id as "accountId" from (
        select id, account_id, next_check_at,
          row_number() over (partition by account_id order by next_check_at) as turn
        from ${customDomains} where next_check_at is not null and (next_check_at <= ${now} or next_check_at > ${beyond}))
      where turn <= ${each} order by turn, next_check_at limit ${limit}`)
  }

  /** How many mailboxes end with it. */
  async mailboxes(domain: CustomDomain): Promise<number> {
    return countMailboxes(this.db, domain)
  }
}
