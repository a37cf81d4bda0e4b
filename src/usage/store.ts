// Refused mails in the database: the newest are kept.
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { reasons } from '../refusal.ts'
import type { Changes, Writes } from '../storage/change.ts'
import { type Db, prepared } from '../storage/database.ts'
import { refusals } from '../storage/schema.ts'
import type { RefusedMail } from './refusal.ts'

export type RefusalRow = RefusedMail & { key: number }

const { placeholder } = sql

const statements = prepared((db: Db) => ({
  newest: db
    .select()
    .from(refusals)
    .where(lt(refusals.key, placeholder('before')))
    .orderBy(desc(refusals.key))
    .limit(placeholder('limit'))
    .prepare(),
  newestAt: db
    .select()
    .from(refusals)
    .where(and(eq(refusals.address, placeholder('address')), lt(refusals.key, placeholder('before'))))
    .orderBy(desc(refusals.key))
    .limit(placeholder('limit'))
    .prepare(),
}))

export class UsageStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  /** Newest first, of one mailbox's address or (null) of all. */
  async refusals(address: string | null, before: number, limit: number): Promise<RefusalRow[]> {
    const rows =
      address === null
        ? statements(this.db).newest.all({ before, limit })
        : statements(this.db).newestAt.all({ address, before, limit })
    return rows.flatMap((row) => {
      const reason = reasons.find((known) => known === row.reason)
      return reason ? [{ ...row, reason }] : []
    })
  }
}

export const changes = {
  /** Adds refused mails, and forgets all but the newest `keep`. */
  'refusals.add': ({ db }, { rows, keep }: { rows: RefusedMail[]; keep: number }): void => {
    if (rows.length > 0) db.insert(refusals).values(rows).run()
    db.run(sql`delete from ${refusals} where key <= (select max(key) from ${refusals}) - ${keep}`)
  },
} satisfies Changes
