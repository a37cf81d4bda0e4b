// Contents in the database, for the changes of messages: each is stored once, and goes when no message has it any more.
import { eq, sql } from 'drizzle-orm'
import { type Db, prepared } from '../storage/database.ts'
import { contents, digests } from '../storage/schema.ts'
import { removePiece, topBytes } from './pieces.ts'
import type { SearchText } from './search-index.ts'
import { topHeaders } from './top-headers.ts'

const { placeholder } = sql

type ContentRow = Omit<typeof contents.$inferInsert, 'key'>

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
}

const statements = prepared((db: Db) => ({
  insertContent: db
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
    })
    .returning({ key: contents.key })
    .prepare(),
  keepDigest: db
    .insert(digests)
    .values({
      contentKey: placeholder('contentKey'),
      text: placeholder('text'),
      html: placeholder('html'),
      detail: placeholder('detail'),
    })
    .onConflictDoUpdate({
      target: digests.contentKey,
      set: { text: sql`excluded.text`, html: sql`excluded.html`, detail: sql`excluded.detail` },
    })
    .prepare(),
  markDigest: db
    .update(contents)
    .set({
      digest: sql`${placeholder('digest')}`,
      attachmentCount: sql`${placeholder('attachmentCount')}`,
      // One that stands behind more headers than are looked at when a mail is stored.
      subject: sql`case when subject = '' then ${placeholder('subject')} else subject end`,
    })
    .where(eq(contents.key, placeholder('key')))
    .prepare(),
  releaseContent: db
    .update(contents)
    .set({ refs: sql`refs - 1`, state: sql`case when refs = 1 then 'dropped' else state end` })
    .where(eq(contents.key, placeholder('key')))
    .prepare(),
  dropped: db
    .select({ key: contents.key })
    .from(contents)
    .where(sql`state <> 'kept' and state = 'dropped'`)
    .limit(200)
    .prepare(),
  forgetContent: db
    .delete(contents)
    .where(eq(contents.key, placeholder('key')))
    .prepare(),
}))

function insertContent(db: Db, row: ContentRow): number {
  const [inserted] = statements(db).insertContent.all(row)
  if (!inserted) throw new Error('a content was not inserted')
  return inserted.key
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
  if (mail.contentKey === null) return insertContent(db, row)
  db.update(contents).set(row).where(eq(contents.key, mail.contentKey)).run()
  return mail.contentKey
}

/** The digest of a content, or why there is none. */
export function keepDigest(
  db: Db,
  contentKey: number,
  state: 'ready' | 'failed',
  digest: { text: string | null; html: string | null; detail: string; attachmentCount: number; subject: string },
): void {
  const { text, html, detail, attachmentCount, subject } = digest
  statements(db).keepDigest.run({ contentKey, text, html, detail })
  statements(db).markDigest.run({ key: contentKey, digest: state, attachmentCount, subject })
}

/** One message fewer has it; without any it is dropped. */
export function releaseContent(db: Db, key: number): void {
  statements(db).releaseContent.run({ key })
}

/** What can be searched of a mail that could not be read: the headers that were stored with it. */
export function storedText(db: Db, contentKey: number): SearchText {
  const content = db.select().from(contents).where(eq(contents.key, contentKey)).get()
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
    while (removePiece(db, key)) if (performance.now() - began > writerMs) return true
    statements(db).forgetContent.run({ key })
  }
  return dropped.length === 200
}
