// Subscriptions through Stripe, against a stand-in that speaks as its API does.
import { afterAll, beforeEach, expect, spyOn, test } from 'bun:test'
import { StripeRail } from '../../src/payments/stripe.ts'
import { priceIn } from '../../src/payments/stripe-shapes.ts'
import { reasonOf } from '../refused.ts'
import { clock, day, hear, logbook, minute, order, returnUrl } from './rail-stage.ts'
import { bytesOf, troubles } from './stand-in.ts'
import { month, stripeStandIn } from './stripe-stand-in.ts'

const begun = Date.UTC(2026, 0, 1)
const stripe = stripeStandIn(() => clock.now)
afterAll(() => stripe[Symbol.asyncDispose]())

const { lines, log } = logbook()
const outside = { now: () => clock.now }
const rules = {
  secretKey: stripe.secretKey,
  webhookSecret: stripe.webhookSecret,
  apiUrl: stripe.url,
  milliseconds: 5000,
}
const rail = new StripeRail(rules, outside, log)

beforeEach(() => {
  clock.now = begun
  stripe.trouble.by = null
  stripe.version.is = 'basil'
  stripe.got.length = 0
  lines.length = 0
})

let invoices = 0
const nextInvoice = (): string => `01HF5STRIPE${String(++invoices).padStart(15, '0')}`

async function checkout() {
  const invoiceId = nextInvoice()
  const { reference } = await rail.begin(order(invoiceId))
  return { invoiceId, sessionId: reference }
}

/** Checked out and paid for its first month. */
async function subscribed() {
  const { invoiceId, sessionId } = await checkout()
  stripe.pay(sessionId)
  return { invoiceId, subscription: stripe.sessions.get(sessionId)?.subscription ?? '' }
}

test('a payment begins with a session for a subscription at the price of the plan', async () => {
  const { reference, checkoutUrl, price } = await rail.begin(order('01HF5A'))
  expect(price).toEqual({ amount: '5.00', currency: 'EUR' })
  expect(checkoutUrl).toBe(`https://checkout.stripe.example/c/pay/${reference}#fid=1`)
  expect(stripe.sessions.get(reference)).toMatchObject({
    mode: 'subscription',
    client_reference_id: '01HF5A',
    metadata: { mayfly_invoice: '01HF5A' },
    subscription_metadata: { mayfly_invoice: '01HF5A' },
    success_url: returnUrl,
    cancel_url: returnUrl,
  })
  expect(lines).toEqual([])
})

test('nothing but what is needed goes to Stripe', async () => {
  await rail.begin(order('01HF5B'))
  await rail.begin(order('01HF5C'))
  expect(stripe.got).toHaveLength(2)
  for (const { headers } of stripe.got) {
    expect(headers.has('x-stripe-client-telemetry')).toBe(false)
    expect(headers.get('stripe-version')).toMatch(/^20\d\d-/)
  }
})

test('the same invoice gets the same session, also when the first answer was lost', async () => {
  const invoiceId = nextInvoice()
  let isFirst = true
  stripe.trouble.by = () => {
    stripe.trouble.by = null
    isFirst = false
    return Response.json({ error: { message: 'oops' } }, { status: 503 })
  }
  const first = await rail.begin(order(invoiceId))
  expect(isFirst).toBe(false)
  expect(await rail.begin(order(invoiceId))).toEqual(first)
  expect([...stripe.sessions.values()].filter(({ metadata }) => metadata['mayfly_invoice'] === invoiceId)).toHaveLength(
    1,
  )
})

test('a session ends with its invoice, within what Stripe takes', async () => {
  for (const expiresAt of [
    clock.now - day,
    clock.now,
    clock.now + minute,
    clock.now + 60 * minute,
    clock.now + 30 * day,
  ]) {
    const { reference } = await rail.begin(order(nextInvoice(), { expiresAt }))
    const endsAt = Number(stripe.sessions.get(reference)?.expires_at) * 1000
    expect(endsAt).toBeGreaterThanOrEqual(clock.now + 30 * minute)
    expect(endsAt).toBeLessThanOrEqual(clock.now + day)
    if (expiresAt === clock.now + 60 * minute) expect(endsAt).toBe(expiresAt)
  }
})

test('a plan without a price is not sold', async () => {
  const { plan } = order('x')
  const unsold = { ...plan, prices: { ...plan.prices, stripe: null } }
  expect(rail.sells(plan)).toBe(true)
  expect(rail.sells(unsold)).toBe(false)
  expect(await reasonOf(rail.begin(order(nextInvoice(), { plan: unsold })))).toBe('rail-unavailable')
  expect(stripe.got).toEqual([])
})

test('paying makes it paid until the end of the period, once for the session and its invoice', async () => {
  const { invoiceId, sessionId } = await checkout()
  clock.now += 5 * minute
  const events = stripe.pay(sessionId)
  expect(events.map(({ type }) => type)).toEqual(['checkout.session.completed', 'invoice.paid'])
  const [completed, paid] = await Promise.all(events.map((event) => hear(rail, stripe.signed(event))))
  const session = stripe.sessions.get(sessionId)
  expect(completed).toEqual({
    what: 'paid',
    id: `paid/${session?.invoice}`,
    invoiceId,
    at: clock.now,
    until: clock.now + month * 1000,
    subscription: session?.subscription ?? '',
  })
  expect(paid).toEqual(completed)
})

test('an event that comes again, late, says the same', async () => {
  const { sessionId } = await checkout()
  const events = stripe.pay(sessionId)
  const first = await Promise.all(events.map((event) => hear(rail, stripe.signed(event))))
  clock.now += 3 * day
  // Stripe signs each try anew.
  const again = await Promise.all(events.map((event) => hear(rail, stripe.signed(event))))
  expect(again).toEqual(first)
})

test('what is paid again is paid until the end of its own period, in every version of the API', async () => {
  for (const version of ['basil', 'acacia'] as const) {
    stripe.version.is = version
    const { invoiceId, subscription } = await subscribed()
    const from = clock.now
    clock.now += month * 1000
    const [renewal] = stripe.renew(subscription)
    const notice = await hear(rail, stripe.signed(renewal))
    expect(notice).toMatchObject({
      what: 'paid',
      invoiceId,
      subscription,
      at: clock.now,
      until: from + 2 * month * 1000,
    })
  }
})

test('an invoice is known by the mark of its subscription, wherever it stands', async () => {
  stripe.version.is = 'acacia'
  const { invoiceId, subscription } = await subscribed()
  const [renewal] = stripe.renew(subscription)
  const { lines, subscription_details: details, ...rest } = renewal?.data.object ?? {}
  const unmarked = JSON.parse(JSON.stringify(lines).replaceAll('mayfly_invoice', 'other'))
  const said = [
    stripe.other('invoice.paid', { ...rest, subscription_details: details, lines: unmarked }),
    // Before 2023 there were no details.
    stripe.other('invoice.paid', { ...rest, lines }),
  ]
  for (const event of said) {
    expect(await hear(rail, stripe.signed(event))).toMatchObject({ what: 'paid', invoiceId, subscription })
  }
  const neither = stripe.other('invoice.paid', { ...rest, lines: unmarked })
  expect(await hear(rail, stripe.signed(neither))).toBeNull()
})

test('a session that Stripe answers in the place of another grants nothing', async () => {
  const [mine, others] = [await checkout(), await checkout()]
  const [event] = stripe.pay(mine.sessionId)
  stripe.pay(others.sessionId)
  stripe.trouble.by = () => Response.json({ ...stripe.sessions.get(others.sessionId), invoice: null })
  expect(await reasonOf(hear(rail, stripe.signed(event)))).toBe('rail-unavailable')
})

test('the event of a first payment that comes after the second says what the first paid for', async () => {
  const { sessionId } = await checkout()
  const [completed] = stripe.pay(sessionId)
  const from = clock.now
  const { subscription } = stripe.sessions.get(sessionId) ?? {}
  stripe.renew(String(subscription))
  expect(await hear(rail, stripe.signed(completed))).toMatchObject({ what: 'paid', until: from + month * 1000 })
})

test('a payment that takes days is paid when it has come, or can be paid no more', async () => {
  const later = await checkout()
  for (const event of stripe.payLater(later.sessionId)) expect(await hear(rail, stripe.signed(event))).toBeNull()
  clock.now += 2 * day
  const [succeeded] = stripe.settle(later.sessionId, 'paid')
  expect(await hear(rail, stripe.signed(succeeded))).toMatchObject({ what: 'paid', invoiceId: later.invoiceId })

  const never = await checkout()
  stripe.payLater(never.sessionId)
  const [failed] = stripe.settle(never.sessionId, 'failed')
  expect(await hear(rail, stripe.signed(failed))).toMatchObject({ what: 'expired', invoiceId: never.invoiceId })
})

test('a first period that costs nothing is as good as paid for', async () => {
  const { invoiceId, sessionId } = await checkout()
  const [event] = stripe.pay(sessionId)
  Object.assign(stripe.sessions.get(sessionId) ?? {}, { payment_status: 'no_payment_required' })
  const until = clock.now + month * 1000
  expect(await hear(rail, stripe.signed(event))).toMatchObject({ what: 'paid', invoiceId, until })
})

test('a session says that it was paid, and Stripe does not: nothing was paid', async () => {
  const { sessionId } = await checkout()
  const [event] = stripe.payLater(sessionId)
  const told = { ...event, data: { object: { ...event?.data.object, payment_status: 'paid' } } }
  expect(await hear(rail, stripe.signed(told))).toBeNull()
})

test('a session that nobody went through expires', async () => {
  const { invoiceId, sessionId } = await checkout()
  const [event] = stripe.expire(sessionId)
  const notice = { what: 'expired', id: `expired/${sessionId}`, invoiceId, at: clock.now } as const
  expect(await hear(rail, stripe.signed(event))).toEqual(notice)
})

test('a subscription that was cancelled, or is not paid for good, has ended', async () => {
  const { invoiceId, subscription } = await subscribed()
  const [deleted] = stripe.cancel(subscription)
  expect(await hear(rail, stripe.signed(deleted))).toEqual({
    what: 'ended',
    id: `ended/${deleted?.id}`,
    invoiceId,
    at: clock.now,
    subscription,
  })
  for (const [status, what] of Object.entries({
    canceled: 'ended',
    unpaid: 'ended',
    incomplete_expired: 'ended',
    active: undefined,
    past_due: undefined,
    trialing: undefined,
    incomplete: undefined,
    paused: undefined,
  })) {
    const [updated] = stripe.become(subscription, status)
    expect([status, (await hear(rail, stripe.signed(updated)))?.what]).toEqual([status, what])
  }
})

test('one that ends, goes on and ends again has ended twice', async () => {
  const { subscription } = await subscribed()
  const [first] = stripe.become(subscription, 'unpaid')
  const [second] = stripe.become(subscription, 'canceled')
  const ids = await Promise.all([first, second].map(async (event) => (await hear(rail, stripe.signed(event)))?.id))
  expect(new Set(ids).size).toBe(2)
})

test('what else the account sells, and what else Stripe tells, is nothing to us', async () => {
  const elsewhere = { id: 'cs_x', metadata: {}, client_reference_id: '01HF5OTHER', payment_status: 'paid' }
  for (const event of [
    // A payment link may be opened with any reference.
    stripe.other('checkout.session.completed', elsewhere),
    stripe.other('checkout.session.expired', { ...elsewhere, metadata: null }),
    stripe.other('checkout.session.completed', { ...elsewhere, metadata: { mayfly_invoice: '' } }),
    stripe.other('checkout.session.completed', { ...elsewhere, metadata: { mayfly_invoice: 'x'.repeat(65) } }),
    stripe.other('checkout.session.completed', { ...elsewhere, metadata: { mayfly_invoice: '../../x' } }),
    stripe.other('invoice.paid', { id: 'in_x', metadata: { mayfly: '1' }, lines: { data: [] } }),
    stripe.other('invoice.paid', { id: 'in_x', lines: null }),
    stripe.other('customer.subscription.deleted', { id: 'sub_x', status: 'canceled', metadata: { shop: 'y' } }),
    stripe.other('customer.subscription.updated', { id: 'sub_x', status: ['canceled'] }),
    stripe.other('payout.paid', { id: 'po_x', metadata: { mayfly_invoice: '01HF5A' } }),
  ]) {
    expect([event.type, await hear(rail, stripe.signed(event))]).toEqual([event.type, null])
  }
  expect(stripe.got).toEqual([])
})

test('what is ours and not as Stripe sends it is refused', async () => {
  const metadata = { mayfly_invoice: '01HF5A' }
  for (const event of [
    stripe.other('checkout.session.completed', { id: 5, metadata }),
    stripe.other('checkout.session.completed', { id: 'x'.repeat(256), metadata }),
    stripe.other('customer.subscription.deleted', { id: null, status: 'canceled', metadata }),
    stripe.other('invoice.paid', { id: 'in_1', subscription_details: { metadata }, lines: { data: 'x' } }),
    stripe.other('invoice.paid', {
      id: 'in_1',
      subscription: 'sub_1',
      subscription_details: { metadata },
      lines: { data: [{ type: 'subscription', period: { end: 1e300 } }] },
    }),
  ]) {
    expect([event.type, await reasonOf(hear(rail, stripe.signed(event)))]).toEqual([event.type, 'invalid-request'])
  }
})

test('what is nested beyond all measure is nothing to us, or refused', async () => {
  const deep = '['.repeat(60_000) + ']'.repeat(60_000)
  const odd = JSON.stringify(stripe.other('invoice.paid', { id: 'in_1', lines: 'DEEP' })).replace('"DEEP"', deep)
  expect(await hear(rail, stripe.signed(odd))).toBeNull()
  const ours = odd.replace('"in_1"', '"in_1","metadata":{"mayfly_invoice":"x"}')
  expect(await reasonOf(hear(rail, stripe.signed(ours)))).toBe('invalid-request')
})

test('a call that Stripe did not sign is refused, whatever it says', async () => {
  const { sessionId } = await checkout()
  const [event] = stripe.pay(sessionId)
  const good = stripe.signed(event)
  const signature = good.headers['stripe-signature'] ?? ''
  const forged = {
    'no signature': { ...good, headers: {} },
    'an empty one': { ...good, headers: { 'stripe-signature': '' } },
    "another endpoint's secret": stripe.signed(event, { secret: 'whsec_another' }),
    'no secret': stripe.signed(event, { secret: ' ' }),
    'the API key as the secret': stripe.signed(event, { secret: stripe.secretKey }),
    'another body': { ...good, body: good.body.replace('"paid"', '"paid" ') },
    'nothing as the body': { ...good, body: '' },
    'another time': { ...good, headers: { 'stripe-signature': signature.replace(/t=\d+/, 't=1') } },
    'no time': { ...good, headers: { 'stripe-signature': signature.replace(/t=\d+,/, '') } },
    'a scheme that is none': stripe.signed(event, { scheme: 'v0' }),
    'a signature cut short': { ...good, headers: { 'stripe-signature': signature.slice(0, -1) } },
    'a signature of nothing': { ...good, headers: { 'stripe-signature': signature.replace(/v1=.*/, 'v1=') } },
    'a header without an end': { ...good, headers: { 'stripe-signature': `${'v1=a,'.repeat(10_000)}${signature}` } },
  }
  for (const [name, call] of Object.entries(forged)) {
    expect([name, await reasonOf(hear(rail, call))]).toEqual([name, 'credential-wrong'])
  }
  expect(await reasonOf(hear(rail, good))).toBe('no refusal')
})

test('a call that was signed long ago is refused', async () => {
  const { sessionId } = await checkout()
  const [event] = stripe.pay(sessionId)
  const call = stripe.signed(event)
  clock.now += 5 * minute
  expect(await reasonOf(hear(rail, call))).toBe('no refusal')
  clock.now += 1000
  expect(await reasonOf(hear(rail, call))).toBe('credential-wrong')
})

test('while its secret is changed, a call that bears the signatures of both is taken', async () => {
  const { sessionId } = await checkout()
  const [event] = stripe.pay(sessionId)
  const call = stripe.signed(event)
  const other = stripe.signed(event, { secret: 'whsec_the_new_one' }).headers['stripe-signature']?.split(',')[1]
  const headers = { 'stripe-signature': `${call.headers['stripe-signature']},${other}` }
  expect(await hear(rail, { ...call, headers })).toMatchObject({ what: 'paid' })
})

test('what is signed and is no event is refused', async () => {
  for (const said of ['{', 'null', '[]', '"event"', '{"id":"evt_1"}', '{"object":"v2.core.event"}', '\u0000']) {
    expect([said, await reasonOf(hear(rail, stripe.signed(said)))]).toEqual([said, 'invalid-request'])
  }
  const event = stripe.other('payout.paid', {})
  for (const wrong of [
    { created: -1 },
    { created: 1e20 },
    { created: '5' },
    { id: '' },
    { type: null },
    { data: null },
    { data: { object: [] } },
  ]) {
    expect(await reasonOf(hear(rail, stripe.signed({ ...event, ...wrong })))).toBe('invalid-request')
  }
})

const secrets = [stripe.secretKey, stripe.webhookSecret, 'theSecretOfTheInvoice']

test.each(troubles)('when Stripe answers with %s, it is not there at the moment', async (_, answer, cause) => {
  // Only what never comes is not waited for.
  const milliseconds = cause === 'it took too long' ? 300 : rules.milliseconds
  const hasty = new StripeRail({ ...rules, milliseconds }, outside, log)
  const { invoiceId, sessionId } = await checkout()
  const [event] = stripe.pay(sessionId)
  stripe.trouble.by = answer
  expect(await reasonOf(hasty.begin(order(nextInvoice())))).toBe('rail-unavailable')
  expect(await reasonOf(hear(hasty, stripe.signed(event)))).toBe('rail-unavailable')
  expect(lines).toHaveLength(2)
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ rail: 'stripe', cause: expect.stringContaining(cause) })
  for (const secret of secrets) expect(lines.join('')).not.toContain(secret)
  // It comes back, and so does the event.
  stripe.trouble.by = null
  expect(await hear(rail, stripe.signed(event))).toMatchObject({ what: 'paid', invoiceId })
})

test('when Stripe cannot be reached, it is not there at the moment', async () => {
  const gone = new StripeRail({ ...rules, apiUrl: 'http://127.0.0.1:1' }, outside, log)
  expect(await reasonOf(gone.begin(order(nextInvoice())))).toBe('rail-unavailable')
  expect(lines.join('')).toContain('the connection was refused')
})

test('what Stripe refuses is told to the log in its codes, and in none of its words', async () => {
  const wrongPrice = order(nextInvoice())
  wrongPrice.plan.prices = { ...wrongPrice.plan.prices, stripe: 'price_gone' }
  expect(await reasonOf(rail.begin(wrongPrice))).toBe('rail-unavailable')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    rail: 'stripe',
    invoiceId: wrongPrice.invoiceId,
    cause: 'it answered 400',
    code: 'resource_missing',
    param: 'line_items[0][price]',
    requestId: 'req_8Kd1',
  })
  // It says the key again, and here it is not even masked.
  const stranger = new StripeRail({ ...rules, secretKey: 'sk_live_wrong' }, outside, log)
  expect(await reasonOf(stranger.begin(order(nextInvoice())))).toBe('rail-unavailable')
  expect(lines[1]).toContain('it answered 401')
  for (const secret of [...secrets, 'sk_live_wrong']) expect(lines.join('')).not.toContain(secret)
})

test('a service that says our secrets wherever it can gets none of them into the log', async () => {
  using warned = spyOn(console, 'warn')
  for (const key of ['sk_secret', 'req_secret']) {
    const said = { type: key, code: key, param: key, message: key, decline_code: key, doc_url: key }
    stripe.trouble.by = () =>
      Response.json({ error: said }, { status: 400, headers: { 'request-id': key, 'stripe-notice': key } })
    const other = new StripeRail({ ...rules, secretKey: key }, outside, log)
    expect(await reasonOf(other.begin(order(nextInvoice())))).toBe('rail-unavailable')
  }
  expect(lines).toHaveLength(2)
  expect(lines.join('')).not.toContain('_secret')
  expect(warned).not.toHaveBeenCalled()
})

test('a body that is not UTF-8 is no call of Stripe', async () => {
  const call = stripe.signed(stripe.other('payout.paid', { id: 'po_1' }))
  const bytes = bytesOf(call)
  bytes[bytes.length - 3] = 0xff
  expect(await reasonOf(rail.hear(bytes, new Headers(call.headers)))).toBe('credential-wrong')
})

test.each([
  [
    { amount_total: 1999, currency: 'usd' },
    { amount: '19.99', currency: 'USD' },
  ],
  [
    { amount_total: 500, currency: 'jpy' },
    { amount: '500', currency: 'JPY' },
  ],
  [
    { amount_total: 500, currency: 'isk' },
    { amount: '5.00', currency: 'ISK' },
  ],
  [
    { amount_total: 5000, currency: 'kwd' },
    { amount: '5.000', currency: 'KWD' },
  ],
  [
    { amount_total: 0, currency: 'eur' },
    { amount: '0.00', currency: 'EUR' },
  ],
  [{ amount_total: null, currency: 'eur' }, null],
  [{ amount_total: 500, currency: null }, null],
  [{ amount_total: '500', currency: '€' }, null],
  [{}, null],
])('what a session asks for, %j, is %j', (session, price) => {
  expect(priceIn({ id: 'cs_1', url: 'https://checkout.stripe.example/', ...session })).toEqual(price)
})
