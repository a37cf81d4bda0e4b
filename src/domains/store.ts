// Custom domains in the database: the reads of the main thread, and what the writer thread may do to them.
import { and, asc, count, eq, sql } from 'drizzle-orm'
import { asAccount } from '../accounts/store.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Writes } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { customDomainCheck, mustBeSound } from '../storage/row-checks.ts'
import { accounts, customDomains } from '../storage/schema.ts'
import type { CustomDomain } from './domain.ts'

type Row = typeof customDomains.$inferSelect

/** Refuses: storage-damaged. */
function asDomain(row: Row): CustomDomain {
  mustBeSound(row, customDomainCheck(row), `custom domain ${row.key}`)
  const { id, accountId, name, state, token, createdAt } = row
  return { id, accountId, name, state, token, createdAt }
}

const { placeholder } = sql

const statements = prepared((db: Db) => ({
  byId: db
    .select()
    .from(customDomains)
    .where(eq(customDomains.id, placeholder('id')))
    .prepare(),
  ofAccount: db
    .select()
    .from(customDomains)
    .where(eq(customDomains.accountId, placeholder('accountId')))
    .orderBy(asc(customDomains.key))
    .prepare(),
}))

export class DomainStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async byId(id: string): Promise<CustomDomain | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asDomain(row) : null
  }

  /** Oldest first. */
  async ofAccount(accountId: string): Promise<CustomDomain[]> {
    return statements(this.db).ofAccount.all({ accountId }).map(asDomain)
  }
}

export const changes = {
  /** `most`: domains that the account may have. Refuses: account-unknown, domain-taken, quota-exceeded. */
  'domains.add': (tx, { domain, most, by }: { domain: CustomDomain; most: number; by: By }): void => {
    const { db } = tx
    const { id, accountId, name } = domain
    const account = db.select().from(accounts).where(eq(accounts.id, accountId)).get()
    if (!account || !asAccount(account)) throw new Refusal('account-unknown')
    const isOwn = eq(customDomains.accountId, accountId)
    const taken = db
      .select({ id: customDomains.id })
      .from(customDomains)
      .where(and(isOwn, eq(customDomains.name, name)))
      .get()
    if (taken) throw new Refusal('domain-taken')
    const there = db.select({ n: count() }).from(customDomains).where(isOwn).get()?.n ?? 0
    if (there >= most) throw new Refusal('quota-exceeded')
    db.insert(customDomains)
      .values({ ...domain, checkValue: customDomainCheck(domain) })
      .run()
    record(tx, by, { accountId, what: 'domain.added', target: id, detail: { name } })
  },

  /** Refuses: domain-unknown. */
  'domains.remove': (tx, { accountId, id, by }: { accountId: string; id: string; by: By }): void => {
    const row = tx.db.select().from(customDomains).where(eq(customDomains.id, id)).get()
    if (row?.accountId !== accountId) throw new Refusal('domain-unknown', row ? { foreign: true } : {})
    tx.db.delete(customDomains).where(eq(customDomains.id, id)).run()
    record(tx, by, { accountId, what: 'domain.removed', target: id, detail: { name: row.name } })
  },
} satisfies Changes
