// Which domains are served, and how.
import type { Served, SharedDomain } from './domain.ts'

export class Domains {
  private readonly exact = new Map<string, SharedDomain>()
  private readonly below = new Map<string, SharedDomain>()
  private readonly every: SharedDomain | null

  constructor(private readonly shared: readonly SharedDomain[]) {
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

  private parentOf(domain: string): SharedDomain | null {
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      const rule = this.below.get(domain.slice(dot + 1))
      if (rule) return rule
    }
    return null
  }
}
