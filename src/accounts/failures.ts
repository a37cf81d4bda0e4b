// Sign-ins that failed and one-time links that were refused, for the audit trail. They cost whoever makes them nothing, so
// only some of each hour are kept; they are gathered in memory and written together, so that none costs an fsync of its own.
import { BoundedMap } from '../limits/bounded-map.ts'
import { countedAddress } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import type { Reason } from '../refusal.ts'
import type { Deed } from '../storage/audit-trail.ts'
import type { Member } from './account.ts'
import type { AccountStore } from './store.ts'

export type Failure = {
  what: 'session.refused' | 'password.refused' | 'link.refused'
  reason: Reason
  /** Whose owners see it; null: the admins alone. */
  accountId: string | null
  /** Who was tried, if there is such a member. */
  member: Pick<Member, 'id' | 'email'> | null
  /** The client's IP address. */
  client: string
}

type Count = { hour: number; count: number }

const hourMs = 3_600_000
/** In an hour: from one address, of one member, of all accounts, and of what concerns none. */
const mostFromAddress = 10
const mostOfMember = 10
const mostOfAccounts = 200
const mostOfNone = 100
/** That wait to be written, where the disk takes none. */
const mostWaiting = 1000

const none = (): Count => ({ hour: 0, count: 0 })

export class Failures {
  private gathered: Deed[] = []
  private readonly fromAddress = new BoundedMap(none)
  private readonly ofMember = new BoundedMap(none)
  private readonly ofAccounts = none()
  private readonly ofNone = none()

  constructor(
    private readonly store: AccountStore,
    private readonly outside: Outside,
  ) {}

  /** Remembers one, unless there were too many in this hour; it is written with the next flush. */
  tell({ what, reason, accountId, member, client }: Failure): void {
    const at = this.outside.now()
    const hour = Math.floor(at / hourMs)
    const counts: [Count, number][] = [
      [this.fromAddress.of(countedAddress(client)), mostFromAddress],
      accountId === null ? [this.ofNone, mostOfNone] : [this.ofAccounts, mostOfAccounts],
    ]
    if (member) counts.push([this.ofMember.of(member.id), mostOfMember])
    for (const [counted] of counts) if (counted.hour !== hour) Object.assign(counted, { hour, count: 0 })
    if (this.gathered.length >= mostWaiting || counts.some(([{ count }, most]) => count >= most)) return
    for (const [counted] of counts) counted.count++
    const detail = { reason, ...(member ? { email: member.email } : {}) }
    const stranger = { by: 'stranger', actor: '', actorId: null, client } as const
    this.gathered.push({ ...stranger, at, accountId, what, target: member?.id ?? '', detail })
  }

  /** Writes what was gathered. What could not be written waits for the next time. */
  async flush(): Promise<void> {
    const deeds = this.gathered
    if (deeds.length === 0) return
    this.gathered = []
    try {
      await this.store.writes.run('failures.record', { deeds })
    } catch (error) {
      this.gathered = [...deeds, ...this.gathered]
      throw error
    }
  }

  sweep(): void {
    const hour = Math.floor(this.outside.now() / hourMs)
    for (const counts of [this.fromAddress, this.ofMember]) counts.sweep((counted) => counted.hour !== hour)
  }
}
