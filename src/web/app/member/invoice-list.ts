// Invoices of an account as the page lists them, and prices in words.
import type { Offer } from '../facts.ts'
import { language, say } from '../words/words.ts'

export type Invoice = {
  id: string
  plan: string
  rail: Offer['rail']
  state: 'pending' | 'paid' | 'expired'
  createdAt: string
  expiresAt: string
  paidAt: string | null
  paidUntil: string | null
  price: Offer['price']
  checkoutUrl: string | null
}

/** Currencies that are none of the world's (a store's own) stand as they are written. */
export function priceText({ amount, currency }: NonNullable<Offer['price']>): string {
  if (!/^[A-Z]{3}$/.test(currency)) return `${amount} ${currency}`
  const digits = amount.split('.')[1]?.length ?? 0
  const format = new Intl.NumberFormat(language.value, { style: 'currency', currency })
  const usual = format.resolvedOptions().maximumFractionDigits ?? 2
  const exact = { style: 'currency', currency, maximumFractionDigits: Math.max(digits, usual) } as const
  return new Intl.NumberFormat(language.value, exact).format(Number(amount))
}

/** What a plan costs by this service; null where the service alone knows. */
export function offerText({ price, days }: Offer): string | null {
  if (price === null) return null
  return days === null ? priceText(price) : say('sell.for-days', { price: priceText(price), count: days })
}

/** Where something is paid is a service's own page: an address of the web, and nothing that runs here. */
export const isWebAddress = (url: string | null): url is string => url !== null && /^https?:\/\//.test(url)

export const momentText = (at: string): string =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
