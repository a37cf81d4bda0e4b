// The shapes of DustMail's answers: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { AccountCaller } from '../../accounts/caller.ts'
import type { Core } from '../../core.ts'
import { extended } from '../../extended.ts'
import { iso, isoOrNever } from '../../http/instants.ts'
import type { Shown } from '../../http/list-answer.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import { laterTextsOf } from '../../messages/long-text.ts'
import type { FullMessage } from '../../messages/message.ts'

const instant = () => Type.String({ format: 'date-time' })
const success = Type.Literal(true)

const InboxShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  domain: Type.String(),
  created_at: instant(),
  expires_at: instant(),
})
const CountedInboxShape = extended(InboxShape, { email_count: Type.Integer() })

const RateLimitShape = Type.Object({
  limit: Type.Union([Type.Integer(), Type.Null()], { description: 'Calls a day (UTC); null: as many as one likes.' }),
  used: Type.Integer({ description: 'Calls of this day, this one included.' }),
})
const PlanShape = Type.Union([Type.Literal('free'), Type.Literal('premium')])
const LimitsShape = Type.Object({ plan: PlanShape, rate_limit: RateLimitShape })
type Limits = Static<typeof LimitsShape>

const CreatedShape = Type.Object({
  success,
  data: InboxShape,
  meta: extended(LimitsShape, { available_domains: Type.Array(Type.String()) }),
})
const InboxListShape = Type.Object({
  success,
  data: Type.Array(CountedInboxShape),
  meta: extended(Type.Object({ total: Type.Integer() }), LimitsShape.properties),
})

const EmailShape = Type.Object({
  id: Type.String({ format: 'uuid' }),
  from: Type.String(),
  subject: Type.String(),
  text: Type.String(),
  html: Type.String(),
  received_at: instant(),
})
const DetailShape = Type.Object({
  success,
  data: Type.Object({ inbox: InboxShape, emails: Type.Array(EmailShape) }),
  meta: Type.Object({ email_count: Type.Integer(), rate_limit: RateLimitShape }),
})
const DeletedShape = Type.Object({ success, message: Type.String() })
const ErrorShape = Type.Object({
  success: Type.Literal(false),
  error: Type.String({ description: 'A code.' }),
  message: Type.String(),
  meta: Type.Optional(Type.Object({ rate_limit: RateLimitShape }, { description: 'With a 429 for too many calls.' })),
})

export const schemas: Record<string, TSchema> = {
  Created: CreatedShape,
  InboxList: InboxListShape,
  Detail: DetailShape,
  Deleted: DeletedShape,
  Error: ErrorShape,
}

/** What an account may call, and has; `plan` in the two words that clients compare with. */
export function rateLimit({ usage }: Core, caller: AccountCaller): Limits {
  const { customLocalPart, chooseDomain, requestsPerDay } = usage.planOf(caller)
  return {
    plan: customLocalPart && chooseDomain ? 'premium' : 'free',
    rate_limit: { limit: requestsPerDay, used: usage.quota(caller).today },
  }
}

export const inbox = ({ id, address, domain, createdAt, expiresAt }: Mailbox): Static<typeof InboxShape> => ({
  id,
  email: address,
  domain,
  created_at: iso(createdAt),
  expires_at: isoOrNever(expiresAt),
})

export const madeInbox = (
  mailbox: Mailbox,
  meta: Limits & { available_domains: string[] },
): Static<typeof CreatedShape> => ({ success: true, data: inbox(mailbox), meta })

export const inboxList = (
  mailboxes: readonly Mailbox[],
  meta: Limits & { total: number },
): Static<typeof InboxListShape> => ({
  success: true,
  data: mailboxes.map((mailbox) => ({ ...inbox(mailbox), email_count: mailbox.messageCount })),
  meta,
})

/** As `EmailShape`, with marks where its long texts will be. */
export function email(message: FullMessage): Shown {
  const { id, from, subject, text, html, receivedAt } = message
  const value = { id, from: from.address, subject, text: text ?? '', html: html ?? '', received_at: iso(receivedAt) }
  return { value, later: laterTextsOf(message) }
}
