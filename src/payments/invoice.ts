// An invoice: a plan that somebody is to pay for by a rail. What it is worth is a rule of its numbers alone, each of which
// only grows, so that it does not matter how often, how late and in which order they are heard.
import type { RailName } from './rail.ts'

export type Invoice = {
  id: string
  /** By whose key it was ordered; without one, the account that its payment made. */
  accountId: string | null
  /** Whether it was ordered without a key: paying it makes an account. */
  makesAccount: boolean
  plan: string
  rail: RailName
  state: 'pending' | 'paid' | 'expired'
  /** What the rail's service calls it, and where it is paid; null until it was begun there. */
  reference: string | null
  checkoutUrl: string | null
  /** What its rail asks for it, as a decimal number; null where the rail names no price. */
  amount: string | null
  currency: string | null
  subscription: string | null
  /** Of the key by which it was ordered; without one, once it is paid, of that which its page hands out. */
  keyId: string | null
  keyShownAt: number | null
  createdAt: number
  expiresAt: number
  /** When the server first heard that it was paid. */
  paidAt: number | null
  paidUntil: number | null
  lastPaidAt: number | null
  endedAt: number | null
}

/** Of a pending one that nobody paid in time nobody need be told. */
export const stateAt = ({ state, expiresAt }: Pick<Invoice, 'state' | 'expiresAt'>, now: number): Invoice['state'] =>
  state === 'pending' && expiresAt <= now ? 'expired' : state

type Paid = Pick<Invoice, 'subscription' | 'paidUntil' | 'lastPaidAt' | 'endedAt'>

const isEnded = ({ endedAt, lastPaidAt }: Paid): boolean => endedAt !== null && endedAt >= (lastPaidAt ?? 0)

/** Until when it gives its plan; null: it was never paid. A subscription that is over is worth nothing from then on. */
export function paidEnd(paid: Paid): number | null {
  const { paidUntil, endedAt } = paid
  if (paidUntil === null || endedAt === null || !isEnded(paid)) return paidUntil
  return Math.min(paidUntil, endedAt)
}

/** As `paidEnd`, with the time that a subscription's renewal may take to be told of. */
export function graceEnd(paid: Paid, graceMs: number): number | null {
  const end = paidEnd(paid)
  return end === null || paid.subscription === null || isEnded(paid) ? end : end + graceMs
}

/** The later of two instants, where one may not be there yet. */
export const later = (one: number | null, other: number): number => (one === null ? other : Math.max(one, other))
