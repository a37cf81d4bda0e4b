// What a killed server left on a disk that then spoilt the middle of its write-ahead log.
import { readFileSync, writeFileSync } from 'node:fs'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'

/** Makes a database in `dataDir` whose log holds several commits, one in the middle damaged. Answers the database's name. */
export function leaveDamagedLog(dataDir: string): string {
  const file = databaseFile(dataDir)
  const { sqlite, close } = openForWriting(file)
  for (let n = 0; n < 9; n++) sqlite.run('INSERT INTO settings (name, value) VALUES (?, 1)', [`n${n}`])
  const [database, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  close()
  log[log.length >> 1] = (log[log.length >> 1] ?? 0) ^ 0xff
  writeFileSync(file, database)
  writeFileSync(`${file}-wal`, log)
  return file
}
