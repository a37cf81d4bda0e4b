// The guide to Mayfly's own API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const native: WordsOf<'native'> = {
  about:
    'Mayfly’s own API has everything that this server can do: mailboxes that live as long as you say, waiting for a mail, search, webhooks, domains, keys and the team. This page shows the calls that programs need most.',
  credential:
    'Send the key as `Authorization: Bearer KEY`, or in a header of its own, `X-API-Key: KEY`. Where the operator allows mailboxes without an account, opening one needs no key: the answer then has a `token` that is good for this one mailbox, sent in the same way.',
  steps: [
    'Open a mailbox and keep its address.',
    'Have the thing that you test send its mail there.',
    'Wait for the mail: one call, which answers as soon as it is there, with the codes and links found in it.',
    'Use the code or the link, and read the rest of the mail if you need it.',
    'End the mailbox, or let it end by itself.',
  ],
  limits:
    'A list answers at most 100 things at a time; `next` is the `cursor` for the next page, and null at the end. A wait holds for at most 120 seconds. Send an `Idempotency-Key` with a POST, and repeating it does nothing twice.',
  browser:
    'Pages of any origin may call with a key. Without one, only those that the operator lists in `cors_origins`.',
  calls: {
    server: ['What this server offers', 'Domains, plans and APIs. It needs no key.'],
    account: 'Your account, its plan and what is used',
    usage: ['What was used over time', '`span` is `hour` or `day`.'],
    audit: ['Who did what', 'Every change of keys, members, domains and plans.'],
    open: [
      'Open a mailbox',
      'Everything in the body may be left out: then the address is random. `localPart` and `domain` choose it; `recoverable` keeps the address for you in the archive when its time is over.',
    ],
    list: [
      'List your mailboxes',
      '`q` looks for a part of the address or the tag, `state=archived` shows the archive.',
    ],
    show: ['Show a mailbox', 'With the key in its own header, for a change.'],
    change: ['Give a mailbox more time', 'The minutes count from now.'],
    wait: [
      'Wait for a mail',
      'Answers as soon as a mail matches: `from`, `subject`, `text` are parts of it, `has` is `code`, `link` or `attachment`. If none comes in time it is 404. To wait for the next one, send the answer’s `cursor` as `after`.',
    ],
    messages: [
      'List the mail of a mailbox',
      'To hear of mail as it comes, read `GET /mayfly/v1/mailboxes/{mailbox}/events`, a stream of server-sent events.',
    ],
    message: 'Read a mail',
    seen: 'Mark a mail as read',
    search: ['Search all your mail', 'In senders, subjects and texts.'],
    html: ['Read the html, made safe', 'Scripts and everything remote are taken out.'],
    raw: 'Read the mail as it came',
    parts: 'See how a mail is made up',
    attachment: ['Download an attachment', 'By its number, from 0.'],
    view: ['Get a path that shows the mail', 'It shows the html to whoever has it, for five minutes.'],
    refusals: ['Mail that was refused', 'The first place to look when a mail does not come.'],
    forget: 'Delete a mail',
    empty: 'Delete all mail of a mailbox',
    end: ['End a mailbox', 'Its mail goes with it. A recoverable one goes to the archive.'],
    restore: 'Bring a mailbox back from the archive',
    erase: 'End a mailbox for good',
    keyMake: ['Make a key', 'Here with a domain restriction. `key` is in this answer only.'],
    keys: 'List keys',
    keyChange: ['Change what a key may', 'All but its secret.'],
    keyRotate: ['Rotate a key', 'The old secret stays good for `overlapHours`, 72 at most.'],
    keyRevoke: 'Revoke a key',
    webhookMake: [
      'Make a webhook',
      'The server then posts to your URL. `X-Webhook-Signature` is `sha256=` and the HMAC-SHA256 with the `secret`, over `X-Webhook-Timestamp`, a dot and the body as it came. The secret is in this answer only.',
    ],
    webhooks: 'List webhooks',
    webhookPause: ['Pause a webhook', 'What comes meanwhile waits; `active` sends it.'],
    deliveries: 'What was sent, and what came of it',
    webhookReplay: ['Send failed ones again', 'With `delivery` just that one.'],
    webhookRotate: 'Give a webhook a new secret',
    webhookRemove: 'Remove a webhook',
    domainAdd: ['Add a domain of your own', 'Set the two `records` of the answer at your name server.'],
    domains: 'List your domains',
    domainVerify: ['Look at its records now', 'The server looks by itself too; it is `verified` once both are found.'],
    domainRemove: ['Remove a domain', 'Its mailboxes end. Where there are any, `confirm` must say how many.'],
    members: 'List the members of your account',
    invite: ['Invite somebody', 'No mail is sent: hand the `url` over yourself. It is good once, for a week.'],
    invitations: 'List open invitations',
    uninvite: 'Take an invitation back',
  },
}
