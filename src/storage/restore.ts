// Putting a backup in the place of a database. From the moment that the copy has its second name the restore is decided:
// whatever ends the process, the next one with the lock finishes it before anybody opens the database.
import { Database } from 'bun:sqlite'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { because, CannotDo } from '../cannot-do.ts'
import { copyDatabase } from './copy.ts'
import { databaseFile, openForReading } from './database.ts'
import { giveToOwner } from './directory.ts'
import { lostIn, lostText } from './lost.ts'
import { schemaVersion } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { shapeDamage } from './shape.ts'
import { sync } from './sync.ts'
import { walDamage } from './wal-check.ts'

/** A database that is decided for: this and when it was. */
const decidedPrefix = 'mayfly.db.restored-'
/** Tables that every schema has had. */
const ownTables = ['contents', 'events', 'mailboxes', 'messages', 'pieces']
const growing = 'mayfly.db.restoring'
/**
 * Events after a restore are numbered so far above those in the backup that none gets a number which a client knows from
 * the time between the two: its streams and waits would pass over it.
 */
const eventsApart = 1_000_000_000

/** Told of what the backup has lost, before anything is replaced. */
type Warn = (lost: string) => void

export type Restored = {
  /** The database that was there before, or null. */
  keptAside: string | null
}

/**
 * The caller holds the lock. `stamp` names what is kept aside, with a number behind it if one of that name is there. A backup
 * in which single messages are damaged is restored all the same: it may be the only one, what was there is kept aside, and
 * the server refuses what is damaged by itself. Throws CannotDo, with the old database untouched.
 */
export function restore(dataDir: string, file: string, stamp: string, warn: Warn): Restored {
  finishRestore(dataDir)
  refuseStranger(file)
  const copy = join(dataDir, growing)
  try {
    copyDatabase(file, copy)
    const lost = lostOf(copy)
    if (lost !== null) warn(lost)
    moveEvents(copy)
    giveToOwner(dataDir, copy)
    sync(copy)
  } catch (error) {
    removeDatabase(copy)
    throw new CannotDo(`${file} cannot be restored, and nothing was changed: ${because(error)}`)
  }
  renameSync(copy, join(dataDir, `${decidedPrefix}${unused(dataDir, stamp)}`))
  sync(dataDir)
  return finishRestore(dataDir)
}

/** Does what is left of a restore that was decided; nothing if none was. The caller holds the lock. */
export function finishRestore(dataDir: string): Restored {
  removeDatabase(join(dataDir, growing))
  const decided = readdirSync(dataDir).find((name) => name.startsWith(decidedPrefix))
  if (decided === undefined) return { keptAside: null }
  const old = databaseFile(dataDir)
  const aside = asideOf(dataDir, decided.slice(decidedPrefix.length))
  // The log goes first: a database without its log is never opened, since a restore is decided as long as they are apart.
  for (const suffix of ['-wal', '-synced', '']) {
    if (existsSync(`${old}${suffix}`)) renameSync(`${old}${suffix}`, `${aside}${suffix}`)
  }
  rmSync(`${old}-shm`, { force: true })
  rmSync(`${old}-journal`, { force: true })
  sync(dataDir)
  renameSync(join(dataDir, decided), old)
  sync(dataDir)
  return { keptAside: existsSync(aside) ? aside : null }
}

const asideOf = (dataDir: string, stamp: string): string => `${databaseFile(dataDir)}.before-restore-${stamp}`

/** The stamp, or the first numbered one of which nothing is kept aside. */
function unused(dataDir: string, stamp: string): string {
  const isUsed = (tried: string): boolean =>
    ['', '-wal', '-synced'].some((suffix) => existsSync(`${asideOf(dataDir, tried)}${suffix}`))
  let free = stamp
  for (let number = 2; isUsed(free); number++) free = `${stamp}-${number}`
  return free
}

function refuseStranger(file: string): void {
  if (!existsSync(file)) throw new CannotDo(`${file} cannot be restored: there is no such file`)
  if (!statSync(file).isFile()) throw new CannotDo(`${file} cannot be restored: it is no file`)
  const damage = walDamage(file)
  if (damage !== null) throw new CannotDo(`${file} cannot be restored: ${damage}`)
  const { version, tables, changed } = lookInto(file)
  if (version === 0 || !ownTables.every((name) => tables.has(name))) {
    throw new CannotDo(`${file} cannot be restored: it is no database of Mayfly's`)
  }
  if (version > migrations.length) {
    throw new CannotDo(
      `${file} cannot be restored: it has schema ${version}, and this Mayfly knows schemas up to ${migrations.length}; take a Mayfly at least as new as the one that wrote it`,
    )
  }
  if (changed !== null) throw new CannotDo(`${file} cannot be restored: ${changed}`)
}

/** `changed`: what of its header and tables is not as its schema has it. */
function lookInto(file: string): { version: number; tables: Set<string>; changed: string | null } {
  try {
    const sqlite = new Database(file, { readonly: true })
    try {
      const tables = sqlite.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      const version = schemaVersion(sqlite)
      const changed = version > migrations.length ? null : shapeDamage(sqlite)
      return { version, tables: new Set(tables.map(({ name }) => name)), changed }
    } finally {
      sqlite.close()
    }
  } catch (error) {
    throw new CannotDo(`${file} cannot be restored: ${because(error)}`)
  }
}

function lostOf(copy: string): string | null {
  const connection = openForReading(copy)
  try {
    return lostText(lostIn(connection, { bytes: true }))
  } finally {
    connection.close()
  }
}

/** Who comes back with a number from before is told by a `reset` to look again: the events that it could resume are gone. */
function moveEvents(copy: string): void {
  const sqlite = new Database(copy)
  try {
    sqlite.run('PRAGMA synchronous = FULL')
    sqlite.run(
      `INSERT INTO sqlite_sequence (name, seq) SELECT 'events', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events')`,
    )
    sqlite.run('DELETE FROM events')
    sqlite.run(`UPDATE sqlite_sequence SET seq = seq + ${eventsApart} WHERE name = 'events'`)
  } finally {
    sqlite.close()
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
}
