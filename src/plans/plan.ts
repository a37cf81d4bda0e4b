// A plan: named limits. A limit of null does not exist.

export const scopes = ['mailboxes', 'domains', 'webhooks', 'team', 'keys'] as const

/** What a key may be allowed to do: with mailboxes and their mail, domains, webhooks, members, other keys. */
export type Scope = (typeof scopes)[number]

export type Plan = {
  name: string
  requestsPerMinute: number | null
  burst: number | null
  requestsPerDay: number | null
  requestsPerMonth: number | null
  inboxesPerDay: number | null
  activeMailboxes: number | null
  /** Open recoverable ones count too. */
  archivedMailboxes: number | null
  defaultTtlMinutes: number | null
  maxTtlMinutes: number | null
  permanentMailboxes: boolean
  retentionMinutes: number | null
  mailboxBytes: number | null
  mailboxMessages: number | null
  /** Of all mailboxes of an account. */
  accountBytes: number | null
  keys: number | null
  /** What keys may be allowed to do; null: anything. */
  keyScopes: readonly Scope[] | null
  members: number | null
  customDomains: number | null
  webhooks: number | null
  customLocalPart: boolean
  chooseDomain: boolean
  prices: Prices
}

/** What a plan costs. */
export type Prices = {
  /** The id of Stripe's price; null: not sold there. */
  stripe: string | null
  btcpay: { amount: number; currency: string } | null
  /** How long what is paid once lasts. */
  days: number
}

export const unsold: Prices = { stripe: null, btcpay: null, days: 30 }

const minute = 60_000
const aDay = 1440

/** The instant at which mail that comes now has been kept long enough; null: as long as its mailbox. */
export const retainUntil = (plan: Pick<Plan, 'retentionMinutes'>, now: number): number | null =>
  plan.retentionMinutes === null ? null : now + plan.retentionMinutes * minute

/** Minutes that a mailbox lives when nobody says: the default, cut to the maximum; null is without end. */
export function defaultTtl(plan: Plan): number | null {
  const { defaultTtlMinutes, maxTtlMinutes } = plan
  if (defaultTtlMinutes === null) return maxTtlMinutes ?? (plan.permanentMailboxes ? null : aDay)
  return maxTtlMinutes === null ? defaultTtlMinutes : Math.min(defaultTtlMinutes, maxTtlMinutes)
}

export const withoutLimits = (name: string): Plan => ({
  name,
  requestsPerMinute: null,
  burst: null,
  requestsPerDay: null,
  requestsPerMonth: null,
  inboxesPerDay: null,
  activeMailboxes: null,
  archivedMailboxes: null,
  defaultTtlMinutes: null,
  maxTtlMinutes: null,
  permanentMailboxes: true,
  retentionMinutes: null,
  mailboxBytes: null,
  mailboxMessages: null,
  accountBytes: null,
  keys: null,
  keyScopes: null,
  members: null,
  customDomains: null,
  webhooks: null,
  customLocalPart: true,
  chooseDomain: true,
  prices: unsold,
})
