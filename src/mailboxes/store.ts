// Mailboxes in the database: the reads of the main thread, and what the writer thread may do to them.
import { and, desc, eq, gt, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx, Writes } from '../storage/change.ts'
import { type Db, insertedKey, prepared } from '../storage/database.ts'
import { isSound, mailboxCheck, mustBeSound, tokenCheck } from '../storage/row-checks.ts'
import { accounts, mailboxes, mailboxTokens, messages, quarantine } from '../storage/schema.ts'
import { keepAdoption } from './adoptions.ts'
import { isEnded, type Mailbox, settled } from './mailbox.ts'
import { countArchived, countOpen, type MailboxQuota, refuseBeyond } from './quota.ts'
import { say } from './telling.ts'

const { placeholder } = sql

type Row = typeof mailboxes.$inferSelect

/** Refuses: storage-damaged. */
function asMailbox(row: Row): Mailbox | null {
  mustBeSound(row, mailboxCheck(row), `mailbox ${row.key}`)
  const { state, checkValue: _check, opener: _opener, ...fields } = row
  return state === 'ended' ? null : { ...fields, state }
}

/** Of an account, and not run out. */
const openOf = and(
  eq(mailboxes.accountId, placeholder('accountId')),
  eq(mailboxes.state, sql`'active'`),
  or(isNull(mailboxes.expiresAt), gt(mailboxes.expiresAt, placeholder('now'))),
)

const statements = prepared((db: Db) => ({
  active: db
    .select()
    .from(mailboxes)
    .where(and(eq(mailboxes.address, placeholder('address')), eq(mailboxes.state, sql`'active'`)))
    .prepare(),
  activeOf: db
    .select()
    .from(mailboxes)
    .where(
      and(
        eq(mailboxes.address, placeholder('address')),
        eq(mailboxes.state, sql`'active'`),
        // Looked for by the address alone: an account may have very many.
        sql`+${mailboxes.accountId} = ${placeholder('accountId')}`,
      ),
    )
    .prepare(),
  archived: db
    .select()
    .from(mailboxes)
    .where(and(eq(mailboxes.address, placeholder('address')), eq(mailboxes.state, sql`'archived'`)))
    .prepare(),
  byId: db
    .select()
    .from(mailboxes)
    .where(eq(mailboxes.id, placeholder('id')))
    .prepare(),
  byKey: db
    .select()
    .from(mailboxes)
    .where(eq(mailboxes.key, placeholder('key')))
    .prepare(),
  byToken: db
    .select({ token: mailboxTokens, mailbox: mailboxes })
    .from(mailboxTokens)
    .innerJoin(mailboxes, eq(mailboxes.key, mailboxTokens.mailboxKey))
    .where(eq(mailboxTokens.hash, placeholder('hash')))
    .prepare(),
  insert: db
    .insert(mailboxes)
    .values({
      id: placeholder('id'),
      address: placeholder('address'),
      localPart: placeholder('localPart'),
      domain: placeholder('domain'),
      kind: placeholder('kind'),
      accountId: placeholder('accountId'),
      state: 'active',
      createdAt: placeholder('createdAt'),
      expiresAt: placeholder('expiresAt'),
      recoverable: placeholder('recoverable'),
      tag: placeholder('tag'),
      passwordHash: placeholder('passwordHash'),
      messageCount: 0,
      bytes: 0,
      checkValue: placeholder('checkValue'),
      opener: placeholder('opener'),
      usedAt: placeholder('usedAt'),
    })
    .prepare(),
  quarantined: db
    .select()
    .from(quarantine)
    .where(and(eq(quarantine.address, placeholder('address')), gt(quarantine.until, placeholder('now'))))
    .prepare(),
  bytesOf: db
    .select({ bytes: sql<number>`coalesce(sum(${mailboxes.bytes}), 0)` })
    .from(mailboxes)
    .where(openOf)
    .prepare(),
  overdueBytesOf: db
    .select({ bytes: sql<number>`coalesce(sum(${messages.size}), 0)` })
    .from(mailboxes)
    .innerJoin(messages, eq(messages.mailboxKey, mailboxes.key))
    .where(and(openOf, lte(messages.retainUntil, placeholder('now'))))
    .prepare(),
  overdue: db
    .select({ count: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(${messages.size}), 0)` })
    .from(messages)
    .where(and(eq(messages.mailboxKey, placeholder('key')), lte(messages.retainUntil, placeholder('now'))))
    .prepare(),
}))

export interface MailboxStore {
  /** The mailbox open at this address (its own, without a tag), ended or not. */
  active(address: string): Promise<Mailbox | null>
  /** The same, if it is this account's: another's takes no longer than none. */
  activeOf(address: string, accountId: string): Promise<Mailbox | null>
  byId(id: string): Promise<Mailbox | null>
  byToken(hash: string): Promise<Mailbox | null>
  /** Archived at this address by this account. */
  archived(address: string, accountId: string): Promise<Mailbox | null>
  /** Of an account, newest first; in one state or (null) any. */
  ofAccount(query: MailboxQuery): Promise<Mailbox[]>
  /** Bytes in all mailboxes of an account, and how many of them have run out but are not swept yet. */
  bytesOf(accountId: string, now: number): Promise<number>
  overdueBytesOf(accountId: string, now: number): Promise<number>
  /** How many of an account are active, and how many count as archived. */
  countsOf(accountId: string, now: number): Promise<{ active: number; archived: number }>
  /** Whether an ended mailbox keeps the address from others: in quarantine or in an archive. */
  held(address: string, now: number): Promise<boolean>
  /** What of its messages has run out but is not swept yet. */
  overdue(key: number, now: number): Promise<{ count: number; bytes: number }>
  readonly writes: Writes<typeof changes>
}

/** `domains`: only of these; empty: of all. `address`: only the one there. */
export type MailboxQuery = {
  accountId: string
  address?: string | undefined
  state: Mailbox['state'] | null
  domains: readonly string[]
  before: number
  limit: number
  now: number
}

export class SqliteMailboxStore implements MailboxStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async active(address: string): Promise<Mailbox | null> {
    return findActive(this.db, address)
  }

  async activeOf(address: string, accountId: string): Promise<Mailbox | null> {
    const row = statements(this.db).activeOf.get({ address, accountId })
    return row ? asMailbox(row) : null
  }

  async byId(id: string): Promise<Mailbox | null> {
    const row = statements(this.db).byId.get({ id })
    return row ? asMailbox(row) : null
  }

  async byToken(hash: string): Promise<Mailbox | null> {
    const row = statements(this.db).byToken.get({ hash })
    if (!row) return null
    mustBeSound(row.token, tokenCheck(row.token), `a token of mailbox ${row.token.mailboxKey}`)
    return asMailbox(row.mailbox)
  }

  async archived(address: string, accountId: string): Promise<Mailbox | null> {
    const rows = statements(this.db).archived.all({ address })
    const row = rows.findLast((one) => one.accountId === accountId)
    return row ? asMailbox(row) : null
  }

  async ofAccount({ accountId, address, state, domains, before, limit, now }: MailboxQuery): Promise<Mailbox[]> {
    const rows = this.db
      .select()
      .from(mailboxes)
      .where(
        and(
          eq(mailboxes.accountId, accountId),
          eq(mailboxes.kind, 'owned'),
          isNow(state, now),
          address === undefined ? undefined : eq(mailboxes.address, address),
          domains.length === 0 ? undefined : inArray(mailboxes.domain, [...domains]),
          lt(mailboxes.key, before),
        ),
      )
      .orderBy(desc(mailboxes.key))
      .limit(limit)
      .all()
    return rows.flatMap((row) => {
      const mailbox = asMailbox(row)
      return (mailbox && settled(mailbox, now)) ?? []
    })
  }

  async bytesOf(accountId: string, now: number): Promise<number> {
    return statements(this.db).bytesOf.get({ accountId, now })?.bytes ?? 0
  }

  async overdueBytesOf(accountId: string, now: number): Promise<number> {
    return statements(this.db).overdueBytesOf.get({ accountId, now })?.bytes ?? 0
  }

  async countsOf(accountId: string, now: number): Promise<{ active: number; archived: number }> {
    return { active: countOpen(this.db, { accountId }, now), archived: countArchived(this.db, { accountId }) }
  }

  async held(address: string, now: number): Promise<boolean> {
    return isHeld(this.db, address, null, now)
  }

  async overdue(key: number, now: number): Promise<{ count: number; bytes: number }> {
    return statements(this.db).overdue.get({ key, now }) ?? { count: 0, bytes: 0 }
  }
}

/** As `settled` says; null: in either state. */
function isNow(state: Mailbox['state'] | null, now: number): SQL | undefined {
  const open = sql`(state = 'active' and (expires_at is null or expires_at > ${now}))`
  const archived = sql`(state = 'archived' or (state = 'active' and recoverable = 1 and expires_at <= ${now}))`
  return state === null ? or(open, archived) : state === 'active' ? open : archived
}

/** The mailbox open at this address, for changes of this feature and of messages. */
export function findActive(db: Db, address: string): Mailbox | null {
  const row = statements(db).active.get({ address })
  return row ? asMailbox(row) : null
}

/** Not from its former account, if there is one. */
export function isHeld(db: Db, address: string, accountId: string | null, now: number): boolean {
  const isForeign = (held: { accountId: string | null } | undefined): boolean =>
    held !== undefined && (accountId === null || held.accountId !== accountId)
  return (
    isForeign(statements(db).quarantined.get({ address, now })) ||
    statements(db).archived.all({ address }).some(isForeign)
  )
}

/** `opener`: who opens it without an account, as an IPv4 address or an IPv6 /64. */
export type NewMailbox = Omit<Mailbox, 'key' | 'state' | 'messageCount' | 'bytes'> & { opener: string | null }

/** Puts an open mailbox into the table; its address must be free. Answers its key. */
export function insertMailbox(db: Db, mailbox: NewMailbox): number {
  statements(db).insert.run({ ...mailbox, checkValue: mailboxCheck({ ...mailbox, state: 'active' }) })
  return insertedKey(db)
}

/** A mailbox that is to be changed. Refuses: storage-damaged, rather than make a damaged row look sound. */
function changeable(db: Db, key: number): Row | undefined {
  const row = statements(db).byKey.get({ key })
  if (row) mustBeSound(row, mailboxCheck(row), `mailbox ${key}`)
  return row
}

/** Changes a mailbox, and its check value with it. Refuses: as `changeable`. */
function changeMailbox(db: Db, key: number, patch: Partial<Omit<Row, 'key' | 'checkValue'>>): void {
  const row = changeable(db, key)
  if (!row) return
  db.update(mailboxes)
    .set({ ...patch, checkValue: mailboxCheck({ ...row, ...patch }) })
    .where(eq(mailboxes.key, key))
    .run()
}

/** Counts mail in (or, negative, out). A mailbox that is nobody's goes with its last message. */
export function countMail(db: Db, key: number, count: number, bytes: number): void {
  counting(db).add.run({ key, count, bytes })
  if (count < 0) counting(db).forgetUnclaimed.run({ key })
}

/** So often the last use is written: it need be known to the day. */
const useMs = 3_600_000

/** Notes that a mailbox which ends for want of use got mail, or was signed in to. */
export function noteUse(db: Db, { key, usedAt }: Pick<Mailbox, 'key' | 'usedAt'>, now: number): void {
  if (usedAt === null || now - usedAt < useMs) return
  changeMailbox(db, key, { usedAt: now })
}

const counting = prepared((db: Db) => ({
  add: db
    .update(mailboxes)
    .set({
      messageCount: sql`${mailboxes.messageCount} + ${placeholder('count')}`,
      bytes: sql`${mailboxes.bytes} + ${placeholder('bytes')}`,
    })
    .where(eq(mailboxes.key, placeholder('key')))
    .prepare(),
  forgetUnclaimed: db
    .delete(mailboxes)
    .where(
      and(
        eq(mailboxes.key, placeholder('key')),
        eq(mailboxes.kind, sql`'unclaimed'`),
        eq(mailboxes.messageCount, sql`0`),
      ),
    )
    .prepare(),
}))

/** What ends a mailbox: many of them in one change, while the writer does nothing else. */
const closing = prepared((db: Db) => ({
  setState: db
    .update(mailboxes)
    .set({ state: sql`${placeholder('state')}`, checkValue: sql`${placeholder('checkValue')}` })
    .where(eq(mailboxes.key, placeholder('key')))
    .prepare(),
  forgetTokens: db
    .delete(mailboxTokens)
    .where(eq(mailboxTokens.mailboxKey, placeholder('key')))
    .prepare(),
  hold: db
    .insert(quarantine)
    .values({ address: placeholder('address'), until: placeholder('until'), accountId: placeholder('accountId') })
    .onConflictDoUpdate({
      target: quarantine.address,
      set: { until: sql`${placeholder('until')}`, accountId: sql`${placeholder('accountId')}` },
    })
    .prepare(),
}))

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
   * not to one who may `seize` it.
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
      by = null,
    }: {
      mailbox: NewMailbox
      tokenHash: string | null
      quota: MailboxQuota | null
      quarantineUntil: number
      now: number
      seize?: boolean
      by?: By | null
    },
  ): { key: number; id: string; tookOver: boolean } => {
    const { db } = tx
    if (seize) free(tx, mailbox.address, now)
    endOverdue(tx, mailbox.address, quarantineUntil, now)
    refuseBeyond(db, mailbox, quota, { active: true, archived: mailbox.recoverable }, now)
    if (isHeld(db, mailbox.address, mailbox.accountId, now)) throw new Refusal('mailbox-taken')
    const there = findActive(db, mailbox.address)
    if (there && there.kind !== 'unclaimed') throw new Refusal('mailbox-taken')
    // Its id stays, so that whoever followed the address before goes on with the same mailbox.
    const id = there?.id ?? mailbox.id
    if (there) changeMailbox(db, there.key, { ...mailbox, id })
    const key = there?.key ?? insertMailbox(db, mailbox)
    if (tokenHash) insertToken(db, key, tokenHash, now)
    const tookOver = there !== null && mailbox.accountId !== null
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

function close({ db }: Tx, { key, address, accountId }: Mailbox, archive: boolean, quarantineUntil: number): void {
  const row = changeable(db, key)
  if (row) {
    const state = archive ? 'archived' : 'ended'
    closing(db).setState.run({ key, state, checkValue: mailboxCheck({ ...row, state }) })
  }
  if (archive) return
  closing(db).forgetTokens.run({ key })
  closing(db).hold.run({ address, until: quarantineUntil, accountId })
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
  const mailbox = byId(tx.db, id)
  if (mailbox?.state !== 'active' || !isEnded(mailbox, now)) return mailbox
  runOut(tx, mailbox, quarantineUntil, now)
  return byId(tx.db, id)
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

function byId(db: Db, id: string): Mailbox | null {
  const row = statements(db).byId.get({ id })
  return row ? asMailbox(row) : null
}

const openerOf = (db: Db, key: number): string | null =>
  db.select({ opener: mailboxes.opener }).from(mailboxes).where(eq(mailboxes.key, key)).get()?.opener ?? null

function activeById(db: Db, id: string, now: number): Mailbox {
  const mailbox = byId(db, id)
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
  const found = byId(db, id)
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
