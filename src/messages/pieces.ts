// Content in pieces: neither memory nor a commit grows with the size of a mail.
import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { free } from '../limits/free.ts'
import { damaged, damageOf } from '../storage/damage.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { mustBeSound, pieceCheck } from '../storage/row-checks.ts'
import { pieces, piecesPerContent } from '../storage/schema.ts'

/** Bytes of a piece at most. */
export const pieceBytes = 1024 * 1024
/** Bytes in which the headers that a list shows are looked for. */
export const topBytes = 64 * 1024

export const pieceKey = (contentKey: number, index: number): number => contentKey * piecesPerContent + index

const statements = statementsOf((db: Db) => ({
  insert: () =>
    db
      .insert(pieces)
      .values({
        key: sql.placeholder('key'),
        bytes: sql.placeholder('bytes'),
        checkValue: sql.placeholder('checkValue'),
      })
      .prepare(),
  next: () =>
    db
      .select()
      .from(pieces)
      .where(and(gte(pieces.key, sql.placeholder('from')), lt(pieces.key, sql.placeholder('end'))))
      .orderBy(pieces.key)
      .limit(1)
      .prepare(),
  remove: () =>
    db
      .delete(pieces)
      .where(eq(pieces.key, sql.placeholder('key')))
      .prepare(),
}))

// Used again and again: a new one for each piece would be left to the collector.
const scratch: { bytes: Uint8Array | null } = { bytes: null }

/** The parts of a piece in one; good until it is called again. */
export function whole(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (parts.length <= 1) return first ?? new Uint8Array()
  scratch.bytes ??= new Uint8Array(pieceBytes)
  let at = 0
  for (const part of parts) {
    scratch.bytes.set(part, at)
    at += part.byteLength
  }
  return scratch.bytes.subarray(0, at)
}

export function insertPiece(db: Db, contentKey: number, index: number, bytes: Uint8Array): void {
  if (index >= piecesPerContent) throw new Error(`content ${contentKey} has too many pieces`)
  // A view, not a copy.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const key = pieceKey(contentKey, index)
  statements(db).insert.run({ key, bytes: buffer, checkValue: pieceCheck(key, buffer) })
}

/** The pieces of a content in order, each read when it is asked for, and as it was stored. Refuses: storage-damaged. */
export function* readPieces(db: Db, contentKey: number): Generator<Uint8Array> {
  const end = pieceKey(contentKey + 1, 0)
  for (let from = pieceKey(contentKey, 0); ; ) {
    const piece = nextPiece(db, from, end)
    if (!piece) return
    mustBeSound(piece, pieceCheck(piece.key, piece.bytes), `piece ${piece.key}`)
    yield piece.bytes
    from = piece.key + 1
  }
}

/** The same in slices of at most so many bytes, for who reads slowly: no more than one is held meanwhile. */
export function* readSlices(db: Db, contentKey: number, sliceBytes: number): Generator<Uint8Array> {
  for (let index = 0; ; index++) {
    const key = pieceKey(contentKey, index)
    for (let from = 0; ; from += sliceBytes) {
      // Read whole each time: its check value is that of all its bytes.
      const piece = nextPiece(db, key, key + 1)
      // Pieces lie without gaps: the first that is not there is behind the last.
      if (!piece) return
      mustBeSound(piece, pieceCheck(key, piece.bytes), `piece ${key}`)
      const isLast = from + sliceBytes >= piece.bytes.byteLength
      if (from === 0 && isLast) yield piece.bytes
      else {
        const slice = new Uint8Array(piece.bytes.subarray(from, from + sliceBytes))
        free(piece.bytes)
        yield slice
      }
      if (isLast) break
    }
  }
}

function nextPiece(db: Db, from: number, end: number): typeof pieces.$inferSelect | undefined {
  try {
    return statements(db).next.get({ from, end })
  } catch (error) {
    throw damageOf(error) ?? error
  }
}

/** What a content row says of the bytes. */
export type Facts = { size: number; checksum: string }

/** All of a content's bytes. Refuses: storage-damaged, where they are not all there or not those that came. */
export function readWhole(db: Db, contentKey: number, { size, checksum }: Facts): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  for (const piece of readPieces(db, contentKey)) {
    if (at + piece.byteLength > size) throw damaged(`the bytes of content ${contentKey}`)
    bytes.set(piece, at)
    at += piece.byteLength
    free(piece)
    if (at === size) break
  }
  if (at !== size || checksumOf(bytes) !== checksum) throw damaged(`the bytes of content ${contentKey}`)
  return bytes
}

/** Reads all of a content's bytes and keeps none. Refuses: as `readWhole`. */
export function verifyPieces(db: Db, contentKey: number, { size, checksum }: Facts): void {
  const hasher = new Bun.CryptoHasher('sha256')
  let read = 0
  for (const piece of readPieces(db, contentKey)) {
    read += piece.byteLength
    hasher.update(piece)
    free(piece)
  }
  if (read !== size || hasher.digest('hex') !== checksum) throw damaged(`the bytes of content ${contentKey}`)
}

const checksumOf = (bytes: Uint8Array): string => new Bun.CryptoHasher('sha256').update(bytes).digest('hex')

/** Removes a content's first piece. Answers whether there was one. */
export function removePiece(db: Db, contentKey: number): boolean {
  const piece = statements(db).next.get({ from: pieceKey(contentKey, 0), end: pieceKey(contentKey + 1, 0) })
  if (piece) statements(db).remove.run({ key: piece.key })
  return Boolean(piece)
}
