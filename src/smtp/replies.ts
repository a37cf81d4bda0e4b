// What SMTP clients are told: a reply for each refusal, and why a connection is closed. Fixed words alone, never a client's.
import { type Reason, Refusal } from '../refusal.ts'

/** Reply code (RFC 5321 §4.2), enhanced status code (RFC 3463) and text. */
export type Reply = readonly [code: number, status: string, text: string]

const replies = {
  'address-invalid': [553, '5.1.3', 'This is not a mail address'],
  'relay-denied': [550, '5.7.1', 'Mail for this domain is not taken here'],
  'mailbox-unknown': [550, '5.1.1', 'There is no such mailbox'],
  'mailbox-full': [552, '5.2.2', 'The mailbox is full'],
  'storage-full': [452, '4.3.1', 'There is no room for mail; try again later'],
  'storage-failed': [451, '4.3.0', 'The mail could not be stored; try again later'],
  'storage-damaged': [451, '4.3.0', 'The mail could not be stored; try again later'],
  'too-busy': [452, '4.3.1', 'Too much mail is coming in; try again later'],
  'too-large': [552, '5.3.4', 'The mail is too large'],
  'header-too-large': [552, '5.3.4', 'The header of the mail is too large'],
  'too-many-hops': [554, '5.4.6', 'The mail has come through too many servers; this looks like a loop'],
  'too-many-recipients': [452, '4.5.3', 'Too many recipients; send the rest in another mail'],
  'too-many-mails': [421, '4.7.0', 'Too many mails on one connection; connect again'],
  'too-many-connections': [421, '4.7.0', 'Too many connections; try again later'],
  'rate-exceeded': [421, '4.7.0', 'Too much at once; try again later'],
  'bare-line-ending': [554, '5.6.0', 'Lines must end in CR LF'],
  'took-too-long': [421, '4.4.2', 'This took too long'],
  'invalid-request': [501, '5.5.4', 'This cannot be understood'],
  'credential-missing': [530, '5.7.0', 'Sign in first'],
  'credential-wrong': [535, '5.7.8', 'These credentials are wrong'],
  'key-inactive': [535, '5.7.8', 'These credentials are wrong'],
  'account-suspended': [550, '5.2.1', 'The mailbox takes no mail'],
  'plan-lapsed': [535, '5.7.8', 'What was paid for this account has run out'],
  blocked: [550, '5.7.1', 'The operator of this server does not take such mail'],
  forbidden: [550, '5.7.1', 'This is not allowed'],
  'not-in-plan': [550, '5.7.1', 'This is not allowed'],
  'domain-unserved': [550, '5.7.1', 'Mail for this domain is not taken here'],
  'domain-lapsed': [550, '5.7.1', 'Mail for this domain is not taken here'],
  'dns-off': [451, '4.4.3', 'This cannot be done now'],
  'dns-silent': [451, '4.4.3', 'This cannot be done now'],
  'registration-off': [550, '5.7.1', 'This is not allowed'],
  'origin-refused': [550, '5.7.1', 'This is not allowed'],
  'host-refused': [550, '5.7.1', 'This is not allowed'],
  'route-unknown': [502, '5.5.1', 'There is no such command'],
  'invalid-cursor': [501, '5.5.4', 'This cannot be understood'],
  'message-unknown': [550, '5.1.1', 'There is no such message'],
  'attachment-unknown': [550, '5.1.1', 'There is no such attachment'],
  'domain-unknown': [550, '5.1.1', 'There is no such domain'],
  'webhook-unknown': [550, '5.1.1', 'There is no such webhook'],
  'delivery-unknown': [550, '5.1.1', 'There is no such delivery'],
  'confirmation-needed': [550, '5.5.1', 'Mailboxes would end with this'],
  'domain-taken': [550, '5.5.1', 'The account has this domain already'],
  'domain-elsewhere': [550, '5.5.1', 'This domain is taken'],
  'account-unknown': [550, '5.1.1', 'There is no such account'],
  'member-unknown': [550, '5.1.1', 'There is no such member'],
  'key-unknown': [550, '5.1.1', 'There is no such key'],
  'session-unknown': [550, '5.1.1', 'There is no such session'],
  'invitation-unknown': [550, '5.1.1', 'There is no such invitation'],
  'plan-unknown': [550, '5.1.1', 'There is no such plan'],
  'plan-unsold': [550, '5.7.1', 'This is not allowed'],
  'rail-unknown': [550, '5.7.1', 'This is not allowed'],
  'rail-unavailable': [421, '4.3.2', 'This is not there at the moment'],
  'invoice-unknown': [550, '5.1.1', 'There is no such invoice'],
  'invoice-unpaid': [550, '5.7.1', 'This is not allowed'],
  'key-shown': [550, '5.7.1', 'This is not allowed'],
  'too-many-invoices': [452, '4.2.1', 'There are too many invoices'],
  'block-unknown': [550, '5.1.1', 'There is no such rule'],
  'email-taken': [550, '5.2.1', 'The address is taken'],
  'last-owner': [550, '5.7.1', 'This is not allowed'],
  'quota-exceeded': [452, '4.2.1', 'The plan allows no more'],
  'api-off': [421, '4.3.2', 'This is switched off'],
  'mailbox-taken': [550, '5.2.1', 'The mailbox is taken'],
  'mailboxes-exhausted': [452, '4.2.1', 'There are too many mailboxes'],
  'message-not-arrived': [450, '4.2.1', 'The message has not arrived'],
  'message-unexpected': [550, '5.7.1', 'The message was not expected'],
  'idempotency-mismatch': [550, '5.7.1', 'This was asked for with other words before'],
} as const satisfies Record<Reason, Reply>

/** Said instead of a greeting: then 550 would not do (RFC 5321 §3.1). */
export const greetings: Partial<Record<Reason, Reply>> = {
  blocked: [554, '5.7.1', 'The operator of this server does not take mail from this network'],
}

/** For what should not have happened: its words are for the log alone. */
const defect: Reply = [451, '4.3.0', 'Something went wrong here; try again later']

/** What a failure is told as, and the reason under which it is counted. */
export function replyTo(error: unknown): { reply: Reply; reason: Reason; isDefect: boolean } {
  return error instanceof Refusal
    ? { reply: replies[error.reason], reason: error.reason, isDefect: false }
    : { reply: defect, reason: 'storage-failed', isDefect: true }
}

/** Why a connection is closed: the last reply (421, RFC 5321 §3.8) and the reason under which it is counted. */
export const partings = {
  idle: [[421, '4.4.2', 'Nothing was heard for too long'], 'took-too-long'],
  slow: [[421, '4.4.2', 'The mail comes in too slowly'], 'took-too-long'],
  session: [[421, '4.4.2', 'The connection has lasted long enough'], 'took-too-long'],
  bytes: [[421, '4.4.2', 'Enough was sent on this connection; connect again'], 'too-large'],
  mails: [replies['too-many-mails'], 'too-many-mails'],
  errors: [[421, '4.7.0', 'Too many errors'], 'rate-exceeded'],
  commands: [[421, '4.7.0', 'Too many commands without a mail'], 'rate-exceeded'],
  line: [[421, '4.7.0', 'The line was too long'], 'too-large'],
  stopping: [[421, '4.3.2', 'The server is stopping; try again later'], null],
} as const satisfies Record<string, readonly [Reply, Reason | null]>

export type Parting = keyof typeof partings

/** What commands are told that were not understood or came out of turn. */
export const complaints = {
  lineTooLong: [500, '5.5.2', 'The line is too long'],
  noPath: [501, '5.5.4', 'Say it as MAIL FROM:<address> or RCPT TO:<address>'],
  badSender: [553, '5.1.7', 'The sender is not a mail address'],
  badParameter: [501, '5.5.4', 'A parameter cannot be understood'],
  unknownParameter: [555, '5.5.4', 'A parameter is not known here'],
  nested: [503, '5.5.1', 'A mail has begun already'],
  noSender: [503, '5.5.1', 'MAIL comes first'],
  noRecipients: [503, '5.5.1', 'RCPT comes first'],
  noValidRecipients: [554, '5.5.1', 'There are no valid recipients'],
  noArgument: [501, '5.5.4', 'The command takes no argument'],
  noExpn: [502, '5.5.1', 'Lists are not shown'],
  noCertificate: [454, '4.7.0', 'TLS is not available'],
  tlsFirst: [538, '5.7.11', 'STARTTLS comes first'],
  noAuth: [502, '5.5.1', 'AUTH is not offered'],
  authTwice: [503, '5.5.1', 'AUTH was done already'],
  authUnknown: [504, '5.5.4', 'AUTH knows PLAIN and LOGIN'],
  authCancelled: [501, '5.7.0', 'AUTH was cancelled'],
  authMalformed: [501, '5.5.2', 'This is not base64'],
} as const satisfies Record<string, Reply>

/** What goes well. */
export const answers = {
  sender: [250, '2.1.0', 'Sender taken'],
  recipient: [250, '2.1.5', 'Recipient taken'],
  authenticated: [235, '2.7.0', 'Welcome'],
  unverified: [252, '2.5.0', 'Send it and see'],
  help: [214, '2.0.0', 'EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP STARTTLS AUTH (RFC 5321)'],
} as const satisfies Record<string, Reply>
