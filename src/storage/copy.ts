// A whole copy of a database while others read and write it. It blocks its thread until it is done.
import { Database } from 'bun:sqlite'
import { closeSync, openSync } from 'node:fs'
import { sync } from './sync.ts'

/** A database holds something else than it should; the message is SQLite's first complaint. */
export class Damaged extends Error {
  constructor(complaint: string) {
    super(`the database is damaged: ${complaint}`)
    this.name = 'Damaged'
  }
}

/**
 * Writes what `from` holds at this moment to `to`, for the owner alone, checks every page of it, and answers when it is
 * on the disk. Throws if `to` is there; what is left at `to` after any other failure is for the caller to remove.
 */
export function copyDatabase(from: string, to: string): void {
  closeSync(openSync(to, 'wx', 0o600))
  // Forced to read only: a copy never changes where it comes from.
  const source = new Database(from, { readonly: true })
  try {
    source.run('PRAGMA busy_timeout = 5000')
    source.run('PRAGMA trusted_schema = OFF')
    // What holds for the source holds for the copy while it is written: it is synced once, at the end, when it is whole.
    source.run('PRAGMA synchronous = OFF')
    source.run('PRAGMA cache_size = -16384')
    // A damaged cell is found while it is copied, not carried over.
    source.run('PRAGMA cell_size_check = ON')
    source.query('VACUUM INTO ?').run(to)
  } finally {
    source.close()
  }
  const copy = new Database(to, { readonly: true })
  try {
    const complaint = firstComplaint(copy, 'integrity_check')
    if (complaint !== null) throw new Damaged(complaint)
  } finally {
    copy.close()
  }
  sync(to)
}

/** What is wrong with a database, or null. `quick_check` does not compare indexes with their tables. */
export function firstComplaint(sqlite: Database, how: 'integrity_check' | 'quick_check'): string | null {
  const said = sqlite.query<Record<string, string>, []>(`PRAGMA ${how}(1)`).get()?.[how] ?? 'it said nothing'
  return said === 'ok' ? null : said
}
