// Webhooks of the caller's account. What is sent to them, and how it is signed, is in the README.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { nativeEvents } from '../../webhooks/forms.ts'
import { mostOverlapHours, usualOverlapHours } from '../../webhooks/service.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { delivery, madeWebhook, webhook } from './wire-webhooks.ts'

const Url = Type.String({ minLength: 1, maxLength: 2000, description: 'Where to: https, and to a public address.' })
const EventNames = Type.Array(Type.Union(nativeEvents.map((one) => Type.Literal(one))), {
  minItems: 1,
  maxItems: nativeEvents.length,
  description:
    "message.stored: mail came; message.digested: it was read, with its codes and links; domain.…: how a domain of the account's stands.",
})
const Making = bodyInput(
  Type.Object({
    url: Url,
    events: Type.Optional(EventNames),
    mailbox: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 320 }), Type.Null()], {
        description: "The id or address of one of the account's mailboxes; null or none: all of them.",
      }),
    ),
  }),
)
const Change = bodyInput(
  Type.Object({
    url: Type.Optional(Url),
    events: Type.Optional(EventNames),
    state: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('paused')], {
        description: 'Made active again it sends what waits.',
      }),
    ),
  }),
)
const Rotation = bodyInput(
  Type.Object({
    overlapHours: Type.Number({
      minimum: 0,
      maximum: mostOverlapHours,
      default: usualOverlapHours,
      description: 'For how long the old secret signs beside the new one.',
    }),
  }),
)
const Replay = bodyInput(
  Type.Object({
    delivery: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 36,
        description: 'The id of the one to try again; without it, all that failed.',
      }),
    ),
  }),
)
const Listing = queryInput(
  Type.Object({
    limit: Limit,
    cursor: Cursor,
    state: Type.Optional(Type.Literal('failed', { description: 'Only those that are not tried any more.' })),
  }),
)

const tag = 'webhooks'
const credential = 'required'

export const webhookRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/webhooks',
      async ({ caller }) => ({ items: (await door.core.webhooks.list(caller)).map(webhook), next: null }),
      {
        ...described({
          summary: 'List webhooks',
          description: 'All of the account, oldest first.',
          tag,
          credential,
          answers: { 200: 'WebhookList' },
          refusals: ['forbidden'],
        }),
      },
    )
    .post(
      '/webhooks',
      async ({ caller, body, set }) => {
        set.status = 201
        return madeWebhook(await door.core.webhooks.create(caller, body))
      },
      {
        body: Making,
        ...described({
          summary: 'Make a webhook',
          description: 'The answer shows its secret this once.',
          tag,
          credential,
          answers: { 201: 'MadeWebhook' },
          refusals: ['forbidden', 'mailbox-unknown', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .get('/webhooks/:id', async ({ caller, params }) => webhook(await door.core.webhooks.get(caller, params.id)), {
      ...described({
        summary: 'Show a webhook',
        tag,
        credential,
        answers: { 200: 'Webhook' },
        refusals: ['webhook-unknown', 'forbidden'],
      }),
    })
    .patch(
      '/webhooks/:id',
      async ({ caller, params, body }) => webhook(await door.core.webhooks.change(caller, params.id, body)),
      {
        body: Change,
        ...described({
          summary: 'Change, pause or resume a webhook',
          tag,
          credential,
          answers: { 200: 'Webhook' },
          refusals: ['webhook-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/webhooks/:id',
      async ({ caller, params, set }) => {
        await door.core.webhooks.remove(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          summary: 'Remove a webhook',
          description: 'With what it has not sent yet.',
          tag,
          credential,
          answers: { 204: null },
          refusals: ['webhook-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .post(
      '/webhooks/:id/rotate',
      async ({ caller, params, body, set }) => {
        set.status = 201
        return madeWebhook(await door.core.webhooks.rotate(caller, params.id, body))
      },
      {
        body: Rotation,
        ...described({
          summary: 'Give a webhook a new secret',
          description: 'The answer shows it this once. While the old one is good too, there are two signatures.',
          tag,
          credential,
          answers: { 201: 'MadeWebhook' },
          refusals: ['webhook-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .post('/webhooks/:id/test', async ({ caller, params }) => door.core.webhooks.test(caller, params.id), {
      ...described({
        summary: 'Send a test',
        description:
          'Now, paused or not, signed as all else, of a mail that never was. It is no delivery and is not tried again.',
        tag,
        credential,
        answers: { 200: 'Tested' },
        refusals: ['webhook-unknown', 'forbidden', 'too-busy'],
      }),
    })
    .get(
      '/webhooks/:id/deliveries',
      ({ caller, params, query }) => {
        const failed = query.state === 'failed'
        return pageOf(door, 'deliveries', caller, query, {
          read: ({ before, limit }) => door.core.webhooks.deliveries(caller, params.id, { failed, before, limit }),
          show: delivery,
          scope: `${params.id.toLowerCase()} ${failed}`,
        })
      },
      {
        query: Listing,
        ...described({
          summary: 'List deliveries',
          description: 'Newest first. Those that arrived are kept for three days, others for thirty.',
          tag,
          credential,
          answers: { 200: 'DeliveryList' },
          refusals: ['webhook-unknown', 'forbidden', 'invalid-cursor'],
        }),
      },
    )
    .post(
      '/webhooks/:id/replay',
      async ({ caller, params, body }) => {
        const replayed = await door.core.webhooks.replay(caller, params.id, body.delivery ?? null)
        return { replayed }
      },
      {
        body: Replay,
        ...described({
          summary: 'Try deliveries again',
          description: 'One, whatever became of it, or all that failed. Each keeps the id of its event.',
          tag,
          credential,
          answers: { 200: 'Replay' },
          refusals: ['webhook-unknown', 'delivery-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
