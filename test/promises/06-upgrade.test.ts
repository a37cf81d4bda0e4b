// Promise 6: every step of an upgrade survives kill -9.
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openForReading, openForWriting } from '../../src/storage/database.ts'
import { migrate, schemaVersion } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations/index.ts'
import { deliver, mail, openAnonymous, temporaryDirectory, testCore } from '../core.ts'
import { nextStep } from './next-step.ts'
import { figures, isFull, size } from './promise.ts'

const steps = [...migrations, nextStep]
const tables = ['mailboxes', 'mailbox_tokens', 'messages', 'contents', 'digests', 'pieces', 'attachments', 'events']

/** Upgrades in a process of its own, which dies at the nth moment; 0: it does not. Answers how many there are. */
async function upgrade(file: string, known: number, nth: number): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'upgrading.ts'), file, String(known), String(nth)], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  const code = await child.exited
  if (nth > 0) expect([child.signalCode, err]).toEqual(['SIGKILL', ''])
  else expect([code, err]).toEqual([0, ''])
  return Number(out)
}

/** By table. */
const firstColumns = (() => {
  const first = new Database(':memory:')
  migrate(first, migrations.slice(0, 1))
  const columnsOf = (table: string): Set<string> => {
    const columns = first.query<{ name: string }, []>(`PRAGMA table_info(${table})`).all()
    return new Set(columns.map(({ name }) => name))
  }
  return new Map(tables.map((table) => [table, columnsOf(table)]))
})()

/** All rows of the tables that a schema has, in the columns that the first one had. */
function rowsOf(sqlite: Database): Record<string, unknown[]> {
  const found: Record<string, unknown[]> = {}
  for (const table of tables) {
    const rows = sqlite.query<Record<string, unknown>, []>(`select * from ${table} order by 1`).all()
    const known = firstColumns.get(table)
    found[table] = rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => known?.has(name))))
  }
  return found
}

/** A database of that schema with real rows: those that today's server writes, without what came later. */
async function filled(file: string, version: number): Promise<void> {
  const source = `${file}.source`
  const core = testCore({ file: source })
  const { mailbox } = await openAnonymous(core, { localPart: 'box', tag: 'kept' })
  for (let n = 0; n < 5; n++) await deliver(core, mailbox.address, mail({ Subject: `mail ${n}` }, 'x'.repeat(n * 1000)))
  await deliver(core, 'free@mayfly.test', mail({ Subject: 'large' }, 'y'.repeat(1_500_000)))
  while (core.digesting.waiting > 0) await Bun.sleep(5)
  core.close()
  const sqlite = new Database(file, { create: true })
  sqlite.run('PRAGMA auto_vacuum = INCREMENTAL')
  sqlite.run('PRAGMA journal_mode = WAL')
  migrate(sqlite, migrations.slice(0, version))
  sqlite.run(`ATTACH '${source}' AS source`)
  for (const table of tables) {
    const columns = sqlite.query<{ name: string }, []>(`PRAGMA main.table_info(${table})`).all()
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    sqlite.run(`INSERT INTO main.${table} (${names}) SELECT ${names} FROM source.${table}`)
  }
  sqlite.close()
}

/** What a kill left: the database of one schema or another, never of half a step. */
function look(file: string, before: Record<string, unknown[]>): void {
  const sqlite = new Database(file)
  const version = schemaVersion(sqlite)
  const { tables: found, rows } = { tables: schemaOf(sqlite), rows: rowsOf(sqlite) }
  sqlite.close()
  const expected = new Database(':memory:')
  migrate(expected, steps.slice(0, version))
  expect(found).toEqual(schemaOf(expected))
  if (version < steps.length) expect(rows).toEqual(before)
  else isUpgraded(rows, before)
}

function isUpgraded(rows: Record<string, unknown[]>, before: Record<string, unknown[]>): void {
  const { contents, mailboxes, ...others } = rows
  const { contents: oldContents, mailboxes: oldMailboxes, ...same } = before
  expect(others).toEqual(same)
  const subject = (row: unknown) => (typeof row === 'object' && row && 'subject' in row ? String(row.subject) : '')
  expect(contents?.map(subject)).toEqual(oldContents?.map((row) => subject(row).toUpperCase()))
  expect(mailboxes).toEqual(oldMailboxes?.map((row) => (typeof row === 'object' && row ? { ...row, tag: null } : row)))
}

const schemaOf = (sqlite: Database): unknown[] =>
  sqlite
    .query("select type, name, sql from sqlite_schema where name not like 'message_search_%' order by type, name")
    .all()

const autoVacuum = (file: string): unknown => {
  const { sqlite, close } = openForReading(file)
  const { auto_vacuum } = sqlite.query<{ auto_vacuum: number }, []>('PRAGMA auto_vacuum').get() ?? { auto_vacuum: null }
  close()
  return auto_vacuum
}

/** At the small size some moments, others in each run. */
const stride = size(15, 1)
const versions = isFull ? migrations.map((_, index) => index + 1) : [1]

for (const version of versions) {
  test(`promise 6: an upgrade from schema ${version}, killed at any statement, completes at the next start, and no half step is seen`, async () => {
    using directory = temporaryDirectory()
    const old = join(directory.path, 'old.db')
    await filled(old, version)
    const sqlite = new Database(old)
    const before = rowsOf(sqlite)
    sqlite.close()
    const trial = (name: string): string => {
      const place = join(directory.path, name)
      mkdirSync(place)
      copyFileSync(old, join(place, 'mayfly.db'))
      return join(place, 'mayfly.db')
    }
    const moments = await upgrade(trial('whole'), steps.length, 0)
    expect(moments).toBeGreaterThan(20)
    let kills = 0
    for (let nth = 1 + Math.floor(Math.random() * stride); nth <= moments; nth += stride, kills++) {
      const file = trial(`killed${nth}`)
      await upgrade(file, steps.length, nth)
      look(file, before)
      openForWriting(file, steps).close()
      const { sqlite, close } = openForReading(file)
      expect(schemaVersion(sqlite)).toBe(steps.length)
      isUpgraded(rowsOf(sqlite), before)
      expect(sqlite.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
      expect(sqlite.query('PRAGMA foreign_key_check').all()).toEqual([])
      close()
    }
    figures(`schema ${version} upgraded through ${kills} kills`)
  }, 600_000)
}

test('promise 6: a database whose making was killed at any statement is made at the next start', async () => {
  using directory = temporaryDirectory()
  const moments = await upgrade(join(directory.path, 'whole.db'), migrations.length, 0)
  let kills = 0
  for (let nth = 1 + Math.floor(Math.random() * stride); nth <= moments; nth += stride, kills++) {
    const file = join(directory.path, `killed${nth}.db`)
    await upgrade(file, migrations.length, nth)
    // There is none, or it is whole.
    if (existsSync(file)) expect(autoVacuum(file)).toBe(2)
    openForWriting(file).close()
    expect(autoVacuum(file)).toBe(2)
    const core = testCore({ file })
    const [id = ''] = await deliver(core, 'box@mayfly.test', mail({ Subject: 'first' }, 'first'))
    expect((await core.messages.get({ kind: 'nobody' }, id)).subject).toBe('first')
    core.close()
  }
  figures(`made through ${kills} kills`)
}, 600_000)
