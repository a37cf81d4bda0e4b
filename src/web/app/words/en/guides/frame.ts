// What all guides say, and the references.
import type { GuideWords } from '../../guide-words.ts'

export const frame = {
  'docs.title': 'API guides',
  'docs.lead':
    'This server speaks its own API and those of five other services, so that tests written for them run here unchanged. One account and one set of mailboxes stand behind all six: what is opened in one can be read in the others.',
  'docs.which': 'New here? Take the Mayfly API: it does everything. Take another where you have code for it already.',
  'docs.guide': 'Guide',
  'docs.guide-of': 'Guide to {title}',
  'docs.reference': 'All calls, to try',
  'docs.reference-of': 'All calls of {title}',
  'docs.document': 'OpenAPI document',
  'docs.all-guides': 'All guides',
  'docs.guide-title': 'The {title} API',
  'docs.off': 'The {title} API is switched off on this server. Its operator can switch it on.',
  'docs.off-short': 'switched off here',
  'docs.api-off': 'The operator has switched off programs’ access: keys are not answered at the moment.',
  'docs.contents': 'On this page',
  'docs.program': 'Examples in',
  'docs.example': 'Example in {program}',
  'docs.copy': 'Copy the example',

  'docs.key.title': 'Get a key',
  'docs.key.make':
    'Sign in, open [API keys](/app/keys), press “New key” and choose {title} as its service. The key then begins with `{prefix}` and is good for this API. It is shown once: copy it right away.',
  'docs.key.any': 'A key that was made for all APIs works here too, whatever it begins with.',
  'docs.key.open': 'No account yet? [Make one](/app/register); it takes an e-mail address and a password.',
  'docs.key.invitation': 'No account yet? They are made by invitation here: ask the operator for a link.',
  'docs.key.closed': 'No account yet? The operator makes them here: ask for one.',
  'docs.key.variable':
    'The examples read the key from the environment variable `MAYFLY_KEY`, so it never stands in your code. In a shell set it with `export MAYFLY_KEY={prefix}…`.',
  'docs.own.label': 'Your key, to have it in the examples',
  'docs.own.hint':
    'It stays in the memory of this tab: it is not stored, and sent only when you press “Send” at “All calls”.',
  'docs.own.odd': 'A key has only letters, digits, “_”, “-” and “.”. The examples go on with the variable.',

  'docs.auth.title': 'Authenticate',
  'docs.order.title': 'The usual order',
  'docs.calls.title': 'The calls',
  'docs.calls.text':
    'They stand in an order in which they can be run one after the other. What one answers and a later one needs is kept in a variable.',
  'docs.needs': 'Needs {names}.',
  'docs.keeps': 'From the answer, set {names} for the calls that follow.',
  'docs.after-mail': 'First have something send a mail to the address.',
  'docs.meanwhile-mail': 'While it runs, have something send a mail to the address.',
  'docs.signs-in':
    'It wants a member’s cookie, so the example signs in first. curl keeps it in `mayfly-cookies.txt`: delete that file afterwards. From a page of this server the cookie goes along by itself.',
  'docs.after-order': 'First order a plan without a key, by the [MailFade API](/docs/mailfade#orderKey).',
  'docs.after-paid': 'First the order must have been paid.',
  'docs.answers-event': 'Answer {status}, of one event the data',
  'docs.answers': 'Answer {status}',
  'docs.answers-nothing': 'It answers 204 with nothing in it: done.',
  'docs.answers-text': 'It answers {status} with the content itself, not with JSON.',
  'docs.variables.title': 'Variables of your choice',
  'docs.variable.ADDRESS': 'An address at one of this server’s domains, such as `{address}`.',
  'docs.variable.OWN_ADDRESS': 'Another such address, for a mailbox of your account.',
  'docs.variable.MAILBOX_PASSWORD': 'A password for the mailbox, of at least 6 characters.',
  'docs.variable.COLLEAGUE_ID': 'The id of another member, from the list of members.',
  'docs.variable.MAYFLY_EMAIL': 'The e-mail address that you sign in with, for what no key may do.',
  'docs.variable.MAYFLY_PASSWORD': 'Your password, beside it.',
  'docs.variable.NEW_EMAIL': 'The e-mail address of a new account.',
  'docs.variable.NEW_PASSWORD': 'A new password, of at least 8 characters.',
  'docs.variable.ORDER_ID': 'The id of an order that was made without a key: it stands in the address of its page.',
  'docs.variable.ORDER_SECRET': 'What stands behind the “#” of that address.',

  'docs.limits.title': 'Limits',
  'docs.limits.text':
    'Every plan has its own numbers; these are the ones of this server now. What you have used stands at [Plan and usage](/app/plan).',
  'docs.limits.table': 'The plans of this server',
  'docs.limits.plan': 'Plan',
  'docs.limits.minute': 'Calls a minute',
  'docs.limits.day': 'Calls a day',
  'docs.limits.month': 'Calls a month',
  'docs.limits.inboxes': 'Mailboxes opened a day',
  'docs.limits.active': 'Mailboxes at once',
  'docs.limits.life': 'Longest life',
  'docs.limits.kept': 'Mail is kept',
  'docs.limits.none': 'no limit',
  'docs.limits.anonymous': 'without an account',
  'docs.limits.number': '{count}',
  'docs.limits.mailcx':
    'Without a key, one address on the internet has {second} calls a second and may make {day} mailboxes a day. A mailbox that nobody used for {idle} days ends.',
  'docs.limits.mailfade': 'Without a key, one address on the internet has {calls} calls a day.',
  'docs.limits.burst': '{count} (up to {burst} at once)',
  'docs.limits.wait':
    'When a limit is reached the answer is 429, and its `Retry-After` header says how many seconds to wait.',

  'docs.errors.title': 'Errors',
  'docs.errors.text':
    'Go by the status and the code, not by the sentence, which may change. This is what a wrong key gets:',
  'docs.errors.table': 'Errors of this API',
  'docs.errors.status': 'Status',
  'docs.errors.code': 'Code',
  'docs.errors.when': 'What happened, and what helps',

  'docs.browser.title': 'From a browser',
  'docs.browser.text':
    'Whatever a page sends, its visitors can read, the key too. So make a key of its own for the page, with **Domain restrictions**: the hosts whose pages may use it, one per line.',
  'docs.browser.patterns':
    '`example.com` is that host alone, `*.example.com` also all below it, and `localhost:3000` your own machine while you build.',
  'docs.browser.example':
    'A browser says by itself in `Origin` from which page a call comes. These examples do the same by hand, with a key that is restricted to `app.example.com`; from anywhere else it is refused.',
  'docs.browser.limits':
    'A program can claim any origin. Restrictions keep other pages from using your key; they do not make it a secret. Give such a key few rights and an end.',

  'docs.keep.title': 'Keep keys safe',
  'docs.keep.manager':
    'Keep them in a secret manager, or in your CI’s secrets, and hand them to programs as environment variables.',
  'docs.keep.git':
    'Never put a key into version control, a container image, a web page or a chat. If it happened, revoke it: a later commit takes nothing back.',
  'docs.keep.each':
    'Make one key for each program, named after it. Then you can revoke one without stopping the others.',
  'docs.keep.little': 'Give each key only what it needs: its APIs, its domains, scopes and an end.',

  'docs.rotate.title': 'Rotate and revoke',
  'docs.rotate.rotate':
    '**Rotate** at [API keys](/app/keys) gives a key a new secret, and the old one stays good for as long as you choose: put the new one in place, look that it works, and let the old one end.',
  'docs.rotate.revoke': '**Revoke** ends a key at once and for good. Do that first when it may have been seen.',
  'docs.rotate.program': 'Programs can do both, in the [Mayfly API](/docs/native#keyRotate).',
  'docs.rotate.marks':
    'The list marks keys that were not used for 90 days, or are older than 180: revoke the former, rotate the latter.',

  'try.lead':
    'Everything this API can do, as its OpenAPI document says it (in English). Open a call, fill it in and send it: it runs for real, with your own data.',
  'try.key': 'Key or token',
  'try.key-hint': 'Paste one. It stays in the memory of this tab and is gone with it.',
  'try.by': 'Who calls',
  'try.by-bearer': 'The key, in Authorization',
  'try.by-header': 'The key, in X-API-Key',
  'try.by-session': 'I, signed in as {email}',
  'try.by-nobody': 'Nobody',
  'try.find': 'Find a call',
  'try.none': 'No call has this in its path or its description.',
  'try.count': { one: '{count} call', other: '{count} calls' },
  'try.parameters': 'Parameters',
  'try.required': 'required',
  'try.body': 'Body (JSON)',
  'try.body-wrong': 'This is no JSON yet.',
  'try.missing': 'Fill in {names}.',
  'try.send': 'Send',
  'try.stop': 'Stop',
  'try.sending': 'Waiting for the answer…',
  'try.answer': 'The answer',
  'try.request': 'Request',
  'try.body-came': 'Body of the answer',
  'try.empty': 'The answer has no body.',
  'try.bytes': 'These are bytes, {size}, and are not shown.',
  'try.cut': 'Only the beginning is shown.',
  'try.curl': 'The same with curl',
  'try.no-key': 'This call needs a key: paste one above.',
  'try.socket': 'This is a WebSocket: the guide says how to talk to it.',
  'try.answers': 'Answers: {statuses}',
  'try.failed': 'The document of this API could not be loaded.',
  'try.broken': 'There was no answer: the connection broke, or was stopped.',
} as const

export const groups: GuideWords['groups'] = {
  service: 'The server',
  account: 'Account',
  mailboxes: 'Mailboxes',
  mail: 'Mail',
  attachments: 'Attachments',
  archive: 'Archive',
  domains: 'Domains',
  keys: 'Keys',
  webhooks: 'Webhooks',
  team: 'Team',
  plans: 'Plans',
  session: 'Signing in',
  orders: 'Orders',
  operator: 'For the operator: the server',
  tenants: 'For the operator: accounts',
}

export const meanings: GuideWords['meanings'] = {
  'wrong-input': 'Something in the request is not as it should be. The answer says what; mend it and send again.',
  'wrong-field': 'This field is missing or wrong. Look at the example of the call.',
  'no-key': 'The key is missing, wrong, revoked or over. Check it, and whether it is sent as this guide shows.',
  'wrong-password': 'There is no mailbox with this address and this password.',
  'key-over': 'The key was revoked, or what was paid for it has run out. Pay again, or take another key.',
  'may-not':
    'The key is good but not for this: another API, another page, another domain, other scopes, or a suspended account.',
  'plan-lacks': 'The plan does not include this. Leave it out, or ask for another plan.',
  'not-yours': 'This belongs to somebody else, or is not open. Use what your own account opened.',
  'not-there': 'There is no such thing of yours, or not any more; or the path is wrong.',
  over: 'The time of this mail is over.',
  taken: 'Somebody has this address. Choose another.',
  conflict: 'It is there already, or must stay: look at the list first.',
  'domain-not-here': 'This domain is not served here, or not for you. Ask for the list of domains.',
  'domain-lapsed': 'The records of your domain are gone. Set them again and verify.',
  'too-large': 'The request is larger than this server takes.',
  'calls-used-up': 'Too many calls. Wait for as long as `Retry-After` says.',
  'quota-used-up': 'As many of these as the plan has. Remove one, or wait for the next day (UTC).',
  'no-mail-yet': 'No such mail came in time. Wait again with the `cursor` of the answer.',
  'unexpected-mail': 'A mail came though you expected none.',
  'rail-missing': 'This way to pay is not there at the moment. Take another.',
  'dns-silent': 'No name server could say how the records stand. Try again later.',
  off: 'The operator has switched this API off, or the server cannot answer it now.',
  'cannot-now': 'The server cannot do this now. Try again soon.',
  defect: 'Something failed in the server. Tell the operator the `X-Request-Id` of the answer.',
}
