// The shapes of the native API: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { DomainReportShape, DomainShape, ListedDomainShape } from '../../domains/shown.ts'
import { isOfDomain } from '../../events.ts'
import { extended } from '../../extended.ts'
import { iso, isoOrNull } from '../../http/instants.ts'
import type { Mailbox, Place } from '../../mailboxes/mailbox.ts'
import { type LaterText, laterTextsOf } from '../../messages/long-text.ts'
import type { FullMessage, Message } from '../../messages/message.ts'
import type { StreamItem } from '../../messages/streams.ts'
import {
  CheckoutKeyShape,
  CheckoutShape,
  ListedInvoiceShape,
  OwnInvoiceShape,
  PaidInvoiceShape,
} from '../../payments/shown.ts'
import type { RefusalRow } from '../../usage/store.ts'
import { accountSchemas } from './wire-accounts.ts'
import { operatorSchemas } from './wire-operator.ts'
import { serverSchemas } from './wire-server.ts'
import { webhookSchemas } from './wire-webhooks.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const instant = (description: string) => Type.String({ format: 'date-time', description })
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const ref = (name: string) => Type.Ref(`#/components/schemas/${name}`)
const listOf = <Schema extends TSchema>(items: Schema) =>
  Type.Object({
    items: Type.Array(items),
    next: orNull(text('The cursor of the next page; null after the last.')),
  })

export const MailboxShape = Type.Object({
  id: orNull(text('A UUIDv7; null for an address that nobody opened and where no mail has come.')),
  address: text(),
  localPart: text(),
  domain: text(),
  state: Type.Union([Type.Literal('active'), Type.Literal('archived')]),
  createdAt: orNull(instant('Null where `id` is.')),
  expiresAt: orNull(instant('When it ends; null: it has no end.')),
  recoverable: Type.Boolean({ description: 'Whether it goes to the archive when it ends.' }),
  tag: orNull(text('A word of its owner.')),
  messageCount: Type.Integer(),
  bytes: Type.Integer(),
  claimed: Type.Boolean({ description: 'Whether somebody opened it, rather than mail alone.' }),
  hasPassword: Type.Boolean(),
})

export const ListedMailboxShape = extended(MailboxShape, {
  unseenCount: Type.Integer({ description: 'Of its newest 100 messages, those that were not seen.' }),
})

export const OpenedMailboxShape = extended(MailboxShape, {
  token: Type.Optional(text("The credential of this mailbox, shown this once; an account's mailbox has none.")),
})

export const MessageShape = Type.Object({
  id: text('A UUIDv7.'),
  mailboxId: text(),
  address: text('The address it was sent to, with its tag.'),
  from: text('The bare address of the From header, else of the envelope; "" without either.'),
  fromName: text(),
  to: Type.Array(Type.String(), { description: 'The bare addresses of the To header, else the one it was sent to.' }),
  subject: text(),
  receivedAt: instant('When it was stored.'),
  expiresAt: orNull(instant('When it ends; null: it has no end.')),
  size: Type.Integer({ description: 'Bytes as they came.' }),
  hasAttachments: Type.Boolean(),
  seen: Type.Boolean(),
  digest: Type.Union([Type.Literal('ready'), Type.Literal('pending'), Type.Literal('failed')]),
})

export const AttachmentShape = Type.Object({
  id: text('A UUIDv7.'),
  index: Type.Integer({ description: 'Its number in the mail, from 0: the `n` of its path.' }),
  name: text('Safe as the name of a file.'),
  type: text(),
  size: Type.Integer(),
  contentId: orNull(text()),
  inline: Type.Boolean({ description: 'Whether it is shown within the html.' }),
})

const LinkShape = Type.Object({ url: text(), text: text() })
const codes = Type.Array(Type.String(), { description: 'One-time codes, the likeliest first.' })
const links = Type.Array(LinkShape, { description: 'Those that verify something first.' })

export const FullMessageShape = extended(MessageShape, {
  text: orNull(text('Made from the html if the mail has no other.')),
  html: orNull(text('As it came: never show it without a sandbox. `…/html` answers it sanitised.')),
  headers: Type.Array(Type.Object({ name: text(), value: text() })),
  attachments: Type.Array(AttachmentShape),
  codes,
  links,
  cc: Type.Array(Type.String()),
  replyTo: Type.Array(Type.String()),
  date: orNull(instant('The Date header.')),
  messageId: orNull(text('The Message-ID header.')),
  listUnsubscribe: Type.Array(Type.String()),
  notes: Type.Array(Type.String(), { description: 'What was left out and why.' }),
})

export const WaitShape = Type.Object({
  messages: Type.Array(ref('Message')),
  codes,
  links,
  cursor: text('Lies behind the last message of the answer: send it as `after` with the next wait.'),
})

export const RefusedMailShape = Type.Object({
  at: instant('When it was refused.'),
  client: text('The IP address of the client.'),
  from: text(),
  to: text('The recipient as it was given; "" if it did not come to that.'),
  address: text('The mailbox address that it would have reached; "" if none.'),
  stage: text('The step of SMTP: connect, auth, mail, rcpt or data.'),
  reason: text(),
})

export const PartShape = Type.Object({
  type: text(),
  name: orNull(text('Safe as the name of a file.')),
  size: Type.Integer({ description: 'Bytes of its body as they came, still encoded; 0 if it only holds others.' }),
  disposition: orNull(Type.Union([Type.Literal('inline'), Type.Literal('attachment')])),
  children: Type.Array(Type.Ref('#/components/schemas/Part'), { description: 'The parts within it.' }),
})

export const ViewShape = Type.Object({ url: text('A path on this server.'), expiresAt: instant('When the path ends.') })

export const ErrorShape = Type.Object({
  error: Type.Object({
    reason: text(),
    message: text(),
    requestId: text(),
    fields: Type.Optional(Type.Array(Type.Object({ path: text(), message: text() }))),
    mailboxes: Type.Optional(Type.Integer({ description: 'Of confirmation-needed: how many mailboxes would end.' })),
  }),
})

/** What the document calls them. */
export const schemas = {
  Mailbox: MailboxShape,
  OpenedMailbox: OpenedMailboxShape,
  ListedMailbox: ListedMailboxShape,
  MailboxList: listOf(ref('ListedMailbox')),
  MessageSummary: MessageShape,
  MessageList: listOf(ref('MessageSummary')),
  Message: FullMessageShape,
  Wait: WaitShape,
  WaitRefused: extended(ErrorShape, WaitShape.properties),
  Part: PartShape,
  View: ViewShape,
  RefusedMail: RefusedMailShape,
  RefusedMailList: listOf(ref('RefusedMail')),
  Error: ErrorShape,
  Domain: DomainShape,
  DomainList: listOf(ref('Domain')),
  DomainReport: DomainReportShape,
  ListedDomain: ListedDomainShape,
  ListedDomainList: listOf(ref('ListedDomain')),
  ...accountSchemas,
  ...operatorSchemas,
  ...webhookSchemas,
  ...serverSchemas,
  Invoice: OwnInvoiceShape,
  InvoiceList: listOf(ref('Invoice')),
  ListedInvoice: ListedInvoiceShape,
  ListedInvoiceList: listOf(ref('ListedInvoice')),
  PaidInvoice: PaidInvoiceShape,
  Checkout: CheckoutShape,
  CheckoutKey: CheckoutKeyShape,
} satisfies Record<string, TSchema>

export type SchemaName = keyof typeof schemas

export function mailbox(one: Mailbox): Static<typeof MailboxShape> {
  return {
    id: one.id,
    address: one.address,
    localPart: one.localPart,
    domain: one.domain,
    state: one.state,
    createdAt: iso(one.createdAt),
    expiresAt: isoOrNull(one.expiresAt),
    recoverable: one.recoverable,
    tag: one.tag,
    messageCount: one.messageCount,
    bytes: one.bytes,
    claimed: one.kind !== 'unclaimed' && !one.byMail,
    hasPassword: one.passwordHash !== null,
  }
}

export const listedMailbox = (one: Mailbox & { unseen: number }): Static<typeof ListedMailboxShape> => ({
  ...mailbox(one),
  unseenCount: one.unseen,
})

/** A mailbox, or the empty one that a free address of a public domain reads as. */
export function place({ mailbox: there, address, localPart, domain }: Place): Static<typeof MailboxShape> {
  if (there) return mailbox(there)
  return {
    id: null,
    address,
    localPart,
    domain,
    state: 'active',
    createdAt: null,
    expiresAt: null,
    recoverable: false,
    tag: null,
    messageCount: 0,
    bytes: 0,
    claimed: false,
    hasPassword: false,
  }
}

export function openedMailbox(opened: { mailbox: Mailbox; token: string | null }): Static<typeof OpenedMailboxShape> {
  return { ...mailbox(opened.mailbox), ...(opened.token === null ? {} : { token: opened.token }) }
}

export function message(one: Message): Static<typeof MessageShape> {
  return {
    id: one.id,
    mailboxId: one.mailboxId,
    address: one.address,
    from: one.from.address,
    fromName: one.from.name,
    to: one.to.map(({ address }) => address),
    subject: one.subject,
    receivedAt: iso(one.receivedAt),
    expiresAt: isoOrNull(one.expiresAt),
    size: one.size,
    hasAttachments: one.attachmentCount > 0,
    seen: one.seen,
    digest: one.digest,
  }
}

/** A long text is put in while it is sent. */
type Sent<Shape extends { text: unknown; html: unknown }> = Omit<Shape, 'text' | 'html'> &
  Pick<FullMessage, 'text' | 'html'>

export const laterTexts = (messages: readonly FullMessage[]): LaterText[] => messages.flatMap(laterTextsOf)

export function fullMessage(one: FullMessage): Sent<Static<typeof FullMessageShape>> {
  return {
    ...message(one),
    text: one.text,
    html: one.html,
    headers: one.headers,
    attachments: one.attachments.map(({ id, index, name, type, size, contentId, inline }) => ({
      id,
      index,
      name,
      type,
      size,
      contentId,
      inline,
    })),
    codes: one.codes,
    links: one.links.map(({ url, text }) => ({ url, text })),
    cc: one.cc.map(({ address }) => address),
    replyTo: one.replyTo.map(({ address }) => address),
    date: isoOrNull(one.date),
    messageId: one.messageId,
    listUnsubscribe: one.listUnsubscribe,
    notes: one.notes,
  }
}

/** What a wait found, with the codes and links of all its messages together. */
export function waited({ messages, cursor }: { messages: readonly FullMessage[]; cursor: string }) {
  const full = messages.map(fullMessage)
  return {
    messages: full,
    codes: [...new Set(full.flatMap(({ codes }) => codes))],
    links: full.flatMap(({ links }) => links),
    cursor,
  }
}

export function refusedMail(row: RefusalRow): Static<typeof RefusedMailShape> {
  const { at, client, from, to, address, stage, reason } = row
  return { at: iso(at), client, from, to, address, stage, reason }
}

/** A server-sent event. Only what happened has an id: `reset` has the one to go on from. */
export function streamed(item: StreamItem): { id?: number; event: string; data: unknown } {
  if (item.type === 'gone') return { event: 'gone', data: { address: item.address, reason: item.reason } }
  if (item.type === 'reset') return { id: item.seq, event: 'reset', data: { seq: item.seq } }
  const { seq, at, type, mailboxId, address, messageId, subjectId } = item.event
  if (isOfDomain(item.event)) {
    return { id: seq, event: type, data: { seq, type, at: iso(at), domain: { id: subjectId, name: address } } }
  }
  return {
    id: seq,
    event: type,
    data: {
      seq,
      type,
      at: iso(at),
      mailboxId,
      address,
      messageId,
      message: item.message ? message(item.message) : null,
    },
  }
}
