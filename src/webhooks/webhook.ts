// What a webhook and its deliveries are, when a delivery is tried again, and how it is signed.
import { type Form, rulesOf, type WebhookEvent } from './forms.ts'

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
  /** As its form names it. */
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

/** The pauses between one attempt and the next; beyond them, the last of them. */
const pausesMs: readonly number[] = [10 * second, minute, 5 * minute, 30 * minute, 2 * hour]
const lastPauseMs = 2 * hour

/** Whether a target that failed so often since then is given up on. */
export function isGivenUp(form: Form, failures: number, failingSince: number, now: number): boolean {
  const { giveUp } = rulesOf(form)
  return failures >= giveUp.failures && now - failingSince >= giveUp.afterMs
}

/**
 * When the next attempt is, after so many of them failed; null: there is none. `chance` (0 to 1) makes a pause up to a fifth
 * longer, so that what failed together is not tried together.
 */
export function nextAttemptAt(
  { failed, mostAttempts }: { failed: number; mostAttempts: number },
  chance: number,
  now: number,
): number | null {
  if (failed >= mostAttempts) return null
  return Math.ceil(now + (pausesMs[failed - 1] ?? lastPauseMs) * (1 + chance / 5))
}

/**
 * The headers that say who sent this: `sha256=` and the HMAC-SHA256 in hexadecimal of the Unix seconds, a dot and the body.
 * While a rotated secret is still good there are two of them, the newest first, with `, ` between; or, in a form whose
 * receivers compare the header as a whole, the one before in a header of its own.
 */
export function signatureHeaders(
  form: Form,
  secrets: readonly string[],
  timestamp: number,
  body: string,
): Record<string, string> {
  const all = secrets
    .map((secret) => new Bun.CryptoHasher('sha256', secret).update(`${timestamp}.${body}`).digest('hex'))
    .map((hex) => `sha256=${hex}`)
  const name = 'X-Webhook-Signature'
  if (rulesOf(form).signsTogether) return { [name]: all.join(', ') }
  const [own = '', before] = all
  return { [name]: own, ...(before === undefined ? {} : { [`${name}-Previous`]: before }) }
}
