// SQLite itself, and what is in the database.
import { Database } from 'bun:sqlite'
import { statSync } from 'node:fs'
import { because, CannotDo } from '../../cannot-do.ts'
import { firstComplaint } from '../../storage/copy.ts'
import { databaseFile, oldestSqlite } from '../../storage/database.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../../storage/lock.ts'
import { schemaVersion } from '../../storage/migrate.ts'
import { migrations } from '../../storage/migrations/index.ts'
import { walDamage } from '../../storage/wal-check.ts'
import { type Finding, findingsOf } from './finding.ts'

/** Larger ones are looked through without comparing indexes with their tables. */
const thoroughBytes = 2 ** 30

export function sqlite(): Finding[] {
  const { ok, wrong } = findingsOf('sqlite')
  const take = 'run the executable as it was built: it brings its own SQLite'
  const memory = new Database(':memory:')
  try {
    const version = memory.query<{ version: string }, []>('SELECT sqlite_version() AS version').get()?.version ?? '0'
    if (Bun.semver.order(version, oldestSqlite) < 0)
      return [wrong(`SQLite is ${version}, and Mayfly needs ${oldestSqlite}`, take)]
    memory.run("CREATE VIRTUAL TABLE t USING fts5(words, content='', contentless_delete=1, prefix='2 3')")
    memory.run("INSERT INTO t (rowid, words) VALUES (1, 'mayfly')")
    const found = memory.query("SELECT rowid FROM t WHERE t MATCH 'may*'").all().length
    memory.run('DELETE FROM t WHERE rowid = 1')
    return [found === 1 ? ok(`SQLite ${version} with full-text search`) : wrong('SQLite finds no words', take)]
  } catch (error) {
    return [wrong(`SQLite lacks what Mayfly needs: ${error instanceof Error ? error.message : error}`, take)]
  } finally {
    memory.close()
  }
}

export type Store = {
  findings: Finding[]
  /** Epoch milliseconds; null without events. */
  lastEventAt: number | null
}

/** Reads the whole database, also beside a running server. */
export function database(dataDir: string): Store {
  const { ok, note, wrong } = findingsOf('database')
  const file = databaseFile(dataDir)
  try {
    statSync(file)
  } catch (error) {
    const isNone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const none = note('there is none yet: the first start makes it')
    const hidden = wrong(`it was not looked at: ${because(error)}`, `look again as the user that owns ${dataDir}`)
    return { findings: [isNone ? none : hidden], lastEventAt: null }
  }
  const restoreOne = 'stop the server and restore a backup: mayfly restore FILE'
  let sqlite: Database | null = null
  try {
    const ofLog = logDamage(dataDir)
    if (ofLog !== null) return { findings: [wrong(`it is damaged: ${ofLog}`, restoreOne)], lastEventAt: null }
    sqlite = new Database(file, { readonly: true })
    sqlite.run('PRAGMA busy_timeout = 5000')
    const version = schemaVersion(sqlite)
    if (version > migrations.length) {
      const says = `it has schema ${version}, and this Mayfly knows schemas up to ${migrations.length}`
      return { findings: [wrong(says, 'run the later Mayfly that wrote it')], lastEventAt: null }
    }
    const how = statSync(file).size > thoroughBytes ? 'quick_check' : 'integrity_check'
    const complaint = firstComplaint(sqlite, how)
    if (complaint !== null) return { findings: [wrong(`it is damaged: ${complaint}`, restoreOne)], lastEventAt: null }
    const whole = ok(`it is whole (${how})`)
    const old = note(`it has schema ${version}: the next start brings it to ${migrations.length}`)
    return { findings: version < migrations.length ? [whole, old] : [whole], lastEventAt: lastEventAt(sqlite) }
  } catch (error) {
    if (error instanceof CannotDo)
      return {
        findings: [wrong(`it was not looked at: ${error.message}`, 'look again as that user')],
        lastEventAt: null,
      }
    const says = `it cannot be read: ${error instanceof Error ? error.message : error}`
    return { findings: [wrong(says, restoreOne)], lastEventAt: null }
  } finally {
    sqlite?.close()
  }
}

/** Null beside a running server, which looked at its log when it started and changes it all the time. */
function logDamage(dataDir: string): string | null {
  let lock: DataDirectoryLock | null
  try {
    lock = DataDirectoryLock.takeIfThere(dataDir)
  } catch (error) {
    if (error instanceof DataDirectoryTaken) return null
    throw error
  }
  try {
    return walDamage(databaseFile(dataDir))
  } finally {
    lock?.release()
  }
}

function lastEventAt(sqlite: Database): number | null {
  return sqlite.query<{ at: number }, []>('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()?.at ?? null
}
