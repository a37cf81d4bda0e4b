// Contents in the database, for the changes of messages: each is stored once, and goes when no message has it any more.
import { eq, sql } from 'drizzle-orm'
import { damageOf } from '../storage/damage.ts'
import { type Db, insertedKey, statementsOf } from '../storage/database.ts'
import { contentCheck, digestCheck, mustBeSound } from '../storage/row-checks.ts'
import { contents, digests } from '../storage/schema.ts'
import type { Digested } from './changes.ts'
import { removePiece, topBytes } from './pieces.ts'
import type { SearchText } from './search-index.ts'
import { topHeaders } from './top-headers.ts'

const { placeholder } = sql

type ContentRow = Omit<typeof contents.$inferSelect, 'key'>

/** What is known of a content when its last piece has come. */
export type ContentFacts = {
  /** Null: no piece was stored before. */
  contentKey: number | null
  /** The last (for a small mail: the only) piece. */
  bytes: Uint8Array
  /** The first bytes, where they are not in `bytes`. */
  head: Uint8Array | null
  size: number
  checksum: string
  trace: string
  envelopeFrom: string
}

const arriving: ContentRow = {
  state: 'arriving',
  refs: 0,
  size: 0,
  checksum: '',
  trace: '',
  envelopeFrom: '',
  fromName: '',
  fromAddress: '',
  to: [],
  subject: '',
  date: null,
  messageId: null,
  digest: 'pending',
  tries: 0,
  attachmentCount: 0,
  checkValue: null,
}

const statements = statementsOf((db: Db) => ({
  insertContent: () =>
    db
      .insert(contents)
      .values({
        state: placeholder('state'),
        refs: placeholder('refs'),
        size: placeholder('size'),
        checksum: placeholder('checksum'),
        trace: placeholder('trace'),
        envelopeFrom: placeholder('envelopeFrom'),
        fromName: placeholder('fromName'),
        fromAddress: placeholder('fromAddress'),
        to: placeholder('to'),
        subject: placeholder('subject'),
        date: placeholder('date'),
        messageId: placeholder('messageId'),
        digest: placeholder('digest'),
        tries: placeholder('tries'),
        attachmentCount: placeholder('attachmentCount'),
        checkValue: placeholder('checkValue'),
      })
      .prepare(),
  keepDigest: () =>
    db
      .insert(digests)
      .values({
        contentKey: placeholder('contentKey'),
        // What comes as bytes is text all the same.
        text: sql`cast(${placeholder('text')} as text)`,
        html: sql`cast(${placeholder('html')} as text)`,
        detail: sql`cast(${placeholder('detail')} as text)`,
        checkValue: placeholder('checkValue'),
      })
      .onConflictDoUpdate({
        target: digests.contentKey,
        set: {
          text: sql`excluded.text`,
          html: sql`excluded.html`,
          detail: sql`excluded.detail`,
          checkValue: sql`excluded.check_value`,
        },
      })
      .prepare(),
  content: () =>
    db
      .select()
      .from(contents)
      .where(eq(contents.key, placeholder('key')))
      .prepare(),
  markDigest: () =>
    db
      .update(contents)
      .set({
        digest: sql`${placeholder('digest')}`,
        attachmentCount: sql`${placeholder('attachmentCount')}`,
        subject: sql`${placeholder('subject')}`,
        checkValue: sql`${placeholder('checkValue')}`,
      })
      .where(eq(contents.key, placeholder('key')))
      .prepare(),
  releaseContent: () =>
    db
      .update(contents)
      .set({
        refs: sql`refs - 1`,
        // The messages themselves are asked, not the count alone: damage to it must not cost another message its bytes.
        state: sql`case when exists (select 1 from messages where content_key = ${placeholder('key')})
        or exists (select 1 from added_attachments where content_key = ${placeholder('key')}) then state else 'dropped' end`,
      })
      .where(eq(contents.key, placeholder('key')))
      .prepare(),
  dropped: () =>
    db
      .select({ key: contents.key })
      .from(contents)
      .where(
        sql`state <> 'kept' and state = 'dropped' and not exists (select 1 from messages where content_key = "contents"."key")
        and not exists (select 1 from added_attachments where content_key = "contents"."key")`,
      )
      .limit(200)
      .prepare(),
  forgetContent: () =>
    db
      .delete(contents)
      .where(eq(contents.key, placeholder('key')))
      .prepare(),
}))

function insertContent(db: Db, row: ContentRow): number {
  statements(db).insertContent.run(row)
  return insertedKey(db)
}

/** A content whose pieces are still to come. Answers its key. */
export const beginContent = (db: Db): number => insertContent(db, arriving)

/** Completes a content, or makes one, that so many messages will have. Answers its key. */
export function keepContent(db: Db, mail: ContentFacts, refs: number): number {
  const top = topHeaders(mail.head ?? mail.bytes.subarray(0, topBytes))
  const row: ContentRow = {
    ...arriving,
    state: refs > 0 ? 'kept' : 'dropped',
    refs,
    size: mail.size,
    checksum: mail.checksum,
    trace: mail.trace,
    envelopeFrom: mail.envelopeFrom,
    fromName: top.from?.name ?? '',
    fromAddress: top.from?.address ?? mail.envelopeFrom,
    to: top.to,
    subject: top.subject,
    date: top.date,
    messageId: top.messageId,
  }
  row.checkValue = contentCheck(row)
  if (mail.contentKey === null) return insertContent(db, row)
  db.update(contents).set(row).where(eq(contents.key, mail.contentKey)).run()
  return mail.contentKey
}

/** Completes a content, or makes one, that is no mail: nothing is read out of it. Answers its key. */
export function keepBytes(
  db: Db,
  { contentKey, size, checksum }: Pick<ContentFacts, 'contentKey' | 'size' | 'checksum'>,
): number {
  const row: ContentRow = { ...arriving, state: 'kept', refs: 1, size, checksum, digest: 'ready' }
  row.checkValue = contentCheck(row)
  if (contentKey === null) return insertContent(db, row)
  db.update(contents).set(row).where(eq(contents.key, contentKey)).run()
  return contentKey
}

/** The row of a content, if there is one. Refuses: storage-damaged. */
export function contentOf(db: Db, contentKey: number): typeof contents.$inferSelect | undefined {
  const content = statements(db).content.get({ key: contentKey })
  if (content) mustBeSound(content, contentCheck(content), `content ${contentKey}`)
  return content
}

/** The digest of a content, or why there is none. Refuses: storage-damaged. */
export function keepDigest(
  db: Db,
  contentKey: number,
  state: 'ready' | 'failed',
  digest: Pick<Digested, 'text' | 'html' | 'detail' | 'attachmentCount'> & { subject: string },
): void {
  const { text, html, detail, attachmentCount } = digest
  const content = contentOf(db, contentKey)
  if (!content) return
  // One that stands behind more headers than are looked at when a mail is stored.
  const subject = content.subject === '' ? digest.subject : content.subject
  const marked = { ...content, digest: state, attachmentCount, subject }
  const digested = { contentKey, text, html, detail }
  statements(db).keepDigest.run({ ...digested, checkValue: digestCheck(digested) })
  statements(db).markDigest.run({
    key: contentKey,
    digest: state,
    attachmentCount,
    subject,
    checkValue: contentCheck(marked),
  })
}

/** One message fewer has it; without any it is dropped. */
export function releaseContent(db: Db, key: number): void {
  statements(db).releaseContent.run({ key })
}

/** What can be searched of a mail that could not be read: the headers that were stored with it. */
export function storedText(db: Db, contentKey: number): SearchText {
  const content = statements(db).content.get({ key: contentKey })
  const words = (content?.to ?? []).map(({ name, address }) => `${name} ${address}`)
  return {
    subject: content?.subject ?? '',
    sender: `${content?.fromName ?? ''} ${content?.fromAddress ?? ''}`,
    recipients: words.join(' '),
    body: '',
  }
}

/** Gives back the pieces of contents that nobody needs, one by one. Answers whether there are more. */
export function sweepContents(db: Db, writerMs: number): boolean {
  const began = performance.now()
  const dropped = statements(db).dropped.all()
  for (const { key } of dropped) {
    try {
      while (removePiece(db, key)) if (performance.now() - began > writerMs) return true
      statements(db).forgetContent.run({ key })
    } catch (error) {
      // Pages that cannot be given back must not keep back those that can.
      if (!damageOf(error)) throw error
    }
  }
  return dropped.length === 200
}
