// What DustMail calls our refusals. Codes: README.md, section Errors.
import { defect, type Kind, type Said, sayer, serverWords } from '../../http/kinds.ts'
import type { Visit } from '../../http/visit.ts'
import type { FieldComplaint, Reason, Refusal } from '../../refusal.ts'

const words = {
  invalid: [400, 'invalid_json', 'The request body must be a JSON object.'],
  'too-large': [413, 'invalid_json', 'The request is too large.'],
  unauthorized: [401, 'unauthorized', 'A valid API key is required.'],
  forbidden: [403, 'forbidden', 'This key may not do that.'],
  misdirected: [421, 'forbidden', 'This host name is not answered here.'],
  missing: [404, 'not_found', 'There is no such inbox.'],
  conflict: [409, 'address_taken', 'This address is taken.'],
  limited: [429, 'rate_limit_exceeded', 'The calls that this key may make are used up.'],
  exhausted: [429, 'rate_limit_exceeded', 'The plan allows no more inboxes.'],
  off: [503, 'api_disabled', 'The API is switched off at the moment.'],
  ...serverWords,
} as const satisfies Record<Kind, Said>

const special: Partial<Record<Reason, Said>> = {
  'account-suspended': [403, 'forbidden', 'The account is suspended.'],
  'plan-lapsed': [403, 'forbidden', 'What was paid for the account has run out.'],
  'origin-refused': [403, 'forbidden', 'This key may not be used from here.'],
  'not-in-plan': [403, 'premium_required', 'This needs a premium key.'],
  'domain-unserved': [403, 'domain_not_allowed', 'This domain is not open to this key.'],
  'domain-lapsed': [403, 'domain_not_allowed', 'No mail is taken for this domain until its records are back.'],
  'route-unknown': [404, 'not_found', 'There is no such endpoint.'],
}

const inWords = sayer(words, special)

/** What a field is called here, and the code for one that is wrong. */
const fields: Record<string, readonly [code: string, name: string]> = {
  'body.username': ['invalid_username', 'username'],
  'body.localPart': ['invalid_username', 'username'],
  'body.domain': ['invalid_domain', 'domain'],
  'body.duration': ['invalid_duration', 'duration'],
  'body.ttlMinutes': ['invalid_duration', 'duration'],
}

/** `{success:false,error,message}`, with `meta.rate_limit` where calls are limited; null: a defect. */
export function answer(refusal: Refusal | null, { limit }: Pick<Visit, 'limit'>): Response {
  const [status, error, message] = refusal ? said(refusal) : defect
  // Where a call is refused for a limit, all that it allows are used.
  const isLimited = refusal?.reason === 'rate-exceeded' && limit
  const meta = isLimited ? { meta: { rate_limit: { limit: limit.limit, used: limit.limit } } } : {}
  return Response.json({ success: false, error, message, ...meta }, { status })
}

function said({ reason, details }: Refusal): Said {
  const [complaint] = details.fields ?? []
  return (reason === 'invalid-request' && complaint && saidOf(complaint)) || inWords(reason)
}

function saidOf({ path, message }: FieldComplaint): Said | null {
  const field = fields[path]
  return field ? [400, field[0], `"${field[1]}" ${message}.`] : null
}
