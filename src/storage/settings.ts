// What the server keeps for itself in the database: its secrets, made at the first start, and what the operator switched.
import { eq } from 'drizzle-orm'
import { type By, record } from './audit-trail.ts'
import type { Changes, Writes } from './change.ts'
import type { Db } from './database.ts'
import { settings } from './schema.ts'

export class Settings {
  constructor(
    private readonly writes: Writes<typeof changes>,
    private readonly db: Db,
  ) {}

  /** The value of this name; the first one that is offered is kept, until another is set. */
  keep(name: string, offered: string): Promise<string> {
    return this.writes.run('settings.keep', { name, value: offered })
  }

  get(name: string): string | null {
    return kept(this.db, name)
  }

  /** Sets a value, and records who did. */
  set(name: string, value: string, deed: { by: By; what: string; detail: Record<string, unknown> }): Promise<void> {
    return this.writes.run('settings.set', { name, value, deed })
  }
}

const kept = (db: Db, name: string): string | null =>
  db.select().from(settings).where(eq(settings.name, name)).get()?.value ?? null

export const changes = {
  'settings.set': (
    tx,
    {
      name,
      value,
      deed,
    }: { name: string; value: string; deed: { by: By; what: string; detail: Record<string, unknown> } },
  ): void => {
    tx.db.insert(settings).values({ name, value }).onConflictDoUpdate({ target: settings.name, set: { value } }).run()
    record(tx, deed.by, { accountId: null, what: deed.what, target: name, detail: deed.detail })
  },

  /** Keeps a value unless there is one. Answers the one that is kept. */
  'settings.keep': ({ db }, { name, value }: { name: string; value: string }): string => {
    db.insert(settings).values({ name, value }).onConflictDoNothing().run()
    return kept(db, name) ?? value
  },
} satisfies Changes
