// Invoices as the native API answers them and `--json` prints them: the schema is the type, and a function is named by what
// it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { extended } from '../extended.ts'
import { instant, iso, isoOrNull } from '../instants.ts'
import type { Invoice } from './invoice.ts'
import { paidEnd } from './invoice.ts'
import { railNames } from './rail.ts'
import type { Checkout } from './service.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const rail = () => Type.Union(railNames.map((name) => Type.Literal(name)))
const state = () => Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('expired')])

const PriceShape = Type.Object({ amount: text('A decimal number.'), currency: text('Such as "EUR".') })

export const InvoiceShape = Type.Object({
  id: text('A UUIDv7; the same as a ULID is what MailFade calls it.'),
  plan: text(),
  rail: rail(),
  state: state(),
  createdAt: instant(),
  expiresAt: instant(),
  paidAt: orNull(instant()),
  paidUntil: orNull(instant()),
  keyId: orNull(
    text('Of the key by which it was ordered; without one, once it is paid, of that which its page hands out.'),
  ),
  price: orNull(PriceShape),
})

export const OwnInvoiceShape = extended(InvoiceShape, {
  checkoutUrl: orNull(
    text(
      'Where it is paid, while it can be; null for one that an operator marks paid: its address was told when it was ordered.',
    ),
  ),
})

export const OfferShape = Type.Object({
  rail: rail(),
  price: orNull(PriceShape),
  days: orNull(Type.Integer({ description: 'How long it lasts; null: it is paid again and again.' })),
})

export const ListedInvoiceShape = extended(InvoiceShape, {
  accountId: orNull(text('Null until it is paid, where no key ordered it.')),
  reference: orNull(text("What the rail's service calls it.")),
  subscription: orNull(text()),
})

export const PaidInvoiceShape = extended(ListedInvoiceShape, {
  wasPaid: Type.Boolean({ description: 'Whether it was paid before: then nothing was changed.' }),
})

export const CheckoutShape = Type.Object({
  plan: text(),
  rail: rail(),
  state: state(),
  checkoutUrl: orNull(text('Where it is paid; null where an operator marks it paid.')),
  expiresAt: instant(),
  paidUntil: orNull(instant()),
  key: Type.Union([Type.Literal('none'), Type.Literal('ready'), Type.Literal('shown')], {
    description: '"none": it is not paid yet, or was ordered for an account, whose keys go on.',
  }),
  forAccount: Type.Boolean({
    description: 'Whether it was ordered for an account that is there: no key is handed out.',
  }),
})

export const CheckoutKeyShape = Type.Object({ id: text(), key: text('Shown this once.') })

export const invoice = (one: Invoice): Static<typeof InvoiceShape> => ({
  id: one.id,
  plan: one.plan,
  rail: one.rail,
  state: one.state,
  createdAt: iso(one.createdAt),
  expiresAt: iso(one.expiresAt),
  paidAt: isoOrNull(one.paidAt),
  paidUntil: isoOrNull(paidEnd(one)),
  keyId: one.keyId,
  price: one.amount === null || one.currency === null ? null : { amount: one.amount, currency: one.currency },
})

export const ownInvoice = (one: Invoice): Static<typeof OwnInvoiceShape> => ({
  ...invoice(one),
  checkoutUrl: one.state === 'pending' ? one.checkoutUrl : null,
})

/** `checkoutUrl`: told this once, where it has the secret of its page. */
export const orderedInvoice = (ordered: { invoice: Invoice; checkoutUrl: string }): Static<typeof OwnInvoiceShape> => ({
  ...invoice(ordered.invoice),
  checkoutUrl: ordered.checkoutUrl,
})

export const listedInvoice = (one: Invoice): Static<typeof ListedInvoiceShape> => ({
  ...invoice(one),
  accountId: one.accountId,
  reference: one.reference,
  subscription: one.subscription,
})

export const paidInvoice = ({
  invoice,
  wasPaid,
}: {
  invoice: Invoice
  wasPaid: boolean
}): Static<typeof PaidInvoiceShape> => ({ ...listedInvoice(invoice), wasPaid })

export const checkout = ({ invoice: one, key, forAccount }: Checkout): Static<typeof CheckoutShape> => ({
  plan: one.plan,
  rail: one.rail,
  state: one.state,
  checkoutUrl: one.checkoutUrl,
  expiresAt: iso(one.expiresAt),
  paidUntil: isoOrNull(paidEnd(one)),
  key,
  forAccount,
})

export const checkoutKey = ({ keyId, key }: { keyId: string; key: string }): Static<typeof CheckoutKeyShape> => ({
  id: keyId,
  key,
})
