// The shapes of Run2Mail's answers: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Account, Member } from '../../accounts/account.ts'
import { iso, isoOrNever } from '../../http/instants.ts'
import type { Shown } from '../../http/list-answer.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import { laterTextsOf } from '../../messages/long-text.ts'
import type { FullMessage } from '../../messages/message.ts'
import type { Plan } from '../../plans/plan.ts'
import type { Quota } from '../../usage/service.ts'

const instant = () => Type.String({ format: 'date-time' })
const success = Type.Literal(true)
const most = () => Type.Union([Type.Integer(), Type.Null()], { description: 'Null: there is no such limit.' })

export const InboxType = Type.Union([Type.Literal('random'), Type.Literal('custom')])

const MeShape = Type.Object({
  success,
  data: Type.Object({
    id: Type.String({ format: 'uuid', description: 'Of the account.' }),
    name: Type.String({ description: 'What stands before the "@" of `email`.' }),
    email: Type.String({ description: "Of the key's maker; once he is gone, of the account's owner." }),
    plan: Type.String(),
    created_at: instant(),
    limits: Type.Object({ requests_per_minute: most(), inboxes_per_day: most() }),
    usage: Type.Object(
      { inboxes_today: Type.Integer(), requests_today: Type.Integer() },
      { description: "Of this day (UTC), by all of the account's keys, this call included." },
    ),
  }),
})
const CreatedShape = Type.Object({
  success,
  data: Type.Object({
    id: Type.String({ format: 'uuid' }),
    email: Type.String(),
    domain: Type.String(),
    type: InboxType,
    created_at: instant(),
    expires_at: instant(),
  }),
})
const MessageShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  from: Type.String(),
  from_name: Type.String(),
  to: Type.Array(Type.String()),
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  received_at: instant(),
  is_read: Type.Boolean(),
  attachments: Type.Array(
    Type.Object({
      id: Type.String({ format: 'uuid' }),
      filename: Type.String(),
      content_type: Type.String(),
      size: Type.Integer(),
    }),
  ),
})
const MessageListShape = Type.Object({
  success,
  data: Type.Object({ email: Type.String(), messages: Type.Array(MessageShape) }),
})
const ErrorShape = Type.Object({
  success: Type.Literal(false),
  error: Type.String({ description: 'A code.' }),
  message: Type.String(),
})

export const schemas: Record<string, TSchema> = {
  Me: MeShape,
  Created: CreatedShape,
  MessageList: MessageListShape,
  Error: ErrorShape,
}

/** `member`: by whom the account is named; null where nobody is left. */
export function me(
  account: Account,
  member: Member | null,
  { name: plan, requestsPerMinute, inboxesPerDay }: Plan,
  { today, inboxesToday }: Quota,
): Static<typeof MeShape> {
  const email = member?.email ?? ''
  return {
    success: true,
    data: {
      id: account.id,
      name: email.slice(0, Math.max(0, email.lastIndexOf('@'))),
      email,
      plan,
      created_at: iso(account.createdAt),
      limits: { requests_per_minute: requestsPerMinute, inboxes_per_day: inboxesPerDay },
      usage: { inboxes_today: inboxesToday, requests_today: today },
    },
  }
}

export const created = (
  { id, address, domain, createdAt, expiresAt }: Mailbox,
  type: Static<typeof InboxType>,
): Static<typeof CreatedShape> => ({
  success: true,
  data: { id, email: address, domain, type, created_at: iso(createdAt), expires_at: isoOrNever(expiresAt) },
})

/** As `MessageShape`, with marks where its long texts will be. */
export function message(one: FullMessage): Shown {
  const { id, from, to, subject, text, html, receivedAt, seen, attachments } = one
  const value = {
    id,
    from: from.address,
    from_name: from.name,
    to: to.map(({ address }) => address),
    subject,
    text: text ?? '',
    html: html ?? '',
    received_at: iso(receivedAt),
    is_read: seen,
    attachments: attachments.map((attachment) => ({
      id: attachment.id,
      filename: attachment.name,
      content_type: attachment.type,
      size: attachment.size,
    })),
  }
  return { value, later: laterTextsOf(one) }
}
