// A plan as the config has it, in the services' words: what is absent is no limit.
import type { PlanConfig } from '../config/schema-plans.ts'
import type { Plan } from './plan.ts'

export const planOf = (name: string, config: PlanConfig): Plan => ({
  name,
  activeMailboxes: config.active_mailboxes ?? null,
  archivedMailboxes: config.archived_mailboxes ?? null,
  defaultTtlMinutes: config.default_ttl_minutes ?? null,
  maxTtlMinutes: config.max_ttl_minutes ?? null,
  permanentMailboxes: config.permanent_mailboxes,
  retentionMinutes: config.retention_minutes ?? null,
  mailboxBytes: config.mailbox_bytes ?? null,
  mailboxMessages: config.mailbox_messages ?? null,
  customLocalPart: config.custom_local_part,
  chooseDomain: config.choose_domain,
})
