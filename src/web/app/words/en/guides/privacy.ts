// What is stored, and for how long.
export const privacy = {
  'privacy.title': 'Privacy',
  'privacy.lead': 'What this server stores, why, and for how long. The times come from its settings, as they are now.',
  'privacy.cookie.title': 'One cookie',
  'privacy.cookie.session':
    'Who signs in gets one cookie, `{name}`: it says that it is you. No script can read it, it is sent to this server only, and it ends when you sign out, or {days} days after your last visit.',
  'privacy.cookie.nothing':
    'There is no other cookie. Nothing here counts you, follows you or loads anything from other servers.',
  'privacy.browser.title': 'What this browser keeps',
  'privacy.browser.text':
    'Your language, the look and other small choices, whether you are signed in, a notice that you closed, and as a visitor your addresses with the tokens that open them. It stays on this device; delete this site’s data in your browser to be rid of it.',
  'privacy.mail.title': 'Mail',
  'privacy.mail.table': 'How long mail is kept',
  'privacy.mail.where': 'Where it came',
  'privacy.mail.kept': 'Kept for',
  'privacy.mail.unclaimed': 'Addresses that nobody opened',
  'privacy.mail.anonymous': 'Mailboxes opened without an account',
  'privacy.mail.plan': 'Mailboxes of the plan “{plan}”',
  'privacy.mail.always': 'until it is deleted',
  'privacy.mail.ends':
    'When a mailbox ends or is deleted, its mail goes with it at once. Deleting a mail deletes it for good.',
  'privacy.mail.quarantine': {
    one: 'The address of a mailbox that ended is kept from others for {count} hour, so that nobody gets mail meant for you.',
    other:
      'The address of a mailbox that ended is kept from others for {count} hours, so that nobody gets mail meant for you.',
  },
  'privacy.mail.idle': {
    one: 'Mailboxes with a password that were made through the Mail.cx API end when nobody used them for {count} day.',
    other:
      'Mailboxes with a password that were made through the Mail.cx API end when nobody used them for {count} days.',
  },
  'privacy.mail.public':
    'Addresses at {domains} are public as long as nobody opened them: whoever types one can read its mail. Have nothing sent there that must stay secret.',
  'privacy.mail.remote':
    'Pictures in a mail are not loaded from elsewhere unless you ask, so senders do not learn that you read it.',
  'privacy.other.title': 'Everything else',
  'privacy.other.table': 'What else is stored',
  'privacy.other.what': 'What',
  'privacy.other.long': 'How long',
  'privacy.other.account': 'Accounts: your e-mail address, and a salted hash of your password',
  'privacy.other.account-long': 'as long as the account',
  'privacy.other.sessions': 'Sign-ins: when, from which network address and with which browser',
  'privacy.other.sessions-long': 'until you sign out, at most {days} days unused',
  'privacy.other.keys': 'API keys: only a hash, the beginning and the end, and when it was last used',
  'privacy.other.keys-long': 'until revoked, then {days} days',
  'privacy.other.usage': 'Numbers of calls and mails of an account, without their content',
  'privacy.other.audit': 'Who changed what in an account, and from which network address',
  'privacy.other.days': { one: '{count} day', other: '{count} days' },
  'privacy.other.hours': { one: '{count} hour', other: '{count} hours' },
  'privacy.other.refusals': 'Mail that was refused: by whom, to which address and why, not what stood in it',
  'privacy.other.refusals-long': 'the last {count}',
  'privacy.other.events': 'That a mail came, so that pages catch up after a break',
  'privacy.other.deliveries': 'What webhooks were sent',
  'privacy.other.deliveries-long': '{delivered} if it arrived, else {all}',
  'privacy.other.invoices': 'Orders: plan, price, way to pay, network address. Never card numbers',
  'privacy.other.invoices-long': 'a month if nobody paid, else as long as the server',
  'privacy.log.title': 'Log and backups',
  'privacy.log.text':
    'The server’s log names mails that came or were refused (addresses, not content) and calls that failed, with network addresses. How long the log and backups are kept is up to the operator of this server, who can also tell you who he is.',
} as const
