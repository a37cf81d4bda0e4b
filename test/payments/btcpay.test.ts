// Single payments through a BTCPay server, against a stand-in that speaks as its Greenfield API does.
import { afterAll, beforeEach, expect, test } from 'bun:test'
import { BtcpayRail } from '../../src/payments/btcpay.ts'
import { reasonOf } from '../refused.ts'
import { btcpayStandIn } from './btcpay-stand-in.ts'
import { clock, day, hear, logbook, minute, order, returnUrl } from './rail-stage.ts'
import { hmac, troubles } from './stand-in.ts'

const begun = Date.UTC(2026, 0, 1)
const btcpay = btcpayStandIn(() => clock.now)
afterAll(() => btcpay[Symbol.asyncDispose]())

const { lines, log } = logbook()
const outside = { now: () => clock.now }
const rules = {
  url: btcpay.url,
  storeId: btcpay.storeId,
  apiKey: btcpay.apiKey,
  webhookSecret: btcpay.webhookSecret,
  ownSecret: new Uint8Array(32).fill(7),
  milliseconds: 5000,
}
const rail = new BtcpayRail(rules, outside, log)

beforeEach(() => {
  clock.now = begun
  btcpay.trouble.by = null
  btcpay.got.length = 0
  lines.length = 0
})

let invoices = 0
const nextInvoice = (): string => `01HF5BTCPAY${String(++invoices).padStart(15, '0')}`

async function ordered() {
  const invoiceId = nextInvoice()
  const { reference } = await rail.begin(order(invoiceId))
  return { invoiceId, reference }
}

const stored = (reference: string) => {
  const found = btcpay.invoices.get(reference)
  if (!found) throw new Error(`no invoice ${reference}`)
  return found
}

test('a payment begins with an invoice at the price of the plan', async () => {
  const { reference, checkoutUrl } = await rail.begin(order('01HF5A', { expiresAt: clock.now + 90 * minute }))
  expect(checkoutUrl).toBe(`${btcpay.url}/i/${reference}`)
  expect(stored(reference)).toMatchObject({
    amount: '4.50',
    currency: 'EUR',
    metadata: { orderId: '01HF5A' },
    checkout: { redirectURL: returnUrl, expirationMinutes: 90 },
  })
  expect(lines).toEqual([])
})

test('amounts are written as BTCPay reads them', async () => {
  const asked: Record<string, string> = {}
  for (const amount of [5, 0.1, 1e-8, 0.00000123, 1e9, 999_999_999.99, 10, 100]) {
    const one = order(nextInvoice())
    one.plan.prices = { ...one.plan.prices, btcpay: { amount, currency: 'EUR' } }
    await rail.begin(one)
    asked[amount] = JSON.parse(btcpay.got.at(-1)?.body ?? '').amount
  }
  expect(asked).toEqual({
    5: '5',
    0.1: '0.1',
    1e-8: '0.00000001',
    0.00000123: '0.00000123',
    1e9: '1000000000',
    999999999.99: '999999999.99',
    10: '10',
    100: '100',
  })
})

test('an invoice that is over nearly can be paid for a minute', async () => {
  for (const expiresAt of [clock.now - day, clock.now, clock.now + 1000]) {
    const { reference } = await rail.begin(order(nextInvoice(), { expiresAt }))
    expect(stored(reference).checkout).toMatchObject({ expirationMinutes: 1 })
  }
})

test('a plan without a price is not sold', async () => {
  const { plan } = order('x')
  const unsold = { ...plan, prices: { ...plan.prices, btcpay: null } }
  expect([rail.sells(plan), rail.sells(unsold)]).toEqual([true, false])
  expect(await reasonOf(rail.begin(order(nextInvoice(), { plan: unsold })))).toBe('rail-unavailable')
  expect(btcpay.got).toEqual([])
})

test('paying makes it paid once, for the days of the plan, whichever call is heard', async () => {
  const { invoiceId, reference } = await ordered()
  clock.now += 10 * minute
  const calls = btcpay.pay(reference)
  expect(calls.map(({ type }) => type)).toEqual([
    'InvoiceReceivedPayment',
    'InvoiceProcessing',
    'InvoicePaymentSettled',
    'InvoiceSettled',
  ])
  const notice = { what: 'paid', id: `paid/${reference}`, invoiceId, at: clock.now, until: null, subscription: null }
  const heard = await Promise.all(calls.map((call) => hear(rail, btcpay.signed(call))))
  expect<unknown[]>(heard).toEqual([null, null, notice, notice])
})

test('a call that is sent again says the same, in any order', async () => {
  const { reference } = await ordered()
  const calls = btcpay.pay(reference)
  const settled = calls.at(-1) ?? {}
  const first = await hear(rail, btcpay.signed(settled))
  clock.now += 3 * day
  expect(await hear(rail, btcpay.signed(btcpay.again(settled)))).toEqual(first)
  // What was told before counts as it is now.
  const expired = { ...settled, type: 'InvoiceExpired' }
  expect(await hear(rail, btcpay.signed(expired))).toEqual(first)
})

test('an invoice that nobody paid expires', async () => {
  const { invoiceId, reference } = await ordered()
  const [call] = btcpay.expire(reference)
  const notice = { what: 'expired', id: `expired/${reference}`, invoiceId, at: clock.now } as const
  expect(await hear(rail, btcpay.signed(call))).toEqual(notice)
})

test('one that is paid late is paid when the operator says so there', async () => {
  const { invoiceId, reference } = await ordered()
  btcpay.expire(reference)
  for (const call of btcpay.payLate(reference)) {
    expect((await hear(rail, btcpay.signed(call)))?.what).not.toBe('paid')
  }
  const [settled] = btcpay.mark(reference, 'Settled')
  expect(await hear(rail, btcpay.signed(settled))).toMatchObject({ what: 'paid', invoiceId })
})

test('one that the operator calls invalid is not paid', async () => {
  const { invoiceId, reference } = await ordered()
  const [call] = btcpay.mark(reference, 'Invalid')
  expect(await hear(rail, btcpay.signed(call))).toMatchObject({ what: 'expired', invoiceId })
})

test('a call alone grants nothing: the server must say that it is settled', async () => {
  const { reference } = await ordered()
  const [settled] = btcpay.pay(reference).slice(-1)
  for (const status of ['New', 'Processing', 'SomethingNew']) {
    stored(reference).status = status
    expect(await hear(rail, btcpay.signed(settled))).toBeNull()
  }
  stored(reference).status = 'Settled'
  expect(await hear(rail, btcpay.signed(settled))).toMatchObject({ what: 'paid' })
})

test('an invoice with another amount or currency than asked for grants nothing, and the log says so', async () => {
  for (const wrong of [
    { amount: '0.01' },
    { amount: '4.49' },
    { amount: 'NaN' },
    { amount: '' },
    { currency: 'SATS' },
  ]) {
    const { invoiceId, reference } = await ordered()
    const [settled] = btcpay.pay(reference).slice(-1)
    Object.assign(stored(reference), wrong)
    lines.length = 0
    expect(await hear(rail, btcpay.signed(settled))).toBeNull()
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', invoiceId, reference })
  }
})

test('an invoice that is answered in the place of another, or is of another store, grants nothing', async () => {
  const [mine, others] = [await ordered(), await ordered()]
  const [settled] = btcpay.pay(mine.reference).slice(-1)
  btcpay.pay(others.reference)
  btcpay.trouble.by = () => Response.json(stored(others.reference))
  expect(await hear(rail, btcpay.signed(settled))).toBeNull()
  btcpay.trouble.by = () => Response.json({ ...stored(mine.reference), storeId: 'Another' })
  expect(await hear(rail, btcpay.signed(settled))).toBeNull()
})

test('an invoice that was not made here grants nothing, whatever order it names', async () => {
  const { invoiceId, reference } = await ordered()
  const button = btcpay.pressPayButton({ orderId: invoiceId, price: '0.01', currency: 'EUR' })
  const [paidCheaply] = btcpay.pay(button.id).slice(-1)
  expect(await hear(rail, btcpay.signed(paidCheaply))).toBeNull()

  const ours = stored(reference).metadata['mayfly']
  // With what stands on ours, and its own price said to be the one asked for.
  for (const mayfly of [
    ours,
    Object.assign({}, ours, { amount: '0.01' }),
    {
      amount: '0.01',
      currency: 'EUR',
      mark: hmac(rules.webhookSecret, JSON.stringify(['btcpay', invoiceId, '0.01', 'EUR'])),
    },
    { amount: '0.01', currency: 'EUR', mark: '' },
  ]) {
    Object.assign(button.metadata, { mayfly })
    expect(await hear(rail, btcpay.signed(paidCheaply))).toBeNull()
  }
  // And ours, for another order of the same price.
  const other = await ordered()
  Object.assign(button, { amount: '4.50', metadata: { orderId: other.invoiceId, mayfly: ours } })
  expect(await hear(rail, btcpay.signed(paidCheaply))).toBeNull()
})

test('what was begun before a secret of BTCPay was changed is paid after it', async () => {
  const { invoiceId, reference } = await ordered()
  const changed = new BtcpayRail({ ...rules, webhookSecret: 'the new one' }, outside, log)
  const [settled] = btcpay.pay(reference).slice(-1)
  expect(await hear(changed, btcpay.signed(settled, 'the new one'))).toMatchObject({ what: 'paid', invoiceId })
})

test('what else the store sells, and what else BTCPay tells, is nothing to us', async () => {
  const { reference } = await ordered()
  const [settled] = btcpay.pay(reference).slice(-1)
  const shop = btcpay.pressPayButton({ orderId: 'shop-17', price: '12', currency: 'EUR' })
  const nothing = [
    ...btcpay.pay(shop.id),
    { ...settled, storeId: 'AnotherStore' },
    // As its own page sends them to try a webhook.
    { ...settled, invoiceId: '__test__5f1c2a7e-0d5c-4a53-9d0e-6f6e0a4a2b11__test__' },
    { type: 'PayoutCreated', timestamp: 1, storeId: btcpay.storeId },
    { type: 'InvoiceCreated', timestamp: 1, storeId: btcpay.storeId, invoiceId: reference },
  ]
  for (const call of nothing) expect(await hear(rail, btcpay.signed(call))).toBeNull()
})

test('a call that BTCPay did not sign is refused before anything is asked', async () => {
  const { reference } = await ordered()
  const [settled] = btcpay.pay(reference).slice(-1)
  const good = btcpay.signed(settled)
  const signature = good.headers['btcpay-sig'] ?? ''
  btcpay.got.length = 0
  const forged = {
    'no signature': { ...good, headers: {} },
    'an empty one': { ...good, headers: { 'btcpay-sig': '' } },
    "another webhook's secret": btcpay.signed(settled, 'another-secret'),
    'the API key as the secret': btcpay.signed(settled, btcpay.apiKey),
    'another body': { ...good, body: `${good.body} ` },
    'no body': { ...good, body: '' },
    'a signature cut short': { ...good, headers: { 'btcpay-sig': signature.slice(0, -1) } },
    'without its scheme': { ...good, headers: { 'btcpay-sig': signature.replace('sha256=', '') } },
    'another scheme': { ...good, headers: { 'btcpay-sig': signature.replace('sha256', 'sha1') } },
    'a character of two bytes': { ...good, headers: { 'btcpay-sig': `${signature.slice(0, -2)}é` } },
  }
  for (const [name, call] of Object.entries(forged)) {
    expect([name, await reasonOf(hear(rail, call))]).toEqual([name, 'credential-wrong'])
  }
  expect(btcpay.got).toEqual([])
  expect(await reasonOf(hear(rail, good))).toBe('no refusal')
})

test('what is signed and is no call of BTCPay is refused', async () => {
  const { reference } = await ordered()
  const [settled] = btcpay.pay(reference).slice(-1)
  btcpay.got.length = 0
  for (const said of [
    '{',
    'null',
    '[]',
    '{}',
    ...[
      { type: 5 },
      { timestamp: 'now' },
      { timestamp: -1 },
      { timestamp: 1e300 },
      { invoiceId: '../../../server/info' },
      { invoiceId: 'a?b' },
      { invoiceId: '' },
      { invoiceId: ['x'] },
      { storeId: null },
    ].map((wrong) => JSON.stringify({ ...settled, ...wrong })),
  ]) {
    expect([said, await reasonOf(hear(rail, btcpay.signed(said)))]).toEqual([said, 'invalid-request'])
  }
  expect(btcpay.got).toEqual([])
})

const secrets = [btcpay.apiKey, btcpay.webhookSecret, 'theSecretOfTheInvoice']

test.each(troubles)('when BTCPay answers with %s, it is not there at the moment', async (name, answer, cause) => {
  // Only what never comes is not waited for.
  const milliseconds = cause === 'it took too long' ? 300 : rules.milliseconds
  const hasty = new BtcpayRail({ ...rules, milliseconds }, outside, log)
  const { invoiceId, reference } = await ordered()
  const [settled] = btcpay.pay(reference).slice(-1)
  btcpay.trouble.by = answer
  expect(await reasonOf(hasty.begin(order(nextInvoice())))).toBe('rail-unavailable')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ rail: 'lightning', cause: expect.stringContaining(cause) })
  // An answer with an id and nothing of ours is an invoice of another's.
  const heard = name === 'an address that runs a script' ? 'no refusal' : 'rail-unavailable'
  expect(await reasonOf(hear(hasty, btcpay.signed(settled)))).toBe(heard)
  for (const secret of secrets) expect(lines.join('')).not.toContain(secret)
  // It comes back, and is asked when the call comes again.
  btcpay.trouble.by = null
  expect(await hear(rail, btcpay.signed(settled))).toMatchObject({ what: 'paid', invoiceId })
})

test('when BTCPay cannot be reached, or does not take our key, it is not there at the moment', async () => {
  for (const [wrong, cause] of [
    [{ url: 'http://127.0.0.1:1' }, 'the connection was refused'],
    [{ url: 'http://nowhere.invalid' }, 'the name has no address'],
    [{ apiKey: 'not-this-one' }, 'it answered 401'],
    [{ storeId: 'Another' }, 'it answered 403'],
    [{ url: btcpay.url.replace('/btcpay', '') }, 'it answered 403'],
  ] as const) {
    lines.length = 0
    expect(await reasonOf(new BtcpayRail({ ...rules, ...wrong }, outside, log).begin(order(nextInvoice())))).toBe(
      'rail-unavailable',
    )
    expect(lines.join('')).toContain(cause)
    for (const secret of [...secrets, 'not-this-one']) expect(lines.join('')).not.toContain(secret)
  }
})

test('what BTCPay finds wrong is not said again in the log, since it may say all that was sent', async () => {
  const dollars = order(nextInvoice())
  dollars.plan.prices = { ...dollars.plan.prices, btcpay: { amount: 5, currency: 'USD' } }
  expect(await reasonOf(rail.begin(dollars))).toBe('rail-unavailable')
  expect(lines.join('')).toContain('it answered 422')
  for (const secret of secrets) expect(lines.join('')).not.toContain(secret)
})
