// The baseline's writer thread: bytes into one table, as many as wait in one transaction, answered after its fsync.
import { Database } from 'bun:sqlite'

declare const self: Worker

let db: Database | null = null
let waiting: { id: number; bytes: Uint8Array }[] = []
let scheduled = false

self.onmessage = (message: MessageEvent<{ open: string } | { id: number; bytes: Uint8Array }>) => {
  if ('open' in message.data) {
    db = new Database(message.data.open)
    db.run('PRAGMA journal_mode = WAL')
    db.run('PRAGMA synchronous = FULL')
    db.run('create table raw (id integer primary key, bytes blob not null)')
    return
  }
  waiting.push(message.data)
  if (scheduled) return
  scheduled = true
  setImmediate(() => {
    scheduled = false
    const group = waiting
    waiting = []
    db?.run('BEGIN IMMEDIATE')
    for (const { bytes } of group) db?.query('insert into raw (bytes) values (?)').run(bytes)
    db?.run('COMMIT')
    self.postMessage(group.map(({ id }) => id))
  })
}
