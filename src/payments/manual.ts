// The rail of servers that sell by other means, or not for money: an operator marks an invoice paid.

import { Refusal } from '../refusal.ts'
import type { Rail } from './rail.ts'

export const manual: Rail = {
  name: 'manual',
  sells: () => true,
  priceOf: () => null,
  begin: async ({ invoiceId, returnUrl }) => ({ reference: invoiceId, checkoutUrl: returnUrl, price: null }),
  /** Nobody calls for it. */
  hear: async () => {
    throw new Refusal('credential-wrong')
  },
}
