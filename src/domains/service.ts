// Which domains are served, and how, and which ones accounts want served. All policy about them is here.
import { isIP } from 'node:net'
import { actorOf, type Caller, ofAccount } from '../accounts/caller.ts'
import { type Outside, randomText } from '../outside.ts'
import { invalid, Refusal } from '../refusal.ts'
import type { By } from '../storage/audit-trail.ts'
import type { Usage } from '../usage/service.ts'
import type { CustomDomain, Served, SharedDomain } from './domain.ts'
import type { DomainStore } from './store.ts'

export type DomainRules = {
  /** A domain in its one spelling, or null. */
  readDomain: (text: string) => string | null
  /** Where the MX record of a custom domain is to point: this server. */
  mxTarget: string
}

/** Custom domains that one account may have where its plan sets no limit. */
const mostDomains = 1000

export class Domains {
  private readonly exact = new Map<string, SharedDomain>()
  private readonly below = new Map<string, SharedDomain>()
  private readonly every: SharedDomain | null

  constructor(
    private readonly shared: readonly SharedDomain[],
    private readonly store: DomainStore,
    private readonly usage: Usage,
    private readonly rules: DomainRules,
    private readonly outside: Outside,
  ) {
    for (const domain of shared) {
      if (domain.name.startsWith('*.')) this.below.set(domain.name.slice(2), domain)
      else if (domain.name !== '*') this.exact.set(domain.name, domain)
    }
    this.every = shared.find(({ name }) => name === '*') ?? null
  }

  /** The first shared domain with a name of its own: where a mailbox opens when nobody says. */
  primary(): string | null {
    return this.names()[0] ?? null
  }

  /** Shared domains with a name of their own, in the order of the config. */
  names(): string[] {
    return this.shared.map(({ name }) => name).filter((name) => !name.startsWith('*'))
  }

  /** How `domain` (in its one spelling) is served: by its own name, else the nearest `*.parent`, else `*`. */
  serving(domain: string): Served | null {
    const rule = this.exact.get(domain) ?? this.parentOf(domain) ?? this.every
    return rule ? { domain, rule } : null
  }

  /** Whether strangers' mail is taken for it: `*` is for trusted networks alone. */
  servesStrangers({ rule }: Served): boolean {
    return rule !== this.every
  }

  /** Where the MX record of a custom domain is to point. */
  get mxTarget(): string {
    return this.rules.mxTarget
  }

  /**
   * Notes a domain for the caller's account. Others may want the same one: whose it is its records will tell. Refuses: as
   * `ofAccount`; invalid-request for what is no domain, or the operator's; domain-taken, quota-exceeded.
   */
  async add(caller: Caller, wished: string): Promise<CustomDomain> {
    const { account } = ofAccount(caller, 'domains')
    const name = this.addable(wished)
    const by = this.by(caller)
    const token = `mayfly-${randomText(this.outside, 32)}`
    const domain = {
      id: this.outside.uuid(),
      accountId: account.id,
      name,
      state: 'pending',
      token,
      createdAt: by.at,
    } as const
    const most = Math.min(this.usage.planOf(caller).customDomains ?? mostDomains, mostDomains)
    await this.store.writes.run('domains.add', { domain, most, by })
    return domain
  }

  /** Those of the caller's account, oldest first. Refuses: as `ofAccount`. */
  async list(caller: Caller): Promise<CustomDomain[]> {
    return this.store.ofAccount(ofAccount(caller, 'domains').account.id)
  }

  /** Refuses: as `ofAccount`; domain-unknown. */
  async get(caller: Caller, id: string): Promise<CustomDomain> {
    const { account } = ofAccount(caller, 'domains')
    const found = await this.store.byId(id.toLowerCase())
    if (found?.accountId !== account.id) throw new Refusal('domain-unknown', found ? { foreign: true } : {})
    return found
  }

  /** The domain as it is: nobody looks at its records yet. Refuses: as `get`. */
  verify(caller: Caller, id: string): Promise<CustomDomain> {
    return this.get(caller, id)
  }

  /** Refuses: as `get`. */
  async remove(caller: Caller, id: string): Promise<void> {
    const { account } = ofAccount(caller, 'domains')
    const change = { accountId: account.id, id: id.toLowerCase(), by: this.by(caller) }
    await this.store.writes.run('domains.remove', change)
  }

  /** Refuses: invalid-request. */
  private addable(wished: string): string {
    const bare = wished.trim()
    const name = isIP(bare.replace(/^\[(.*)\]$/, '$1')) ? null : this.rules.readDomain(bare)
    if (name === null || !name.includes('.')) throw invalid('body.name', 'must be the name of a domain')
    if (this.isOperators(name)) throw invalid('body.name', 'must be a domain of your own')
    return name
  }

  /** A shared domain, or below one. `*` is no domain that the operator has. */
  private isOperators(name: string): boolean {
    return this.shared.some((shared) => {
      const own = shared.name.replace(/^\*\.?/, '')
      return own !== '' && (name === own || name.endsWith(`.${own}`))
    })
  }

  private by(caller: Caller): By {
    return { ...actorOf(caller), at: this.outside.now() }
  }

  private parentOf(domain: string): SharedDomain | null {
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      const rule = this.below.get(domain.slice(dot + 1))
      if (rule) return rule
    }
    return null
  }
}
