// The shapes of webhooks and their deliveries.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { extended } from '../../extended.ts'
import { instant, iso, isoOrNull } from '../../instants.ts'
import { mailcxEvents, nativeEvents } from '../../webhooks/forms.ts'
import type { MadeWebhook } from '../../webhooks/service.ts'
import type { Delivery, Webhook } from '../../webhooks/webhook.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const EventName = Type.Union([...nativeEvents, ...mailcxEvents].map((one) => Type.Literal(one)))

const WebhookShape = Type.Object({
  id: text('A UUIDv7.'),
  url: text(),
  events: Type.Array(EventName),
  form: Type.Union([Type.Literal('native'), Type.Literal('mailcx')], {
    description: 'Whose words are sent: those of the API that it was made in.',
  }),
  mailbox: orNull(text('The address of the mailbox that it is of; null: of all of the account.')),
  state: Type.Union([Type.Literal('active'), Type.Literal('paused')]),
  gaveUpAt: orNull(instant('When it was paused because its target had failed for long; null: it was not.')),
  createdAt: instant(),
  previousSecretUntil: orNull(instant('Until when the secret before the last rotation signs too.')),
  failures: Type.Integer({ description: 'Attempts that failed since the last one that did not.' }),
  failingSince: orNull(instant()),
  lastAttemptAt: orNull(instant()),
  lastSuccessAt: orNull(instant()),
})

const MadeWebhookShape = extended(WebhookShape, {
  secret: text('What its deliveries are signed with, shown this once.'),
})

const DeliveryShape = Type.Object({
  id: text('A UUIDv7.'),
  eventId: text('The `id` of what is sent, the same at each attempt.'),
  seq: Type.Integer({ description: 'The number of the event: later ones have higher numbers.' }),
  type: text(),
  messageId: text('"" where it tells of no mail.'),
  createdAt: instant(),
  state: Type.Union([Type.Literal('waiting'), Type.Literal('delivered'), Type.Literal('failed')]),
  attempt: Type.Integer({ description: 'Attempts until now.' }),
  nextAt: orNull(instant('When it is tried again.')),
  attemptedAt: orNull(instant()),
  statusCode: orNull(Type.Integer({ description: 'What was answered to the last attempt; null: nothing was.' })),
  error: orNull(text('Why the last attempt failed.')),
  durationMs: orNull(Type.Integer()),
})

const TestedShape = Type.Object({
  eventId: text('The `id` of what was sent.'),
  statusCode: orNull(Type.Integer({ description: 'What was answered; null: nothing was.' })),
  error: orNull(text('Why it was not taken; null: it was.')),
  durationMs: Type.Integer(),
})

const ReplayShape = Type.Object({ replayed: Type.Integer({ description: 'Deliveries that are tried again.' }) })

const ref = (name: string) => Type.Ref(`#/components/schemas/${name}`)
const page = (name: string) => Type.Object({ items: Type.Array(ref(name)), next: orNull(text()) })

export const webhookSchemas = {
  Webhook: WebhookShape,
  MadeWebhook: MadeWebhookShape,
  WebhookList: page('Webhook'),
  Delivery: DeliveryShape,
  DeliveryList: page('Delivery'),
  Tested: TestedShape,
  Replay: ReplayShape,
}

export function webhook(one: Webhook): Static<typeof WebhookShape> {
  return {
    id: one.id,
    url: one.url,
    events: [...one.events],
    form: one.form,
    mailbox: one.address,
    state: one.state,
    gaveUpAt: isoOrNull(one.gaveUpAt),
    createdAt: iso(one.createdAt),
    previousSecretUntil: isoOrNull(one.previousUntil),
    failures: one.failures,
    failingSince: isoOrNull(one.failingSince),
    lastAttemptAt: isoOrNull(one.lastAttemptAt),
    lastSuccessAt: isoOrNull(one.lastSuccessAt),
  }
}

export const madeWebhook = ({ webhook: made, secret }: MadeWebhook): Static<typeof MadeWebhookShape> => ({
  ...webhook(made),
  secret,
})

export function delivery(one: Delivery): Static<typeof DeliveryShape> {
  return {
    id: one.id,
    eventId: one.eventId,
    seq: one.seq,
    type: one.type,
    messageId: one.messageId,
    createdAt: iso(one.createdAt),
    state: one.state,
    attempt: one.attempts,
    nextAt: isoOrNull(one.nextAt),
    attemptedAt: isoOrNull(one.attemptedAt),
    statusCode: one.statusCode,
    error: one.error,
    durationMs: one.durationMs,
  }
}
