// What is read of Stripe's objects, whichever version of its API an endpoint has: much more stands in them.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Price } from './rail.ts'

const Id = Type.String({ minLength: 1, maxLength: 255 })
/** Seconds, up to the year 9999. */
const Instant = Type.Integer({ minimum: 0, maximum: 253_402_300_799 })

const lacking = <Shape extends TSchema>(shape: Shape) => Type.Optional(Type.Union([shape, Type.Null()]))

/** An id, or the object itself where it was asked for. */
const Reference = lacking(Type.Union([Id, Type.Object({ id: Id })]))
const Metadata = lacking(Type.Record(Type.String(), Type.Unknown()))

export const StripeEvent = Type.Object({
  id: Id,
  type: Type.String({ maxLength: 255 }),
  created: Instant,
  data: Type.Object({ object: Type.Record(Type.String(), Type.Unknown()) }),
})

/** What is ours bears the id of our invoice in its metadata. */
export const Marked = Type.Object({ mayfly_invoice: Type.String({ pattern: '^[0-9A-Za-z_-]{1,64}$' }) })

/** A session that was just made. */
export const NewSession = Type.Object({
  id: Id,
  url: Type.String({ minLength: 1, maxLength: 5000 }),
  amount_total: Type.Optional(Type.Unknown()),
  currency: Type.Optional(Type.Unknown()),
})

const Total = Type.Object({
  amount_total: Type.Integer({ minimum: 0, maximum: 99_999_999_999 }),
  currency: Type.String({ pattern: '^[A-Za-z]{3}$' }),
})

/** Written with two digits by Stripe though they have none. */
const twoDigits = ['ISK', 'UGX']

/** What a session asks for, in the currency's usual unit; null where it does not say so. */
export function priceIn(session: Static<typeof NewSession>): Price | null {
  if (!Value.Check(Total, session)) return null
  const currency = session.currency.toUpperCase()
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = twoDigits.includes(currency) ? 2 : (format.resolvedOptions().maximumFractionDigits ?? 2)
  return { amount: (session.amount_total / 10 ** digits).toFixed(digits), currency }
}

export const ToldSession = Type.Object({ id: Id, metadata: Metadata })

export const ToldSubscription = Type.Object({ id: Id, status: Type.String(), metadata: Metadata })

const Line = Type.Object({
  period: Type.Object({ end: Instant }),
  metadata: Metadata,
  // What it is for stands in the one until 2025-03-31, and in the other since.
  type: Type.Optional(Type.String()),
  parent: lacking(Type.Object({ type: Type.String() })),
})
const Lines = Type.Object({ data: Type.Array(Line, { maxItems: 1000 }) })
const Details = lacking(Type.Object({ metadata: Metadata, subscription: Reference }))

export const ToldInvoice = Type.Object({
  id: Id,
  // Below `parent` since 2025-03-31, here before.
  subscription: Reference,
  subscription_details: Details,
  parent: lacking(Type.Object({ subscription_details: Details })),
  lines: Lines,
})

/** A session, asked for with its invoice. */
export const AskedSession = Type.Object({
  id: Id,
  payment_status: Type.String(),
  subscription: Reference,
  invoice: lacking(Type.Object({ id: Id, lines: Lines })),
})

export type StripeEvent = Static<typeof StripeEvent>
type Lines = Static<typeof Lines>

export const idOf = (reference: Static<typeof Reference> | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null)

/** Those that are for a subscription. */
export const linesOf = ({ data }: Lines): Lines['data'] =>
  data.filter(({ type, parent }) => (parent?.type ?? type)?.startsWith('subscription') === true)

/** Until when they are for, epoch milliseconds; null where there is no line. */
export const endOf = (lines: Lines['data']): number | null =>
  lines.length === 0 ? null : Math.max(...lines.map(({ period }) => period.end)) * 1000
