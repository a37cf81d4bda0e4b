// A rail over its stand-in: what both kinds of tests need.
import { openLog } from '../../src/log.ts'
import type { Order, Rail } from '../../src/payments/rail.ts'
import { withoutLimits } from '../../src/plans/plan.ts'
import { bytesOf, type Call } from './stand-in.ts'

export const clock = { now: Date.UTC(2026, 0, 1) }
export const minute = 60_000
export const day = 24 * 60 * minute

/** A log that is kept, at its most talkative. */
export function logbook() {
  const lines: string[] = []
  return { lines, log: openLog({ level: 'debug', format: 'json', to: { write: (line) => void lines.push(line) } }) }
}

export const returnUrl = 'https://mail.example/app/checkout/01HF5#theSecretOfTheInvoice'

export const order = (invoiceId: string, wish: Partial<Order> = {}): Order => ({
  invoiceId,
  plan: {
    ...withoutLimits('dev'),
    prices: { stripe: 'price_dev', btcpay: { amount: 4.5, currency: 'EUR' }, days: 30 },
  },
  returnUrl,
  expiresAt: clock.now + day,
  ...wish,
})

export const hear = (rail: Rail, call: Call) => rail.hear(bytesOf(call), new Headers(call.headers))
