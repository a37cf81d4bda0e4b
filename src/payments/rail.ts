// A rail is a way in which money comes: it begins a payment at a service of its own, and hears from it what became of it.
import type { Plan } from '../plans/plan.ts'

export const railNames = ['stripe', 'lightning', 'manual'] as const
export type RailName = (typeof railNames)[number]

/** What is to be paid for. */
export type Order = {
  invoiceId: string
  plan: Plan
  /** Where the payer is sent when he has paid, or has left it. */
  returnUrl: string
  /** When nobody may begin to pay any more, epoch milliseconds. */
  expiresAt: number
}

/** What is asked for something; `amount` is a decimal number. */
export type Price = { amount: string; currency: string }

/** A payment that was begun. `reference`: what the rail's service calls it; `price`: null where the rail names none. */
export type Begun = { reference: string; checkoutUrl: string; price: Price | null }

/**
 * What a rail says has become of an invoice. Each may come often, late and in any order, and `at` is when it happened
 * there, epoch milliseconds.
 */
export type Notice = {
  /** The rail's own name of it, the same however often it comes. */
  id: string
  invoiceId: string
  at: number
} & (
  | {
      what: 'paid'
      /** Until when it is paid for, epoch milliseconds; null: for the days that the plan says. */
      until: number | null
      /** What pays again and again; null: paid once. */
      subscription: string | null
    }
  /** Nobody can pay it any more. */
  | { what: 'expired' }
  /** A subscription is over, however long it was paid for. */
  | { what: 'ended'; subscription: string }
)

export type Rail = {
  name: RailName
  /** Whether the plan has a price here. */
  sells: (plan: Plan) => boolean
  /** What it asks for a plan that it sells; null where its service alone knows. */
  priceOf: (plan: Plan) => Price | null
  /** Refuses: rail-unavailable where its service does not answer as it should. */
  begin: (order: Order) => Promise<Begun>
  /**
   * What a call of its service says: the body as it came, the headers. Null: well signed, and nothing to us. Refuses:
   * credential-wrong for what it did not sign, invalid-request for what is no such call, rail-unavailable.
   */
  hear: (body: Uint8Array, headers: Headers) => Promise<Notice | null>
}
