// Reading messages and their contents; what changes them is in changes.ts. Listing never reads bodies.
import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { damaged } from '../storage/damage.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { sequences } from '../storage/event-log.ts'
import { attachmentCheck, digestCheck, isSound, mustBeSound } from '../storage/row-checks.ts'
import { attachments, contents, digests, mailboxes, messages } from '../storage/schema.ts'
import { type AddedRow, addedTo, anyAdded, messageWithAdded } from './added.ts'
import type { changes } from './changes.ts'
import type { LaterText } from './long-text.ts'
import type { DigestDetail, Message } from './message.ts'
import { readSlices } from './pieces.ts'
import { isOver, type Listed, message, type Row, readable, sound } from './rows.ts'
import { type Top, Tops } from './tops.ts'

export type ListQuery = {
  mailboxKey: number
  /** Open, as whoever asks has just found it. */
  mailbox: Row['mailbox']
  /** Only mail sent to this very address; null: all. */
  address: string | null
  /** Only keys below. */
  before: number
  /** Only mail received at or after; epoch milliseconds. */
  since: number
  now: number
  limit: number
}

export type StoredDigest = {
  text: string | LaterText | null
  html: string | LaterText | null
  detail: Partial<DigestDetail>
}

/** Bytes of a digest that are read in the main thread at most. */
const quickBytes = 128 * 1024

/** A content as it may be asked for by its bytes. */
export type Source = { contentKey: number; size: number; trace: string }

/** Every read refuses `storage-damaged` rather than answer with what is not as it was written. */
export interface MessageStore {
  /** Newest first. */
  list(query: ListQuery): Promise<Message[]>
  byId(id: string, now: number): Promise<Message | null>
  /** The key of the message before which so many newer ones are in its mailbox; null: there are not so many. */
  keyAt(mailboxKey: number, newer: number): Promise<number | null>
  /** Those of the keys that are still there, in their order. */
  byKeys(keys: readonly number[], now: number): Promise<Message[]>
  /** In the order of their digests, after `seq`. */
  digestedAfter(query: DigestedQuery): Promise<Message[]>
  /** Null where it is missing or damaged; `long` where reading it would hold up others. */
  digestOf(contentKey: number): Promise<StoredDigest | 'long' | null>
  attachmentsOf(messageKey: number): Promise<{ id: string; index: number; hidden: boolean }[]>
  /** Attachments added to a message that have not run out. */
  addedTo(messageKey: number, now: number): Promise<AddedRow[]>
  /** Whose attachment this id is; null if it is none's. */
  messageOf(attachmentId: string): Promise<string | null>
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

// Lists have looked at their mailbox before, and know most contents; a message found by itself is looked at with all of both.
const ofList = {
  message: messages,
  content: { key: contents.key, tries: contents.tries, checkValue: contents.checkValue },
}
const listed = {
  ...ofList,
  mailbox: { id: mailboxes.id, address: mailboxes.address, expiresAt: mailboxes.expiresAt },
}
const alone = { message: messages, content: contents, mailbox: mailboxes }

const statements = statementsOf((db: Db) => {
  const joined = () =>
    db
      .select(listed)
      .from(messages)
      // What is not there is damage, and no reason to leave a message out.
      .leftJoin(contents, eq(contents.key, messages.contentKey))
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
  const list = () => db.select(ofList).from(messages).leftJoin(contents, eq(contents.key, messages.contentKey))
  const one = () =>
    db
      .select(alone)
      .from(messages)
      .leftJoin(contents, eq(contents.key, messages.contentKey))
      .leftJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
  // Not whether the message has run out: of that its row is asked when it has been found sound.
  const open = and(
    eq(mailboxes.state, sql`'active'`),
    or(isNull(mailboxes.expiresAt), gt(mailboxes.expiresAt, placeholder('now'))),
  )
  const inMailbox = and(
    eq(messages.mailboxKey, placeholder('mailboxKey')),
    lt(messages.key, placeholder('before')),
    // Not `>=`: a time that damage made nonsense of must be found, to be refused.
    sql`(${messages.receivedAt} between 0 and ${placeholder('since')} - 1) is not true`,
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
    list: () => list().where(inMailbox).orderBy(desc(messages.key)).limit(placeholder('limit')).prepare(),
    listTo: () =>
      list().where(and(inMailbox, toAddress)).orderBy(desc(messages.key)).limit(placeholder('limit')).prepare(),
    keyAt: () =>
      db
        .select({ key: messages.key })
        .from(messages)
        .where(eq(messages.mailboxKey, placeholder('mailboxKey')))
        .orderBy(desc(messages.key))
        .limit(1)
        .offset(placeholder('newer'))
        .prepare(),
    byId: () =>
      one()
        .where(eq(messages.id, placeholder('id')))
        .prepare(),
    byKey: () =>
      one()
        .where(eq(messages.key, placeholder('key')))
        .prepare(),
    digested: () => joined().where(afterSeq).orderBy(asc(messages.digestedSeq)).limit(placeholder('limit')).prepare(),
    digestedTo: () =>
      joined().where(and(afterSeq, toAddress)).orderBy(asc(messages.digestedSeq)).limit(placeholder('limit')).prepare(),
    // SQLite knows the lengths without reading what is so long.
    digestBytes: () =>
      db
        .select({
          bytes: sql<number>`coalesce(octet_length(text), 0) + coalesce(octet_length(html), 0) + octet_length(detail)`,
        })
        .from(digests)
        .where(eq(digests.contentKey, placeholder('contentKey')))
        .prepare(),
    digest: () =>
      db
        .select()
        .from(digests)
        .where(eq(digests.contentKey, placeholder('contentKey')))
        .prepare(),
    attachments: () =>
      db
        .select()
        .from(attachments)
        .where(eq(attachments.messageKey, placeholder('messageKey')))
        .orderBy(asc(attachments.index))
        .prepare(),
    hiddenCount: () =>
      db
        .select({ count: sql<number>`count(*)` })
        .from(attachments)
        .where(and(eq(attachments.messageKey, placeholder('messageKey')), eq(attachments.hidden, sql`1`)))
        .prepare(),
    messageOf: () =>
      db
        .select({ id: messages.id })
        .from(attachments)
        .innerJoin(messages, eq(messages.key, attachments.messageKey))
        .where(eq(attachments.id, placeholder('attachmentId')))
        .prepare(),
    content: () =>
      db
        .select()
        .from(contents)
        .where(eq(contents.key, placeholder('contentKey')))
        .prepare(),
    undigested: () =>
      db
        .select(undigested)
        .from(contents)
        .where(sql`digest = 'pending' and state = 'kept'`)
        .orderBy(asc(contents.size))
        .limit(placeholder('limit'))
        .prepare(),
    undigestedIn: () =>
      db
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
    undigestedCount: () =>
      db
        .select({ count: sql<number>`count(*)` })
        .from(contents)
        .where(sql`digest = 'pending' and state = 'kept'`)
        .prepare(),
    sequence: () =>
      db.select({ seq: sequences.seq }).from(sequences).where(eq(sequences.name, sql`'messages'`)).prepare(),
    count: () => db.select({ count: sql<number>`count(*)` }).from(messages).prepare(),
    newest: () =>
      db
        .select({ key: sql<number | null>`max(${messages.key})` })
        .from(messages)
        .where(eq(messages.mailboxKey, placeholder('mailboxKey')))
        .prepare(),
  }
})

/** What somebody who reads a source slowly holds in memory. */
const sliceBytes = 256 * 1024

export class SqliteMessageStore implements MessageStore {
  private readonly tops = new Tops()

  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async list({ address, mailbox, ...query }: ListQuery): Promise<Message[]> {
    const { list, listTo } = statements(this.db)
    return this.take(
      query,
      query.before,
      ({ key }) => key,
      (before) => {
        const rows = address === null ? list.all({ ...query, before }) : listTo.all({ ...query, before, address })
        return rows.map((row) => ({ ...row, mailbox }))
      },
    )
  }

  async byId(id: string, now: number): Promise<Message | null> {
    const found = readable(statements(this.db).byId.get({ id }), now)
    return found && this.inSight(found, now)
  }

  async keyAt(mailboxKey: number, newer: number): Promise<number | null> {
    return statements(this.db).keyAt.get({ mailboxKey, newer })?.key ?? null
  }

  async byKeys(keys: readonly number[], now: number): Promise<Message[]> {
    const found = keys.map((key) => readable(statements(this.db).byKey.get({ key }), now))
    const isAdded = anyAdded(this.db)
    return found.filter((one) => one !== null).map((one) => this.inSight(one, now, isAdded))
  }

  async digestedAfter({ address, ...query }: DigestedQuery): Promise<Message[]> {
    const { digested, digestedTo } = statements(this.db)
    return this.take(
      query,
      query.seq,
      ({ digestedSeq }) => digestedSeq ?? 0,
      (seq) => (address === null ? digested.all({ ...query, seq }) : digestedTo.all({ ...query, seq, address })),
    )
  }

  /** Of a mailbox's rows, read on from a place in their order, those that have not run out. */
  private take(
    { mailboxKey, now, limit }: { mailboxKey: number; now: number; limit: number },
    from: number,
    placeOf: (message: Message) => number,
    read: (from: number) => Listed[],
  ): Message[] {
    const found: Message[] = []
    const isAdded = anyAdded(this.db)
    for (let place = from; ; ) {
      const rows = read(place)
      for (const row of rows) {
        // The index that found it may be what is damaged.
        if (row.message.mailboxKey !== mailboxKey) throw damaged(`message ${row.message.key} is not where it belongs`)
        const one = message(row, row.content, this.topOf(row))
        place = placeOf(one)
        if (!isOver(row.message, now)) found.push(this.inSight(one, now, isAdded))
        if (found.length === limit) return found
      }
      if (rows.length < limit) return found
    }
  }

  /** Of its attachments only those count that nobody has deleted, and those that were added. */
  private inSight(message: Message, now: number, isAdded = anyAdded(this.db)): Message {
    const { key: messageKey, ownAttachments } = message
    const hidden = ownAttachments === 0 ? 0 : (statements(this.db).hiddenCount.get({ messageKey })?.count ?? 0)
    const added = isAdded ? addedTo(this.db, messageKey, now).length : 0
    return hidden + added === 0 ? message : { ...message, attachmentCount: ownAttachments - hidden + added }
  }

  /** Refuses: storage-damaged. */
  private topOf({ message, content }: Listed): Top | null {
    if (!content) return null
    const known = this.tops.of(content.key, content.checkValue)
    if (known) return known
    const row = statements(this.db).content.get({ contentKey: message.contentKey })
    return row ? this.tops.keep(sound(row)) : null
  }

  async digestOf(contentKey: number): Promise<StoredDigest | 'long' | null> {
    if ((statements(this.db).digestBytes.get({ contentKey })?.bytes ?? 0) > quickBytes) return 'long'
    const row = statements(this.db).digest.get({ contentKey })
    if (!row || !isSound(row, digestCheck(row))) return null
    return { text: row.text, html: row.html, detail: JSON.parse(row.detail) }
  }

  async attachmentsOf(messageKey: number): Promise<{ id: string; index: number; hidden: boolean }[]> {
    const rows = statements(this.db).attachments.all({ messageKey })
    for (const row of rows) {
      mustBeSound(row, attachmentCheck(row), `an attachment of message ${messageKey}`)
      if (row.messageKey !== messageKey) throw damaged(`an attachment of message ${messageKey} is not where it belongs`)
    }
    return rows
  }

  async messageOf(attachmentId: string): Promise<string | null> {
    const { id = null } = statements(this.db).messageOf.get({ attachmentId }) ?? {}
    return id ?? messageWithAdded(this.db, attachmentId)
  }

  async addedTo(messageKey: number, now: number): Promise<AddedRow[]> {
    return addedTo(this.db, messageKey, now)
  }

  async source({ contentKey }: Message): Promise<Source | null> {
    const row = statements(this.db).content.get({ contentKey })
    if (!row) return null
    sound(row)
    return { contentKey, size: row.size, trace: row.trace }
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
