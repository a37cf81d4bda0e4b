// Accounts and their members: who there is, on which plan, as what. How members sign in is in `sign-ins.ts`, how they come
// in by a link in `links.ts`.
import type { Outside } from '../outside.ts'
import type { Plan } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { Refusal } from '../refusal.ts'
import { type Account, fresh, type Member, mustBeEmail, type Role, spelled } from './account.ts'
import { type AccountCaller, byOf, type Caller, isAdmin, mustBeAdmin, ofAccount, ownerOf } from './caller.ts'
import type { AccountSearch } from './jobs.ts'
import type { Passwords } from './passwords.ts'
import type { AccountListQuery, AccountStore, ListedAccount } from './store.ts'

export class Accounts {
  constructor(
    private readonly store: AccountStore,
    private readonly plans: Plans,
    private readonly passwords: Passwords,
    private readonly outside: Outside,
  ) {}

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
    const email = mustBeEmail(wish.email)
    const plan = this.plans.get(wish.plan ?? 'unlimited').name
    const passwordHash = wish.password === undefined ? null : await this.passwords.chosen(wish.password)
    const account = fresh(plan, this.outside)
    const member = { id: this.outside.uuid(), email, passwordHash }
    await this.store.writes.run('accounts.create', {
      account,
      member,
      isAdmin: wish.admin ?? false,
      by: byOf(caller, this.outside),
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

  /** `name`: the e-mail address of a member, or the account's own id. Refuses: as `byOwner`. */
  async named(caller: Caller, name: string): Promise<Account> {
    mustBeAdmin(caller)
    return name.includes('@') ? (await this.byOwner(caller, name)).account : this.get(caller, name.toLowerCase())
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

  /** The e-mail address of an account's first owner; null for one that is gone. Refuses: as `mustBeAdmin`. */
  async ownerOf(caller: Caller, id: string): Promise<string | null> {
    mustBeAdmin(caller)
    return this.store.firstOwner(id)
  }

  /** For rules that no caller asks for; null for one that is gone. */
  find(id: string): Promise<Account | null> {
    return this.store.account(id)
  }

  /**
   * Oldest first, all or those that are meant. Refuses: as `mustBeAdmin`; too-busy, took-too-long, where it is for some that
   * are meant.
   */
  async list(
    caller: Caller,
    { after, limit, part = null, plan = null, state = null }: AccountListQuery & Partial<AccountSearch>,
  ): Promise<ListedAccount[]> {
    mustBeAdmin(caller)
    if (part === null && plan === null && state === null) return this.store.list({ after, limit })
    return this.store.find({ part, plan, state, after, limit })
  }

  /**
   * An account, to be read as its own readers read it: for admins, who by this come to nothing that is a member's. Refuses:
   * as `mustBeAdmin`, account-unknown.
   */
  async seenBy(caller: Caller, id: string): Promise<AccountCaller> {
    mustBeAdmin(caller)
    const account = await this.get(caller, id)
    return { kind: 'account', account, member: null, key: null, sessionId: null, client: '' }
  }

  /** Every plan that may be chosen or that accounts are on, with how many are. Refuses: as `mustBeAdmin`; too-busy, took-too-long. */
  async plansWithAccounts(caller: Caller): Promise<{ plan: Plan; isOffered: boolean; accounts: number }[]> {
    mustBeAdmin(caller)
    const counted = new Map((await this.store.planCounts()).map(({ plan, accounts }) => [plan, accounts]))
    const names = new Set([...this.plans.names(), ...counted.keys()])
    return [...names].map((name) => ({
      plan: this.plans.of(name),
      isOffered: this.plans.isOffered(name),
      accounts: counted.get(name) ?? 0,
    }))
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
      await this.store.writes.run('accounts.change', { id, patch, by: byOf(caller, this.outside) })
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
    await this.store.writes.run('accounts.delete', { id, by: byOf(caller, this.outside) })
  }

  /** Plans that accounts are on though the config has them no more. */
  async plansGone(): Promise<{ plan: string; accounts: number }[]> {
    return (await this.store.plansInUse()).filter(({ plan }) => !this.plans.isOffered(plan))
  }

  /** Whether this member runs the server; null: who is gone. */
  async isAdminMember(memberId: string | null): Promise<boolean> {
    return memberId !== null && (await this.store.member(memberId))?.isAdmin === true
  }

  // Members

  /** Who is to be asked about what the caller does: the one who made his key, or, once that one is gone, an owner. Refuses: as `ofAccount`. */
  async contact(caller: Caller): Promise<Member | null> {
    const { account, member } = ofAccount(caller, null)
    return member ?? (await this.store.members(account.id)).find(({ role }) => role === 'owner') ?? null
  }

  /** Oldest first. Refuses: as `ofAccount`. */
  async members(caller: Caller): Promise<Member[]> {
    return this.store.members(ofAccount(caller, 'team').account.id)
  }

  /** Those of any account, oldest first. Refuses: as `mustBeAdmin`, account-unknown. */
  async membersFor(caller: Caller, accountId: string): Promise<Member[]> {
    mustBeAdmin(caller)
    return this.store.members((await this.get(caller, accountId)).id)
  }

  /** One of the caller's account. Refuses: as `ofAccount`, member-unknown. */
  async member(caller: Caller, id: string): Promise<Member> {
    return this.memberOf(ofAccount(caller, 'team').account.id, id)
  }

  /** Refuses: as `ownerOf`, member-unknown, last-owner. */
  async setRole(caller: Caller, memberId: string, role: Role): Promise<Member> {
    const { account } = ownerOf(caller)
    await this.store.writes.run('members.set-role', {
      accountId: account.id,
      memberId,
      role,
      by: byOf(caller, this.outside),
    })
    return this.knownMember(memberId)
  }

  /**
   * From which account the caller may remove a member of this id: owners may, and everybody may leave. `mayBeAdmin`: also
   * one who runs the server. Refuses: as `ownerOf`.
   */
  mayRemove(caller: Caller, memberId: string): { account: Account; mayBeAdmin: boolean } {
    const own = ofAccount(caller, 'team')
    const isSelf = own.member?.id === memberId
    const { account } = isSelf ? own : ownerOf(caller)
    return { account, mayBeAdmin: isSelf || isAdmin(caller) }
  }

  /** A member, for his owners and for admins. Refuses: as `ownerOf`, member-unknown. */
  async memberFor(caller: Caller, memberId: string): Promise<Member> {
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

  private mustBeAdminOfOther(caller: Caller, id: string): void {
    mustBeAdmin(caller)
    if (caller.kind === 'account' && caller.account.id === id) throw new Refusal('forbidden')
  }
}
