// Which ways to pay a config sets up, and how many calls of a slow one hang at a time.
import { expect, test } from 'bun:test'
import { railsOf } from '../../src/payments/rails.ts'
import { testConfig } from '../core.ts'
import { reasonOf } from '../refused.ts'
import { btcpayStandIn } from './btcpay-stand-in.ts'
import { clock, logbook, order } from './rail-stage.ts'

const { log } = logbook()
const ground = { outside: { now: () => clock.now }, ownSecret: new Uint8Array(32), log }
const names = (env: Record<string, string>): string[] => [...railsOf(testConfig(env).payments, ground).keys()]

const stripe = { MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: 'sk_test_1', MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: 'whsec_1' }
const btcpay = {
  MAYFLY_PAYMENTS_BTCPAY_URL: 'https://pay.example/btcpay/',
  MAYFLY_PAYMENTS_BTCPAY_STORE_ID: 'store',
  MAYFLY_PAYMENTS_BTCPAY_API_KEY: 'key',
  MAYFLY_PAYMENTS_BTCPAY_WEBHOOK_SECRET: 'secret',
}

test('a rail is there where the config sets it up', () => {
  expect(names({})).toEqual(['manual'])
  expect(names(stripe)).toEqual(['manual', 'stripe'])
  expect(names(btcpay)).toEqual(['manual', 'lightning'])
  expect(names({ ...stripe, ...btcpay })).toEqual(['manual', 'stripe', 'lightning'])
  // A secret alone, as an environment for several servers may have it, turns nothing on.
  expect(names({ MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: 'whsec_1', MAYFLY_PAYMENTS_BTCPAY_API_KEY: 'key' })).toEqual([
    'manual',
  ])
})

test('of a service that answers slowly, sixteen calls hang at a time, and others get their turn', async () => {
  await using standIn = btcpayStandIn(() => clock.now)
  const env = {
    ...btcpay,
    MAYFLY_PAYMENTS_BTCPAY_URL: standIn.url,
    MAYFLY_PAYMENTS_BTCPAY_STORE_ID: standIn.storeId,
    MAYFLY_PAYMENTS_BTCPAY_API_KEY: standIn.apiKey,
  }
  const rail = railsOf(testConfig(env).payments, ground).get('lightning')
  if (!rail) throw new Error('no rail')
  const { promise: slow, resolve: go } = Promise.withResolvers<void>()
  const { promise: full, resolve: filled } = Promise.withResolvers<void>()
  let hanging = 0
  let most = 0
  standIn.trouble.by = async () => {
    most = Math.max(most, ++hanging)
    if (hanging === 16) filled()
    await slow
    hanging--
    return new Response('{}', { status: 500 })
  }
  const begun = Array.from({ length: 40 }, (_, n) => reasonOf(rail.begin(order(`01HF5SLOW${n}`))))
  await full
  // Nothing tells that one more does not come.
  await Bun.sleep(30)
  go()
  expect(new Set(await Promise.all(begun))).toEqual(new Set(['rail-unavailable']))
  expect(standIn.got).toHaveLength(40)
  expect(most).toBe(16)
})
