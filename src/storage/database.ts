// Opening the database: one connection that writes, any number that read. The pragmas are promises (durability, bounds).
import { Database } from 'bun:sqlite'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import { damageOf } from './damage.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import * as schema from './schema.ts'
import { unknownIn } from './shape.ts'
import { sync } from './sync.ts'
import { untyped } from './untyped.ts'

export type Db = BunSQLiteDatabase<typeof schema>

/** A connection: Drizzle for the statements, the handle below it for pragmas and the search index. */
export type Connection = { db: Db; sqlite: Database; close: () => void }

/** Older ones can corrupt a WAL database on reset; macOS builds may load the system's. */
export const oldestSqlite = '3.51.3'

export const databaseFile = (dataDir: string): string => join(dataDir, 'mayfly.db')

/** The database is not as this server, or any before it, left it. */
export class DatabaseDamaged extends Error {
  constructor(what: string) {
    super(
      `it is damaged (${what}), and was left as it is: restore a backup ("mayfly restore FILE"), or move the data directory away to begin without its mail; "mayfly doctor" tells more`,
    )
    this.name = 'DatabaseDamaged'
  }
}

/**
 * The connection that writes, its schema brought up to date. `:memory:`, or the bytes of a database to have there, and
 * `steps` are for tests. `again`: this process has the database open already, and looked at it then; to close the file once
 * more would take away the locks that its other connections have on it (POSIX), and any other program could delete their
 * log. Throws SchemaTooNew, DatabaseDamaged.
 */
export function openForWriting(
  file: string | Uint8Array,
  steps: readonly string[] = migrations,
  { again = false }: { again?: boolean } = {},
): Connection {
  try {
    if (typeof file === 'string' && file !== ':memory:' && !again) {
      const unknown = existsSync(file) ? unknownIn(file, steps) : null
      if (unknown !== null) throw new DatabaseDamaged(unknown)
      if (!existsSync(file)) create(file, steps)
    }
    return connection(opened(file, steps))
  } catch (error) {
    const damage = damageOf(error)
    throw damage ? new DatabaseDamaged(damage.details.what ?? '') : error
  }
}

/** Made beside its place and moved there when it is whole: an empty file at that place is never the start of a new database. */
function create(file: string, steps: readonly string[]): void {
  const unfinished = `${file}.new`
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${unfinished}${end}`, { force: true })
  // Synced once, when it is whole: until then nobody would miss it, and each of some fifteen syncs keeps the start waiting.
  const sqlite = opened(unfinished, steps, 'OFF')
  sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  sqlite.close()
  sync(unfinished)
  // Of a database that was moved away its log must not be taken for this one's.
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  renameSync(unfinished, file)
}

function opened(file: string | Uint8Array, steps: readonly string[], synchronous: 'FULL' | 'OFF' = 'FULL'): Database {
  const sqlite =
    typeof file === 'string'
      ? new Database(file, { create: true, strict: true })
      : Database.deserialize(file, { strict: true })
  try {
    refuseOldSqlite(sqlite)
    sqlite.run('PRAGMA busy_timeout = 5000')
    sqlite.run(`PRAGMA synchronous = ${synchronous}`)
    // Before journal_mode: the other order silently leaves it off.
    sqlite.run('PRAGMA auto_vacuum = INCREMENTAL')
    sqlite.run('PRAGMA journal_mode = WAL')
    sqlite.run('PRAGMA trusted_schema = OFF')
    sqlite.run('PRAGMA cell_size_check = ON')
    sqlite.run('PRAGMA journal_size_limit = 67108864')
    sqlite.run('PRAGMA cache_size = -8192')
    keepTemporaryInMemory(sqlite)
    migrate(sqlite, steps)
    sqlite.run('PRAGMA foreign_keys = ON')
    return sqlite
  } catch (error) {
    sqlite.close()
    throw error
  }
}

/** A connection that can only read; the file must be there. */
export function openForReading(file: string): Connection {
  const sqlite = new Database(file, { readonly: true, strict: true })
  sqlite.run('PRAGMA busy_timeout = 5000')
  sqlite.run('PRAGMA trusted_schema = OFF')
  sqlite.run('PRAGMA cache_size = -2048')
  keepTemporaryInMemory(sqlite)
  return connection(sqlite)
}

/** What a savepoint or a sort sets aside is small; in files it would be mail outside the data directory, and fail with its disk. */
const keepTemporaryInMemory = (sqlite: Database): void => void sqlite.run('PRAGMA temp_store = MEMORY')

function connection(sqlite: Database): Connection {
  return { db: drizzle(sqlite, { schema }), sqlite, close: () => sqlite.close() }
}

function refuseOldSqlite(sqlite: Database): void {
  const version = sqlite.query<{ version: string }, []>('SELECT sqlite_version() AS version').get()?.version ?? '0'
  if (Bun.semver.order(version, oldestSqlite) < 0) {
    throw new Error(`SQLite ${version} is too old: Mayfly needs ${oldestSqlite} or later`)
  }
}

/** A statement, or several, prepared once for each connection. */
export function prepared<Statements extends object>(make: (db: Db) => Statements): (db: Db) => Statements {
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

type Makers = Record<string, () => unknown>

/** Statements by name, each prepared when it is first used: a start needs few of them. */
export const statementsOf = <Made extends Makers>(make: (db: Db) => Made) =>
  prepared((db): { readonly [Name in keyof Made]: ReturnType<Made[Name]> } => {
    const statements = {}
    for (const [name, prepare] of Object.entries(make(db))) {
      const get = (): unknown => {
        const statement = prepare()
        Object.defineProperty(statements, name, { value: statement, enumerable: true })
        return statement
      }
      Object.defineProperty(statements, name, { get, enumerable: true, configurable: true })
    }
    return untyped(statements)
  })

const lastKey = prepared((db: Db) =>
  db.select({ key: sql<number>`last_insert_rowid()` }).from(sql`(select 1)`).prepare(),
)

/**
 * The key of the row that was inserted last. `RETURNING` would answer it too, but keeps a journal of the statement: that
 * costs more than the insert, and has the search index write what it gathers for the commit.
 */
export function insertedKey(db: Db): number {
  const row = lastKey(db).get()
  if (!row) throw new Error('the key of an insert was not answered')
  return row.key
}
