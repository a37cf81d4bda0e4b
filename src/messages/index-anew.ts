// The search index made anew from the digests, after damage to it.
import { and, asc, eq, gt, isNotNull } from 'drizzle-orm'
import type { Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { digestCheck, isSound } from '../storage/row-checks.ts'
import { contents, digests, mailboxes, messages } from '../storage/schema.ts'
import { storedText } from './contents.ts'
import { searchText } from './digest-text.ts'
import { indexMessage, type SearchText } from './search-index.ts'

/** Messages that one step indexes: tens of milliseconds of the writer. */
const batch = 50

/** Indexes some messages after a key. Answers the last one's, null if there are no more. */
export function indexSome(tx: Tx, after: number): number | null {
  const some = tx.db
    .select({ message: messages, mailbox: mailboxes, digest: contents.digest })
    .from(messages)
    .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
    .innerJoin(contents, eq(contents.key, messages.contentKey))
    .where(and(gt(messages.key, after), isNotNull(messages.digestedSeq)))
    .orderBy(asc(messages.key))
    .limit(batch)
    .all()
  for (const { message, mailbox, digest } of some) {
    indexMessage(tx, message.key, mailbox, textOf(tx.db, message.contentKey, digest === 'ready'))
  }
  return some.length < batch ? null : (some.at(-1)?.message.key ?? null)
}

function textOf(db: Db, contentKey: number, isReady: boolean): SearchText {
  const digest = isReady ? db.select().from(digests).where(eq(digests.contentKey, contentKey)).get() : undefined
  if (!digest || !isSound(digest, digestCheck(digest))) return storedText(db, contentKey)
  return searchText(JSON.parse(digest.detail), digest.text)
}
