// Accounts, members, sessions and one-time links in the database: the reads of the main thread.
import { and, asc, count, eq, gt, inArray, isNull, lt, ne, or, sql } from 'drizzle-orm'
import type { Writes } from '../storage/change.ts'
import { type Db, statementsOf } from '../storage/database.ts'
import type { Workers } from '../storage/job.ts'
import { accountCheck, linkCheck, memberCheck, mustBeSound, sessionCheck } from '../storage/row-checks.ts'
import { accounts, links, members, sessions } from '../storage/schema.ts'
import type { Account, Invitation, Member, Session } from './account.ts'
import type { changes } from './changes.ts'
import type { AccountSearch, accountJobs } from './jobs.ts'

export type AccountRow = typeof accounts.$inferSelect
export type MemberRow = typeof members.$inferSelect
export type SessionRow = typeof sessions.$inferSelect
export type LinkRow = typeof links.$inferSelect

/** Null for one that is being swept away. Refuses: storage-damaged. */
export function asAccount(row: AccountRow): Account | null {
  mustBeSound(row, accountCheck(row), `account ${row.key}`)
  const { id, plan, state, createdAt, lapsedAt } = row
  return state === 'deleted' ? null : { id, plan, state, createdAt, lapsedAt }
}

/** Refuses: storage-damaged. */
export function asMember(row: MemberRow): Member {
  mustBeSound(row, memberCheck(row), `member ${row.key}`)
  const { id, accountId, email, role, isAdmin, createdAt, lastSignInAt } = row
  return { id, accountId, email, role, isAdmin, hasPassword: row.passwordHash !== null, createdAt, lastSignInAt }
}

/** Refuses: storage-damaged. */
function asSession(row: SessionRow): Session {
  mustBeSound(row, sessionCheck(row), 'a session')
  const { id, memberId, createdAt, expiresAt, lastUsedAt, client, agent } = row
  return { id, memberId, createdAt, expiresAt, lastUsedAt, client, agent }
}

/** Refuses: storage-damaged. */
export function soundLink(row: LinkRow): LinkRow {
  mustBeSound(row, linkCheck(row), 'a one-time link')
  return row
}

const { placeholder } = sql

const statements = statementsOf((db: Db) => ({
  account: () =>
    db
      .select()
      .from(accounts)
      .where(eq(accounts.id, placeholder('id')))
      .prepare(),
  member: () =>
    db
      .select()
      .from(members)
      .where(eq(members.id, placeholder('id')))
      .prepare(),
  byEmail: () =>
    db
      .select()
      .from(members)
      .where(eq(members.email, placeholder('email')))
      .prepare(),
  membersOf: () =>
    db
      .select()
      .from(members)
      .where(eq(members.accountId, placeholder('accountId')))
      .orderBy(asc(members.key))
      .prepare(),
  session: () =>
    db
      .select({ session: sessions, member: members, account: accounts })
      .from(sessions)
      .innerJoin(members, eq(members.id, sessions.memberId))
      .innerJoin(accounts, eq(accounts.id, members.accountId))
      .where(and(eq(sessions.hash, placeholder('hash')), gt(sessions.expiresAt, placeholder('now'))))
      .prepare(),
  sessionsOf: () =>
    db
      .select()
      .from(sessions)
      .where(and(eq(sessions.memberId, placeholder('memberId')), gt(sessions.expiresAt, placeholder('now'))))
      .orderBy(asc(sessions.createdAt))
      .prepare(),
  link: () =>
    db
      .select()
      .from(links)
      .where(eq(links.hash, placeholder('hash')))
      .prepare(),
  firstAdmin: () => db.select({ id: members.id }).from(members).where(eq(members.isAdmin, sql`1`)).limit(1).prepare(),
}))

export type AccountListQuery = { after: number; limit: number }

/** What a list of accounts shows beside each. */
export type ListedAccount = Account & { key: number; owner: string | null; members: number }

export class AccountStore {
  constructor(
    private readonly db: Db,
    readonly writes: Writes<typeof changes>,
    private readonly workers: Workers<typeof accountJobs>,
  ) {}

  async account(id: string): Promise<Account | null> {
    const row = statements(this.db).account.get({ id })
    return row ? asAccount(row) : null
  }

  async member(id: string): Promise<Member | null> {
    const row = statements(this.db).member.get({ id })
    return row ? asMember(row) : null
  }

  /** With the hash of the password. */
  async byEmail(email: string): Promise<{ member: Member; passwordHash: string | null } | null> {
    const row = statements(this.db).byEmail.get({ email })
    return row ? { member: asMember(row), passwordHash: row.passwordHash } : null
  }

  /** Oldest first. */
  async members(accountId: string): Promise<Member[]> {
    return statements(this.db).membersOf.all({ accountId }).map(asMember)
  }

  async passwordHash(memberId: string): Promise<string | null> {
    return statements(this.db).member.get({ id: memberId })?.passwordHash ?? null
  }

  async session(hash: string, now: number): Promise<{ session: Session; member: Member; account: Account } | null> {
    const row = statements(this.db).session.get({ hash, now })
    const account = row ? asAccount(row.account) : null
    return row && account ? { session: asSession(row.session), member: asMember(row.member), account } : null
  }

  async sessions(memberId: string, now: number): Promise<Session[]> {
    return statements(this.db).sessionsOf.all({ memberId, now }).map(asSession)
  }

  /** A link that is still good. */
  async link(hash: string, now: number): Promise<LinkRow | null> {
    const row = statements(this.db).link.get({ hash })
    return row && row.expiresAt > now ? soundLink(row) : null
  }

  /** Of one account, or (null) to new accounts. */
  async invitations(accountId: string | null, now: number): Promise<Invitation[]> {
    const kind = accountId === null ? ('register' as const) : ('join' as const)
    const whose = accountId === null ? isNull(links.accountId) : eq(links.accountId, accountId)
    const rows = this.db
      .select()
      .from(links)
      .where(and(eq(links.kind, kind), whose, gt(links.expiresAt, now)))
      .orderBy(asc(links.createdAt))
      .limit(1000)
      .all()
    return rows.map(soundLink).map(({ id, role, plan, email, createdAt, expiresAt }) => ({
      id,
      kind,
      role,
      plan,
      email,
      createdAt,
      expiresAt,
    }))
  }

  async hasAdmin(): Promise<boolean> {
    return statements(this.db).firstAdmin.get() !== undefined
  }

  /** Oldest first. */
  async list({ after, limit }: AccountListQuery): Promise<ListedAccount[]> {
    const rows = this.db
      .select()
      .from(accounts)
      .where(and(gt(accounts.key, after), ne(accounts.state, 'deleted')))
      .orderBy(asc(accounts.key))
      .limit(limit)
      .all()
    return Promise.all(
      rows.flatMap((row) => {
        const account = asAccount(row)
        return account ? [this.listed(account, row.key)] : []
      }),
    )
  }

  /** Those that are meant, oldest first. Refuses: too-busy, took-too-long. */
  async find(search: AccountSearch): Promise<ListedAccount[]> {
    const keys = await this.workers.run('accounts.find', search)
    const rows = this.db.select().from(accounts).where(inArray(accounts.key, keys)).orderBy(asc(accounts.key)).all()
    return Promise.all(
      rows.flatMap((row) => {
        const account = asAccount(row)
        return account ? [this.listed(account, row.key)] : []
      }),
    )
  }

  /** Plans that accounts are on, with how many are. Refuses: too-busy, took-too-long. */
  planCounts(): Promise<{ plan: string; accounts: number }[]> {
    return this.workers.run('accounts.plans', null)
  }

  private async listed(account: Account, key: number): Promise<ListedAccount> {
    const all = await this.members(account.id)
    return { ...account, key, owner: firstOwner(all), members: all.length }
  }

  /** His e-mail address. */
  async firstOwner(accountId: string): Promise<string | null> {
    return firstOwner(await this.members(accountId))
  }

  /** Plans that accounts are on, with how many are. */
  async plansInUse(): Promise<{ plan: string; accounts: number }[]> {
    return this.db
      .select({ plan: accounts.plan, accounts: count() })
      .from(accounts)
      .where(or(eq(accounts.state, 'active'), eq(accounts.state, 'suspended')))
      .groupBy(accounts.plan)
      .all()
  }
}

const firstOwner = (members: readonly Member[]): string | null =>
  members.find(({ role }) => role === 'owner')?.email ?? null

/** Rows of which nobody can make use any more. */
export const isOver = {
  links: (now: number) => lt(links.expiresAt, now),
  sessions: (now: number) => lt(sessions.expiresAt, now),
}
