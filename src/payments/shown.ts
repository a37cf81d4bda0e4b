// Invoices as the native API answers them and `--json` prints them: the schema is the type, and a function is named by what
// it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { instant, iso, isoOrNull } from '../instants.ts'
import type { Invoice } from './invoice.ts'
import { paidEnd } from './invoice.ts'
import { railNames } from './rail.ts'
import type { Checkout } from './service.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const rail = () => Type.Union(railNames.map((name) => Type.Literal(name)))
const state = () => Type.Union([Type.Literal('pending'), Type.Literal('paid'), Type.Literal('expired')])

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
})

export const ListedInvoiceShape = Type.Composite([
  InvoiceShape,
  Type.Object({
    accountId: orNull(text('Null until it is paid, where no key ordered it.')),
    reference: orNull(text("What the rail's service calls it.")),
    subscription: orNull(text()),
  }),
])

export const PaidInvoiceShape = Type.Composite([
  ListedInvoiceShape,
  Type.Object({ wasPaid: Type.Boolean({ description: 'Whether it was paid before: then nothing was changed.' }) }),
])

export const CheckoutShape = Type.Object({
  plan: text(),
  rail: rail(),
  state: state(),
  checkoutUrl: orNull(text('Where it is paid; null where an operator marks it paid.')),
  expiresAt: instant(),
  paidUntil: orNull(instant()),
  key: Type.Union([Type.Literal('none'), Type.Literal('ready'), Type.Literal('shown')], {
    description: '"none": it is not paid yet, or was ordered with a key, which goes on.',
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

export const checkout = ({ invoice: one, key }: Checkout): Static<typeof CheckoutShape> => ({
  plan: one.plan,
  rail: one.rail,
  state: one.state,
  checkoutUrl: one.checkoutUrl,
  expiresAt: iso(one.expiresAt),
  paidUntil: isoOrNull(paidEnd(one)),
  key,
})

export const checkoutKey = ({ keyId, key }: { keyId: string; key: string }): Static<typeof CheckoutKeyShape> => ({
  id: keyId,
  key,
})
