// The shapes of Mail.cx's webhooks and their deliveries. What is sent to them is in src/webhooks/payload.ts.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { isoSeconds, secondsOrNull } from '../../http/instants.ts'
import { mailcxEvents } from '../../webhooks/forms.ts'
import type { MadeWebhook } from '../../webhooks/service.ts'
import type { Delivery, Webhook } from '../../webhooks/webhook.ts'
import { id, instant, orNull } from './wire.ts'

const secret = () => Type.String({ description: 'What its deliveries are signed with, shown this once.' })

const WebhookShape = Type.Object({
  id: id(),
  url: Type.String(),
  events: Type.Array(Type.Union(mailcxEvents.map((one) => Type.Literal(one)))),
  status: Type.Union([Type.Literal('active'), Type.Literal('failed')], {
    description: '`failed`: it is told of nothing, because its target failed or somebody paused it.',
  }),
  failure_count: Type.Integer({ description: 'Attempts that failed since the last one that did not.' }),
  last_triggered_at: orNull(instant()),
  created_at: instant(),
})
const MadeWebhookShape = Type.Composite([WebhookShape, Type.Object({ secret: secret() })])

const DeliveryShape = Type.Object({
  id: id(),
  event_type: Type.String(),
  event_id: Type.String({ description: 'The `id` of what is sent, the same at each attempt.' }),
  status_code: orNull(Type.Integer({ description: 'What was answered to the last attempt.' })),
  error: orNull(Type.String({ description: 'Why the last attempt failed.' })),
  attempt: Type.Integer({ description: 'Attempts until now.' }),
  duration_ms: orNull(Type.Integer()),
  created_at: instant(),
})

export const webhookSchemas: Record<string, TSchema> = {
  ProWebhookList: Type.Object({ webhooks: Type.Array(WebhookShape) }),
  MadeProWebhook: MadeWebhookShape,
  NewSecret: Type.Object({ id: id(), secret: secret() }),
  ProDeliveryList: Type.Object({ deliveries: Type.Array(DeliveryShape) }),
}

const webhookItem = (one: Webhook): Static<typeof WebhookShape> => ({
  id: one.id,
  url: one.url,
  events: mailcxEvents.filter((event) => one.events.includes(event)),
  status: one.state === 'active' ? 'active' : 'failed',
  failure_count: one.failures,
  last_triggered_at: secondsOrNull(one.lastAttemptAt),
  created_at: isoSeconds(one.createdAt),
})

export const webhookList = (webhooks: readonly Webhook[]) => ({ webhooks: webhooks.map(webhookItem) })

export const madeWebhook = ({ webhook, secret }: MadeWebhook): Static<typeof MadeWebhookShape> => ({
  ...webhookItem(webhook),
  secret,
})

export const newSecret = ({ webhook: { id }, secret }: MadeWebhook) => ({ id, secret })

const deliveryItem = (one: Delivery): Static<typeof DeliveryShape> => ({
  id: one.id,
  event_type: one.type,
  event_id: one.eventId,
  status_code: one.statusCode,
  error: one.error,
  attempt: one.attempts,
  duration_ms: one.durationMs,
  created_at: isoSeconds(one.createdAt),
})

export const deliveryList = (deliveries: readonly Delivery[]) => ({ deliveries: deliveries.map(deliveryItem) })
