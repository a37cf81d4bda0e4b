// The full-text index: a row for each message, bound to its mailbox and account before anything else.
import type { Mailbox } from '../mailboxes/mailbox.ts'
import type { Tx } from '../storage/change.ts'
import { damageOf } from '../storage/damage.ts'

export type SearchText = { subject: string; sender: string; recipients: string; body: string }

/** Whose messages a search looks at. */
export type SearchOwner = { mailboxKey: number } | { accountId: string }

const ownerToken = (owner: SearchOwner): string =>
  'mailboxKey' in owner ? `m${owner.mailboxKey}` : `a${owner.accountId.replaceAll('-', '')}`

export function indexMessage(
  { sqlite }: Tx,
  messageKey: number,
  mailbox: Pick<Mailbox, 'key' | 'accountId'>,
  { subject, sender, recipients, body }: SearchText,
): void {
  const owners = [ownerToken({ mailboxKey: mailbox.key })]
  if (mailbox.accountId !== null) owners.push(ownerToken({ accountId: mailbox.accountId }))
  unlessDamaged(() =>
    sqlite
      .query(
        'insert or replace into message_search (rowid, owner, subject, sender, recipients, body) values (?, ?, ?, ?, ?, ?)',
      )
      .run(messageKey, owners.join(' '), subject, sender, recipients, body),
  )
}

export function unindexMessage({ sqlite }: Tx, messageKey: number): void {
  unlessDamaged(() => sqlite.query('delete from message_search where rowid = ?').run(messageKey))
}

/** Damage of the index must not keep a mail from being read or deleted: it is made anew at the next start. */
function unlessDamaged(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!damageOf(error)) throw error
  }
}

/** Throws all of it away. */
export function emptyIndex({ sqlite }: Tx): void {
  sqlite.run("insert into message_search (message_search) values ('delete-all')")
}

/** Pages that one step of merging writes: about 5 ms. */
const mergePages = 100

/**
 * One step towards an index without what was deleted; `begin` starts anew. Left to itself (`deletemerge`) the index
 * would do all of that within one delete, and hold the writer for hundreds of milliseconds. Answers whether there is more.
 */
export function mergeIndex({ sqlite }: Tx, begin: boolean): boolean {
  const changes = () => sqlite.query<{ n: number }, []>('select total_changes() as n').get()?.n ?? 0
  const before = changes()
  sqlite
    .query("insert into message_search (message_search, rank) values ('merge', ?)")
    .run(begin ? -mergePages : mergePages)
  // Without work to do, only the command itself counts.
  return changes() - before >= 2
}

const mostWords = 20
const meaningful = /[\p{L}\p{N}]/u
/** A tenth of all words begin with it, and the index knows begins of two letters or more. */
const oneLetter = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{N}]$/u
const endsInOneLetter = (word: string): boolean => oneLetter.test(word.match(/[\p{L}\p{N}]+/gu)?.at(-1) ?? '')

/**
 * The FTS5 expression for words as a person typed them: each must be there, the last one may be begun only,
 * if that is more than one letter.
 * Null if there is nothing to look for. The words go in as quoted strings, never as FTS syntax.
 */
export function matchExpression(owner: SearchOwner, typed: string): string | null {
  const words = typed
    .replaceAll('\u0000', ' ')
    .split(/\s+/u)
    .filter((word) => meaningful.test(word))
    .slice(0, mostWords)
    .map((word) => `"${word.replaceAll('"', '""')}"`)
  if (words.length === 0) return null
  const begun = endsInOneLetter(words.at(-1) ?? '') ? '' : ' *'
  return `owner : "${ownerToken(owner)}" AND {subject sender recipients body} : (${words.join(' AND ')}${begun})`
}
