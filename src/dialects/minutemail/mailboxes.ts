// Active mailboxes, as MinuteMail speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody, looseQuery } from '../../http/input.ts'
import type { OpeningWish } from '../../mailboxes/service.ts'
import { invalid } from '../../refusal.ts'
import { always, alwaysWithBody, done, Ids, keyed, mostListed, oldestFirst, openMailbox } from './base.ts'
import { ExpiresIn, minutesOf } from './duration.ts'
import { mailboxItem } from './wire.ts'

const creation = Type.Object({
  domain: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Without it, the first domain.' })),
  expiresIn: ExpiresIn,
  noExpiration: Type.Optional(Type.Boolean({ description: 'Without an end, where the plan has that.' })),
  recoverable: Type.Optional(Type.Boolean({ description: 'Whether it goes to the archive when it ends.' })),
  tag: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Needed for a recoverable one.' })),
})

const Creation = looseBody(creation)

const Filter = looseQuery(
  Type.Object({ address: Type.Optional(Type.String({ maxLength: 320, description: 'Only the mailbox there.' })) }),
)

export const mailboxRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .get(
      '/v1/mailboxes',
      async ({ caller, query: { address } }) => {
        const page = { state: 'active', before: Number.MAX_SAFE_INTEGER, limit: mostListed } as const
        const found = await door.core.mailboxes.list(caller, { ...page, address: address || undefined })
        return { items: oldestFirst(found).map(mailboxItem) }
      },
      {
        query: Filter,
        ...described({
          summary: 'List the active mailboxes',
          description: `Oldest first; of more than ${mostListed} the newest.`,
          tag: 'mailboxes',
          answers: { 200: 'MailboxList' },
          refusals: { 400: ['bad_request'], ...always },
        }),
      },
    )
    .post(
      '/v1/mailboxes',
      async ({ caller, visit, body, set }) => {
        const wish = { ...wishOf(body), usualTtlMinutes: door.options.dialects.minutemail.default_ttl_minutes }
        const { mailbox } = await door.core.mailboxes.open(caller, wish, visit.client)
        set.status = 201
        return mailboxItem(mailbox)
      },
      {
        body: Creation,
        ...described({
          summary: 'Create a mailbox',
          tag: 'mailboxes',
          answers: { 201: 'Mailbox' },
          refusals: { ...alwaysWithBody, 409: ['conflict'] },
        }),
      },
    )
    .delete(
      '/v1/mailboxes',
      async ({ caller, body }) => {
        await door.core.mailboxes.endAll(caller, body.ids, 'active')
        return done()
      },
      {
        body: Ids,
        ...described({
          summary: 'Delete several mailboxes, all of them or none',
          description: 'Recoverable ones go to the archive.',
          tag: 'mailboxes',
          answers: { 204: null },
          refusals: { ...alwaysWithBody, 404: ['not_found'] },
        }),
      },
    )
    .get(
      '/v1/mailboxes/:mailbox',
      async ({ caller, params }) => mailboxItem(await openMailbox(door, caller, params.mailbox)),
      {
        ...described({
          summary: 'Show a mailbox',
          tag: 'mailboxes',
          answers: { 200: 'Mailbox' },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
    .delete(
      '/v1/mailboxes/:mailbox',
      async ({ caller, params }) => {
        await door.core.mailboxes.endAll(caller, [params.mailbox], 'active')
        return done()
      },
      {
        ...described({
          summary: 'Delete a mailbox',
          description: 'A recoverable one goes to the archive.',
          tag: 'mailboxes',
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )

/** Refuses: invalid-request, for what this API does not take together. */
function wishOf(body: (typeof creation)['static']): OpeningWish {
  const { domain, expiresIn, noExpiration, recoverable, tag } = body
  if (noExpiration && expiresIn !== undefined) throw invalid('body.expiresIn', 'does not go with "noExpiration"')
  if (recoverable && tag === undefined) throw invalid('body.tag', 'is required for a recoverable mailbox')
  const ttlMinutes = noExpiration ? null : expiresIn === undefined ? undefined : minutesOf(expiresIn)
  return { domain, ttlMinutes, recoverable, tag }
}
