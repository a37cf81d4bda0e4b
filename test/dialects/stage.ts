// Where the scenes of golden answers are played: a server of their own each, an account with its key, a mailbox with one
// mail of each kind, and all that every foreign API refuses.
import { afterAll, spyOn } from 'bun:test'
import { type AccountCaller, operator } from '../../src/accounts/caller.ts'
import type { KeyWish } from '../../src/keys/service.ts'
import { digestJobs } from '../../src/messages/jobs.ts'
import { Refusal, reasons } from '../../src/refusal.ts'
import { JobFailed } from '../../src/storage/job.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { type Answer, type Call, type Serving, serve } from '../http/serve.ts'
import type { Scenes } from './golden.ts'

export type Stage = Serving & {
  caller: AccountCaller
  /** A call with the account's key. */
  ask: (method: string, path: string, wish?: Call) => Promise<Answer>
  /** A mailbox that another account opened. */
  foreign: () => Promise<{ id: string; address: string }>
  /** Another account. */
  stranger: () => Promise<Tenant>
  /** Opens a mailbox of the account. */
  box: (localPart: string) => Promise<{ id: string; address: string }>
}

type Setting = { plan?: string; env?: Record<string, string>; key?: KeyWish }

async function staged({ plan = 'pro', env = {}, key = {} }: Setting): Promise<Stage> {
  const names = { MAYFLY_SMTP_HOSTNAME: 'mx.mayfly.test', MAYFLY_DOMAINS: 'mayfly.test,second.test' }
  const server = await serve({ ...names, ...env })
  const { secret, caller } = await tenant(server.core, { plan, key, email: 'ann@tenant.example' })
  const open = async (as: typeof caller, localPart: string) => {
    const { mailbox } = await server.core.mailboxes.open(as, { localPart }, '192.0.2.1')
    return { id: mailbox.id, address: mailbox.address }
  }
  return {
    ...server,
    caller,
    ask: (method, path, wish = {}) => server.call(method, path, { token: secret, ...wish }),
    foreign: async () => open((await tenant(server.core)).caller, 'foreign'),
    stranger: () => tenant(server.core),
    box: (localPart) => open(caller, localPart),
  }
}

/** Plays on a server of its own, with an account on a plan. */
export const on =
  (setting: Setting, play: (stage: Stage) => Promise<Answer>): (() => Promise<Answer>) =>
  async () => {
    await using stage = await staged(setting)
    return await play(stage)
  }

export const usual = (play: (stage: Stage) => Promise<Answer>) => on({}, play)

/** One mail of each kind: with a text, with html and an attachment, to a tag, and one that cannot be digested. */
export async function fill(stage: Stage, { id, address }: { id: string; address: string }): Promise<void> {
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

export type Verb = (stage: Stage) => Promise<Answer>

/** What every API refuses. By `path` a mailbox is opened, with this body if it needs one. */
export const refusals = (path: string, body?: object): Scenes => {
  const wish = body === undefined ? {} : { body }
  const open: Verb = ({ ask }) => ask('POST', path, wish)
  const sent =
    (body: string, headers = {}): Verb =>
    ({ ask }) =>
      ask('POST', path, { body, headers })
  const keyed = (key: KeyWish) => on({ key }, open)
  // There are many reasons, and none leaves more behind than a call that was counted: one stage, and a day for each.
  let shared: Promise<Stage> | null = null
  const another = async (): Promise<Stage> => {
    shared ??= staged({})
    const stage = await shared
    stage.core.clock.now += 86_400_000
    return stage
  }
  afterAll(async () => (await shared)?.[Symbol.asyncDispose]())
  return {
    'no key': usual(({ call }) => call('POST', path, wish)),
    'a wrong key': usual(({ ask }) => ask('POST', path, { ...wish, token: 'wrong' })),
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
        async () => {
          const stage = await another()
          using _ = spyOn(stage.core.mailboxes, 'open').mockRejectedValue(new Refusal(reason))
          return await open(stage)
        },
      ]),
    ),
  }
}
