// The numbers of plans in the database, for accounts whose plan is gone from the config.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Changes, Writes } from '../storage/change.ts'
import { plans } from '../storage/schema.ts'
import { type Plan, scopes, withoutLimits } from './plan.ts'

const limit = Type.Union([Type.Integer(), Type.Null()])

/** What was written by an older version may lack some. */
const Numbers = Type.Partial(
  Type.Object({
    requestsPerMinute: limit,
    burst: limit,
    requestsPerDay: limit,
    requestsPerMonth: limit,
    inboxesPerDay: limit,
    activeMailboxes: limit,
    archivedMailboxes: limit,
    defaultTtlMinutes: limit,
    maxTtlMinutes: limit,
    permanentMailboxes: Type.Boolean(),
    retentionMinutes: limit,
    mailboxBytes: limit,
    mailboxMessages: limit,
    accountBytes: limit,
    keys: limit,
    keyScopes: Type.Union([Type.Array(Type.Union(scopes.map((scope) => Type.Literal(scope)))), Type.Null()]),
    members: limit,
    customDomains: limit,
    webhooks: limit,
    customLocalPart: Type.Boolean(),
    chooseDomain: Type.Boolean(),
  } satisfies Record<Exclude<keyof Plan, 'name'>, unknown>),
)

export class PlanStore {
  constructor(private readonly writes: Writes<typeof changes>) {}

  /** Keeps the numbers of these plans, and answers all that are known. */
  async remember(some: readonly Plan[]): Promise<Plan[]> {
    const rows = some.map(({ name, ...numbers }) => ({ name, numbers: JSON.stringify(numbers) }))
    const known = await this.writes.run('plans.remember', { rows })
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
  'plans.remember': ({ db }, { rows }: { rows: Row[] }): Row[] => {
    const known = new Map(
      db
        .select()
        .from(plans)
        .all()
        .map((row) => [row.name, row.numbers]),
    )
    for (const row of rows) {
      if (known.get(row.name) === row.numbers) continue
      db.insert(plans)
        .values(row)
        .onConflictDoUpdate({ target: plans.name, set: { numbers: row.numbers } })
        .run()
      known.set(row.name, row.numbers)
    }
    return [...known].map(([name, numbers]) => ({ name, numbers }))
  },
} satisfies Changes
