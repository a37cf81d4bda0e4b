// What the server keeps for itself in the database: its secrets, made at the first start.
import { eq } from 'drizzle-orm'
import type { Changes, Writes } from './change.ts'
import { settings } from './schema.ts'

export class Settings {
  constructor(private readonly writes: Writes<typeof changes>) {}

  /** The secret of this name; the first one that is offered is kept for good. */
  async secret(name: string, offered: Uint8Array): Promise<Uint8Array> {
    const value = await this.writes.run('settings.keep', { name, value: Buffer.from(offered).toString('hex') })
    return Buffer.from(value, 'hex')
  }
}

export const changes = {
  /** Keeps a value unless there is one. Answers the one that is kept. */
  'settings.keep': ({ db }, { name, value }: { name: string; value: string }): string => {
    db.insert(settings).values({ name, value }).onConflictDoNothing().run()
    return db.select().from(settings).where(eq(settings.name, name)).get()?.value ?? value
  },
} satisfies Changes
