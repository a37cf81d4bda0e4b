// An account for which what was paid has run out: shut everywhere but for its mail, until it pays again or somebody gives it
// a plan.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { uuidOf } from '../../src/ulid.ts'
import { deliver, mail } from '../core.ts'
import { apis, native } from '../dialects/apis.ts'
import { callsOf, type Speaking, visited } from '../dialects/speaking.ts'
import { at, until } from '../http/serve.ts'
import { reasonOf } from '../refused.ts'
import { onLoopback, receiver } from '../webhooks/receiver.ts'
import { anywhere, day, shop } from './shop.ts'

type Here = Awaited<ReturnType<typeof visited>>

const ordered = async ({ call }: Here, token?: string) => {
  const { json } = await call('POST', '/keys', {
    body: { plan: 'team', rail: 'manual' },
    ...(token === undefined ? {} : { token }),
  })
  return {
    id: uuidOf(String(json['invoice_id'])) ?? '',
    secret: String(json['checkout_url']).split('#')[1] ?? '',
  }
}

test.each(apis.map((api) => [api.name, api] as const))(
  '%s refuses its keys as those of a suspended one, until it pays again',
  async (_, api: Speaking) => {
    await using here = await visited()
    const { payments, clock } = here.core
    const { id, secret } = await ordered(here)
    await payments.payByHand(operator, id)
    const { key } = await payments.handOut(id, secret, '192.0.2.1')
    clock.now += 30 * day
    await payments.runOut()
    const refusal = api === native ? '403 plan-lapsed' : api.refusals['a suspended account']
    const box = { id: '01900000-0000-7000-8000-000000000000', address: 'nobody@mayfly.test' }
    for (const [name, call] of callsOf(api, box)) {
      expect([name, await here.answered(api, call, key)]).toEqual([name, refusal])
    }
    await payments.payByHand(operator, (await ordered(here, key)).id)
    for (const [name, call] of callsOf(api, box)) {
      expect([name, (await here.answer(call, key)).status]).not.toEqual([name, Number(refusal.slice(0, 3))])
      break
    }
  },
)

test('its mailboxes take mail, and their tokens open nothing until it is paid again', async () => {
  const { core, bought, pass, order, paid } = shop()
  const { caller, key } = await bought('pro')
  const wish = { localPart: 'kept', ttlMinutes: 500_000, password: 'open sesame' }
  const { mailbox } = await core.mailboxes.open(caller, wish, '192.0.2.1')
  await pass(30 * day)
  await deliver(core, mailbox.address, mail({ Subject: 'while it had lapsed' }, 'x'))
  expect(await reasonOf(core.mailboxes.signIn(mailbox.address, 'open sesame'))).toBe('plan-lapsed')
  const lapsed = await core.keys.holder(key, anywhere, { lapsed: true })
  await paid('lightning', (await order('lightning', { caller: lapsed, plan: 'pro' })).id)
  const again = await core.keys.holder(key, anywhere)
  expect(await core.messages.list(again, mailbox.address, { limit: 10 })).toMatchObject({
    items: [{ subject: 'while it had lapsed' }],
  })
})

test('an account that was bought is its keys’, until somebody is invited to own it', async () => {
  const { core, bought, pass } = shop()
  const { caller, key } = await bought('team')
  const { token } = await core.links.invite(caller, { role: 'member' })
  const visitor = { client: '192.0.2.9', agent: 'a test' }
  const wish = { email: 'ann@example.test', password: 'correct horse' }
  const owner = await core.links.accept(visitor, token, wish)
  expect(owner.caller).toMatchObject({ account: { id: caller.account.id }, member: { role: 'owner' } })
  expect((await core.keys.list(owner.caller, { after: 0, limit: 10 })).map(({ id }) => id)).toEqual([
    caller.key?.id ?? '',
  ])
  // From then on owners alone invite.
  expect(await reasonOf(core.links.invite(await core.keys.holder(key, anywhere), {}))).toBe('forbidden')
  await pass(29 * day)
  const { token: cookie } = await core.signIns.signIn(visitor, wish.email, wish.password)
  await pass(day)
  expect(await reasonOf(core.signIns.signIn(visitor, wish.email, wish.password))).toBe('plan-lapsed')
  expect(await reasonOf(core.signIns.holder(cookie, '192.0.2.9'))).toBe('plan-lapsed')
})

test('its webhooks are told nothing while it has lapsed, and what waited when it is paid again', async () => {
  await using there = receiver()
  const { core, bought, pass, order, paid } = shop({ env: onLoopback })
  const { caller } = await bought('team')
  await core.webhooks.create(caller, { url: there.url, events: ['message.stored'] })
  const wish = { localPart: 'kept', ttlMinutes: 500_000 }
  const { mailbox } = await core.mailboxes.open(caller, wish, '192.0.2.1')
  const told = (): unknown[] => there.got.map(({ json }) => at(json, 'data', 'message', 'subject'))
  const send = (subject: string) => deliver(core, mailbox.address, mail({ Subject: subject }, 'x'))
  await core.delivering.start()
  await send('before')
  await there.until(1)
  await until(() => core.delivering.waiting() === 0)
  await pass(30 * day)
  await send('while it had lapsed')
  await core.delivering.retryDue()
  expect(told()).toEqual(['before'])
  await paid('lightning', (await order('lightning', { caller, plan: 'team' })).id)
  await there.until(2)
  expect(told()).toEqual(['before', 'while it had lapsed'])
  await core.delivering.stop()
})
