// What the writer thread may do to invoices, and to accounts because something was paid or has run out.
import { and, asc, count, desc, eq, gt, gte, inArray, isNotNull, isNull, lt, lte, ne, or } from 'drizzle-orm'
import { changeAccount, insertAccount, sayOfAccount } from '../accounts/changes.ts'
import { type AccountRow, asAccount } from '../accounts/store.ts'
import { insertKey, type NewKey } from '../keys/store.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { invoiceCheck, mustBeSound, noticeCheck, purchaseCheck } from '../storage/row-checks.ts'
import { accounts, invoices, paymentNotices, purchases } from '../storage/schema.ts'
import { graceEnd, later, paidEnd } from './invoice.ts'
import type { Notice, Price } from './rail.ts'
import { asInvoice, type InvoiceRow } from './store.ts'

export type NewInvoice = Pick<
  InvoiceRow,
  'id' | 'accountId' | 'keyId' | 'plan' | 'rail' | 'secretHash' | 'client' | 'createdAt' | 'expiresAt'
>

/** `pending`: orders that nobody has paid yet, of one who orders; `perDay`: his orders in the day that began at `since`. */
export type OrderBounds = { pending: number; perDay: number; since: number; pendingInAll: number }

/** What a notice came to. `gone`: the account that was to go on was deleted. */
export type Heard = 'done' | 'again' | 'unknown' | 'gone'

/** What a payment needs that a change cannot make. */
export type Fresh = { accountId: string; keyId: string; days: number; graceMs: number }

const dayMs = 86_400_000
const batch = 200

function invoiceRow(db: Db, id: string): InvoiceRow | null {
  const row = db.select().from(invoices).where(eq(invoices.id, id)).get()
  if (!row) return null
  asInvoice(row)
  return row
}

function changeInvoice(db: Db, row: InvoiceRow, patch: Partial<Omit<InvoiceRow, 'key'>>): InvoiceRow {
  const changed = { ...row, ...patch }
  db.update(invoices)
    .set({ ...patch, checkValue: invoiceCheck(changed) })
    .where(eq(invoices.key, row.key))
    .run()
  return changed
}

/** Null for one that is gone. */
function accountRow(db: Db, id: string | null): AccountRow | null {
  const row = id === null ? undefined : db.select().from(accounts).where(eq(accounts.id, id)).get()
  return row && asAccount(row) ? row : null
}

const paidOnes = (db: Db, accountId: string): InvoiceRow[] =>
  db
    .select()
    .from(invoices)
    .where(and(eq(invoices.accountId, accountId), eq(invoices.state, 'paid')))
    .orderBy(asc(invoices.paidAt), asc(invoices.key))
    .all()

/** Of what an account has paid for and still runs, what was bought last. */
function running(db: Db, accountId: string, now: number, graceMs: number): { plan: string; endsAt: number } | null {
  const runs = paidOnes(db, accountId).flatMap((row) => {
    const endsAt = graceEnd(asInvoice(row), graceMs)
    return endsAt !== null && endsAt > now ? [{ plan: row.plan, endsAt }] : []
  })
  return runs.at(-1) ?? null
}

/** When what an account pays for now ends, if it lasts so many days: they begin where the same plan ends that it has. */
function endOfDays(db: Db, accountId: string | null, plan: string, now: number, days: number): number {
  const same = accountId === null ? [] : paidOnes(db, accountId).filter((row) => row.plan === plan)
  const from = same.reduce((at, row) => later(paidEnd(row), at), now)
  return from + days * dayMs
}

/**
 * Puts an account on the plan that it has paid for, or back on the one before. `isPaid`: something was paid just now; else
 * a plan that somebody chose for it meanwhile stays.
 */
function settle(
  tx: Tx,
  account: AccountRow,
  { isNew, isPaid, graceMs, by }: { isNew: boolean; isPaid: boolean; graceMs: number; by: By },
): void {
  const { db } = tx
  const accountId = account.id
  const bought = db.select().from(purchases).where(eq(purchases.accountId, accountId)).get()
  if (bought) mustBeSound(bought, purchaseCheck(bought), `what account ${account.key} has paid for`)
  if (!bought && !isPaid) return
  const runs = running(db, accountId, by.at, graceMs)
  if (!bought && !runs && !isNew) return
  const fallback = bought ? bought.fallback : isNew ? null : account.plan
  if (!runs && fallback !== null) {
    db.delete(purchases).where(eq(purchases.accountId, accountId)).run()
  } else {
    const row = { accountId, plan: runs?.plan ?? account.plan, fallback, endsAt: runs?.endsAt ?? null }
    const purchase = { ...row, checkValue: purchaseCheck(row) }
    db.insert(purchases).values(purchase).onConflictDoUpdate({ target: purchases.accountId, set: purchase }).run()
  }
  const plan = runs?.plan ?? fallback ?? account.plan
  const lapsedAt = runs || fallback !== null ? null : (account.lapsedAt ?? by.at)
  const hasLapsed = lapsedAt !== null && account.lapsedAt === null
  if (plan === account.plan && lapsedAt === account.lapsedAt) return
  changeAccount(db, account, { plan, lapsedAt })
  if (runs && !isPaid) {
    record(tx, by, { accountId, what: 'account.changed', target: accountId, detail: { from: account.plan, plan } })
  }
  if (!runs)
    record(tx, by, {
      accountId,
      what: 'account.lapsed',
      target: accountId,
      detail: { from: account.plan, plan: fallback },
    })
  sayOfAccount(tx, hasLapsed ? 'account.lapsed' : 'account.changed', accountId, null, by.at)
  if (account.lapsedAt !== null && lapsedAt === null) sayOfAccount(tx, 'account.resumed', accountId, null, by.at)
}

function pay(
  tx: Tx,
  row: InvoiceRow,
  paid: Extract<Notice, { what: 'paid' }>,
  { fresh, by }: { fresh: Fresh; by: By },
): Heard {
  const { db } = tx
  const known = accountRow(db, row.accountId)
  if (!known && row.paidAt !== null) return 'gone'
  const isNew = known === null
  const accountId = known?.id ?? fresh.accountId
  if (isNew) {
    insertAccount(db, { id: accountId, plan: row.plan, state: 'active', createdAt: by.at, lapsedAt: null })
    record(tx, by, { accountId, what: 'account.created', target: accountId, detail: { plan: row.plan } })
    sayOfAccount(tx, 'account.changed', accountId, null, by.at)
  }
  const days = () => row.paidUntil ?? endOfDays(db, known?.id ?? null, row.plan, by.at, fresh.days)
  const paidUntil = paid.until === null ? days() : later(row.paidUntil, paid.until)
  const changed = changeInvoice(db, row, {
    state: 'paid',
    accountId,
    ...(isNew ? { makesAccount: true, keyId: fresh.keyId, keyShownAt: null } : {}),
    subscription: row.subscription ?? paid.subscription,
    paidAt: row.paidAt ?? by.at,
    paidUntil,
    lastPaidAt: later(row.lastPaidAt, paid.at),
  })
  const detail = { plan: row.plan, rail: row.rail, until: paidEnd(changed) }
  record(tx, by, { accountId, what: 'invoice.paid', target: row.id, detail })
  const account = accountRow(db, accountId)
  // The same payment by another name is none.
  const isPaid = row.paidAt === null || paidEnd(changed) !== paidEnd(row)
  if (account) settle(tx, account, { isNew, isPaid, graceMs: fresh.graceMs, by })
  return 'done'
}

function end(
  tx: Tx,
  row: InvoiceRow,
  { subscription, at }: Extract<Notice, { what: 'ended' }>,
  { fresh, by }: { fresh: Fresh; by: By },
): Heard {
  if (row.subscription !== null && row.subscription !== subscription) return 'unknown'
  changeInvoice(tx.db, row, { subscription, endedAt: later(row.endedAt, at) })
  record(tx, by, { accountId: row.accountId, what: 'invoice.ended', target: row.id, detail: { at } })
  const account = row.state === 'paid' ? accountRow(tx.db, row.accountId) : null
  if (account) settle(tx, account, { isNew: false, isPaid: false, graceMs: fresh.graceMs, by })
  return 'done'
}

/** Refuses: too-many-invoices. */
function mustHaveRoom(db: Db, { accountId, client, createdAt }: NewInvoice, bounds: OrderBounds): void {
  const { pending, perDay, since, pendingInAll } = bounds
  const whose =
    accountId === null
      ? and(eq(invoices.makesAccount, true), eq(invoices.client, client))
      : eq(invoices.accountId, accountId)
  const waits = and(eq(invoices.state, 'pending'), gt(invoices.expiresAt, createdAt))
  const n = (which: ReturnType<typeof and>): number =>
    db.select({ n: count() }).from(invoices).where(which).get()?.n ?? 0
  const isFull =
    n(and(whose, waits)) >= pending ||
    n(and(whose, gte(invoices.createdAt, since))) >= perDay ||
    n(waits) >= pendingInAll
  if (isFull) throw new Refusal('too-many-invoices', { retryAfterSeconds: (since + dayMs - createdAt) / 1000 })
}

export const changes = {
  /** Refuses: too-many-invoices. */
  'payments.order': ({ db }, { invoice, bounds }: { invoice: NewInvoice; bounds: OrderBounds }): void => {
    mustHaveRoom(db, invoice, bounds)
    const row = {
      ...invoice,
      makesAccount: invoice.accountId === null,
      state: 'pending',
      reference: null,
      checkoutUrl: null,
      amount: null,
      currency: null,
      subscription: null,
      keyShownAt: null,
      paidAt: null,
      paidUntil: null,
      lastPaidAt: null,
      endedAt: null,
    } as const
    db.insert(invoices)
      .values({ ...row, checkValue: invoiceCheck(row) })
      .run()
  },

  /** The rail began it. */
  'payments.begun': (
    { db },
    { id, price, ...begun }: { id: string; reference: string; checkoutUrl: string | null; price: Price | null },
  ): void => {
    const row = invoiceRow(db, id)
    if (row) changeInvoice(db, row, { ...begun, amount: price?.amount ?? null, currency: price?.currency ?? null })
  },

  /** The rail could not begin it: it is as if it had not been ordered. */
  'payments.withdraw': ({ db }, { id }: { id: string }): void => {
    db.delete(invoices)
      .where(and(eq(invoices.id, id), eq(invoices.state, 'pending'), isNull(invoices.reference)))
      .run()
  },

  /**
   * Takes in what a rail says, or an operator in its place. Each notice counts once, and what they come to does not depend
   * on their order.
   */
  'payments.hear': (
    tx,
    { notice, rail, fresh, by }: { notice: Notice; rail: InvoiceRow['rail']; fresh: Fresh; by: By },
  ): Heard => {
    const { db } = tx
    const row = invoiceRow(db, notice.invoiceId)
    if (row?.rail !== rail) return 'unknown'
    const { id, what, at } = notice
    const known = db
      .select({ id: paymentNotices.id })
      .from(paymentNotices)
      .where(and(eq(paymentNotices.rail, rail), eq(paymentNotices.id, id)))
      .get()
    if (known) return 'again'
    const heard = { rail, id, invoiceKey: row.key, what, at, heardAt: by.at }
    db.insert(paymentNotices)
      .values({ ...heard, checkValue: noticeCheck(heard) })
      .run()
    if (notice.what === 'paid') return pay(tx, row, notice, { fresh, by })
    if (notice.what === 'ended') return end(tx, row, notice, { fresh, by })
    // It was paid: then it is no matter that nobody can pay it any more.
    if (row.state === 'pending') changeInvoice(db, row, { state: 'expired' })
    return 'done'
  },

  /** Makes the key of a paid invoice, once. Refuses: invoice-unknown, invoice-unpaid, key-shown. */
  'payments.hand-out': (
    tx,
    { id, secretHash, key, by }: { id: string; secretHash: string; key: Omit<NewKey, 'id' | 'accountId'>; by: By },
  ): { keyId: string } => {
    const row = invoiceRow(tx.db, id)
    if (row?.secretHash !== secretHash) throw new Refusal('invoice-unknown')
    if (row.state !== 'paid') throw new Refusal('invoice-unpaid')
    const { keyId, accountId, makesAccount, keyShownAt } = row
    const isThere = makesAccount && keyShownAt === null
    if (!isThere || keyId === null || accountId === null) throw new Refusal('key-shown')
    if (!accountRow(tx.db, accountId)) throw new Refusal('invoice-unknown')
    insertKey(tx, { ...key, id: keyId, accountId }, by)
    changeInvoice(tx.db, row, { keyShownAt: by.at })
    return { keyId }
  },

  /** Looks at an account of which something has run out. */
  'payments.run-out': (tx, { accountId, graceMs, by }: { accountId: string; graceMs: number; by: By }): void => {
    const account = accountRow(tx.db, accountId)
    if (account) settle(tx, account, { isNew: false, isPaid: false, graceMs, by })
    else tx.db.delete(purchases).where(eq(purchases.accountId, accountId)).run()
  },

  /**
   * Forgets invoices that nobody paid by `unpaid`, all but the newest so many of those that are over by now, and those that
   * ran out by `over`; some at a time. Answers whether there is more.
   */
  'payments.tidy': (
    { db },
    { unpaid, over, now, mostUnpaid }: { unpaid: number; over: number; now: number; mostUnpaid: number },
  ): boolean => {
    const isUnpaid = and(ne(invoices.state, 'paid'), lte(invoices.expiresAt, now))
    const crowd = db
      .select({ key: invoices.key })
      .from(invoices)
      .where(isUnpaid)
      .orderBy(desc(invoices.key))
      .limit(1)
      .offset(mostUnpaid)
      .get()
    const old = db
      .select({ key: invoices.key })
      .from(invoices)
      .where(
        or(
          and(ne(invoices.state, 'paid'), lt(invoices.expiresAt, unpaid)),
          crowd ? and(isUnpaid, lte(invoices.key, crowd.key)) : undefined,
          and(isNotNull(invoices.paidUntil), lt(invoices.paidUntil, over)),
        ),
      )
      .orderBy(desc(invoices.key))
      .limit(batch)
      .all()
    const which = old.map(({ key }) => key)
    if (which.length > 0) db.delete(invoices).where(inArray(invoices.key, which)).run()
    return old.length === batch
  },
} satisfies Changes
