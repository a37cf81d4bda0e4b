// Which limits hold for whom.
import type { Plan } from './plan.ts'

export class Plans {
  constructor(private readonly plans: ReadonlyMap<string, Plan>) {}

  get(name: string): Plan | null {
    return this.plans.get(name) ?? null
  }

  /** The plan of mailboxes without an account. */
  anonymous(): Plan {
    return this.plans.get('anonymous') ?? withoutLimits('anonymous')
  }

  /** The plan of the operator's own mailboxes. */
  operator(): Plan {
    return this.plans.get('unlimited') ?? withoutLimits('unlimited')
  }
}

export const withoutLimits = (name: string): Plan => ({
  name,
  activeMailboxes: null,
  archivedMailboxes: null,
  defaultTtlMinutes: null,
  maxTtlMinutes: null,
  permanentMailboxes: true,
  retentionMinutes: null,
  mailboxBytes: null,
  mailboxMessages: null,
  customLocalPart: true,
  chooseDomain: true,
})
