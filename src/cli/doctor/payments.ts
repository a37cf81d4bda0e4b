// Which ways to pay are set up, and what is sold by each.
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from '../../finding.ts'
import { plansOf } from '../../plans/from-config.ts'

export function payments({ payments: { stripe, btcpay }, plans, server }: Config): Finding[] {
  const { ok, note } = findingsOf('payments')
  const offered = plansOf(plans)
  const rails = [
    {
      name: 'cards by Stripe',
      isOn: stripe.secret_key !== undefined,
      sold: offered.filter(({ prices }) => prices.stripe !== null),
      price: 'stripe_price',
      path: 'stripe',
    },
    {
      name: 'Lightning by BTCPay',
      isOn: btcpay.url !== undefined,
      sold: offered.filter(({ prices }) => prices.btcpay !== null),
      price: 'btcpay_amount and btcpay_currency',
      path: 'lightning',
    },
  ].filter(({ isOn }) => isOn)
  if (rails.length === 0) return [ok('plans are sold by hand alone: mayfly invoice pay ID')]
  const base = server.public_url?.replace(/\/$/, '')
  return rails.flatMap(({ name, sold, price, path }) => {
    if (sold.length === 0) return [note(`${name}: set up, and no plan has a price`, `set ${price} in a [plans.NAME]`)]
    const plans = sold.map((plan) => plan.name).join(', ')
    if (base === undefined) {
      return [
        note(
          `${name}: ${plans}; who has paid is sent back to the host name that he called`,
          `set server.public_url, and have the service call /mayfly/v1/payments/${path} there`,
        ),
      ]
    }
    return [ok(`${name}: ${plans}; the service is to call ${base}/mayfly/v1/payments/${path}`)]
  })
}
