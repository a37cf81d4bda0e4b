// Content in pieces: neither memory nor a commit grows with the size of a mail.
import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { type Db, prepared } from '../storage/database.ts'
import { pieces } from '../storage/schema.ts'

/** Bytes of a piece at most. */
export const pieceBytes = 1024 * 1024
/** Bytes in which the headers that a list shows are looked for. */
export const topBytes = 64 * 1024
const piecesPerContent = 4096

export const pieceKey = (contentKey: number, index: number): number => contentKey * piecesPerContent + index

const statements = prepared((db: Db) => ({
  insert: db
    .insert(pieces)
    .values({ key: sql.placeholder('key'), bytes: sql.placeholder('bytes') })
    .prepare(),
  next: db
    .select()
    .from(pieces)
    .where(and(gte(pieces.key, sql.placeholder('from')), lt(pieces.key, sql.placeholder('end'))))
    .orderBy(pieces.key)
    .limit(1)
    .prepare(),
  slice: db
    .select({
      bytes: sql<Uint8Array>`substr(${pieces.bytes}, ${sql.placeholder('from')}, ${sql.placeholder('length')})`,
    })
    .from(pieces)
    .where(eq(pieces.key, sql.placeholder('key')))
    .prepare(),
  remove: db
    .delete(pieces)
    .where(eq(pieces.key, sql.placeholder('key')))
    .prepare(),
}))

export function insertPiece(db: Db, contentKey: number, index: number, bytes: Uint8Array): void {
  if (index >= piecesPerContent) throw new Error(`content ${contentKey} has too many pieces`)
  // A view, not a copy.
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  statements(db).insert.run({ key: pieceKey(contentKey, index), bytes: buffer })
}

/** The pieces of a content in order, each read when it is asked for. */
export function* readPieces(db: Db, contentKey: number): Generator<Uint8Array> {
  const end = pieceKey(contentKey + 1, 0)
  for (let from = pieceKey(contentKey, 0); ; ) {
    const piece = statements(db).next.get({ from, end })
    if (!piece) return
    yield piece.bytes
    from = piece.key + 1
  }
}

/** The same in slices of at most so many bytes, for who reads slowly: no more than one is held meanwhile. */
export function* readSlices(db: Db, contentKey: number, sliceBytes: number): Generator<Uint8Array> {
  for (let index = 0; ; index++) {
    for (let from = 0; ; from += sliceBytes) {
      const key = pieceKey(contentKey, index)
      const slice = statements(db).slice.get({ key, from: from + 1, length: sliceBytes })
      // Pieces lie without gaps: the first that is not there is behind the last.
      if (!slice) return
      if (slice.bytes.byteLength > 0) yield slice.bytes
      if (slice.bytes.byteLength < sliceBytes) break
    }
  }
}

/** All of a content's bytes; null if they are not (or no longer) whole. */
export function readWhole(db: Db, contentKey: number, size: number): Uint8Array | null {
  const [first, ...rest] = readPieces(db, contentKey)
  if (!first) return size === 0 ? new Uint8Array() : null
  const bytes = rest.length === 0 ? first : Buffer.concat([first, ...rest])
  return bytes.byteLength === size ? bytes : null
}

/** Removes a content's first piece. Answers whether there was one. */
export function removePiece(db: Db, contentKey: number): boolean {
  const piece = statements(db).next.get({ from: pieceKey(contentKey, 0), end: pieceKey(contentKey + 1, 0) })
  if (piece) statements(db).remove.run({ key: piece.key })
  return Boolean(piece)
}
