// The plans that ship. What is not named is unlimited or granted.
import type { PlanConfig } from './schema-plans.ts'

const MIB = 1_048_576
const DAY = 1440

/** Addresses are given by the server, on its first domain. */
const GIVEN_ADDRESSES = { custom_local_part: false, choose_domain: false }
const ENDING = { permanent_mailboxes: false }

const free = {
  requests_per_minute: 60,
  burst: 100,
  requests_per_day: 100,
  inboxes_per_day: 50,
  active_mailboxes: 3,
  archived_mailboxes: 5,
  default_ttl_minutes: 30,
  max_ttl_minutes: DAY,
  retention_minutes: DAY,
  mailbox_bytes: 40 * MIB,
  custom_domains: 0,
  webhooks: 1,
  ...GIVEN_ADDRESSES,
  ...ENDING,
}

/** The keys that each plan that ships sets; `[plans.NAME]` overrides them one by one. */
export const shippedPlans = {
  /** Per IP address, without an account. */
  anonymous: {
    requests_per_minute: 300,
    burst: 600,
    inboxes_per_day: 100,
    active_mailboxes: 50,
    archived_mailboxes: 0,
    default_ttl_minutes: 60,
    max_ttl_minutes: DAY,
    retention_minutes: DAY,
    mailbox_bytes: 40 * MIB,
    custom_domains: 0,
    webhooks: 0,
    ...ENDING,
  },
  free,
  basic: { ...free, active_mailboxes: 50 },
  hobbyist: {
    requests_per_minute: 120,
    burst: 200,
    requests_per_day: 1000,
    inboxes_per_day: 500,
    active_mailboxes: 10,
    archived_mailboxes: 20,
    default_ttl_minutes: 30,
    max_ttl_minutes: 7 * DAY,
    retention_minutes: 7 * DAY,
    mailbox_bytes: 50 * MIB,
    custom_domains: 1,
    webhooks: 1,
    ...ENDING,
  },
  pro: {
    requests_per_minute: 600,
    burst: 1000,
    requests_per_day: 10_000,
    inboxes_per_day: 5000,
    active_mailboxes: 50,
    archived_mailboxes: 200,
    default_ttl_minutes: 30,
    max_ttl_minutes: 365 * DAY,
    retention_minutes: 30 * DAY,
    mailbox_bytes: 50 * MIB,
    custom_domains: 5,
    webhooks: 1,
  },
  team: {
    requests_per_minute: 1200,
    burst: 2000,
    requests_per_day: 50_000,
    requests_per_month: 2_000_000,
    inboxes_per_day: 25_000,
    active_mailboxes: 200,
    archived_mailboxes: 1000,
    default_ttl_minutes: 30,
    max_ttl_minutes: 365 * DAY,
    retention_minutes: 30 * DAY,
    mailbox_bytes: 50 * MIB,
    webhooks: 10,
  },
  premium: {
    default_ttl_minutes: 365 * DAY,
    max_ttl_minutes: 365 * DAY,
    retention_minutes: 365 * DAY,
    mailbox_bytes: 50 * MIB,
    webhooks: 10,
    ...ENDING,
  },
  dev: {
    requests_per_month: 50_000,
    default_ttl_minutes: 60,
    max_ttl_minutes: 7 * DAY,
    retention_minutes: 7 * DAY,
    mailbox_bytes: 50 * MIB,
    custom_domains: 1,
    webhooks: 1,
    ...ENDING,
  },
  scale: {
    requests_per_month: 10_000_000,
    default_ttl_minutes: 60,
    max_ttl_minutes: 90 * DAY,
    retention_minutes: 90 * DAY,
    mailbox_bytes: 50 * MIB,
    webhooks: 10,
  },
  /** The operator's own. */
  unlimited: { default_ttl_minutes: DAY },
} satisfies Record<string, Partial<PlanConfig>>
