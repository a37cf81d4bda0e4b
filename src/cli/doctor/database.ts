// SQLite itself, and what is in the database.
import { Database } from 'bun:sqlite'
import { statSync } from 'node:fs'
import { because, CannotDo } from '../../cannot-do.ts'
import { type Finding, findingsOf } from '../../finding.ts'
import { firstComplaint } from '../../storage/copy.ts'
import { databaseFile, oldestSqlite, openForReading } from '../../storage/database.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../../storage/lock.ts'
import { lostIn, lostText } from '../../storage/lost.ts'
import { SchemaTooNew, schemaVersion } from '../../storage/migrate.ts'
import { migrations } from '../../storage/migrations/index.ts'
import { shapeDamage, unknownIn } from '../../storage/shape.ts'

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
    const before = damageOfStopped(dataDir)
    if (before !== null) return { findings: [wrong(`it is damaged: ${before}`, restoreOne)], lastEventAt: null }
    const connection = openForReading(file)
    sqlite = connection.sqlite
    const version = schemaVersion(sqlite)
    const unknown = shapeDamage(sqlite)
    if (unknown !== null) return { findings: [wrong(`it is damaged: ${unknown}`, restoreOne)], lastEventAt: null }
    const how = statSync(file).size > thoroughBytes ? 'quick_check' : 'integrity_check'
    const complaint = firstComplaint(sqlite, how)
    if (complaint !== null) return { findings: [wrong(`it is damaged: ${complaint}`, restoreOne)], lastEventAt: null }
    const lost = lostText(lostIn(connection, { bytes: how === 'integrity_check' }))
    const whole =
      lost === null
        ? ok(`it is whole (${how})`)
        : wrong(`${lost}: what is damaged is refused`, `if a backup has them, ${restoreOne}`)
    const old = note(`it has schema ${version}: the next start brings it to ${migrations.length}`)
    return { findings: version < migrations.length ? [whole, old] : [whole], lastEventAt: lastEventAt(sqlite) }
  } catch (error) {
    if (error instanceof SchemaTooNew) {
      const says = `it has schema ${error.found}, and this Mayfly knows schemas up to ${error.known}`
      return { findings: [wrong(says, 'run the later Mayfly that wrote it')], lastEventAt: null }
    }
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

/** Null beside a running server, which looked at its files when it started and changes its log all the time. */
function damageOfStopped(dataDir: string): string | null {
  let lock: DataDirectoryLock | null
  try {
    lock = DataDirectoryLock.takeIfThere(dataDir)
  } catch (error) {
    if (error instanceof DataDirectoryTaken) return null
    throw error
  }
  try {
    return unknownIn(databaseFile(dataDir))
  } finally {
    lock?.release()
  }
}

function lastEventAt(sqlite: Database): number | null {
  return sqlite.query<{ at: number }, []>('SELECT at FROM events ORDER BY seq DESC LIMIT 1').get()?.at ?? null
}
