// What digest and reader threads do for messages: each has its own connection and a deadline.
import { and, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { Refusal } from '../refusal.ts'
import type { Connection, Db } from '../storage/database.ts'
import type { Jobs } from '../storage/job.ts'
import { contents, digests, mailboxes, messages } from '../storage/schema.ts'
import { attachment } from './attachment.ts'
import type { MimeBounds } from './bounded-parser.ts'
import type { Digested } from './changes.ts'
import { type Contact, type Digest, digest, headers } from './digest.ts'
import { readPieces, readWhole } from './pieces.ts'
import { sanitise } from './sanitise.ts'
import { matchExpression, type SearchOwner } from './search-index.ts'

/** Bytes in which the headers are looked for. */
const headBytes = 256 * 1024
/** Characters of a text that are searched. */
const searchedCharacters = 128 * 1024

export const digestJobs = {
  /** Reads everything out of a content. Refuses: message-unknown, when it is gone. */
  'messages.digest': async (
    { db }: Connection,
    { contentKey, bounds }: { contentKey: number; bounds: MimeBounds },
  ): Promise<Omit<Digested, 'contentKey'>> => {
    const { text, html, ...detail } = await digest(wholeOf(db, contentKey), bounds)
    return {
      text,
      html,
      detail: JSON.stringify(detail),
      attachmentCount: detail.attachments.length,
      search: {
        subject: detail.subject,
        sender: detail.from.map(words).join(' '),
        recipients: [...detail.to, ...detail.cc].map(words).join(' '),
        body: (text ?? '').slice(0, searchedCharacters),
      },
    }
  },
} satisfies Jobs

export const readerJobs = {
  /** Keys of the messages that hold what was typed, newest first. */
  'messages.search': (
    { db }: Connection,
    { owner, typed, address, before, since, now, limit }: SearchInput,
  ): number[] => {
    const match = matchExpression(owner, typed)
    if (match === null) return []
    return db
      .select({ key: messages.key })
      .from(messages)
      .innerJoin(mailboxes, eq(mailboxes.key, messages.mailboxKey))
      .where(
        and(
          sql`${messages.key} in (select rowid from message_search where message_search match ${match})`,
          lt(messages.key, before),
          sql`${messages.receivedAt} >= ${since}`,
          address === null ? undefined : eq(messages.address, address),
          eq(mailboxes.state, 'active'),
          or(isNull(messages.retainUntil), gt(messages.retainUntil, now)),
        ),
      )
      .orderBy(desc(messages.key))
      .limit(limit)
      .all()
      .map(({ key }) => key)
  },

  /** The html of a mail made safe; its text as html if it has none. `inline`: paths by content id. */
  'messages.html': (
    { db }: Connection,
    { contentKey, remote, inline }: { contentKey: number; remote: boolean; inline: Record<string, string> },
  ): string => {
    const row = db.select().from(digests).where(eq(digests.contentKey, contentKey)).get()
    const paths = new Map(Object.entries(inline))
    if (row?.html) return sanitise(row.html, { remote, inlineUrl: (contentId) => paths.get(contentId) ?? null })
    return `<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${Bun.escapeHTML(row?.text ?? '')}</pre>`
  },

  /** The headers alone, for a mail that could not be read otherwise. */
  'messages.headers': ({ db }: Connection, { contentKey }: { contentKey: number }): Digest['headers'] => {
    const [first] = readPieces(db, contentKey)
    return first ? headers(first.subarray(0, headBytes)) : []
  },

  /** An attachment's bytes, read out of the mail again. Refuses: attachment-unknown, message-unknown. */
  'messages.attachment': async (
    { db }: Connection,
    { contentKey, index, bounds }: { contentKey: number; index: number; bounds: MimeBounds },
  ): Promise<{ bytes: Uint8Array }> => {
    const found = await attachment(wholeOf(db, contentKey), index, bounds)
    if (!found) throw new Refusal('attachment-unknown')
    return { bytes: found.bytes }
  },
} satisfies Jobs

export type SearchInput = {
  owner: SearchOwner
  typed: string
  address: string | null
  before: number
  since: number
  now: number
  limit: number
}

const words = ({ name, address }: Contact): string => `${name} ${address}`

function wholeOf(db: Db, contentKey: number): Uint8Array {
  const content = db.select({ size: contents.size }).from(contents).where(eq(contents.key, contentKey)).get()
  const bytes = content && readWhole(db, contentKey, content.size)
  if (!bytes) throw new Refusal('message-unknown')
  return bytes
}
