// Looking through a whole database for damage, and mending what can be made again from what is sound: its indexes.
import { sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Changes } from './change.ts'
import { damageOf } from './damage.ts'
import type { Connection, Db } from './database.ts'
import type { Jobs } from './job.ts'
import {
  accountCheck,
  addedAttachmentCheck,
  attachmentCheck,
  auditCheck,
  blockCheck,
  contentCheck,
  customDomainCheck,
  deliveryCheck,
  invoiceCheck,
  isSound,
  keyCheck,
  linkCheck,
  mailboxCheck,
  memberCheck,
  messageCheck,
  noticeCheck,
  purchaseCheck,
  sessionCheck,
  tokenCheck,
  webhookCheck,
} from './row-checks.ts'
import {
  accounts,
  addedAttachments,
  attachments,
  audit,
  blocks,
  contents,
  customDomains,
  invoices,
  keys,
  links,
  mailboxes,
  mailboxTokens,
  members,
  messages,
  paymentNotices,
  purchases,
  sessions,
  webhookDeliveries,
  webhooks,
} from './schema.ts'
import { untyped } from './untyped.ts'

export type Findings = {
  /** What the tables themselves have lost or had changed, in words for the log. */
  damage: string[]
  /** The structure of the file, so that writing may spread it. */
  structure: string[]
  /** The file's own book of its pages, not what stands on them. */
  pages: string[]
  /** Indexes that do not agree with their tables. */
  indexes: string[]
  /** The search index is not what it should be. */
  search: boolean
}

/** What is looked through at a time; the whole file at once where it is small. Bytes are looked at when they are read. */
export const inspected = [
  'mailboxes',
  'mailbox_tokens',
  'messages',
  'contents',
  'attachments',
  'added_attachments',
  'digests',
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
  'message_search',
] as const
export type Inspected = (typeof inspected)[number]

const mostProblems = 20

/** Null looks through all of it, its free pages included. Never throws for damage. */
export function inspect(connection: Connection, table: Inspected | null): Findings {
  const found: Findings = { damage: [], structure: [], pages: [], indexes: [], search: false }
  const unreadable = (what: string): void => {
    found.structure.push(what)
  }
  const guard = (work: () => void, failed = unreadable): void => {
    try {
      work()
    } catch (error) {
      const damage = damageOf(error)
      if (!damage) throw error
      failed(damage.details.what ?? 'it cannot be read')
    }
  }
  const piecemeal = (): void => {
    for (const name of table === null ? tablesOf(connection) : [table]) {
      const isSearch = name.startsWith('message_search')
      guard(
        () => structure(connection, name, found),
        isSearch
          ? () => {
              found.search = true
            }
          : undefined,
      )
    }
  }
  // Some damage of the search index ends the whole inspection, not its own part alone.
  if (table === null) guard(() => structure(connection, null, found), piecemeal)
  else piecemeal()
  for (const one of table === null ? inspected : [table]) {
    guard(() => references(connection, one, found))
    guard(() => rows(connection.db, one, found))
  }
  return found
}

export const isWhole = ({ damage, structure, pages, indexes, search }: Findings): boolean =>
  damage.length + structure.length + pages.length + indexes.length === 0 && !search

/** What was mended, and what then is still wrong. */
export type Report = { mended: string[]; left: Findings }

/** Looks through a small database, and mends its indexes and its book of pages. */
export function inspectAndMend(connection: Connection): Report {
  const found = inspect(connection, null)
  if (isWhole(found)) return { mended: [], left: found }
  const mended: string[] = []
  try {
    if (areMendable(found)) {
      mendIndexes(connection, found.indexes)
      mended.push(...found.indexes)
    }
    if (found.pages.length > 0 && found.damage.length + found.structure.length === 0) {
      connection.sqlite.run('VACUUM')
      mended.push('the book of pages')
    }
  } catch (error) {
    if (!damageOf(error)) throw error
  }
  return { mended, left: inspect(connection, null) }
}

/** Whether the indexes may be made anew: what they are made from must be sound, or they would make its damage good. */
export const areMendable = ({ damage, indexes }: Findings): boolean => indexes.length > 0 && damage.length === 0

export function mendIndexes({ sqlite }: Pick<Connection, 'sqlite'>, indexes: readonly string[]): void {
  for (const name of indexes) sqlite.run(`REINDEX "${name}"`)
}

const tablesOf = ({ sqlite }: Connection): string[] =>
  sqlite
    .query<{ name: string }, []>("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()
    .map(({ name }) => name)

function structure({ sqlite }: Connection, table: string | null, found: Findings): void {
  const of = table === null ? mostProblems : `'${table}'`
  const problems = sqlite
    .query<{ integrity_check: string }, []>(`PRAGMA integrity_check(${of})`)
    .all()
    .flatMap(({ integrity_check }) => integrity_check.split('\n'))
  const trees = sqlite
    .query<{ type: string; name: string; rootpage: number }, []>('select type, name, rootpage from sqlite_schema')
    .all()
  const indexes = new Set<string>()
  for (const problem of problems) {
    if (problem === 'ok' || problem.startsWith('***')) continue
    const root = Number(/^Tree (\d+) /.exec(problem)?.[1])
    const tree = trees.find(({ rootpage }) => rootpage === root)
    const index =
      /(?:missing from|entries in|entry in) index (\S+)$/.exec(problem)?.[1] ??
      (tree?.type === 'index' ? tree.name : undefined)
    if (/freelist|never used|ptr map|pointer map|max rootpage/i.test(problem)) found.pages.push(problem)
    else if (/fts5|inverted index/i.test(problem) || tree?.name.startsWith('message_search_')) found.search = true
    else if (index?.startsWith('sqlite_autoindex_message_search_')) found.search = true
    else if (index !== undefined) indexes.add(index)
    else found.structure.push(problem)
  }
  found.indexes.push(...indexes)
}

/** Rows whose mailbox, message or content is not there. */
function references({ sqlite }: Connection, table: Inspected, found: Findings): void {
  if (table === 'message_search') return
  for (const { rowid, parent } of sqlite
    .query<{ rowid: number | null; parent: string }, []>(`PRAGMA foreign_key_check('${table}')`)
    .all()
    .slice(0, mostProblems)) {
    found.damage.push(`row ${rowid} of ${table} belongs to nothing in ${parent}`)
  }
}

const rowid = sql<number>`rowid`
const after = sql`rowid > ${sql.placeholder('after')}`
const limit = sql.placeholder('limit')
const batch = 500

/** For each table: its rows from a place on, each with that place, and whether it is as it was written. */
const readers = {
  mailboxes: readerOf(mailboxes, mailboxCheck),
  mailbox_tokens: readerOf(mailboxTokens, tokenCheck),
  messages: readerOf(messages, messageCheck),
  contents: readerOf(contents, contentCheck),
  attachments: readerOf(attachments, attachmentCheck),
  added_attachments: readerOf(addedAttachments, addedAttachmentCheck),
  accounts: readerOf(accounts, accountCheck),
  members: readerOf(members, memberCheck),
  sessions: readerOf(sessions, sessionCheck),
  links: readerOf(links, linkCheck),
  custom_domains: readerOf(customDomains, customDomainCheck),
  keys: readerOf(keys, keyCheck),
  webhooks: readerOf(webhooks, webhookCheck),
  webhook_deliveries: readerOf(webhookDeliveries, deliveryCheck),
  invoices: readerOf(invoices, invoiceCheck),
  payment_notices: readerOf(paymentNotices, noticeCheck),
  purchases: readerOf(purchases, purchaseCheck),
  audit: readerOf(audit, auditCheck),
  blocks: readerOf(blocks, blockCheck),
}

type Judged = { rowid: number; isSound: boolean }
type CheckedTable = SQLiteTable & { $inferSelect: { checkValue: number | null } }

function readerOf<Table extends CheckedTable>(table: Table, checkOf: (row: Table['$inferSelect']) => number) {
  return (db: Db) => {
    const statement = db.select({ rowid, row: table }).from(table).where(after).orderBy(rowid).limit(limit).prepare()
    const read = (place: { after: number; limit: number }): { rowid: number; row: Table['$inferSelect'] }[] =>
      untyped(statement.all(place))
    return (after: number, limit: number): Judged[] =>
      read({ after, limit }).map(({ rowid, row }) => ({ rowid, isSound: isSound(row, checkOf(row)) }))
  }
}

/** Rows that are not as they were written. Digests are looked at when they are read, and made again then. */
function rows(db: Db, table: Inspected, found: Findings): void {
  if (table === 'digests' || table === 'message_search') return
  for (const rowid of unsoundRows(db, table)) {
    if (found.damage.length < mostProblems) found.damage.push(`row ${rowid} of ${table} is not as it was written`)
  }
}

/** The rows of a table that are not as they were written. */
export function* unsoundRows(db: Db, table: keyof typeof readers): Generator<number> {
  const read = readers[table](db)
  for (let after = Number.MIN_SAFE_INTEGER, last = batch; last === batch; ) {
    const some = judged(db, table, read, after)
    for (const { rowid, isSound } of some) {
      after = rowid
      if (!isSound) yield rowid
    }
    last = some.length
  }
}

/** A field that is no longer the JSON that was written keeps all of its batch from being read: then they are read one by one. */
function judged(
  db: Db,
  table: keyof typeof readers,
  read: (after: number, limit: number) => Judged[],
  after: number,
): Judged[] {
  const orUnsound = (rowid: number): Judged[] => {
    try {
      return read(rowid - 1, 1)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return [{ rowid, isSound: false }]
    }
  }
  try {
    return read(after, batch)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const places = db.all<{ rowid: number }>(
      sql`select rowid as rowid from ${sql.identifier(table)} where rowid > ${after} order by rowid limit ${batch}`,
    )
    return places.flatMap(({ rowid }) => orUnsound(rowid))
  }
}

export const jobs = {
  'storage.inspect': (connection: Connection, { table }: { table: Inspected }): Findings => inspect(connection, table),
} satisfies Jobs

export const changes = {
  'storage.reindex': (tx, { indexes }: { indexes: readonly string[] }): void => mendIndexes(tx, indexes),
} satisfies Changes
