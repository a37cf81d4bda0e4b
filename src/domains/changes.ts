// What the writer thread may do to custom domains.
import { and, count, eq, inArray } from 'drizzle-orm'
import { asAccount } from '../accounts/store.ts'
import type { EventType } from '../events.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { customDomainCheck } from '../storage/row-checks.ts'
import { accounts, customDomains } from '../storage/schema.ts'
import { baseOf, type CustomDomain, type Look } from './domain.ts'
import { changeDomain, countMailboxes, isTaken, isThere, type Row, rowById } from './rows.ts'
import { after, type Intervals, verdictOf } from './standing.ts'

/** Of whom: an account's own; null: the operator speaks. */
type Whose = { id: string; accountId: string | null }

export const changes = {
  /**
   * `most`: domains that the account may have. One that it has for the same name, or for its subdomains, says what the TXT
   * record is to say: one record is good for both. Refuses: account-unknown, domain-taken, quota-exceeded.
   */
  'domains.add': (
    tx,
    { domain, most, by }: { domain: Omit<CustomDomain, 'key' | 'found'>; most: number; by: By },
  ): void => {
    const { db } = tx
    const { id, accountId, name } = domain
    const account = db.select().from(accounts).where(eq(accounts.id, accountId)).get()
    if (!account || !asAccount(account)) throw new Refusal('account-unknown')
    const isOwn = and(eq(customDomains.accountId, accountId), isThere)
    const related = db
      .select()
      .from(customDomains)
      .where(and(isOwn, inArray(customDomains.name, [baseOf(name), `*.${baseOf(name)}`])))
      .all()
    if (related.some((one) => one.name === name)) throw new Refusal('domain-taken')
    const there = db.select({ n: count() }).from(customDomains).where(isOwn).get()?.n ?? 0
    if (there >= most) throw new Refusal('quota-exceeded')
    const row = { ...domain, token: related[0]?.token ?? domain.token, found: null }
    db.insert(customDomains)
      .values({ ...row, checkValue: customDomainCheck(row) })
      .run()
    record(tx, by, { accountId, what: 'domain.added', target: id, detail: { name } })
  },

  /** What a look found, for a domain that may be gone meanwhile. */
  'domains.settle': (
    tx,
    { id, look, now, chance, intervals }: { id: string; look: Look; now: number; chance: number; intervals: Intervals },
  ): void => {
    const row = rowById(tx.db, id)
    if (!row || row.state === 'removed') return
    const { verifiedAt, failingSince, checkedAt, nextCheckAt, tries, byHand, state } = row
    const before = { state, verifiedAt, failingSince, checkedAt, nextCheckAt, tries, byHand }
    const next = after(before, verdictOf(look), { now, chance, isTaken: isTaken(tx.db, row) }, intervals)
    changeDomain(tx.db, row, { ...next, found: JSON.stringify(look) })
    if (next.state !== state && next.state !== 'pending') tell(tx, `domain.${next.state}`, row, now)
  },

  /** The operator's word for a domain stands for its records. Refuses: domain-unknown; domain-elsewhere where another account has it. */
  'domains.vouch': (tx, { id, by }: { id: string; by: By }): void => {
    const row = known(tx.db, { id, accountId: null })
    if (isTaken(tx.db, row)) throw new Refusal('domain-elsewhere')
    const verifiedAt = row.state === 'verified' ? row.verifiedAt : by.at
    changeDomain(tx.db, row, {
      state: 'verified',
      verifiedAt,
      failingSince: null,
      tries: 0,
      nextCheckAt: null,
      byHand: true,
    })
    record(tx, by, { accountId: row.accountId, what: 'domain.verified', target: id, detail: { name: row.name } })
    if (row.state !== 'verified') tell(tx, 'domain.verified', row, by.at)
  },

  /** Refuses: domain-unknown. */
  'domains.change': (
    tx,
    { patch, by, ...whose }: Whose & { patch: Partial<Pick<CustomDomain, 'access' | 'catchAll'>>; by: By },
  ): void => {
    const row = known(tx.db, whose)
    changeDomain(tx.db, row, patch)
    const { accountId, id: target, name } = row
    record(tx, by, { accountId, what: 'domain.changed', target, detail: { name, ...patch } })
    tell(tx, 'domain.changed', row, by.at)
  },

  /**
   * From now on no mail is taken for it; `mailboxes.leave-domains` ends its mailboxes. `most`: that may end with it; null: any
   * number. Refuses: domain-unknown; confirmation-needed, with their number, where they are more.
   */
  'domains.remove': (tx, { most, by, ...whose }: Whose & { most: number | null; by: By }): void => {
    const row = known(tx.db, whose)
    const ending = countMailboxes(tx.db, row)
    if (most !== null && ending > most) throw new Refusal('confirmation-needed', { mailboxes: ending })
    changeDomain(tx.db, row, { state: 'removed', nextCheckAt: null })
    const { accountId, id: target, name } = row
    record(tx, by, { accountId, what: 'domain.removed', target, detail: { name, mailboxes: ending } })
    tell(tx, 'domain.removed', row, by.at)
  },
} satisfies Changes

/** Refuses: domain-unknown, `foreign` where it is another account's. */
function known(db: Db, { id, accountId }: Whose): Row & { state: CustomDomain['state'] } {
  const row = rowById(db, id)
  if (!row || row.state === 'removed') throw new Refusal('domain-unknown')
  if (accountId !== null && row.accountId !== accountId) throw new Refusal('domain-unknown', { foreign: true })
  return { ...row, state: row.state }
}

/** `address` has its name. */
function tell(tx: Tx, type: EventType, { id, accountId, name }: Row, at: number): void {
  tx.tell({ at, type, accountId, mailboxId: '', address: name, unclaimed: false, messageId: null, subjectId: id })
}
