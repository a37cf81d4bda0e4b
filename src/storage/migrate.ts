// Brings a database to the present schema. `user_version` counts the steps done; each is one transaction.
import type { Database } from 'bun:sqlite'

/** The database was written by a later Mayfly. */
export class SchemaTooNew extends Error {
  constructor(
    readonly found: number,
    readonly known: number,
  ) {
    super(
      `the database has schema ${found}, and this Mayfly knows schemas up to ${known}: it was written by a later version, and was left untouched`,
    )
    this.name = 'SchemaTooNew'
  }
}

/** The number of migration steps that this database has behind it. */
export function schemaVersion(sqlite: Database): number {
  return sqlite.query<{ user_version: number }, []>('PRAGMA user_version').get()?.user_version ?? 0
}

/**
 * Runs the steps that are missing. Throws SchemaTooNew before it touches anything. Foreign keys must be off, so that a
 * step may build a table anew (dropping the old one would take its children along); each step is checked against them.
 */
export function migrate(sqlite: Database, migrations: readonly string[]): void {
  const done = schemaVersion(sqlite)
  if (done > migrations.length) throw new SchemaTooNew(done, migrations.length)
  for (const [index, sql] of migrations.entries()) {
    if (index < done) continue
    sqlite.transaction(() => {
      for (const statement of sql.split('--> statement-breakpoint')) sqlite.run(statement)
      if (sqlite.query('PRAGMA foreign_key_check').get())
        throw new Error(`step ${index + 1} of the schema breaks references`)
      sqlite.run(`PRAGMA user_version = ${index + 1}`)
    })()
  }
}
