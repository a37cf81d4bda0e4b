// What MailFade calls our refusals. Codes: README.md, section Errors.
import { defect, type Kind, type Said, sayer, serverWords } from '../../http/kinds.ts'
import type { Visit } from '../../http/visit.ts'
import type { FieldComplaint, Reason, Refusal } from '../../refusal.ts'

const words = {
  invalid: [400, 'invalid_json', 'The request is not valid.'],
  'too-large': [413, 'invalid_json', 'The request is too large.'],
  unauthorized: [401, 'missing_or_invalid_key', 'This is no key.'],
  forbidden: [401, 'missing_or_invalid_key', 'This key is not for this.'],
  misdirected: [421, 'not_found', 'This host name is not answered here.'],
  missing: [404, 'not_found', 'There is nothing here.'],
  conflict: [409, 'conflict', 'This is taken.'],
  limited: [429, 'quota_exhausted', 'The requests that this key may make are used up.'],
  exhausted: [429, 'quota_exhausted', 'The plan allows no more of these.'],
  off: [503, 'service_unavailable', 'The API is switched off at the moment.'],
  ...serverWords,
} as const satisfies Record<Kind, Said>

const special: Partial<Record<Reason, Said>> = {
  'credential-missing': [401, 'key_required', 'This needs "Authorization: Bearer" and a key.'],
  'key-inactive': [402, 'key_inactive', 'This key was revoked, or its time is over.'],
  'account-suspended': [402, 'key_inactive', 'The account of this key is suspended.'],
  'plan-lapsed': [402, 'key_inactive', 'What was paid for this key has run out: pay again by POST /keys, with it.'],
  'plan-unknown': [400, 'invalid_plan', 'There is no such plan.'],
  'plan-unsold': [400, 'invalid_plan', 'This plan has no price on this rail.'],
  'rail-unknown': [400, 'invalid_rail', 'There is no such rail; say "stripe", "lightning" or "manual".'],
  'too-many-invoices': [429, 'quota_exhausted', 'Too many payments were begun: finish one, or try again tomorrow.'],
  'invoice-unknown': [404, 'not_found', 'There is no such invoice.'],
  'origin-refused': [401, 'missing_or_invalid_key', 'This may not be called from here.'],
  'address-invalid': [400, 'invalid_address', 'This is no mail address.'],
  'domain-unserved': [400, 'invalid_address', 'No mail is taken for this domain.'],
  'route-unknown': [404, 'not_found', 'There is no such endpoint.'],
}

const inWords = sayer(words, special)

const freeUsedUp = [429, 'free_tier_quota_exhausted', 'The requests of this day without a key are used up.'] as const

/** How a rail is called that is not set up here, or does not answer. */
const railDown = (rail = 'rail'): Said => [503, `${rail}_unavailable`, 'This rail cannot be paid by at the moment.']

function saidOf({ reason, details }: Refusal): Said {
  if (reason === 'rail-unavailable') return railDown(details.rail)
  const [complaint] = details.fields ?? []
  return reason === 'invalid-request' && complaint ? notReadable(complaint) : inWords(reason)
}

/** A body that is no JSON object, or is not said to be one: its fields have reasons of their own. */
const notReadable = ({ path, message }: FieldComplaint): Said => [
  400,
  'invalid_json',
  path === 'headers.content-type' ? `"Content-Type" ${message}.` : `The body ${message}.`,
]

/** `{error,hint}`, with `period_resets_at` where requests are used up; null: a defect. */
export function answer(refusal: Refusal | null, { caller }: Pick<Visit, 'caller'>): Response {
  const isUsedUp = refusal?.reason === 'rate-exceeded'
  const limit = isUsedUp ? refusal.details.limit : undefined
  const [status, error, hint] = isUsedUp && caller?.kind === 'nobody' ? freeUsedUp : refusal ? saidOf(refusal) : defect
  const response = Response.json(
    { error, hint, ...(limit ? { period_resets_at: Math.ceil(limit.resetAt) } : {}) },
    { status },
  )
  // In seconds, as such headers are; the API's own times are in milliseconds.
  if (limit) response.headers.set('X-RateLimit-Reset', String(Math.ceil(limit.resetAt / 1000)))
  return response
}
