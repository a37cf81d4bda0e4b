// What the native API says for each refusal.

import type { Visit } from '../../http/visit.ts'
import type { Reason, Refusal } from '../../refusal.ts'

/** A status and a sentence for every Reason, those that only SMTP clients hear included. */
export const answers = {
  'invalid-request': [400, 'The request is not as it should be; see "fields".'],
  'invalid-cursor': [400, 'This cursor was not given out here.'],
  'credential-missing': [401, 'A credential is needed: send "Authorization: Bearer TOKEN".'],
  'credential-wrong': [401, 'This credential is not valid, or not any more.'],
  'key-inactive': [401, 'This key was revoked, or its time is over.'],
  'account-suspended': [403, 'The account is suspended.'],
  'plan-lapsed': [403, 'What was paid for this account has run out: pay again, and all is as before.'],
  forbidden: [403, 'This is not allowed here.'],
  'registration-off': [403, 'New accounts are not taken here at the moment.'],
  'not-in-plan': [403, 'The plan does not allow this.'],
  'origin-refused': [
    403,
    'This call may not come from here: the key is for certain pages only, or pages of this origin may not call without one.',
  ],
  'host-refused': [421, 'This host name is not answered here; see http.hosts in the config.'],
  'route-unknown': [404, 'There is no such route, or not with this method.'],
  'domain-unserved': [400, 'This domain is not served here.'],
  'domain-lapsed': [409, 'The records of this domain are gone: no mail is taken for it until they are back.'],
  'dns-off': [503, 'No name server is asked here: the operator verifies by hand.'],
  'dns-silent': [503, 'No name server could say.'],
  'mailbox-unknown': [404, 'There is no such mailbox.'],
  'message-unknown': [404, 'There is no such message.'],
  'attachment-unknown': [404, 'There is no such attachment.'],
  'account-unknown': [404, 'There is no such account.'],
  'member-unknown': [404, 'There is no such member.'],
  'key-unknown': [404, 'There is no such key.'],
  'session-unknown': [404, 'There is no such session.'],
  'invitation-unknown': [404, 'There is no such invitation, or not any more.'],
  'plan-unknown': [404, 'There is no such plan.'],
  'plan-unsold': [400, 'This plan cannot be paid for in this way.'],
  'rail-unknown': [400, 'There is no such way to pay.'],
  'rail-unavailable': [503, 'This way to pay is not there at the moment.'],
  'invoice-unknown': [404, 'There is no such invoice, or the link to it is not whole.'],
  'invoice-unpaid': [409, 'This invoice is not paid.'],
  'key-shown': [409, 'The key of this invoice was shown already, or it has none.'],
  'too-many-invoices': [429, 'Too many payments were begun: finish one, or try again tomorrow.'],
  'block-unknown': [404, 'There is no such rule.'],
  'domain-unknown': [404, 'There is no such domain.'],
  'webhook-unknown': [404, 'There is no such webhook.'],
  'delivery-unknown': [404, 'There is no such delivery.'],
  'mailbox-taken': [409, 'This address is taken.'],
  'email-taken': [409, 'This e-mail address has an account already.'],
  'domain-taken': [409, 'The account has this domain already.'],
  'domain-elsewhere': [409, 'Another account has this domain, verified.'],
  'confirmation-needed': [409, 'Mailboxes would end with this: say with "confirm" how many may.'],
  'last-owner': [409, 'An account needs an owner: make another member one first.'],
  'quota-exceeded': [429, 'The plan allows no more of these.'],
  'mailboxes-exhausted': [429, 'No more mailboxes of this kind are allowed.'],
  'message-not-arrived': [404, 'No such message came in time.'],
  'message-unexpected': [409, 'A message came though none was expected.'],
  'idempotency-mismatch': [409, 'This Idempotency-Key was used for another request.'],
  'too-large': [413, 'The request is too large.'],
  'too-busy': [503, 'The server is too busy; try again soon.'],
  'rate-exceeded': [429, 'That is too much at once; try again later.'],
  'api-off': [503, 'This API is switched off.'],
  'storage-full': [503, 'The server has no room for more.'],
  'storage-failed': [503, 'The server cannot store anything at the moment.'],
  'storage-damaged': [500, 'This is damaged on the disk of the server, and is not shown rather than shown wrong.'],
  'took-too-long': [503, 'This took too long and was broken off.'],
  'address-invalid': [400, 'This is not an address.'],
  'relay-denied': [403, 'This domain is not served here.'],
  'mailbox-full': [429, 'The mailbox is full.'],
  'header-too-large': [413, 'The header is too large.'],
  'too-many-recipients': [429, 'There are too many recipients.'],
  'too-many-mails': [429, 'There are too many mails.'],
  'too-many-connections': [429, 'There are too many connections.'],
  'too-many-hops': [400, 'The mail went through too many servers.'],
  'bare-line-ending': [400, 'The mail has a bare line ending.'],
  blocked: [403, 'The operator of this server does not take such mail.'],
} as const satisfies Record<Reason, readonly [status: number, message: string]>

const defect = 'Something went wrong on the server.'

/** `{"error":{reason,message,requestId}}`; null: a defect, of which nothing more is said. */
export function errorBody(refusal: Refusal | null, { id }: Pick<Visit, 'id'>) {
  if (!refusal) return { error: { reason: 'internal', message: defect, requestId: id } }
  const { reason, details } = refusal
  const [, message] = answers[reason]
  const { fields, mailboxes } = details
  const more = { ...(fields ? { fields } : {}), ...(mailboxes === undefined ? {} : { mailboxes }) }
  return { error: { reason, message, requestId: id, ...more } }
}

export function errorAnswer(refusal: Refusal | null, visit: Pick<Visit, 'id' | 'refused' | 'limit'>): Response {
  if (refusal) visit.refused = refusal.reason
  if (refusal?.details.limit) visit.limit = refusal.details.limit
  const status = refusal ? answers[refusal.reason][0] : 500
  const response = Response.json(errorBody(refusal, visit), { status })
  // RFC 9110 §11.6.1
  if (status === 401) response.headers.set('WWW-Authenticate', 'Bearer')
  const wait = refusal?.details.retryAfterSeconds ?? (status === 503 ? 1 : undefined)
  if (wait !== undefined) response.headers.set('Retry-After', String(Math.ceil(wait)))
  return response
}
