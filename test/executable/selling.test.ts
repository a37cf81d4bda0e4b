// The executable sells: Stripe's library, which it loads when it first needs it, is in it.
import { expect, test } from 'bun:test'
import { btcpayStandIn } from '../payments/btcpay-stand-in.ts'
import { deliver } from '../payments/stand-in.ts'
import { stripeStandIn } from '../payments/stripe-stand-in.ts'
import { emptyDirectory, json, serve } from './launch.ts'

test('a plan that is ordered and paid by either service has a key that works, over a restart in the middle', async () => {
  await using stripe = stripeStandIn(Date.now)
  await using btcpay = btcpayStandIn(Date.now)
  using directory = emptyDirectory()
  const env = {
    MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: stripe.secretKey,
    MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
    MAYFLY_PAYMENTS_STRIPE_API_URL: stripe.url,
    MAYFLY_PAYMENTS_BTCPAY_URL: btcpay.url,
    MAYFLY_PAYMENTS_BTCPAY_STORE_ID: btcpay.storeId,
    MAYFLY_PAYMENTS_BTCPAY_API_KEY: btcpay.apiKey,
    MAYFLY_PAYMENTS_BTCPAY_WEBHOOK_SECRET: btcpay.webhookSecret,
    MAYFLY_PLANS_DEV_STRIPE_PRICE: 'price_dev',
    MAYFLY_PLANS_DEV_BTCPAY_AMOUNT: '4.5',
    MAYFLY_PLANS_DEV_BTCPAY_CURRENCY: 'EUR',
  }
  let log = ''
  const order = async (port: number, rail: string): Promise<string> => {
    const url = `http://127.0.0.1:${port}/keys`
    return (await json<{ invoice_id: string }>(url, { body: { plan: 'dev', rail } })).invoice_id
  }
  const before = await serve(directory, env)
  const ordered = [await order(before.http, 'stripe'), await order(before.http, 'lightning')]
  await before.end('SIGKILL')
  log += before.log()

  await using after = await serve(directory, env)
  const [session] = [...stripe.sessions.values()]
  const [invoice] = [...btcpay.invoices.values()]
  for (const event of stripe.pay(session?.id ?? '')) {
    const statuses = await deliver(`${after.api}/payments/stripe`, stripe.signed(event))
    expect(statuses).toEqual([204])
  }
  for (const call of btcpay.pay(invoice?.id ?? '')) {
    expect(await deliver(`${after.api}/payments/lightning`, btcpay.signed(call))).toEqual([204])
  }
  const secrets: string[] = []
  for (const [index, returnUrl] of [session?.['success_url'], invoice?.checkout['redirectURL']].entries()) {
    const secret = new URL(String(returnUrl)).hash.slice(1)
    const { key } = await json<{ key: string }>(`${after.api}/checkout/${ordered[index]}/key`, { body: { secret } })
    const headers = { authorization: `Bearer ${key}` }
    const place = `http://127.0.0.1:${after.http}/inbox/anybody@mayfly.test`
    expect(await json<object>(place, { headers })).toMatchObject({ count: 0 })
    secrets.push(secret, key)
  }
  await after.end('SIGTERM')
  log += after.log()
  for (const secret of [...secrets, stripe.secretKey, stripe.webhookSecret, btcpay.apiKey, btcpay.webhookSecret]) {
    expect(log).not.toContain(secret)
  }
})
