// Every expected no has a reason from this list; the tables of each door are keyed by it, so the compiler finds the gaps.

export const reasons = [
  'invalid-request',
  'invalid-cursor',
  'credential-missing',
  'credential-wrong',
  'key-inactive',
  'account-suspended',
  'plan-lapsed',
  'forbidden',
  'registration-off',
  'not-in-plan',
  'origin-refused',
  'host-refused',
  'route-unknown',
  'domain-unserved',
  'domain-lapsed',
  'dns-off',
  'dns-silent',
  'mailbox-unknown',
  'message-unknown',
  'attachment-unknown',
  'account-unknown',
  'member-unknown',
  'key-unknown',
  'session-unknown',
  'invitation-unknown',
  'plan-unknown',
  'plan-unsold',
  'rail-unknown',
  'rail-unavailable',
  'invoice-unknown',
  'invoice-unpaid',
  'key-shown',
  'too-many-invoices',
  'block-unknown',
  'domain-unknown',
  'webhook-unknown',
  'delivery-unknown',
  'mailbox-taken',
  'email-taken',
  'domain-taken',
  'domain-elsewhere',
  'confirmation-needed',
  'last-owner',
  'mailboxes-exhausted',
  'quota-exceeded',
  'message-not-arrived',
  'message-unexpected',
  'idempotency-mismatch',
  'too-large',
  'too-busy',
  'rate-exceeded',
  'api-off',
  'storage-full',
  'storage-failed',
  'storage-damaged',
  'took-too-long',
  // Said to SMTP clients alone.
  'address-invalid',
  'relay-denied',
  'mailbox-full',
  'header-too-large',
  'too-many-recipients',
  'too-many-mails',
  'too-many-connections',
  'too-many-hops',
  'bare-line-ending',
  'blocked',
] as const

export type Reason = (typeof reasons)[number]

/** One thing wrong with a request: where (`body.ttlMinutes`) and what was expected. */
export type FieldComplaint = { path: string; message: string }

/** A limit as headers speak of it; `resetAt` is epoch milliseconds. */
export type LimitState = {
  of: 'minute' | 'day' | 'month' | 'inboxes'
  limit: number
  remaining: number
  resetAt: number
}

export type RefusalDetails = {
  fields?: FieldComplaint[]
  retryAfterSeconds?: number
  /** The limit that refused; `resetAt` is epoch milliseconds. */
  limit?: LimitState
  /** What is not known here is there, but another's: for an API that says so. */
  foreign?: true
  /** What is not known any more is there still, its time over: for an API that says so. */
  over?: true
  /** The way to pay that is not there. */
  rail?: string
  /** How many mailboxes would end with what was asked for. */
  mailboxes?: number
  /** For the log alone. */
  what?: string
}

/** An expected no. It crosses threads as its `reason` and `details` and is made again on the other side. */
export class Refusal extends Error {
  constructor(
    readonly reason: Reason,
    readonly details: RefusalDetails = {},
  ) {
    super(reason)
    this.name = 'Refusal'
  }
}

/** A request with one thing wrong. */
export const invalid = (path: string, message: string): Refusal =>
  new Refusal('invalid-request', { fields: [{ path, message }] })
