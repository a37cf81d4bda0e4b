// Making, changing and revoking keys, and knowing whose a key is. All policy about them is here.

import { type Account, whyShut } from '../accounts/account.ts'
import {
  type AccountCaller,
  byOf,
  type Caller,
  isAdmin,
  type KeyUse,
  mustBeAdmin,
  ofAccount,
  speaksForAccount,
} from '../accounts/caller.ts'
import type { Accounts } from '../accounts/service.ts'
import type { Events } from '../events.ts'
import type { Outside } from '../outside.ts'
import type { Plan, Scope } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { invalid, type Reason, Refusal } from '../refusal.ts'
import { hashSecret } from '../secret.ts'
import { isInactive, type Key, looksLikeKey, makeKey, type Prefix } from './key.ts'
import { mayComeFrom, parsePattern } from './origins.ts'
import { covers, type Rights } from './rights.ts'
import type { Held, KeyPatch, KeyStore } from './store.ts'

/** Instants are epoch milliseconds. */
export type KeyWish = {
  name?: string | undefined
  prefix?: Prefix | undefined
  expiresAt?: number | null | undefined
  /** Null: all that the maker may do. */
  scopes?: readonly Scope[] | null | undefined
  origins?: readonly string[] | undefined
  domains?: readonly string[] | undefined
  dialects?: readonly string[] | undefined
}

/** The secret is shown this once. */
export type MadeKey = { key: Key; secret: string }

/** Where a key is used: the API, and from where. */
export type Use = KeyUse & { client: string }

/** Whether a credential is good: why not, or until when as far as is known (null: without end). */
export type StillGood = { reason: Reason; goodUntil?: never } | { reason: null; goodUntil: number | null }

const hour = 3_600_000
const minute = 60_000
/** How long a key that is over is remembered. */
const keptMs = 400 * 24 * hour
/** Callers that are remembered, so that a request reads no database. */
const mostRemembered = 10_000
const longestName = 100
const mostPatterns = 100
export const mostOverlapHours = 72

type Known = Held & { previous: boolean }

export class Keys {
  private readonly known = new Map<string, Known>()
  private used = new Map<string, { requests: number; lastUsedAt: number }>()

  constructor(
    private readonly store: KeyStore,
    private readonly accounts: Accounts,
    private readonly plans: Plans,
    private readonly rules: {
      /** A domain in its one spelling, or null. */
      readDomain: (text: string) => string | null
      /** The names of the APIs. */
      dialects: readonly string[]
      /** Whether the operator has this API on. */
      isOn: (dialect: string) => boolean
    },
    private readonly outside: Outside,
    events: Events,
  ) {
    // What is remembered is only as old as the last change of any account, key or member.
    events.onAny(({ subjectId, mailboxId }) => {
      if (subjectId || mailboxId === '') this.known.clear()
    })
  }

  /**
   * Whose key this is, and what it may do. Refuses: credential-wrong, key-inactive (revoked, or its time is over),
   * account-suspended, plan-lapsed (unless `lapsed`: to pay again), origin-refused, forbidden (it is for other APIs).
   */
  async holder(secret: string, use: Use, { lapsed = false } = {}): Promise<AccountCaller> {
    const hash = looksLikeKey(secret) ? hashSecret(secret) : null
    const held = hash === null ? null : await this.find(hash)
    if (!held || hash === null) throw new Refusal('credential-wrong')
    const { key, account } = held
    const { client, dialect, origin, referer, host } = use
    const why = this.whyNot(held, use, lapsed)
    if (why) throw new Refusal(why)
    return {
      kind: 'account',
      account,
      member: held.member,
      key: {
        id: key.id,
        name: key.name,
        scopes: narrowed(key.scopes, this.plans.of(account.plan)),
        domains: key.domains,
        hash,
        goodUntil: goodUntil(held),
        use: { dialect, origin, referer, host },
      },
      sessionId: null,
      client,
    }
  }

  /** Whose key this is, whether or not it may be used; null for what is no key. */
  async accountOfKey(secret: string): Promise<Account | null> {
    const held = looksLikeKey(secret) ? await this.find(hashSecret(secret)) : null
    return held?.account ?? null
  }

  /** Whether the key of a caller is as good as it was; `forbidden` where it may do less now. */
  async recheck({ key }: AccountCaller): Promise<StillGood> {
    if (!key) return { reason: null, goodUntil: null }
    if (!this.rules.isOn(key.use.dialect)) return { reason: 'api-off' }
    const held = await this.find(key.hash)
    if (!held) return { reason: 'credential-wrong' }
    const reason = this.whyNot(held, key.use)
    if (reason) return { reason }
    const now = {
      ...noBounds,
      scopes: narrowed(held.key.scopes, this.plans.of(held.account.plan)),
      domains: held.key.domains,
    }
    const then = { ...noBounds, scopes: key.scopes, domains: key.domains }
    return covers(now, then) ? { reason: null, goodUntil: goodUntil(held) } : { reason: 'forbidden' }
  }

  /** The caller's own keys; an owner's are all of the account. Oldest first. Refuses: as `ofAccount`. */
  async list(caller: Caller, { after, limit }: { after: number; limit: number }): Promise<(Key & { key: number })[]> {
    const own = ofAccount(caller, 'keys')
    await this.settle()
    const memberId = speaksForAccount(own) ? null : (own.member?.id ?? '')
    return this.store.list({ accountId: own.account.id, memberId, after, limit })
  }

  /** Of one account, or of all, with the e-mail address of each account's first owner. Refuses: as `mustBeAdmin`. */
  async listFor(
    caller: Caller,
    accountId: string | null,
    page: { after: number; limit: number },
  ): Promise<(Key & { key: number; owner: string | null })[]> {
    mustBeAdmin(caller)
    await this.settle()
    const found = await this.store.list({ accountId, memberId: null, ...page })
    const owners = new Map<string, string | null>()
    for (const id of new Set(found.map((key) => key.accountId))) {
      owners.set(id, await this.accounts.ownerOf(caller, id))
    }
    return found.map((key) => ({ ...key, owner: owners.get(key.accountId) ?? null }))
  }

  /** Refuses: as `ofAccount`; key-unknown. */
  async get(caller: Caller, id: string): Promise<Key> {
    await this.settle()
    return this.changeable(caller, id)
  }

  /**
   * Makes a key of the caller's account; one made by a key is bound as that one is where the wish does not say. Refuses: as
   * `ofAccount`; invalid-request, quota-exceeded, forbidden (it would do what the caller's key may not).
   */
  async create(caller: Caller, wish: KeyWish): Promise<MadeKey> {
    const own = ofAccount(caller, 'keys')
    return this.make(caller, own.account.id, own.member, wish, own)
  }

  /**
   * Makes one on the operator's behalf, for a member or, where it is the account's id that is named, for its first owner; in
   * an account without members it is the account's, as a bought one is. Refuses: as Accounts.named; invalid-request,
   * quota-exceeded.
   */
  async createFor(caller: Caller, name: string, wish: KeyWish): Promise<MadeKey> {
    const account = await this.accounts.named(caller, name)
    const email = name.includes('@') ? name : await this.accounts.ownerOf(caller, account.id)
    const maker = email === null ? null : (await this.accounts.byOwner(caller, email)).member
    return this.make(caller, account.id, maker, wish, null)
  }

  private async make(
    caller: Caller,
    accountId: string,
    maker: { id: string; email: string } | null,
    wish: KeyWish,
    own: AccountCaller | null,
  ): Promise<MadeKey> {
    const plan = this.plans.of((await this.accountOf(caller, accountId)).plan)
    const bounds = await this.boundsOf(own)
    const {
      name = 'key',
      prefix = 'mayfly_',
      expiresAt = bounds.expiresAt,
      scopes = bounds.scopes,
      origins = bounds.origins,
      domains = bounds.domains,
      dialects = bounds.dialects,
    } = wish
    const read = this.read({ name, expiresAt, scopes, origins, domains, dialects }, plan, bounds)
    const made = makeKey(this.outside, prefix)
    const id = this.outside.uuid()
    const key = {
      id,
      accountId,
      memberId: maker?.id ?? null,
      maker: maker?.email ?? '',
      name: read.name ?? name,
      prefix,
      hash: hashSecret(made.secret),
      head: made.head,
      tail: made.tail,
      expiresAt,
      scopes: read.scopes ?? null,
      origins: read.origins ?? [],
      domains: read.domains ?? [],
      dialects: read.dialects ?? [],
    }
    await this.store.writes.run('keys.create', { key, most: plan.keys, by: byOf(caller, this.outside) })
    return { key: await this.fresh(id), secret: made.secret }
  }

  /**
   * Changes all but the secret. Refuses: as `create` (quota-exceeded where one that is over is to be good again); key-unknown;
   * forbidden for an admin's key, to who is none.
   */
  async change(caller: Caller, id: string, wish: Omit<KeyWish, 'prefix'>): Promise<Key> {
    const key = await this.changeable(caller, id)
    await this.mustNotBeAdmins(caller, key)
    const plan = this.plans.of((await this.accountOf(caller, key.accountId)).plan)
    const patch = this.read(wish, plan, await this.boundsOf(caller))
    const by = byOf(caller, this.outside)
    await this.store.writes.run('keys.change', { accountId: key.accountId, id, patch, most: plan.keys, by })
    return this.fresh(id)
  }

  /**
   * A new secret now; the old one is good for 0 to 72 hours more. Refuses: key-unknown, also for one that is over;
   * invalid-request; forbidden to a key that may do less, and for an admin's key, to who is no admin.
   */
  async rotate(
    caller: Caller,
    id: string,
    { overlapHours = 0 }: { overlapHours?: number | undefined },
  ): Promise<MadeKey> {
    if (!(overlapHours >= 0 && overlapHours <= mostOverlapHours)) {
      throw invalid('body.overlapHours', `must be 0 to ${mostOverlapHours}`)
    }
    const key = await this.changeable(caller, id)
    await this.mustNotBeAdmins(caller, key)
    if (!covers(await this.boundsOf(caller), key)) throw new Refusal('forbidden')
    const { accountId, prefix } = key
    const { secret, head, tail } = makeKey(this.outside, prefix)
    const by = byOf(caller, this.outside)
    const overlapUntil = by.at + overlapHours * hour
    await this.store.writes.run('keys.rotate', {
      accountId,
      id,
      hash: hashSecret(secret),
      head,
      tail,
      overlapUntil,
      by,
    })
    return { key: await this.fresh(id), secret }
  }

  /** For good, and at once. Refuses: key-unknown. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const { accountId } = await this.changeable(caller, id)
    await this.store.writes.run('keys.revoke', { accountId, ids: [id], by: byOf(caller, this.outside) })
  }

  /**
   * Removes a member, and revokes these of the keys that the member made; others go on working. All of it or nothing.
   * Refuses: as Accounts.mayRemove; member-unknown, last-owner, key-unknown (also for a key of somebody else), forbidden for
   * an admin to who is none, and for the last one.
   */
  async removeMember(
    caller: Caller,
    memberId: string,
    { revokeKeys }: { revokeKeys: readonly string[] },
  ): Promise<void> {
    const { account, mayBeAdmin } = this.accounts.mayRemove(caller, memberId)
    const change = { accountId: account.id, memberId, mayBeAdmin, revokeKeys, by: byOf(caller, this.outside) }
    await this.store.writes.run('keys.remove-member', change)
  }

  /** Writes what keys were used for. */
  async flush(): Promise<void> {
    const used = [...this.used].map(([id, one]) => ({ id, ...one }))
    this.used = new Map()
    if (used.length === 0) return
    try {
      await this.store.writes.run('keys.used', { used })
    } catch (error) {
      for (const { id, requests, lastUsedAt } of used) {
        const since = this.used.get(id)
        this.used.set(id, { requests: requests + (since?.requests ?? 0), lastUsedAt: since?.lastUsedAt ?? lastUsedAt })
      }
      throw error
    }
  }

  /** So that what is shown is of now. What could not be written waits; keys are shown all the same. */
  private async settle(): Promise<void> {
    await this.flush().catch(() => {})
  }

  /** Forgets keys that were over long ago. Answers whether there is more. */
  tidy(): Promise<boolean> {
    return this.store.writes.run('keys.tidy', { until: this.outside.now() - keptMs })
  }

  private async find(hash: string): Promise<Known | null> {
    const known = this.known.get(hash)
    if (known) return known
    const held = await this.store.byHash(hash)
    if (!held) return null
    if (this.known.size >= mostRemembered) this.known.clear()
    this.known.set(hash, held)
    return held
  }

  private whyNot({ key, account, previous }: Known, use: KeyUse, lapsed = false): Reason | null {
    const now = this.outside.now()
    if (isInactive(key, now)) return 'key-inactive'
    if (previous && (key.previousUntil === null || key.previousUntil <= now)) return 'key-inactive'
    const shut = whyShut(account)
    if (shut && !(shut === 'plan-lapsed' && lapsed)) return shut
    if (!mayComeFrom(key.origins, use)) return 'origin-refused'
    return key.dialects.length > 0 && !key.dialects.includes(use.dialect) ? 'forbidden' : null
  }

  /** What a key that the caller makes or changes may at most do. */
  private async boundsOf(caller: Caller | null): Promise<Rights> {
    if (caller?.kind !== 'account' || !caller.key) return noBounds
    const held = await this.find(caller.key.hash)
    if (!held) throw new Refusal('credential-wrong')
    // An old secret makes nothing that outlasts it.
    return { ...held.key, expiresAt: goodUntil(held) }
  }

  /** A call was made by a key, if the caller has one. To the minute, so that it is written seldom. */
  wasUsed(caller: Caller): void {
    const id = caller.kind === 'account' ? caller.key?.id : undefined
    if (id === undefined) return
    const lastUsedAt = Math.floor(this.outside.now() / minute) * minute
    const used = this.used.get(id)
    if (used) {
      used.requests++
      used.lastUsedAt = lastUsedAt
    } else this.used.set(id, { requests: 1, lastUsedAt })
  }

  /** Foreign and missing are one answer. */
  private async changeable(caller: Caller, id: string): Promise<Key> {
    const key = await this.store.byId(id)
    if (caller.kind === 'operator') {
      if (!key) throw new Refusal('key-unknown')
      return key
    }
    const own = ofAccount(caller, 'keys')
    if (key?.accountId !== own.account.id) throw new Refusal('key-unknown')
    if (!speaksForAccount(own) && key.memberId !== own.member?.id) throw new Refusal('key-unknown')
    return key
  }

  /** Else an owner of the same account would come to run the server. */
  private async mustNotBeAdmins(caller: Caller, { memberId }: Key): Promise<void> {
    if (!isAdmin(caller) && (await this.accounts.isAdminMember(memberId))) throw new Refusal('forbidden')
  }

  private async accountOf(caller: Caller, id: string): Promise<{ plan: string }> {
    return caller.kind === 'account' && caller.account.id === id ? caller.account : this.accounts.get(caller, id)
  }

  private async fresh(id: string): Promise<Key> {
    const key = await this.store.byId(id)
    if (!key) throw new Refusal('key-unknown')
    return key
  }

  /** Refuses: invalid-request, forbidden. */
  private read(wish: Omit<KeyWish, 'prefix'>, plan: Plan, bounds: Rights): KeyPatch {
    const patch: KeyPatch = {}
    const { name, expiresAt, scopes, origins, domains, dialects } = wish
    if (name !== undefined) {
      patch.name = name.trim()
      if (patch.name === '' || patch.name.length > longestName)
        throw invalid('body.name', `must be 1 to ${longestName} characters`)
    }
    if (expiresAt !== undefined) {
      patch.expiresAt = expiresAt
      if (expiresAt !== null && expiresAt <= this.outside.now())
        throw invalid('body.expiresAt', 'must lie in the future')
    }
    if (scopes !== undefined) {
      const allowed = plan.keyScopes
      const beyond = scopes?.filter((scope) => allowed !== null && !allowed.includes(scope)) ?? []
      if (beyond.length > 0) throw invalid('body.scopes', `the plan allows ${allowed?.join(', ') || 'none'}`)
      patch.scopes = scopes === null ? null : [...new Set(scopes)]
    }
    if (origins !== undefined)
      patch.origins = this.readAll(
        'origins',
        origins,
        parsePattern,
        'a host, like example.com, *.example.com or localhost:3000',
      )
    if (domains !== undefined) patch.domains = this.readAll('domains', domains, this.rules.readDomain, 'a domain')
    if (dialects !== undefined) {
      const known = this.rules.dialects
      const readDialect = (text: string) => known.find((one) => one === text) ?? null
      patch.dialects = this.readAll('dialects', dialects, readDialect, `one of ${known.join(', ')}`)
    }
    // What is not said stays, or is as the caller's own.
    if (!covers(bounds, { ...bounds, ...patch })) throw new Refusal('forbidden')
    return patch
  }

  private readAll(
    field: string,
    texts: readonly string[],
    read: (text: string) => string | null,
    wanted: string,
  ): string[] {
    if (texts.length > mostPatterns) throw invalid(`body.${field}`, `must be at most ${mostPatterns}`)
    const found = texts.map((text, index) => {
      const value = read(text)
      if (value === null) throw invalid(`body.${field}[${index}]`, `must be ${wanted}`)
      return value
    })
    return [...new Set(found)]
  }
}

/** Until when a secret is good, as far as is known. */
function goodUntil({ key, previous }: Known): number | null {
  const ends = [key.expiresAt, previous ? key.previousUntil : null].filter((at) => at !== null)
  return ends.length === 0 ? null : Math.min(...ends)
}

/** What a plan leaves of a key's scopes. */
function narrowed(scopes: readonly Scope[] | null, { keyScopes }: Plan): readonly Scope[] | null {
  if (scopes === null || keyScopes === null) return scopes ?? keyScopes
  return scopes.filter((scope) => keyScopes.includes(scope))
}

const noBounds: Rights = { scopes: null, origins: [], domains: [], dialects: [], expiresAt: null }
