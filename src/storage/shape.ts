// Whether a database is one of ours: its log, its header and its tables, looked at before anybody writes to it.
import { Database } from 'bun:sqlite'
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { migrate, SchemaTooNew, schemaVersion } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { walDamage } from './wal-check.ts'

const headerChanged = 'its header is not as it was written'

/**
 * What keeps a file that no server has open from being served, as a sentence's part, or null. Throws SchemaTooNew, and what
 * SQLite says of a file that it cannot read. Nothing is changed: opening for writing would already change the file.
 */
export function unknownIn(file: string, steps: readonly string[] = migrations): string | null {
  if (statSync(file).size === 0) return 'the file is empty'
  const damage = walDamage(file) ?? headerDamage(file)
  if (damage !== null) return damage
  const sqlite = new Database(file, { readonly: true })
  try {
    return shapeDamage(sqlite, steps)
  } finally {
    sqlite.close()
  }
}

/** As `unknownIn`, for a connection, also beside a running server: its header and its tables. Throws SchemaTooNew. */
export function shapeDamage(sqlite: Database, steps: readonly string[] = migrations): string | null {
  const found = schemaVersion(sqlite)
  if (found > steps.length) throw new SchemaTooNew(found, steps.length)
  const { encoding } = sqlite.query<{ encoding: string }, []>('PRAGMA encoding').get() ?? {}
  if (encoding !== 'UTF-8') return headerChanged
  const expected = new Database(':memory:')
  try {
    migrate(expected, steps.slice(0, found))
    return schemaOf(sqlite) === schemaOf(expected) ? null : `its tables are not those of schema ${found}`
  } finally {
    expected.close()
  }
}

/** SQLite would pass over the log of a database whose header says that it has none (file format, offsets 18 and 19). */
function headerDamage(file: string): string | null {
  const hasLog = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0
  if (!hasLog) return null
  const head = Buffer.alloc(20)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, head)
  closeSync(descriptor)
  return head[18] === 2 && head[19] === 2 ? null : headerChanged
}

/** What the tables are, the search index's own aside; spaces and quotes do not matter. */
function schemaOf(sqlite: Database): string {
  const rows = sqlite
    .query<{ type: string; name: string; sql: string | null }, []>(
      "select type, name, sql from sqlite_schema where name not like 'sqlite_%' and name not like 'message_search_%' order by type, name",
    )
    .all()
  return rows.map(({ type, name, sql }) => `${type} ${name} ${(sql ?? '').replace(/[\s`"]+/g, '')}`).join('\n')
}
