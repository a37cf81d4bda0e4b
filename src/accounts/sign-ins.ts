// How members sign in and stay so: passwords tried, sessions and their cookies.
import { countedAddress } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import { type Reason, Refusal } from '../refusal.ts'
import { hashSecret, makeSecret } from '../secret.ts'
import type { By } from '../storage/audit-trail.ts'
import { type Member, type Session, spelled, whyShut } from './account.ts'
import { Attempts } from './attempts.ts'
import { type AccountCaller, byOf, type Caller, mustBeAdmin, ofAccount } from './caller.ts'
import type { NewSession } from './changes.ts'
import type { Failures } from './failures.ts'
import type { Passwords } from './passwords.ts'
import type { Accounts } from './service.ts'
import type { AccountStore } from './store.ts'

/** From where somebody calls: the client's IP address, and what it says it is. */
export type Visitor = { client: string; agent: string }

/** What is shown once. */
export type SignedIn = { caller: AccountCaller; session: Session; token: string }

const hour = 3_600_000
const day = 24 * hour
/** A session ends after so long without use. */
export const sessionDays = 30
const sessionMs = sessionDays * day
/** Its use is written so often. */
const touchMs = hour
/** How long a stranger can keep somebody else from signing in, and an address its own. */
const longestForAccountMs = 30_000
const longestForAddressMs = 900_000
const sessionPrefix = 'ses_'

export class SignIns {
  private readonly byAddress: Attempts
  private readonly byEmail: Attempts
  private readonly touched = new Map<string, { id: string; lastUsedAt: number; expiresAt: number }>()

  constructor(
    private readonly store: AccountStore,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly failures: Failures,
    private readonly outside: Outside,
  ) {
    this.byAddress = new Attempts(longestForAddressMs, outside.elapsed)
    this.byEmail = new Attempts(longestForAccountMs, outside.elapsed)
  }

  /** Unknown and wrong look and take the same. Refuses: credential-wrong, account-suspended, rate-exceeded, too-busy. */
  async signIn(visitor: Visitor, email: string, password: string): Promise<SignedIn> {
    const name = spelled(email)
    const fromAddress = this.begin(visitor)
    const toAccount = this.byEmail.begin(name)
    const found = await this.store.byEmail(name)
    const right = await this.passwords.matches(password, found?.passwordHash ?? null).catch((error) => {
      // Nothing was tried.
      fromAddress()
      toAccount()
      throw error
    })
    if (!found || !right) throw this.refused(visitor, found?.member ?? null, 'credential-wrong')
    fromAddress()
    toAccount()
    this.byEmail.clear(name)
    const { member } = found
    const account = await this.store.account(member.accountId)
    if (!account) throw new Refusal('credential-wrong')
    const why = whyShut(account)
    if (why) throw this.refused(visitor, member, why)
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
    const why = whyShut(account)
    if (why) throw new Refusal(why)
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

  /** Ends one of the caller's own sessions, the present one, all others, or (null) all. Refuses: as `sessions`, session-unknown. */
  async signOut(caller: Caller, which: 'this' | 'others' | { id: string } | null): Promise<void> {
    const { id: memberId, accountId } = this.signedInMember(caller)
    const present = ofAccount(caller, null).sessionId
    const isMany = which === null || which === 'others'
    const id = isMany ? null : which === 'this' ? present : which.id
    const keep = which === 'others' ? present : null
    await this.store.writes.run('sessions.end', { accountId, memberId, id, keep, by: byOf(caller, this.outside) })
  }

  /** Of the caller himself, who knows the present one. Refuses: credential-wrong, forbidden for a key, invalid-request, rate-exceeded, too-busy. */
  async changePassword(caller: Caller, present: string, password: string): Promise<void> {
    const { member, sessionId, account, client } = ofAccount(caller, null)
    if (!member || sessionId === null) throw new Refusal('forbidden')
    const wellEnded = this.byEmail.begin(member.email)
    if (!(await this.passwords.matches(present, await this.store.passwordHash(member.id)))) {
      this.failures.tell({
        what: 'password.refused',
        reason: 'credential-wrong',
        accountId: account.id,
        member,
        client,
      })
      throw new Refusal('credential-wrong')
    }
    wellEnded()
    const passwordHash = await this.passwords.chosen(password)
    const by = byOf(caller, this.outside)
    const change = { accountId: account.id, memberId: member.id, passwordHash, keepSession: sessionId, by }
    await this.store.writes.run('members.set-password', change)
  }

  /** Refuses: as `mustBeAdmin`, member-unknown, invalid-request, too-busy. */
  async setPassword(caller: Caller, memberId: string, password: string): Promise<void> {
    mustBeAdmin(caller)
    const { accountId } = await this.accounts.memberFor(caller, memberId)
    const passwordHash = await this.passwords.chosen(password)
    const change = { accountId, memberId, passwordHash, keepSession: null, by: byOf(caller, this.outside) }
    await this.store.writes.run('members.set-password', change)
  }

  /** Begins to try a secret; call the answer if it was right. Refuses: rate-exceeded. */
  begin({ client }: Visitor): () => void {
    return this.byAddress.begin(countedAddress(client))
  }

  /** One to be stored by a change. */
  newSession({ client, agent }: Visitor): { session: NewSession; token: string } {
    const token = makeSecret(this.outside, sessionPrefix)
    const expiresAt = this.outside.now() + sessionMs
    return {
      token,
      session: { hash: hashSecret(token), id: this.outside.uuid(), expiresAt, client, agent: agent.slice(0, 200) },
    }
  }

  /** Whoever was given this cookie now. */
  async signedIn(token: string, { client }: Visitor): Promise<SignedIn> {
    const [caller, session] = await this.present(await this.holder(token, client))
    return { caller, session, token }
  }

  /** Writes when sessions were used, and forgets those and one-time links that are over. Answers whether there is more. */
  async tidy(): Promise<boolean> {
    const used = [...this.touched.values()]
    this.touched.clear()
    if (used.length > 0) await this.store.writes.run('sessions.touch', { used })
    this.byAddress.sweep()
    this.byEmail.sweep()
    this.failures.sweep()
    return this.store.writes.run('accounts.tidy', { now: this.outside.now() })
  }

  private refused({ client }: Visitor, member: Member | null, reason: Reason): Refusal {
    this.failures.tell({ what: 'session.refused', reason, accountId: member?.accountId ?? null, member, client })
    return new Refusal(reason)
  }

  private signedInMember(caller: Caller): Member {
    const { member, sessionId } = ofAccount(caller, null)
    if (!member || sessionId === null) throw new Refusal('forbidden')
    return member
  }
}
