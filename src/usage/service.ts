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

/** Those of one second; beyond, the newest are counted in the metrics alone. */
const mostGathered = 500

export class Usage {
  private gathered: RefusedMail[] = []

  constructor(
    private readonly store: UsageStore,
    private readonly rules: UsageRules,
    private readonly outside: Outside,
  ) {}

  /** Remembers a refused mail; it is written with the next flush. */
  refused(mail: Omit<RefusedMail, 'at'>): void {
    if (this.gathered.length >= mostGathered) return
    const { client, from, to, address, stage, reason } = mail
    this.gathered.push({ at: this.outside.now(), client, from: short(from), to: short(to), address, stage, reason })
  }

  /** Writes what was gathered. */
  async flush(): Promise<void> {
    if (this.gathered.length === 0) return
    const rows = this.gathered
    this.gathered = []
    await this.store.writes.run('refusals.add', { rows, keep: this.rules.refusalsKept })
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
