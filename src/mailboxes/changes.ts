// What the writer thread may do to mailboxes.
import { and, eq, inArray, lte, type SQL, sql } from 'drizzle-orm'
import { hasDomain, mailboxesOf } from '../domains/rows.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { isSound, mailboxCheck, tokenCheck } from '../storage/row-checks.ts'
import { accounts, customDomains, mailboxes, mailboxTokens, quarantine } from '../storage/schema.ts'
import { keepAdoption } from './adoptions.ts'
import { close, giveWay } from './closing.ts'
import { isEnded, type Mailbox, settled } from './mailbox.ts'
import { type MailboxQuota, refuseBeyond } from './quota.ts'
import {
  asMailbox,
  changeMailbox,
  findActive,
  findById,
  insertMailbox,
  isHeld,
  type NewMailbox,
  noteUse,
} from './rows.ts'
import type { MailboxQuery } from './store.ts'
import { say } from './telling.ts'

/** Tokens that one mailbox may have; the oldest gives way. */
const mostTokens = 20
/** Milliseconds that one change may hold the writer, and rows that it takes at a time. */
const writerMs = 5
const batch = 100

/** Rows that nobody needs any more. */
const forgettable = {
  ended: sql`delete from ${mailboxes} where key in (
    select key from ${mailboxes} where state <> 'active' and state = 'ended' and message_count = 0 limit ${batch})`,
  released: (now: number) => sql`delete from ${quarantine} where address in (
    select address from ${quarantine} where until <= ${now} limit ${batch})`,
}

export const changes = {
  /**
   * Opens a mailbox, and takes over what lies at its address unclaimed: `tookOver`.
   * Refuses: mailboxes-exhausted; mailbox-taken, also while a former mailbox holds the address from all but its account;
   * not to one who may `seize` it. `ownDomain`: of an account that has the domain, to which what others have there gives way;
   * domain-unserved where it has it no more.
   */
  'mailboxes.open': (
    tx,
    {
      mailbox,
      tokenHash,
      quota,
      quarantineUntil,
      now,
      seize = false,
      ownDomain = false,
      by = null,
    }: {
      mailbox: NewMailbox
      tokenHash: string | null
      quota: MailboxQuota | null
      quarantineUntil: number
      now: number
      seize?: boolean
      ownDomain?: boolean
      by?: By | null
    },
  ): { key: number; id: string; tookOver: boolean } => {
    const { db } = tx
    if (seize) free(tx, mailbox.address, now)
    if (ownDomain && mailbox.accountId !== null) {
      if (!hasDomain(db, mailbox.accountId, mailbox.domain)) throw new Refusal('domain-unserved')
      giveWay(tx, mailbox.address, mailbox.accountId, now)
    }
    endOverdue(tx, mailbox.address, quarantineUntil, now)
    refuseBeyond(db, mailbox, quota, { active: true, archived: mailbox.recoverable }, now)
    if (isHeld(db, mailbox.address, mailbox.accountId, now)) throw new Refusal('mailbox-taken')
    const there = findActive(db, mailbox.address)
    const isFree = !there || there.kind === 'unclaimed' || (there.byMail && there.accountId === mailbox.accountId)
    if (!isFree) throw new Refusal('mailbox-taken')
    // Its id stays, so that whoever followed the address before goes on with the same mailbox.
    const id = there?.id ?? mailbox.id
    if (there) changeMailbox(db, there.key, { ...mailbox, id })
    const key = there?.key ?? insertMailbox(db, mailbox)
    if (tokenHash) insertToken(db, key, tokenHash, now)
    // What came to the account's own domain is in its index already.
    const tookOver = there !== null && mailbox.accountId !== null && !there.byMail
    if (tookOver) keepAdoption(db, key, 0)
    say(tx, 'mailbox.opened', { ...mailbox, id }, null, now)
    recordDeed(tx, by, 'mailbox.opened', { ...mailbox, id })
    return { key, id, tookOver }
  },

  /** Refuses: mailbox-unknown, mailboxes-exhausted. */
  'mailboxes.change': (
    tx,
    {
      id,
      patch,
      quota,
      now,
      by = null,
    }: { id: string; patch: MailboxPatch; quota: MailboxQuota | null; now: number; by?: By | null },
  ): void => {
    const mailbox = activeById(tx.db, id, now)
    if (Object.keys(patch).length === 0) return
    const becomesRecoverable = patch.recoverable === true && !mailbox.recoverable
    const owned = { ...mailbox, opener: openerOf(tx.db, mailbox.key) }
    refuseBeyond(tx.db, owned, quota, { active: false, archived: becomesRecoverable }, now)
    changeMailbox(tx.db, mailbox.key, patch)
    say(tx, 'mailbox.changed', mailbox, null, now)
    recordDeed(tx, by, 'mailbox.changed', mailbox)
  },

  /** Adds a token; of all but the newest `keep` the mailbox forgets. Refuses: mailbox-unknown. */
  'mailboxes.token': (
    tx,
    { id, hash, keep = mostTokens, now }: { id: string; hash: string; keep?: number; now: number },
  ): void => {
    const mailbox = activeById(tx.db, id, now)
    insertToken(tx.db, mailbox.key, hash, now)
    tx.db.run(sql`delete from ${mailboxTokens} where mailbox_key = ${mailbox.key} and hash not in (
      select hash from ${mailboxTokens} where mailbox_key = ${mailbox.key} order by created_at desc, rowid desc limit ${keep})`)
  },

  /** Somebody signed in. Refuses: mailbox-unknown. */
  'mailboxes.signed-in': (tx, { id, now }: { id: string; now: number }): void =>
    noteUse(tx.db, activeById(tx.db, id, now), now),

  /** Another password, with which all that was signed in by the one before ends. Refuses: mailbox-unknown. */
  'mailboxes.reset-password': (
    tx,
    { id, passwordHash, now, by = null }: { id: string; passwordHash: string; now: number; by?: By | null },
  ): void => {
    const mailbox = activeById(tx.db, id, now)
    changeMailbox(tx.db, mailbox.key, { passwordHash })
    tx.db.delete(mailboxTokens).where(eq(mailboxTokens.mailboxKey, mailbox.key)).run()
    say(tx, 'mailbox.changed', mailbox, null, now)
    recordDeed(tx, by, 'mailbox.changed', mailbox)
  },

  /** Ends a mailbox, or archives it. Its messages are gone from every answer at once. Refuses: mailbox-unknown. */
  'mailboxes.end': (
    tx,
    {
      id,
      archive,
      quarantineUntil,
      now,
      by = null,
    }: { id: string; archive: boolean; quarantineUntil: number; now: number; by?: By | null },
  ): void => {
    const mailbox = present(tx, id, quarantineUntil, now)
    if (!mailbox) throw new Refusal('mailbox-unknown')
    if (archive && mailbox.state === 'archived') return
    close(tx, mailbox, archive, quarantineUntil)
    const what = archive ? 'mailbox.archived' : 'mailbox.deleted'
    say(tx, what, mailbox, null, now)
    recordDeed(tx, by, what, mailbox)
  },

  /**
   * Ends several mailboxes of an account, all open or all archived: open ones that are recoverable go to the archive.
   * Refuses: mailbox-unknown, and ends none then.
   */
  'mailboxes.end-all': (
    tx,
    {
      ids,
      owner,
      state,
      quarantineUntil,
      now,
    }: {
      ids: readonly string[]
      owner: Pick<MailboxQuery, 'accountId' | 'domains'>
      state: Mailbox['state']
      quarantineUntil: number
      now: number
    },
  ): void => {
    const all = ids.map((id) => ownedById(tx.db, id, owner, state, now))
    for (const { id } of all) {
      const mailbox = present(tx, id, quarantineUntil, now)
      if (!mailbox) continue
      const archive = state === 'active' && mailbox.recoverable
      close(tx, mailbox, archive, quarantineUntil)
      say(tx, archive ? 'mailbox.archived' : 'mailbox.deleted', mailbox, null, now)
    }
  },

  /**
   * Opens an archived mailbox's address anew, with a new id, and forgets the archive's entry.
   * Refuses: mailbox-unknown, mailboxes-exhausted, and mailbox-taken if the address is open again.
   */
  'mailboxes.restore': (
    tx,
    {
      id,
      mailbox,
      tokenHash,
      quota,
      quarantineUntil,
      now,
      by = null,
    }: {
      id: string
      mailbox: Omit<NewMailbox, 'opener'>
      tokenHash: string | null
      quota: MailboxQuota | null
      quarantineUntil: number
      now: number
      by?: By | null
    },
  ): { key: number; id: string } => {
    const archived = present(tx, id, quarantineUntil, now)
    if (archived?.state !== 'archived') throw new Refusal('mailbox-unknown')
    endOverdue(tx, archived.address, quarantineUntil, now)
    if (findActive(tx.db, archived.address)) throw new Refusal('mailbox-taken')
    const opened = { ...mailbox, opener: openerOf(tx.db, archived.key) }
    refuseBeyond(tx.db, opened, quota, { active: true, archived: false }, now)
    changeMailbox(tx.db, archived.key, { state: 'ended' })
    tx.db.delete(mailboxTokens).where(eq(mailboxTokens.mailboxKey, archived.key)).run()
    const key = insertMailbox(tx.db, opened)
    if (tokenHash) insertToken(tx.db, key, tokenHash, now)
    say(tx, 'mailbox.restored', mailbox, null, now)
    recordDeed(tx, by, 'mailbox.restored', mailbox)
    return { key, id: mailbox.id }
  },

  /** Ends mailboxes of accounts that were deleted, some at a time, and then these. Answers whether there is more. */
  'mailboxes.leave': (tx, { quarantineUntil, now }: { quarantineUntil: number; now: number }): boolean => {
    const { db } = tx
    const began = performance.now()
    const gone = db.select({ id: accounts.id }).from(accounts).where(eq(accounts.state, 'deleted')).limit(1).get()
    if (!gone) return false
    const left = db
      .select()
      .from(mailboxes)
      .where(and(eq(mailboxes.accountId, gone.id), inArray(mailboxes.state, ['active', 'archived'])))
      .limit(batch)
      .all()
    for (const row of left) {
      const mailbox = isSound(row, mailboxCheck(row)) ? asMailbox(row) : null
      if (mailbox) {
        close(tx, mailbox, false, quarantineUntil)
        say(tx, 'mailbox.deleted', mailbox, null, now)
      } else db.update(mailboxes).set({ state: 'ended' }).where(eq(mailboxes.key, row.key)).run()
      if (performance.now() - began > writerMs) return true
    }
    if (left.length === 0) db.delete(accounts).where(eq(accounts.id, gone.id)).run()
    return true
  },

  /** Ends mailboxes of domains that were removed, some at a time, and then these. Answers whether there is more. */
  'mailboxes.leave-domains': (tx, { quarantineUntil, now }: { quarantineUntil: number; now: number }): boolean => {
    const { db } = tx
    const began = performance.now()
    const gone = db.select().from(customDomains).where(sql`state = 'removed'`).limit(1).get()
    if (!gone) return false
    const left = db.select().from(mailboxes).where(mailboxesOf(db, gone)).limit(batch).all()
    for (const row of left) {
      const mailbox = isSound(row, mailboxCheck(row)) ? asMailbox(row) : null
      if (mailbox) {
        close(tx, mailbox, false, quarantineUntil)
        say(tx, 'mailbox.deleted', mailbox, null, now)
      } else db.update(mailboxes).set({ state: 'ended' }).where(eq(mailboxes.key, row.key)).run()
      if (performance.now() - began > writerMs) return true
    }
    if (left.length === 0) db.delete(customDomains).where(eq(customDomains.key, gone.key)).run()
    return true
  },

  /** Ends or archives what has run out, or was last used before `unusedSince`, for a few milliseconds. Answers whether there is more. */
  'mailboxes.expire': (
    tx,
    { now, unusedSince, quarantineUntil }: { now: number; unusedSince: number; quarantineUntil: number },
  ): boolean => {
    const began = performance.now()
    const due = tx.db
      .select()
      .from(mailboxes)
      .where(and(sql`state = 'active' and expires_at is not null`, lte(mailboxes.expiresAt, now)))
      .limit(batch)
      .all()
    const unused = tx.db
      .select()
      .from(mailboxes)
      .where(and(sql`state = 'active' and used_at is not null`, lte(mailboxes.usedAt, unusedSince)))
      .limit(batch)
      .all()
    for (const row of [...due, ...unused]) {
      // Whether it has run out is not known of a damaged one, which must not keep back the others.
      const mailbox = isSound(row, mailboxCheck(row)) ? asMailbox(row) : null
      if (!mailbox) continue
      runOut(tx, mailbox, quarantineUntil, now)
      if (performance.now() - began > writerMs) return true
    }
    for (const rows of [forgettable.ended, forgettable.released(now)]) {
      while (removed(tx, rows) === batch) if (performance.now() - began > writerMs) return true
    }
    return due.length === batch || unused.length === batch
  },
} satisfies Changes

export type MailboxPatch = Partial<Pick<Mailbox, 'expiresAt' | 'recoverable' | 'tag' | 'passwordHash'>>

/** In the audit trail; `by` null: not at all. */
function recordDeed(tx: Tx, by: By | null, what: string, mailbox: Pick<Mailbox, 'id' | 'address' | 'accountId'>): void {
  const { id: target, address, accountId } = mailbox
  if (by) record(tx, by, { accountId, what, target, detail: { address } })
}

/** Ends or archives a mailbox whose time is over. */
function runOut(tx: Tx, mailbox: Mailbox, quarantineUntil: number, now: number): void {
  close(tx, mailbox, mailbox.recoverable, quarantineUntil)
  say(tx, mailbox.recoverable ? 'mailbox.archived' : 'mailbox.expired', mailbox, null, now)
}

/** The sweep may not have come yet: until then a mailbox that has run out must not keep its address from its account. */
function endOverdue(tx: Tx, address: string, quarantineUntil: number, now: number): void {
  const there = findActive(tx.db, address)
  if (there && isEnded(there, now)) runOut(tx, there, quarantineUntil, now)
}

/** The mailbox as `settled` says, and in the table too. */
function present(tx: Tx, id: string, quarantineUntil: number, now: number): Mailbox | null {
  const mailbox = findById(tx.db, id)
  if (mailbox?.state !== 'active' || !isEnded(mailbox, now)) return mailbox
  runOut(tx, mailbox, quarantineUntil, now)
  return findById(tx.db, id)
}

/** How many rows a statement removed. */
function removed({ db, sqlite }: Tx, rows: SQL): number {
  db.run(rows)
  return sqlite.query<{ n: number }, []>('select changes() as n').get()?.n ?? 0
}

/** Takes an address from whoever has or had it. */
function free(tx: Tx, address: string, now: number): void {
  const holders = tx.db.select().from(mailboxes).where(eq(mailboxes.address, address)).all()
  for (const row of holders) {
    const mailbox = asMailbox(row)
    if (!mailbox || mailbox.kind === 'unclaimed') continue
    close(tx, mailbox, false, now)
    say(tx, 'mailbox.deleted', mailbox, null, now)
  }
  tx.db.delete(quarantine).where(eq(quarantine.address, address)).run()
}

const openerOf = (db: Db, key: number): string | null =>
  db.select({ opener: mailboxes.opener }).from(mailboxes).where(eq(mailboxes.key, key)).get()?.opener ?? null

function activeById(db: Db, id: string, now: number): Mailbox {
  const mailbox = findById(db, id)
  if (mailbox?.state !== 'active' || isEnded(mailbox, now)) throw new Refusal('mailbox-unknown')
  return mailbox
}

/** Refuses: mailbox-unknown, `foreign` where it is there and not its. */
function ownedById(
  db: Db,
  id: string,
  { accountId, domains }: Pick<MailboxQuery, 'accountId' | 'domains'>,
  state: Mailbox['state'],
  now: number,
): Mailbox {
  const found = findById(db, id)
  const mailbox = found && settled(found, now)
  if (!mailbox) throw new Refusal('mailbox-unknown')
  const isReachable = domains.length === 0 || domains.includes(mailbox.domain)
  if (mailbox.kind !== 'owned' || mailbox.accountId !== accountId || !isReachable) {
    throw new Refusal('mailbox-unknown', { foreign: true })
  }
  if (mailbox.state !== state) throw new Refusal('mailbox-unknown')
  return mailbox
}

function insertToken(db: Db, mailboxKey: number, hash: string, now: number): void {
  const checkValue = tokenCheck({ hash, mailboxKey })
  db.insert(mailboxTokens).values({ hash, mailboxKey, createdAt: now, checkValue }).run()
}
