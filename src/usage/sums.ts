// What was used and refused, summed in memory between two writes: by hour, account, kind and label.
import { dayOf, hourOf } from './periods.ts'
import type { UsageRow } from './store.ts'

export type Counted = Pick<UsageRow, 'accountId' | 'what' | 'label'>

/** Sums that are kept between two writes: far more than there are in a second. */
const mostSums = 100_000

export class Sums {
  private readonly sums = new Map<string, UsageRow>()

  constructor(private readonly now: () => number) {}

  add({ accountId, what, label }: Counted, value = 1): void {
    const start = hourOf(this.now())
    const name = `${start} ${what} ${label} ${accountId}`
    const sum = this.sums.get(name)
    if (sum) sum.value += value
    else if (this.sums.size < mostSums) this.sums.set(name, { span: 'hour', start, accountId, what, label, value })
  }

  /** All that was summed, by hour and by day; whoever could not write it gives it back. */
  take(): { rows: UsageRow[]; giveBack: () => void } {
    const hours = [...this.sums.values()]
    this.sums.clear()
    const days = hours.map((row) => ({ ...row, span: 'day' as const, start: dayOf(row.start) }))
    return {
      rows: [...hours, ...days],
      giveBack: () => {
        for (const { start, accountId, what, label, value } of hours) {
          const name = `${start} ${what} ${label} ${accountId}`
          const sum = this.sums.get(name)
          this.sums.set(name, { span: 'hour', start, accountId, what, label, value: value + (sum?.value ?? 0) })
        }
      },
    }
  }
}
