// What the command line says for each refusal: a sentence for the operator.
import type { FieldComplaint, Reason, Refusal } from '../refusal.ts'

const sentences = {
  'invalid-request': 'this cannot be understood',
  'invalid-cursor': 'this cursor was not given out here',
  'credential-missing': 'a credential is needed',
  'credential-wrong': 'this credential is not valid, or not any more',
  'key-inactive': 'this key was revoked, or its time is over',
  'account-suspended': 'the account is suspended',
  'plan-lapsed': 'what was paid for the account has run out',
  forbidden: 'this is not allowed',
  'registration-off': 'new accounts are not taken at the moment: see server.registration in the config',
  'not-in-plan': 'the plan does not allow this',
  'domain-unserved': 'this domain is not served here',
  'domain-lapsed': 'the records of this domain are gone: no mail is taken for it until they are back',
  'dns-off': 'no name server is asked here: see dns.mode in the config',
  'dns-silent': 'no name server could say',
  'origin-refused': 'pages of this origin may not call',
  'host-refused': 'this host name is not answered here',
  'route-unknown': 'there is no such route',
  'mailbox-unknown': 'there is no such mailbox',
  'message-unknown': 'there is no such message',
  'attachment-unknown': 'there is no such attachment',
  'account-unknown': 'no account has a member with this e-mail address, or this id: see mayfly account list',
  'member-unknown': 'there is no such member, or not any more',
  'key-unknown': 'there is no such key, or it was revoked: see mayfly key list',
  'session-unknown': 'there is no such session',
  'invitation-unknown': 'there is no such link, or not any more',
  'plan-unknown': 'there is no such plan, or the config takes it away: see [plans] there',
  'plan-unsold': 'this plan has no price there',
  'rail-unknown': 'there is no such way to pay',
  'rail-unavailable': 'this way to pay is not set up, or its service does not answer: see [payments] in the config',
  'invoice-unknown': 'there is no such invoice: see mayfly invoice list',
  'invoice-unpaid': 'the invoice is not paid',
  'key-shown': 'the key of this invoice was shown already',
  'too-many-invoices': 'too many payments were begun',
  'block-unknown': 'there is no such rule',
  'mailbox-taken': 'this address is taken',
  'domain-unknown': 'there is no such domain',
  'webhook-unknown': 'there is no such webhook',
  'delivery-unknown': 'there is no such delivery',
  'domain-taken': 'the account has this domain already',
  'domain-elsewhere': 'another account has this domain, verified: remove it there first',
  'confirmation-needed': 'mailboxes would end with this: say --yes if they may',
  'email-taken': 'this e-mail address has an account already',
  'last-owner': 'an account needs an owner',
  'mailboxes-exhausted': 'the plan allows no more mailboxes',
  'quota-exceeded': 'no more of these are allowed: revoke some, or choose another plan',
  'message-not-arrived': 'no such message came in time',
  'message-unexpected': 'a message came though none was expected',
  'idempotency-mismatch': 'this was asked for before, and otherwise',
  'too-large': 'this is too large',
  'too-busy': 'the server is too busy: try again soon',
  'rate-exceeded': 'this was too much at once: try again later',
  'api-off': 'this API is switched off',
  'storage-full': 'the server has no room for more',
  'storage-failed': 'the disk failed or is full, and nothing was changed as far as is known: look, and try again',
  'storage-damaged': 'this is damaged on the disk: see mayfly doctor',
  'took-too-long': 'this took too long and was broken off',
  'address-invalid': 'this is not an address',
  'relay-denied': 'this domain is not served here',
  'mailbox-full': 'the mailbox is full',
  'header-too-large': 'the header is too large',
  'too-many-recipients': 'there are too many recipients',
  'too-many-mails': 'there are too many mails',
  'too-many-connections': 'there are too many connections',
  'too-many-hops': 'the mail went through too many servers',
  'bare-line-ending': 'the mail has a bare line ending',
  blocked: 'a rule of yours refuses this',
} as const satisfies Record<Reason, string>

/** What the command line calls the fields of a request. */
const names: Readonly<Record<string, string>> = {
  password: 'the password',
  expiresAt: '--expires',
  overlapHours: '--overlap',
}

export function sentenceOf({ reason, details }: Refusal): string {
  const { mailboxes } = details
  if (mailboxes === 1) return '1 mailbox would end with it: say --yes if it may'
  if (mailboxes !== undefined) return `${mailboxes} mailboxes would end with it: say --yes if they may`
  return details.fields?.map(complaint).join('; ') ?? sentences[reason]
}

function complaint({ path, message }: FieldComplaint): string {
  const field = /^body\.(\w+)/.exec(path)?.[1] ?? path
  return `${names[field] ?? `--${field}`} ${message}`
}
