// Rows of custom domains: each is compared with its check value before it is believed, and none is written without its own.
import { and, eq, inArray, ne, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../storage/database.ts'
import { customDomainCheck, mustBeSound } from '../storage/row-checks.ts'
import { customDomains, mailboxes } from '../storage/schema.ts'
import { baseOf, type CustomDomain, type DomainState, type Look } from './domain.ts'

export type Row = typeof customDomains.$inferSelect

/** Null for one that is removed. Refuses: storage-damaged. */
export function asDomain(row: Row): CustomDomain | null {
  const { checkValue: _check, found, state, ...fields } = sound(row)
  return state === 'removed' ? null : { ...fields, state, found: readLook(found) }
}

/** Refuses: storage-damaged. */
export function sound(row: Row): Row {
  mustBeSound(row, customDomainCheck(row), `custom domain ${row.key}`)
  return row
}

/** What was found is only shown: where it is damaged, nothing is. */
function readLook(text: string | null): Look | null {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}

/** Those that are not removed. */
export const isThere = ne(customDomains.state, 'removed')

/** A domain that is to be changed. Refuses: storage-damaged. */
export function rowById(db: Db, id: string): Row | null {
  const row = db
    .select()
    .from(customDomains)
    .where(and(eq(customDomains.id, id), isThere))
    .get()
  return row ? sound(row) : null
}

/** Whether another row than this one takes the mail of this name. */
export const isTaken = (db: Db, { name, id }: Pick<Row, 'name' | 'id'>): boolean =>
  db
    .select({ id: customDomains.id })
    .from(customDomains)
    .where(and(eq(customDomains.name, name), sql`state in ('verified', 'failing')`, ne(customDomains.id, id)))
    .get() !== undefined

/** Whether an account has this domain, by its name or one for all subdomains; `state`: in this one. */
export function hasDomain(db: Db, accountId: string, domain: string, state?: DomainState): boolean {
  const parents = domain.split('.').map((_, at, labels) => `*.${labels.slice(at + 1).join('.')}`)
  const isMeant = inArray(customDomains.name, [domain, ...parents.slice(0, -1)])
  const isIts = and(eq(customDomains.accountId, accountId), isMeant, state ? eq(customDomains.state, state) : isThere)
  return db.select({ id: customDomains.id }).from(customDomains).where(isIts).limit(1).get() !== undefined
}

/** Changes a domain, and its check value with it. */
export function changeDomain(db: Db, row: Row, patch: Partial<Omit<Row, 'key' | 'checkValue'>>): void {
  db.update(customDomains)
    .set({ ...patch, checkValue: customDomainCheck({ ...row, ...patch }) })
    .where(eq(customDomains.key, row.key))
    .run()
}

/** Which rows of `mailboxes` end with a domain: its account's there, but not those at a subdomain that it has by itself. */
export function mailboxesOf(db: Db, { accountId, name }: Pick<Row, 'accountId' | 'name'>): SQL {
  const isOwn = sql`${mailboxes.accountId} = ${accountId} and ${mailboxes.state} <> 'ended'`
  if (!name.startsWith('*.')) return sql`${isOwn} and ${mailboxes.domain} = ${name}`
  const end = `.${baseOf(name)}`
  const others = db
    .select({ name: customDomains.name })
    .from(customDomains)
    .where(and(eq(customDomains.accountId, accountId), isThere))
  return sql`${isOwn} and substr(${mailboxes.domain}, ${-end.length}) = ${end} and ${mailboxes.domain} not in ${others}`
}

/** How many mailboxes end with a domain. */
export function countMailboxes(db: Db, domain: Pick<Row, 'accountId' | 'name'>): number {
  const [counted] = db.all<{ n: number }>(sql`select count(*) as n from ${mailboxes} where ${mailboxesOf(db, domain)}`)
  return counted?.n ?? 0
}
