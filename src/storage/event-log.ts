// The `events` table: what a stream that comes back has missed, and how far the log goes.
import { and, asc, eq, gt, lt, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Event } from '../events.ts'
import type { Changes, Writes } from './change.ts'
import { type Db, statementsOf } from './database.ts'
import { events } from './schema.ts'

/** SQLite's own table of AUTOINCREMENT counters: it remembers also what was deleted. */
export const sequences = sqliteTable('sqlite_sequence', { name: text('name').notNull(), seq: integer('seq').notNull() })

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  since: () =>
    db
      .select()
      .from(events)
      .where(and(eq(events.address, placeholder('address')), gt(events.seq, placeholder('seq'))))
      .orderBy(asc(events.seq))
      .limit(placeholder('limit'))
      .prepare(),
  sinceOf: () =>
    db
      .select()
      .from(events)
      .where(and(eq(events.accountId, placeholder('accountId')), gt(events.seq, placeholder('seq'))))
      .orderBy(asc(events.seq))
      .limit(placeholder('limit'))
      .prepare(),
  last: () => db.select().from(sequences).where(eq(sequences.name, sql`'events'`)).prepare(),
  oldest: () =>
    db
      .select({ seq: sql<number | null>`min(${events.seq})` })
      .from(events)
      .prepare(),
}))

export class EventLog {
  constructor(
    private readonly db: Db,
    private readonly writes: Writes<typeof changes>,
  ) {}

  /** The `seq` of the newest event ever; 0 before the first. */
  async last(): Promise<number> {
    return statements(this.db).last.get()?.seq ?? 0
  }

  /** The `seq` of the oldest one kept; after the newest if none is. */
  async oldest(): Promise<number> {
    return statements(this.db).oldest.get()?.seq ?? (await this.last()) + 1
  }

  /** Events of one mailbox's address after `seq`, in order. */
  async since(address: string, seq: number, limit: number): Promise<Event[]> {
    return statements(this.db).since.all({ address, seq, limit })
  }

  /** Events of one account after `seq`, in order. */
  async sinceOf(accountId: string, seq: number, limit: number): Promise<Event[]> {
    return statements(this.db).sinceOf.all({ accountId, seq, limit })
  }

  /** Forgets events from before `until`, some at a time. Answers whether there is more. */
  async trim(until: number): Promise<boolean> {
    return this.writes.run('events.trim', { until })
  }
}

const batch = 500

export const changes = {
  'events.trim': ({ db }, { until }: { until: number }): boolean => {
    const oldest = db
      .select({ seq: events.seq })
      .from(events)
      .where(lt(events.at, until))
      .orderBy(asc(events.seq))
      .limit(batch)
      .all()
    const last = oldest.at(-1)
    if (last)
      db.delete(events)
        .where(and(lt(events.at, until), sql`${events.seq} <= ${last.seq}`))
        .run()
    return oldest.length === batch
  },
} satisfies Changes
