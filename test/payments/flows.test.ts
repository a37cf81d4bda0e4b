// From an order to a key that works, over HTTP on both sides: what is posted is what the services post.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { operator } from '../../src/accounts/caller.ts'
import { temporary } from '../http/serve.ts'
import { day, hour, type Market, market, permutations } from './market.ts'
import { hmac } from './stand-in.ts'
import { month } from './stripe-stand-in.ts'

const rails = ['stripe', 'lightning'] as const

const invoiceOf = ({ core }: Market, uuid: string) => core.payments.get(operator, uuid)
const accountsOf = async ({ core }: Market): Promise<number> =>
  (await core.accounts.list(operator, { after: 0, limit: 200 })).length

describe.each(rails)('by %s', (rail) => {
  test('an order that is paid becomes a key that works, shown once', async () => {
    await using shop = await market()
    const service = shop.services[rail]
    const ordered = await shop.order(rail)
    expect(ordered.checkoutUrl).toContain(ordered.reference)
    expect(ordered.returnUrl).toStartWith(`${shop.url}/app/checkout/${ordered.id}#`)
    const place = `/keys/${ordered.id}`
    expect((await shop.call('GET', place)).json).toMatchObject({ status: 'pending', rail, plan: 'dev' })
    expect((await shop.press(ordered)).reason).toBe('invoice-unpaid')

    await shop.tellAll(rail, service.pay(ordered.reference))
    const { json } = await shop.call('GET', place)
    expect(json).toMatchObject({ status: 'paid', key_id: expect.any(String) })
    const page = await fetch(ordered.returnUrl)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const { json: handed } = await shop.press(ordered)
    const key = String(handed['key'])
    expect(key).toMatch(/^mf_\w{30,}$/)
    expect(await shop.inbox(key)).toBe('200')
    expect((await shop.press(ordered)).reason).toBe('key-shown')
    expect((await invoiceOf(shop, ordered.uuid)).paidUntil).toBe(shop.core.clock.now + 30 * day)

    const log = shop.logged.join('')
    for (const secret of [...service.secrets, key, new URL(ordered.returnUrl).hash.slice(1)]) {
      expect(log).not.toContain(secret)
    }
  })

  test('what is forged grants nothing, and tells nothing', async () => {
    await using shop = await market()
    const { signed, pay, secrets } = shop.services[rail]
    const ordered = await shop.order(rail)
    // It was paid, and nobody who is to be believed has said so.
    const told = pay(ordered.reference)
    const other = rail === 'stripe' ? shop.services.lightning : shop.services.stripe
    for (const one of told) {
      const good = signed(one)
      const [name = '', signature = ''] = Object.entries(good.headers)[0] ?? []
      for (const forged of [
        { ...good, headers: {} },
        signed(one, 'a guess'),
        signed(one, secrets[0]),
        signed(one, other.secrets[1]),
        { ...good, body: good.body.replace(/\d/, (digit) => String(9 - Number(digit))) },
        { ...good, body: `${good.body} ` },
        { ...good, headers: { [name]: signature.slice(0, -2) } },
        { ...good, headers: { [name]: `sha256=${hmac('', good.body)}` } },
        { ...good, headers: { authorization: `Bearer ${secrets[1]}` } },
        other.signed(one),
      ]) {
        const [first, ...more] = await shop.tell(rail, forged)
        expect([first, ...more]).toEqual([401, 401, 401])
      }
      // Signed for this rail, and posted to the other.
      expect((await shop.tell(other.rail, good))[0]).toBe(401)
    }
    expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 pending')
    expect((await shop.press(ordered)).reason).toBe('invoice-unpaid')
    expect(await accountsOf(shop)).toBe(0)
    // Then it is said.
    await shop.tellAll(rail, told)
    expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 paid')
  })

  test('what is told again and again, also at once, is paid once', async () => {
    await using shop = await market()
    const { signed, pay } = shop.services[rail]
    const ordered = await shop.order(rail)
    const told = pay(ordered.reference)
    const calls = told.flatMap((one) => Array.from({ length: 10 }, () => signed(one)))
    const statuses = await Promise.all(calls.map((call) => shop.tell(rail, call)))
    expect(new Set(statuses.flat())).toEqual(new Set([204]))
    const first = await invoiceOf(shop, ordered.uuid)
    expect(first.paidUntil).toBe(shop.core.clock.now + 30 * day)
    const key = String((await shop.press(ordered)).json['key'])
    await shop.pass(2 * day)
    // Days later too, each signed anew.
    await shop.tellAll(rail, told)
    expect(await invoiceOf(shop, ordered.uuid)).toEqual({ ...first, keyShownAt: expect.any(Number) })
    expect(await accountsOf(shop)).toBe(1)
    expect(await shop.inbox(key)).toBe('200')
    expect((await shop.press(ordered)).reason).toBe('key-shown')
  })

  test('what is told in another order comes to the same', async () => {
    await using shop = await market()
    const { pay, expire } = shop.services[rail]
    const ends = new Set<string>()
    const count = rail === 'stripe' ? 3 : 4
    const orders = permutations(Array.from({ length: count }, (_, n) => n))
    for (const order of orders) {
      const ordered = await shop.order(rail)
      // That it had expired is told of, though it was paid in the last moment.
      const [expired] = expire(ordered.reference)
      const told = [...pay(ordered.reference).slice(1 - count), expired]
      await shop.tellAll(
        rail,
        order.map((n) => told[n]),
      )
      const { state, paidUntil, endedAt } = await invoiceOf(shop, ordered.uuid)
      ends.add(JSON.stringify({ state, paidUntil, endedAt }))
    }
    const paidUntil = shop.core.clock.now + 30 * day
    expect([...ends]).toEqual([JSON.stringify({ state: 'paid', paidUntil, endedAt: null })])
    expect(await accountsOf(shop)).toBe(orders.length)
  })

  test('one that nobody paid expires, and one that is paid late all the same is paid', async () => {
    await using shop = await market()
    const { pay, expire } = shop.services[rail]
    const [never, late] = [await shop.order(rail), await shop.order(rail)]
    await shop.pass(day)
    await shop.tellAll(rail, [...expire(never.reference), ...expire(late.reference)])
    for (const { id } of [never, late]) expect(await shop.said('GET', `/keys/${id}`)).toBe('200 expired')
    await shop.tellAll(rail, pay(late.reference))
    expect(await shop.said('GET', `/keys/${late.id}`)).toBe('200 paid')
    expect(await shop.inbox(String((await shop.press(late)).json['key']))).toBe('200')
    expect(await shop.said('GET', `/keys/${never.id}`)).toBe('200 expired')
  })

  test('while the service does not answer nothing can be ordered, and what it tells waits for it', async () => {
    await using shop = await market()
    const { pay, signed, breakDown, mend, unavailable, secrets } = shop.services[rail]
    const ordered = await shop.order(rail)
    const told = pay(ordered.reference).at(rail === 'stripe' ? 0 : -1)
    breakDown()
    expect(await shop.said('POST', '/keys', { body: { plan: 'dev', rail } })).toBe(unavailable)
    expect(await shop.tell(rail, signed(told))).toEqual([503, 503, 503])
    expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 pending')
    mend()
    expect(await shop.tell(rail, signed(told))).toEqual([204])
    expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 paid')
    expect(await shop.said('POST', '/keys', { body: { plan: 'dev', rail } })).toBe('200')
    for (const secret of secrets) expect(shop.logged.join('')).not.toContain(secret)
  })

  test('a plan that has no price there is not sold there', async () => {
    await using shop = await market()
    expect(await shop.said('POST', '/keys', { body: { plan: 'team', rail } })).toBe('400 invalid_plan')
    expect([...shop.stripe.got, ...shop.btcpay.got]).toEqual([])
  })

  test('a key that has run out is told to pay, pays, and goes on', async () => {
    await using shop = await market()
    const { pay } = shop.services[rail]
    const { key } = await shop.buy(rail)
    await shop.pass(30 * day - 1)
    expect(await shop.inbox(key)).toBe('200')
    // A subscription has a few hours in which its renewal may be told of.
    await shop.pass(rail === 'stripe' ? 6 * hour + 1 : 1)
    expect(await shop.inbox(key)).toBe('402 key_inactive')

    const again = await shop.order(rail, key)
    expect(await shop.inbox(key)).toBe('402 key_inactive')
    await shop.tellAll(rail, pay(again.reference))
    expect(await shop.inbox(key)).toBe('200')
    expect((await shop.call('GET', `/keys/${again.id}`, { token: key })).json).toMatchObject({ status: 'paid' })
    // It goes on with the key that it has.
    expect((await shop.press(again)).reason).toBe('key-shown')
    expect(await accountsOf(shop)).toBe(1)
    await shop.pass(30 * day - 1)
    expect(await shop.inbox(key)).toBe('200')
  })
})

test('what was ordered before a restart is paid after it', async () => {
  using directory = temporary()
  const file = join(directory.path, 'mayfly.db')
  const before = await market({ file })
  const [card, coin] = [await before.order('stripe'), await before.order('lightning')]
  await before[Symbol.asyncDispose]()
  await using after = await market({ file })
  for (const [id, session] of before.stripe.sessions) after.stripe.sessions.set(id, session)
  for (const [id, invoice] of before.btcpay.invoices) after.btcpay.invoices.set(id, invoice)
  await after.tellAll('stripe', after.stripe.pay(card.reference))
  await after.tellAll('lightning', after.btcpay.pay(coin.reference))
  for (const ordered of [card, coin]) {
    const returnUrl = ordered.returnUrl.replace(before.url, after.url)
    expect(await after.inbox(String((await after.press({ ...ordered, returnUrl })).json['key']))).toBe('200')
  }
})

describe('a subscription', () => {
  const subscriptionOf = (shop: Market, reference: string): string =>
    shop.stripe.sessions.get(reference)?.subscription ?? ''

  test('goes on month by month as long as it is paid, and stops when it is not', async () => {
    await using shop = await market()
    const { key, ordered } = await shop.buy('stripe')
    const subscription = subscriptionOf(shop, ordered.reference)
    for (let n = 0; n < 3; n++) {
      await shop.pass(month * 1000)
      expect(await shop.inbox(key)).toBe('200')
      // Told an hour later, and twice.
      await shop.pass(hour)
      const renewal = shop.stripe.renew(subscription)
      await shop.tellAll('stripe', [...renewal, ...renewal])
      await shop.pass(-hour)
    }
    const { paidUntil } = await invoiceOf(shop, ordered.uuid)
    expect(paidUntil).toBe(shop.core.clock.now + month * 1000)
    await shop.pass(month * 1000 + 6 * hour)
    expect(await shop.inbox(key)).toBe('402 key_inactive')
    // Stripe tries the card again for days.
    await shop.pass(3 * day)
    await shop.tellAll('stripe', shop.stripe.renew(subscription))
    expect(await shop.inbox(key)).toBe('200')
  })

  test('that is cancelled is over, and what is told of it in another order comes to the same', async () => {
    await using shop = await market()
    const ends = new Set<string>()
    for (const order of permutations([0, 1, 2, 3])) {
      const ordered = await shop.order('stripe')
      const start = shop.core.clock.now
      const told = shop.stripe.pay(ordered.reference)
      const subscription = subscriptionOf(shop, ordered.reference)
      await shop.pass(month * 1000)
      told.push(...shop.stripe.renew(subscription))
      await shop.pass(day)
      told.push(...shop.stripe.cancel(subscription))
      await shop.pass(hour)
      await shop.tellAll(
        'stripe',
        order.map((n) => told[n]),
      )
      const { state, paidUntil, endedAt } = await invoiceOf(shop, ordered.uuid)
      const relative = { state, paidUntil: (paidUntil ?? 0) - start, endedAt: (endedAt ?? 0) - start }
      const key = String((await shop.press(ordered)).json['key'])
      ends.add(JSON.stringify({ ...relative, inbox: await shop.inbox(key) }))
    }
    expect([...ends].map((end) => JSON.parse(end))).toEqual([
      { state: 'paid', paidUntil: 2 * month * 1000, endedAt: month * 1000 + day, inbox: '402 key_inactive' },
    ])
  })

  test('that is unpaid for good and then paid goes on', async () => {
    await using shop = await market()
    const { key, ordered } = await shop.buy('stripe')
    const subscription = subscriptionOf(shop, ordered.reference)
    await shop.pass(month * 1000 + day)
    const unpaid = shop.stripe.become(subscription, 'unpaid')
    await shop.tellAll('stripe', unpaid)
    expect(await shop.inbox(key)).toBe('402 key_inactive')
    await shop.pass(day)
    await shop.tellAll('stripe', shop.stripe.renew(subscription))
    expect(await shop.inbox(key)).toBe('200')
    // That it was unpaid is told again, late.
    await shop.tellAll('stripe', unpaid)
    expect(await shop.inbox(key)).toBe('200')
  })
})

test('an invoice from the pay button of the store, at its own price, opens no order', async () => {
  await using shop = await market()
  const ordered = await shop.order('lightning')
  const cheap = shop.btcpay.pressPayButton({ orderId: ordered.uuid, price: '0.01', currency: 'EUR' })
  await shop.tellAll('lightning', shop.btcpay.pay(cheap.id))
  expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 pending')
})

test('a checkout of a payment link, with our order for its reference, opens no order', async () => {
  await using shop = await market()
  const ordered = await shop.order('stripe')
  const session = { id: 'cs_link', client_reference_id: ordered.uuid, metadata: {}, payment_status: 'paid' }
  await shop.tellAll('stripe', [shop.stripe.other('checkout.session.completed', session)])
  expect(await shop.said('GET', `/keys/${ordered.id}`)).toBe('200 pending')
})
