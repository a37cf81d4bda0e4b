// One-time links, and coming in: by invitation, by registering, by a link that sets a password.
import { BoundedMap } from '../limits/bounded-map.ts'
import { countedAddress } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import type { Plans } from '../plans/service.ts'
import { type Reason, Refusal } from '../refusal.ts'
import { hashSecret, makeSecret } from '../secret.ts'
import type { By } from '../storage/audit-trail.ts'
import { fresh, type Invitation, mustBeEmail, type Role, whyShut } from './account.ts'
import { byOf, type Caller, mustBeAdmin, ofAccount, ownerOf } from './caller.ts'
import type { Failures } from './failures.ts'
import type { Passwords } from './passwords.ts'
import type { Accounts } from './service.ts'
import type { SignedIn, SignIns, Visitor } from './sign-ins.ts'
import type { AccountStore, LinkRow } from './store.ts'
import type { Registration } from './switches.ts'

export type RegistrationRules = {
  registration: () => Registration
  /** The plan of one who registers. */
  defaultPlan: () => string
  /** New accounts by registration from one address in a day. */
  registrationsPerDay: number
}

/** The token is shown once. */
export type MadeLink = {
  id: string
  token: string
  /** Only for this e-mail address; null: for whoever has the link. */
  email: string | null
  createdAt: number
  expiresAt: number
}

const day = 86_400_000
const invitationMs = 7 * day
const passwordLinkMs = day

/** Refusals of a link that owners and admins are told of; the rest is about what was said with it, or about the moment. */
const told: ReadonlySet<Reason> = new Set([
  'invitation-unknown',
  'forbidden',
  'registration-off',
  'quota-exceeded',
  'account-suspended',
  'plan-lapsed',
  'email-taken',
])

export class Links {
  private readonly registrations = new BoundedMap(() => ({ day: 0, count: 0 }))

  constructor(
    private readonly store: AccountStore,
    private readonly accounts: Accounts,
    private readonly signIns: SignIns,
    private readonly plans: Plans,
    private readonly passwords: Passwords,
    private readonly failures: Failures,
    private readonly rules: RegistrationRules,
    private readonly outside: Outside,
  ) {}

  /**
   * A link by which somebody joins the caller's account. One that has no members yet is its keys': the first who joins it
   * owns it. Refuses: as `ownerOf`, invalid-request, quota-exceeded.
   */
  async invite(caller: Caller, wish: { role?: Role | undefined; email?: string | undefined }): Promise<MadeLink> {
    const own = ofAccount(caller, 'team')
    const isNobodys = own.member === null && (await this.store.members(own.account.id)).length === 0
    const { account } = isNobodys ? own : ownerOf(caller)
    const role = isNobodys ? 'owner' : (wish.role ?? 'member')
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

  /** Whether links to new accounts can be used now. */
  get areTaken(): boolean {
    return this.rules.registration() !== 'off'
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
    await this.store.writes.run('links.take-back', { accountId, id, by: byOf(caller, this.outside) })
  }

  /** Of an invitation to a new account. Refuses: as `mustBeAdmin`, invitation-unknown. */
  async takeBackAccount(caller: Caller, id: string): Promise<void> {
    mustBeAdmin(caller)
    await this.store.writes.run('links.take-back', { accountId: null, id, by: byOf(caller, this.outside) })
  }

  /**
   * Takes an invitation, which works once, and signs in. Refuses: invitation-unknown, invalid-request, email-taken,
   * forbidden (it is for another address), registration-off (it is to a new account), quota-exceeded,
   * account-suspended, rate-exceeded, too-busy.
   */
  async accept(visitor: Visitor, token: string, wish: { email: string; password: string }): Promise<SignedIn> {
    const email = mustBeEmail(wish.email)
    const hash = hashSecret(token)
    return this.byALink(visitor, hash, ['admin', 'register', 'join'], async (link) => {
      if (link.kind === 'register' && !this.areTaken) throw new Refusal('registration-off')
      const joined = link.accountId === null ? null : await this.store.account(link.accountId)
      // The config may have lost the plan since.
      const offered = link.plan !== null && this.plans.isOffered(link.plan) ? link.plan : this.rules.defaultPlan()
      const plan = link.kind === 'admin' ? this.plans.operator().name : this.plans.get(offered).name
      const mostMembers = joined ? this.plans.of(joined.plan).members : null
      const { member, session, token: cookie } = await this.newcomer(visitor, email, wish.password)
      const by = this.byLink(visitor)
      await this.store.writes.run('links.accept', {
        hash,
        fresh: fresh(plan, this.outside),
        member,
        session,
        mostMembers,
        by,
      })
      return this.signIns.signedIn(cookie, visitor)
    })
  }

  /**
   * Makes an account for whoever asks, where that is allowed. Refuses: registration-off, invalid-request, email-taken,
   * rate-exceeded, too-busy.
   */
  async register(visitor: Visitor, wish: { email: string; password: string }): Promise<SignedIn> {
    if (this.rules.registration() !== 'open') throw new Refusal('registration-off')
    const email = mustBeEmail(wish.email)
    this.countRegistration(visitor)
    const account = fresh(this.plans.get(this.rules.defaultPlan()).name, this.outside)
    const { member, session, token } = await this.newcomer(visitor, email, wish.password)
    await this.store.writes.run('accounts.register', { account, member, session, by: this.byLink(visitor) })
    return this.signIns.signedIn(token, visitor)
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
    const { id, accountId, isAdmin: ofAdmin } = await this.accounts.memberFor(caller, memberId)
    // Else an owner would come to run the server.
    if (ofAdmin) mustBeAdmin(caller)
    return this.link(caller, 'password', { memberId: id, accountId, alone: true }, passwordLinkMs)
  }

  /** Sets a password by a link, and signs in. Refuses: invitation-unknown, invalid-request, account-suspended, rate-exceeded, too-busy. */
  async resetPassword(visitor: Visitor, token: string, password: string): Promise<SignedIn> {
    const hash = hashSecret(token)
    return this.byALink(visitor, hash, ['password'], async (link) => {
      const account = link.accountId === null ? null : await this.store.account(link.accountId)
      const why = account ? whyShut(account) : null
      if (why) throw new Refusal(why)
      const passwordHash = await this.passwords.chosen(password)
      const { session, token: cookie } = this.signIns.newSession(visitor)
      await this.store.writes.run('links.set-password', { hash, passwordHash, session, by: this.byLink(visitor) })
      return this.signIns.signedIn(cookie, visitor)
    })
  }

  /** Forgets who registered before today. */
  sweep(): void {
    const today = Math.floor(this.outside.now() / day)
    this.registrations.sweep((counted) => counted.day < today)
  }

  /** Does what a link is good for. That it was refused is told in the audit trail. Refuses: invitation-unknown, rate-exceeded. */
  private async byALink<Result>(
    visitor: Visitor,
    hash: string,
    kinds: readonly LinkRow['kind'][],
    use: (link: LinkRow) => Promise<Result>,
  ): Promise<Result> {
    const wellEnded = this.signIns.begin(visitor)
    const found = await this.store.link(hash, this.outside.now())
    const link = found && kinds.includes(found.kind) ? found : null
    try {
      if (!link) throw new Refusal('invitation-unknown')
      wellEnded()
      return await use(link)
    } catch (error) {
      if (error instanceof Refusal && told.has(error.reason)) await this.tell(visitor, link, error.reason)
      throw error
    }
  }

  private async tell({ client }: Visitor, link: LinkRow | null, reason: Reason): Promise<void> {
    const accountId = link?.accountId ?? null
    const member = link?.memberId ? await this.store.member(link.memberId) : null
    this.failures.tell({ what: 'link.refused', reason, accountId, member, client })
  }

  private async newcomer(visitor: Visitor, email: string, password: string) {
    const member = { id: this.outside.uuid(), email, passwordHash: await this.passwords.chosen(password) }
    return { member, ...this.signIns.newSession(visitor) }
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
    const by = byOf(caller, this.outside)
    const expiresAt = by.at + goodForMs
    const { accountId = null, memberId = null, role = null, plan = null, alone = false } = about
    const email = about.email === undefined ? null : mustBeEmail(about.email)
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

  private byLink({ client }: Visitor): By {
    return { by: 'link', actor: '', actorId: null, client, at: this.outside.now() }
  }
}
