// Domains that mail is taken for. Shared ones are the operator's, from the config.

/** `public`: any address takes mail, and anyone reads it. `claimed`: only opened mailboxes take mail. */
export type Access = 'public' | 'claimed'

export type SharedDomain = {
  /** `mail.test`, `*.mail.test` (its subdomains) or `*` (every domain). */
  name: string
  access: Access
  /** Where mail to an address without a mailbox goes. */
  catchAll: string | null
}

/** A domain that an address named, and the rule under which it is served. */
export type Served = { domain: string; rule: SharedDomain }
