// What the writer thread may do to accounts, members, sessions and one-time links. Each is recorded where a person did it.
import { and, count, desc, eq, ne } from 'drizzle-orm'
import type { EventType } from '../events.ts'
import { Refusal } from '../refusal.ts'
import { type By, type Deed, record, recordAll } from '../storage/audit-trail.ts'
import type { Changes, Tx } from '../storage/change.ts'
import type { Db } from '../storage/database.ts'
import { accountCheck, linkCheck, memberCheck, mustBeSound, sessionCheck } from '../storage/row-checks.ts'
import { accounts, customDomains, keys, links, members, purchases, sessions, webhooks } from '../storage/schema.ts'
import { type Account, type Role, whyShut } from './account.ts'
import { type AccountRow, asAccount, asMember, isOver, type LinkRow, type MemberRow, soundLink } from './store.ts'

export type NewMember = Pick<MemberRow, 'id' | 'email' | 'passwordHash'>
export type NewSession = { hash: string; id: string; expiresAt: number; client: string; agent: string }
export type NewLink = Omit<LinkRow, 'createdAt' | 'checkValue'>

/** Of an account, or of a key, member or session of it. */
export function sayOfAccount(tx: Tx, type: EventType, accountId: string, subjectId: string | null, at: number): void {
  const nowhere = { mailboxId: '', address: '', unclaimed: false, messageId: null }
  tx.tell({ at, type, accountId, ...nowhere, subjectId })
}

/** Refuses: account-unknown, storage-damaged. */
function accountRow(db: Db, id: string): AccountRow {
  const row = db.select().from(accounts).where(eq(accounts.id, id)).get()
  if (!row || !asAccount(row)) throw new Refusal('account-unknown')
  return row
}

/** Refuses: member-unknown, storage-damaged. */
function memberRow(db: Db, accountId: string, id: string): MemberRow {
  const row = db.select().from(members).where(eq(members.id, id)).get()
  if (row?.accountId !== accountId) throw new Refusal('member-unknown', row ? { foreign: true } : {})
  asMember(row)
  return row
}

export function changeAccount(
  db: Db,
  row: AccountRow,
  patch: Partial<Pick<AccountRow, 'plan' | 'state' | 'lapsedAt'>>,
): void {
  db.update(accounts)
    .set({ ...patch, checkValue: accountCheck({ ...row, ...patch }) })
    .where(eq(accounts.key, row.key))
    .run()
}

function changeMember(db: Db, row: MemberRow, patch: Partial<Pick<MemberRow, 'role' | 'passwordHash'>>): void {
  db.update(members)
    .set({ ...patch, checkValue: memberCheck({ ...row, ...patch }) })
    .where(eq(members.key, row.key))
    .run()
}

export function insertAccount(db: Db, { id, plan, state, createdAt, lapsedAt }: Account): void {
  const row = { id, plan, state, createdAt, lapsedAt }
  db.insert(accounts)
    .values({ ...row, checkValue: accountCheck(row) })
    .run()
}

/** Refuses: email-taken. */
function insertMember(
  db: Db,
  member: NewMember & Pick<MemberRow, 'accountId' | 'role' | 'isAdmin' | 'createdAt'>,
): void {
  const taken = db.select({ id: members.id }).from(members).where(eq(members.email, member.email)).get()
  if (taken) throw new Refusal('email-taken')
  db.insert(members)
    .values({ ...member, lastSignInAt: null, checkValue: memberCheck(member) })
    .run()
}

function insertSession(
  db: Db,
  memberId: string,
  { hash, id, expiresAt, client, agent }: NewSession,
  now: number,
): void {
  const row = { hash, id, memberId, createdAt: now, client, agent }
  db.insert(sessions)
    .values({ ...row, expiresAt, lastUsedAt: now, checkValue: sessionCheck(row) })
    .run()
  db.update(members).set({ lastSignInAt: now }).where(eq(members.id, memberId)).run()
}

const countMembers = (db: Db, accountId: string, role?: Role): number =>
  db
    .select({ n: count() })
    .from(members)
    .where(and(eq(members.accountId, accountId), role ? eq(members.role, role) : undefined))
    .get()?.n ?? 0

/** Refuses: last-owner, if this one is the only one. */
function keepAnOwner(db: Db, row: MemberRow): void {
  if (row.role === 'owner' && countMembers(db, row.accountId, 'owner') === 1) throw new Refusal('last-owner')
}

/** A link that is used now, and never again. Refuses: invitation-unknown. */
function useLink(db: Db, hash: string, now: number): LinkRow {
  const found = db.select().from(links).where(eq(links.hash, hash)).get()
  if (!found || soundLink(found).expiresAt <= now) throw new Refusal('invitation-unknown')
  db.delete(links).where(eq(links.hash, hash)).run()
  return found
}

const hasAdmin = (db: Db): boolean =>
  db.select({ id: members.id }).from(members).where(eq(members.isAdmin, true)).limit(1).get() !== undefined

/** Nobody but the command line takes the last admin away. Refuses: forbidden, if there is none but in `leaving`. */
function keepAnAdmin(db: Db, leaving: readonly { id: string }[], by: By): void {
  if (by.by === 'command') return
  const admins = db.select({ id: members.id }).from(members).where(eq(members.isAdmin, true)).all()
  if (admins.every(({ id }) => leaving.some((one) => one.id === id))) throw new Refusal('forbidden')
}

/**
 * Takes a member out of an account, whose sessions end with him. `mayBeAdmin`: else one who runs the server stays. Refuses:
 * member-unknown, last-owner; forbidden for an admin, and for the last one.
 */
export function removeMember(
  tx: Tx,
  { accountId, memberId, mayBeAdmin, by }: { accountId: string; memberId: string; mayBeAdmin: boolean; by: By },
): void {
  const row = memberRow(tx.db, accountId, memberId)
  keepAnOwner(tx.db, row)
  if (row.isAdmin) {
    if (!mayBeAdmin) throw new Refusal('forbidden')
    keepAnAdmin(tx.db, [row], by)
  }
  tx.db.delete(members).where(eq(members.id, memberId)).run()
  record(tx, by, { accountId, what: 'member.removed', target: memberId, detail: { email: row.email } })
  sayOfAccount(tx, 'member.removed', accountId, memberId, by.at)
}

/** Links of one account that may be open at a time, sessions of a member, and rows that are tidied away at a time. */
const mostLinks = 1000
const mostSessions = 100
const batch = 200

export const changes = {
  /** Links to become the first admin are good no more once there is one. Refuses: email-taken. */
  'accounts.create': (
    tx,
    { account, member, isAdmin, by }: { account: Account; member: NewMember; isAdmin: boolean; by: By },
  ): void => {
    insertAccount(tx.db, account)
    const { id: accountId, createdAt, plan } = account
    insertMember(tx.db, { ...member, accountId, role: 'owner', isAdmin, createdAt })
    if (isAdmin) tx.db.delete(links).where(eq(links.kind, 'admin')).run()
    const detail = { email: member.email, plan, ...(isAdmin ? { admin: true } : {}) }
    record(tx, by, { accountId, what: 'account.created', target: accountId, detail })
    sayOfAccount(tx, 'account.changed', accountId, null, by.at)
  },

  /** A plan that somebody chooses holds in the place of what was paid for, until that is paid again. Refuses: account-unknown. */
  'accounts.change': (
    tx,
    { id, patch, by }: { id: string; patch: { plan?: string; state?: 'active' | 'suspended' }; by: By },
  ): void => {
    const row = accountRow(tx.db, id)
    const isChosen = patch.plan !== undefined
    if (isChosen) tx.db.delete(purchases).where(eq(purchases.accountId, id)).run()
    changeAccount(tx.db, row, isChosen ? { ...patch, lapsedAt: null } : patch)
    const what =
      patch.state === undefined ? 'account.changed' : patch.state === 'active' ? 'account.resumed' : 'account.suspended'
    record(tx, by, { accountId: id, what, target: id, detail: patch })
    sayOfAccount(tx, what, id, null, by.at)
    if (isChosen && row.lapsedAt !== null && what === 'account.changed')
      sayOfAccount(tx, 'account.resumed', id, null, by.at)
  },

  /**
   * Its members, keys, links and domains are gone at once; its mailboxes answer nobody, and are swept away. Refuses: account-unknown;
   * forbidden where the last admin is in it.
   */
  'accounts.delete': (tx, { id, by }: { id: string; by: By }): void => {
    const { db } = tx
    const row = accountRow(db, id)
    const leaving = db.select().from(members).where(eq(members.accountId, id)).all()
    if (leaving.some(({ isAdmin }) => isAdmin)) keepAnAdmin(db, leaving, by)
    changeAccount(db, row, { state: 'deleted' })
    for (const table of [keys, links, customDomains, webhooks, purchases, members] as const)
      db.delete(table).where(eq(table.accountId, id)).run()
    record(tx, by, { accountId: id, what: 'account.deleted', target: id })
    sayOfAccount(tx, 'account.deleted', id, null, by.at)
  },

  /**
   * Makes a member out of a one-time link: of a new account, or of the one that it names, if that has room for one more.
   * Refuses: invitation-unknown, email-taken, forbidden (the link is for another address), quota-exceeded, account-suspended.
   */
  'links.accept': (
    tx,
    {
      hash,
      fresh,
      member,
      session,
      mostMembers,
      by,
    }: {
      hash: string
      /** The account that it makes, unless it joins one. */
      fresh: Account
      member: NewMember
      session: NewSession
      mostMembers: number | null
      by: By
    },
  ): { accountId: string } => {
    const { db } = tx
    const link = useLink(db, hash, by.at)
    if (link.kind === 'password') throw new Refusal('invitation-unknown')
    // The first admin may have been made by other means since.
    if (link.kind === 'admin' && hasAdmin(db)) throw new Refusal('invitation-unknown')
    if (link.email !== null && link.email !== member.email) throw new Refusal('forbidden')
    const joins = link.kind === 'join' ? link.accountId : null
    const accountId = joins ?? fresh.id
    if (joins === null) insertAccount(db, fresh)
    else {
      const why = whyShut(accountRow(db, joins))
      if (why) throw new Refusal(why)
      if (mostMembers !== null && countMembers(db, joins) >= mostMembers) throw new Refusal('quota-exceeded')
    }
    const role = joins === null ? 'owner' : (link.role ?? 'member')
    insertMember(db, { ...member, accountId, role, isAdmin: link.kind === 'admin', createdAt: by.at })
    insertSession(db, member.id, session, by.at)
    const what = joins === null ? 'account.created' : 'member.joined'
    record(
      tx,
      { ...by, actor: member.email, actorId: member.id },
      { accountId, what, target: member.id, detail: { email: member.email, role } },
    )
    sayOfAccount(tx, joins === null ? 'account.changed' : 'member.changed', accountId, member.id, by.at)
    return { accountId }
  },

  /** Makes an account of one who asked for it himself, and signs him in. Refuses: email-taken. */
  'accounts.register': (
    tx,
    { account, member, session, by }: { account: Account; member: NewMember; session: NewSession; by: By },
  ): void => {
    const { id: accountId, createdAt, plan } = account
    insertAccount(tx.db, account)
    insertMember(tx.db, { ...member, accountId, role: 'owner', isAdmin: false, createdAt })
    insertSession(tx.db, member.id, session, by.at)
    const self: By = { ...by, by: 'member', actor: member.email, actorId: member.id }
    record(tx, self, { accountId, what: 'account.created', target: accountId, detail: { email: member.email, plan } })
    sayOfAccount(tx, 'account.changed', accountId, member.id, by.at)
  },

  /** Sets a password by a one-time link; whoever was signed in is so no more. Refuses: invitation-unknown. */
  'links.set-password': (
    tx,
    { hash, passwordHash, session, by }: { hash: string; passwordHash: string; session: NewSession; by: By },
  ): { memberId: string } => {
    const { memberId } = useLink(tx.db, hash, by.at)
    const row = memberId === null ? undefined : tx.db.select().from(members).where(eq(members.id, memberId)).get()
    if (!row) throw new Refusal('invitation-unknown')
    setPassword(tx, row, passwordHash, null, { ...by, actor: row.email, actorId: row.id })
    insertSession(tx.db, row.id, session, by.at)
    return { memberId: row.id }
  },

  /** `keepSession`: goes on, while all others of the member end. Refuses: member-unknown. */
  'members.set-password': (
    tx,
    {
      accountId,
      memberId,
      passwordHash,
      keepSession,
      by,
    }: { accountId: string; memberId: string; passwordHash: string; keepSession: string | null; by: By },
  ): void => {
    setPassword(tx, memberRow(tx.db, accountId, memberId), passwordHash, keepSession, by)
  },

  /** Refuses: member-unknown, last-owner. */
  'members.set-role': (
    tx,
    { accountId, memberId, role, by }: { accountId: string; memberId: string; role: Role; by: By },
  ): void => {
    const row = memberRow(tx.db, accountId, memberId)
    if (role === 'member') keepAnOwner(tx.db, row)
    changeMember(tx.db, row, { role })
    record(tx, by, { accountId, what: 'member.changed', target: memberId, detail: { email: row.email, role } })
    sayOfAccount(tx, 'member.changed', accountId, memberId, by.at)
  },

  /** The oldest give way where there are too many. */
  'sessions.open': (
    tx,
    { accountId, memberId, session, by }: { accountId: string; memberId: string; session: NewSession; by: By },
  ): void => {
    const { db } = tx
    insertSession(db, memberId, session, by.at)
    // The new one stays, also where the clock was set back.
    const tooMany = db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.memberId, memberId), ne(sessions.id, session.id)))
      .orderBy(desc(sessions.lastUsedAt))
      .all()
      .slice(mostSessions - 1)
    for (const { id } of tooMany) {
      db.delete(sessions).where(eq(sessions.id, id)).run()
      sayOfAccount(tx, 'session.ended', accountId, id, by.at)
    }
    record(tx, by, { accountId, what: 'session.opened', target: session.id })
  },

  /** Of the member: the one `id`, or all but `keep`. Refuses: session-unknown. */
  'sessions.end': (
    tx,
    {
      accountId,
      memberId,
      id,
      keep,
      by,
    }: { accountId: string; memberId: string; id: string | null; keep: string | null; by: By },
  ): void => {
    const { db } = tx
    const found = db
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(
          eq(sessions.memberId, memberId),
          id === null ? undefined : eq(sessions.id, id),
          keep === null ? undefined : ne(sessions.id, keep),
        ),
      )
      .all()
    if (found.length === 0 && id !== null) throw new Refusal('session-unknown')
    for (const session of found) {
      db.delete(sessions).where(eq(sessions.id, session.id)).run()
      record(tx, by, { accountId, what: 'session.ended', target: session.id })
      sayOfAccount(tx, 'session.ended', accountId, session.id, by.at)
    }
  },

  /** When they were used last, and how long they are good from then on. */
  'sessions.touch': ({ db }, { used }: { used: { id: string; lastUsedAt: number; expiresAt: number }[] }): void => {
    for (const { id, lastUsedAt, expiresAt } of used) {
      db.update(sessions).set({ lastUsedAt, expiresAt }).where(eq(sessions.id, id)).run()
    }
  },

  /** Makes a one-time link. `alone`: those of its kind for the same member, or in all, are good no more. Refuses: quota-exceeded. */
  'links.make': (tx, { link, alone, by }: { link: NewLink; alone: boolean; by: By }): void => {
    const { db } = tx
    const row = { ...link, createdAt: by.at }
    if (alone) {
      const sameMember = link.memberId === null ? undefined : eq(links.memberId, link.memberId)
      db.delete(links)
        .where(and(eq(links.kind, link.kind), sameMember))
        .run()
    }
    const open = db
      .select({ n: count() })
      .from(links)
      .where(and(eq(links.kind, link.kind), link.accountId === null ? undefined : eq(links.accountId, link.accountId)))
      .get()
    if ((open?.n ?? 0) >= mostLinks) throw new Refusal('quota-exceeded')
    db.insert(links)
      .values({ ...row, checkValue: linkCheck(row) })
      .run()
    if (by.by === 'server') return
    const { accountId, id: target, kind, email, role, memberId } = link
    record(tx, by, { accountId, what: 'link.made', target, detail: { kind, email, role, memberId } })
  },

  /** Of an account, or (null) one to a new account. Refuses: invitation-unknown. */
  'links.take-back': (tx, { accountId, id, by }: { accountId: string | null; id: string; by: By }): void => {
    const row = tx.db.select().from(links).where(eq(links.id, id)).get()
    const isInvitation = row?.kind === 'join' || row?.kind === 'register'
    if (!row || !isInvitation) throw new Refusal('invitation-unknown')
    if (row.accountId !== accountId) throw new Refusal('invitation-unknown', { foreign: true })
    tx.db.delete(links).where(eq(links.id, id)).run()
    record(tx, by, { accountId, what: 'link.taken-back', target: id })
  },

  'failures.record': (tx, { deeds }: { deeds: readonly Deed[] }): void => recordAll(tx, deeds),

  /** Forgets links and sessions whose time is over, some at a time. Answers whether there is more. */
  'accounts.tidy': ({ db }, { now }: { now: number }): boolean => {
    const oldLinks = db.select({ hash: links.hash }).from(links).where(isOver.links(now)).limit(batch).all()
    const oldSessions = db.select({ hash: sessions.hash }).from(sessions).where(isOver.sessions(now)).limit(batch).all()
    for (const { hash } of oldLinks) db.delete(links).where(eq(links.hash, hash)).run()
    for (const { hash } of oldSessions) db.delete(sessions).where(eq(sessions.hash, hash)).run()
    return oldLinks.length === batch || oldSessions.length === batch
  },
} satisfies Changes

/** Whoever was signed in with the old one is so no more, but for one session. */
function setPassword(tx: Tx, row: MemberRow, passwordHash: string, keepSession: string | null, by: By): void {
  const { db } = tx
  mustBeSound(row, memberCheck(row), `member ${row.key}`)
  changeMember(db, row, { passwordHash })
  const open = db.select({ id: sessions.id }).from(sessions).where(eq(sessions.memberId, row.id)).all()
  for (const { id } of open) {
    if (id === keepSession) continue
    db.delete(sessions).where(eq(sessions.id, id)).run()
    sayOfAccount(tx, 'session.ended', row.accountId, id, by.at)
  }
  db.delete(links)
    .where(and(eq(links.kind, 'password'), eq(links.memberId, row.id)))
    .run()
  record(tx, by, {
    accountId: row.accountId,
    what: 'member.password-set',
    target: row.id,
    detail: { email: row.email },
  })
}
