// The numbers of plans in the database, for accounts whose plan is gone from the config.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Changes, Writes } from '../storage/change.ts'
import { plans } from '../storage/schema.ts'
import { PlanNumbers } from './numbers.ts'
import { type Plan, withoutLimits } from './plan.ts'

/** What was written by an older version may lack some. */
const Numbers = Type.Partial(PlanNumbers)

export class PlanStore {
  constructor(private readonly writes: Writes<typeof changes>) {}

  /**
   * Keeps the numbers of these plans (`anew`: also of those whose numbers are kept), and answers all that are known. Prices
   * are not kept: what is gone is not sold.
   */
  async remember(some: readonly Plan[], { anew }: { anew: boolean }): Promise<Plan[]> {
    const rows = some.map(({ name, prices: _, ...numbers }) => ({ name, numbers: JSON.stringify(numbers) }))
    const known = await this.writes.run('plans.remember', { rows, anew })
    return known.flatMap(({ name, numbers }) => {
      const read = numbersIn(numbers)
      return read ? [{ ...withoutLimits(name), ...read }] : []
    })
  }
}

/** Null for what is no plan. */
function numbersIn(text: string): Static<typeof Numbers> | null {
  try {
    const read: unknown = JSON.parse(text)
    return Value.Check(Numbers, read) ? read : null
  } catch {
    return null
  }
}

type Row = typeof plans.$inferSelect

export const changes = {
  'plans.remember': ({ db }, { rows, anew }: { rows: Row[]; anew: boolean }): Row[] => {
    const known = new Map(
      db
        .select()
        .from(plans)
        .all()
        .map((row) => [row.name, row.numbers]),
    )
    for (const row of rows) {
      if (anew ? known.get(row.name) === row.numbers : known.has(row.name)) continue
      db.insert(plans)
        .values(row)
        .onConflictDoUpdate({ target: plans.name, set: { numbers: row.numbers } })
        .run()
      known.set(row.name, row.numbers)
    }
    return [...known].map(([name, numbers]) => ({ name, numbers }))
  },
} satisfies Changes
