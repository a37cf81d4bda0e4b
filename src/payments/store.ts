// Invoices in the database: the reads of the main thread. What the writer thread does to them: changes.ts.
import { and, asc, count, desc, eq, gt, isNotNull, lt, lte, or, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { invoiceCheck, mustBeSound } from '../storage/row-checks.ts'
import { invoices, purchases } from '../storage/schema.ts'
import type { changes } from './changes.ts'
import type { Invoice } from './invoice.ts'
import type { RailName } from './rail.ts'

export type InvoiceRow = typeof invoices.$inferSelect

/** Refuses: storage-damaged. */
export function asInvoice(row: InvoiceRow): Invoice {
  mustBeSound(row, invoiceCheck(row), `invoice ${row.key}`)
  const { key: _key, secretHash: _secret, client: _client, checkValue: _check, ...invoice } = row
  return invoice
}

export type ListedInvoice = Invoice & { key: number }

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  byId: () =>
    db
      .select()
      .from(invoices)
      .where(eq(invoices.id, placeholder('id')))
      .prepare(),
  due: () =>
    db
      .select({ accountId: purchases.accountId })
      .from(purchases)
      .where(and(isNotNull(purchases.endsAt), lte(purchases.endsAt, placeholder('now'))))
      .orderBy(asc(purchases.endsAt))
      .limit(placeholder('limit'))
      .prepare(),
  ofAccount: () =>
    db
      .select()
      .from(invoices)
      .where(and(eq(invoices.accountId, placeholder('accountId')), lt(invoices.key, placeholder('before'))))
      .orderBy(desc(invoices.key))
      .limit(placeholder('limit'))
      .prepare(),
  newest: () =>
    db
      .select()
      .from(invoices)
      .where(lt(invoices.key, placeholder('before')))
      .orderBy(desc(invoices.key))
      .limit(placeholder('limit'))
      .prepare(),
  oldest: () =>
    db
      .select()
      .from(invoices)
      .where(gt(invoices.key, placeholder('after')))
      .orderBy(asc(invoices.key))
      .limit(placeholder('limit'))
      .prepare(),
  counts: () =>
    db
      .select({
        rail: invoices.rail,
        state: invoices.state,
        isOver: sql<number>`${invoices.state} = 'pending' and ${invoices.expiresAt} <= ${placeholder('now')}`,
        n: count(),
      })
      .from(invoices)
      .groupBy(invoices.rail, invoices.state, sql`3`)
      .prepare(),
}))

export class PaymentStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async byId(id: string): Promise<Invoice | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asInvoice(row) : null
  }

  /** The one whose page has a secret of this hash. */
  async bySecret(id: string, secretHash: string): Promise<Invoice | null> {
    const row = statements(this.db).byId.get({ id })
    return row?.secretHash === secretHash ? asInvoice(row) : null
  }

  /** Accounts of which something that was paid for has run out by now. */
  async due(now: number, limit: number): Promise<string[]> {
    return statements(this.db)
      .due.all({ now, limit })
      .map(({ accountId }) => accountId)
  }

  /** Newest first, of one account or (null) all. */
  async newest(accountId: string | null, page: { before: number; limit: number }): Promise<ListedInvoice[]> {
    const rows =
      accountId === null
        ? statements(this.db).newest.all(page)
        : statements(this.db).ofAccount.all({ ...page, accountId })
    return rows.map(listed)
  }

  /** Newest first. `expired`: also pending ones that nobody paid in time. */
  async inState(
    state: Invoice['state'],
    now: number,
    { before, limit }: { before: number; limit: number },
  ): Promise<ListedInvoice[]> {
    const isPending = eq(invoices.state, 'pending')
    const isIn = {
      pending: and(isPending, gt(invoices.expiresAt, now)),
      paid: eq(invoices.state, 'paid'),
      expired: or(eq(invoices.state, 'expired'), and(isPending, lte(invoices.expiresAt, now))),
    }
    return this.db
      .select()
      .from(invoices)
      .where(and(isIn[state], lt(invoices.key, before)))
      .orderBy(desc(invoices.key))
      .limit(limit)
      .all()
      .map(listed)
  }

  async oldest(page: { after: number; limit: number }): Promise<ListedInvoice[]> {
    return statements(this.db).oldest.all(page).map(listed)
  }

  /** How many there are, by rail and state. */
  counts(now: number): { rail: RailName; state: Invoice['state']; n: number }[] {
    return statements(this.db)
      .counts.all({ now })
      .map(({ rail, state, isOver, n }) => ({ rail, state: isOver ? 'expired' : state, n }))
  }
}

const listed = (row: InvoiceRow): ListedInvoice => ({ ...asInvoice(row), key: row.key })
