import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CannotDo } from '../../src/cannot-do.ts'
import { Backups } from '../../src/storage/backup.ts'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'
import { startThread } from '../../src/thread.ts'
import { temporaryDirectory } from '../core.ts'

const never = new AbortController().signal

/** A store with something in it, and its backups. */
function store(minFreeBytes = 0, start: () => Worker = () => startThread('backup')) {
  const directory = temporaryDirectory()
  const file = databaseFile(directory.path)
  const connection = openForWriting(file)
  connection.sqlite.run("INSERT INTO settings (name, value) VALUES ('a', 'kept')")
  return {
    path: directory.path,
    file,
    connection,
    backups: new Backups({ start, databaseFile: file, minFreeBytes }),
    names: () => readdirSync(directory.path).filter((name) => !name.startsWith('mayfly.db')),
    [Symbol.dispose]: () => {
      connection.close()
      directory[Symbol.dispose]()
    },
  }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error) => error,
  )

describe('a backup', () => {
  test('is a whole database for its owner alone, taken beside the connection that writes', async () => {
    using from = store()
    const to = join(from.path, 'copy')
    expect(await from.backups.make(to, never)).toMatchObject({ file: to, bytes: statSync(to).size })
    expect(statSync(to).mode & 0o777).toBe(0o600)
    const copy = new Database(to, { readonly: true })
    expect(copy.query('SELECT name, value FROM settings').all()).toEqual([{ name: 'a', value: 'kept' }])
    copy.close()
    expect(from.names()).toEqual(['copy'])
  })

  test('never takes the place of a file, not even of one that comes while it is made', async () => {
    using from = store()
    const to = join(from.path, 'copy')
    writeFileSync(to, 'mine')
    expect(String(await failure(from.backups.make(to, never)))).toContain('is there already')
    const late = join(from.path, 'late')
    const making = failure(from.backups.make(late, never))
    writeFileSync(late, 'mine')
    expect(String(await making)).toContain('is there already')
    for (const file of [to, late]) expect(readFileSync(file, 'utf8')).toBe('mine')
    expect(from.names().toSorted()).toEqual(['copy', 'late'])
  })

  test('never takes the place of a link that leads nowhere, nor of a directory', async () => {
    using from = store()
    const [dangling, directory] = [join(from.path, 'link'), join(from.path, 'directory')]
    symlinkSync('/nowhere/at/all', dangling)
    mkdirSync(directory)
    expect(String(await failure(from.backups.make(dangling, never)))).toContain('is a link that leads to no file')
    expect(String(await failure(from.backups.make(directory, never)))).toContain('is a directory: name a file in it')
    expect(readlinkSync(dangling)).toBe('/nowhere/at/all')
    expect(from.names().toSorted()).toEqual(['directory', 'link'])
  })

  test('says why it cannot be written, and leaves nothing', async () => {
    using from = store()
    const why = async (file: string) => String(await failure(from.backups.make(file, never)))
    expect(await why(join(from.path, 'nowhere/copy'))).toContain('there is no such file or directory')
    expect(await why(join(from.path, 'mayfly.db/copy'))).toContain('it is no directory')
    expect(await why('/proc/copy')).toMatch(/cannot be written|could not be written|the disk of/)
    expect(from.names()).toEqual([])
  })

  test('leaves the room on the disk that mail needs', async () => {
    using from = store(2 ** 60)
    const error = await failure(from.backups.make(join(from.path, 'copy'), never))
    expect(error).toBeInstanceOf(CannotDo)
    expect(String(error)).toContain('storage.min_free_bytes')
    expect(from.names()).toEqual([])
  })

  test('is not made of a damaged database', async () => {
    using from = store()
    from.connection.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
    const bytes = readFileSync(from.file)
    bytes.fill(0xff, 5 * 4096)
    writeFileSync(from.file, bytes)
    expect(String(await failure(from.backups.make(join(from.path, 'copy'), never)))).toContain('damaged')
    expect(from.names()).toEqual([])
  })

  test('is made one at a time, and takes away what an earlier one left that was killed', async () => {
    using from = store()
    const to = join(from.path, 'copy')
    writeFileSync(join(from.path, '.copy.mayfly-part'), 'half')
    const first = from.backups.make(to, never)
    expect(String(await failure(from.backups.make(join(from.path, 'other'), never)))).toContain('already')
    await first
    expect(from.names()).toEqual(['copy'])
    await from.backups.make(join(from.path, 'other'), never)
  })

  test.each(['stop', 'signal'])('ends at once when it is told to (%s), and leaves nothing', async (how) => {
    // A thread that gets no further.
    const hung = () => new Worker(`data:text/javascript,${encodeURIComponent('self.onmessage = () => { for (;;); }')}`)
    using from = store(0, hung)
    const leaving = new AbortController()
    const making = failure(from.backups.make(join(from.path, 'copy'), leaving.signal))
    await Bun.sleep(20)
    if (how === 'stop') await from.backups.stop()
    else leaving.abort()
    expect(String(await making)).toContain('was stopped')
    expect(existsSync(join(from.path, 'copy'))).toBe(false)
    expect(from.names()).toEqual([])
  })
})
