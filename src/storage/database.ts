// Opening the database: one connection that writes, any number that read. The pragmas are promises (durability, bounds).
import { Database } from 'bun:sqlite'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import { migrate, SchemaTooNew, schemaVersion } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import * as schema from './schema.ts'

export type Db = BunSQLiteDatabase<typeof schema>

/** A connection: Drizzle for the statements, the handle below it for pragmas and the search index. */
export type Connection = { db: Db; sqlite: Database; close: () => void }

/** Older ones can corrupt a WAL database on reset; macOS builds may load the system's. */
export const oldestSqlite = '3.51.3'

export const databaseFile = (dataDir: string): string => join(dataDir, 'mayfly.db')

/** The connection that writes, its schema brought up to date. `:memory:` for tests. */
export function openForWriting(file: string): Connection {
  // Looked at through a connection that cannot write: opening for writing would already change the file.
  if (file !== ':memory:' && existsSync(file)) refuseNewerSchema(file)
  const sqlite = new Database(file, { create: true, strict: true })
  refuseOldSqlite(sqlite)
  sqlite.run('PRAGMA busy_timeout = 5000')
  // Before journal_mode: the other order silently leaves it off.
  sqlite.run('PRAGMA auto_vacuum = INCREMENTAL')
  sqlite.run('PRAGMA journal_mode = WAL')
  sqlite.run('PRAGMA synchronous = FULL')
  sqlite.run('PRAGMA foreign_keys = ON')
  sqlite.run('PRAGMA trusted_schema = OFF')
  sqlite.run('PRAGMA cell_size_check = ON')
  sqlite.run('PRAGMA journal_size_limit = 67108864')
  sqlite.run('PRAGMA cache_size = -16384')
  keepTemporaryInMemory(sqlite)
  migrate(sqlite, migrations)
  return connection(sqlite)
}

/** A connection that can only read; the file must be there. */
export function openForReading(file: string): Connection {
  const sqlite = new Database(file, { readonly: true, strict: true })
  sqlite.run('PRAGMA busy_timeout = 5000')
  sqlite.run('PRAGMA trusted_schema = OFF')
  sqlite.run('PRAGMA cache_size = -8192')
  keepTemporaryInMemory(sqlite)
  return connection(sqlite)
}

/** What a savepoint or a sort sets aside is small; in files it would be mail outside the data directory, and fail with its disk. */
const keepTemporaryInMemory = (sqlite: Database): void => void sqlite.run('PRAGMA temp_store = MEMORY')

function connection(sqlite: Database): Connection {
  return { db: drizzle(sqlite, { schema }), sqlite, close: () => sqlite.close() }
}

function refuseNewerSchema(file: string): void {
  const sqlite = new Database(file, { readonly: true })
  try {
    const found = schemaVersion(sqlite)
    if (found > migrations.length) throw new SchemaTooNew(found, migrations.length)
  } finally {
    sqlite.close()
  }
}

function refuseOldSqlite(sqlite: Database): void {
  const version = sqlite.query<{ version: string }, []>('SELECT sqlite_version() AS version').get()?.version ?? '0'
  if (Bun.semver.order(version, oldestSqlite) < 0) {
    throw new Error(`SQLite ${version} is too old: Mayfly needs ${oldestSqlite} or later`)
  }
}

/** Statements prepared once for each connection. */
export function prepared<Statements>(make: (db: Db) => Statements): (db: Db) => Statements {
  const made = new WeakMap<Db, Statements>()
  return (db) => {
    let statements = made.get(db)
    if (!statements) {
      statements = make(db)
      made.set(db, statements)
    }
    return statements
  }
}
