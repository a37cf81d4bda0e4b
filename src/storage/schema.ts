// Every table on one page. The search index is a virtual table that Drizzle cannot declare: see migrations.
import { sql } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { EventType } from '../events.ts'

const key = () => integer('key').primaryKey({ autoIncrement: true })
const flag = (name: string) => integer(name, { mode: 'boolean' })
/** What `row-checks.ts` says of the row; null in rows from before there was one. */
const check = () => integer('check_value')

/** What receives. `kind` says whose it is: nobody's (made by mail alone), a token holder's, or an account's. */
export const mailboxes = sqliteTable(
  'mailboxes',
  {
    key: key(),
    id: text('id').notNull().unique(),
    /** `local@domain`, lower case, A-labels, no tag. */
    address: text('address').notNull(),
    localPart: text('local_part').notNull(),
    domain: text('domain').notNull(),
    kind: text('kind', { enum: ['unclaimed', 'anonymous', 'owned'] }).notNull(),
    /** Null for an owned mailbox means the operator's. */
    accountId: text('account_id'),
    /** `ended` until its messages are swept away, then the row goes too. */
    state: text('state', { enum: ['active', 'archived', 'ended'] }).notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    recoverable: flag('recoverable').notNull(),
    tag: text('tag'),
    passwordHash: text('password_hash'),
    messageCount: integer('message_count').notNull(),
    bytes: integer('bytes').notNull(),
    checkValue: check(),
  },
  (table) => [
    uniqueIndex('mailboxes_active_address').on(table.address).where(sql`state = 'active'`),
    index('mailboxes_archived_address').on(table.address).where(sql`state = 'archived'`),
    index('mailboxes_end').on(table.expiresAt).where(sql`state = 'active' and expires_at is not null`),
    index('mailboxes_to_sweep')
      .on(table.state)
      .where(sql`state <> 'active' and (state = 'ended' or message_count > 0)`),
    index('mailboxes_account').on(table.accountId).where(sql`account_id is not null`),
  ],
)

/** Credentials of one mailbox; only the SHA-256 of each is kept. */
export const mailboxTokens = sqliteTable(
  'mailbox_tokens',
  {
    hash: text('hash').primaryKey(),
    mailboxKey: integer('mailbox_key')
      .notNull()
      .references(() => mailboxes.key, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    checkValue: check(),
  },
  (table) => [index('mailbox_tokens_mailbox').on(table.mailboxKey)],
)

/** Addresses whose mailbox ended: they take no mail and open for nobody but their former account. */
export const quarantine = sqliteTable(
  'quarantine',
  {
    address: text('address').primaryKey(),
    until: integer('until').notNull(),
    accountId: text('account_id'),
  },
  (table) => [index('quarantine_until').on(table.until)],
)

/**
 * The bytes of a mail, once however many mailboxes got it: their size, checksum and stored headers here, they themselves
 * in `pieces`. `arriving` while SMTP still takes it, `dropped` once nobody needs it and its pieces are to go.
 */
export const contents = sqliteTable(
  'contents',
  {
    key: key(),
    state: text('state', { enum: ['arriving', 'kept', 'dropped'] }).notNull(),
    /** How many messages have this content. */
    refs: integer('refs').notNull(),
    size: integer('size').notNull(),
    /** SHA-256 in hexadecimal of the bytes as they came. */
    checksum: text('checksum').notNull(),
    /** Our `Return-Path` and `Received`, which stand beside the bytes. */
    trace: text('trace').notNull(),
    envelopeFrom: text('envelope_from').notNull(),
    fromName: text('from_name').notNull(),
    fromAddress: text('from_address').notNull(),
    to: text('to', { mode: 'json' }).$type<{ name: string; address: string }[]>().notNull(),
    subject: text('subject').notNull(),
    date: integer('date'),
    messageId: text('message_id'),
    digest: text('digest', { enum: ['pending', 'ready', 'failed'] }).notNull(),
    /** How often a digest was begun that may not have ended well. */
    tries: integer('tries').notNull(),
    attachmentCount: integer('attachment_count').notNull(),
    checkValue: check(),
  },
  (table) => [
    index('contents_undigested').on(table.size).where(sql`digest = 'pending' and state = 'kept'`),
    index('contents_not_kept').on(table.state).where(sql`state <> 'kept'`),
  ],
)

export const piecesPerContent = 4096

/** `key` is the content's key × 4,096 + the piece's number, so that a content's pieces lie side by side, in order. */
export const pieces = sqliteTable('pieces', {
  key: integer('key').primaryKey(),
  bytes: blob('bytes', { mode: 'buffer' }).notNull(),
  checkValue: check(),
})

/** What was read out of a content; `detail` holds all but the two bodies. */
export const digests = sqliteTable('digests', {
  contentKey: integer('content_key')
    .primaryKey()
    .references(() => contents.key, { onDelete: 'cascade' }),
  text: text('text'),
  html: text('html'),
  detail: text('detail').notNull(),
  checkValue: check(),
})

/** One row for each mailbox that got a mail. Newest has the highest key. */
export const messages = sqliteTable(
  'messages',
  {
    key: key(),
    id: text('id').notNull().unique(),
    mailboxKey: integer('mailbox_key')
      .notNull()
      .references(() => mailboxes.key),
    contentKey: integer('content_key')
      .notNull()
      .references(() => contents.key),
    /** The address it was sent to, its tag included. */
    address: text('address').notNull(),
    size: integer('size').notNull(),
    receivedAt: integer('received_at').notNull(),
    /** `receivedAt` + retention; null keeps it as long as its mailbox. */
    retainUntil: integer('retain_until'),
    seen: flag('seen').notNull(),
    /** The `seq` of its `message.digested`: the order in which waits look at messages. Null until then. */
    digestedSeq: integer('digested_seq'),
    checkValue: check(),
  },
  (table) => [
    index('messages_mailbox').on(table.mailboxKey),
    index('messages_digested').on(table.mailboxKey, table.digestedSeq).where(sql`digested_seq is not null`),
    index('messages_content').on(table.contentKey),
    /** What of one mailbox has run out. */
    index('messages_overdue').on(table.mailboxKey, table.retainUntil).where(sql`retain_until is not null`),
    index('messages_retained').on(table.retainUntil).where(sql`retain_until is not null`),
  ],
)

/** Ids of a message's attachments, kept if its digest is made again. */
export const attachments = sqliteTable(
  'attachments',
  {
    id: text('id').primaryKey(),
    messageKey: integer('message_key')
      .notNull()
      .references(() => messages.key, { onDelete: 'cascade' }),
    index: integer('idx').notNull(),
    hidden: flag('hidden').notNull(),
    checkValue: check(),
  },
  (table) => [uniqueIndex('attachments_message').on(table.messageKey, table.index)],
)

export const events = sqliteTable(
  'events',
  {
    seq: integer('seq').primaryKey({ autoIncrement: true }),
    at: integer('at').notNull(),
    type: text('type').$type<EventType>().notNull(),
    accountId: text('account_id'),
    mailboxId: text('mailbox_id').notNull(),
    address: text('address').notNull(),
    unclaimed: flag('unclaimed').notNull(),
    messageId: text('message_id'),
  },
  (table) => [index('events_address').on(table.address, table.seq)],
)

/** What the server keeps for itself, such as secrets: they stand in this file only. */
export const settings = sqliteTable('settings', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
})

/** Mail that was refused: the answer to "why did my mail not arrive?". */
export const refusals = sqliteTable(
  'refusals',
  {
    key: key(),
    at: integer('at').notNull(),
    /** The client's IP address. */
    client: text('client').notNull(),
    from: text('from').notNull(),
    /** The recipient as it was given, "" before there was one. */
    to: text('to').notNull(),
    /** The mailbox address it would have reached, for its owner's list; "" if none. */
    address: text('address').notNull(),
    stage: text('stage', { enum: ['connect', 'auth', 'mail', 'rcpt', 'data'] }).notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [index('refusals_address').on(table.address)],
)
