// The guide to MinuteMail's API, in English.
import type { WordsOf } from '../../guide-words.ts'

export const minutemail: WordsOf<'minutemail'> = {
  about:
    'Mailboxes for minutes, which may go to an archive and come back under the same address. Tests can also put mail into a mailbox themselves, with attachments, without sending any.',
  credential:
    'Send the key as `Authorization: Bearer KEY`, and in no other way. Everything below `/v1` needs one. A key with scopes needs `mailboxes`, `domains` or `team` for what it asks for.',
  steps: [
    'Create a mailbox; keep its id and its address.',
    'Have the thing that you test send its mail there, or put one in yourself.',
    'List the mails every second or two, until it is among them.',
    'Delete the mailbox. A recoverable one can be reactivated later.',
  ],
  limits:
    'Every answer has `X-RateLimit-Remaining`: the calls that are left of the day. `expiresIn` is 1 to 60 minutes, as a number or like `20m`. Lists have at most 1,000 things, the newest; so many ids may be sent at once.',
  browser: 'Call with the key from any page that its restrictions allow; the answers may be read by it.',
  calls: {
    health: 'Whether the server lives',
    ready: ['Whether it can take mail', 'Neither needs a key; this one is 503 while the disk is full.'],
    create: [
      'Create a mailbox',
      'All of the body may be left out. `recoverable` needs a `tag`; `noExpiration` makes one without an end, on plans that allow it.',
    ],
    list: ['List your mailboxes', 'Oldest first.'],
    find: 'Find a mailbox by its address',
    show: 'Show a mailbox',
    put: [
      'Put a mail into a mailbox',
      'As a form. It is taken in as one that came by SMTP. Files go along as `files`.',
    ],
    mails: ['List the mails', 'Newest first, with their bodies.'],
    mail: 'Read a mail',
    attach: ['Add an attachment', '`data` is base64.'],
    attachments: 'List the attachments',
    attachment: ['Download an attachment', 'Its bytes are in `data`, in base64.'],
    detach: 'Delete an attachment',
    detachSome: 'Delete several attachments',
    forget: 'Delete a mail',
    forgetSome: ['Delete several mails', 'All of them or, if one is not there, none.'],
    remove: ['Delete a mailbox', 'A recoverable one goes to the archive, without its mail.'],
    archived: 'List the archive',
    archivedOne: 'Show an archived mailbox',
    reactivate: ['Open its address again', 'As a new mailbox, with a new id.'],
    removeSome: ['Delete several mailboxes', 'All of them or, if one is not there, none.'],
    erase: 'Delete from the archive',
    eraseSome: 'Delete several from the archive',
    domainAdd: ['Add a domain of your own', 'Set a TXT record with `txtToken` and an MX record to `mxTarget`.'],
    domains: 'List your domains',
    domainVerify: ['Look at its records now', '`status` is `verified` once both are found.'],
    domainRemove: ['Remove a domain', 'Its mailboxes end at once.'],
    members: 'List the members',
    member: 'Show a member',
    dismiss: ['Remove a member', 'Owners may; the keys that he made go on.'],
    invite: ['Invite somebody', 'No mail is sent: hand the `link` over yourself.'],
    invitations: 'List open invitations',
    uninvite: 'Take an invitation back',
  },
}
