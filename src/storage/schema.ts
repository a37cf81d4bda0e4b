// Every table on one page. The search index is a virtual table that Drizzle cannot declare: see migrations.
import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
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
    /** Who opened an anonymous one: an IPv4 address or an IPv6 /64, by which its plan counts. */
    opener: text('opener'),
    /** When one that ends for want of use was last used; null: it does not end so. */
    usedAt: integer('used_at'),
    /** An account's, made by mail alone: in no list, and gone with its last message. */
    byMail: flag('by_mail').notNull().default(false),
  },
  (table) => [
    uniqueIndex('mailboxes_active_address').on(table.address).where(sql`state = 'active'`),
    index('mailboxes_archived_address').on(table.address).where(sql`state = 'archived'`),
    index('mailboxes_end').on(table.expiresAt).where(sql`state = 'active' and expires_at is not null`),
    index('mailboxes_to_sweep')
      .on(table.state)
      .where(sql`state <> 'active' and (state = 'ended' or message_count > 0)`),
    /** Those that an account opened, in the order of lists. */
    index('mailboxes_account').on(table.accountId).where(sql`account_id is not null and by_mail = 0`),
    index('mailboxes_account_domain').on(table.accountId, table.domain).where(sql`account_id is not null`),
    index('mailboxes_account_open').on(table.accountId, table.state, table.byMail).where(sql`account_id is not null`),
    index('mailboxes_idle').on(table.usedAt).where(sql`state = 'active' and used_at is not null`),
    index('mailboxes_opener').on(table.opener).where(sql`state <> 'ended' and opener is not null`),
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

/** Attachments that were added to a message after it came; the bytes of each are a content of their own. */
export const addedAttachments = sqliteTable(
  'added_attachments',
  {
    key: key(),
    id: text('id').notNull().unique(),
    messageKey: integer('message_key')
      .notNull()
      .references(() => messages.key, { onDelete: 'cascade' }),
    contentKey: integer('content_key')
      .notNull()
      .references(() => contents.key),
    /** Behind those that came with the mail. */
    index: integer('idx').notNull(),
    name: text('name').notNull(),
    type: text('type').notNull(),
    size: integer('size').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null: with its message. */
    expiresAt: integer('expires_at'),
    checkValue: check(),
  },
  (table) => [
    uniqueIndex('added_attachments_message').on(table.messageKey, table.index),
    index('added_attachments_content').on(table.contentKey),
    index('added_attachments_end').on(table.expiresAt).where(sql`expires_at is not null`),
  ],
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
    /** The key, member, session or domain that it is about; then there is no mailbox, and `mailbox_id` is "". */
    subjectId: text('subject_id'),
  },
  (table) => [
    index('events_address').on(table.address, table.seq),
    index('events_account').on(table.accountId, table.seq).where(sql`account_id is not null`),
  ],
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
    /** Whose address it was, or had been shortly before. */
    accountId: text('account_id'),
  },
  (table) => [
    index('refusals_address').on(table.address),
    index('refusals_account').on(table.accountId).where(sql`account_id is not null`),
  ],
)

/** A tenant. `deleted` until its mailboxes are swept away, then the row goes too. */
export const accounts = sqliteTable('accounts', {
  key: key(),
  id: text('id').notNull().unique(),
  plan: text('plan').notNull(),
  state: text('state', { enum: ['active', 'suspended', 'deleted'] }).notNull(),
  createdAt: integer('created_at').notNull(),
  checkValue: check(),
  /** When what was paid for it ran out, where it has no other plan to go back to. */
  lapsedAt: integer('lapsed_at'),
})

/** Persons who sign in to an account. */
export const members = sqliteTable(
  'members',
  {
    key: key(),
    id: text('id').notNull().unique(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Lower case. */
    email: text('email').notNull().unique(),
    role: text('role', { enum: ['owner', 'member'] }).notNull(),
    /** An operator of this server. */
    isAdmin: flag('is_admin').notNull(),
    /** Null until one was set: then nobody can sign in. */
    passwordHash: text('password_hash'),
    createdAt: integer('created_at').notNull(),
    lastSignInAt: integer('last_sign_in_at'),
    checkValue: check(),
  },
  (table) => [index('members_account').on(table.accountId)],
)

/** Of members who signed in; only the SHA-256 of each cookie is kept. */
export const sessions = sqliteTable(
  'sessions',
  {
    hash: text('hash').primaryKey(),
    id: text('id').notNull().unique(),
    memberId: text('member_id')
      .notNull()
      .references(() => members.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    /** The IP address that signed in, and what it said it was. */
    client: text('client').notNull(),
    agent: text('agent').notNull(),
    checkValue: check(),
  },
  (table) => [index('sessions_member').on(table.memberId), index('sessions_end').on(table.expiresAt)],
)

/** One-time links. What they are good for: `kind`. */
export const links = sqliteTable(
  'links',
  {
    hash: text('hash').primaryKey(),
    id: text('id').notNull().unique(),
    kind: text('kind', { enum: ['admin', 'register', 'join', 'password'] }).notNull(),
    /** `join`: the account. */
    accountId: text('account_id').references(() => accounts.id, { onDelete: 'cascade' }),
    /** `password`: whose. */
    memberId: text('member_id').references(() => members.id, { onDelete: 'cascade' }),
    /** `join`: as what. */
    role: text('role', { enum: ['owner', 'member'] }),
    /** `register`: the new account's plan; null: the default one. */
    plan: text('plan'),
    /** Only for this e-mail address; null: for whoever has the link. */
    email: text('email'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    checkValue: check(),
  },
  (table) => [
    index('links_account').on(table.accountId).where(sql`account_id is not null`),
    index('links_member').on(table.memberId).where(sql`member_id is not null`),
    index('links_end').on(table.expiresAt),
  ],
)

/** Domains that accounts want mail taken for. */
export const customDomains = sqliteTable(
  'custom_domains',
  {
    key: key(),
    id: text('id').notNull().unique(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Lower-case A-labels. */
    name: text('name').notNull(),
    /** `removed` until its mailboxes have ended, then the row goes too. */
    state: text('state', { enum: ['pending', 'verified', 'failing', 'lapsed', 'removed'] }).notNull(),
    /** What its TXT record is to say. */
    token: text('token').notNull(),
    createdAt: integer('created_at').notNull(),
    checkValue: check(),
    access: text('access', { enum: ['private', 'claimed'] })
      .notNull()
      .default('private'),
    /** The address of a mailbox of its account. */
    catchAll: text('catch_all'),
    verifiedAt: integer('verified_at'),
    failingSince: integer('failing_since'),
    checkedAt: integer('checked_at'),
    /** Null: nobody looks by himself. */
    nextCheckAt: integer('next_check_at'),
    tries: integer('tries').notNull().default(0),
    byHand: flag('by_hand').notNull().default(false),
    /** Of the last look, JSON. */
    found: text('found'),
  },
  (table) => [
    uniqueIndex('custom_domains_account').on(table.accountId, table.name).where(sql`state <> 'removed'`),
    index('custom_domains_name').on(table.name),
    /** One account has it. */
    uniqueIndex('custom_domains_owner').on(table.name).where(sql`state in ('verified', 'failing')`),
    index('custom_domains_due').on(table.nextCheckAt).where(sql`next_check_at is not null`),
    index('custom_domains_removed').on(table.state).where(sql`state = 'removed'`),
  ],
)

/** API credentials of an account; only the SHA-256 of each is kept. Revoked and expired ones stay for a while. */
export const keys = sqliteTable(
  'keys',
  {
    key: key(),
    id: text('id').notNull().unique(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Who made it; null once that member is gone. */
    memberId: text('member_id').references(() => members.id, { onDelete: 'set null' }),
    /** The e-mail address of who made it, for good. */
    maker: text('maker').notNull(),
    name: text('name').notNull(),
    prefix: text('prefix').notNull(),
    hash: text('hash').notNull().unique(),
    /** Of what follows the prefix, the first and the last four characters. */
    head: text('head').notNull(),
    tail: text('tail').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    /** Null: all that the maker may do. */
    scopes: text('scopes', { mode: 'json' }).$type<string[] | null>(),
    /** Empty: from anywhere. */
    origins: text('origins', { mode: 'json' }).$type<string[]>().notNull(),
    /** Domains of the mailboxes that it may touch; empty: of all. */
    domains: text('domains', { mode: 'json' }).$type<string[]>().notNull(),
    /** APIs that it is for; empty: all. */
    dialects: text('dialects', { mode: 'json' }).$type<string[]>().notNull(),
    /** The secret before the last rotation, good until `previousUntil`. */
    previousHash: text('previous_hash'),
    previousUntil: integer('previous_until'),
    lastUsedAt: integer('last_used_at'),
    requests: integer('requests').notNull(),
    checkValue: check(),
  },
  (table) => [
    index('keys_account').on(table.accountId),
    uniqueIndex('keys_previous').on(table.previousHash).where(sql`previous_hash is not null`),
    index('keys_revoked').on(table.revokedAt).where(sql`revoked_at is not null`),
    index('keys_end').on(table.expiresAt).where(sql`expires_at is not null`),
  ],
)

/** Where an account wants to be told of its mail. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    key: key(),
    id: text('id').notNull().unique(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** Of the mailbox that the account has at this address, also when it opens anew; null: of all mailboxes of the account. */
    address: text('address'),
    url: text('url').notNull(),
    /** Names of events, with a blank between two. */
    events: text('events').notNull(),
    /** Whose payload it gets: a dialect's. */
    form: text('form', { enum: ['native', 'mailcx'] }).notNull(),
    /** In clear: it signs. */
    secret: text('secret').notNull(),
    /** The secret before the last rotation signs too, until `previousUntil`. */
    previousSecret: text('previous_secret'),
    previousUntil: integer('previous_until'),
    state: text('state', { enum: ['active', 'paused'] }).notNull(),
    /** When it was paused because its target failed for long; null where somebody paused it. */
    gaveUpAt: integer('gave_up_at'),
    createdAt: integer('created_at').notNull(),
    /** Attempts that failed since the last one that did not, and when the first of them was. */
    failures: integer('failures').notNull(),
    failingSince: integer('failing_since'),
    lastAttemptAt: integer('last_attempt_at'),
    lastSuccessAt: integer('last_success_at'),
    checkValue: check(),
  },
  (table) => [index('webhooks_account').on(table.accountId)],
)

/** What webhooks are to be told, and were: written in the transaction of what it tells of. */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    key: key(),
    id: text('id').notNull().unique(),
    webhookKey: integer('webhook_key')
      .notNull()
      .references(() => webhooks.key, { onDelete: 'cascade' }),
    eventId: text('event_id').notNull(),
    /** Of the event. */
    seq: integer('seq').notNull(),
    type: text('type').notNull(),
    messageId: text('message_id').notNull(),
    /** JSON, as it is sent: the same each time. */
    body: text('body').notNull(),
    createdAt: integer('created_at').notNull(),
    state: text('state', { enum: ['waiting', 'delivered', 'failed'] }).notNull(),
    /** When it is tried again; null before its first attempt and once it is settled. */
    nextAt: integer('next_at'),
    /** Attempts in all. */
    attempts: integer('attempts').notNull(),
    /** Attempts since it was made or replayed: by them the pauses grow. */
    round: integer('round').notNull(),
    /** Of the last attempt. */
    attemptedAt: integer('attempted_at'),
    statusCode: integer('status_code'),
    error: text('error'),
    durationMs: integer('duration_ms'),
    checkValue: check(),
  },
  (table) => [
    index('webhook_deliveries_webhook').on(table.webhookKey),
    index('webhook_deliveries_waiting').on(table.webhookKey, table.nextAt).where(sql`state = 'waiting'`),
    index('webhook_deliveries_failed').on(table.webhookKey).where(sql`state = 'failed'`),
    index('webhook_deliveries_old').on(table.createdAt),
  ],
)

/** Plans that somebody is to pay for, and those that were paid for. They outlive their accounts: money is told of late. */
export const invoices = sqliteTable(
  'invoices',
  {
    key: key(),
    id: text('id').notNull().unique(),
    /** By whose key it was ordered; without one, the account that its payment made. */
    accountId: text('account_id'),
    /** Whether it was ordered without a key: paying it makes an account. */
    makesAccount: flag('makes_account').notNull(),
    plan: text('plan').notNull(),
    rail: text('rail', { enum: ['stripe', 'lightning', 'manual'] }).notNull(),
    state: text('state', { enum: ['pending', 'paid', 'expired'] }).notNull(),
    /** What the rail's service calls it, and where it is paid; null until it was begun there. */
    reference: text('reference'),
    checkoutUrl: text('checkout_url'),
    /** What its rail asks for it, as a decimal number; null where the rail names no price. */
    amount: text('amount'),
    currency: text('currency'),
    /** What pays it again and again. */
    subscription: text('subscription'),
    /** Of what stands behind the "#" of its page. */
    secretHash: text('secret_hash').notNull(),
    /** Of the key by which it was ordered; without one, of that which its page hands out, and when that was done. */
    keyId: text('key_id'),
    keyShownAt: integer('key_shown_at'),
    /** Who ordered it: an IPv4 address or an IPv6 /64, by which orders are counted. */
    client: text('client').notNull(),
    createdAt: integer('created_at').notNull(),
    /** When nobody may begin to pay it any more. */
    expiresAt: integer('expires_at').notNull(),
    /** When the server first heard that it was paid. */
    paidAt: integer('paid_at'),
    /** Until when it was paid. */
    paidUntil: integer('paid_until'),
    /** When it was last paid, and when its subscription was over, as the rail tells it. */
    lastPaidAt: integer('last_paid_at'),
    endedAt: integer('ended_at'),
    checkValue: check(),
  },
  (table) => [
    index('invoices_account').on(table.accountId).where(sql`account_id is not null`),
    index('invoices_client').on(table.client, table.createdAt),
    index('invoices_pending').on(table.expiresAt).where(sql`state = 'pending'`),
    index('invoices_rail').on(table.rail, table.state),
  ],
)

/** What was heard from rails, so that each thing counts once. */
export const paymentNotices = sqliteTable(
  'payment_notices',
  {
    rail: text('rail', { enum: ['stripe', 'lightning', 'manual'] }).notNull(),
    /** The rail's own name of it. */
    id: text('id').notNull(),
    invoiceKey: integer('invoice_key')
      .notNull()
      .references(() => invoices.key, { onDelete: 'cascade' }),
    what: text('what', { enum: ['paid', 'expired', 'ended'] }).notNull(),
    /** When it happened, as the rail tells it, and when it was heard. */
    at: integer('at').notNull(),
    heardAt: integer('heard_at').notNull(),
    checkValue: check(),
  },
  (table) => [primaryKey({ columns: [table.rail, table.id] }), index('payment_notices_invoice').on(table.invoiceKey)],
)

/** The plan that an account has because it was paid for. */
export const purchases = sqliteTable(
  'purchases',
  {
    accountId: text('account_id')
      .primaryKey()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    plan: text('plan').notNull(),
    /** The plan that it goes back to; null: it was made by a payment and has none. */
    fallback: text('fallback'),
    /** When that is to be looked at; null: it has run out, and waits to be paid again. */
    endsAt: integer('ends_at'),
    checkValue: check(),
  },
  (table) => [index('purchases_end').on(table.endsAt).where(sql`ends_at is not null`)],
)

/** The numbers of each plan as the config last had them, for accounts whose plan is gone from it. */
export const plans = sqliteTable('plans', {
  name: text('name').primaryKey(),
  numbers: text('numbers').notNull(),
})

/** How much of a limit is used: one row for each subject and limit, of the period that began at `start`. */
export const counts = sqliteTable(
  'counts',
  {
    /** An account's id, an IP address, or an API with an address that calls it without a key. */
    subject: text('subject').notNull(),
    what: text('what', { enum: ['minute', 'day', 'month', 'inboxes'] }).notNull(),
    start: integer('start').notNull(),
    value: real('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.subject, table.what] }), index('counts_start').on(table.start)],
)

/** What was used and refused, summed by hour and by day (UTC). */
export const usage = sqliteTable(
  'usage',
  {
    span: text('span', { enum: ['hour', 'day'] }).notNull(),
    start: integer('start').notNull(),
    /** "" for what no account did. */
    accountId: text('account_id').notNull(),
    what: text('what', {
      enum: ['requests', 'inboxes', 'mails', 'bytes', 'refused-mails', 'refused-requests', 'latency', 'storage'],
    }).notNull(),
    /** `native 2xx` of requests, `native 5` (up to 5 ms) of latency, the reason of refusals, else "". */
    label: text('label').notNull(),
    value: integer('value').notNull(),
  },
  (table) => [primaryKey({ columns: [table.span, table.start, table.accountId, table.what, table.label] })],
)

/** What members, admins and the command line did, and who was refused at signing in. Rows are added and, when they are old, dropped; none is ever changed. */
export const audit = sqliteTable(
  'audit',
  {
    key: key(),
    at: integer('at').notNull(),
    /** Whose it concerns; null: the server's. */
    accountId: text('account_id'),
    by: text('by', { enum: ['member', 'key', 'command', 'link', 'server', 'stranger'] }).notNull(),
    /** An e-mail address, a key's name. */
    actor: text('actor').notNull(),
    actorId: text('actor_id'),
    /** The client's IP address; "" for the command line. */
    client: text('client').notNull(),
    what: text('what').notNull(),
    /** The id or name of what it was done to. */
    target: text('target').notNull(),
    detail: text('detail', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    checkValue: check(),
  },
  (table) => [index('audit_account').on(table.accountId).where(sql`account_id is not null`)],
)

/** Mail that the operator will not have. */
export const blocks = sqliteTable('blocks', {
  key: key(),
  id: text('id').notNull().unique(),
  kind: text('kind', { enum: ['sender', 'recipient', 'subject', 'network'] }).notNull(),
  pattern: text('pattern').notNull(),
  note: text('note').notNull(),
  createdAt: integer('created_at').notNull(),
  checkValue: check(),
})
