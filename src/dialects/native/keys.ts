// Keys of the caller's account.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { instantOf } from '../../http/instants.ts'
import { prefixes } from '../../keys/key.ts'
import { mostOverlapHours } from '../../keys/service.ts'
import { key, madeKey } from '../../keys/shown.ts'
import { scopes } from '../../plans/plan.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const texts = (maxLength: number, description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength }), { maxItems: 100, description }))

const changeable = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  expiresAt: Type.Optional(
    orNull(Type.String({ format: 'date-time', maxLength: 40, description: 'Null: it has no end.' })),
  ),
  scopes: Type.Optional(
    orNull(
      Type.Array(Type.Union(scopes.map((scope) => Type.Literal(scope))), {
        maxItems: scopes.length,
        description: 'What it may be used for; null: all that its maker may do.',
      }),
    ),
  ),
  origins: texts(
    260,
    'Pages that may use it: example.com, *.example.com (also the bare domain), host:port. Empty: any.',
  ),
  domains: texts(253, 'Domains of the mailboxes that it may touch. Empty: all.'),
  dialects: texts(20, 'The APIs that it is for. Empty: all.'),
}

const Making = bodyInput(
  Type.Object({
    ...changeable,
    prefix: Type.Optional(
      Type.Union(
        prefixes.map((one) => Type.Literal(one)),
        { description: 'What the key begins with, for clients that check it.' },
      ),
    ),
  }),
)
const Change = bodyInput(Type.Object(changeable))
const Rotation = bodyInput(
  Type.Object({
    overlapHours: Type.Number({
      minimum: 0,
      maximum: mostOverlapHours,
      default: 0,
      description: 'For how long the old secret is good beside the new one.',
    }),
  }),
)
const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor }))

/** With instants as numbers. */
const wishOf = <Wish extends { expiresAt?: string | null }>({ expiresAt, ...wish }: Wish) => ({
  ...wish,
  ...(expiresAt === undefined ? {} : { expiresAt: expiresAt === null ? null : instantOf(expiresAt) }),
})

export const keyRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/keys',
      ({ caller, query }) =>
        pageOf(door, 'keys', caller, query, {
          read: ({ after, limit }) => door.core.keys.list(caller, { after, limit }),
          show: key,
          oldestFirst: true,
        }),
      {
        query: Listing,
        ...described({
          summary: 'List keys',
          description: "Oldest first: an owner's are all of the account, a member's those that he made.",
          tag: 'keys',
          credential: 'required',
          answers: { 200: 'KeyList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .post(
      '/keys',
      async ({ caller, body, set }) => {
        set.status = 201
        return madeKey(await door.core.keys.create(caller, wishOf(body)))
      },
      {
        body: Making,
        ...described({
          summary: 'Make a key',
          description: 'The answer shows it this once. One made by a key may do no more than that key.',
          tag: 'keys',
          credential: 'required',
          answers: { 201: 'MadeKey' },
          refusals: ['forbidden', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .get('/keys/:id', async ({ caller, params }) => key(await door.core.keys.get(caller, params.id)), {
      ...described({
        summary: 'Show a key',
        tag: 'keys',
        credential: 'required',
        answers: { 200: 'Key' },
        refusals: ['key-unknown', 'forbidden'],
      }),
    })
    .patch(
      '/keys/:id',
      async ({ caller, params, body }) => key(await door.core.keys.change(caller, params.id, wishOf(body))),
      {
        body: Change,
        ...described({
          summary: 'Change a key',
          description: 'All but its secret, in force at once.',
          tag: 'keys',
          credential: 'required',
          answers: { 200: 'Key' },
          refusals: ['key-unknown', 'forbidden', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/keys/:id',
      async ({ caller, params, set }) => {
        await door.core.keys.revoke(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          summary: 'Revoke a key',
          description: 'At once and for good, for open streams and waits too.',
          tag: 'keys',
          credential: 'required',
          answers: { 204: null },
          refusals: ['key-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .post(
      '/keys/:id/rotate',
      async ({ caller, params, body, set }) => {
        set.status = 201
        return madeKey(await door.core.keys.rotate(caller, params.id, body))
      },
      {
        body: Rotation,
        ...described({
          summary: 'Give a key a new secret',
          description: 'The answer shows it this once; the old one is good for as long as you say.',
          tag: 'keys',
          credential: 'required',
          answers: { 201: 'MadeKey' },
          refusals: ['key-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
