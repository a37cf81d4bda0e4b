// What of a whole database is not as it was written, counted for the operator: each row, and each byte of mail.
import type { Connection } from './database.ts'
import { unsoundRows } from './inspection.ts'
import { schemaVersion } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { isSound, pieceCheck } from './row-checks.ts'
import { piecesPerContent } from './schema.ts'

/** `messages`: those that cannot be read, or not whole. `rows`: of all else, such as mailboxes and keys. What can be made again does not count. */
export type Lost = { messages: number; rows: number }

const otherTables = [
  'mailboxes',
  'mailbox_tokens',
  'attachments',
  'added_attachments',
  'accounts',
  'members',
  'sessions',
  'links',
  'custom_domains',
  'keys',
  'webhooks',
  'webhook_deliveries',
  'audit',
  'blocks',
] as const

const none: Lost = { messages: 0, rows: 0 }

/** Null where nothing is lost. A sentence's part. */
export function lostText({ messages, rows }: Lost): string | null {
  const parts = [
    messages > 0 ? `${messages} ${messages === 1 ? 'message' : 'messages'}` : '',
    rows > 0 ? `${rows} ${rows === 1 ? 'row' : 'rows'} of mailboxes, accounts and the like` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? null : `${parts.join(' and ')} ${messages + rows === 1 ? 'is' : 'are'} not as written`
}

/**
 * Reads all of a database at one moment, or without the bytes of mail all but those. One of an older schema is not looked
 * at: its rows have their check values only when they are written anew.
 */
export function lostIn(connection: Connection, { bytes }: { bytes: boolean }): Lost {
  const { db, sqlite } = connection
  if (schemaVersion(sqlite) !== migrations.length) return none
  sqlite.run('BEGIN')
  try {
    const contents = new Set(unsoundRows(db, 'contents'))
    if (bytes) for (const content of contentsWithoutTheirBytes(connection)) contents.add(content)
    const messages = new Set(unsoundRows(db, 'messages'))
    let rows = 0
    for (const table of otherTables) {
      for (const _ of unsoundRows(db, table)) rows++
    }
    return { messages: countMessages(connection, messages, contents), rows }
  } finally {
    sqlite.run('COMMIT')
  }
}

const batch = 500

function countMessages({ sqlite }: Connection, bad: Set<number>, badContents: Set<number>): number {
  const read = sqlite.query<{ key: number; content: number; isThere: number }, [number, number]>(
    'select key, content_key as content, exists (select 1 from contents where key = content_key) as isThere from messages where key > ? order by key limit ?',
  )
  let count = 0
  for (
    let after = Number.MIN_SAFE_INTEGER, some = read.all(after, batch);
    some.length > 0;
    some = read.all(after, batch)
  ) {
    for (const { key, content, isThere } of some) {
      after = key
      if (bad.has(key) || badContents.has(content) || isThere === 0) count++
    }
  }
  return count
}

type Piece = { key: number; bytes: unknown; checkValue: number | null }

/** One piece after the other, in the order of their contents. */
function* contentsWithoutTheirBytes({ sqlite }: Connection): Generator<number> {
  const contents = sqlite.query<{ key: number; size: number }, [number, number]>(
    "select key, size from contents where state = 'kept' and key > ? order by key limit ?",
  )
  const pieces = sqlite.query<Piece, [number, number]>(
    'select key, bytes, check_value as checkValue from pieces where key >= ? and key < ? order by key limit 1',
  )
  const isWhole = (content: number, size: number): boolean => {
    let read = 0
    const end = (content + 1) * piecesPerContent
    for (let from = content * piecesPerContent; ; ) {
      const piece = pieces.get(from, end)
      if (!piece) return read === size
      if (!(piece.bytes instanceof Uint8Array) || !isSound(piece, pieceCheck(piece.key, piece.bytes))) return false
      read += piece.bytes.byteLength
      from = piece.key + 1
    }
  }
  for (let after = 0, some = contents.all(after, batch); some.length > 0; some = contents.all(after, batch)) {
    for (const { key, size } of some) {
      after = key
      if (!isWhole(key, size)) yield key
    }
  }
}
