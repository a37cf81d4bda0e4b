import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openForReading, openForWriting } from '../../src/storage/database.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../../src/storage/lock.ts'
import { migrate, SchemaTooNew, schemaVersion } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations/index.ts'
import { temporaryDirectory } from '../core.ts'

const pragma = (sqlite: Database, name: string) =>
  Object.values(sqlite.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get() ?? {})[0]

describe('a database', () => {
  test('is durable, checked, and gives space back', () => {
    using directory = temporaryDirectory()
    const { sqlite, close } = openForWriting(join(directory.path, 'mayfly.db'))
    expect(pragma(sqlite, 'journal_mode')).toBe('wal')
    expect(pragma(sqlite, 'synchronous')).toBe(2)
    expect(pragma(sqlite, 'foreign_keys')).toBe(1)
    expect(pragma(sqlite, 'auto_vacuum')).toBe(2)
    expect(pragma(sqlite, 'journal_size_limit')).toBe(67_108_864)
    expect(pragma(sqlite, 'trusted_schema')).toBe(0)
    expect(pragma(sqlite, 'cell_size_check')).toBe(1)
    // Savepoints would open files in /var/tmp.
    expect(pragma(sqlite, 'temp_store')).toBe(2)
    expect(schemaVersion(sqlite)).toBe(migrations.length)
    close()
  })

  test('of a newer schema is refused, and not a byte of it changed', () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'mayfly.db')
    const newer = new Database(file)
    newer.run('create table later (x)')
    newer.run(`PRAGMA user_version = ${migrations.length + 1}`)
    newer.close()
    const before = { bytes: readFileSync(file), mtime: statSync(file).mtimeMs }
    expect(() => openForWriting(file)).toThrow(SchemaTooNew)
    expect(readFileSync(file).equals(before.bytes)).toBe(true)
    expect(statSync(file).mtimeMs).toBe(before.mtime)
  })

  test('cannot be changed through a connection that reads', () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'mayfly.db')
    const writing = openForWriting(file)
    const reading = openForReading(file)
    expect(() => reading.sqlite.run('delete from events')).toThrow('readonly')
    reading.close()
    writing.close()
  })

  test('whose step fails stands where it stood before that step', () => {
    const sqlite = new Database(':memory:')
    const steps = ['create table a (x)', 'create table b (x)--> statement-breakpoint\ncreate table a (x)']
    expect(() => migrate(sqlite, steps)).toThrow()
    expect(schemaVersion(sqlite)).toBe(1)
    expect(sqlite.query("select name from sqlite_master where type = 'table'").all()).toEqual([{ name: 'a' }])
    migrate(sqlite, [...steps.slice(0, 1), 'create table b (x)'])
    expect(schemaVersion(sqlite)).toBe(2)
  })
})

describe('a data directory', () => {
  test('has one server at a time', () => {
    using directory = temporaryDirectory()
    const first = DataDirectoryLock.take(directory.path)
    expect(() => DataDirectoryLock.take(directory.path)).toThrow(DataDirectoryTaken)
    first.release()
    DataDirectoryLock.take(directory.path).release()
  })
})
