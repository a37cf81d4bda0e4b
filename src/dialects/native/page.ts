// A page of a list: one more than asked for is read, to know whether there is a next one.
import type { Caller } from '../../accounts/caller.ts'
import type { CursorKind } from '../../cursor.ts'
import type { Door } from '../../http/dialect.ts'

type Asked = { limit: number; cursor?: string | undefined }

/** `key` is the row's place in the list; a cursor is good for who got it and for the same list. Refuses: invalid-cursor. */
export async function pageOf<Item, Shown>(
  { core }: Door,
  kind: CursorKind,
  caller: Caller,
  { limit, cursor }: Asked,
  {
    read,
    show,
    scope = '',
    oldestFirst = false,
  }: {
    read: (page: { before: number; after: number; limit: number }) => Promise<(Item & { key: number })[]>
    show: (item: Item) => Shown
    /** What else the list depends on. */
    scope?: string
    oldestFirst?: boolean
  },
): Promise<{ items: Shown[]; next: string | null }> {
  const whose = JSON.stringify([nameOf(caller), scope])
  const at = cursor === undefined ? null : core.cursors.read(kind, whose, cursor)
  const before = oldestFirst ? Number.MAX_SAFE_INTEGER : (at ?? Number.MAX_SAFE_INTEGER)
  const found = await read({ before, after: oldestFirst ? (at ?? 0) : 0, limit: limit + 1 })
  const last = found[limit - 1]
  return {
    items: found.slice(0, limit).map(show),
    next: found.length > limit && last ? core.cursors.text(kind, whose, last.key) : null,
  }
}

function nameOf(caller: Caller): string {
  if (caller.kind === 'mailbox') return caller.mailboxId
  return caller.kind === 'account' ? caller.account.id : ''
}
