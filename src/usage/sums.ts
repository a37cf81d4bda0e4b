// What was used and refused, summed in memory between two writes: by hour, account, kind and label.
import { dayOf, hourOf } from './periods.ts'
import type { UsageRow } from './store.ts'

export type Counted = Pick<UsageRow, 'accountId' | 'what' | 'label'>

/** Sums that are kept between two writes: far more than there are in a second. */
const mostSums = 100_000

export class Sums {
  private readonly sums = new Map<string, UsageRow>()

  constructor(private readonly now: () => number) {}

  /** Different sums that wait to be written. */
  get size(): number {
    return this.sums.size
  }

  /** `at`: what is taken back must be taken where it was added. */
  add({ accountId, what, label }: Counted, value = 1, at = this.now()): void {
    const start = hourOf(at)
    const name = `${start} ${what} ${label} ${accountId}`
    const sum = this.sums.get(name)
    if (sum) sum.value += value
    else if (this.sums.size < mostSums) this.sums.set(name, { span: 'hour', start, accountId, what, label, value })
  }

  /** Up to `most` of what was summed, by hour and by day; whoever could not write it gives it back. */
  take(most: number): { rows: UsageRow[]; giveBack: () => void } {
    const hours: UsageRow[] = []
    for (const [name, sum] of this.sums) {
      if (hours.length >= most) break
      hours.push(sum)
      this.sums.delete(name)
    }
    const days = hours.map((row) => ({ ...row, span: 'day' as const, start: dayOf(row.start) }))
    return {
      rows: [...hours, ...days],
      giveBack: () => {
        for (const row of hours) this.add(row, row.value, row.start)
      },
    }
  }
}
