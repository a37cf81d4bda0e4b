// The guide to Mail.cx's API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const mailcx: WordsOf<'mailcx'> = {
  about:
    'Mailboxes with a password, which stay until nobody uses them. Anybody may make one and sign in to it; an account with a key manages its own below `/pro/api`.',
  credential:
    'Two kinds of credentials, both as `Authorization: Bearer …`: signing in to a mailbox gives a token, `MAILBOX_TOKEN`, for all below `/api`; a key of your account is for all below `/pro/api`. One is never good for the other. The token lasts seven days.',
  steps: [
    'Ask for the domains and make up an address.',
    'Create the mailbox with a password; the answer has its token. With a key, it belongs to your account.',
    'Have the thing that you test send its mail there.',
    'List the messages every second or two, or listen: a WebSocket at `/api/ws` tells of each mail. Send `{"type":"auth","token":…}` within ten seconds; after `auth_ok` a `new_email` comes with each. There is no example of it: neither curl’s command line nor Python’s standard library can hold such a conversation.',
    'Delete the mailbox when you are done.',
  ],
  limits:
    'One address on the internet has a number of calls a second, and of new mailboxes a day without a key; beyond, it is 429 with `Retry-After`. With a key the plan counts. A page of messages has 30.',
  browser:
    'Pages call with a key or a mailbox’s token as from anywhere. The WebSocket takes pages of this server only, and those in `cors_origins`.',
  calls: {
    places: 'List the domains',
    create: ['Create a mailbox', 'Without a key it is nobody’s: whoever has the password has the mailbox.'],
    signIn: ['Sign in to a mailbox', 'For a new token, when the old one has run out.'],
    me: 'Show the mailbox',
    messages: ['List the messages', 'Newest first, 30 on a page.'],
    message: 'Read a message',
    read: 'Mark a message as read',
    readAll: ['Mark all as read', 'Or some of them, with `ids`.'],
    source: 'Read a message as it came',
    attachment: ['Download an attachment', 'By its number, from 0.'],
    forget: 'Delete a message',
    leave: ['Delete the mailbox', 'With all its mail. `DELETE /api/accounts/{id}` with its own id does the same.'],
    own: ['Create a mailbox of your account', 'The same call, with a key.'],
    accounts: 'List your account’s mailboxes',
    mail: 'List the mail of one of them',
    password: ['Give a mailbox another password', 'All its tokens end.'],
    remove: 'Delete a mailbox of your account',
    keyMake: ['Make a key', '`token` is the key, in this answer only.'],
    keys: ['List keys', 'Revoked ones too.'],
    keyRevoke: 'Revoke a key',
    domainAdd: ['Add a domain of your own', 'Set the `dns_records` at your name server.'],
    domains: 'List your domains',
    domainVerify: ['Look at its records now', '`message` says what is missing.'],
    domainRemove: ['Remove a domain', 'Its mailboxes end at once.'],
    webhookMake: [
      'Make a webhook',
      'An account has one. `X-Webhook-Signature` is `sha256=` and the HMAC-SHA256 with the `secret`, over `X-Webhook-Timestamp`, a dot and the body as it came.',
    ],
    webhooks: 'Show it',
    deliveries: 'See its last 20 deliveries',
    webhookRotate: ['Give it a new secret', 'It also brings one that had failed back to work.'],
    webhookRemove: 'Remove it',
  },
}
