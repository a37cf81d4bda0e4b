// The shapes of Mail.cx's answers: the schema is the type, and a function is named by what it returns.
import { createHash } from 'node:crypto'
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { isoSeconds } from '../../http/instants.ts'
import type { Shown } from '../../http/list-answer.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import { laterTextsOf } from '../../messages/long-text.ts'
import { type FullMessage, fromHeader, type Message } from '../../messages/message.ts'

export const id = () => Type.String({ format: 'uuid' })
export const instant = () => Type.String({ format: 'date-time', description: 'UTC, without fractions of a second.' })
export const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const bytes = (description: string) => Type.Integer({ description })

const TokenShape = Type.Object({
  id: id(),
  address: Type.String(),
  token: Type.String({ description: 'A JWT, good for seven days.' }),
})

const AccountShape = Type.Object({
  id: id(),
  address: Type.String(),
  quota: bytes('Bytes of mail that it may hold; 9007199254740991: any number.'),
  used: bytes('Bytes of mail that it holds.'),
  created_at: instant(),
})
const MeShape = Type.Object({
  id: id(),
  address: Type.String(),
  role: Type.Union([Type.Literal('user'), Type.Literal('pro')]),
  quota: bytes('Bytes of mail that it may hold; 9007199254740991: any number.'),
  used: bytes('Bytes of mail that it holds.'),
  created_at: instant(),
})

const DomainListShape = Type.Object({
  domains: Type.Array(
    Type.Object({
      id: id(),
      domain: Type.String(),
      default: Type.Boolean(),
      sort_order: Type.Integer({ description: 'Lower ones first.' }),
    }),
  ),
})

const MessageItemShape = Type.Object({
  id: id(),
  sender: Type.String({ description: "The envelope's." }),
  from: orNull(Type.String({ description: 'Of the header: `Name <address>`.' })),
  subject: orNull(Type.String()),
  preview_text: orNull(Type.String({ description: 'How its text begins.' })),
  size: bytes('As received.'),
  created_at: instant(),
  is_read: Type.Boolean(),
})

const MessageShape = Type.Object({
  id: id(),
  sender: Type.String({ description: "The envelope's." }),
  from: orNull(Type.String({ description: 'Of the header: `Name <address>`.' })),
  subject: orNull(Type.String()),
  address: Type.String({ description: 'The address that it was sent to.' }),
  size: bytes('As received.'),
  created_at: instant(),
  is_read: Type.Boolean(),
  preview_text: orNull(Type.String()),
  text_body: orNull(Type.String()),
  html_body: orNull(Type.String()),
  attachments: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0 }),
      filename: Type.String(),
      content_type: Type.String(),
      size: Type.Integer(),
    }),
  ),
})

export const schemas: Record<string, TSchema> = {
  Token: TokenShape,
  Account: AccountShape,
  AccountList: Type.Object({ accounts: Type.Array(AccountShape) }),
  Me: MeShape,
  DomainList: DomainListShape,
  MessageList: Type.Object({ messages: Type.Array(MessageItemShape), page: Type.Integer({ minimum: 1 }) }),
  Message: MessageShape,
  Updated: Type.Object({ updated: Type.Integer({ description: 'Messages that were not read before.' }) }),
  Error: Type.Object({ error: Type.String({ description: 'A code.' }), message: Type.String() }),
}

export const token = ({ id, address }: Mailbox, jwt: string): Static<typeof TokenShape> => ({ id, address, token: jwt })

/** Of a mailbox without one: the field is a number in every example. */
const noQuota = Number.MAX_SAFE_INTEGER

export const account = (
  { id, address, bytes: used, createdAt }: Mailbox,
  quota: number | null,
): Static<typeof AccountShape> => ({
  id,
  address,
  quota: quota ?? noQuota,
  used,
  created_at: isoSeconds(createdAt),
})

export function me(mailbox: Mailbox, most: number | null): Static<typeof MeShape> {
  const { id, address, quota, used, created_at } = account(mailbox, most)
  return { id, address, role: mailbox.accountId === null ? 'user' : 'pro', quota, used, created_at }
}

/** `names`: the default one first. */
export const domainList = (names: readonly string[]): Static<typeof DomainListShape> => ({
  domains: names.map((domain, at) => ({ id: idOf(domain), domain, default: at === 0, sort_order: at })),
})

/** The operator's domains stand in the config and have no ids; this one is always the same (UUIDv8, RFC 9562 §5.8). */
function idOf(domain: string): string {
  const hash = createHash('sha256').update(`domain ${domain}`).digest('hex')
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}

export const messageItem = (message: Message, preview: string | null): Static<typeof MessageItemShape> => ({
  id: message.id,
  sender: message.envelopeFrom,
  from: fromHeader(message.from),
  subject: message.subject,
  preview_text: preview,
  size: message.size,
  created_at: isoSeconds(message.receivedAt),
  is_read: message.seen,
})

/** What the live socket says of a mail. */
export function newEmail({ is_read: _, ...item }: Static<typeof MessageItemShape>, { id, address }: Mailbox): object {
  return { type: 'new_email', ...item, account_id: id, address }
}

/** As `MessageShape`, with marks where its long texts will be. */
export function message(one: FullMessage, preview: string | null): Shown {
  const { id, sender, from, subject, preview_text, size, created_at, is_read } = messageItem(one, preview)
  const value = {
    ...{ id, sender, from, subject, address: one.address, size, created_at, is_read, preview_text },
    text_body: one.text,
    html_body: one.html,
    attachments: one.attachments.map((each) => ({
      index: each.index,
      filename: each.name,
      content_type: each.type,
      size: each.size,
    })),
  }
  return { value, later: laterTextsOf(one) }
}
