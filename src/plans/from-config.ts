// A plan as the config has it, in the services' words: what is absent is no limit.
import type { PlanConfig } from '../config/schema-plans.ts'
import type { Plan, Prices } from './plan.ts'

export const planOf = (name: string, config: PlanConfig): Plan => ({
  name,
  requestsPerMinute: config.requests_per_minute ?? null,
  burst: config.burst ?? null,
  requestsPerDay: config.requests_per_day ?? null,
  requestsPerMonth: config.requests_per_month ?? null,
  inboxesPerDay: config.inboxes_per_day ?? null,
  activeMailboxes: config.active_mailboxes ?? null,
  archivedMailboxes: config.archived_mailboxes ?? null,
  defaultTtlMinutes: config.default_ttl_minutes ?? null,
  maxTtlMinutes: config.max_ttl_minutes ?? null,
  permanentMailboxes: config.permanent_mailboxes,
  retentionMinutes: config.retention_minutes ?? null,
  mailboxBytes: config.mailbox_bytes ?? null,
  mailboxMessages: config.mailbox_messages ?? null,
  accountBytes: config.account_bytes ?? null,
  keys: config.keys ?? null,
  keyScopes: config.key_scopes ?? null,
  members: config.members ?? null,
  customDomains: config.custom_domains ?? null,
  webhooks: config.webhooks ?? null,
  customLocalPart: config.custom_local_part,
  chooseDomain: config.choose_domain,
  prices: pricesOf(config),
})

const pricesOf = ({ stripe_price, btcpay_amount, btcpay_currency, btcpay_days }: PlanConfig): Prices => ({
  stripe: stripe_price ?? null,
  btcpay:
    btcpay_amount === undefined || btcpay_currency === undefined
      ? null
      : { amount: btcpay_amount, currency: btcpay_currency },
  days: btcpay_days,
})

/** Those that are offered: `enabled = false` takes one away. */
export const plansOf = (config: Readonly<Record<string, PlanConfig>>): Plan[] =>
  Object.entries(config).flatMap(([name, plan]) => (plan.enabled ? [planOf(name, plan)] : []))
