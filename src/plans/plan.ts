// A plan: named limits. A limit of null does not exist.

export type Plan = {
  name: string
  activeMailboxes: number | null
  archivedMailboxes: number | null
  defaultTtlMinutes: number | null
  maxTtlMinutes: number | null
  permanentMailboxes: boolean
  retentionMinutes: number | null
  mailboxBytes: number | null
  mailboxMessages: number | null
  customLocalPart: boolean
  chooseDomain: boolean
}

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
