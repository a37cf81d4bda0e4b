// The search index made anew from the digests: all of it after damage, or a mailbox's when that becomes an account's.
import { and, asc, eq, gt, isNotNull, type SQL } from 'drizzle-orm'
import type { Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { digestCheck, isSound } from '../storage/row-checks.ts'
import { contents, digests, mailboxes, messages } from '../storage/schema.ts'
import { storedText } from './contents.ts'
import { searchText } from './digest-text.ts'
import { indexMessage, type SearchText } from './search-index.ts'

/** Messages that one step indexes: tens of milliseconds of the writer. */
const batch = 50

/** Milliseconds that a step may hold the writer while the server has other things to do. */
const writerMs = 5

/** Indexes some messages after a key. Answers the last one's, null if there are no more. */
export const indexSome = (tx: Tx, after: number): number | null =>
  index(tx, gt(messages.key, after), Number.POSITIVE_INFINITY)

/** The same for those of one mailbox. */
export const indexMailbox = (tx: Tx, mailboxKey: number, after: number): number | null =>
  index(tx, and(eq(messages.mailboxKey, mailboxKey), gt(messages.key, after)), writerMs)

function index(tx: Tx, which: SQL | undefined, mostMs: number): number | null {
  const began = performance.now()
  const some = tx.db
    .select({ message: messages, mailbox: mailboxes, digest: contents.digest })
    .from(messages)
    .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
    .innerJoin(contents, eq(contents.key, messages.contentKey))
    .where(and(which, isNotNull(messages.digestedSeq)))
    .orderBy(asc(messages.key))
    .limit(batch)
    .all()
  for (const { message, mailbox, digest } of some) {
    indexMessage(tx, message.key, mailbox, textOf(tx.db, message.contentKey, digest === 'ready'))
    if (performance.now() - began > mostMs) return message.key
  }
  return some.length < batch ? null : (some.at(-1)?.message.key ?? null)
}

function textOf(db: Db, contentKey: number, isReady: boolean): SearchText {
  const digest = isReady ? db.select().from(digests).where(eq(digests.contentKey, contentKey)).get() : undefined
  if (!digest || !isSound(digest, digestCheck(digest))) return storedText(db, contentKey)
  return searchText(JSON.parse(digest.detail), digest.text)
}
