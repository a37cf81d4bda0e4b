// What the writer thread may do to messages and their contents.
import { and, eq, inArray, notInArray, sql } from 'drizzle-orm'
import { hasDomain } from '../domains/rows.ts'
import { type Adoption, adoptions, keepAdoption } from '../mailboxes/adoptions.ts'
import { giveWay } from '../mailboxes/closing.ts'
import { isEnded, type Mailbox, type Recipient } from '../mailboxes/mailbox.ts'
import { countMail, findActive, insertMailbox, isHeld, isHeldBy, noteUse } from '../mailboxes/rows.ts'
import { say } from '../mailboxes/telling.ts'
import { retainUntil } from '../plans/plan.ts'
import type { Changes, Tx } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { attachmentCheck, messageCheck } from '../storage/row-checks.ts'
import { attachments, contents, mailboxes, messages } from '../storage/schema.ts'
import { adding } from './added.ts'
import { type MailboxRow, type MessageRow, sound, stillArriving } from './changed-rows.ts'
import { beginContent, type ContentFacts, keepContent, keepDigest, storedText } from './contents.ts'
import { indexMailbox, indexSome } from './index-anew.ts'
import type { LongText } from './long-text.ts'
import { insertPiece, whole } from './pieces.ts'
import { emptyIndex, indexMessage, mergeIndex, type SearchText } from './search-index.ts'
import { upkeep } from './upkeep.ts'

export type Arrived = Omit<ContentFacts, 'bytes'> & {
  /** The last (for a small mail: the only) piece. */
  parts: readonly Uint8Array[]
  /** How many pieces were stored before. */
  pieces: number
  /** With the ids that the message, and a mailbox made for it, would get. */
  recipients: (Recipient & { messageId: string; newMailboxId: string })[]
  now: number
}

type Standing = MailboxRow & Pick<Mailbox, 'usedAt'>

export type Stored = { contentKey: number; messageIds: string[] }

export type Digested = {
  contentKey: number
  text: LongText | null
  html: LongText | null
  detail: LongText
  attachmentCount: number
  search: SearchText
}

export const changes = {
  ...upkeep,
  ...adding,

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
      .map((recipient) => ({ recipient, mailbox: standing(tx, recipient, mail.now) }))
      .filter((one): one is { recipient: Arrived['recipients'][number]; mailbox: Standing } => one.mailbox !== null)
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
      noteUse(db, mailbox, mail.now)
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

  /** A step of taking what was deleted out of the search index. Answers whether there is more. */
  'search.merge': (tx, { begin }: { begin: boolean }): boolean => mergeIndex(tx, begin),

  /** A step of indexing a mailbox's mail for the account whose it has become. Answers where the next one goes on, null at the end. */
  'search.adopt': (tx, { mailboxKey, after }: { mailboxKey: number; after: number }): number | null => {
    const last = indexMailbox(tx, mailboxKey, after)
    keepAdoption(tx.db, mailboxKey, last)
    return last
  },

  /** What a crash left to be indexed. */
  'search.adoptions': ({ db }, _: null): Adoption[] => adoptions(db),

  /** A step of making the search index anew; `after` null empties it. Answers where the next one goes on, null at the end. */
  'search.anew': (tx, { after }: { after: number | null }): number | null => {
    if (after === null) {
      emptyIndex(tx)
      return 0
    }
    return indexSome(tx, after)
  },
} satisfies Changes

const { placeholder } = sql

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
}))

/** The mailbox that gets it now: the one of RCPT if it still stands; for a free address the one that is there, or a new one. */
function standing(tx: Tx, recipient: Arrived['recipients'][number], now: number): Standing | null {
  const { db } = tx
  const { accountId, mailboxAddress } = recipient
  const there = findActive(db, mailboxAddress)
  // At an account's domain what others have left there is no home for its mail.
  const isForeign =
    recipient.mailboxId === null && accountId !== null && there !== null && there.accountId !== accountId
  if (isForeign && accountId !== null) giveWay(tx, mailboxAddress, accountId, now)
  const mailbox = isForeign ? null : there
  if (mailbox) return isEnded(mailbox, now) || (recipient.mailboxId ?? mailbox.id) !== mailbox.id ? null : mailbox
  const isKept =
    accountId === null ? isHeld(db, mailboxAddress, null, now) : isHeldBy(db, mailboxAddress, accountId, now)
  if (recipient.mailboxId !== null || isKept) return null
  // Removed since RCPT, it leaves no mailbox behind that nobody would end.
  if (accountId !== null && !hasDomain(db, accountId, recipient.domain)) return null
  const made = {
    id: recipient.newMailboxId,
    address: recipient.mailboxAddress,
    localPart: recipient.localPart,
    domain: recipient.domain,
    kind: accountId === null ? 'unclaimed' : 'owned',
    accountId,
    createdAt: now,
    expiresAt: null,
    recoverable: false,
    tag: null,
    passwordHash: null,
    opener: null,
    usedAt: null,
    byMail: accountId !== null,
  } as const
  return { ...made, key: insertMailbox(db, made) }
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
