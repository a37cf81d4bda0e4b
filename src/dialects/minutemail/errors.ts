// What MinuteMail calls our refusals. Codes: README.md, section Errors.
import type { Door } from '../../http/dialect.ts'
import { defect, type Kind, type Said, sayer, serverWords } from '../../http/kinds.ts'
import type { FieldComplaint, Reason, Refusal } from '../../refusal.ts'

const words = {
  invalid: [400, 'bad_request', 'The request is not valid.'],
  'too-large': [413, 'bad_request', 'The request is too large.'],
  unauthorized: [401, 'unauthorized', 'Missing or invalid API key'],
  forbidden: [403, 'forbidden', 'This API key may not do that.'],
  misdirected: [421, 'forbidden', 'This host name is not answered here.'],
  missing: [404, 'not_found', 'There is no such resource.'],
  conflict: [409, 'conflict', 'This is taken.'],
  limited: [429, 'rate_limit_exceeded', 'Too many requests: slow down.'],
  exhausted: [429, 'quota_exceeded', 'The plan allows no more of these.'],
  off: [503, 'service_unavailable', 'The API is switched off at the moment.'],
  ...serverWords,
} as const satisfies Record<Kind, Said>

const special: Partial<Record<Reason, Said>> = {
  'account-suspended': [403, 'forbidden', 'The account is suspended.'],
  'plan-lapsed': [403, 'forbidden', 'What was paid for the account has run out.'],
  // Clients compare this message.
  'origin-refused': [403, 'forbidden', 'API key not authorized for this domain'],
  'not-in-plan': [403, 'forbidden', 'The plan does not include this.'],
  'domain-unserved': [400, 'bad_request', 'This domain is not served here.'],
  'domain-lapsed': [400, 'bad_request', 'No mail is taken for this domain until its records are back.'],
  'dns-off': [502, 'bad_gateway', 'No name server is asked here: the operator verifies domains by hand.'],
  'dns-silent': [502, 'bad_gateway', 'No name server could say whether the records are there: try again.'],
  'mailbox-taken': [409, 'conflict', 'The address of this mailbox is in use.'],
  'domain-taken': [409, 'conflict', 'The account has this domain already.'],
  'last-owner': [409, 'conflict', 'The account needs its last owner.'],
  blocked: [403, 'forbidden', 'This mail is not taken here.'],
  'mailbox-full': [429, 'quota_exceeded', 'There is no room for it in the mailbox.'],
  'mailboxes-exhausted': [429, 'quota_exceeded', 'The plan allows no more mailboxes, active or archived.'],
  'route-unknown': [404, 'not_found', 'There is no such endpoint.'],
}

const inWords = sayer(words, special)

const foreign = [403, 'forbidden', 'You have no access to this resource.'] as const
const usedUp = [429, 'quota_exceeded', 'The calls of this day or month are used up.'] as const

/** What a field is called here, where the services have another name for it. */
const fields: Record<string, string> = {
  'body.ttlMinutes': 'expiresIn',
  'headers.content-type': 'Content-Type',
}

/** `{error,message}`; 401 and 403 as plain text where the operator wants that. Null: a defect. */
export const answerOf =
  ({ options }: Pick<Door, 'options'>) =>
  (refusal: Refusal | null): Response => {
    const [status, error, message] = refusal ? said(refusal) : defect
    const isPlain = (status === 401 || status === 403) && options.dialects.minutemail.plain_text_errors
    if (isPlain) return new Response(message, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
    return Response.json({ error, message }, { status })
  }

function said({ reason, details }: Refusal): Said {
  const [complaint] = details.fields ?? []
  if (details.foreign) return foreign
  if (reason === 'rate-exceeded' && isOfPeriod(details.limit?.of)) return usedUp
  if (reason === 'invalid-request' && complaint) return saidOf(complaint)
  return inWords(reason)
}

const isOfPeriod = (of: string | undefined): boolean => of === 'day' || of === 'month'

function saidOf({ path, message }: FieldComplaint): Said {
  if (path === 'body') return [400, 'bad_request', `The body ${message}.`]
  return [400, 'bad_request', `"${fields[path] ?? path.slice(path.indexOf('.') + 1)}" ${message}.`]
}
