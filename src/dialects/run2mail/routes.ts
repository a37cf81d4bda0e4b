// The account, its addresses and their mail, as Run2Mail speaks of them.
import { type Static, Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { bearerIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { described, keyedRoutes } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { MailLists } from '../../http/list-answer.ts'
import type { OpeningWish } from '../../mailboxes/service.ts'
import { invalid } from '../../refusal.ts'
import { created, InboxType, me, message } from './wire.ts'

const mostMessages = 100

const CreationShape = Type.Object({
  type: Type.Union(InboxType.anyOf, { default: 'random', description: 'Whether the address is chosen by the server.' }),
  username: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: 'What stands before the "@" of a `custom` one.' }),
  ),
  domain: Type.Optional(
    Type.String({ minLength: 1, maxLength: 253, description: 'Of a `custom` one; the primary one without it.' }),
  ),
})
const Creation = looseBody(CreationShape)

const always = {
  401: ['unauthenticated'],
  403: ['forbidden'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['api_disabled'],
} as const

export function routes(door: Door) {
  const lists = new MailLists(async (one) => message(await door.core.messages.whole(one)))
  return new Elysia()
    .use(keyedRoutes(door, 'run2mail', bearerIn))
    .get(
      '/api/v1/me',
      async ({ caller }) => {
        const { accounts, usage } = door.core
        const member = await accounts.contact(caller)
        return me(caller.account, member, usage.planOf(caller), usage.quota(caller))
      },
      {
        ...described({
          summary: 'Show my account',
          description: 'Its plan, and what is used of it.',
          tag: 'account',
          answers: { 200: 'Me' },
          refusals: always,
        }),
      },
    )
    .post(
      '/api/v1/emails/create',
      async ({ caller, visit, body, set }) => {
        const usualTtlMinutes = door.options.dialects.run2mail.default_ttl_minutes
        const wish = { ...placeIn(body), usualTtlMinutes }
        const { mailbox } = await door.core.mailboxes.open(caller, wish, visit.client)
        set.status = 201
        return created(mailbox, body.type)
      },
      {
        body: Creation,
        ...described({
          summary: 'Create an inbox',
          tag: 'emails',
          answers: { 201: 'Created' },
          refusals: {
            ...always,
            413: ['validation_failed'],
            422: ['validation_failed'],
            429: ['rate_limited', 'inbox_limit_reached'],
          },
        }),
      },
    )
    .get(
      '/api/v1/emails/:address/messages',
      async ({ caller, params }) => {
        const { mailboxes, messages } = door.core
        const place = await mailboxes.ofAccountAt(caller, params.address)
        const email = place.tagged ?? place.address
        const items = await messages.newest(place.mailbox, mostMessages, { tagged: place.tagged })
        return lists.answer(items, (list) => ({ success: true, data: { email, messages: list } }))
      },
      {
        ...described({
          summary: 'List the mail of an address',
          description: `The newest ${mostMessages}, newest first, with their texts. A tagged address has only its own.`,
          tag: 'emails',
          answers: { 200: 'MessageList' },
          refusals: always,
        }),
      },
    )
}

/** The address that a call asks for: a random one has no name, whatever else is sent. Refuses: invalid-request. */
function placeIn({ type, username, domain }: Static<typeof CreationShape>): Pick<OpeningWish, 'localPart' | 'domain'> {
  if (type === 'random') return {}
  if (username === undefined) throw invalid('body.username', 'is required for a custom address')
  return { localPart: username, domain }
}
