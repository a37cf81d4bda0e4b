import { describe, expect, test } from 'bun:test'
import { nobody, operator } from '../../src/accounts/caller.ts'
import { changes } from '../../src/payments/changes.ts'
import { tenant } from '../accounts/tenant.ts'
import { reasonOf as refused } from '../refused.ts'
import { called, forged } from './scripted-rail.ts'
import { anywhere, day, hour, shop } from './shop.ts'

const wish = { client: '192.0.2.1', returnTo: (id: string) => `https://mail.example/app/checkout/${id}` }

describe('an order', () => {
  test('is checked in this order: the plan, the rail, whether that is set up, the price', async () => {
    const { payments } = shop({ without: ['lightning'] })
    const why = (plan: string, rail: string) => refused(payments.order(nobody, { ...wish, plan, rail }))
    expect(await why('no-such', 'no-such')).toBe('plan-unknown')
    expect(await why('anonymous', 'manual')).toBe('plan-unknown')
    expect(await why('free', 'no-such')).toBe('rail-unknown')
    expect(await why('free', 'lightning')).toBe('rail-unavailable')
    expect(await why('free', 'stripe')).toBe('plan-unsold')
    expect((await payments.order(nobody, { ...wish, plan: 'free', rail: 'manual' })).invoice.state).toBe('pending')
  })

  test('leads to where it is paid, and from there back to its page with its secret', async () => {
    const { order, stripe } = shop()
    const { id, checkoutUrl, secret } = await order('stripe')
    expect(checkoutUrl).toBe('https://stripe.example/pay/1')
    expect(stripe.begun[0]?.returnUrl).toBe(`https://mail.example/app/checkout/${id}#${secret}`)
    expect(secret).toMatch(/^\w{40}$/)
    const manual = await order('manual')
    expect(manual.checkoutUrl).toBe(`https://mail.example/app/checkout/${manual.id}#${manual.secret}`)
  })

  test('keeps its secret nowhere in clear', async () => {
    const { core, order } = shop()
    const { secret } = await order('manual')
    const rows = core.connection.sqlite.query('select * from invoices').all()
    expect(JSON.stringify(rows)).not.toContain(secret)
  })

  test('that the rail cannot begin leaves nothing behind, and says which rail it was', async () => {
    const { stripe, order, payments } = shop()
    stripe.isDown = true
    const error = await order('stripe').catch((error) => error)
    expect(error).toMatchObject({ reason: 'rail-unavailable', details: { rail: 'stripe' } })
    expect(await payments.newest(operator, { before: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([])
  })

  test('is one of twenty that may wait, of an address or an account, also with many at once', async () => {
    const { order, core, payments, pass } = shop()
    const many = await Promise.allSettled(Array.from({ length: 50 }, () => order('manual')))
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
    expect(await refused(order('manual'))).toBe('too-many-invoices')
    // Neither another address nor an account waits for it.
    await order('manual', { client: '192.0.2.2' })
    const { caller } = await tenant(core)
    await order('manual', { caller })
    await payments.payByHand(operator, (await payments.newest(operator, { before: 5, limit: 1 }))[0]?.id ?? '')
    await order('manual')
    await pass(day + 1)
    await order('manual')
  })

  test('is one of a hundred in a day, paid or not', async () => {
    const { order, payments } = shop()
    for (let n = 0; n < 100; n++) await payments.payByHand(operator, (await order('manual')).id)
    expect(await refused(order('manual'))).toBe('too-many-invoices')
  })
})

describe('a payment', () => {
  test('makes an account without members on its plan, and a key that is handed out once', async () => {
    const { order, paid, invoice, payments, core, account } = shop()
    const { id, secret } = await order('stripe')
    expect(await refused(payments.handOut(id, secret, ''))).toBe('invoice-unpaid')
    await paid('stripe', id, { until: core.clock.now + 30 * day, subscription: 'sub_1' })
    const { accountId, keyId, state } = await invoice(id)
    expect(state).toBe('paid')
    expect(keyId).toBeString()
    expect((await payments.look(id, secret)).key).toBe('ready')
    expect(await refused(payments.handOut(id, 'wrong', ''))).toBe('invoice-unknown')
    const handed = await payments.handOut(id, secret, '192.0.2.1')
    expect(handed.keyId).toBe(keyId ?? '')
    expect(handed.key).toMatch(/^mf_\w{30}$/)
    expect(await refused(payments.handOut(id, secret, ''))).toBe('key-shown')
    expect((await payments.look(id, secret)).key).toBe('shown')
    const caller = await core.keys.holder(handed.key, anywhere)
    expect(caller.account).toMatchObject({ id: accountId, plan: 'dev', state: 'active', lapsedAt: null })
    expect(await core.accounts.members(caller)).toEqual([])
    expect(await account(accountId)).toMatchObject({ plan: 'dev' })
  })

  test('hands out one key to a hundred presses at once', async () => {
    const { order, paid, payments } = shop()
    const { id, secret } = await order('lightning')
    await paid('lightning', id)
    const presses = await Promise.allSettled(Array.from({ length: 100 }, () => payments.handOut(id, secret, '')))
    expect(presses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('by an account extends it, and makes no new key', async () => {
    const { order, paid, invoice, core, account, payments } = shop()
    const { caller } = await tenant(core, { plan: 'free' })
    const { id, secret } = await order('lightning', { caller, plan: 'team' })
    await paid('lightning', id)
    expect(await invoice(id)).toMatchObject({ accountId: caller.account.id, keyId: caller.key?.id })
    expect(await account(caller.account.id)).toMatchObject({ plan: 'team' })
    expect((await payments.look(id, secret)).key).toBe('none')
    expect(await refused(payments.handOut(id, secret, ''))).toBe('key-shown')
  })

  test('counts once, by whichever notices it is told, and though its invoice had expired', async () => {
    const { order, paid, expired, invoice, core, pass } = shop()
    const { id } = await order('lightning')
    await expired('lightning', id)
    expect((await invoice(id)).state).toBe('expired')
    await pass(2 * day)
    await paid('lightning', id, { id: 'one' })
    const until = core.clock.now + 30 * day
    expect(await invoice(id)).toMatchObject({ state: 'paid', paidUntil: until })
    await pass(day)
    await paid('lightning', id, { id: 'one' })
    await paid('lightning', id, { id: 'two' })
    await expired('lightning', id)
    expect(await invoice(id)).toMatchObject({ state: 'paid', paidUntil: until })
  })

  test('is not taken from who did not sign it, nor for an invoice of another rail, nor for none', async () => {
    const { order, payments, tell, invoice, core } = shop()
    const { id } = await order('stripe')
    const notice = { id: 'x', invoiceId: id, at: 0, what: 'paid', until: null, subscription: null } as const
    const { body, headers } = forged(notice)
    expect(await refused(payments.hear('stripe', body, headers))).toBe('credential-wrong')
    expect(await refused(payments.hear('manual', called(notice).body, called(notice).headers))).toBe('credential-wrong')
    await tell('lightning', notice)
    await tell('stripe', { ...notice, invoiceId: core.outside.uuid() })
    expect((await invoice(id)).state).toBe('pending')
    await tell('stripe', notice)
    expect((await invoice(id)).state).toBe('paid')
  })

  test('by hand is good for any rail, once, and only from an admin', async () => {
    const { order, payments, core, paid } = shop()
    const { id } = await order('stripe')
    const { caller } = await tenant(core)
    expect(await refused(payments.payByHand(caller, id))).toBe('forbidden')
    expect(await payments.payByHand(operator, id)).toMatchObject({ wasPaid: false, invoice: { state: 'paid' } })
    expect(await payments.payByHand(operator, id)).toMatchObject({ wasPaid: true })
    // The service's own word comes late: it extends nothing that it did not pay for.
    await paid('stripe', id, { until: core.clock.now + 31 * day, subscription: 'sub_1' })
    expect(await payments.payByHand(operator, id)).toMatchObject({ invoice: { paidUntil: core.clock.now + 31 * day } })
    expect(await refused(payments.payByHand(operator, core.outside.uuid()))).toBe('invoice-unknown')
  })

  test('for the same plan adds its days to what is left', async () => {
    const { bought, order, paid, invoice, core, pass } = shop()
    const { caller } = await bought('dev')
    await pass(10 * day)
    const again = await order('lightning', { caller })
    await paid('lightning', again.id)
    expect((await invoice(again.id)).paidUntil).toBe(core.clock.now + 50 * day)
  })

  test('for another plan puts it above the first, which runs on below', async () => {
    const { bought, order, paid, pass, account } = shop()
    const { caller } = await bought('dev')
    const id = caller.account.id
    await pass(10 * day)
    const { id: team } = await order('stripe', { caller, plan: 'team' })
    await paid('stripe', team, { until: Date.UTC(2026, 0, 21), subscription: 'sub_t' })
    expect(await account(id)).toMatchObject({ plan: 'team' })
    await pass(10 * day + 6 * hour)
    expect(await account(id)).toMatchObject({ plan: 'dev', lapsedAt: null })
    await pass(11 * day)
    expect((await account(id)).lapsedAt).not.toBeNull()
  })

  test('for an account that was deleted meanwhile makes another, whose key the page hands out', async () => {
    const { core, order, paid, payments } = shop()
    const { caller } = await tenant(core, { plan: 'free' })
    const { id, secret } = await order('lightning', { caller })
    await core.accounts.delete(operator, caller.account.id)
    await paid('lightning', id)
    const { key } = await payments.handOut(id, secret, '')
    expect((await core.keys.holder(key, anywhere)).account).toMatchObject({ plan: 'dev' })
  })

  test('of a subscription whose account was deleted is no new account', async () => {
    const { core, bought, order, paid } = shop()
    const { caller } = await bought()
    const { id } = await order('stripe', { caller })
    await paid('stripe', id, { until: core.clock.now + 40 * day, subscription: 'sub_1' })
    await core.accounts.delete(operator, caller.account.id)
    await paid('stripe', id, { until: core.clock.now + 70 * day, subscription: 'sub_1' })
    expect(await core.accounts.list(operator, { after: 0, limit: 10 })).toEqual([])
  })
})

describe('what was paid for', () => {
  test('runs out: an account that a payment made is shut until it pays again, by the same key', async () => {
    const { bought, core, pass, order, paid } = shop()
    const { key } = await bought('dev')
    await pass(30 * day - 1)
    await core.keys.holder(key, anywhere)
    await pass(1)
    expect(await refused(core.keys.holder(key, anywhere))).toBe('plan-lapsed')
    const caller = await core.keys.holder(key, anywhere, { lapsed: true })
    const { id } = await order('lightning', { caller })
    await paid('lightning', id)
    expect((await core.keys.holder(key, anywhere)).account).toMatchObject({ plan: 'dev', lapsedAt: null })
  })

  test('runs out: an account from before goes back to the plan that it had', async () => {
    const { core, pass, order, paid, account } = shop()
    const { caller, secret } = await tenant(core, { plan: 'free' })
    const { id } = await order('lightning', { caller, plan: 'team' })
    await paid('lightning', id)
    await pass(30 * day)
    expect(await account(caller.account.id)).toMatchObject({ plan: 'free', lapsedAt: null })
    await core.keys.holder(secret, anywhere)
    // And again, though it was put on another meanwhile.
    await core.accounts.setPlan(operator, caller.account.id, 'hobbyist')
    const again = await order('lightning', { caller, plan: 'team' })
    await paid('lightning', again.id)
    await pass(30 * day)
    expect(await account(caller.account.id)).toMatchObject({ plan: 'hobbyist' })
  })

  test('ends streams and waits of the account when it runs out', async () => {
    const { bought, core, pass } = shop()
    const { caller } = await bought()
    const gone = Promise.withResolvers<string>()
    core.standing.watch(caller, gone.resolve)
    await pass(30 * day)
    expect(await gone.promise).toBe('plan-lapsed')
  })

  test('of a subscription goes on for the grace until its renewal is told of', async () => {
    const { core, order, paid, pass, payments, invoice } = shop()
    const { id, secret } = await order('stripe')
    const until = core.clock.now + 30 * day
    await paid('stripe', id, { until, subscription: 'sub_1' })
    const { key } = await payments.handOut(id, secret, '')
    await pass(30 * day + 5 * hour)
    await core.keys.holder(key, anywhere)
    await paid('stripe', id, { until: until + 30 * day, subscription: 'sub_1' })
    expect((await invoice(id)).paidUntil).toBe(until + 30 * day)
    await pass(30 * day)
    await core.keys.holder(key, anywhere)
    await pass(2 * hour)
    expect(await refused(core.keys.holder(key, anywhere))).toBe('plan-lapsed')
    // Renewed at last.
    await paid('stripe', id, { until: until + 90 * day, subscription: 'sub_1' })
    await core.keys.holder(key, anywhere)
  })

  test('ends at once with its subscription, told before or after the payment', async () => {
    for (const reordered of [false, true]) {
      const { core, order, paid, ended, payments } = shop()
      const { id, secret } = await order('stripe')
      const at = core.clock.now
      const pay = () => paid('stripe', id, { at, until: at + 30 * day, subscription: 'sub_1' })
      core.clock.now += day
      if (reordered) await ended('stripe', id, 'sub_1', at + hour)
      await pay()
      if (!reordered) await ended('stripe', id, 'sub_1', at + hour)
      const { key } = await payments.handOut(id, secret, '')
      expect(await refused(core.keys.holder(key, anywhere))).toBe('plan-lapsed')
    }
  })

  test('stays what an admin chooses instead, until it is paid again', async () => {
    const { bought, core, pass, account, order, paid } = shop()
    const { id: invoiceId, caller } = await bought('dev')
    const { id } = caller.account
    // Not by the same payment, told of by another name.
    await core.accounts.setPlan(operator, id, 'team')
    await paid('lightning', invoiceId)
    expect(await account(id)).toMatchObject({ plan: 'team' })
    const more = await order('lightning', { caller })
    await paid('lightning', more.id)
    expect(await account(id)).toMatchObject({ plan: 'dev' })
    await core.accounts.setPlan(operator, id, 'team')
    await pass(61 * day)
    expect(await account(id)).toMatchObject({ plan: 'team', lapsedAt: null })
  })

  test('that ran out is let in again by a plan that an admin chooses', async () => {
    const { bought, core, pass, account, order, paid } = shop()
    const { caller, key } = await bought('dev')
    const { id } = caller.account
    await pass(31 * day)
    expect(await refused(core.keys.holder(key, anywhere))).toBe('plan-lapsed')
    await core.accounts.setPlan(operator, id, 'hobbyist')
    await core.keys.holder(key, anywhere)
    await pass(31 * day)
    expect(await account(id)).toMatchObject({ plan: 'hobbyist', lapsedAt: null })
    const again = await order('lightning', { caller })
    await paid('lightning', again.id)
    expect(await account(id)).toMatchObject({ plan: 'dev' })
    await pass(31 * day)
    expect(await account(id)).toMatchObject({ plan: 'hobbyist', lapsedAt: null })
  })

  test('does not resume an account that was suspended', async () => {
    const { bought, core, order, paid, pass } = shop()
    const { caller, key } = await bought('dev')
    await core.accounts.setSuspended(operator, caller.account.id, true)
    const { id } = await order('lightning', { caller })
    await paid('lightning', id)
    expect(await refused(core.keys.holder(key, anywhere))).toBe('account-suspended')
    await pass(61 * day)
    await core.accounts.setSuspended(operator, caller.account.id, false)
    expect(await refused(core.keys.holder(key, anywhere))).toBe('plan-lapsed')
  })
})

describe('an invoice', () => {
  test('that a key ordered is told of to its account alone, any other to who knows its id', async () => {
    const { core, order, payments } = shop()
    const [one, other] = [await tenant(core), await tenant(core)]
    const { id: own } = await order('manual', { caller: one.caller })
    const { id: open } = await order('manual')
    expect((await payments.get(one.caller, own)).id).toBe(own)
    expect(await refused(payments.get(other.caller, own))).toBe('invoice-unknown')
    expect(await refused(payments.get(nobody, own))).toBe('credential-missing')
    for (const caller of [one.caller, other.caller, nobody]) expect((await payments.get(caller, open)).id).toBe(open)
    expect((await payments.own(one.caller, { before: 1000, limit: 10 })).map(({ id }) => id)).toEqual([own])
  })

  test('that nobody pays is over after a day, and forgotten a month later', async () => {
    const { order, invoice, pass, payments, core } = shop()
    const { id } = await order('stripe')
    await pass(day - 1)
    expect((await invoice(id)).state).toBe('pending')
    await pass(1)
    expect((await invoice(id)).state).toBe('expired')
    expect(payments.counts()).toEqual([{ rail: 'stripe', state: 'expired', n: 1 }])
    await order('stripe')
    expect(payments.counts()).toContainEqual({ rail: 'stripe', state: 'pending', n: 1 })
    core.clock.now += 30 * day
    await payments.tidy()
    expect((await invoice(id)).id).toBe(id)
    core.clock.now += 1
    await payments.tidy()
    expect(await refused(payments.get(operator, id))).toBe('invoice-unknown')
  })
})

test('of orders that nobody paid the newest are kept, so that nobody can fill the disk with them', async () => {
  const { core, order, invoice, pass, paid } = shop()
  const ids: string[] = []
  for (let n = 0; n < 6; n++) ids.push((await order('stripe', { client: `192.0.2.${n}` })).id)
  await paid('stripe', ids[1] ?? '')
  await pass(day)
  const waiting = (await order('stripe')).id
  const { db, sqlite } = core.connection
  const now = core.clock.now
  const tidy = changes['payments.tidy']
  expect(tidy({ db, sqlite, tell: () => 0 }, { unpaid: 0, over: 0, now, mostUnpaid: 3 })).toBe(false)
  const kept = await Promise.all(
    [...ids, waiting].map((id) =>
      invoice(id).then(
        () => true,
        () => false,
      ),
    ),
  )
  expect(kept).toEqual([false, true, false, true, true, true, true])
})

test('no secret of an invoice or a key is told to the log', async () => {
  const { core, bought } = shop()
  const { key, secret } = await bought()
  const rows = ['invoices', 'keys', 'audit', 'payment_notices', 'purchases'].map((table) =>
    core.connection.sqlite.query(`select * from ${table}`).all(),
  )
  const stored = JSON.stringify(rows)
  expect(stored).not.toContain(key)
  expect(stored).not.toContain(secret)
  expect(stored).toContain('invoice.paid')
})
