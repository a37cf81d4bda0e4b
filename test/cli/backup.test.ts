import { expect, test } from 'bun:test'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotDo } from '../../src/cannot-do.ts'
import { backup } from '../../src/cli/backup.ts'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../core.ts'
import { leaveDamagedLog } from '../storage/damaged-log.ts'

test.each<[string, (dataDir: string) => void, string]>([
  [
    'whose log is damaged, rather than to drop what follows',
    leaveDamagedLog,
    'its write-ahead log is damaged at frame',
  ],
  [
    'without a table that its schema has',
    (dataDir) => {
      const { sqlite, close } = openForWriting(databaseFile(dataDir))
      sqlite.run('DROP TABLE refusals')
      close()
    },
    'its tables are not those of schema',
  ],
  ['that is no database', (dataDir) => writeFileSync(databaseFile(dataDir), 'x'.repeat(9000)), 'it is damaged'],
  ['that is empty', (dataDir) => writeFileSync(databaseFile(dataDir), ''), 'the file is empty'],
])('a backup without a server refuses a database %s', async (_, spoil, sentence) => {
  using directory = temporaryDirectory()
  spoil(directory.path)
  const copy = join(directory.path, 'copy')
  const sources = { env: {}, cwd: directory.path, overrides: { dataDir: directory.path } }
  const refused = await backup(sources, copy, false, () => {}).catch((error) => error)
  expect(refused).toBeInstanceOf(CannotDo)
  expect(String(refused)).toContain(sentence)
  expect(existsSync(copy)).toBe(false)
})

test.each(['newdir/', './', '/'])('a backup to %s is refused, since that names a directory', async (place) => {
  using directory = temporaryDirectory()
  const sources = { env: {}, cwd: directory.path, overrides: { dataDir: directory.path } }
  const refused = await backup(sources, place, false, () => {}).catch((error) => error)
  expect(refused).toBeInstanceOf(CannotDo)
  expect(String(refused)).toContain(`${place} names a directory: name the file, such as ${place}mayfly.db`)
  expect(existsSync(join(directory.path, 'newdir'))).toBe(false)
})
