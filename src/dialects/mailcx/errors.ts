// What Mail.cx calls our refusals. Codes: README.md, section Errors.
import { defect, type Kind, type Said, sayer, serverWords } from '../../http/kinds.ts'
import type { Visit } from '../../http/visit.ts'
import type { FieldComplaint, Reason, Refusal } from '../../refusal.ts'

const words = {
  invalid: [400, 'invalid_request', 'The request is not valid.'],
  'too-large': [413, 'invalid_request', 'The request is too large.'],
  unauthorized: [401, 'invalid_token', 'The token is missing, wrong or expired.'],
  forbidden: [403, 'forbidden', 'This is not allowed.'],
  misdirected: [421, 'forbidden', 'This host name is not answered here.'],
  missing: [404, 'not_found', 'There is no such thing.'],
  conflict: [409, 'conflict', 'This is taken.'],
  limited: [429, 'rate_limited', 'Too many requests, please slow down'],
  exhausted: [403, 'account_limit_reached', 'No more of these are allowed.'],
  off: [503, 'service_unavailable', 'The API is switched off at the moment.'],
  ...serverWords,
} as const satisfies Record<Kind, Said>

const special: Partial<Record<Reason, Said>> = {
  'account-suspended': [403, 'forbidden', 'The account is suspended.'],
  'plan-lapsed': [403, 'forbidden', 'What was paid for the account has run out.'],
  'origin-refused': [403, 'forbidden', 'Pages of this origin may not call.'],
  'not-in-plan': [403, 'account_limit_reached', 'The plan does not include this.'],
  'domain-unserved': [400, 'invalid_domain', 'This domain is not served here.'],
  'domain-lapsed': [410, 'domain_expired', 'Domain verification expired'],
  'mailbox-taken': [409, 'address_taken', 'This address is taken.'],
  'domain-taken': [409, 'domain_already_exists', 'The account has this domain already.'],
  'attachment-unknown': [400, 'invalid_index', 'Attachment index out of range'],
  'mailboxes-exhausted': [403, 'account_limit_reached', 'No more mailboxes are allowed.'],
  'route-unknown': [404, 'not_found', 'There is no such endpoint.'],
}

const inWords = sayer(words, special)

const over = [410, 'expired', 'The message has expired.'] as const
const wrongPassword = [401, 'invalid_credentials', 'There is no mailbox with this address and password.'] as const
const withToken = [403, 'account_limit_reached', 'Here mailboxes are made with a Pro token only.'] as const
const noMoreDomains = [403, 'domain_limit_reached', 'No more domains are allowed.'] as const
const noMoreWebhooks = [403, 'webhook_limit_reached', 'No more webhooks are allowed.'] as const

/** Codes of what is wrong with a field. */
const fields: Record<string, string> = {
  'body.address': 'invalid_address',
  'body.localPart': 'invalid_address',
  'body.domain': 'invalid_domain',
  'body.password': 'password_too_short',
}

/** What fields are called here, where the services have another name for them. */
const names: Record<string, string> = { localPart: 'address', 'content-type': 'Content-Type' }

/** Where a refusal has a code of its own. */
export const paths = {
  accounts: '/api/accounts',
  token: '/api/token',
  domains: '/pro/api/domains',
  webhooks: '/pro/api/webhooks',
} as const

/** Null: a defect. */
export function answer(refusal: Refusal | null, visit: Pick<Visit, 'route'>): Response {
  const [status, error, message] = refusal ? said(refusal, visit) : defect
  return Response.json({ error, message }, { status })
}

function said({ reason, details }: Refusal, { route }: Pick<Visit, 'route'>): Said {
  const [complaint] = details.fields ?? []
  if (details.over) return over
  if (reason === 'credential-wrong' && route === paths.token) return wrongPassword
  // Only those who may not open one without a token are asked for it there.
  if (reason === 'credential-missing' && route === paths.accounts) return withToken
  if (reason === 'quota-exceeded' && route === paths.domains) return noMoreDomains
  if (reason === 'quota-exceeded' && route === paths.webhooks) return noMoreWebhooks
  if (reason === 'invalid-request' && complaint) return saidOf(complaint, route)
  return inWords(reason)
}

function saidOf({ path, message }: FieldComplaint, route: string | null): Said {
  if (path === 'body') return [400, 'invalid_request', `The body ${message}.`]
  const field = path.slice(path.indexOf('.') + 1)
  const isDomain = route === paths.domains && path === 'body.name'
  const code = isDomain ? 'invalid_domain' : (fields[path] ?? 'invalid_request')
  return [400, code, `"${isDomain ? 'domain' : (names[field] ?? field)}" ${message}.`]
}
