// What MinuteMail answers, word for word: when there is nothing, when there is something, and for every refusal. The clock
// stands at the first minute of 2026.
import { operator } from '../../src/accounts/caller.ts'
import { schemas } from '../../src/dialects/minutemail/wire.ts'
import { teamSchemas } from '../../src/dialects/minutemail/wire-team.ts'
import type { Answer } from '../http/serve.ts'
import { keepsItsAnswers } from './golden.ts'
import { fill, on, refusals, type Stage, usual, type Verb } from './stage.ts'

const boxes = '/v1/mailboxes'
const archive = '/v1/archived-mailboxes'
const nobodys = '01900000-0000-7000-8000-000000000000'

const to =
  (method: string, path: string, body?: unknown): Verb =>
  ({ ask }) =>
    ask(method, path, body === undefined ? {} : { body })
const wished = (body: object): Verb => to('POST', boxes, body)

/** What is below a mailbox with one mail of each kind; `subject`: of the mail whose id `SUBJECT` stands for. */
const filled =
  (method: string, below: string, subject = '', body?: (ids: { mail: string; file: string }) => object): Verb =>
  async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    const { items } = await stage.core.messages.list(stage.caller, box.id, { limit: 10 })
    const mail = items.find((one) => one.subject === subject)?.id ?? ''
    const { attachments } = await stage.core.messages.get(stage.caller, mail)
    const file = attachments[0]?.id ?? ''
    const path = below.replace('MAIL', mail).replace('FILE', file)
    return stage.ask(method, `${boxes}/${box.id}${path}`, body ? { body: body({ mail, file }) } : {})
  }

/** A mailbox in the archive, and its id. */
async function archived({ core, caller }: Stage): Promise<string> {
  const wish = { localPart: 'kept', recoverable: true, tag: 'signup' }
  const { mailbox } = await core.mailboxes.open(caller, wish, '192.0.2.1')
  await core.mailboxes.end(caller, mailbox.id, { permanent: false })
  return mailbox.id
}
const ofArchive =
  (method: string, below = '', body?: object): Verb =>
  async (stage) => {
    const id = await archived(stage)
    return stage.ask(method, `${archive}/${id}${below}`, body ? { body } : {})
  }

/** A mail as a form brings it. */
const letter = (parts: Record<string, string>, file = ''): { body: string; headers: Record<string, string> } => ({
  headers: { 'content-type': 'multipart/form-data; boundary=x' },
  body: `${Object.entries(parts)
    .map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('')}${file}--x--\r\n`,
})
const file =
  '--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nabc\r\n'
const put =
  (parts: Record<string, string>, attached = ''): Verb =>
  async ({ ask, box }) =>
    ask('POST', `${boxes}/${(await box('filled')).id}/mails`, letter(parts, attached))

const added = (body: object): Verb => filled('POST', '/mails/MAIL/attachments', '', () => body)

const domainThen =
  (method: string, below: string): Verb =>
  async ({ ask }) => {
    const { json } = await ask('POST', '/v1/domains', { body: { name: 'Büro.example' } })
    return ask(
      method,
      `/v1/domains${below.replace('ID', String(json['id']))}`,
      method === 'POST' ? { body: { name: 'büro.EXAMPLE' } } : {},
    )
  }
const invitedThen =
  (method: string, below: string): Verb =>
  async ({ ask }) => {
    const { json } = await ask('POST', '/v1/invitations', { body: { email: 'ben@tenant.example' } })
    return ask(method, `/v1/invitations${below.replace('ID', String(json['id']))}`)
  }

/** With what another account has. */
const strange = (method: string, what: (stage: Stage) => Promise<string>): (() => Promise<Answer>) =>
  usual(async (stage) => stage.ask(method, await what(stage)))

keepsItsAnswers(
  'minutemail',
  { ...schemas, ...teamSchemas },
  {
    'a mailbox': usual(to('POST', boxes)),
    'a mailbox as it was wished for': usual(
      wished({ domain: 'second.test', expiresIn: 20, recoverable: true, tag: 'signup' }),
    ),
    'a mailbox without an end': on({ plan: 'unlimited' }, wished({ noExpiration: true })),
    'no mailboxes': usual(to('GET', boxes)),
    'some mailboxes': usual(async (stage) => {
      await stage.box('first')
      await fill(stage, await stage.box('second'))
      return stage.ask('GET', boxes)
    }),
    'the mailbox at an address': usual(async ({ ask, box }) => {
      await box('other')
      const { address } = await box('asked')
      return ask('GET', `${boxes}?address=${address.toUpperCase()}`)
    }),
    'one mailbox': usual(async ({ ask, box }) => ask('GET', `${boxes}/${(await box('one')).id}`)),
    'a deleted mailbox': usual(async ({ ask, box }) => ask('DELETE', `${boxes}/${(await box('gone')).id}`)),
    'several deleted mailboxes': usual(async ({ ask, box }) =>
      ask('DELETE', boxes, { body: { ids: [(await box('one')).id, (await box('two')).id] } }),
    ),
    'an empty archive': usual(to('GET', archive)),
    'some archived mailboxes': usual(async (stage) => {
      await archived(stage)
      return stage.ask('GET', archive)
    }),
    'one archived mailbox': usual(ofArchive('GET')),
    'a deleted archived mailbox': usual(ofArchive('DELETE')),
    'a mailbox that is active again': usual(ofArchive('POST', '/reactivate', { expiresIn: 10 })),
    'no mails': usual(async ({ ask, box }) => ask('GET', `${boxes}/${(await box('empty')).id}/mails`)),
    'some mails': usual(filled('GET', '/mails')),
    'one mail with an attachment': usual(filled('GET', '/mails/MAIL')),
    'one mail with a text alone': usual(filled('GET', '/mails/MAIL', 'Grüße')),
    'one mail that could not be digested': usual(filled('GET', '/mails/MAIL', 'undigested')),
    'a deleted mail': usual(filled('DELETE', '/mails/MAIL')),
    'several deleted mails': usual(filled('DELETE', '/mails', '', ({ mail }) => ({ ids: [mail] }))),
    'no attachments': usual(filled('GET', '/mails/MAIL/attachments', 'Grüße')),
    'some attachments': usual(filled('GET', '/mails/MAIL/attachments')),
    'one attachment': usual(filled('GET', '/mails/MAIL/attachments/FILE')),
    'a deleted attachment': usual(filled('DELETE', '/mails/MAIL/attachments/FILE')),
    'several deleted attachments': usual(
      filled('DELETE', '/mails/MAIL/attachments', '', ({ file }) => ({ ids: [file] })),
    ),
    'a mail that was put in': usual(put({ sender: 'Ann <Ann@SENDER.test>', subject: 'Grüße', body: 'Hi.' })),
    'a mail with html and a file that was put in': usual(put({ sender: 'a@b.test', body: '<p>Hi</p>' }, file)),
    'an attachment that was added': usual(
      added({ filename: 'b.txt', contentType: 'text/plain', sizeBytes: 3, data: 'YWJj', expiresIn: 5 }),
    ),
    'no domains': usual(to('GET', '/v1/domains')),
    'a domain': usual(to('POST', '/v1/domains', { name: 'Büro.example' })),
    'some domains': usual(domainThen('GET', '')),
    'a domain that is verified': usual(async (stage) => {
      const { id } = await stage.core.domains.add(stage.caller, 'büro.example')
      await stage.core.domains.vouch(operator, id)
      return stage.ask('POST', `/v1/domains/${id}/verify`)
    }),
    'a deleted domain': usual(domainThen('DELETE', '/ID')),
    'some members': usual(to('GET', '/v1/members')),
    'one member': usual(({ ask, caller }) => ask('GET', `/v1/members/${caller.member?.id}`)),
    'no invitations': usual(to('GET', '/v1/invitations')),
    'an invitation': usual(to('POST', '/v1/invitations', { email: 'ben@tenant.example' })),
    'some invitations': usual(invitedThen('GET', '')),
    'an invitation that was taken back': usual(invitedThen('DELETE', '/ID')),
    'it lives': usual(({ call }) => call('GET', '/health')),
    'it is ready': usual(({ call }) => call('GET', '/ready')),
    'it is not ready': usual(({ call, core }) => {
      core.room.shortage = 'the disk is full'
      return call('GET', '/ready')
    }),
    "another's mailbox": strange('GET', async ({ foreign }) => `${boxes}/${(await foreign()).id}`),
    "another's mailbox to delete": strange('DELETE', async ({ foreign }) => `${boxes}/${(await foreign()).id}`),
    "another's mails": strange('GET', async ({ foreign }) => `${boxes}/${(await foreign()).id}/mails`),
    "another's archived mailbox": strange('GET', async (stage) => {
      const { caller } = await stage.stranger()
      return `${archive}/${await archived({ ...stage, caller })}`
    }),
    "another's domain": strange('DELETE', async ({ core, stranger }) => {
      const { id } = await core.domains.add((await stranger()).caller, 'brand.example')
      return `/v1/domains/${id}`
    }),
    "another's member": strange('GET', async ({ stranger }) => `/v1/members/${(await stranger()).member.id}`),
    "nobody's mailbox": usual(to('GET', `${boxes}/${nobodys}`)),
    "nobody's mail": usual(filled('GET', `/mails/${nobodys}`)),
    "nobody's attachment": usual(filled('GET', `/mails/MAIL/attachments/${nobodys}`)),
    "nobody's archived mailbox": usual(to('GET', `${archive}/${nobodys}`)),
    "nobody's domain": usual(to('DELETE', `/v1/domains/${nobodys}`)),
    "nobody's member": usual(to('GET', `/v1/members/${nobodys}`)),
    "nobody's invitation": usual(to('DELETE', `/v1/invitations/${nobodys}`)),
    'several, of which nobody has one': usual(async ({ ask, box }) =>
      ask('DELETE', boxes, { body: { ids: [(await box('one')).id, nobodys] } }),
    ),
    "several, of which one is another's": usual(async ({ ask, foreign }) =>
      ask('DELETE', boxes, { body: { ids: [(await foreign()).id] } }),
    ),
    'several without ids': usual(to('DELETE', boxes, {})),
    'an unknown endpoint': usual(to('GET', '/v1/identities')),
    'an end of a wrong type': usual(wished({ expiresIn: [] })),
    'an end that is too far': usual(wished({ expiresIn: 61 })),
    'an end and none': usual(wished({ expiresIn: 5, noExpiration: true })),
    'no end, where the plan has none without': on({ plan: 'free' }, wished({ noExpiration: true })),
    'a recoverable mailbox without a tag': usual(wished({ recoverable: true })),
    'a domain that is not served': usual(wished({ domain: 'elsewhere.test' })),
    'a full archive': on(
      { env: { MAYFLY_PLANS_PRO_ARCHIVED_MAILBOXES: '0' } },
      wished({ recoverable: true, tag: 'x' }),
    ),
    'an archived mailbox whose address is open': usual(async (stage) => {
      const id = await archived(stage)
      await stage.box('kept')
      return stage.ask('POST', `${archive}/${id}/reactivate`)
    }),
    'a mail without a sender': usual(put({ subject: 'x' })),
    'a mail whose sender is no address': usual(put({ sender: 'nobody' })),
    'a mail that is no form': usual(async ({ ask, box }) =>
      ask('POST', `${boxes}/${(await box('one')).id}/mails`, { body: { sender: 'a@b.test' } }),
    ),
    'a mail that is blocked': usual(async (stage) => {
      await stage.core.blocks.add(operator, { kind: 'sender', pattern: 'evil.test' })
      return put({ sender: 'a@evil.test' })(stage)
    }),
    'a mail for a full mailbox': on({ env: { MAYFLY_PLANS_PRO_MAILBOX_MESSAGES: '1' } }, async (stage) => {
      const { id, address } = await stage.box('full')
      await stage.mail(address)
      return stage.ask('POST', `${boxes}/${id}/mails`, letter({ sender: 'a@b.test' }))
    }),
    'an attachment that is not base64': usual(added({ filename: 'x', data: '?' })),
    'an attachment of another size than said': usual(added({ filename: 'x', data: 'YWJj', sizeBytes: 4 })),
    'a name that is no domain': usual(to('POST', '/v1/domains', { name: 'a..b' })),
    "the operator's domain": usual(to('POST', '/v1/domains', { name: 'sub.mayfly.test' })),
    'a domain twice': usual(domainThen('POST', '')),
    'a look that no name server answers': usual(domainThen('POST', '/ID/verify')),
    'a look where no name server is asked': on({ env: { MAYFLY_DNS_MODE: 'off' } }, domainThen('POST', '/ID/verify')),
    'too many domains': on(
      { env: { MAYFLY_PLANS_PRO_CUSTOM_DOMAINS: '0' } },
      to('POST', '/v1/domains', { name: 'a.example' }),
    ),
    'the last owner to remove': usual(({ ask, caller }) => ask('DELETE', `/v1/members/${caller.member?.id}`)),
    'an invitation for no address': usual(to('POST', '/v1/invitations', { email: 'ben' })),
    'too many calls in a minute': on(
      { env: { MAYFLY_PLANS_PRO_REQUESTS_PER_MINUTE: '1', MAYFLY_PLANS_PRO_BURST: '1' } },
      async ({ ask }) => {
        await ask('GET', boxes)
        return ask('GET', boxes)
      },
    ),
    'a refusal as plain text': on({ env: { MAYFLY_DIALECTS_MINUTEMAIL_PLAIN_TEXT_ERRORS: 'true' } }, ({ ask }) =>
      ask('GET', boxes, { token: 'wrong' }),
    ),
    ...refusals(boxes),
  },
)
