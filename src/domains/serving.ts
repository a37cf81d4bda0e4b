// Under which rule mail for a domain is taken, in the main thread's memory: shared domains, and custom ones that are verified.
import { type CustomDomain, type DomainRule, isServing, type Served, type SharedDomain } from './domain.ts'

/** Rules by the names that they are for. */
class Rules {
  readonly exact = new Map<string, DomainRule>()
  /** By what follows the `*.`. */
  readonly below = new Map<string, DomainRule>()

  set(rule: DomainRule): void {
    if (rule.name.startsWith('*.')) this.below.set(rule.name.slice(2), rule)
    else this.exact.set(rule.name, rule)
  }

  delete({ name }: DomainRule): void {
    if (name.startsWith('*.')) this.below.delete(name.slice(2))
    else this.exact.delete(name)
  }
}

export class Serving {
  private readonly shared = new Rules()
  private readonly custom = new Rules()
  private readonly customById = new Map<string, DomainRule>()
  private readonly every: DomainRule | null

  constructor(shared: readonly SharedDomain[]) {
    const rules = shared.map((one) => ({ ...one, accountId: null }))
    for (const rule of rules) if (rule.name !== '*') this.shared.set(rule)
    this.every = rules.find(({ name }) => name === '*') ?? null
  }

  /** By its own name, else the nearest `*.parent`, else `*`. The operator's go first. */
  of(domain: string): Served | null {
    const rule = this.shared.exact.get(domain) ?? this.custom.exact.get(domain) ?? this.parentOf(domain) ?? this.every
    return rule ? { domain, rule } : null
  }

  isEvery({ rule }: Served): boolean {
    return rule === this.every
  }

  /** As it is now: one that takes no mail is no rule. */
  put({ id, name, access, catchAll, accountId, state }: CustomDomain): void {
    this.drop(id)
    if (!isServing(state)) return
    const rule = { name, access, catchAll, accountId }
    this.custom.set(rule)
    this.customById.set(id, rule)
  }

  drop(id: string): void {
    const rule = this.customById.get(id)
    if (!rule) return
    this.customById.delete(id)
    // Another account may have it since.
    const now = rule.name.startsWith('*.')
      ? this.custom.below.get(rule.name.slice(2))
      : this.custom.exact.get(rule.name)
    if (now === rule) this.custom.delete(rule)
  }

  dropAccount(accountId: string): void {
    for (const [id, rule] of this.customById) if (rule.accountId === accountId) this.drop(id)
  }

  /** Names of the domains that mail is taken for on an account's behalf, wildcards left out, sorted. */
  namesOf(accountId: string): string[] {
    return [...this.customById.values()]
      .filter((rule) => rule.accountId === accountId && !rule.name.startsWith('*.'))
      .map(({ name }) => name)
      .sort()
  }

  private parentOf(domain: string): DomainRule | null {
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      const parent = domain.slice(dot + 1)
      const rule = this.shared.below.get(parent) ?? this.custom.below.get(parent)
      if (rule) return rule
    }
    return null
  }
}
