// Opening, finding, changing and ending mailboxes, and deciding whose mail is taken. All policy about them is here.
import { whyShut } from '../accounts/account.ts'
import { type AccountCaller, byHandOf, type Caller, isAdmin, may, nobody, ofAccount } from '../accounts/caller.ts'
import type { Passwords } from '../accounts/passwords.ts'
import type { Served } from '../domains/domain.ts'
import type { Domains } from '../domains/service.ts'
import { countedAddress } from '../limits/networks.ts'
import type { Outside } from '../outside.ts'
import { defaultTtl, type Plan } from '../plans/plan.ts'
import type { Plans } from '../plans/service.ts'
import { invalid, Refusal } from '../refusal.ts'
import { hashSecret, makeSecret } from '../secret.ts'
import type { By } from '../storage/audit-trail.ts'
import type { Usage } from '../usage/service.ts'
import { type Address, parseAddress, parseDomain, parseLocalPart } from './address.ts'
import type { MailboxPatch } from './changes.ts'
import type { Jwts } from './jwts.ts'
import { hasPart, isEnded, type Mailbox, type Place, type Recipient, settled } from './mailbox.ts'
import { randomLocalPart } from './name.ts'
import type { MailboxQuota } from './quota.ts'
import { type AccountLookup, type MailboxRules, operatorLocalParts, Recipients } from './recipients.ts'
import type { NewMailbox } from './rows.ts'
import type { MailboxStore } from './store.ts'

/** Minutes; null asks for a mailbox without an end. Without `localPart` and `domain` they are chosen. */
export type OpeningWish = {
  localPart?: string | undefined
  domain?: string | undefined
  ttlMinutes?: number | null | undefined
  /** Where `ttlMinutes` does not say: cut to the plan's maximum, instead of the plan's own default. */
  usualTtlMinutes?: number | undefined
  recoverable?: boolean | undefined
  tag?: string | null | undefined
  password?: string | undefined
  /** As in `openableDomains`. */
  ownNeedsChoice?: boolean | undefined
  /** Without an end of its own, whatever the plan says: it ends when nobody has used it for long. */
  untilUnused?: boolean | undefined
}

export type LifetimeWish = Pick<OpeningWish, 'ttlMinutes' | 'usualTtlMinutes'>

export type ChangeWish = Pick<OpeningWish, 'ttlMinutes' | 'recoverable' | 'tag'> & {
  password?: string | null | undefined
}

/** `address`: only those whose own address this is; `part`: only those with this in their address or tag, in any case. */
export type ListWish = {
  state: Mailbox['state'] | null
  address?: string | undefined
  part?: string | undefined
  before: number
  limit: number
}

/** `token` is shown once, to the one who opened it; an account's mailbox has none. */
export type Opened = { mailbox: Mailbox; token: string | null }

const triesForAName = 8
const minute = 60_000
const day = 1440 * minute
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export class Mailboxes {
  private readonly recipients: Recipients

  constructor(
    private readonly store: MailboxStore,
    private readonly domains: Domains,
    plans: Plans,
    private readonly passwords: Passwords,
    private readonly usage: Usage,
    private readonly accountOf: AccountLookup,
    private readonly rules: MailboxRules,
    private readonly jwts: Jwts,
    private readonly outside: Outside,
    storeIsFull: () => boolean,
    /** Told when an account has opened a mailbox in which mail lay: it is the account's from now on. */
    private readonly tookOver: (mailboxKey: number) => Promise<void>,
  ) {
    this.recipients = new Recipients(store, domains, plans, accountOf, rules, outside, storeIsFull)
  }

  /** Where mail to `to` would go. Refuses: as `Recipients.accepting`. */
  accepting(to: string, client: { trusted: boolean; size: number }): Promise<Recipient> {
    return this.recipients.accepting(to, client)
  }

  /** Whether so many bytes more have room in a mailbox. Refuses: as `Recipients.room`. */
  room(mailbox: Mailbox, size: number): Promise<void> {
    return this.recipients.room(mailbox, size)
  }

  /**
   * Opens a mailbox: of the caller's account, or without one. Refuses: credential-missing (where anonymous mailboxes are
   * off), invalid-request, domain-unserved, domain-lapsed, not-in-plan, forbidden (a domain that the key is not for),
   * mailbox-taken, mailboxes-exhausted, quota-exceeded (a day's mailboxes).
   */
  async open(caller: Caller, wish: OpeningWish, client: string): Promise<Opened> {
    const own = caller.kind === 'account' ? ofAccount(caller, 'mailboxes') : null
    if (!own && !this.rules.anonymousMailboxes) throw new Refusal('credential-missing')
    const plan = this.usage.planOf(own ?? nobody)
    const domain = await this.openableDomain(plan, wish, own)
    const ownDomain = this.domains.serving(domain)?.rule.accountId != null
    const localPart = wish.localPart === undefined ? null : this.openableLocalPart(plan, wish.localPart, ownDomain)
    if (wish.recoverable && plan.archivedMailboxes === 0) throw new Refusal('mailboxes-exhausted')
    const now = this.outside.now()
    const untilUnused = wish.untilUnused ?? false
    // Of those that end for want of use a day's are counted, and not how many are open.
    const opener = own || untilUnused ? null : countedAddress(client)
    const fields = {
      kind: own ? 'owned' : 'anonymous',
      accountId: own?.account.id ?? null,
      opener,
      domain,
      createdAt: now,
      expiresAt: untilUnused ? null : endAt(plan, ttlOf(plan, wish), now),
      usedAt: untilUnused ? now : null,
      recoverable: wish.recoverable ?? false,
      tag: wish.tag ?? null,
      passwordHash: wish.password === undefined ? null : await this.passwords.hash(wish.password),
      byMail: false,
    } as const
    const perDay = untilUnused && !own ? this.rules.untilUnused.openedPerDay(client) : undefined
    const giveBack = this.usage.inbox(own ?? nobody, client, perDay)
    try {
      const by = byHandOf(caller, this.outside)
      return await this.openSomewhere(fields, localPart, { quota: quotaOf(plan), ownDomain, by })
    } catch (error) {
      giveBack()
      throw error
    }
  }

  private async openSomewhere(
    fields: Omit<NewMailbox, 'id' | 'localPart' | 'address'>,
    localPart: string | null,
    how: { quota: MailboxQuota; ownDomain: boolean; by: By | null },
  ): Promise<Opened> {
    for (let tries = 1; ; tries++) {
      const local = localPart ?? randomLocalPart(this.outside)
      const token = fields.kind === 'anonymous' ? makeSecret(this.outside, 'mbx_') : null
      const mailbox = { ...fields, id: this.outside.uuid(), localPart: local, address: `${local}@${fields.domain}` }
      const tokenHash = token === null ? null : hashSecret(token)
      try {
        const now = fields.createdAt
        const change = { ...how, mailbox, tokenHash, quarantineUntil: this.quarantineEnd(now), now }
        const { id, key, tookOver } = await this.store.writes.run('mailboxes.open', change)
        if (tookOver) await this.tookOver(key)
        return { mailbox: await this.fresh(id), token }
      } catch (error) {
        const taken = error instanceof Refusal && error.reason === 'mailbox-taken'
        if (!taken || localPart !== null || tries === triesForAName) throw error
      }
    }
  }

  /** Who holds this mailbox token. Refuses: credential-wrong; account-suspended, for a mailbox of such an account. */
  async holder(token: string): Promise<Caller> {
    const found = token.startsWith('mbx_') && token.length === 44 ? await this.store.byToken(hashSecret(token)) : null
    const mailbox = found && settled(found, this.outside.now())
    if (!mailbox) throw new Refusal('credential-wrong')
    await this.accountIn(mailbox)
    return { kind: 'mailbox', mailboxId: mailbox.id, operator: isOperators(mailbox) }
  }

  /** A new token, for the right password. Refuses: as `withPassword`. */
  async signIn(name: string, password: string): Promise<{ mailbox: Mailbox; token: string }> {
    const mailbox = await this.withPassword(name, password)
    const token = makeSecret(this.outside, 'mbx_')
    const now = this.outside.now()
    await this.store.writes.run('mailboxes.token', { id: mailbox.id, hash: hashSecret(token), now })
    return { mailbox: await this.recipients.current(mailbox), token }
  }

  /** A JWT for the right password. Refuses: as `withPassword`. */
  async signInForJwt(name: string, password: string): Promise<{ mailbox: Mailbox; jwt: string }> {
    const mailbox = await this.withPassword(name, password)
    return { mailbox, jwt: await this.jwts.issue(mailbox) }
  }

  /** A JWT for one who has just opened a mailbox with a password. */
  jwtOf(mailbox: Mailbox): Promise<string> {
    return this.jwts.issue(mailbox)
  }

  /**
   * Whose JWT this is. Refuses: credential-wrong, also for one whose mailbox has ended or has another password since;
   * account-suspended.
   */
  async jwtHolder(jwt: string): Promise<{ caller: Caller & { kind: 'mailbox' }; mailbox: Mailbox; goodUntil: number }> {
    const { mailboxId, password, goodUntil } = await this.jwts.read(jwt)
    const found = uuid.test(mailboxId) ? await this.store.byId(mailboxId) : null
    const mailbox = found && settled(found, this.outside.now())
    if (mailbox?.state !== 'active' || !password || this.jwts.passwordMark(mailbox) !== password) {
      throw new Refusal('credential-wrong')
    }
    await this.accountIn(mailbox)
    const caller = { kind: 'mailbox', mailboxId: mailbox.id, operator: isOperators(mailbox) } as const
    return { caller, mailbox: await this.recipients.current(mailbox), goodUntil }
  }

  /**
   * Another password for a mailbox of the caller's account: all who signed in by the one before are signed out. Refuses: as
   * `ofAccount`; too-busy.
   */
  async resetPassword(caller: Caller, id: string, password: string): Promise<void> {
    const mailbox = await this.ofAccount(caller, id, 'active')
    const passwordHash = await this.passwords.hash(password)
    const now = this.outside.now()
    const by = byHandOf(caller, this.outside)
    await this.store.writes.run('mailboxes.reset-password', { id: mailbox.id, passwordHash, now, by })
  }

  /** How many bytes of mail a mailbox may hold; null: any number. */
  async bytesAllowed(mailbox: Mailbox): Promise<number | null> {
    return (await this.planOf(mailbox)).mailboxBytes
  }

  /** Refuses: credential-wrong (also for an unknown mailbox), account-suspended, too-busy. */
  private async withPassword(name: string, password: string): Promise<Mailbox> {
    const found = uuid.test(name) ? await this.store.byId(name.toLowerCase()) : await this.activeAt(name)
    const now = this.outside.now()
    const usable = found && found.state === 'active' && !isEnded(found, now) ? found : null
    const right = await this.passwords.matches(password, usable?.passwordHash ?? null)
    if (!usable || !right) throw new Refusal('credential-wrong')
    await this.accountIn(usable)
    if (usable.usedAt !== null) await this.store.writes.run('mailboxes.signed-in', { id: usable.id, now })
    return usable
  }

  /**
   * The mailbox by id or address, or the empty place where anyone's mail could come, for one who may read it.
   * A tagged address stands for its mailbox, seen through that tag. Refuses: mailbox-unknown, credential-missing.
   */
  async see(caller: Caller, name: string): Promise<Place> {
    if (uuid.test(name)) {
      const mailbox = await this.store.byId(name.toLowerCase())
      return placeOf(await this.readable(caller, mailbox), null)
    }
    const address = parseAddress(name)
    if (!address) throw new Refusal('mailbox-unknown')
    const served = this.domains.servingFor(caller, address.domain)
    const own = this.recipients.mailboxOf(address, served)
    const tagged = address.tag === null ? null : address.full
    const now = this.outside.now()
    const owner = served?.rule.accountId ?? null
    const found = await this.store.active(own)
    // What somebody has left there from before the domain was the caller's is nothing to him.
    const there = owner === null || found?.accountId === owner ? found : null
    const isOver = there !== null && isEnded(there, now)
    const mailbox = (there && !isOver ? there : await this.archivedOf(caller, own)) ?? there
    const free = own === address.mailbox && this.mayWaitAt(caller, served)
    // To others than its own an address from which a mailbox has just gone to the archive is one that is held.
    const isSeen = mailbox && (!isEnded(mailbox, now) || mailbox.state === 'archived' || this.mayRead(caller, mailbox))
    if (isSeen) return placeOf(await this.readable(caller, mailbox), tagged)
    if (free && !there && !(await this.isHeld(own, owner, now))) return emptyPlace(address, owner, tagged)
    if (caller.kind === 'nobody' && !free) throw new Refusal('credential-missing')
    throw new Refusal('mailbox-unknown')
  }

  /**
   * The open mailbox or the empty place at this address, for one who may read it. Refuses: as `see`; address-invalid for what
   * is no address, domain-unserved for one at a domain that is not served, unless the caller has a mailbox there.
   */
  async at(caller: Caller, name: string): Promise<Place> {
    const address = parseAddress(name)
    if (!address) throw new Refusal('address-invalid')
    try {
      const place = await this.see(caller, address.full)
      if (place.mailbox?.state === 'archived') throw new Refusal('mailbox-unknown')
      return place
    } catch (error) {
      if (error instanceof Refusal && !this.domains.serving(address.domain)) throw new Refusal('domain-unserved')
      throw error
    }
  }

  /** The mailbox itself, for one who may change it. Refuses: as `see`; forbidden for one that is nobody's. */
  async own(caller: Caller, name: string): Promise<Mailbox> {
    const { mailbox, accountId } = await this.see(caller, name)
    if (!mailbox && accountId !== null) throw new Refusal('mailbox-unknown')
    if (!mailbox || mailbox.kind === 'unclaimed') throw new Refusal('forbidden')
    return mailbox
  }

  /**
   * A mailbox of the caller's account by its id, which is no address, open or (`archived`) in the archive. Refuses: as
   * `ofAccount`; mailbox-unknown.
   */
  async ofAccount(caller: Caller, id: string, state: Mailbox['state']): Promise<Mailbox> {
    const { account } = ofAccount(caller, 'mailboxes')
    if (!uuid.test(id)) throw new Refusal('mailbox-unknown')
    const mailbox = await this.readable(caller, await this.store.byId(id.toLowerCase()))
    if (mailbox.accountId !== account.id || mailbox.kind !== 'owned') {
      throw new Refusal('mailbox-unknown', { foreign: true })
    }
    if (mailbox.state !== state) throw new Refusal('mailbox-unknown')
    return mailbox
  }

  /**
   * The open mailbox of the caller's account at this address, or the empty place at its private domain, seen through the
   * address's tag. Refuses: as `ofAccount`; mailbox-unknown, which tells nothing of what else may be there (the operator's, a
   * stranger's, nobody's), nor by its time.
   */
  async ofAccountAt(caller: Caller, name: string): Promise<Place> {
    const own = ofAccount(caller, 'mailboxes')
    const address = parseAddress(name)
    if (!address) throw new Refusal('mailbox-unknown')
    const served = this.domains.servingFor(own, address.domain)
    const there = this.recipients.mailboxOf(address, served)
    const mailbox = await this.store.activeOf(there, own.account.id)
    const now = this.outside.now()
    const tagged = address.tag === null ? null : address.full
    if (mailbox && !isEnded(mailbox, now) && isOf(own, mailbox)) {
      return placeOf(await this.recipients.current(mailbox, now), tagged)
    }
    const isPrivate = served?.rule.access === 'private' && this.mayWaitAt(own, served)
    if (mailbox || !isPrivate || (await this.isHeld(there, own.account.id, now))) throw new Refusal('mailbox-unknown')
    return emptyPlace(address, own.account.id, tagged)
  }

  /**
   * The domains on which the caller may open mailboxes: the primary first, his own last. `ownNeedsChoice`: his own, too, only
   * where the plan has a choice of domains.
   */
  openableDomains(caller: Caller, { ownNeedsChoice = false }: { ownNeedsChoice?: boolean } = {}): string[] {
    const { chooseDomain } = this.usage.planOf(caller)
    const shared = this.domains.names()
    const own =
      caller.kind === 'account' && (chooseDomain || !ownNeedsChoice) ? this.domains.namesOf(caller.account.id) : []
    const chosen = [...(chooseDomain ? shared : shared.slice(0, 1)), ...own]
    const allowed = (caller.kind === 'account' && caller.key?.domains) || []
    return allowed.length === 0 ? chosen : chosen.filter((name) => allowed.includes(name))
  }

  /**
   * The caller's mailboxes, newest first: a mailbox token's is the one, an account's those that it opened. Refuses:
   * credential-missing, forbidden.
   */
  async list(caller: Caller, page: ListWish): Promise<Mailbox[]> {
    const address = page.address === undefined ? undefined : (parseAddress(page.address)?.full ?? '')
    if (caller.kind === 'mailbox') {
      const own = await this.own(caller, caller.mailboxId)
      const isMeant = (page.state ?? own.state) === own.state && (address ?? own.address) === own.address
      return own.key < page.before && isMeant && hasPart(own, page.part) ? [own] : []
    }
    const { account, key } = ofAccount(caller, 'mailboxes')
    const now = this.outside.now()
    const query = { ...page, accountId: account.id, address, domains: key?.domains ?? [], now }
    const found = await this.store.ofAccount(query)
    return Promise.all(found.map((mailbox) => this.recipients.current(mailbox, now)))
  }

  /** How many mailboxes the caller's account has open, and how many count as archived. Refuses: as `ofAccount`. */
  counts(caller: Caller): Promise<{ active: number; archived: number }> {
    return this.store.countsOf(ofAccount(caller, null).account.id, this.outside.now())
  }

  /** Bytes of mail in all open mailboxes of the caller's account. Refuses: as `ofAccount`. */
  async bytes(caller: Caller): Promise<number> {
    const { id } = ofAccount(caller, null).account
    const now = this.outside.now()
    return (await this.store.bytesOf(id, now)) - (await this.store.overdueBytesOf(id, now))
  }

  /** As `list`, each with how many of its newest messages nobody has seen. */
  async listWithUnseen(caller: Caller, page: ListWish): Promise<(Mailbox & { unseen: number })[]> {
    const found = await this.list(caller, page)
    const now = this.outside.now()
    return Promise.all(found.map(async (one) => ({ ...one, unseen: await this.store.unseen(one.key, now) })))
  }

  /** Refuses: as `own`; invalid-request, not-in-plan; forbidden for an end of the operator's own, and for one that mail alone made. An end is counted from now. */
  async change(caller: Caller, name: string, wish: ChangeWish): Promise<Mailbox> {
    const mailbox = await this.own(caller, name)
    if (mailbox.state !== 'active') throw new Refusal('mailbox-unknown')
    if (mailbox.byMail || (isOperators(mailbox) && wish.ttlMinutes !== undefined)) throw new Refusal('forbidden')
    const plan = await this.planOf(mailbox)
    const now = this.outside.now()
    if (wish.recoverable && !mailbox.recoverable && plan.archivedMailboxes === 0)
      throw new Refusal('mailboxes-exhausted')
    const patch: MailboxPatch = {}
    if (wish.ttlMinutes !== undefined) patch.expiresAt = endAt(plan, wish.ttlMinutes, now)
    if (wish.recoverable !== undefined) patch.recoverable = wish.recoverable
    if (wish.tag !== undefined) patch.tag = wish.tag
    if (wish.password === null) patch.passwordHash = null
    else if (wish.password !== undefined) patch.passwordHash = await this.passwords.hash(wish.password)
    const by = byHandOf(caller, this.outside)
    await this.store.writes.run('mailboxes.change', { id: mailbox.id, patch, quota: quotaOf(plan), now, by })
    return this.fresh(mailbox.id)
  }

  /** Ends the mailbox; a recoverable one goes to the archive unless `permanent`. Refuses: as `own`; forbidden for the operator's own. */
  async end(caller: Caller, name: string, { permanent }: { permanent: boolean }): Promise<void> {
    const mailbox = await this.own(caller, name)
    if (isOperators(mailbox)) throw new Refusal('forbidden')
    const now = this.outside.now()
    const archive = mailbox.recoverable && !permanent
    await this.store.writes.run('mailboxes.end', {
      id: mailbox.id,
      archive,
      quarantineUntil: this.quarantineEnd(now),
      now,
      by: byHandOf(caller, this.outside),
    })
  }

  /**
   * Ends several mailboxes of the caller's account by their ids, all of them or none: open ones (recoverable ones go to the
   * archive), or those in the archive, for good. Refuses: as Mailboxes.ofAccount.
   */
  async endAll(caller: Caller, ids: readonly string[], state: Mailbox['state']): Promise<void> {
    const { account, key } = ofAccount(caller, 'mailboxes')
    if (!ids.every((id) => uuid.test(id))) throw new Refusal('mailbox-unknown')
    if (ids.length === 0) return
    const now = this.outside.now()
    await this.store.writes.run('mailboxes.end-all', {
      ids: [...new Set(ids.map((id) => id.toLowerCase()))],
      owner: { accountId: account.id, domains: key?.domains ?? [] },
      state,
      quarantineUntil: this.quarantineEnd(now),
      now,
    })
  }

  /**
   * Opens an archived mailbox's address anew, with a new id and token. Refuses: as `own`; mailbox-unknown, mailbox-taken,
   * domain-lapsed, mailboxes-exhausted, invalid-request; credential-missing for one without an account, where anonymous mailboxes are off.
   */
  async restore(caller: Caller, name: string, wish: LifetimeWish = {}): Promise<Opened> {
    const archived = await this.own(caller, name)
    if (archived.state !== 'archived') throw new Refusal('mailbox-unknown')
    if (archived.kind === 'anonymous' && !this.rules.anonymousMailboxes) throw new Refusal('credential-missing')
    if (caller.kind === 'account' && !this.domains.servingFor(caller, archived.domain)) {
      await this.refuseLapsed(caller, archived.domain)
    }
    const plan = await this.planOf(archived)
    const now = this.outside.now()
    const token = archived.kind === 'anonymous' ? makeSecret(this.outside, 'mbx_') : null
    const { key: _key, state: _state, messageCount: _count, bytes: _bytes, ...kept } = archived
    const mailbox = {
      ...kept,
      id: this.outside.uuid(),
      createdAt: now,
      expiresAt: endAt(plan, ttlOf(plan, wish), now),
      usedAt: archived.usedAt === null ? null : now,
    }
    const { id } = await this.store.writes.run('mailboxes.restore', {
      id: archived.id,
      mailbox,
      tokenHash: token === null ? null : hashSecret(token),
      quota: quotaOf(plan),
      quarantineUntil: this.quarantineEnd(now),
      now,
      by: byHandOf(caller, this.outside),
    })
    return { mailbox: await this.fresh(id), token }
  }

  /** Opens the operator's mailbox, whoever had its address before, if it is not there, and answers a new token for it; former ones end. */
  async operator(): Promise<{ mailbox: Mailbox; token: string }> {
    const address = parseAddress(this.rules.operatorAddress)
    if (!address) throw new Error(`${this.rules.operatorAddress} is no address`)
    const now = this.outside.now()
    const token = makeSecret(this.outside, 'mbx_')
    const there = await this.store.active(address.mailbox)
    if (there && isOperators(there)) {
      await this.store.writes.run('mailboxes.token', { id: there.id, hash: hashSecret(token), keep: 1, now })
      return { mailbox: there, token }
    }
    const mailbox: NewMailbox = {
      id: this.outside.uuid(),
      address: address.mailbox,
      localPart: address.localPart,
      domain: address.domain,
      kind: 'owned',
      accountId: null,
      opener: null,
      createdAt: now,
      expiresAt: null,
      recoverable: false,
      tag: null,
      passwordHash: null,
      usedAt: null,
      byMail: false,
    }
    const { id } = await this.store.writes.run('mailboxes.open', {
      mailbox,
      tokenHash: hashSecret(token),
      quota: null,
      quarantineUntil: now,
      now,
      seize: true,
    })
    return { mailbox: await this.fresh(id), token }
  }

  /** Ends or archives what has run out, for a few milliseconds of the writer. Answers whether there is more. */
  async expire(): Promise<boolean> {
    const now = this.outside.now()
    const unusedSince = now - this.rules.untilUnused.days * day
    return this.store.writes.run('mailboxes.expire', { now, unusedSince, quarantineUntil: this.quarantineEnd(now) })
  }

  /** Ends what belonged to accounts that were deleted. Answers whether there is more. */
  async leave(): Promise<boolean> {
    const now = this.outside.now()
    return this.store.writes.run('mailboxes.leave', { now, quarantineUntil: this.quarantineEnd(now) })
  }

  /** Ends what belonged to domains that were removed. Answers whether there is more. */
  async leaveDomains(): Promise<boolean> {
    const now = this.outside.now()
    return this.store.writes.run('mailboxes.leave-domains', { now, quarantineUntil: this.quarantineEnd(now) })
  }

  /** The address of a mailbox that the caller's account has opened. Refuses: as `own`; mailbox-unknown. */
  async openedAddress(caller: Caller, name: string): Promise<string> {
    const { state, kind, byMail, accountId, address } = await this.own(caller, name)
    if (state !== 'active' || kind !== 'owned' || byMail || accountId === null) throw new Refusal('mailbox-unknown')
    return address
  }

  /** Whether a free address at such a domain reads as an empty mailbox to this caller. */
  private mayWaitAt(caller: Caller, served: Served | null): boolean {
    if (!served) return false
    const { rule, domain } = served
    if (rule.access === 'public') return true
    const { accountId } = rule
    return rule.access === 'private' && caller.kind === 'account' && isOf(caller, { accountId, domain })
  }

  /** Whether a former mailbox keeps the address from mail; at an account's domain only one of its own does. */
  private isHeld(address: string, owner: string | null, now: number): Promise<boolean> {
    return owner === null ? this.store.held(address, now) : this.store.heldBy(address, owner, now)
  }

  private async planOf(mailbox: Mailbox): Promise<Plan> {
    return this.recipients.planOf(mailbox, mailbox.accountId === null ? null : await this.accountOf(mailbox.accountId))
  }

  /** Refuses: account-suspended; credential-wrong, where the account is gone. */
  private async accountIn({ accountId }: Pick<Mailbox, 'accountId'>): Promise<void> {
    if (accountId === null) return
    const account = await this.accountOf(accountId)
    if (!account) throw new Refusal('credential-wrong')
    const why = whyShut(account)
    if (why) throw new Refusal(why)
  }

  private quarantineEnd(now: number): number {
    return now + this.rules.quarantineHours * 60 * minute
  }

  private async fresh(id: string): Promise<Mailbox> {
    const mailbox = await this.store.byId(id)
    if (!mailbox) throw new Refusal('mailbox-unknown')
    return this.recipients.current(mailbox)
  }

  /** Foreign and missing are one answer; without a credential both ask for one. */
  private async readable(caller: Caller, mailbox: Mailbox | null): Promise<Mailbox> {
    const now = this.outside.now()
    const there = mailbox && settled(mailbox, now)
    if (there && this.mayRead(caller, there)) return this.recipients.current(there, now)
    if (caller.kind === 'nobody') throw new Refusal('credential-missing')
    throw new Refusal('mailbox-unknown', there ? { foreign: true } : {})
  }

  /** Whether this caller may read what lies in this mailbox, which must not have ended. */
  mayRead(caller: Caller, mailbox: Pick<Mailbox, 'id' | 'kind' | 'domain' | 'accountId'>): boolean {
    if (mailbox.kind === 'unclaimed') return this.domains.serving(mailbox.domain)?.rule.access === 'public'
    if (caller.kind === 'mailbox') return caller.mailboxId === mailbox.id
    if (isOperators(mailbox)) return isAdmin(caller)
    return caller.kind === 'account' && isOf(caller, mailbox)
  }

  /** The same by id; false if it is gone. */
  async mayReadById(caller: Caller, id: string): Promise<boolean> {
    const mailbox = await this.store.byId(id)
    return mailbox !== null && !isEnded(mailbox, this.outside.now()) && this.mayRead(caller, mailbox)
  }

  private async archivedOf(caller: Caller, address: string): Promise<Mailbox | null> {
    if (caller.kind === 'account') return this.store.archived(address, caller.account.id)
    if (caller.kind !== 'mailbox') return null
    const mailbox = await this.store.byId(caller.mailboxId)
    return mailbox?.state === 'archived' && mailbox.address === address ? mailbox : null
  }

  private async activeAt(name: string): Promise<Mailbox | null> {
    const address = parseAddress(name)
    return address ? this.store.active(address.mailbox) : null
  }

  private async openableDomain(
    plan: Plan,
    { domain: wished, ownNeedsChoice = false }: OpeningWish,
    own: AccountCaller | null,
  ): Promise<string> {
    const allowed = own?.key?.domains ?? []
    if (wished === undefined) {
      const primary = allowed.length > 0 ? (allowed[0] ?? null) : this.domains.primary()
      if (primary === null) throw invalid('body.domain', 'is required here: no shared domain has a name of its own')
      return primary
    }
    const domain = parseDomain(wished)
    if (domain === null) throw invalid('body.domain', 'must be the name of a domain')
    const served = this.domains.servingFor(own ?? nobody, domain)
    const isOwn = served?.rule.accountId != null
    const mayHaveOwn = plan.chooseDomain || !ownNeedsChoice
    if (!served && own && mayHaveOwn) await this.refuseLapsed(own, domain)
    const isOpen = plan.chooseDomain || domain === this.domains.primary() || (isOwn && mayHaveOwn)
    if (!isOpen) throw new Refusal('not-in-plan')
    if (!served) {
      const fields = [{ path: 'body.domain', message: 'must be a domain that is served here' }]
      throw new Refusal('domain-unserved', { fields })
    }
    if (allowed.length > 0 && !allowed.includes(domain)) throw new Refusal('forbidden')
    return domain
  }

  /** Refuses: domain-lapsed, for a domain of the account's own that takes no mail any more. */
  private async refuseLapsed(own: AccountCaller, domain: string): Promise<void> {
    if (await this.domains.hasLapsed(own, domain)) throw new Refusal('domain-lapsed')
  }

  /** On a domain of its own an account may have any. */
  private openableLocalPart(plan: Plan, wished: string, ownDomain: boolean): string {
    if (!plan.customLocalPart) throw new Refusal('not-in-plan')
    const localPart = parseLocalPart(wished)
    if (localPart === null) {
      throw invalid('body.localPart', 'must be 1 to 64 characters of a dot-atom (RFC 5321), without "+"')
    }
    const isReserved = operatorLocalParts.includes(localPart) || this.rules.reservedLocalParts.includes(localPart)
    if (isReserved && !ownDomain) throw invalid('body.localPart', 'is reserved')
    return localPart
  }
}

/** Whether a credential of the mailbox's account is good for it. */
const isOf = (caller: AccountCaller, { accountId, domain }: Pick<Mailbox, 'accountId' | 'domain'>): boolean =>
  accountId === caller.account.id &&
  may(caller, 'mailboxes') &&
  (!caller.key || caller.key.domains.length === 0 || caller.key.domains.includes(domain))

const quotaOf = ({ activeMailboxes, archivedMailboxes }: Plan): MailboxQuota => ({
  active: activeMailboxes,
  archived: archivedMailboxes,
})

const isOperators = ({ kind, accountId }: Pick<Mailbox, 'kind' | 'accountId'>): boolean =>
  kind === 'owned' && accountId === null

function placeOf(mailbox: Mailbox, tagged: string | null): Place {
  const { address, localPart, domain, accountId } = mailbox
  return { mailbox, address, localPart, domain, accountId, tagged }
}

const emptyPlace = (
  { mailbox: address, localPart, domain }: Address,
  accountId: string | null,
  tagged: string | null,
) => ({
  mailbox: null,
  address,
  localPart,
  domain,
  accountId,
  tagged,
})

/** Minutes that it is to live; null: without end. */
function ttlOf(plan: Plan, { ttlMinutes, usualTtlMinutes }: LifetimeWish): number | null {
  if (ttlMinutes !== undefined) return ttlMinutes
  if (usualTtlMinutes === undefined) return defaultTtl(plan)
  return Math.min(usualTtlMinutes, plan.maxTtlMinutes ?? usualTtlMinutes)
}

/** Refuses: invalid-request for more minutes than the plan allows, not-in-plan for none. */
function endAt(plan: Plan, ttlMinutes: number | null, now: number): number | null {
  if (ttlMinutes === null) {
    if (!plan.permanentMailboxes) throw new Refusal('not-in-plan')
    return null
  }
  const { maxTtlMinutes } = plan
  if (maxTtlMinutes !== null && ttlMinutes > maxTtlMinutes)
    throw invalid('body.ttlMinutes', `must be at most ${maxTtlMinutes}`)
  return now + ttlMinutes * minute
}
