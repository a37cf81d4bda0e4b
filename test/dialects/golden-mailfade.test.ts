// What MailFade answers, word for word: without a key and with one, when there is nothing and when there is something, and for
// every refusal. The clock stands at the first minute of 2026.
import { spyOn } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { schemas } from '../../src/dialects/mailfade/wire.ts'
import type { KeyWish } from '../../src/keys/service.ts'
import { Refusal, reasons } from '../../src/refusal.ts'
import { ulidOf, uuidOf } from '../../src/ulid.ts'
import { tenant } from '../accounts/tenant.ts'
import type { Answer } from '../http/serve.ts'
import { keepsItsAnswers } from './golden.ts'
import { fill, on, type Stage, usual, type Verb } from './stage.ts'

const free = 'free@mayfly.test'
const noId = ulidOf('01900000-0000-7000-8000-000000000000')

const keyless =
  (path: string): Verb =>
  ({ call }) =>
    call('GET', path)
const keyed =
  (path: string): Verb =>
  ({ ask }) =>
    ask('GET', path)

/** At an address that nobody opened, with one mail of each kind. */
const filled = (play: Verb): (() => Promise<Answer>) =>
  usual(async (stage) => {
    await fill(stage, { id: free, address: free })
    return play(stage)
  })

/** The mail of this subject, or its first attachment. */
const ofMail =
  (subject: string, by: 'call' | 'ask', path: (ids: { mail: string; file: string }) => string): Verb =>
  async (stage) => {
    const { messages } = stage.core
    const { items } = await messages.list(stage.caller, free, { limit: 10 })
    const mail = items.find((one) => one.subject === subject)?.id ?? ''
    const [file] = (await messages.get(stage.caller, mail)).attachments
    return stage[by]('GET', path({ mail: ulidOf(mail), file: file ? ulidOf(file.id) : '' }))
  }

const opened =
  (path: (address: string) => string): Verb =>
  async ({ foreign, ask }) =>
    ask('GET', path((await foreign()).address))
const bound = (key: KeyWish) => on({ key }, keyed(`/inbox/${free}`))
const oneADay = { MAYFLY_DIALECTS_MAILFADE_REQUESTS_PER_DAY_PER_IP: '1' }
const twice =
  (verb: Verb): Verb =>
  async (stage) => {
    await verb(stage)
    return verb(stage)
  }
const failing =
  (why: unknown): Verb =>
  async ({ core, ask }) => {
    using _ = spyOn(core.mailboxes, 'at').mockRejectedValue(why)
    return await ask('GET', `/inbox/${free}`)
  }
const revoked = async (stage: Stage): Promise<Answer> => {
  await stage.core.keys.revoke(stage.caller, stage.caller.key?.id ?? '')
  return stage.ask('GET', `/inbox/${free}`)
}

const ordering =
  (body: unknown, by: 'call' | 'ask' = 'call'): Verb =>
  async (stage) =>
    stage[by]('POST', '/keys', { body })

const placeOf = async ({ call }: Stage, token?: string): Promise<string> => {
  const { json } = await call('POST', '/keys', { ...(token ? { token } : {}), body: { plan: 'dev', rail: 'manual' } })
  return `/keys/${json['invoice_id']}`
}
const orderedBy = async (stage: Stage, token: string): Promise<Answer> => stage.ask('GET', await placeOf(stage, token))

/** An order without a key, after what happened to it. */
const ordered =
  (happens: (stage: Stage, id: string) => Promise<unknown> = async () => {}): Verb =>
  async (stage) => {
    const place = await placeOf(stage)
    await happens(stage, uuidOf(place.slice('/keys/'.length)) ?? '')
    return stage.call('GET', place)
  }

/** An account that a payment made, a month later. */
const lapsed =
  (play: (stage: Stage, token: string) => Promise<Answer>): Verb =>
  async (stage) => {
    const { payments, clock } = stage.core
    const { json } = await stage.call('POST', '/keys', { body: { plan: 'dev', rail: 'manual' } })
    const id = uuidOf(String(json['invoice_id'])) ?? ''
    await payments.payByHand(operator, id)
    const { key } = await payments.handOut(id, String(json['checkout_url']).split('#')[1] ?? '', '192.0.2.1')
    clock.now += 30 * 86_400_000
    await payments.runOut()
    return play(stage, key)
  }

keepsItsAnswers('mailfade', schemas, {
  'an empty inbox without a key': usual(keyless(`/inbox/${free}`)),
  'an empty inbox with a key': usual(keyed(`/inbox/${free}`)),
  'an inbox': filled(keyless(`/inbox/${free}`)),
  'an inbox with its newest mail alone': filled(keyless(`/inbox/${free}?limit=1`)),
  'an inbox since an instant': filled(keyless(`/inbox/${free}?since=${Date.UTC(2026, 0, 1) + 1234}`)),
  'the mail to a tag': filled(keyless('/inbox/FREE+Shop%40mayfly.test')),
  'an inbox of mine': usual(async ({ ask, box }) => ask('GET', `/inbox/${(await box('mine')).address}`)),
  'mail without an end': on({ plan: 'unlimited' }, async ({ ask, core, caller, mail }) => {
    const wish = { localPart: 'kept', ttlMinutes: null }
    const { mailbox } = await core.mailboxes.open(caller, wish, '192.0.2.1')
    await mail(mailbox.address)
    return ask('GET', `/inbox/${mailbox.address}`)
  }),
  'a message without a key': filled(ofMail('', 'call', ({ mail }) => `/message/${mail}`)),
  'a message': filled(ofMail('', 'ask', ({ mail }) => `/message/${mail}`)),
  'a message without its html': filled(ofMail('', 'ask', ({ mail }) => `/message/${mail}?html=0`)),
  'a message that has none': filled(ofMail('Grüße', 'ask', ({ mail }) => `/message/${mail}`)),
  'a message that could not be digested': filled(ofMail('undigested', 'ask', ({ mail }) => `/message/${mail}`)),
  "a message's bytes": filled(ofMail('Grüße', 'ask', ({ mail }) => `/message/${mail}/raw`)),
  "a message's bytes without a key": filled(ofMail('Grüße', 'call', ({ mail }) => `/message/${mail}/raw`)),
  'an attachment': filled(ofMail('', 'ask', ({ file }) => `/attachment/${file}`)),
  'an attachment without a key': filled(ofMail('', 'call', ({ file }) => `/attachment/${file}`)),
  'an inbox that another opened': usual(opened((address) => `/inbox/${address}`)),
  'an inbox that somebody opened, without a key': usual(async ({ foreign, call }) =>
    call('GET', `/inbox/${(await foreign()).address}`),
  ),
  'what is no address': usual(keyless('/inbox/nothing')),
  'an address of another server': usual(keyless('/inbox/a@elsewhere.test')),
  "nobody's message": usual(keyless(`/message/${noId}`)),
  "nobody's message with a key": usual(keyed(`/message/${noId}`)),
  "nobody's bytes": usual(keyed(`/message/${noId}/raw`)),
  "nobody's attachment": usual(keyed(`/attachment/${noId}`)),
  'what is no id': usual(keyless('/message/nothing')),
  'an unknown endpoint': usual(keyed('/message/no/thing')),
  'an unknown method': usual(({ ask }) => ask('DELETE', `/inbox/${free}`)),
  'too large a body': usual(({ ask }) => ask('POST', `/inbox/${free}`, { body: `"${'x'.repeat(1_200_000)}"` })),
  'a wrong key': usual(({ ask }) => ask('GET', `/inbox/${free}`, { token: 'wrong' })),
  'a revoked key': usual(revoked),
  'a suspended account': usual(async (stage) => {
    await stage.core.accounts.setSuspended(operator, stage.caller.account.id, true)
    return stage.ask('GET', `/inbox/${free}`)
  }),
  'a key for other APIs': bound({ dialects: ['native'] }),
  'a key for other origins': bound({ origins: ['app.example'] }),
  'too many requests without a key': on({ env: oneADay }, twice(keyless(`/inbox/${free}`))),
  'too many requests of a month': on(
    { plan: 'dev', env: { MAYFLY_PLANS_DEV_REQUESTS_PER_MONTH: '1' } },
    twice(keyed(`/inbox/${free}`)),
  ),
  'too many requests of a day': on({ env: { MAYFLY_PLANS_PRO_REQUESTS_PER_DAY: '1' } }, twice(keyed(`/inbox/${free}`))),
  'switched off': usual(async (stage) => {
    await stage.core.switches.set(operator, { developerApi: false })
    return stage.call('GET', `/inbox/${free}`)
  }),
  'an order': usual(ordering({ plan: 'dev', rail: 'manual' })),
  'an order with a key': usual(ordering({ plan: 'dev', rail: 'manual' }, 'ask')),
  'an order without JSON': usual(ordering('{')),
  'an order of no plan': usual(ordering({ plan: 'gold' })),
  'an order by no rail': usual(ordering({ plan: 'dev', rail: 'gold' })),
  'an order by card where that is not set up': usual(ordering({ plan: 'dev' })),
  'an order by lightning where that is not set up': usual(ordering({ plan: 'dev', rail: 'lightning' })),
  'an order that is pending': usual(ordered()),
  'an order that is paid': usual(ordered((stage, id) => stage.core.payments.payByHand(operator, id))),
  'an order that is expired': usual(
    ordered(async ({ core }) => {
      core.clock.now += 86_400_000
    }),
  ),
  "another's order": usual(async (stage) => {
    const { secret } = await tenant(stage.core)
    return orderedBy(stage, secret)
  }),
  "a key's order without the key": usual(async (stage) => {
    const { secret } = await tenant(stage.core)
    return stage.call('GET', await placeOf(stage, secret))
  }),
  "nobody's order": usual(keyless(`/keys/${noId}`)),
  'a lapsed account': usual(lapsed(({ call }, token) => call('GET', `/inbox/${free}`, { token }))),
  'an order of a lapsed account': usual(
    lapsed(({ call }, token) => call('POST', '/keys', { token, body: { plan: 'dev', rail: 'manual' } })),
  ),
  'a defect': usual(failing(new Error('secret'))),
  ...Object.fromEntries(
    reasons.map((reason) => [`whatever is refused as ${reason}`, usual(failing(new Refusal(reason)))]),
  ),
})
