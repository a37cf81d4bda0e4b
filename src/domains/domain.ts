// Domains that mail is taken for. Shared ones are the operator's, from the config; custom ones are an account's.

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

/** A domain that an account wants mail taken for. While it is `pending` no mail is taken. */
export type CustomDomain = {
  id: string
  accountId: string
  /** Lower-case A-labels. */
  name: string
  state: 'pending'
  /** What a TXT record at the domain is to say. */
  token: string
  createdAt: number
}
