// Mailboxes whose mail is still to be indexed for the account that opened them. Each is kept by the change that opens it, so
// that a crash before all is indexed leaves no mail out of the account's search.
import { eq, like } from 'drizzle-orm'
import type { Db } from '../storage/database.ts'
import { settings } from '../storage/schema.ts'

/** `after`: the key of the last message that is indexed. */
export type Adoption = { mailboxKey: number; after: number }

const prefix = 'adoption '

/** Keeps how far it is; null: done. */
export function keepAdoption(db: Db, mailboxKey: number, after: number | null): void {
  const name = `${prefix}${mailboxKey}`
  if (after === null) {
    db.delete(settings).where(eq(settings.name, name)).run()
    return
  }
  const value = String(after)
  db.insert(settings).values({ name, value }).onConflictDoUpdate({ target: settings.name, set: { value } }).run()
}

export function adoptions(db: Db): Adoption[] {
  const rows = db
    .select()
    .from(settings)
    .where(like(settings.name, `${prefix}%`))
    .all()
  const found = rows.map(({ name, value }) => ({ mailboxKey: Number(name.slice(prefix.length)), after: Number(value) }))
  // What is no number was damaged; without it the mail is found once the index is made anew.
  return found.filter(({ mailboxKey, after }) => Number.isSafeInteger(mailboxKey) && Number.isSafeInteger(after))
}
