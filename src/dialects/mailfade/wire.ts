// The shapes of MailFade's answers: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { millisecondsOrNever } from '../../http/instants.ts'
import type { Shown } from '../../http/list-answer.ts'
import type { Place } from '../../mailboxes/mailbox.ts'
import { laterTextsOf } from '../../messages/long-text.ts'
import type { Attachment, FullMessage, Message } from '../../messages/message.ts'
import type { Invoice } from '../../payments/invoice.ts'
import { railNames } from '../../payments/rail.ts'
import { ulidOf } from '../../ulid.ts'

const id = () => Type.String({ minLength: 26, maxLength: 26, description: 'A ULID.' })
const instant = () => Type.Integer({ description: 'Epoch milliseconds.' })
const end = () => Type.Integer({ description: 'Epoch milliseconds; 253402300799999 where there is no end.' })

const EmailShape = Type.Object({
  id: id(),
  sender: Type.String(),
  subject: Type.String(),
  has_attachments: Type.Boolean(),
  size_bytes: Type.Integer(),
  received_at: instant(),
  expires_at: end(),
})
const InboxShape = Type.Object({
  address: Type.String(),
  count: Type.Integer({ description: 'Of the emails in this answer.' }),
  emails: Type.Array(EmailShape),
})

const AttachmentShape = Type.Object({
  id: id(),
  filename: Type.String(),
  content_type: Type.String(),
  size_bytes: Type.Integer(),
})
const HeadersShape = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]), {
  description: 'By their names in lower case; a list where one is repeated. With a key only.',
})
const MessageShape = Type.Object({
  id: id(),
  address: Type.String({ description: 'The address that it was sent to.' }),
  sender: Type.String(),
  to: Type.Array(Type.String()),
  subject: Type.String(),
  text: Type.String(),
  html: Type.Optional(
    Type.Union([Type.String(), Type.Null()], { description: 'With a key, and unless html=0; null if it has none.' }),
  ),
  headers: Type.Optional(HeadersShape),
  attachments: Type.Array(AttachmentShape),
  size_bytes: Type.Integer(),
  received_at: instant(),
  expires_at: end(),
})

const RailShape = Type.Union(railNames.map((name) => Type.Literal(name)))
const OrderShape = Type.Object({
  invoice_id: id(),
  rail: RailShape,
  checkout_url: Type.String({ description: 'Where it is paid.' }),
})
const InvoiceShape = Type.Object({
  invoice_id: id(),
  rail: RailShape,
  plan: Type.String(),
  status: Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('expired')]),
  key_id: Type.Optional(
    Type.String({
      minLength: 26,
      maxLength: 26,
      description: 'Once it is paid: of the key that its checkout page hands out, or by which it was ordered.',
    }),
  ),
})

const ErrorShape = Type.Object({
  error: Type.String({ description: 'A code.' }),
  hint: Type.String(),
  period_resets_at: Type.Optional(Type.Integer({ description: 'With 429: epoch milliseconds, when there is room.' })),
})

export const schemas: Record<string, TSchema> = {
  Inbox: InboxShape,
  Message: MessageShape,
  Order: OrderShape,
  Invoice: InvoiceShape,
  Error: ErrorShape,
}

export const inbox = ({ address, tagged }: Place, messages: readonly Message[]): Static<typeof InboxShape> => ({
  address: tagged ?? address,
  count: messages.length,
  emails: messages.map(email),
})

const email = (message: Message): Static<typeof EmailShape> => ({
  id: ulidOf(message.id),
  sender: message.from.address,
  subject: message.subject,
  has_attachments: message.attachmentCount > 0,
  size_bytes: message.size,
  received_at: message.receivedAt,
  expires_at: millisecondsOrNever(message.expiresAt),
})

/** As `MessageShape`, with marks where its long texts will be. */
export function message(one: FullMessage, { html, headers }: { html: boolean; headers: boolean }): Shown {
  const value = {
    id: ulidOf(one.id),
    address: one.address,
    sender: one.from.address,
    to: one.to.map(({ address }) => address),
    subject: one.subject,
    text: one.text ?? '',
    ...(html ? { html: one.html } : {}),
    ...(headers ? { headers: headersOf(one) } : {}),
    attachments: one.attachments.map(attachment),
    size_bytes: one.size,
    received_at: one.receivedAt,
    expires_at: millisecondsOrNever(one.expiresAt),
  }
  return { value, later: laterTextsOf({ text: one.text, html: html ? one.html : null }) }
}

const attachment = ({ id, name, type, size }: Attachment): Static<typeof AttachmentShape> => ({
  id: ulidOf(id),
  filename: name,
  content_type: type,
  size_bytes: size,
})

function headersOf({ headers }: FullMessage): Static<typeof HeadersShape> {
  const found = new Map<string, string | string[]>()
  for (const { name, value } of headers) {
    const before = found.get(name.toLowerCase())
    found.set(name.toLowerCase(), before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(found)
}

export const order = (invoice: Invoice, checkoutUrl: string): Static<typeof OrderShape> => ({
  invoice_id: ulidOf(invoice.id),
  rail: invoice.rail,
  checkout_url: checkoutUrl,
})

export const invoice = ({ id, rail, plan, state, keyId }: Invoice): Static<typeof InvoiceShape> => ({
  invoice_id: ulidOf(id),
  rail,
  plan,
  status: state,
  ...(state === 'paid' && keyId !== null ? { key_id: ulidOf(keyId) } : {}),
})
