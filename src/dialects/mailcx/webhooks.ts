// The Pro API's webhooks: those of the feature that speak Mail.cx's words, and no others.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { mailcxEvents } from '../../webhooks/forms.ts'
import { always, done, name, pro } from './base.ts'
import { paths } from './errors.ts'
import { deliveryList, madeWebhook, newSecret, webhookList } from './wire-webhooks.ts'

const mostDeliveries = 20
const tag = 'pro: webhooks'
const known = { ...always, 404: ['not_found'] }

const NewWebhook = looseBody(
  Type.Object({
    url: Type.String({ minLength: 1, maxLength: 2000, description: 'Where to: https, and to a public address.' }),
    events: Type.Optional(
      Type.Array(Type.Union(mailcxEvents.map((one) => Type.Literal(one))), { minItems: 1, maxItems: 10 }),
    ),
  }),
)

export const proWebhookRoutes = (door: Door) =>
  new Elysia()
    .use(pro(door))
    .get(
      paths.webhooks,
      async ({ caller }) => webhookList((await door.core.webhooks.list(caller)).filter(({ form }) => form === name)),
      {
        ...described({
          summary: "List the account's webhooks",
          description: 'Those that were made here.',
          tag,
          answers: { 200: 'ProWebhookList' },
          refusals: always,
        }),
      },
    )
    .post(
      paths.webhooks,
      async ({ caller, body, set }) => {
        const made = await door.core.webhooks.create(caller, { ...body, form: name })
        set.status = 201
        return madeWebhook(made)
      },
      {
        body: NewWebhook,
        ...described({
          summary: 'Make a webhook',
          description: 'Of all mailboxes of the account. The answer shows its secret this once.',
          tag,
          answers: { 201: 'MadeProWebhook' },
          refusals: { 400: ['invalid_request'], ...always, 403: ['webhook_limit_reached', 'forbidden'] },
        }),
      },
    )
    .delete(
      `${paths.webhooks}/:webhook`,
      async ({ caller, params }) => {
        const { webhooks } = door.core
        const { id } = await webhooks.ofForm(caller, params.webhook, name)
        await webhooks.remove(caller, id)
        return done()
      },
      {
        ...described({
          summary: 'Remove a webhook',
          description: 'With what it has not sent yet.',
          tag,
          answers: { 204: null },
          refusals: known,
        }),
      },
    )
    .post(
      `${paths.webhooks}/:webhook/rotate`,
      async ({ caller, params }) => {
        const { webhooks } = door.core
        const { id } = await webhooks.ofForm(caller, params.webhook, name)
        return newSecret(await webhooks.rotate(caller, id))
      },
      {
        ...described({
          summary: 'Give a webhook a new secret',
          description: 'The answer shows it this once. Its failures are forgotten: one that failed begins anew.',
          tag,
          answers: { 200: 'NewSecret' },
          refusals: known,
        }),
      },
    )
    .get(
      `${paths.webhooks}/:webhook/deliveries`,
      async ({ caller, params }) => {
        const { webhooks } = door.core
        const { id } = await webhooks.ofForm(caller, params.webhook, name)
        const page = { failed: false, before: Number.MAX_SAFE_INTEGER, limit: mostDeliveries }
        return deliveryList(await webhooks.deliveries(caller, id, page))
      },
      {
        ...described({
          summary: 'List the last deliveries of a webhook',
          description: `Newest first, at most ${mostDeliveries}.`,
          tag,
          answers: { 200: 'ProDeliveryList' },
          refusals: known,
        }),
      },
    )
