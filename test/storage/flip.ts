// Damage to one byte of a table or an index.
import { Database } from 'bun:sqlite'
import { expect } from 'bun:test'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { openForWriting } from '../../src/storage/database.ts'

/** Leaves the one file alone: without what earlier versions of rows left behind, and without a log. */
export function settle(file: string): void {
  const { sqlite, close } = openForWriting(file)
  sqlite.run(`VACUUM INTO '${file}.copy'`)
  close()
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  renameSync(`${file}.copy`, file)
}

/** Changes one byte of a text that stands on the first page of a table or index; without a text, wipes that page. */
export function flip(file: string, tree: string, text: string | Buffer | null): void {
  settle(file)
  const copy = new Database(file, { readonly: true })
  const { rootpage } = copy
    .query<{ rootpage: number }, [string]>('select rootpage from sqlite_schema where name = ?')
    .get(tree) ?? { rootpage: 0 }
  copy.close()
  const bytes = readFileSync(file)
  const page = (rootpage - 1) * 4096
  if (text === null) bytes.fill(0, page, page + 4096)
  else {
    const at = bytes.indexOf(text, page)
    expect(at).toBeWithin(page, page + 4096)
    bytes[at + 1] = (bytes[at + 1] ?? 0) ^ 1
  }
  writeFileSync(file, bytes)
}
