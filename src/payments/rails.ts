// Which rails there are: the manual one, and those that the config sets up.
import type { Config } from '../config/schema.ts'
import { Budget } from '../limits/budget.ts'
import type { Log } from '../log.ts'
import type { Outside } from '../outside.ts'
import { BtcpayRail } from './btcpay.ts'
import { manual } from './manual.ts'
import type { Rail, RailName } from './rail.ts'
import { StripeRail } from './stripe.ts'

/** For one call of a rail's service. Who pays waits for it, and so does a service that tells of a payment. */
const callMs = 8000
/** Calls of one rail's service at a time; others wait a little. */
const mostCalls = 16
const waitMs = 5000

/** `ownSecret`: of the server's own, the same over restarts. */
export type RailGround = { outside: Pick<Outside, 'now'>; ownSecret: Uint8Array; log: Log }

/** By their names. */
export function railsOf(
  { stripe, btcpay }: Config['payments'],
  { outside, ownSecret, log }: RailGround,
): ReadonlyMap<RailName, Rail> {
  const rails: Rail[] = []
  if (stripe.secret_key !== undefined && stripe.webhook_secret !== undefined) {
    const rules = {
      secretKey: stripe.secret_key,
      webhookSecret: stripe.webhook_secret,
      apiUrl: stripe.api_url,
      milliseconds: callMs,
    }
    rails.push(new StripeRail(rules, outside, log))
  }
  const { url, store_id: storeId, api_key: apiKey, webhook_secret: webhookSecret } = btcpay
  if (url !== undefined && storeId !== undefined && apiKey !== undefined && webhookSecret !== undefined) {
    rails.push(new BtcpayRail({ url, storeId, apiKey, webhookSecret, ownSecret, milliseconds: callMs }, outside, log))
  }
  return new Map([manual, ...rails.map(unhurried)].map((rail) => [rail.name, rail]))
}

/** Of a service that answers slowly, few calls hang at a time; refuses beyond that: too-busy. */
function unhurried(rail: Rail): Rail {
  const [beginning, hearing] = [new Budget(mostCalls, waitMs), new Budget(mostCalls, waitMs)]
  const within = async <Answer>(budget: Budget, work: () => Promise<Answer>): Promise<Answer> => {
    await budget.take(1)
    try {
      return await work()
    } finally {
      budget.release(1)
    }
  }
  return {
    name: rail.name,
    sells: (plan) => rail.sells(plan),
    priceOf: (plan) => rail.priceOf(plan),
    begin: (order) => within(beginning, () => rail.begin(order)),
    hear: (body, headers) => within(hearing, () => rail.hear(body, headers)),
  }
}
