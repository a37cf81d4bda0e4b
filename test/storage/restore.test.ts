import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotDo } from '../../src/cannot-do.ts'
import { copyDatabase } from '../../src/storage/copy.ts'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations/index.ts'
import { finishRestore, restore } from '../../src/storage/restore.ts'
import { temporaryDirectory } from '../core.ts'
import { leaveDamagedLog } from './damaged-log.ts'

const stamp = '20260101T000000Z'

/** A store in which `settings` says who it is; `crashed` leaves its last words in the write-ahead log. */
function fill(dataDir: string, who: string, crashed = false): void {
  const { sqlite, close } = openForWriting(databaseFile(dataDir))
  sqlite.run("INSERT INTO settings (name, value) VALUES ('who', ?)", [who])
  if (!crashed) {
    close()
    return
  }
  const names = ['mayfly.db', 'mayfly.db-wal']
  const left = names.map((name) => readFileSync(join(dataDir, name)))
  close()
  for (const [n, name] of names.entries()) writeFileSync(join(dataDir, name), left[n] ?? '')
}

function whoIs(file: string): string | undefined {
  const sqlite = new Database(file)
  const found = sqlite.query<{ value: string }, []>("SELECT value FROM settings WHERE name = 'who'").get()
  sqlite.close()
  return found?.value
}

/** A backup of a store that calls itself `backup`, and a data directory. */
function scene() {
  const directory = temporaryDirectory()
  const from = temporaryDirectory()
  fill(from.path, 'backup')
  const backup = join(from.path, 'backup')
  copyDatabase(databaseFile(from.path), backup)
  return {
    dataDir: directory.path,
    backup,
    names: () => readdirSync(directory.path).toSorted(),
    [Symbol.dispose]: () => {
      directory[Symbol.dispose]()
      from[Symbol.dispose]()
    },
  }
}

const refusal = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    expect(error).toBeInstanceOf(CannotDo)
    return String(error)
  }
  throw new Error('it was not refused')
}

describe('a restore', () => {
  test('tells of messages that are damaged in the backup before it replaces anything, and restores the rest', () => {
    using place = scene()
    const sqlite = new Database(place.backup)
    sqlite.run('PRAGMA foreign_keys = OFF')
    sqlite.run(
      "INSERT INTO messages (id, mailbox_key, content_key, address, size, received_at, seen) VALUES ('m', 1, 1, 'a@b.c', 1, 1, 0)",
    )
    sqlite.close()
    const told: string[] = []
    restore(place.dataDir, place.backup, stamp, (lost) => {
      told.push(lost)
      expect(place.names()).toEqual(['mayfly.db.restoring'])
    })
    expect(told).toEqual(['1 message is not as written'])
    expect(whoIs(databaseFile(place.dataDir))).toBe('backup')
  })

  test('puts a backup where there is nothing', () => {
    using place = scene()
    expect(restore(place.dataDir, place.backup, stamp, () => {})).toEqual({ keptAside: null })
    expect(place.names()).toEqual(['mayfly.db'])
    expect(whoIs(databaseFile(place.dataDir))).toBe('backup')
  })

  test('keeps the database that was there aside, with what only its log held', () => {
    using place = scene()
    fill(place.dataDir, 'old', true)
    const { keptAside } = restore(place.dataDir, place.backup, stamp, () => {})
    expect(keptAside).toBe(`${databaseFile(place.dataDir)}.before-restore-${stamp}`)
    expect(whoIs(databaseFile(place.dataDir))).toBe('backup')
    expect(whoIs(keptAside ?? '')).toBe('old')
  })

  test('takes a database with its log beside it too', () => {
    using place = scene()
    using crashed = temporaryDirectory()
    fill(crashed.path, 'crashed', true)
    restore(place.dataDir, databaseFile(crashed.path), stamp, () => {})
    expect(whoIs(databaseFile(place.dataDir))).toBe('crashed')
  })

  test('keeps each database aside under a name of its own, also within one second', () => {
    using place = scene()
    fill(place.dataDir, 'first', true)
    const first = restore(place.dataDir, place.backup, stamp, () => {}).keptAside ?? ''
    const second = restore(place.dataDir, place.backup, stamp, () => {}).keptAside ?? ''
    const third = restore(place.dataDir, place.backup, stamp, () => {}).keptAside ?? ''
    expect(new Set([first, second, third]).size).toBe(3)
    expect([first, second, third].map(whoIs)).toEqual(['first', 'backup', 'backup'])
  })

  test('keeps aside with a log how much of it was on the disk', () => {
    using place = scene()
    fill(place.dataDir, 'old', true)
    writeFileSync(`${databaseFile(place.dataDir)}-synced`, 'mark')
    const { keptAside } = restore(place.dataDir, place.backup, stamp, () => {})
    expect(readFileSync(`${keptAside}-synced`, 'utf8')).toBe('mark')
    expect(existsSync(`${databaseFile(place.dataDir)}-synced`)).toBe(false)
  })

  test('refuses a database whose log is damaged, and changes nothing', () => {
    using place = scene()
    using other = temporaryDirectory()
    fill(place.dataDir, 'old')
    const damaged = leaveDamagedLog(other.path)
    expect(refusal(() => restore(place.dataDir, damaged, stamp, () => {}))).toContain(
      'its write-ahead log is damaged at frame',
    )
    expect(whoIs(databaseFile(place.dataDir))).toBe('old')
  })

  test('takes an older schema, which the next start brings up to date', () => {
    using place = scene()
    rmSync(place.backup)
    const old = new Database(place.backup, { create: true })
    migrate(old, migrations.slice(0, 1))
    old.close()
    restore(place.dataDir, place.backup, stamp, () => {})
    const { sqlite, close } = openForWriting(databaseFile(place.dataDir))
    expect(sqlite.query('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
    close()
  })

  test.each<[string, (backup: string) => void, string]>([
    ['that is not there', (backup) => renameSync(backup, `${backup}-gone`), 'there is no such file'],
    ['that is no database', (backup) => writeFileSync(backup, 'x'.repeat(9000)), 'it is no database'],
    ['that is empty', (backup) => writeFileSync(backup, ''), "no database of Mayfly's"],
    ['that was cut off', (backup) => truncateSync(backup, 8 * 4096), 'damaged'],
    [
      'of another program',
      (backup) => {
        writeFileSync(backup, '')
        const other = new Database(backup)
        other.run('CREATE TABLE messages (id)')
        other.run('PRAGMA user_version = 1')
        other.close()
      },
      "no database of Mayfly's",
    ],
    [
      'of a newer schema',
      (backup) => {
        const newer = new Database(backup)
        newer.run('PRAGMA user_version = 9999')
        newer.close()
      },
      'it has schema 9999',
    ],
    [
      'whose tables were changed',
      (backup) => {
        const changed = new Database(backup)
        changed.run('DROP INDEX messages_mailbox')
        changed.close()
      },
      'its tables are not those of schema',
    ],
  ])('refuses a file %s, and changes nothing', (_, spoil, sentence) => {
    using place = scene()
    fill(place.dataDir, 'old')
    spoil(place.backup)
    expect(refusal(() => restore(place.dataDir, place.backup, stamp, () => {}))).toContain(sentence)
    expect(place.names().filter((name) => !/^mayfly\.db(-wal|-shm)?$/.test(name))).toEqual([])
    expect(whoIs(databaseFile(place.dataDir))).toBe('old')
  })

  test('numbers events so that none from between the backup and the restore is taken for a new one', () => {
    using place = scene()
    const made = new Database(place.backup)
    const event =
      "INSERT INTO events (at, type, mailbox_id, address, unclaimed) VALUES (1, 'message.stored', 'm', 'a', 0)"
    made.run(event)
    made.close()
    restore(place.dataDir, place.backup, stamp, () => {})
    const { sqlite, close } = openForWriting(databaseFile(place.dataDir))
    expect(sqlite.query('SELECT seq FROM events').all()).toEqual([])
    sqlite.run(event)
    expect(sqlite.query<{ seq: number }, []>('SELECT seq FROM events').get()?.seq).toBeGreaterThan(1_000_000_000)
    close()
  })
})

describe('a restore that was killed', () => {
  /** What there is on the disk after each step that a finished restore took, up to that one. */
  const steps: [string, (dataDir: string, aside: string) => void][] = [
    ['when it was decided', () => {}],
    ['when the old log had gone', (dataDir, aside) => renameSync(`${databaseFile(dataDir)}-wal`, `${aside}-wal`)],
    [
      'when the old database had gone',
      (dataDir, aside) => {
        renameSync(`${databaseFile(dataDir)}-wal`, `${aside}-wal`)
        renameSync(databaseFile(dataDir), aside)
      },
    ],
  ]

  test.each(steps)('%s is finished by the next who has the lock', (_, step) => {
    using place = scene()
    fill(place.dataDir, 'old', true)
    const aside = `${databaseFile(place.dataDir)}.before-restore-${stamp}`
    copyDatabase(place.backup, join(place.dataDir, `mayfly.db.restored-${stamp}`))
    step(place.dataDir, aside)
    expect(finishRestore(place.dataDir)).toEqual({ keptAside: aside })
    expect(whoIs(databaseFile(place.dataDir))).toBe('backup')
    expect(whoIs(aside)).toBe('old')
    expect(finishRestore(place.dataDir)).toEqual({ keptAside: null })
    expect(whoIs(databaseFile(place.dataDir))).toBe('backup')
  })

  test('before it was decided leaves the old database as it is', () => {
    using place = scene()
    fill(place.dataDir, 'old', true)
    writeFileSync(join(place.dataDir, 'mayfly.db.restoring'), 'half')
    finishRestore(place.dataDir)
    expect(existsSync(join(place.dataDir, 'mayfly.db.restoring'))).toBe(false)
    expect(whoIs(databaseFile(place.dataDir))).toBe('old')
  })
})
