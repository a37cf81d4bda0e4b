// What the foreign APIs answer, word for word: when there is nothing, when there is something, and for every refusal. The
// clock stands at the first minute of 2026.
import { spyOn } from 'bun:test'
import { type AccountCaller, operator } from '../../src/accounts/caller.ts'
import { schemas as dustmail } from '../../src/dialects/dustmail/wire.ts'
import { schemas as run2mail } from '../../src/dialects/run2mail/wire.ts'
import type { KeyWish } from '../../src/keys/service.ts'
import { digestJobs } from '../../src/messages/jobs.ts'
import { Refusal, reasons } from '../../src/refusal.ts'
import { JobFailed } from '../../src/storage/job.ts'
import { tenant } from '../accounts/tenant.ts'
import { type Answer, type Call, type Serving, serve } from '../http/serve.ts'
import { keepsItsAnswers, type Scenes } from './golden.ts'

type Stage = Serving & {
  caller: AccountCaller
  /** A call with the account's key. */
  ask: (method: string, path: string, wish?: Call) => Promise<Answer>
  /** The address of a mailbox that another account opened. */
  foreign: () => Promise<{ id: string; address: string }>
  /** Opens a mailbox of the account. */
  box: (localPart: string) => Promise<{ id: string; address: string }>
}

type Setting = { plan?: string; env?: Record<string, string>; key?: KeyWish }

/** Plays on a server of its own, with an account on a plan. */
const on = (
  { plan = 'pro', env = {}, key = {} }: Setting,
  play: (stage: Stage) => Promise<Answer>,
): (() => Promise<Answer>) => {
  return async () => {
    await using server = await serve({ MAYFLY_DOMAINS: 'mayfly.test,second.test', ...env })
    const { secret, caller } = await tenant(server.core, { plan, key, email: 'ann@tenant.example' })
    const open = async (as: typeof caller, localPart: string) => {
      const { mailbox } = await server.core.mailboxes.open(as, { localPart }, '192.0.2.1')
      return { id: mailbox.id, address: mailbox.address }
    }
    return await play({
      ...server,
      caller,
      ask: (method, path, wish = {}) => server.call(method, path, { token: secret, ...wish }),
      foreign: async () => open((await tenant(server.core)).caller, 'foreign'),
      box: (localPart) => open(caller, localPart),
    })
  }
}

const usual = (play: (stage: Stage) => Promise<Answer>) => on({}, play)

/** One mail of each kind: with a text, with html and an attachment, to a tag, and one that cannot be digested. */
async function fill(stage: Stage, { id, address }: { id: string; address: string }): Promise<void> {
  const { clock, mailboxes, messages } = stage.core
  const digestAll = async () => messages.digestAll((await mailboxes.see(stage.caller, id)).mailbox?.key ?? 0)
  const ann = { From: '"Ann, of X" <Ann@SENDER.test>', To: `Box <${address}>, other@elsewhere.test` }
  await stage.mail(address, { ...ann, Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=' }, 'Your code is 123456.\r\n')
  clock.now += 1234
  const parts = [
    'Content-Type: text/html; charset=utf-8\r\n\r\n<p>Click <a href="https://x.test/">here</a></p>',
    'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\nabc',
  ]
  const body = `${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--\r\n`
  await stage.mail(address, { 'Content-Type': 'multipart/mixed; boundary=x' }, body)
  clock.now += 1000
  await stage.mail(address.replace('@', '+shop@'), { Subject: 'to a tag' }, '')
  await digestAll()
  using _ = spyOn(digestJobs, 'messages.digest').mockImplementation(() => {
    throw new JobFailed('the thread died')
  })
  clock.now += 1000
  await stage.mail(address, { Subject: 'undigested' })
  await digestAll()
}

type Verb = (stage: Stage) => Promise<Answer>

/** What every API refuses. `open` opens a mailbox, without more, by `path`. */
const refusals = (path: string): Scenes => {
  const open: Verb = ({ ask }) => ask('POST', path)
  const sent =
    (body: string, headers = {}): Verb =>
    ({ ask }) =>
      ask('POST', path, { body, headers })
  const keyed = (key: KeyWish) => on({ key }, open)
  return {
    'no key': usual(({ call }) => call('POST', path)),
    'a wrong key': usual(({ ask }) => ask('POST', path, { token: 'wrong' })),
    'a revoked key': usual(async (stage) => {
      await stage.core.keys.revoke(stage.caller, stage.caller.key?.id ?? '')
      return open(stage)
    }),
    'a suspended account': usual(async (stage) => {
      await stage.core.accounts.setSuspended(operator, stage.caller.account.id, true)
      return open(stage)
    }),
    'a key for other APIs': keyed({ dialects: ['native'] }),
    'a key for other origins': keyed({ origins: ['app.example'] }),
    'a key without the scope': keyed({ scopes: ['team'] }),
    'no JSON': usual(sent('{')),
    'no object': usual(sent('[]')),
    'no JSON by its type': usual(sent('{}', { 'content-type': 'text/plain' })),
    'too large a body': usual(sent(`"${'x'.repeat(1_200_000)}"`)),
    'an unknown method': usual(({ ask }) => ask('PATCH', path)),
    'too many calls': on({ env: { MAYFLY_PLANS_PRO_REQUESTS_PER_DAY: '1' } }, async (stage) => {
      await open(stage)
      return open(stage)
    }),
    'too many mailboxes in a day': on({ env: { MAYFLY_PLANS_PRO_INBOXES_PER_DAY: '1' } }, async (stage) => {
      await open(stage)
      return open(stage)
    }),
    'too many mailboxes at once': on({ env: { MAYFLY_PLANS_PRO_ACTIVE_MAILBOXES: '1' } }, async (stage) => {
      await open(stage)
      return open(stage)
    }),
    'switched off': usual(async (stage) => {
      await stage.core.switches.set(operator, { developerApi: false })
      return open(stage)
    }),
    'a defect': usual(async (stage) => {
      using _ = spyOn(stage.core.mailboxes, 'open').mockRejectedValue(new Error('secret'))
      return await open(stage)
    }),
    ...Object.fromEntries(
      reasons.map((reason) => [
        `whatever is refused as ${reason}`,
        usual(async (stage) => {
          using _ = spyOn(stage.core.mailboxes, 'open').mockRejectedValue(new Refusal(reason))
          return await open(stage)
        }),
      ]),
    ),
  }
}

const emails = '/api/v1/emails'
const custom =
  (body: object): Verb =>
  ({ ask }) =>
    ask('POST', `${emails}/create`, { body: { type: 'custom', ...body } })

keepsItsAnswers('run2mail', run2mail, {
  'my account': usual(({ ask }) => ask('GET', '/api/v1/me')),
  'my account on a free plan': on({ plan: 'free' }, ({ ask }) => ask('GET', '/api/v1/me')),
  'my account without limits': on({ plan: 'unlimited' }, ({ ask }) => ask('GET', '/api/v1/me')),
  'a random address': usual(({ ask }) => ask('POST', `${emails}/create`, { body: { type: 'random' } })),
  'a custom address': usual(custom({ username: 'Swift.Fox', domain: 'second.test' })),
  'an address without mail': usual(async ({ ask, box }) => {
    const { address } = await box('empty')
    return ask('GET', `${emails}/${address}/messages`)
  }),
  'an address with mail': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${emails}/${box.address}/messages`)
  }),
  'the mail to a tag': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${emails}/FULL+Shop%40mayfly.test/messages`)
  }),
  "another's address": usual(async ({ ask, foreign }) => {
    const { address } = await foreign()
    return ask('GET', `${emails}/${address}/messages`)
  }),
  "nobody's address": usual(({ ask }) => ask('GET', `${emails}/nobody@mayfly.test/messages`)),
  'no address': usual(({ ask }) => ask('GET', `${emails}/nothing/messages`)),
  'an unknown endpoint': usual(({ ask }) => ask('GET', '/api/v1/nothing')),
  'an unknown type': usual(({ ask }) => ask('POST', `${emails}/create`, { body: { type: 'other' } })),
  'a custom address without a username': usual(custom({})),
  'a username of a wrong type': usual(custom({ username: 5 })),
  'a username that is none': usual(custom({ username: 'a b' })),
  'a reserved username': usual(custom({ username: 'admin' })),
  'a taken username': usual(async (stage) => {
    await stage.box('taken')
    return custom({ username: 'taken' })(stage)
  }),
  'a domain that is none': usual(custom({ username: 'x', domain: 'a..b' })),
  'a domain that is not served': usual(custom({ username: 'x', domain: 'elsewhere.test' })),
  'a custom address on a free plan': on({ plan: 'free' }, custom({ username: 'x' })),
  ...refusals(`${emails}/create`),
})

const inbox = '/api/v1/inbox'
const wished =
  (body: object): Verb =>
  ({ ask }) =>
    ask('POST', inbox, { body })

keepsItsAnswers('dustmail', dustmail, {
  'an inbox': usual(({ ask }) => ask('POST', inbox)),
  'an inbox for a free key': on({ plan: 'free' }, ({ ask }) => ask('POST', inbox)),
  'an inbox as it was wished for': on(
    { plan: 'premium' },
    wished({ username: 'Swift.Fox', domain: 'second.test', duration: 10 }),
  ),
  'no inboxes': usual(({ ask }) => ask('GET', inbox)),
  'some inboxes': usual(async (stage) => {
    await stage.box('first')
    await fill(stage, await stage.box('second'))
    return stage.ask('GET', inbox)
  }),
  'an inbox without an end': on({ plan: 'unlimited' }, async ({ ask, core, caller }) => {
    await core.mailboxes.open(caller, { localPart: 'kept', ttlMinutes: null }, '192.0.2.1')
    return ask('GET', inbox)
  }),
  'an inbox without mail': usual(async ({ ask, box }) => ask('GET', `${inbox}/${(await box('empty')).id}`)),
  'an inbox with mail': usual(async (stage) => {
    const box = await stage.box('full')
    await fill(stage, box)
    return stage.ask('GET', `${inbox}/${box.id}`)
  }),
  'a deleted inbox': usual(async ({ ask, box }) => ask('DELETE', `${inbox}/${(await box('gone')).id}`)),
  "another's inbox": usual(async ({ ask, foreign }) => ask('GET', `${inbox}/${(await foreign()).id}`)),
  "another's inbox to delete": usual(async ({ ask, foreign }) => ask('DELETE', `${inbox}/${(await foreign()).id}`)),
  'what is no id': usual(({ ask }) => ask('GET', `${inbox}/nothing`)),
  'an unknown endpoint': usual(({ ask }) => ask('GET', `${inbox}/no/thing`)),
  'a username of a wrong type': usual(wished({ username: 5 })),
  'a username that is none': usual(wished({ username: 'a b' })),
  'a reserved username': usual(wished({ username: 'admin' })),
  'a taken username': usual(async (stage) => {
    await stage.box('taken')
    return wished({ username: 'taken' })(stage)
  }),
  'a domain that is none': usual(wished({ domain: 'a..b' })),
  'a domain that is not served': usual(wished({ domain: 'elsewhere.test' })),
  'a duration of a wrong type': usual(wished({ duration: '30' })),
  'a duration beyond the plan': on({ plan: 'free' }, wished({ duration: 1441 })),
  'a username for a free key': on({ plan: 'free' }, wished({ username: 'x' })),
  'another domain for a free key': on({ plan: 'free' }, wished({ domain: 'second.test' })),
  ...refusals(inbox),
})
