// Reading mailboxes; what changes them is in changes.ts.
import { and, desc, eq, gt, inArray, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import { mustBeSound, tokenCheck } from '../storage/row-checks.ts'
import { mailboxes, mailboxTokens, messages } from '../storage/schema.ts'
import type { changes } from './changes.ts'
import { hasPart, type Mailbox, settled } from './mailbox.ts'
import { countArchived, countOpen } from './quota.ts'
import { archivedAt, asMailbox, findActive, findById, isHeld, isHeldBy } from './rows.ts'

const { placeholder } = sql

/** Mailboxes that are looked through together for a part of a name. */
const lookedAtOnce = 500
/** Messages of a mailbox that are looked at to know how many nobody has seen. */
const mostUnseen = 100

/** Of an account, and not run out. */
const openOf = and(
  eq(mailboxes.accountId, placeholder('accountId')),
  eq(mailboxes.state, sql`'active'`),
  or(isNull(mailboxes.expiresAt), gt(mailboxes.expiresAt, placeholder('now'))),
)

const statements = statementsOf((db: Db) => ({
  activeOf: () =>
    db
      .select()
      .from(mailboxes)
      .where(
        and(
          eq(mailboxes.address, placeholder('address')),
          eq(mailboxes.state, sql`'active'`),
          // Looked for by the address alone: an account may have very many.
          sql`+${mailboxes.accountId} = ${placeholder('accountId')}`,
        ),
      )
      .prepare(),
  byToken: () =>
    db
      .select({ token: mailboxTokens, mailbox: mailboxes })
      .from(mailboxTokens)
      .innerJoin(mailboxes, eq(mailboxes.key, mailboxTokens.mailboxKey))
      .where(eq(mailboxTokens.hash, placeholder('hash')))
      .prepare(),
  bytesOf: () =>
    db
      .select({ bytes: sql<number>`coalesce(sum(${mailboxes.bytes}), 0)` })
      .from(mailboxes)
      .where(openOf)
      .prepare(),
  overdueBytesOf: () =>
    db
      .select({ bytes: sql<number>`coalesce(sum(${messages.size}), 0)` })
      .from(mailboxes)
      .innerJoin(messages, eq(messages.mailboxKey, mailboxes.key))
      .where(and(openOf, lte(messages.retainUntil, placeholder('now'))))
      .prepare(),
  unseen: () =>
    db
      .select({ count: sql<number>`count(*)` })
      .from(
        db
          .select({ seen: messages.seen, retainUntil: messages.retainUntil })
          .from(messages)
          .where(eq(messages.mailboxKey, placeholder('key')))
          .orderBy(desc(messages.key))
          .limit(mostUnseen)
          .as('newest'),
      )
      .where(sql`seen = 0 and (retain_until is null or retain_until > ${placeholder('now')})`)
      .prepare(),
  overdue: () =>
    db
      .select({ count: sql<number>`count(*)`, bytes: sql<number>`coalesce(sum(${messages.size}), 0)` })
      .from(messages)
      .where(and(eq(messages.mailboxKey, placeholder('key')), lte(messages.retainUntil, placeholder('now'))))
      .prepare(),
}))

export interface MailboxStore {
  /** The mailbox open at this address (its own, without a tag), ended or not. */
  active(address: string): Promise<Mailbox | null>
  /** The same, if it is this account's: another's takes no longer than none. */
  activeOf(address: string, accountId: string): Promise<Mailbox | null>
  byId(id: string): Promise<Mailbox | null>
  byToken(hash: string): Promise<Mailbox | null>
  /** Archived at this address by this account. */
  archived(address: string, accountId: string): Promise<Mailbox | null>
  /** Opened by an account, newest first; in one state or (null) any. */
  ofAccount(query: MailboxQuery): Promise<Mailbox[]>
  /** Bytes in all mailboxes of an account, and how many of them have run out but are not swept yet. */
  bytesOf(accountId: string, now: number): Promise<number>
  overdueBytesOf(accountId: string, now: number): Promise<number>
  /** How many of its newest messages nobody has seen. */
  unseen(key: number, now: number): Promise<number>
  /** How many of an account are active, and how many count as archived. */
  countsOf(accountId: string, now: number): Promise<{ active: number; archived: number }>
  /** Whether an ended mailbox keeps the address from others: in quarantine or in an archive. */
  held(address: string, now: number): Promise<boolean>
  /** The same, for a former mailbox of this account. */
  heldBy(address: string, accountId: string, now: number): Promise<boolean>
  /** What of its messages has run out but is not swept yet. */
  overdue(key: number, now: number): Promise<{ count: number; bytes: number }>
  readonly writes: Writes<typeof changes>
}

/** `domains`: only of these; empty: of all. `address`: only the one there. `part`: as `hasPart`. */
export type MailboxQuery = {
  accountId: string
  address?: string | undefined
  part?: string | undefined
  state: Mailbox['state'] | null
  domains: readonly string[]
  before: number
  limit: number
  now: number
}

export class SqliteMailboxStore implements MailboxStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
  ) {}

  async active(address: string): Promise<Mailbox | null> {
    return findActive(this.db, address)
  }

  async activeOf(address: string, accountId: string): Promise<Mailbox | null> {
    const row = statements(this.db).activeOf.get({ address, accountId })
    return row ? asMailbox(row) : null
  }

  async byId(id: string): Promise<Mailbox | null> {
    return findById(this.db, id)
  }

  async byToken(hash: string): Promise<Mailbox | null> {
    const row = statements(this.db).byToken.get({ hash })
    if (!row) return null
    mustBeSound(row.token, tokenCheck(row.token), `a token of mailbox ${row.token.mailboxKey}`)
    return asMailbox(row.mailbox)
  }

  async archived(address: string, accountId: string): Promise<Mailbox | null> {
    const row = archivedAt(this.db, address).findLast((one) => one.accountId === accountId)
    return row ? asMailbox(row) : null
  }

  async ofAccount({ part = '', ...query }: MailboxQuery): Promise<Mailbox[]> {
    // SQLite knows cases of ASCII only, so what has a part is picked here, some rows at a time.
    if (part === '') return this.page(query)
    const found: Mailbox[] = []
    const { limit } = query
    let { before } = query
    while (found.length < limit) {
      const some = this.page({ ...query, before, limit: lookedAtOnce })
      found.push(...some.filter((one) => hasPart(one, part)))
      const last = some.at(-1)
      if (!last || some.length < lookedAtOnce) break
      before = last.key
      // Others have their turn between.
      await Bun.sleep(0)
    }
    return found.slice(0, limit)
  }

  private page({ accountId, address, state, domains, before, limit, now }: Omit<MailboxQuery, 'part'>): Mailbox[] {
    const rows = this.db
      .select()
      .from(mailboxes)
      .where(
        and(
          eq(mailboxes.accountId, accountId),
          eq(mailboxes.kind, 'owned'),
          sql`by_mail = 0`,
          isNow(state, now),
          address === undefined ? undefined : eq(mailboxes.address, address),
          domains.length === 0 ? undefined : inArray(mailboxes.domain, [...domains]),
          lt(mailboxes.key, before),
        ),
      )
      .orderBy(desc(mailboxes.key))
      .limit(limit)
      .all()
    return rows.flatMap((row) => {
      const mailbox = asMailbox(row)
      return (mailbox && settled(mailbox, now)) ?? []
    })
  }

  async bytesOf(accountId: string, now: number): Promise<number> {
    return statements(this.db).bytesOf.get({ accountId, now })?.bytes ?? 0
  }

  async unseen(key: number, now: number): Promise<number> {
    return statements(this.db).unseen.get({ key, now })?.count ?? 0
  }

  async overdueBytesOf(accountId: string, now: number): Promise<number> {
    return statements(this.db).overdueBytesOf.get({ accountId, now })?.bytes ?? 0
  }

  async countsOf(accountId: string, now: number): Promise<{ active: number; archived: number }> {
    return { active: countOpen(this.db, { accountId }, now), archived: countArchived(this.db, { accountId }) }
  }

  async held(address: string, now: number): Promise<boolean> {
    return isHeld(this.db, address, null, now)
  }

  async heldBy(address: string, accountId: string, now: number): Promise<boolean> {
    return isHeldBy(this.db, address, accountId, now)
  }

  async overdue(key: number, now: number): Promise<{ count: number; bytes: number }> {
    return statements(this.db).overdue.get({ key, now }) ?? { count: 0, bytes: 0 }
  }
}

/** As `settled` says; null: in either state. */
function isNow(state: Mailbox['state'] | null, now: number): SQL | undefined {
  const open = sql`(state = 'active' and (expires_at is null or expires_at > ${now}))`
  const archived = sql`(state = 'archived' or (state = 'active' and recoverable = 1 and expires_at <= ${now}))`
  return state === null ? or(open, archived) : state === 'active' ? open : archived
}
