// Inboxes and their mail, as DustMail speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { credentialIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { described, keyedRoutes } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { MailLists } from '../../http/list-answer.ts'
import { email, inbox, inboxList, madeInbox, rateLimit } from './wire.ts'

const mostInboxes = 50
const mostEmails = 100
/** Custom domains are for premium keys, as shared ones beside the primary are. */
const ownNeedsChoice = true

const Creation = looseBody(
  Type.Object({
    username: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'What stands before the "@"; for premium keys.' }),
    ),
    domain: Type.Optional(
      Type.String({ minLength: 1, maxLength: 253, description: 'Another than the primary one is for premium keys.' }),
    ),
    duration: Type.Optional(Type.Integer({ minimum: 1, maximum: 52_560_000, description: 'Minutes until it ends.' })),
  }),
)

const security = [{ bearer: [] }, { apiKey: [] }]
const always = {
  401: ['unauthorized'],
  403: ['forbidden'],
  429: ['rate_limit_exceeded'],
  500: ['internal_error'],
  503: ['api_disabled'],
} as const

export function routes(door: Door) {
  const lists = new MailLists(async (one) => email(await door.core.messages.whole(one)))
  return new Elysia()
    .use(keyedRoutes(door, 'dustmail', credentialIn))
    .post(
      '/api/v1/inbox',
      async ({ caller, visit, body: { username, domain, duration }, set }) => {
        const usualTtlMinutes = door.options.dialects.dustmail.default_ttl_minutes
        const wish = { localPart: username, domain, ttlMinutes: duration, usualTtlMinutes, ownNeedsChoice }
        const { mailbox } = await door.core.mailboxes.open(caller, wish, visit.client)
        set.status = 201
        return madeInbox(mailbox, {
          ...rateLimit(door.core, caller),
          available_domains: door.core.mailboxes.openableDomains(caller, { ownNeedsChoice }),
        })
      },
      {
        body: Creation,
        ...described({
          summary: 'Create an inbox',
          tag: 'inboxes',
          security,
          answers: { 201: 'Created' },
          refusals: {
            400: ['invalid_json', 'invalid_username', 'invalid_domain', 'invalid_duration'],
            ...always,
            403: ['premium_required', 'domain_not_allowed', 'forbidden'],
            409: ['address_taken'],
          },
        }),
      },
    )
    .get(
      '/api/v1/inbox',
      async ({ caller }) => {
        const { mailboxes } = door.core
        const page = { state: 'active', before: Number.MAX_SAFE_INTEGER, limit: mostInboxes } as const
        const found = await mailboxes.list(caller, page)
        const total = found.length < mostInboxes ? found.length : (await mailboxes.counts(caller)).active
        return inboxList(found, { total, ...rateLimit(door.core, caller) })
      },
      {
        ...described({
          summary: 'List the active inboxes',
          description: `The newest ${mostInboxes}, with how many mails each has; \`meta.total\` counts all.`,
          tag: 'inboxes',
          security,
          answers: { 200: 'InboxList' },
          refusals: always,
        }),
      },
    )
    .get(
      '/api/v1/inbox/:id',
      async ({ caller, params }) => {
        const { mailboxes, messages } = door.core
        const mailbox = await mailboxes.ofAccount(caller, params.id, 'active')
        const items = await messages.newest(mailbox, mostEmails)
        const { rate_limit } = rateLimit(door.core, caller)
        const meta = { email_count: items.length, rate_limit }
        return lists.answer(items, (emails) => ({ success: true, data: { inbox: inbox(mailbox), emails }, meta }))
      },
      {
        ...described({
          summary: 'Show an inbox with its mail',
          description: `The newest ${mostEmails} mails with their texts.`,
          tag: 'inboxes',
          security,
          answers: { 200: 'Detail' },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
    .delete(
      '/api/v1/inbox/:id',
      async ({ caller, params }) => {
        const { id } = await door.core.mailboxes.ofAccount(caller, params.id, 'active')
        await door.core.mailboxes.end(caller, id, { permanent: false })
        return { success: true, message: 'Inbox deleted' }
      },
      {
        ...described({
          summary: 'Delete an inbox',
          tag: 'inboxes',
          security,
          answers: { 200: 'Deleted' },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
}
