// Which domains are served, and how; which ones accounts want served, and whether they are theirs. All policy about them is here.
import { type AccountCaller, byOf, type Caller, mustBeAdmin, ofAccount } from '../accounts/caller.ts'
import type { Events } from '../events.ts'
import type { Finding } from '../finding.ts'
import { type Outside, randomText } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import type { Usage } from '../usage/service.ts'
import { AskingLimit } from './asking-limit.ts'
import { Checking } from './checking.ts'
import { complaints } from './complaints.ts'
import type { Circumstances, Doctor } from './doctor/doctor.ts'
import {
  baseOf,
  type CustomAccess,
  type CustomDomain,
  type DescribedDomain,
  isServing,
  type Served,
  type SharedDomain,
  type WantedRecord,
  wantedRecords,
} from './domain.ts'
import type { Looking } from './looking.ts'
import { claimable } from './name.ts'
import { Serving } from './serving.ts'
import { firstCheckAt, type Intervals, verdictOf } from './standing.ts'
import type { DomainStore } from './store.ts'

export type DomainRules = {
  /** A domain in its one spelling, or null. */
  readDomain: (text: string) => string | null
  /** Where the MX record of a custom domain is to point: this server. */
  mxTarget: string
  /** Off: no name server is asked, and the operator verifies by hand. */
  mode: 'on' | 'off'
  intervals: Intervals
  /** The address of a mailbox that this caller's account has open, for a catch-all. Refuses: mailbox-unknown. */
  mailboxOf: (caller: Caller, name: string) => Promise<string>
  /** Ends what belonged to domains that were removed. */
  leave: () => Promise<unknown>
}

export type DomainWish = { access?: CustomAccess | undefined }

/** `catchAll`: the id or address of one of the account's mailboxes. */
export type DomainChange = { access?: CustomAccess | undefined; catchAll?: string | null | undefined }

/** `at`: when it was looked at. */
export type Examined = { domain: CustomDomain; at: number; findings: Finding[] }

/** Custom domains that one account may have where its plan sets no limit. */
const mostDomains = 1000
const tokenLength = 32
const elsewhere =
  'Its records are all there, but another account of this server has this domain. Have that account remove it, or take its TXT record out of DNS: after a time of grace this one can be verified.'
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export class Domains {
  private readonly rulesOfMail: Serving
  private readonly checking: Checking
  private readonly limit: AskingLimit

  constructor(
    private readonly shared: readonly SharedDomain[],
    private readonly store: DomainStore,
    private readonly usage: Usage,
    private readonly rules: DomainRules,
    looking: Looking,
    private readonly doctor: Doctor,
    private readonly outside: Outside,
    events: Events,
    defect: (error: unknown) => void,
  ) {
    this.rulesOfMail = new Serving(shared)
    this.checking = new Checking(store, looking, rules.intervals, outside)
    this.limit = new AskingLimit(() => outside.elapsed())
    // Also what a look that nobody waits for has found.
    events.onAny(({ type, subjectId, accountId }) => {
      if (type.startsWith('domain.') && subjectId !== null) this.takeUp(subjectId).catch(defect)
      else if (type === 'account.deleted' && accountId !== null) this.rulesOfMail.dropAccount(accountId)
    })
  }

  /** At start: from now on mail for custom domains that are verified is taken. */
  async load(): Promise<void> {
    for (const domain of await this.store.serving()) this.rulesOfMail.put(domain)
  }

  /** The first shared domain with a name of its own: where a mailbox opens when nobody says. */
  primary(): string | null {
    return this.names()[0] ?? null
  }

  /** Shared domains with a name of their own, in the order of the config. */
  names(): string[] {
    return this.named().map(({ name }) => name)
  }

  /** The same, with who may read there. */
  named(): SharedDomain[] {
    return this.shared.filter(({ name }) => !name.startsWith('*'))
  }

  /** Names of an account's own domains that mail is taken for, those for all subdomains left out, sorted. */
  namesOf(accountId: string): string[] {
    return this.rulesOfMail.namesOf(accountId)
  }

  /** How mail for `domain` (in its one spelling) is taken: by its own name, else the nearest `*.parent`, else `*`. */
  serving(domain: string): Served | null {
    return this.rulesOfMail.of(domain)
  }

  /** The same, as far as the caller is to know of it: what another account has is served for nobody else. */
  servingFor(caller: Caller, domain: string): Served | null {
    const served = this.serving(domain)
    const accountId = served?.rule.accountId ?? null
    return accountId === null || (caller.kind === 'account' && caller.account.id === accountId) ? served : null
  }

  /** Whether the account has the domain, and it takes no mail any more since its records are gone. */
  hasLapsed({ account }: AccountCaller, domain: string): Promise<boolean> {
    return this.store.hasLapsed(account.id, domain)
  }

  /** Whether strangers' mail is taken for it: `*` is for trusted networks alone. */
  servesStrangers(served: Served): boolean {
    return !this.rulesOfMail.isEvery(served)
  }

  /** Where the MX record of a custom domain is to point. */
  get mxTarget(): string {
    return this.rules.mxTarget
  }

  /** Whether name servers are asked at all. */
  get areAsked(): boolean {
    return this.rules.mode === 'on'
  }

  /** What the owner of a domain is to set. */
  records(domain: Pick<CustomDomain, 'name' | 'token'>): WantedRecord[] {
    return wantedRecords(domain, this.rules.mxTarget)
  }

  /** A domain with all that is shown of it. */
  describe(domain: CustomDomain): DescribedDomain {
    const { failingSince } = domain
    return {
      domain: this.areAsked ? domain : { ...domain, nextCheckAt: null },
      records: this.records(domain),
      note: this.noteOn(domain),
      lapsesAt: failingSince === null ? null : failingSince + this.rules.intervals.graceMs,
    }
  }

  /** What is to be known about a domain beside its state; null: nothing. */
  noteOn({ byHand, state, found }: Pick<CustomDomain, 'byHand' | 'state' | 'found'>): string | null {
    if (byHand) return 'The operator of this server vouches for this domain: its records are not looked at.'
    // Who has shown by his records that it is his is told why they are not enough.
    if (this.areAsked) return !isServing(state) && found && verdictOf(found) === 'there' ? elsewhere : null
    const off = 'No name server is asked here (dns.mode is off in the config)'
    return state === 'verified' ? `${off}: it stays verified.` : `${off}: the operator of this server verifies by hand.`
  }

  /**
   * Notes a domain for the caller's account; `*.example.com` is for the subdomains of one. Others may want the same: whose it is
   * its records will tell. Refuses: as `ofAccount`; invalid-request for what nobody can own, or the operator's; forbidden for
   * one that the key is not for; domain-taken, quota-exceeded.
   */
  async add(caller: Caller, name: string, wish: DomainWish = {}): Promise<CustomDomain> {
    const own = ofAccount(caller, 'domains')
    const read = await this.readName(name)
    if (!isFor(own, read)) throw new Refusal('forbidden')
    return this.note(caller, own.account.id, read, wish, this.usage.planOf(caller).customDomains)
  }

  /** The same for any account, whatever its plan allows. Refuses: as `mustBeAdmin`, account-unknown; as `add`. */
  async addFor(caller: Caller, accountId: string, name: string, wish: DomainWish = {}): Promise<CustomDomain> {
    mustBeAdmin(caller)
    return this.note(caller, accountId, await this.readName(name), wish, null)
  }

  /** Those of the caller's account that its key is for, oldest first. Refuses: as `ofAccount`. */
  async list(caller: Caller): Promise<CustomDomain[]> {
    const own = ofAccount(caller, 'domains')
    return (await this.store.ofAccount(own.account.id)).filter(({ name }) => isFor(own, name))
  }

  /** Those of all accounts, oldest first. Refuses: as `mustBeAdmin`. */
  async listAll(caller: Caller, page: { after: number; limit: number }): Promise<CustomDomain[]> {
    mustBeAdmin(caller)
    return this.store.ofAll(page)
  }

  /** Those of one account. Refuses: as `mustBeAdmin`. */
  async listFor(caller: Caller, accountId: string): Promise<CustomDomain[]> {
    mustBeAdmin(caller)
    return this.store.ofAccount(accountId)
  }

  /** By its id or its name. Refuses: as `ofAccount`; domain-unknown, also for one that the key is not for. */
  async get(caller: Caller, name: string): Promise<CustomDomain> {
    const own = ofAccount(caller, 'domains')
    const found = await this.find(name, (one) => one.accountId === own.account.id)
    if (found?.accountId !== own.account.id || !isFor(own, found.name)) {
      throw new Refusal('domain-unknown', found ? { foreign: true } : {})
    }
    return found
  }

  /** Any account's. Refuses: as `mustBeAdmin`; domain-unknown; invalid-request for a name that several accounts want. */
  async getAny(caller: Caller, name: string): Promise<CustomDomain> {
    mustBeAdmin(caller)
    const found = await this.find(name, null)
    if (!found) throw new Refusal('domain-unknown')
    return found
  }

  /** Looks at its records now; where no name server is asked, the domain as it is. Refuses: as `get`; rate-exceeded. */
  async verify(caller: Caller, name: string): Promise<CustomDomain> {
    const domain = await this.get(caller, name)
    if (!this.areAsked) return domain
    this.limit.admit(domain)
    return this.look(domain)
  }

  /**
   * As `verify`, for who is told no more than whether it is verified. Refuses: as `verify`; dns-off, dns-silent for one that is
   * not, where nobody could say whether it should be.
   */
  async verifyOrSayWhy(caller: Caller, name: string): Promise<CustomDomain> {
    const domain = await this.verify(caller, name)
    if (isServing(domain.state)) return domain
    if (!this.areAsked) throw new Refusal('dns-off')
    if (domain.found && verdictOf(domain.found) === 'unknown') throw new Refusal('dns-silent')
    return domain
  }

  /** As `verify`, of any account's, as often as it is asked for. Refuses: as `getAny`. */
  async verifyAny(caller: Caller, name: string): Promise<CustomDomain> {
    const domain = await this.getAny(caller, name)
    return this.areAsked ? this.look(domain) : domain
  }

  /**
   * Looks at all that mail for it needs on its way here, which takes 15 s at most, and changes nothing. Refuses: as `get`;
   * rate-exceeded.
   */
  async examine(caller: Caller, name: string): Promise<Examined> {
    const domain = await this.get(caller, name)
    this.limit.admit(domain)
    return this.examined(domain, { isServing: true, isOperator: false })
  }

  /** The same, of the server's own domains and of itself, as often as it is asked for. Refuses: as `mustBeAdmin`. */
  async examineServer(caller: Caller): Promise<{ at: number; findings: Finding[] }> {
    mustBeAdmin(caller)
    const at = this.outside.now()
    const names = this.named().map(({ name }) => name)
    return { at, findings: await this.doctor.ofServer(names, true) }
  }

  /** The same, of any account's, as often as it is asked for. `isServing`: mail is taken meanwhile. Refuses: as `getAny`. */
  async examineAny(caller: Caller, name: string, isServing: boolean): Promise<Examined> {
    return this.examined(await this.getAny(caller, name), { isServing, isOperator: true })
  }

  /** Takes the operator's word for its records. Refuses: as `getAny`; domain-elsewhere where another account has it. */
  async vouch(caller: Caller, name: string): Promise<CustomDomain> {
    const domain = await this.getAny(caller, name)
    await this.store.writes.run('domains.vouch', { id: domain.id, by: byOf(caller, this.outside) })
    return this.fresh(domain)
  }

  /** Refuses: as `get`; mailbox-unknown, for a catch-all that is no mailbox of its account. */
  async change(caller: Caller, name: string, { access, catchAll }: DomainChange): Promise<CustomDomain> {
    const domain = await this.get(caller, name)
    const patch = {
      ...(access === undefined ? {} : { access }),
      ...(catchAll === undefined
        ? {}
        : { catchAll: catchAll === null ? null : await this.rules.mailboxOf(caller, catchAll) }),
    }
    if (Object.keys(patch).length === 0) return domain
    const by = byOf(caller, this.outside)
    await this.store.writes.run('domains.change', { id: domain.id, accountId: domain.accountId, patch, by })
    return this.fresh(domain)
  }

  /** How many mailboxes would end with it. Refuses: as `get`. */
  async mailboxesIn(caller: Caller, name: string): Promise<number> {
    return this.store.mailboxes(await this.get(caller, name))
  }

  /**
   * Removes a domain, and ends its mailboxes. `most`: so many of them may end; null: any number. Refuses: as `get`;
   * confirmation-needed, with their number, where they are more.
   */
  async remove(caller: Caller, name: string, most: number | null = null): Promise<void> {
    const { id, accountId } = await this.get(caller, name)
    await this.store.writes.run('domains.remove', { id, accountId, most, by: byOf(caller, this.outside) })
    await this.takeUp(id)
    await this.rules.leave()
  }

  /** The same, of any account's. Refuses: as `getAny`; as `remove`. */
  async removeAny(caller: Caller, name: string, most: number | null): Promise<void> {
    const { id } = await this.getAny(caller, name)
    await this.store.writes.run('domains.remove', { id, accountId: null, most, by: byOf(caller, this.outside) })
    await this.takeUp(id)
    await this.rules.leave()
  }

  /** Looks at all domains whose time has come. */
  async checkDue(): Promise<void> {
    if (this.areAsked) await this.checking.due()
  }

  /** Looks at no domain any more. */
  stopChecking(): void {
    this.checking.stop()
  }

  private async note(
    caller: Caller,
    accountId: string,
    name: string,
    { access = 'private' }: DomainWish,
    allowed: number | null,
  ): Promise<CustomDomain> {
    const by = byOf(caller, this.outside)
    const { at: now } = by
    const domain = {
      id: this.outside.uuid(),
      accountId,
      name,
      state: 'pending',
      access,
      catchAll: null,
      token: `mayfly-${randomText(this.outside, tokenLength)}`,
      createdAt: now,
      verifiedAt: null,
      failingSince: null,
      checkedAt: null,
      nextCheckAt: firstCheckAt(now, this.checking.chance(), this.rules.intervals),
      tries: 0,
      byHand: false,
    } as const
    await this.store.writes.run('domains.add', { domain, most: Math.min(allowed ?? mostDomains, mostDomains), by })
    return this.fresh(domain)
  }

  /** A name that an account may add, in its one spelling. Refuses: invalid-request. */
  private async readName(wished: string): Promise<string> {
    const name = await claimable(wished, this.rules.readDomain)
    if (this.isOperators(baseOf(name))) throw invalid('body.name', complaints.operators)
    return name
  }

  /** A shared domain, or below one, or this server's own name. `*` is no domain that the operator has. */
  private isOperators(name: string): boolean {
    const own = [...this.shared.map((shared) => shared.name.replace(/^\*\.?/, '')), this.rules.mxTarget]
    return own.some((one) => one !== '' && (name === one || name.endsWith(`.${one}`)))
  }

  private async examined(domain: CustomDomain, circumstances: Circumstances): Promise<Examined> {
    const at = this.outside.now()
    return { domain, at, findings: await this.doctor.ofDomain(this.describe(domain), circumstances) }
  }

  private async look(domain: CustomDomain): Promise<CustomDomain> {
    await this.checking.look(domain, true)
    return this.fresh(domain)
  }

  /** `isMeant`: which of those with a name; null: the one that is served, or the only one. */
  private async find(name: string, isMeant: ((one: CustomDomain) => boolean) | null): Promise<CustomDomain | null> {
    if (uuid.test(name)) return this.store.byId(name.toLowerCase())
    const base = this.rules.readDomain(baseOf(name))
    if (base === null) return null
    const named = await this.store.named(name.startsWith('*.') ? `*.${base}` : base)
    if (isMeant) return named.find(isMeant) ?? null
    const owner = named.find(({ state }) => isServing(state))
    if (!owner && named.length > 1) throw invalid('path.domain', 'is wanted by several accounts: say its id')
    return owner ?? named[0] ?? null
  }

  private async fresh({ id }: Pick<CustomDomain, 'id'>): Promise<CustomDomain> {
    const domain = await this.store.byId(id)
    if (!domain) throw new Refusal('domain-unknown')
    this.rulesOfMail.put(domain)
    return domain
  }

  /** Has mail taken, or refused, as the domain now stands. */
  private async takeUp(id: string): Promise<void> {
    const domain = await this.store.byId(id)
    if (domain) this.rulesOfMail.put(domain)
    else this.rulesOfMail.drop(id)
  }
}

/** A key that is for some domains is for none of the others: who removes one ends its mailboxes. */
const isFor = ({ key }: AccountCaller, name: string): boolean =>
  !key || key.domains.length === 0 || key.domains.includes(name)
