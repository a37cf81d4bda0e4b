// What kind of no each refusal is: a foreign API has words for these, and for the few reasons that it tells apart.
import type { Reason } from '../refusal.ts'

export type Kind =
  /** Of what was sent. */
  | 'invalid'
  | 'too-large'
  | 'unauthorized'
  | 'forbidden'
  | 'misdirected'
  | 'missing'
  | 'conflict'
  /** Too many calls. */
  | 'limited'
  /** Too much of what an account may have. */
  | 'exhausted'
  /** Switched off. */
  | 'off'
  /** Not now. */
  | 'unavailable'
  /** Not at all. */
  | 'failed'

export const kinds = {
  'invalid-request': 'invalid',
  'invalid-cursor': 'invalid',
  'credential-missing': 'unauthorized',
  'credential-wrong': 'unauthorized',
  'key-inactive': 'unauthorized',
  'account-suspended': 'forbidden',
  'plan-lapsed': 'forbidden',
  forbidden: 'forbidden',
  'registration-off': 'forbidden',
  'not-in-plan': 'forbidden',
  'origin-refused': 'forbidden',
  'host-refused': 'misdirected',
  'route-unknown': 'missing',
  'domain-unserved': 'invalid',
  'domain-lapsed': 'invalid',
  'dns-off': 'unavailable',
  'dns-silent': 'unavailable',
  'mailbox-unknown': 'missing',
  'message-unknown': 'missing',
  'attachment-unknown': 'missing',
  'account-unknown': 'missing',
  'member-unknown': 'missing',
  'key-unknown': 'missing',
  'session-unknown': 'missing',
  'invitation-unknown': 'missing',
  'plan-unknown': 'missing',
  'plan-unsold': 'invalid',
  'rail-unknown': 'invalid',
  'rail-unavailable': 'unavailable',
  'invoice-unknown': 'missing',
  'invoice-unpaid': 'conflict',
  'key-shown': 'conflict',
  'too-many-invoices': 'exhausted',
  'block-unknown': 'missing',
  'domain-unknown': 'missing',
  'webhook-unknown': 'missing',
  'delivery-unknown': 'missing',
  'mailbox-taken': 'conflict',
  'email-taken': 'conflict',
  'domain-taken': 'conflict',
  'domain-elsewhere': 'conflict',
  'confirmation-needed': 'conflict',
  'last-owner': 'conflict',
  'mailboxes-exhausted': 'exhausted',
  'quota-exceeded': 'exhausted',
  'message-not-arrived': 'missing',
  'message-unexpected': 'conflict',
  'idempotency-mismatch': 'conflict',
  'too-large': 'too-large',
  'too-busy': 'unavailable',
  'rate-exceeded': 'limited',
  'api-off': 'off',
  'storage-full': 'unavailable',
  'storage-failed': 'unavailable',
  'storage-damaged': 'failed',
  'took-too-long': 'unavailable',
  'address-invalid': 'invalid',
  'relay-denied': 'invalid',
  'mailbox-full': 'exhausted',
  'header-too-large': 'too-large',
  'too-many-recipients': 'invalid',
  'too-many-mails': 'limited',
  'too-many-connections': 'limited',
  'too-many-hops': 'invalid',
  'bare-line-ending': 'invalid',
  blocked: 'forbidden',
} as const satisfies Record<Reason, Kind>

/** How an API says no. */
export type Said = readonly [status: number, code: string, message: string]

/** A failure of ours, of which nothing more is said. */
export const defect: Said = [500, 'internal_error', 'Something went wrong on the server.']

/** What all of them say where it is the server that cannot. */
export const serverWords = {
  unavailable: [503, 'service_unavailable', 'The server cannot do this at the moment.'],
  failed: [500, 'internal_error', 'This cannot be read.'],
} as const satisfies Partial<Record<Kind, Said>>

/** What an API says of a reason: its own words for the few that it tells apart, else those for their kind. */
export const sayer =
  (words: Readonly<Record<Kind, Said>>, special: Readonly<Partial<Record<Reason, Said>>>) =>
  (reason: Reason): Said =>
    special[reason] ?? words[kinds[reason]]
