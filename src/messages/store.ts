// Reading messages and their contents; what changes them is in changes.ts. Listing never reads bodies.
import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { sequences } from '../storage/event-log.ts'
import { attachments, contents, digests, mailboxes, messages } from '../storage/schema.ts'
import type { changes } from './changes.ts'
import type { DigestDetail, Message } from './message.ts'
import { readSlices } from './pieces.ts'

export type ListQuery = {
  mailboxKey: number
  /** Only mail sent to this very address; null: all. */
  address: string | null
  /** Only keys below. */
  before: number
  /** Only mail received at or after; epoch milliseconds. */
  since: number
  now: number
  limit: number
}

export type StoredDigest = { text: string | null; html: string | null; detail: Partial<DigestDetail> }

/** A content as it may be asked for by its bytes. */
export type Source = { contentKey: number; size: number; trace: string }

export interface MessageStore {
  /** Newest first. */
  list(query: ListQuery): Promise<Message[]>
  byId(id: string, now: number): Promise<Message | null>
  /** Those of the keys that are still there, in their order. */
  byKeys(keys: readonly number[], now: number): Promise<Message[]>
  /** In the order of their digests, after `seq`. */
  digestedAfter(query: DigestedQuery): Promise<Message[]>
  digestOf(contentKey: number): Promise<StoredDigest | null>
  attachmentsOf(messageKey: number): Promise<{ id: string; index: number; hidden: boolean }[]>
  source(message: Message): Promise<Source | null>
  pieces(contentKey: number): Generator<Uint8Array>
  /** Contents without a digest, smallest first. */
  undigested(limit: number): Promise<Undigested[]>
  /** Those of one mailbox. */
  undigestedIn(mailboxKey: number): Promise<Undigested[]>
  /** The highest key of a mailbox's messages, 0 without one. */
  newest(mailboxKey: number): Promise<number>
  /** The highest key of all messages ever, and how many there are. */
  extent(): Promise<{ newest: number; count: number }>
  /** How many contents have no digest. */
  undigestedCount(): Promise<number>
  readonly writes: Writes<typeof changes>
}

export type Undigested = { contentKey: number; size: number; tries: number }

export type DigestedQuery = { mailboxKey: number; address: string | null; seq: number; now: number; limit: number }

const { placeholder } = sql

const columns = {
  message: messages,
  content: {
    envelopeFrom: contents.envelopeFrom,
    fromName: contents.fromName,
    fromAddress: contents.fromAddress,
    to: contents.to,
    subject: contents.subject,
    digest: contents.digest,
    attachmentCount: contents.attachmentCount,
    tries: contents.tries,
  },
  mailbox: { id: mailboxes.id, address: mailboxes.address, expiresAt: mailboxes.expiresAt },
}

const statements = prepared((db: Db) => {
  const joined = () =>
    db
      .select(columns)
      .from(messages)
      .innerJoin(contents, eq(contents.key, messages.contentKey))
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
  const open = and(
    eq(mailboxes.state, sql`'active'`),
    or(isNull(mailboxes.expiresAt), gt(mailboxes.expiresAt, placeholder('now'))),
    or(isNull(messages.retainUntil), gt(messages.retainUntil, placeholder('now'))),
  )
  const inMailbox = and(
    eq(messages.mailboxKey, placeholder('mailboxKey')),
    lt(messages.key, placeholder('before')),
    sql`${messages.receivedAt} >= ${placeholder('since')}`,
    open,
  )
  const afterSeq = and(
    eq(messages.mailboxKey, placeholder('mailboxKey')),
    sql`${messages.digestedSeq} is not null`,
    gt(messages.digestedSeq, placeholder('seq')),
    open,
  )
  const toAddress = eq(messages.address, placeholder('address'))
  const undigested = { contentKey: contents.key, size: contents.size, tries: contents.tries }
  return {
    list: joined().where(inMailbox).orderBy(desc(messages.key)).limit(placeholder('limit')).prepare(),
    listTo: joined().where(and(inMailbox, toAddress)).orderBy(desc(messages.key)).limit(placeholder('limit')).prepare(),
    byId: joined()
      .where(and(eq(messages.id, placeholder('id')), open))
      .prepare(),
    byKey: joined()
      .where(and(eq(messages.key, placeholder('key')), open))
      .prepare(),
    digested: joined().where(afterSeq).orderBy(asc(messages.digestedSeq)).limit(placeholder('limit')).prepare(),
    digestedTo: joined()
      .where(and(afterSeq, toAddress))
      .orderBy(asc(messages.digestedSeq))
      .limit(placeholder('limit'))
      .prepare(),
    digest: db
      .select()
      .from(digests)
      .where(eq(digests.contentKey, placeholder('contentKey')))
      .prepare(),
    attachments: db
      .select({ id: attachments.id, index: attachments.index, hidden: attachments.hidden })
      .from(attachments)
      .where(eq(attachments.messageKey, placeholder('messageKey')))
      .orderBy(asc(attachments.index))
      .prepare(),
    source: db
      .select({ contentKey: contents.key, size: contents.size, trace: contents.trace })
      .from(contents)
      .where(eq(contents.key, placeholder('contentKey')))
      .prepare(),
    undigested: db
      .select(undigested)
      .from(contents)
      .where(sql`digest = 'pending' and state = 'kept'`)
      .orderBy(asc(contents.size))
      .limit(placeholder('limit'))
      .prepare(),
    undigestedIn: db
      .select(undigested)
      .from(messages)
      .innerJoin(contents, eq(contents.key, messages.contentKey))
      .where(
        and(
          eq(messages.mailboxKey, placeholder('mailboxKey')),
          isNull(messages.digestedSeq),
          eq(contents.digest, sql`'pending'`),
        ),
      )
      .limit(1000)
      .prepare(),
    undigestedCount: db
      .select({ count: sql<number>`count(*)` })
      .from(contents)
      .where(sql`digest = 'pending' and state = 'kept'`)
      .prepare(),
    sequence: db.select({ seq: sequences.seq }).from(sequences).where(eq(sequences.name, sql`'messages'`)).prepare(),
    count: db.select({ count: sql<number>`count(*)` }).from(messages).prepare(),
    newest: db
      .select({ key: sql<number | null>`max(${messages.key})` })
      .from(messages)
      .where(eq(messages.mailboxKey, placeholder('mailboxKey')))
      .prepare(),
  }
})

/** What somebody who reads a source slowly holds in memory. */
const sliceBytes = 256 * 1024

export class SqliteMessageStore implements MessageStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async list({ address, ...query }: ListQuery): Promise<Message[]> {
    const { list, listTo } = statements(this.db)
    return (address === null ? list.all(query) : listTo.all({ ...query, address })).map(message)
  }

  async byId(id: string, now: number): Promise<Message | null> {
    const row = statements(this.db).byId.get({ id, now })
    return row ? message(row) : null
  }

  async byKeys(keys: readonly number[], now: number): Promise<Message[]> {
    return keys.flatMap((key) => statements(this.db).byKey.all({ key, now })).map(message)
  }

  async digestedAfter({ address, ...query }: DigestedQuery): Promise<Message[]> {
    const { digested, digestedTo } = statements(this.db)
    return (address === null ? digested.all(query) : digestedTo.all({ ...query, address })).map(message)
  }

  async digestOf(contentKey: number): Promise<StoredDigest | null> {
    const row = statements(this.db).digest.get({ contentKey })
    return row ? { text: row.text, html: row.html, detail: JSON.parse(row.detail) } : null
  }

  async attachmentsOf(messageKey: number): Promise<{ id: string; index: number; hidden: boolean }[]> {
    return statements(this.db).attachments.all({ messageKey })
  }

  async source({ contentKey }: Message): Promise<Source | null> {
    return statements(this.db).source.get({ contentKey }) ?? null
  }

  pieces(contentKey: number): Generator<Uint8Array> {
    return readSlices(this.db, contentKey, sliceBytes)
  }

  async undigested(limit: number): Promise<Undigested[]> {
    return statements(this.db).undigested.all({ limit })
  }

  async undigestedIn(mailboxKey: number): Promise<Undigested[]> {
    return statements(this.db).undigestedIn.all({ mailboxKey })
  }

  async undigestedCount(): Promise<number> {
    return statements(this.db).undigestedCount.get()?.count ?? 0
  }

  async extent(): Promise<{ newest: number; count: number }> {
    const newest = statements(this.db).sequence.get()?.seq ?? 0
    return { newest, count: statements(this.db).count.get()?.count ?? 0 }
  }

  async newest(mailboxKey: number): Promise<number> {
    return statements(this.db).newest.get({ mailboxKey })?.key ?? 0
  }
}

type Row = {
  message: typeof messages.$inferSelect
  content: Pick<
    typeof contents.$inferSelect,
    'envelopeFrom' | 'fromName' | 'fromAddress' | 'to' | 'subject' | 'digest' | 'attachmentCount' | 'tries'
  >
  mailbox: Pick<typeof mailboxes.$inferSelect, 'id' | 'address' | 'expiresAt'>
}

function message({ message, content, mailbox }: Row): Message {
  const { retainUntil, ...row } = message
  return {
    ...row,
    mailboxId: mailbox.id,
    mailboxAddress: mailbox.address,
    from: { name: content.fromName, address: content.fromAddress },
    to: content.to.length > 0 ? content.to : [{ name: '', address: message.address }],
    envelopeFrom: content.envelopeFrom,
    subject: content.subject,
    expiresAt: earlier(retainUntil, mailbox.expiresAt),
    attachmentCount: content.attachmentCount,
    digest: content.digest,
    tries: content.tries,
  }
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}
