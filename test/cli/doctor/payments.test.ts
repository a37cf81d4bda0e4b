import { expect, test } from 'bun:test'
import { payments } from '../../../src/cli/doctor/payments.ts'
import { testConfig } from '../../core.ts'

const stripe = { MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: 'sk_x', MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: 'whsec_x' }
const said = (env: Record<string, string>) => payments(testConfig(env)).map(({ level, says }) => [level, says])

test('without a rail plans are sold by hand', () => {
  expect(said({})).toEqual([['ok', 'plans are sold by hand alone: mayfly invoice pay ID']])
})

test('a rail is told with what is sold by it, and where its service is to call', () => {
  const env = { ...stripe, MAYFLY_PLANS_DEV_STRIPE_PRICE: 'price_1', MAYFLY_PLANS_TEAM_STRIPE_PRICE: 'price_2' }
  expect(said({ ...env, MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example' })).toEqual([
    ['ok', 'cards by Stripe: team, dev; the service is to call https://mail.example/mayfly/v1/payments/stripe'],
  ])
  expect(said(env)).toEqual([
    ['note', 'cards by Stripe: team, dev; who has paid is sent back to the host name that he called'],
  ])
})

test('a rail by which nothing is sold is told', () => {
  expect(said(stripe)).toEqual([['note', 'cards by Stripe: set up, and no plan has a price']])
})
