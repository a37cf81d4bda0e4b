// What the writer thread may do to messages and their contents.
import { and, eq, inArray, isNotNull, lte, notInArray, sql } from 'drizzle-orm'
import type { EventType } from '../events.ts'
import { isEnded, type Mailbox, type Recipient } from '../mailboxes/mailbox.ts'
import { countMail, findActive, insertMailbox, isHeld } from '../mailboxes/store.ts'
import { retainUntil } from '../plans/plan.ts'
import { Refusal } from '../refusal.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { attachmentCheck, isSound, mailboxCheck, messageCheck, mustBeSound } from '../storage/row-checks.ts'
import { attachments, contents, mailboxes, messages } from '../storage/schema.ts'
import {
  beginContent,
  type ContentFacts,
  keepContent,
  keepDigest,
  releaseContent,
  storedText,
  sweepContents,
} from './contents.ts'
import { indexSome } from './index-anew.ts'
import type { LongText } from './long-text.ts'
import { insertPiece, whole } from './pieces.ts'
import { emptyIndex, indexMessage, mergeIndex, type SearchText, unindexMessage } from './search-index.ts'

export type Arrived = Omit<ContentFacts, 'bytes'> & {
  /** The last (for a small mail: the only) piece. */
  parts: readonly Uint8Array[]
  /** How many pieces were stored before. */
  pieces: number
  /** With the ids that the message, and an unclaimed mailbox made for it, would get. */
  recipients: (Recipient & { messageId: string; newMailboxId: string })[]
  now: number
}

export type Stored = { contentKey: number; messageIds: string[] }

export type Digested = {
  contentKey: number
  text: LongText | null
  html: LongText | null
  detail: LongText
  attachmentCount: number
  search: SearchText
}

/** Milliseconds that one sweep may hold the writer. */
const writerMs = 5

export const changes = {
  /** Stores a piece of a mail that is still coming; the first (contentKey null) makes its content. Answers its key. Refuses: storage-failed. */
  'contents.piece': (
    { db },
    { contentKey, index, parts }: { contentKey: number | null; index: number; parts: readonly Uint8Array[] },
  ): number => {
    if (contentKey !== null) stillArriving(db, contentKey)
    const key = contentKey ?? beginContent(db)
    insertPiece(db, key, index, whole(parts))
    return key
  },

  /** A mail that was begun will not come: its pieces go with the next sweeps. One that is kept stays: it was stored, and only the answer was lost. */
  'contents.drop': ({ db }, { contentKey }: { contentKey: number }): void => {
    db.update(contents)
      .set({ state: 'dropped' })
      .where(and(eq(contents.key, contentKey), eq(contents.state, 'arriving')))
      .run()
  },

  /** What was arriving when a process or a writer thread ended, but for what is on its way still. */
  'contents.drop-arriving': ({ db }, { but }: { but: number[] }): void => {
    const lost = and(sql`state <> 'kept' and state = 'arriving'`, notInArray(contents.key, but))
    db.update(contents).set({ state: 'dropped' }).where(lost).run()
  },

  /**
   * Stores a mail: one content, and a message in each mailbox that still stands. A mailbox that filled since RCPT gets it
   * all the same; one that ended dies with it.
   */
  'messages.store': (tx, mail: Arrived): Stored => {
    const { db } = tx
    const reached = mail.recipients
      .map((recipient) => ({ recipient, mailbox: standing(db, recipient, mail.now) }))
      .filter((one): one is { recipient: Arrived['recipients'][number]; mailbox: MailboxRow } => one.mailbox !== null)
    if (mail.contentKey !== null) stillArriving(db, mail.contentKey)
    const bytes = whole(mail.parts)
    const key = keepContent(db, { ...mail, bytes }, reached.length)
    if (bytes.byteLength > 0) insertPiece(db, key, mail.pieces, bytes)
    for (const { recipient, mailbox } of reached) {
      const message = {
        id: recipient.messageId,
        mailboxKey: mailbox.key,
        contentKey: key,
        address: recipient.address,
        size: mail.size,
        receivedAt: mail.now,
        retainUntil: retainUntil(recipient, mail.now),
      }
      const checkValue = messageCheck({ ...message, seen: false, digestedSeq: null })
      statements(db).insertMessage.run({ ...message, checkValue })
      countMail(db, mailbox.key, 1, mail.size)
      say(tx, 'message.stored', mailbox, recipient.messageId, mail.now)
    }
    return { contentKey: key, messageIds: reached.map(({ recipient }) => recipient.messageId) }
  },

  /** Counts digests that are begun, so that a mail that kills the process can't do so at every start; -1 takes them back. */
  'contents.try': ({ db }, { contentKeys, by }: { contentKeys: number[]; by: 1 | -1 }): void => {
    db.update(contents)
      .set({ tries: sql`max(0, tries + ${by})` })
      .where(inArray(contents.key, contentKeys))
      .run()
  },

  /** Stores what was read out of a content, for each message that has it. */
  'messages.digested': (tx, { now, ...digest }: Digested & { now: number }): void => storeDigest(tx, digest, now),

  /** A digest that was damaged is made anew; its messages were told of it long ago. Refuses: storage-damaged. */
  'messages.mend-digest': ({ db }, { contentKey, search, ...digest }: Digested): void => {
    keepDigest(db, contentKey, 'ready', { ...digest, subject: search.subject })
    for (const { key } of statements(db).ofContent.all({ contentKey })) {
      nameAttachments(db, key, digest.attachmentCount)
    }
  },

  /** A content that cannot be read: its messages show their headers, their source and this note. */
  'messages.undigestible': (tx, { contentKey, note, now }: { contentKey: number; note: string; now: number }): void => {
    const { db } = tx
    const of = undigested(db, contentKey)
    if (of.length === 0) return
    const none = { text: null, html: null, detail: JSON.stringify({ notes: [note] }), attachmentCount: 0, subject: '' }
    keepDigest(db, contentKey, 'failed', none)
    for (const { message, mailbox } of of) {
      indexMessage(tx, message.key, mailbox, storedText(db, contentKey))
      tellDigested(tx, message, mailbox, now)
    }
  },

  /** Refuses: message-unknown. */
  'messages.mark': (tx, { id, seen, now }: { id: string; seen: boolean; now: number }): void => {
    const found = statements(tx.db).byId.get({ id })
    if (!found) throw new Refusal('message-unknown')
    if (found.message.seen === seen) return
    const { key, checkValue: _, ...message } = sound(found.message)
    tx.db
      .update(messages)
      .set({ seen, checkValue: messageCheck({ ...message, seen }) })
      .where(eq(messages.key, key))
      .run()
    say(tx, 'message.changed', found.mailbox, id, now)
  },

  /** Refuses: message-unknown. */
  'messages.delete': (tx, { id, now }: { id: string; now: number }): void => {
    const found = statements(tx.db).byId.get({ id })
    if (!found) throw new Refusal('message-unknown')
    remove(tx, found.message, found.mailbox, now)
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

  /** A step of taking what was deleted out of the search index. Answers whether there is more. */
  'search.merge': (tx, { begin }: { begin: boolean }): boolean => mergeIndex(tx, begin),

  /** A step of making the search index anew; `after` null empties it. Answers where the next one goes on, null at the end. */
  'search.anew': (tx, { after }: { after: number | null }): number | null => {
    if (after === null) {
      emptyIndex(tx)
      return 0
    }
    return indexSome(tx, after)
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

type MailboxRow = Pick<Mailbox, 'key' | 'id' | 'address' | 'accountId' | 'kind'>
type MessageRow = typeof messages.$inferSelect

const statements = prepared((db: Db) => ({
  insertMessage: db
    .insert(messages)
    .values({
      id: placeholder('id'),
      mailboxKey: placeholder('mailboxKey'),
      contentKey: placeholder('contentKey'),
      address: placeholder('address'),
      size: placeholder('size'),
      receivedAt: placeholder('receivedAt'),
      retainUntil: placeholder('retainUntil'),
      seen: false,
      checkValue: placeholder('checkValue'),
    })
    .prepare(),
  ofContent: db
    .select()
    .from(messages)
    .where(eq(messages.contentKey, placeholder('contentKey')))
    .prepare(),
  mailbox: db
    .select({
      key: mailboxes.key,
      id: mailboxes.id,
      address: mailboxes.address,
      accountId: mailboxes.accountId,
      kind: mailboxes.kind,
    })
    .from(mailboxes)
    .where(eq(mailboxes.key, placeholder('key')))
    .prepare(),
  byId: db
    .select({ message: messages, mailbox: mailboxes })
    .from(messages)
    .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
    .where(eq(messages.id, placeholder('id')))
    .prepare(),
  orderDigest: db
    .update(messages)
    .set({ digestedSeq: sql`${placeholder('seq')}`, checkValue: sql`${placeholder('checkValue')}` })
    .where(eq(messages.key, placeholder('key')))
    .prepare(),
  keepAttachment: db
    .insert(attachments)
    .values({
      id: placeholder('id'),
      messageKey: placeholder('messageKey'),
      index: placeholder('index'),
      hidden: false,
      checkValue: placeholder('checkValue'),
    })
    .onConflictDoNothing()
    .prepare(),
  removeMessage: db
    .delete(messages)
    .where(eq(messages.key, placeholder('key')))
    .prepare(),
}))

/** Refuses: storage-failed, if its pieces were given up meanwhile: a mail is whole or not there. */
function stillArriving(db: Db, contentKey: number): void {
  const content = db.select({ state: contents.state }).from(contents).where(eq(contents.key, contentKey)).get()
  if (content?.state !== 'arriving') throw new Refusal('storage-failed')
}

/** The mailbox that gets it now: the one of RCPT if it still stands; for a free address the one that is there, or a new one. */
function standing(db: Db, recipient: Arrived['recipients'][number], now: number): MailboxRow | null {
  const mailbox = findActive(db, recipient.mailboxAddress)
  if (mailbox) return isEnded(mailbox, now) || (recipient.mailboxId ?? mailbox.id) !== mailbox.id ? null : mailbox
  if (recipient.mailboxId !== null || isHeld(db, recipient.mailboxAddress, now)) return null
  const unclaimed = {
    id: recipient.newMailboxId,
    address: recipient.mailboxAddress,
    localPart: recipient.localPart,
    domain: recipient.domain,
    kind: 'unclaimed',
    accountId: null,
    createdAt: now,
    expiresAt: null,
    recoverable: false,
    tag: null,
    passwordHash: null,
  } as const
  return { ...unclaimed, key: insertMailbox(db, unclaimed) }
}

function storeDigest(tx: Tx, { contentKey, text, html, detail, attachmentCount, search }: Digested, now: number): void {
  const { db } = tx
  const of = undigested(db, contentKey)
  if (of.length === 0) return
  keepDigest(db, contentKey, 'ready', { text, html, detail, attachmentCount, subject: search.subject })
  for (const { message, mailbox } of of) {
    nameAttachments(db, message.key, attachmentCount)
    indexMessage(tx, message.key, mailbox, search)
    tellDigested(tx, message, mailbox, now)
  }
}

/** Gives each attachment of a message an id, where it has none. */
function nameAttachments(db: Db, messageKey: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const attachment = { id: Bun.randomUUIDv7(), messageKey, index }
    statements(db).keepAttachment.run({ ...attachment, checkValue: attachmentCheck({ ...attachment, hidden: false }) })
  }
}

/** Refuses: storage-damaged. What changes a row must not make a damaged one look sound. */
function sound(message: MessageRow): MessageRow {
  mustBeSound(message, messageCheck(message), `message ${message.key}`)
  return message
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
  statements(db).removeMessage.run({ key: message.key })
  releaseContent(db, message.contentKey)
  countMail(db, mailbox.key, -1, -message.size)
  if (tell) say(tx, 'message.deleted', mailbox, message.id, now)
}

/** A content's messages that wait for its digest: one that was made twice must not be told, nor waited for, twice. */
function undigested(db: Db, contentKey: number): { message: MessageRow; mailbox: MailboxRow }[] {
  const of: { message: MessageRow; mailbox: MailboxRow }[] = []
  for (const message of statements(db).ofContent.all({ contentKey })) {
    // Asked for by itself: a join of the two takes several times as long as both.
    const mailbox = message.digestedSeq === null && statements(db).mailbox.get({ key: message.mailboxKey })
    if (mailbox) of.push({ message, mailbox })
  }
  return of
}

function tellDigested(tx: Tx, message: MessageRow, mailbox: MailboxRow, now: number): void {
  const seq = say(tx, 'message.digested', mailbox, message.id, now)
  const checkValue = messageCheck({ ...sound(message), digestedSeq: seq })
  statements(tx.db).orderDigest.run({ key: message.key, seq, checkValue })
}

function say(tx: Tx, type: EventType, mailbox: MailboxRow, messageId: string, at: number): number {
  return tx.tell({
    at,
    type,
    accountId: mailbox.accountId,
    mailboxId: mailbox.id,
    address: mailbox.address,
    unclaimed: mailbox.kind === 'unclaimed',
    messageId,
  })
}
