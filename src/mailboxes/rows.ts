// Rows of mailboxes: each is compared with its check value before it is believed, and none is written without its own.
import { and, eq, gt, sql } from 'drizzle-orm'
import { type Db, insertedKey, prepared } from '../storage/database.ts'
import { mailboxCheck, mustBeSound } from '../storage/row-checks.ts'
import { mailboxes, quarantine } from '../storage/schema.ts'
import type { Mailbox } from './mailbox.ts'

const { placeholder } = sql

export type Row = typeof mailboxes.$inferSelect

/** Refuses: storage-damaged. */
export function asMailbox(row: Row): Mailbox | null {
  mustBeSound(row, mailboxCheck(row), `mailbox ${row.key}`)
  const { state, checkValue: _check, opener: _opener, ...fields } = row
  return state === 'ended' ? null : { ...fields, state }
}

const statements = prepared((db: Db) => ({
  active: db
    .select()
    .from(mailboxes)
    .where(and(eq(mailboxes.address, placeholder('address')), eq(mailboxes.state, sql`'active'`)))
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
      byMail: placeholder('byMail'),
    })
    .prepare(),
  quarantined: db
    .select()
    .from(quarantine)
    .where(and(eq(quarantine.address, placeholder('address')), gt(quarantine.until, placeholder('now'))))
    .prepare(),
}))

/** The mailbox open at this address, for changes of this feature and of messages. */
export function findActive(db: Db, address: string): Mailbox | null {
  const row = statements(db).active.get({ address })
  return row ? asMailbox(row) : null
}

export function findById(db: Db, id: string): Mailbox | null {
  const row = statements(db).byId.get({ id })
  return row ? asMailbox(row) : null
}

/** In the archives of whichever accounts had the address, the newest at the end. */
export const archivedAt = (db: Db, address: string): Row[] => statements(db).archived.all({ address })

/** Not from its former account, if there is one. */
export function isHeld(db: Db, address: string, accountId: string | null, now: number): boolean {
  const isForeign = (held: { accountId: string | null } | undefined): boolean =>
    held !== undefined && (accountId === null || held.accountId !== accountId)
  return isForeign(statements(db).quarantined.get({ address, now })) || archivedAt(db, address).some(isForeign)
}

/** Whether a former mailbox of this very account keeps the address from mail. */
export const isHeldBy = (db: Db, address: string, accountId: string, now: number): boolean =>
  statements(db).quarantined.get({ address, now })?.accountId === accountId ||
  archivedAt(db, address).some((held) => held.accountId === accountId)

/** `opener`: who opens it without an account, as an IPv4 address or an IPv6 /64. */
export type NewMailbox = Omit<Mailbox, 'key' | 'state' | 'messageCount' | 'bytes'> & { opener: string | null }

/** Puts an open mailbox into the table; its address must be free. Answers its key. */
export function insertMailbox(db: Db, mailbox: NewMailbox): number {
  statements(db).insert.run({ ...mailbox, checkValue: mailboxCheck({ ...mailbox, state: 'active' }) })
  return insertedKey(db)
}

/** A mailbox that is to be changed. Refuses: storage-damaged, rather than make a damaged row look sound. */
export function changeable(db: Db, key: number): Row | undefined {
  const row = statements(db).byKey.get({ key })
  if (row) mustBeSound(row, mailboxCheck(row), `mailbox ${key}`)
  return row
}

/** Changes a mailbox, and its check value with it. Refuses: as `changeable`. */
export function changeMailbox(db: Db, key: number, patch: Partial<Omit<Row, 'key' | 'checkValue'>>): void {
  const row = changeable(db, key)
  if (!row) return
  db.update(mailboxes)
    .set({ ...patch, checkValue: mailboxCheck({ ...row, ...patch }) })
    .where(eq(mailboxes.key, key))
    .run()
}

/** Counts mail in (or, negative, out). A mailbox that mail alone made goes with its last message. */
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
        sql`(kind = 'unclaimed' or by_mail = 1)`,
        eq(mailboxes.messageCount, sql`0`),
      ),
    )
    .prepare(),
}))
