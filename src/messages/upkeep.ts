// What becomes of messages that are stored: they are marked, deleted, and swept away when their time is over.
import { and, eq, isNotNull, lte, sql } from 'drizzle-orm'
import { countMail } from '../mailboxes/rows.ts'
import { say } from '../mailboxes/telling.ts'
import { Refusal } from '../refusal.ts'
import { type By, record } from '../storage/audit-trail.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { attachmentCheck, isSound, mailboxCheck, messageCheck, mustBeSound } from '../storage/row-checks.ts'
import { attachments, mailboxes, messages } from '../storage/schema.ts'
import { dropAdded, removeAdded, sweepAdded } from './added.ts'
import { isThere, type MailboxRow, type MessageRow, sound } from './changed-rows.ts'
import { releaseContent, sweepContents } from './contents.ts'
import { unindexMessage } from './search-index.ts'

/** Milliseconds that one sweep may hold the writer. */
const writerMs = 5

export const upkeep = {
  /** Refuses: message-unknown. */
  'messages.mark': (tx, { id, seen, now }: { id: string; seen: boolean; now: number }): void => {
    const found = statements(tx.db).byId.get({ id })
    if (!found) throw new Refusal('message-unknown')
    if (found.message.seen !== seen) mark(tx, found, seen, now)
  },

  /** Of these those that are in the mailbox and were not seen. Answers how many. */
  'messages.mark-seen': (
    tx,
    { mailboxKey, ids, now }: { mailboxKey: number; ids: readonly string[]; now: number },
  ): number => {
    const unseen = ids.flatMap((id) => {
      const found = statements(tx.db).byId.get({ id })
      const isMeant = found?.message.mailboxKey === mailboxKey && !found.message.seen && isThere(found, now)
      return found && isMeant ? [found] : []
    })
    for (const found of unseen) mark(tx, found, true, now)
    return unseen.length
  },

  /** Some of those up to a message's key that were not seen. Answers how many, 0 at the end. */
  'messages.mark-all-seen': (
    tx,
    { mailboxKey, upTo, now }: { mailboxKey: number; upTo: number; now: number },
  ): number => {
    const mailbox = tx.db.select().from(mailboxes).where(eq(mailboxes.key, mailboxKey)).get()
    if (!mailbox) return 0
    const unseen = tx.db
      .select()
      .from(messages)
      .where(and(eq(messages.mailboxKey, mailboxKey), lte(messages.key, upTo), eq(messages.seen, false)))
      .limit(200)
      .all()
    for (const message of unseen) mark(tx, { message, mailbox }, true, now)
    return unseen.length
  },

  /** Refuses: message-unknown. */
  'messages.delete': (tx, { id, now, by = null }: { id: string; now: number; by?: By | null }): void => {
    const found = statements(tx.db).byId.get({ id })
    if (!found) throw new Refusal('message-unknown')
    remove(tx, found.message, found.mailbox, now)
    const { accountId, address } = found.mailbox
    if (by) record(tx, by, { accountId, what: 'message.deleted', target: id, detail: { address } })
  },

  /** Records that somebody empties a mailbox, or what came to one tagged address of it. */
  'messages.clearing': (
    tx,
    { accountId, mailboxId, address, by }: { accountId: string | null; mailboxId: string; address: string; by: By },
  ): void => record(tx, by, { accountId, what: 'mailbox.emptied', target: mailboxId, detail: { address } }),

  /**
   * Deletes several messages of one mailbox, which is `accountId`'s. Refuses: message-unknown, `foreign` for one in a
   * mailbox of somebody else's; and deletes none then.
   */
  'messages.delete-all': (
    tx,
    {
      ids,
      mailboxKey,
      accountId,
      now,
    }: { ids: readonly string[]; mailboxKey: number; accountId: string | null; now: number },
  ): void => {
    const all = ids.map((id) => {
      const found = statements(tx.db).byId.get({ id })
      if (!found || !isThere(found, now)) throw new Refusal('message-unknown')
      const { kind, accountId: owner } = found.mailbox
      const isForeign = kind !== 'unclaimed' && owner !== accountId
      if (found.message.mailboxKey !== mailboxKey)
        throw new Refusal('message-unknown', isForeign ? { foreign: true } : {})
      return found
    })
    for (const { message, mailbox } of all) remove(tx, message, mailbox, now)
  },

  /**
   * Takes attachments of a message out of sight, and those that were added to it away; what is no attachment of it, or is
   * out of sight already, is let pass. Refuses: message-unknown.
   */
  'messages.hide-attachments': (
    tx,
    { id, attachmentIds, now }: { id: string; attachmentIds: readonly string[]; now: number },
  ): void => {
    const { db } = tx
    const found = statements(db).byId.get({ id })
    if (!found) throw new Refusal('message-unknown')
    const ofMessage = eq(attachments.messageKey, found.message.key)
    const shown = db.select().from(attachments).where(ofMessage).all()
    const going = shown.filter((one) => !one.hidden && attachmentIds.includes(one.id))
    for (const one of going) {
      mustBeSound(one, attachmentCheck(one), `an attachment of message ${found.message.key}`)
      const hidden = { hidden: true, checkValue: attachmentCheck({ ...one, hidden: true }) }
      db.update(attachments).set(hidden).where(eq(attachments.id, one.id)).run()
    }
    const isMeant = (added: { id: string }): boolean => attachmentIds.includes(added.id)
    const { count } = dropAdded(tx, found.message, found.mailbox, isMeant, now)
    if (going.length > 0 && count === 0) say(tx, 'message.changed', found.mailbox, id, now)
  },

  /** Deletes what a mailbox holds up to a message's key, for a few milliseconds. Answers whether there is more. */
  'messages.clear': (
    tx,
    { mailboxKey, address, upTo, now }: { mailboxKey: number; address: string | null; upTo: number; now: number },
  ): boolean => {
    const mailbox = tx.db.select().from(mailboxes).where(eq(mailboxes.key, mailboxKey)).get()
    if (!mailbox) return false
    const which = and(
      eq(messages.mailboxKey, mailboxKey),
      lte(messages.key, upTo),
      address === null ? undefined : eq(messages.address, address),
    )
    const batch = tx.db.select().from(messages).where(which).orderBy(messages.key).limit(200).all()
    return (
      removeSome(
        tx,
        batch.map((message) => ({ message, mailbox })),
        now,
      ) || batch.length === 200
    )
  },

  /** Removes what has run out and what nobody needs any more, for a few milliseconds. Answers whether there is more. */
  'messages.sweep': (tx, { now }: { now: number }): boolean => {
    const { db } = tx
    const overdue = db
      .select({ message: messages, mailbox: mailboxes })
      .from(messages)
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
      .where(and(isNotNull(messages.retainUntil), lte(messages.retainUntil, now)))
      .limit(200)
      .all()
    if (removeSome(tx, overdue.filter(isWhole), now) || overdue.length === 200) return true
    if (sweepAdded(tx, now)) return true
    const closed = db
      .select()
      .from(mailboxes)
      .where(sql`state <> 'active' and (state = 'ended' or message_count > 0) and message_count > 0`)
      .limit(20)
      .all()
    for (const mailbox of closed.filter((row) => isSound(row, mailboxCheck(row)))) {
      const left = db.select().from(messages).where(eq(messages.mailboxKey, mailbox.key)).limit(200).all()
      if (
        removeSome(
          tx,
          left.map((message) => ({ message, mailbox })),
          now,
          false,
        ) ||
        left.length === 200
      )
        return true
    }
    return sweepContents(db, writerMs) || closed.length === 20
  },
} satisfies Changes

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  byId: () =>
    db
      .select({ message: messages, mailbox: mailboxes })
      .from(messages)
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
      .where(eq(messages.id, placeholder('id')))
      .prepare(),
  mark: () =>
    db
      .update(messages)
      .set({ seen: sql`${placeholder('seen')}`, checkValue: sql`${placeholder('checkValue')}` })
      .where(eq(messages.key, placeholder('key')))
      .prepare(),
  removeMessage: () =>
    db
      .delete(messages)
      .where(eq(messages.key, placeholder('key')))
      .prepare(),
}))

/** Refuses: storage-damaged. */
function mark(tx: Tx, found: { message: MessageRow; mailbox: MailboxRow }, seen: boolean, now: number): void {
  const { key, checkValue: _, ...message } = sound(found.message)
  const checkValue = messageCheck({ ...message, seen })
  statements(tx.db).mark.run({ key, seen: Number(seen), checkValue })
  say(tx, 'message.changed', found.mailbox, message.id, now)
}

/** Of a damaged row it is not known whether it has run out. */
const isWhole = ({ message }: { message: MessageRow }): boolean => isSound(message, messageCheck(message))

/** Removes some, for a few milliseconds. Answers whether some are left. */
function removeSome(tx: Tx, batch: { message: MessageRow; mailbox: MailboxRow }[], now: number, tell = true): boolean {
  const began = performance.now()
  for (const [index, { message, mailbox }] of batch.entries()) {
    remove(tx, message, mailbox, now, tell)
    if (performance.now() - began > writerMs) return index + 1 < batch.length
  }
  return false
}

function remove(tx: Tx, message: MessageRow, mailbox: MailboxRow, now: number, tell = true): void {
  const { db } = tx
  unindexMessage(tx, message.key)
  const { bytes } = removeAdded(tx, message.key)
  statements(db).removeMessage.run({ key: message.key })
  releaseContent(db, message.contentKey)
  countMail(db, mailbox.key, -1, -message.size - bytes)
  if (tell) say(tx, 'message.deleted', mailbox, message.id, now)
}
