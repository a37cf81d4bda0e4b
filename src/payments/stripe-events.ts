// What Stripe's events mean for us. What they say is signed, and read as if it were not.
import type { Static, TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { invalid } from '../refusal.ts'
import type { Notice } from './rail.ts'
import {
  endOf,
  idOf,
  linesOf,
  Marked,
  type StripeEvent,
  ToldInvoice,
  ToldSession,
  ToldSubscription,
} from './stripe-shapes.ts'

/** A session that somebody went through to its end: what was paid, and until when, is to be asked. */
export type CheckedOut = { what: 'checked-out'; invoiceId: string; sessionId: string; at: number }

/** Whether anything of ours stands in an event at all: of what else its account sells not even the shape is known. */
export const mayBeOurs = (body: Uint8Array): boolean => Buffer.from(body).includes('"mayfly_invoice"')

/** Of one that may be ours. Null: nothing to us. Refuses: invalid-request, for what is not as Stripe sends it. */
export function readEvent(event: StripeEvent): Notice | CheckedOut | null {
  const { object } = event.data
  switch (event.type) {
    case 'checkout.session.completed':
    case 'checkout.session.async_payment_succeeded':
      return ofSession(event, (invoiceId, sessionId, at) => ({ what: 'checked-out', invoiceId, sessionId, at }))
    case 'checkout.session.expired':
    case 'checkout.session.async_payment_failed':
      return ofSession(event, (invoiceId, id, at) => ({ what: 'expired', id: `expired/${id}`, invoiceId, at }))
    case 'invoice.paid':
      return paidAgain(event)
    case 'customer.subscription.deleted':
      return ended(event)
    case 'customer.subscription.updated':
      return typeof object['status'] === 'string' && over.has(object['status']) ? ended(event) : null
    default:
      return null
  }
}

/** A subscription that pays no more. In all other states it does, or may still. */
const over = new Set(['canceled', 'unpaid', 'incomplete_expired'])

const millisecond = 1000

/** Whatever else its account sells goes by without a word. */
function ours(metadata: unknown): string | null {
  return Value.Check(Marked, metadata) ? metadata.mayfly_invoice : null
}

function asSent<Shape extends TSchema>(shape: Shape, object: unknown): Static<Shape> {
  if (!Value.Check(shape, object)) throw invalid('body.data.object', 'must be as Stripe sends it')
  return object
}

// `client_reference_id` says nothing: whoever opens a payment link may choose it.
function ofSession<Read>(
  { data: { object }, created }: StripeEvent,
  read: (invoiceId: string, sessionId: string, at: number) => Read,
): Read | null {
  const invoiceId = ours(object['metadata'])
  return invoiceId === null ? null : read(invoiceId, asSent(ToldSession, object).id, created * millisecond)
}

function ended({ id, data: { object }, created }: StripeEvent): Notice | null {
  const invoiceId = ours(object['metadata'])
  if (invoiceId === null) return null
  const { id: subscription } = asSent(ToldSubscription, object)
  // One that was over may go on, and be over once more.
  return { what: 'ended', id: `ended/${id}`, invoiceId, at: created * millisecond, subscription }
}

/** Each invoice of a subscription, its first too. */
function paidAgain({ data: { object }, created }: StripeEvent): Notice | null {
  const invoice = asSent(ToldInvoice, object)
  const lines = linesOf(invoice.lines)
  const until = endOf(lines)
  const details = invoice.parent?.subscription_details ?? invoice.subscription_details
  const invoiceId =
    ours(details?.metadata) ?? lines.map(({ metadata }) => ours(metadata)).find((id) => id !== null) ?? null
  const subscription = idOf(details?.subscription) ?? idOf(invoice.subscription)
  if (invoiceId === null || subscription === null || until === null) return null
  return { what: 'paid', id: `paid/${invoice.id}`, invoiceId, at: created * millisecond, until, subscription }
}
