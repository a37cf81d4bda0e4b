// Attachments that were added to a message after it came: their bytes are a content of their own, with no digest.
import { and, asc, count, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import { countMail } from '../mailboxes/rows.ts'
import { say } from '../mailboxes/telling.ts'
import { Refusal } from '../refusal.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { addedAttachmentCheck, isSound, mustBeSound } from '../storage/row-checks.ts'
import { addedAttachments, mailboxes, messages } from '../storage/schema.ts'
import { isThere, type MailboxRow, sound, stillArriving } from './changed-rows.ts'
import { contentOf, keepBytes, releaseContent } from './contents.ts'
import { insertPiece, whole } from './pieces.ts'

export type AddedRow = typeof addedAttachments.$inferSelect

/** What is known of one when its last piece has come. */
export type NewAttachment = {
  messageId: string
  id: string
  name: string
  type: string
  size: number
  checksum: string
  expiresAt: number | null
  /** Null: no piece was stored before. */
  contentKey: number | null
  /** The last piece, and how many were stored before. */
  parts: readonly Uint8Array[]
  pieces: number
}

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  shown: () =>
    db
      .select()
      .from(addedAttachments)
      .where(
        and(
          eq(addedAttachments.messageKey, placeholder('messageKey')),
          or(isNull(addedAttachments.expiresAt), gt(addedAttachments.expiresAt, placeholder('now'))),
        ),
      )
      .orderBy(asc(addedAttachments.index))
      .prepare(),
  all: () =>
    db
      .select()
      .from(addedAttachments)
      .where(eq(addedAttachments.messageKey, placeholder('messageKey')))
      .prepare(),
  any: () => db.select({ key: addedAttachments.key }).from(addedAttachments).limit(1).prepare(),
  messageOf: () =>
    db
      .select({ id: messages.id })
      .from(addedAttachments)
      .innerJoin(messages, eq(messages.key, addedAttachments.messageKey))
      .where(eq(addedAttachments.id, placeholder('id')))
      .prepare(),
}))

/** Those of a message that have not run out, in their order. Refuses: storage-damaged. */
export function addedTo(db: Db, messageKey: number, now: number): AddedRow[] {
  const rows = statements(db).shown.all({ messageKey, now })
  for (const row of rows) mustBeSound(row, addedAttachmentCheck(row), `an attachment added to message ${messageKey}`)
  return rows
}

/** Whether there are any at all: mostly there are none, and lists need not look. */
export const anyAdded = (db: Db): boolean => statements(db).any.get() !== undefined

/** The id of the message that has it; null if none has. */
export const messageWithAdded = (db: Db, id: string): string | null => statements(db).messageOf.get({ id })?.id ?? null

/** Takes those of a message away that are meant; answers their bytes. The message or its mailbox is told of by the caller. */
export function removeAdded({ db }: Tx, messageKey: number, isMeant: (row: AddedRow) => boolean = () => true): Removed {
  const going = statements(db).all.all({ messageKey }).filter(isMeant)
  for (const { key, contentKey } of going) {
    db.delete(addedAttachments).where(eq(addedAttachments.key, key)).run()
    releaseContent(db, contentKey)
  }
  return { count: going.length, bytes: going.reduce((sum, { size }) => sum + size, 0) }
}

export type Removed = { count: number; bytes: number }

/** Rows that one sweep looks at. */
const batch = 50

/** Removes added attachments that have run out before their message. Answers whether there are more. */
export function sweepAdded(tx: Tx, now: number): boolean {
  const due = tx.db
    .select({ added: addedAttachments, message: messages, mailbox: mailboxes })
    .from(addedAttachments)
    .innerJoin(messages, eq(messages.key, addedAttachments.messageKey))
    .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
    .where(lte(addedAttachments.expiresAt, now))
    .limit(batch)
    .all()
  // Of a damaged one it is not known whether it has run out.
  for (const { added, message, mailbox } of due.filter(({ added }) => isSound(added, addedAttachmentCheck(added)))) {
    dropAdded(tx, message, mailbox, ({ key }) => key === added.key, now)
  }
  return due.length === batch
}

/** Takes some of a message's away, and tells of it. */
export function dropAdded(
  tx: Tx,
  message: { key: number; id: string },
  mailbox: MailboxRow,
  isMeant: (row: AddedRow) => boolean,
  now: number,
): Removed {
  const removed = removeAdded(tx, message.key, isMeant)
  if (removed.count === 0) return removed
  countMail(tx.db, mailbox.key, 0, -removed.bytes)
  say(tx, 'message.changed', mailbox, message.id, now)
  return removed
}

export const adding = {
  /** `most`: how many may be added to one message. Refuses: message-unknown, quota-exceeded, storage-failed. */
  'messages.attach': (
    tx,
    {
      messageId,
      contentKey,
      parts,
      pieces,
      checksum,
      most,
      now,
      ...given
    }: NewAttachment & { most: number; now: number },
  ): void => {
    const { db } = tx
    const found = db
      .select({ message: messages, mailbox: mailboxes })
      .from(messages)
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
      .where(eq(messages.id, messageId))
      .get()
    if (!found || !isThere(found, now)) throw new Refusal('message-unknown')
    const { key: messageKey, contentKey: mailKey } = sound(found.message)
    const there = db
      .select({ n: count(), last: sql<number | null>`max(${addedAttachments.index})` })
      .from(addedAttachments)
      .where(eq(addedAttachments.messageKey, messageKey))
      .get()
    if ((there?.n ?? 0) >= most) throw new Refusal('quota-exceeded')
    if (contentKey !== null) stillArriving(db, contentKey)
    const kept = keepBytes(db, { contentKey, size: given.size, checksum })
    const bytes = whole(parts)
    if (bytes.byteLength > 0) insertPiece(db, kept, pieces, bytes)
    // After the mail's own, and never where another was.
    const index = Math.max(contentOf(db, mailKey)?.attachmentCount ?? 0, (there?.last ?? -1) + 1)
    const row = { ...given, messageKey, contentKey: kept, index, createdAt: now }
    db.insert(addedAttachments)
      .values({ ...row, checkValue: addedAttachmentCheck(row) })
      .run()
    countMail(db, found.mailbox.key, 0, given.size)
    say(tx, 'message.changed', found.mailbox, messageId, now)
  },
} satisfies Changes
