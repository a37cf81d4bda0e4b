// What digest and reader threads do for messages: each has its own connection and a deadline.
import { eq, inArray, sql } from 'drizzle-orm'
import { free } from '../limits/free.ts'
import { Refusal } from '../refusal.ts'
import type { Connection, Db } from '../storage/database.ts'
import type { Jobs } from '../storage/job.ts'
import { digestCheck, isSound, mustBeSound } from '../storage/row-checks.ts'
import { digests, mailboxes, messages } from '../storage/schema.ts'
import { attachment, type Written } from './attachment.ts'
import type { MimeBounds } from './bounded-parser.ts'
import type { Digested } from './changes.ts'
import { contentOf } from './contents.ts'
import { type Digest, type DigestNote, digest, headers } from './digest.ts'
import { searchText } from './digest-text.ts'
import { travelling } from './long-text.ts'
import { lookSheet } from './look-css.ts'
import { type Facts, readPieces, readWhole, verifyPieces } from './pieces.ts'
import { type Look, type SanitiseOptions, sanitise } from './sanitise.ts'
import { matchExpression, type SearchOwner } from './search-index.ts'
import { type Structure, structure } from './structure.ts'

const encoder = new TextEncoder()

/** Bytes in which the headers are looked for. */
const headBytes = 256 * 1024

export const digestJobs = {
  /** Reads everything out of a content. Refuses: message-unknown, when it is gone; storage-damaged. */
  'messages.digest': async (
    { db }: Connection,
    { contentKey, bounds }: { contentKey: number; bounds: MimeBounds },
  ): Promise<Read> => {
    const bytes = wholeOf(db, contentKey)
    const { text, html, ...detail } = await digest(bytes, bounds)
    free(bytes)
    return {
      notes: detail.notes,
      text: text === null ? null : travelling(text),
      html: html === null ? null : travelling(html),
      detail: travelling(JSON.stringify(detail)),
      attachmentCount: detail.attachments.length,
      search: searchText(detail, text),
    }
  },
} satisfies Jobs

export const readerJobs = {
  /** Keys of the messages that hold what was typed, newest first. */
  'messages.search': (
    { db }: Connection,
    { owner, domains, typed, address, before, since, now, limit }: SearchInput,
  ): number[] => {
    const match = matchExpression(owner, typed)
    if (match === null) return []
    // The index says whose a message is, too, but has no check value.
    const whose =
      'mailboxKey' in owner ? eq(messages.mailboxKey, owner.mailboxKey) : eq(mailboxes.accountId, owner.accountId)
    // The index gives them newest first, and only as many are looked at as are wanted: hence its rowid, and cross joins,
    // which keep their order.
    return db
      .all<{ key: number }>(
        sql`select ${messages.key} as key from message_search
          cross join ${messages} on ${messages.key} = message_search.rowid
          cross join ${mailboxes} on ${mailboxes.key} = ${messages.mailboxKey}
          where message_search match ${match} and message_search.rowid < ${before}
            and ${messages.receivedAt} >= ${since} and ${address === null ? sql`true` : eq(messages.address, address)}
            and ${whose} and ${mailboxes.state} = 'active'
            and ${domains.length === 0 ? sql`true` : inArray(mailboxes.domain, [...domains])} and (${messages.retainUntil} is null or ${messages.retainUntil} > ${now})
          order by message_search.rowid desc limit ${limit}`,
      )
      .map(({ key }) => key)
  },

  /** Whether a content's bytes are those that came. Refuses: storage-damaged, message-unknown. */
  'messages.verify': ({ db }: Connection, { contentKey }: { contentKey: number }): void => {
    verifyPieces(db, contentKey, factsOf(db, contentKey))
  },

  /** The html of a mail made safe, in UTF-8; its text as html if it has none. */
  'messages.html': (
    { db }: Connection,
    { contentKey, remote, look, leaving, inline }: HtmlInput,
  ): { bytes: Uint8Array } => {
    const row = digestOf(db, contentKey)
    const paths = new Map(Object.entries(inline))
    const options: SanitiseOptions = {
      remote,
      look,
      inlineUrl: (contentId) => paths.get(contentId) ?? null,
      ...(leaving === null ? {} : { linkUrl: (url) => leaving + encodeURIComponent(url.toWellFormed()) }),
    }
    if (row?.html) return { bytes: encoder.encode(sanitise(row.html, options)) }
    const text = `<pre style="white-space:pre-wrap;overflow-wrap:anywhere">${Bun.escapeHTML(row?.text ?? '')}</pre>`
    return { bytes: encoder.encode(lookSheet('', look) + text) }
  },

  /** Of a long digest what is not its bodies, and which of them there are. Null: there is none, or it is damaged. */
  'messages.detail': ({ db }: Connection, { contentKey }: { contentKey: number }) => {
    const row = db.select().from(digests).where(eq(digests.contentKey, contentKey)).get()
    if (!row || !isSound(row, digestCheck(row))) return null
    return { detail: row.detail, hasText: row.text !== null, hasHtml: row.html !== null }
  },

  /** A body of a digest as JSON. Refuses: message-unknown, storage-damaged. */
  'messages.body': (
    { db }: Connection,
    { contentKey, body }: { contentKey: number; body: 'text' | 'html' },
  ): { bytes: Uint8Array } => {
    const row = digestOf(db, contentKey)
    if (!row) throw new Refusal('message-unknown')
    return { bytes: encoder.encode(JSON.stringify(row[body])) }
  },

  /** Whether this is a part of a mail's text, in any case. Refuses: storage-damaged. */
  'messages.says': ({ db }: Connection, { contentKey, part }: { contentKey: number; part: string }): boolean =>
    (digestOf(db, contentKey)?.text ?? '').toLowerCase().includes(part.toLowerCase()),

  /** How a mail's text begins. Refuses: storage-damaged. */
  'messages.beginning': (
    { db }: Connection,
    { contentKey, characters }: { contentKey: number; characters: number },
  ): string => (digestOf(db, contentKey)?.text ?? '').slice(0, characters),

  /** The headers alone, for a mail that could not be read otherwise. */
  'messages.headers': ({ db }: Connection, { contentKey }: { contentKey: number }): Digest['headers'] => {
    const [first] = readPieces(db, contentKey)
    return first ? headers(first.subarray(0, headBytes)) : []
  },

  /** An attachment's bytes, read out of the mail again. Refuses: attachment-unknown, message-unknown, storage-damaged. */
  'messages.attachment': async (
    { db }: Connection,
    { contentKey, index, bounds }: { contentKey: number; index: number; bounds: MimeBounds },
  ): Promise<{ bytes: Uint8Array; written: Written }> => {
    const found = await attachment(wholeOf(db, contentKey), index, bounds)
    if (!found) throw new Refusal('attachment-unknown')
    return { bytes: found.bytes, written: found.written }
  },

  /** How a mail is made up. Refuses: message-unknown, storage-damaged. */
  'messages.parts': (
    { db }: Connection,
    { contentKey, bounds }: { contentKey: number; bounds: MimeBounds },
  ): Promise<Structure> => structure(wholeOf(db, contentKey), bounds),

  /** All of a content. Refuses: message-unknown, storage-damaged. */
  'messages.bytes': ({ db }: Connection, { contentKey }: { contentKey: number }): { bytes: Uint8Array } => ({
    bytes: wholeOf(db, contentKey),
  }),
} satisfies Jobs

/** `look`: null for the browser's; `leaving`: what to write before where a link leads, or null; `inline`: paths by content id. */
export type HtmlInput = {
  contentKey: number
  remote: boolean
  look: Look | null
  leaving: string | null
  inline: Record<string, string>
}

/** A digest as it is stored, and the bounds that cut something off. */
export type Read = Omit<Digested, 'contentKey'> & { notes: DigestNote[] }

export type SearchInput = {
  owner: SearchOwner
  /** Mailboxes of these domains; empty: of any. */
  domains: readonly string[]
  typed: string
  address: string | null
  before: number
  since: number
  now: number
  limit: number
}

function digestOf(db: Db, contentKey: number): typeof digests.$inferSelect | undefined {
  const row = db.select().from(digests).where(eq(digests.contentKey, contentKey)).get()
  if (row) mustBeSound(row, digestCheck(row), `the digest of content ${contentKey}`)
  return row
}

const wholeOf = (db: Db, contentKey: number): Uint8Array => readWhole(db, contentKey, factsOf(db, contentKey))

/** Refuses: message-unknown, storage-damaged. */
function factsOf(db: Db, contentKey: number): Facts {
  const content = contentOf(db, contentKey)
  if (!content) throw new Refusal('message-unknown')
  return content
}
