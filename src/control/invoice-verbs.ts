// What commands do to invoices.
import { Type } from '@sinclair/typebox'
import { operator } from '../accounts/caller.ts'
import { ListedInvoiceShape, listedInvoice, PaidInvoiceShape, paidInvoice } from '../payments/shown.ts'
import { all, listOf } from './pages.ts'
import { type Ground, verb } from './verb.ts'

type Needs = Pick<Ground, 'payments'>

export const invoiceVerbs = {
  'invoice-list': verb({
    input: Type.Object({}, { additionalProperties: false }),
    output: listOf(ListedInvoiceShape),
    run: async ({ payments }: Needs, _, signal) => {
      const items = await all((page) => payments.oldest(operator, page), signal)
      return { items: items.map(listedInvoice) }
    },
  }),
  /** Refuses: invoice-unknown. */
  'invoice-pay': verb({
    input: Type.Object({ id: Type.String({ maxLength: 1024 }) }, { additionalProperties: false }),
    output: PaidInvoiceShape,
    run: async ({ payments }: Needs, { id }) => paidInvoice(await payments.payByHand(operator, id)),
  }),
}
