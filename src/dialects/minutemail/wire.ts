// The shapes of MinuteMail's answers: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { isoSeconds, secondsOrNull } from '../../http/instants.ts'
import type { Shown } from '../../http/list-answer.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import { LaterText } from '../../messages/long-text.ts'
import type { Attachment, FullMessage } from '../../messages/message.ts'

const id = () => Type.String({ format: 'uuid' })
const instant = () => Type.String({ format: 'date-time', description: 'UTC, without fractions of a second.' })
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const itemsOf = <Schema extends TSchema>(schema: Schema) => Type.Object({ items: Type.Array(schema) })

const MailboxShape = Type.Object({
  id: id(),
  alias: Type.String({ description: 'What stands before the "@".' }),
  domain: Type.String(),
  address: Type.String(),
  recoverable: Type.Boolean(),
  permanent: Type.Boolean(),
  tag: orNull(Type.String()),
  owner: id(),
  messageCount: Type.Integer(),
  expiresAt: orNull(instant()),
  createdAt: instant(),
})

const ArchivedMailboxShape = Type.Pick(MailboxShape, ['id', 'alias', 'domain', 'tag', 'owner', 'createdAt'])

const AttachmentShape = Type.Object({
  id: id(),
  name: Type.String(),
  filename: Type.String({ description: 'As `name`.' }),
  contentType: Type.String(),
  sizeBytes: Type.Integer(),
  expiresAt: orNull(instant()),
})
const AttachmentContentShape = Type.Composite([
  AttachmentShape,
  Type.Object({ data: Type.String({ description: 'Its bytes in base64.' }) }),
])

const MailShape = Type.Object({
  id: id(),
  mailboxId: id(),
  sender: Type.String(),
  from: Type.String({ description: 'As `sender`.' }),
  subject: Type.String(),
  body: Type.String({ description: 'Its html, else its text.' }),
  text: Type.String(),
  html: Type.String(),
  hasAttachments: Type.Boolean(),
  attachments: Type.Array(AttachmentShape),
  receivedAt: instant(),
  expiresAt: orNull(instant()),
})

const HealthShape = Type.Object({ ok: Type.Literal(true) })
const ErrorShape = Type.Object({ error: Type.String({ description: 'A code.' }), message: Type.String() })

export const schemas: Record<string, TSchema> = {
  Mailbox: MailboxShape,
  MailboxList: itemsOf(MailboxShape),
  ArchivedMailbox: ArchivedMailboxShape,
  ArchivedMailboxList: itemsOf(ArchivedMailboxShape),
  Mail: MailShape,
  MailList: itemsOf(MailShape),
  Attachment: AttachmentShape,
  AttachmentList: itemsOf(AttachmentShape),
  AttachmentContent: AttachmentContentShape,
  Health: HealthShape,
  Error: ErrorShape,
}

export const mailboxItem = (mailbox: Mailbox): Static<typeof MailboxShape> => ({
  id: mailbox.id,
  alias: mailbox.localPart,
  domain: mailbox.domain,
  address: mailbox.address,
  recoverable: mailbox.recoverable,
  permanent: mailbox.expiresAt === null,
  tag: mailbox.tag,
  owner: mailbox.accountId ?? '',
  messageCount: mailbox.messageCount,
  expiresAt: secondsOrNull(mailbox.expiresAt),
  createdAt: isoSeconds(mailbox.createdAt),
})

export function archivedItem(mailbox: Mailbox): Static<typeof ArchivedMailboxShape> {
  const { id, alias, domain, tag, owner, createdAt } = mailboxItem(mailbox)
  return { id, alias, domain, tag, owner, createdAt }
}

/** As `MailShape`, with marks where its long texts will be. */
export function mailItem(message: FullMessage): Shown {
  const { id, mailboxId, from, subject, text, html, attachments, receivedAt, expiresAt } = message
  // A long text has one place in an answer: what is shown twice is two.
  const body = anew(html ?? text)
  const value = {
    id,
    mailboxId,
    sender: from.address,
    from: from.address,
    subject,
    body: body ?? '',
    text: text ?? '',
    html: html ?? '',
    hasAttachments: attachments.length > 0,
    attachments: attachments.map(attachmentItem),
    receivedAt: isoSeconds(receivedAt),
    expiresAt: secondsOrNull(expiresAt),
  }
  return { value, later: [body, text, html].filter((one) => one instanceof LaterText) }
}

const anew = (text: string | LaterText | null) => (text instanceof LaterText ? new LaterText(text.json) : text)

export const attachmentItem = ({ id, name, type, size, expiresAt }: Attachment): Static<typeof AttachmentShape> => ({
  id,
  name,
  filename: name,
  contentType: type,
  sizeBytes: size,
  expiresAt: secondsOrNull(expiresAt),
})
