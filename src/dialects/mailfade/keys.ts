// How keys are sold: an order, and what became of it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { bearerIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { described, openRoutes } from '../../http/foreign.ts'
import { anyBody } from '../../http/input.ts'
import { pagesAt } from '../../http/links.ts'
import { railNames } from '../../payments/rail.ts'
import { Refusal } from '../../refusal.ts'
import { ulidOf, uuidOf } from '../../ulid.ts'
import { always, security } from './described.ts'
import { invoice, order } from './wire.ts'

/** What is no text names neither a plan nor a rail. */
const textIn = (given: unknown): string => (typeof given === 'string' ? given.trim().toLowerCase() : '')

const Ordering = anyBody(
  Type.Object({
    plan: Type.String({ maxLength: 32, description: 'The name of a plan that is sold here, such as "dev".' }),
    rail: Type.Optional(
      Type.Union(
        railNames.map((name) => Type.Literal(name)),
        { default: 'stripe' },
      ),
    ),
  }),
  ({ plan, rail }) => ({ plan: textIn(plan), rail: textIn(rail ?? 'stripe') }),
)

const tag = 'keys'

export const keyRoutes = (door: Door) =>
  new Elysia()
    .use(openRoutes(door, 'mailfade', bearerIn, { toPay: true }))
    .post(
      '/keys',
      async ({ caller, visit, body, request }) => {
        const returnTo = (id: string): string => `${pagesAt(door, request)}/checkout/${ulidOf(id)}`
        const ordered = await door.core.payments.order(caller, { ...body, client: visit.client, returnTo })
        return order(ordered.invoice, ordered.checkoutUrl)
      },
      {
        body: Ordering,
        ...described({
          summary: 'Order a plan',
          description:
            "With a key it is for that key's account, which goes on with that key; without one its payment makes an account, whose key the checkout page shows once.",
          tag,
          security,
          answers: { 200: 'Order' },
          refusals: {
            ...always,
            400: ['invalid_json', 'invalid_plan', 'invalid_rail'],
            429: ['quota_exhausted'],
            503: ['stripe_unavailable', 'lightning_unavailable', 'service_unavailable'],
          },
        }),
      },
    )
    .get(
      '/keys/:invoiceId',
      async ({ caller, params }) => {
        const id = uuidOf(params.invoiceId)
        if (id === null) throw new Refusal('invoice-unknown')
        return invoice(await door.core.payments.get(caller, id))
      },
      {
        ...described({
          summary: 'Show what became of an order',
          description: 'One that was ordered with a key needs a key of the same account.',
          tag,
          security,
          answers: { 200: 'Invoice' },
          refusals: { ...always, 401: ['missing_or_invalid_key', 'key_required'], 429: ['quota_exhausted'] },
        }),
      },
    )
