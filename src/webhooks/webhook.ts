// What a webhook and its deliveries are, when a delivery is tried again, and how it is signed.
import type { EventType } from '../events.ts'
import type { Form } from './payload.ts'

export const mailEvents = ['message.stored', 'message.digested'] as const satisfies readonly EventType[]
const domainEvents = [
  'domain.verified',
  'domain.failing',
  'domain.lapsed',
  'domain.removed',
] as const satisfies readonly EventType[]
export const webhookEvents = [...mailEvents, ...domainEvents]

export type MailEvent = (typeof mailEvents)[number]
export type DomainEvent = (typeof domainEvents)[number]

export type WebhookEvent = (typeof webhookEvents)[number]

export const isMailEvent = (text: string): text is MailEvent => mailEvents.some((one) => one === text)
export const isDomainEvent = (text: string): text is DomainEvent => domainEvents.some((one) => one === text)
export const isWebhookEvent = (text: string): text is WebhookEvent => webhookEvents.some((one) => one === text)

/** Instants are epoch milliseconds. */
export type Webhook = {
  key: number
  id: string
  accountId: string
  /** Only of the account's mailbox at this address; null: of all its mailboxes. */
  address: string | null
  url: string
  events: readonly WebhookEvent[]
  form: Form
  state: 'active' | 'paused'
  /** When it was paused because its target failed for long; null where somebody paused it, or nobody. */
  gaveUpAt: number | null
  createdAt: number
  /** Until when the secret before the last rotation signs too. */
  previousUntil: number | null
  /** Attempts that failed since the last one that did not. */
  failures: number
  failingSince: number | null
  lastAttemptAt: number | null
  lastSuccessAt: number | null
}

export type Delivery = {
  key: number
  id: string
  /** `evt_` and a UUID: the same at each attempt, and for all webhooks that are told of the same. */
  eventId: string
  seq: number
  type: string
  /** "" where it is about no mail. */
  messageId: string
  createdAt: number
  state: 'waiting' | 'delivered' | 'failed'
  nextAt: number | null
  attempts: number
  attemptedAt: number | null
  statusCode: number | null
  error: string | null
  durationMs: number | null
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** The pauses between one attempt and the next; after the last of them a delivery has failed. */
export const pausesMs: readonly number[] = [10 * second, minute, 5 * minute, 30 * minute, 2 * hour]

/** A target is given up on when it has failed so often, for so long, without a success between. */
const failuresToGiveUp = 20
const giveUpAfterMs = 24 * hour

export const isGivenUp = (failures: number, failingSince: number, now: number): boolean =>
  failures >= failuresToGiveUp && now - failingSince >= giveUpAfterMs

/**
 * When the next attempt is, after so many of them failed; null: there is none. `chance` (0 to 1) makes a pause up to a fifth
 * longer, so that what failed together is not tried together.
 */
export function nextAttemptAt(failed: number, chance: number, now: number): number | null {
  const pause = pausesMs[failed - 1]
  return pause === undefined ? null : Math.ceil(now + pause * (1 + chance / 5))
}

/**
 * The value of `X-Webhook-Signature`: for each secret, the newest first, `sha256=` and the HMAC-SHA256 in hexadecimal of
 * the Unix seconds, a dot and the body. There are two of them, with `, ` between, only while a rotated secret is still good.
 */
export const signatures = (secrets: readonly string[], timestamp: number, body: string): string =>
  secrets
    .map((secret) => new Bun.CryptoHasher('sha256', secret).update(`${timestamp}.${body}`).digest('hex'))
    .map((hex) => `sha256=${hex}`)
    .join(', ')
