// Opening, showing, changing and ending mailboxes.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { listedMailbox, mailbox, openedMailbox, place } from './wire.ts'

const ttlMinutes = Type.Optional(
  Type.Union([Type.Integer({ minimum: 1, maximum: 52_560_000 }), Type.Null()], {
    description: 'Minutes until it ends, from now; null: it has no end.',
  }),
)
const recoverable = Type.Optional(Type.Boolean({ description: 'Whether it goes to the archive when it ends.' }))
const tag = Type.Optional(
  Type.Union([Type.String({ maxLength: 100 }), Type.Null()], { description: 'A word of your own.' }),
)
const password = Type.String({ minLength: 6, maxLength: 256, description: 'Opens the mailbox beside its token.' })

const Opening = bodyInput(
  Type.Object({
    localPart: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What stands before the "@"; without it, a random one.',
      }),
    ),
    domain: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'Without it, the first domain.' })),
    ttlMinutes,
    recoverable,
    tag,
    password: Type.Optional(password),
  }),
)

const Change = bodyInput(
  Type.Object({
    ttlMinutes,
    recoverable,
    tag,
    password: Type.Optional(
      Type.Union([password, Type.Null()], { description: 'A new password; null: none any more.' }),
    ),
  }),
)

const SignIn = bodyInput(Type.Object({ password: Type.String({ minLength: 1, maxLength: 256 }) }))

const Listing = queryInput(
  Type.Object({
    limit: Limit,
    cursor: Cursor,
    state: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('archived')], { description: 'Only those; without it, all.' }),
    ),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, description: 'Only those with this in their address or tag.' }),
    ),
  }),
)

const Ending = queryInput(
  Type.Object({
    permanent: Type.Boolean({ default: false, description: 'End it even if it could go to the archive.' }),
  }),
)

export const mailboxRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .post(
      '/mailboxes',
      async ({ caller, body, visit, set }) => {
        set.status = 201
        return openedMailbox(await door.core.mailboxes.open(caller, body, visit.client))
      },
      {
        body: Opening,
        ...described({
          summary: 'Open a mailbox',
          description:
            'With a key: of its account. Without one, the answer has a token, shown this once, that is the credential of the mailbox.',
          tag: 'mailboxes',
          credential: 'optional',
          answers: { 201: 'OpenedMailbox' },
          refusals: [
            'not-in-plan',
            'domain-unserved',
            'domain-lapsed',
            'forbidden',
            'mailbox-taken',
            'mailboxes-exhausted',
            'quota-exceeded',
            'too-busy',
            'storage-failed',
          ],
        }),
      },
    )
    .get(
      '/mailboxes',
      ({ caller, query: { state = null, q: part, ...query } }) =>
        pageOf(door, 'mailboxes', caller, query, {
          read: ({ before, limit }) => door.core.mailboxes.listWithUnseen(caller, { state, part, before, limit }),
          show: listedMailbox,
          scope: part === undefined ? (state ?? '') : JSON.stringify([state, part]),
        }),
      {
        query: Listing,
        ...described({
          summary: 'List my mailboxes',
          description: 'Newest first; with a mailbox token: that one.',
          tag: 'mailboxes',
          credential: 'required',
          answers: { 200: 'MailboxList' },
          refusals: ['invalid-cursor'],
        }),
      },
    )
    .get(
      '/mailboxes/:mailbox',
      async ({ caller, params }) => place(await door.core.mailboxes.see(caller, params.mailbox)),
      {
        ...described({
          summary: 'Show a mailbox',
          description: 'By id or address. A free address of a public domain reads as an empty mailbox.',
          tag: 'mailboxes',
          credential: 'optional',
          answers: { 200: 'Mailbox' },
          refusals: ['mailbox-unknown'],
        }),
      },
    )
    .patch(
      '/mailboxes/:mailbox',
      async ({ caller, params, body }) => mailbox(await door.core.mailboxes.change(caller, params.mailbox, body)),
      {
        body: Change,
        ...described({
          summary: 'Change a mailbox',
          tag: 'mailboxes',
          credential: 'required',
          answers: { 200: 'Mailbox' },
          refusals: [
            'mailbox-unknown',
            'not-in-plan',
            'forbidden',
            'mailboxes-exhausted',
            'too-busy',
            'storage-failed',
          ],
        }),
      },
    )
    .delete(
      '/mailboxes/:mailbox',
      async ({ caller, params, query, set }) => {
        await door.core.mailboxes.end(caller, params.mailbox, query)
        set.status = 204
      },
      {
        query: Ending,
        ...described({
          summary: 'End a mailbox',
          description: 'A recoverable one goes to the archive.',
          tag: 'mailboxes',
          credential: 'required',
          answers: { 204: null },
          refusals: ['mailbox-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .post(
      '/mailboxes/:mailbox/restore',
      async ({ caller, params, set }) => {
        set.status = 201
        return openedMailbox(await door.core.mailboxes.restore(caller, params.mailbox))
      },
      {
        ...described({
          summary: 'Bring a mailbox back from the archive',
          description: 'The same address, empty, with a new id and a new token.',
          tag: 'mailboxes',
          credential: 'required',
          answers: { 201: 'OpenedMailbox' },
          refusals: ['mailbox-unknown', 'forbidden', 'mailbox-taken', 'mailboxes-exhausted', 'storage-failed'],
        }),
      },
    )
    .post(
      '/mailboxes/:mailbox/token',
      async ({ params, body, set }) => {
        set.status = 201
        return openedMailbox(await door.core.mailboxes.signIn(params.mailbox, body.password))
      },
      {
        body: SignIn,
        ...described({
          summary: 'Get a token by password',
          tag: 'mailboxes',
          credential: 'optional',
          answers: { 201: 'OpenedMailbox' },
          refusals: ['too-busy', 'storage-failed'],
        }),
      },
    )
