// Accounts, their members and how these sign in. All policy about them is here.
import { BoundedMap } from '../limits/bounded-map.ts'
import { countedAddress } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import type { Plans } from '../plans/service.ts'
import { invalid, Refusal } from '../refusal.ts'
import { hashSecret, makeSecret } from '../secret.ts'
import type { By } from '../storage/audit-trail.ts'
import { type Account, type Invitation, type Member, parseEmail, type Role, type Session, spelled } from './account.ts'
import { Attempts } from './attempts.ts'
import { type AccountCaller, actorOf, type Caller, isAdmin, mustBeAdmin, ofAccount, ownerOf } from './caller.ts'
import type { NewSession } from './changes.ts'
import type { Passwords } from './passwords.ts'
import type { AccountStore, ListedAccount } from './store.ts'

export type Registration = 'off' | 'open' | 'invitation'

export type AccountRules = {
  registration: () => Registration
  /** The plan of one who registers. */
  defaultPlan: () => string
  /** New accounts by registration from one address in a day. */
  registrationsPerDay: number
}

/** From where somebody calls: the client's IP address, and what it says it is. */
export type Visitor = { client: string; agent: string }

/** What is shown once. */
export type SignedIn = { caller: AccountCaller; session: Session; token: string }
export type MadeLink = {
  id: string
  token: string
  /** Only for this e-mail address; null: for whoever has the link. */
  email: string | null
  createdAt: number
  expiresAt: number
}

const hour = 3_600_000
const day = 24 * hour
/** A session ends after so long without use. */
const sessionMs = 30 * day
/** Its use is written so often. */
const touchMs = hour
const invitationMs = 7 * day
const passwordLinkMs = day
/** How long a stranger can keep somebody else from signing in, and an address its own. */
const longestForAccountMs = 30_000
const longestForAddressMs = 900_000
export const passwordLength = { least: 8, most: 256 } as const

export class Accounts {
  private readonly byAddress: Attempts
  private readonly byEmail: Attempts
  private readonly registrations = new BoundedMap(() => ({ day: 0, count: 0 }))
  private readonly touched = new Map<string, { id: string; lastUsedAt: number; expiresAt: number }>()

  constructor(
    private readonly store: AccountStore,
    private readonly plans: Plans,
    private readonly passwords: Passwords,
    private readonly rules: AccountRules,
    private readonly outside: Outside,
  ) {
    this.byAddress = new Attempts(longestForAddressMs, outside.elapsed)
    this.byEmail = new Attempts(longestForAccountMs, outside.elapsed)
  }

  // Accounts

  /**
   * Makes an account and its owner; without a password nobody can sign in to it yet. Refuses: as `mustBeAdmin`,
   * invalid-request, email-taken, plan-unknown, too-busy.
   */
  async create(
    caller: Caller,
    wish: { email: string; plan?: string | undefined; password?: string | undefined; admin?: boolean | undefined },
  ): Promise<{ account: Account; member: Member }> {
    mustBeAdmin(caller)
    const email = readEmail(wish.email)
    const plan = this.plans.get(wish.plan ?? 'unlimited').name
    const passwordHash = wish.password === undefined ? null : await this.hash(wish.password)
    const account = this.fresh(plan)
    const member = { id: this.outside.uuid(), email, passwordHash }
    await this.store.writes.run('accounts.create', {
      account,
      member,
      isAdmin: wish.admin ?? false,
      by: this.by(caller),
    })
    return { account, member: await this.knownMember(member.id) }
  }

  /** The account of the member with this e-mail address. Refuses: as `mustBeAdmin`, account-unknown. */
  async byOwner(caller: Caller, email: string): Promise<{ account: Account; member: Member }> {
    mustBeAdmin(caller)
    const found = await this.store.byEmail(spelled(email))
    const account = found ? await this.store.account(found.member.accountId) : null
    if (!found || !account) throw new Refusal('account-unknown')
    return { account, member: found.member }
  }

  /** Refuses: account-unknown; to who is of another account, too. */
  async get(caller: Caller, id: string): Promise<Account> {
    if (!isAdmin(caller) && ofAccount(caller, null).account.id !== id) throw new Refusal('account-unknown')
    const account = await this.store.account(id)
    if (!account) throw new Refusal('account-unknown')
    return account
  }

  /** The account that the caller is of. Refuses: as `ofAccount`. */
  own(caller: Caller): AccountCaller {
    return ofAccount(caller, null)
  }

  /** For rules that no caller asks for; null for one that is gone. */
  find(id: string): Promise<Account | null> {
    return this.store.account(id)
  }

  /** Oldest first. Refuses: as `mustBeAdmin`. */
  async list(caller: Caller, query: { after: number; limit: number }): Promise<ListedAccount[]> {
    mustBeAdmin(caller)
    return this.store.list(query)
  }

  /**
   * Puts an account on another plan, suspends or resumes it, all of it or nothing. A suspended account's keys and members
   * are refused, and its mail. Refuses: as `mustBeAdmin`, account-unknown, plan-unknown; forbidden to suspend the caller's own.
   */
  async change(
    caller: Caller,
    id: string,
    { plan, suspended }: { plan?: string | undefined; suspended?: boolean | undefined },
  ): Promise<Account> {
    if (suspended === undefined) mustBeAdmin(caller)
    else this.mustBeAdminOfOther(caller, id)
    const patch = {
      ...(plan === undefined ? {} : { plan: this.plans.get(plan).name }),
      ...(suspended === undefined ? {} : { state: suspended ? ('suspended' as const) : ('active' as const) }),
    }
    if (Object.keys(patch).length > 0) {
      await this.store.writes.run('accounts.change', { id, patch, by: this.by(caller) })
    }
    return this.get(caller, id)
  }

  /** Refuses: as `change`. */
  setPlan(caller: Caller, id: string, plan: string): Promise<Account> {
    return this.change(caller, id, { plan })
  }

  /** Refuses: as `change`. */
  setSuspended(caller: Caller, id: string, suspended: boolean): Promise<Account> {
    return this.change(caller, id, { suspended })
  }

  /** Ends an account and all that is its own. Refuses: as `mustBeAdmin`, account-unknown; forbidden for the caller's own. */
  async delete(caller: Caller, id: string): Promise<void> {
    this.mustBeAdminOfOther(caller, id)
    await this.store.writes.run('accounts.delete', { id, by: this.by(caller) })
  }

  /** Plans that accounts are on though the config has them no more. */
  async plansGone(): Promise<{ plan: string; accounts: number }[]> {
    return (await this.store.plansInUse()).filter(({ plan }) => !this.plans.isOffered(plan))
  }

  /** Whether this member runs the server; null: who is gone. */
  async isAdminMember(memberId: string | null): Promise<boolean> {
    return memberId !== null && (await this.store.member(memberId))?.isAdmin === true
  }

  // Invitations and other one-time links

  /**
   * A link by which somebody joins the caller's account. Refuses: as `ownerOf`, invalid-request, quota-exceeded.
   */
  async invite(caller: Caller, wish: { role?: Role | undefined; email?: string | undefined }): Promise<MadeLink> {
    const { account } = ownerOf(caller)
    const role = wish.role ?? 'member'
    return this.link(caller, 'join', { accountId: account.id, role, email: wish.email }, invitationMs)
  }

  /** A link by which somebody makes an account. Refuses: as `mustBeAdmin`, invalid-request, plan-unknown. */
  async inviteAccount(
    caller: Caller,
    wish: { plan?: string | undefined; email?: string | undefined },
  ): Promise<MadeLink> {
    mustBeAdmin(caller)
    const plan = wish.plan === undefined ? null : this.plans.get(wish.plan).name
    return this.link(caller, 'register', { plan, email: wish.email }, invitationMs)
  }

  /** Those of the caller's account that are open. Refuses: as `ownerOf`. */
  async invitations(caller: Caller): Promise<Invitation[]> {
    return this.store.invitations(ownerOf(caller).account.id, this.outside.now())
  }

  /** Those to new accounts that are open. Refuses: as `mustBeAdmin`. */
  async accountInvitations(caller: Caller): Promise<Invitation[]> {
    mustBeAdmin(caller)
    return this.store.invitations(null, this.outside.now())
  }

  /** Refuses: as `ownerOf`, invitation-unknown. */
  async takeBack(caller: Caller, id: string): Promise<void> {
    const accountId = ownerOf(caller).account.id
    await this.store.writes.run('links.take-back', { accountId, id, by: this.by(caller) })
  }

  /** Of an invitation to a new account. Refuses: as `mustBeAdmin`, invitation-unknown. */
  async takeBackAccount(caller: Caller, id: string): Promise<void> {
    mustBeAdmin(caller)
    await this.store.writes.run('links.take-back', { accountId: null, id, by: this.by(caller) })
  }

  /**
   * Takes an invitation, which works once, and signs in. Refuses: invitation-unknown, invalid-request, email-taken,
   * forbidden (it is for another address), registration-off (it is to a new account), quota-exceeded,
   * account-suspended, rate-exceeded, too-busy.
   */
  async accept(visitor: Visitor, token: string, wish: { email: string; password: string }): Promise<SignedIn> {
    const email = readEmail(wish.email)
    const hash = hashSecret(token)
    const wellEnded = this.byAddress.begin(countedAddress(visitor.client))
    const link = await this.store.link(hash, this.outside.now())
    if (!link || link.kind === 'password') throw new Refusal('invitation-unknown')
    wellEnded()
    if (link.kind === 'register' && this.rules.registration() === 'off') throw new Refusal('registration-off')
    const joined = link.accountId === null ? null : await this.store.account(link.accountId)
    // The config may have lost the plan since.
    const offered = link.plan !== null && this.plans.isOffered(link.plan) ? link.plan : this.rules.defaultPlan()
    const plan = link.kind === 'admin' ? this.plans.operator().name : this.plans.get(offered).name
    const mostMembers = joined ? this.plans.of(joined.plan).members : null
    const { member, session, token: cookie } = await this.newcomer(visitor, email, wish.password)
    const by = this.byLink(visitor)
    await this.store.writes.run('links.accept', { hash, fresh: this.fresh(plan), member, session, mostMembers, by })
    return this.signedIn(cookie, visitor)
  }

  /**
   * Makes an account for whoever asks, where that is allowed. Refuses: registration-off, invalid-request, email-taken,
   * rate-exceeded, too-busy.
   */
  async register(visitor: Visitor, wish: { email: string; password: string }): Promise<SignedIn> {
    if (this.rules.registration() !== 'open') throw new Refusal('registration-off')
    const email = readEmail(wish.email)
    this.countRegistration(visitor)
    const account = this.fresh(this.plans.get(this.rules.defaultPlan()).name)
    const { member, session, token } = await this.newcomer(visitor, email, wish.password)
    await this.store.writes.run('accounts.register', { account, member, session, by: this.byLink(visitor) })
    return this.signedIn(token, visitor)
  }

  /** The link by which the first admin is made; former ones are good no more. Null once there is an admin. */
  async adminLink(): Promise<MadeLink | null> {
    if (await this.store.hasAdmin()) return null
    return this.link({ kind: 'operator' }, 'admin', { alone: true, by: 'server' }, 365 * day)
  }

  /**
   * A link that sets a member's password: for an owner's own members, and for admins. Refuses: as `ownerOf`,
   * member-unknown; forbidden for an admin's, to who is none.
   */
  async passwordLink(caller: Caller, memberId: string): Promise<MadeLink> {
    const { id, accountId, isAdmin: ofAdmin } = await this.memberFor(caller, memberId)
    // Else an owner would come to run the server.
    if (ofAdmin) mustBeAdmin(caller)
    return this.link(caller, 'password', { memberId: id, accountId, alone: true }, passwordLinkMs)
  }

  /** Sets a password by a link, and signs in. Refuses: invitation-unknown, invalid-request, account-suspended, rate-exceeded, too-busy. */
  async resetPassword(visitor: Visitor, token: string, password: string): Promise<SignedIn> {
    const hash = hashSecret(token)
    const wellEnded = this.byAddress.begin(countedAddress(visitor.client))
    const link = await this.store.link(hash, this.outside.now())
    if (link?.kind !== 'password') throw new Refusal('invitation-unknown')
    wellEnded()
    const account = link.accountId === null ? null : await this.store.account(link.accountId)
    if (account?.state === 'suspended') throw new Refusal('account-suspended')
    const passwordHash = await this.hash(password)
    const { session, token: cookie } = this.newSession(visitor)
    await this.store.writes.run('links.set-password', { hash, passwordHash, session, by: this.byLink(visitor) })
    return this.signedIn(cookie, visitor)
  }

  // Members

  /** Oldest first. Refuses: as `ofAccount`. */
  async members(caller: Caller): Promise<Member[]> {
    return this.store.members(ofAccount(caller, 'team').account.id)
  }

  /** One of the caller's account. Refuses: as `ofAccount`, member-unknown. */
  async member(caller: Caller, id: string): Promise<Member> {
    return this.memberOf(ofAccount(caller, 'team').account.id, id)
  }

  /** Refuses: as `ownerOf`, member-unknown, last-owner. */
  async setRole(caller: Caller, memberId: string, role: Role): Promise<Member> {
    const { account } = ownerOf(caller)
    await this.store.writes.run('members.set-role', { accountId: account.id, memberId, role, by: this.by(caller) })
    return this.knownMember(memberId)
  }

  /** The caller, if he may remove members of this id from his account: owners may, and everybody may leave. Refuses: as `ownerOf`. */
  mayRemove(caller: Caller, memberId: string): AccountCaller {
    const own = ofAccount(caller, 'team')
    return own.member?.id === memberId ? own : ownerOf(caller)
  }

  /** Of the caller himself, who knows the present one. Refuses: credential-wrong, forbidden for a key, invalid-request, rate-exceeded, too-busy. */
  async changePassword(caller: Caller, present: string, password: string): Promise<void> {
    const { member, sessionId, account } = ofAccount(caller, null)
    if (!member || sessionId === null) throw new Refusal('forbidden')
    const wellEnded = this.byEmail.begin(member.email)
    if (!(await this.passwords.matches(present, await this.store.passwordHash(member.id)))) {
      throw new Refusal('credential-wrong')
    }
    wellEnded()
    const passwordHash = await this.hash(password)
    const by = this.by(caller)
    const change = { accountId: account.id, memberId: member.id, passwordHash, keepSession: sessionId, by }
    await this.store.writes.run('members.set-password', change)
  }

  /** Refuses: as `mustBeAdmin`, member-unknown, invalid-request, too-busy. */
  async setPassword(caller: Caller, memberId: string, password: string): Promise<void> {
    mustBeAdmin(caller)
    const { accountId } = await this.knownMember(memberId)
    const passwordHash = await this.hash(password)
    const change = { accountId, memberId, passwordHash, keepSession: null, by: this.by(caller) }
    await this.store.writes.run('members.set-password', change)
  }

  // Sessions

  /** Unknown and wrong look and take the same. Refuses: credential-wrong, account-suspended, rate-exceeded, too-busy. */
  async signIn(visitor: Visitor, email: string, password: string): Promise<SignedIn> {
    const name = spelled(email)
    const fromAddress = this.byAddress.begin(countedAddress(visitor.client))
    const toAccount = this.byEmail.begin(name)
    const found = await this.store.byEmail(name)
    const right = await this.passwords.matches(password, found?.passwordHash ?? null).catch((error) => {
      // Nothing was tried.
      fromAddress()
      toAccount()
      throw error
    })
    if (!found || !right) throw new Refusal('credential-wrong')
    fromAddress()
    toAccount()
    this.byEmail.clear(name)
    const { member } = found
    const account = await this.store.account(member.accountId)
    if (!account) throw new Refusal('credential-wrong')
    if (account.state === 'suspended') throw new Refusal('account-suspended')
    const { session, token } = this.newSession(visitor)
    const by: By = {
      by: 'member',
      actor: member.email,
      actorId: member.id,
      client: visitor.client,
      at: this.outside.now(),
    }
    await this.store.writes.run('sessions.open', { accountId: account.id, memberId: member.id, session, by })
    return this.signedIn(token, visitor)
  }

  /** Whose cookie this is. Refuses: credential-wrong, account-suspended. */
  async holder(token: string, client: string): Promise<AccountCaller> {
    const now = this.outside.now()
    const found = token.startsWith(sessionPrefix) ? await this.store.session(hashSecret(token), now) : null
    if (!found) throw new Refusal('credential-wrong')
    const { session, member, account } = found
    if (account.state === 'suspended') throw new Refusal('account-suspended')
    if (now - session.lastUsedAt > touchMs) {
      this.touched.set(session.id, { id: session.id, lastUsedAt: now, expiresAt: now + sessionMs })
    }
    return { kind: 'account', account, member, key: null, sessionId: session.id, client }
  }

  /** The caller's own. Refuses: as `ofAccount`; forbidden for a key. */
  async sessions(caller: Caller): Promise<Session[]> {
    return this.store.sessions(this.signedInMember(caller).id, this.outside.now())
  }

  /** The caller, and the session by which he is signed in. Refuses: as `sessions`, session-unknown. */
  async present(caller: Caller): Promise<[AccountCaller, Session]> {
    const own = ofAccount(caller, null)
    const session = (await this.sessions(caller)).find(({ id }) => id === own.sessionId)
    if (!session) throw new Refusal('session-unknown')
    return [own, session]
  }

  /** Ends one of the caller's own sessions, the present one, or (null) all. Refuses: as `sessions`, session-unknown. */
  async signOut(caller: Caller, which: 'this' | { id: string } | null): Promise<void> {
    const { id: memberId, accountId } = this.signedInMember(caller)
    const present = ofAccount(caller, null).sessionId
    const id = which === null ? null : which === 'this' ? present : which.id
    await this.store.writes.run('sessions.end', { accountId, memberId, id, by: this.by(caller) })
  }

  /** Writes when sessions were used, and forgets what is over. Answers whether there is more. */
  async tidy(): Promise<boolean> {
    const used = [...this.touched.values()]
    this.touched.clear()
    if (used.length > 0) await this.store.writes.run('sessions.touch', { used })
    this.byAddress.sweep()
    this.byEmail.sweep()
    const today = Math.floor(this.outside.now() / day)
    this.registrations.sweep((counted) => counted.day < today)
    return this.store.writes.run('accounts.tidy', { now: this.outside.now() })
  }

  private signedInMember(caller: Caller): Member {
    const { member, sessionId } = ofAccount(caller, null)
    if (!member || sessionId === null) throw new Refusal('forbidden')
    return member
  }

  private async memberFor(caller: Caller, memberId: string): Promise<Member> {
    if (isAdmin(caller)) return this.knownMember(memberId)
    return this.memberOf(ownerOf(caller).account.id, memberId)
  }

  private async memberOf(accountId: string, id: string): Promise<Member> {
    const member = await this.knownMember(id)
    if (member.accountId !== accountId) throw new Refusal('member-unknown', { foreign: true })
    return member
  }

  private async knownMember(id: string): Promise<Member> {
    const member = await this.store.member(id)
    if (!member) throw new Refusal('member-unknown')
    return member
  }

  private async newcomer(visitor: Visitor, email: string, password: string) {
    const member = { id: this.outside.uuid(), email, passwordHash: await this.hash(password) }
    return { member, ...this.newSession(visitor) }
  }

  private async signedIn(token: string, { client }: Visitor): Promise<SignedIn> {
    const [caller, session] = await this.present(await this.holder(token, client))
    return { caller, session, token }
  }

  private newSession({ client, agent }: Visitor): { session: NewSession; token: string } {
    const token = makeSecret(this.outside, sessionPrefix)
    const expiresAt = this.outside.now() + sessionMs
    return {
      token,
      session: { hash: hashSecret(token), id: this.outside.uuid(), expiresAt, client, agent: agent.slice(0, 200) },
    }
  }

  private async link(
    caller: Caller,
    kind: 'admin' | 'register' | 'join' | 'password',
    about: {
      accountId?: string
      memberId?: string
      role?: Role
      plan?: string | null
      email?: string | undefined
      alone?: boolean
      by?: 'server'
    },
    goodForMs: number,
  ): Promise<MadeLink> {
    const token = makeSecret(this.outside, kind === 'password' ? 'pwd_' : 'inv_')
    const id = this.outside.uuid()
    const by = this.by(caller)
    const expiresAt = by.at + goodForMs
    const { accountId = null, memberId = null, role = null, plan = null, alone = false } = about
    const email = about.email === undefined ? null : readEmail(about.email)
    const link = { hash: hashSecret(token), id, kind, accountId, memberId, role, plan, email, expiresAt }
    await this.store.writes.run('links.make', {
      link,
      alone,
      by: about.by ? { ...by, by: about.by, actor: 'server' } : by,
    })
    return { id, token, email, createdAt: by.at, expiresAt }
  }

  /** Refuses: rate-exceeded. */
  private countRegistration({ client }: Visitor): void {
    const today = Math.floor(this.outside.now() / day)
    const counted = this.registrations.of(countedAddress(client))
    if (counted.day !== today) Object.assign(counted, { day: today, count: 0 })
    if (counted.count >= this.rules.registrationsPerDay) {
      throw new Refusal('rate-exceeded', { retryAfterSeconds: ((today + 1) * day - this.outside.now()) / 1000 })
    }
    counted.count++
  }

  private mustBeAdminOfOther(caller: Caller, id: string): void {
    mustBeAdmin(caller)
    if (caller.kind === 'account' && caller.account.id === id) throw new Refusal('forbidden')
  }

  private fresh(plan: string): Account {
    return { id: this.outside.uuid(), plan, state: 'active', createdAt: this.outside.now() }
  }

  private async hash(password: string): Promise<string> {
    const { least, most } = passwordLength
    if (password.length < least || password.length > most) {
      throw invalid('body.password', `must be ${least} to ${most} characters`)
    }
    return this.passwords.hash(password)
  }

  private by(caller: Caller): By {
    return { ...actorOf(caller), at: this.outside.now() }
  }

  private byLink({ client }: Visitor): By {
    return { by: 'link', actor: '', actorId: null, client, at: this.outside.now() }
  }
}

const sessionPrefix = 'ses_'

/** Refuses: invalid-request. */
function readEmail(text: string): string {
  const email = parseEmail(text)
  if (email === null) throw invalid('body.email', 'must be an e-mail address')
  return email
}
