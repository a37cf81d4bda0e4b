// Cursors: opaque to clients, checked when they come back.
import { Refusal } from '../refusal.ts'

/** `list`: the last message's key. `wait`: the `seq` behind the last match. `refusals`: the last row's key. */
export type CursorKind = 'list' | 'wait' | 'refusals'

const marks = { list: 'l', wait: 'w', refusals: 'r' } as const satisfies Record<CursorKind, string>

export const cursorText = (kind: CursorKind, at: number): string =>
  Buffer.from(`${marks[kind]}${at.toString(36)}`).toString('base64url')

/** Refuses: invalid-cursor, for one that was made up or is of another kind. */
export function readCursor(kind: CursorKind, text: string): number {
  const plain = text.length <= 32 ? Buffer.from(text, 'base64url').toString('latin1') : ''
  const at = Number.parseInt(plain.slice(1), 36)
  if (!Number.isSafeInteger(at) || at < 0 || cursorText(kind, at) !== text) throw new Refusal('invalid-cursor')
  return at
}
