// What was refused, and why: gathered in memory, written in batches, so that a flood of refusals costs no fsync each.
import type { Caller } from '../accounts/caller.ts'
import { printable } from '../log.ts'
import type { Outside } from '../outside.ts'
import { Refusal } from '../refusal.ts'
import type { RefusedMail } from './refusal.ts'
import type { RefusalRow, UsageStore } from './store.ts'

export type UsageRules = {
  /** Refused mails that are kept. */
  refusalsKept: number
}

/** Rows written with one change. */
const rowsTogether = 500

export class Usage {
  private readonly gathered: RefusedMail[] = []

  constructor(
    private readonly store: UsageStore,
    private readonly rules: UsageRules,
    private readonly outside: Outside,
  ) {}

  /** Remembers a refused mail; it is written with the next flush. */
  refused(mail: Omit<RefusedMail, 'at'>): void {
    const { client, from, to, address, stage, reason } = mail
    this.gathered.push({ at: this.outside.now(), client, from: short(from), to: short(to), address, stage, reason })
    // Only the newest are kept: older ones need not be written first.
    if (this.gathered.length > this.rules.refusalsKept + rowsTogether) this.gathered.splice(0, rowsTogether)
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    while (this.gathered.length > 0) {
      const rows = this.gathered.splice(0, rowsTogether)
      try {
        await this.store.writes.run('refusals.add', { rows, keep: this.rules.refusalsKept })
      } catch (error) {
        this.gathered.unshift(...rows)
        throw error
      }
    }
  }

  /** Newest first: the operator's are all, a mailbox's those at its address. Refuses: credential-missing. */
  async refusals(
    caller: Caller,
    address: (mailboxId: string) => Promise<string>,
    { before, limit }: { before: number; limit: number },
  ): Promise<RefusalRow[]> {
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    await this.flush()
    return this.store.refusals(caller.operator ? null : await address(caller.mailboxId), before, limit)
  }
}

const short = (text: string): string => printable(text).slice(0, 320)
