// Webhooks and their deliveries as the page lists them.
export type Webhook = {
  id: string
  url: string
  events: string[]
  form: 'native' | 'mailcx'
  mailbox: string | null
  state: 'active' | 'paused'
  gaveUpAt: string | null
  createdAt: string
  previousSecretUntil: string | null
  failures: number
  failingSince: string | null
  lastAttemptAt: string | null
  lastSuccessAt: string | null
}
export type MadeWebhook = Webhook & { secret: string }

export type Delivery = {
  id: string
  eventId: string
  type: string
  messageId: string
  createdAt: string
  state: 'waiting' | 'delivered' | 'failed'
  attempt: number
  nextAt: string | null
  attemptedAt: string | null
  statusCode: number | null
  error: string | null
  durationMs: number | null
}

export type Tested = { eventId: string; statusCode: number | null; error: string | null; durationMs: number }

export const nativeEvents = ['message.stored', 'message.digested'] as const

export type Health = 'active' | 'failing' | 'paused' | 'gave-up'

export function healthOf({ state, gaveUpAt, failures }: Webhook): Health {
  if (state === 'paused') return gaveUpAt === null ? 'paused' : 'gave-up'
  return failures > 0 ? 'failing' : 'active'
}
