// What Run2Mail calls our refusals. Codes: README.md, section Errors.
import { defect, type Kind, type Said, sayer, serverWords } from '../../http/kinds.ts'
import type { FieldComplaint, Reason, Refusal } from '../../refusal.ts'

const words = {
  invalid: [422, 'validation_failed', 'The request is not as it should be.'],
  'too-large': [413, 'validation_failed', 'The request is too large.'],
  unauthorized: [401, 'unauthenticated', 'A valid API key is required.'],
  forbidden: [403, 'forbidden', 'This key may not do that.'],
  misdirected: [421, 'forbidden', 'This host name is not answered here.'],
  // An address can be guessed: whose it is, or whether it is anybody's, is not told.
  missing: [403, 'forbidden', 'This key has no such address.'],
  conflict: [422, 'validation_failed', '"username" is taken on this domain.'],
  limited: [429, 'rate_limited', 'The calls that this key may make are used up for now.'],
  exhausted: [429, 'inbox_limit_reached', 'The plan allows no more inboxes for now.'],
  off: [503, 'api_disabled', 'The API is switched off at the moment.'],
  ...serverWords,
} as const satisfies Record<Kind, Said>

const special: Partial<Record<Reason, Said>> = {
  'account-suspended': [403, 'forbidden', 'The account is suspended.'],
  'plan-lapsed': [403, 'forbidden', 'What was paid for the account has run out.'],
  'origin-refused': [403, 'forbidden', 'This key may not be used from here.'],
  'not-in-plan': [403, 'forbidden', 'The plan does not allow this.'],
  'domain-lapsed': [422, 'validation_failed', 'No mail is taken for this domain until its records are back.'],
  'route-unknown': [404, 'not_found', 'There is no such endpoint.'],
}

const inWords = sayer(words, special)

/** What they are called here, where that is not the last part of their path. */
const fieldNames: Record<string, string> = {
  body: 'The body',
  'body.localPart': '"username"',
  'headers.content-type': 'Content-Type',
}

/** `{success:false,error,message}`; null: a defect, of which nothing more is said. */
export function answer(refusal: Refusal | null): Response {
  const [status, error, message] = refusal ? said(refusal) : defect
  return Response.json({ success: false, error, message }, { status })
}

function said({ reason, details }: Refusal): Said {
  const known = inWords(reason)
  const [complaint] = details.fields ?? []
  return complaint ? [known[0], known[1], sentence(complaint)] : known
}

function sentence({ path, message }: FieldComplaint): string {
  const name = fieldNames[path] ?? `"${path.slice(path.indexOf('.') + 1)}"`
  return `${name} ${message}.`
}
