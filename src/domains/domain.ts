// Domains that mail is taken for. Shared ones are the operator's, from the config; custom ones are an account's.
import { domainToUnicode } from 'node:url'

/**
 * `public`: any address takes mail, and anyone reads it. `private`: any address takes mail, and its account reads it.
 * `claimed`: only opened mailboxes take mail.
 */
export type Access = 'public' | 'claimed' | 'private'

/** Shared domains are never private, custom ones never public. */
export const customAccesses = ['private', 'claimed'] as const
export type CustomAccess = (typeof customAccesses)[number]

/** How mail for a domain is taken. */
export type DomainRule = {
  /** `mail.test`, `*.mail.test` (its subdomains) or `*` (every domain). */
  name: string
  access: Access
  /** Where mail to an address without a mailbox goes. */
  catchAll: string | null
  /** Whose it is; null: the operator's. */
  accountId: string | null
}

export type SharedDomain = Omit<DomainRule, 'accountId'> & { access: 'public' | 'claimed' }

/** A domain that an address named, and the rule under which it is served. */
export type Served = { domain: string; rule: DomainRule }

/** Mail is taken while it is verified, and while it fails: then its records are gone, and there is time to mend them. */
export const domainStates = ['pending', 'verified', 'failing', 'lapsed'] as const
export type DomainState = (typeof domainStates)[number]

export const isServing = (state: DomainState): boolean => state === 'verified' || state === 'failing'

/** What a look found of one record. `seen`: what was there, cut short. */
export type Seen = { is: 'there' | 'gone' | 'unknown'; seen: string[]; why: string | null }

/** What a look at a domain's records found: the one that says whose it is, and those that lead its mail here. */
export type Look = { txt: Seen; mx: Seen }

/** A domain that an account wants mail taken for. Instants are epoch milliseconds. */
export type CustomDomain = {
  /** The row; never shown. */
  key: number
  id: string
  accountId: string
  /** Lower-case A-labels, with `*.` before them for all subdomains. */
  name: string
  state: DomainState
  access: CustomAccess
  /** The address of a mailbox of its account. */
  catchAll: string | null
  /** What a TXT record at the domain is to say. */
  token: string
  createdAt: number
  /** When it was verified, for the first time or again; null: never. */
  verifiedAt: number | null
  /** Since when its records are gone, of one that is failing. */
  failingSince: number | null
  checkedAt: number | null
  /** Null: nobody looks by himself. */
  nextCheckAt: number | null
  /** Looks since the last one that found all. */
  tries: number
  /** The operator's word stands for its records. */
  byHand: boolean
  /** Of the last look. */
  found: Look | null
}

/** Without the `*.`. */
export const baseOf = (name: string): string => name.replace(/^\*\./, '')

/** As people write it: U-labels. */
export const unicodeOf = (name: string): string => {
  const base = baseOf(name)
  // What is no IDNA is shown as it is.
  return name.slice(0, name.length - base.length) + (domainToUnicode(base) || base)
}

/** Whether a name is the domain's own, or one of its subdomains where it stands for these. */
export const covers = (name: string, domain: string): boolean =>
  name.startsWith('*.') ? domain.endsWith(name.slice(1)) : name === domain

/** A line of what its owner is to set. */
export type WantedRecord = {
  type: 'TXT' | 'MX'
  name: string
  value: string
  priority?: number
  /** `subdomains`: only for who wants their mail too, and then adds `*.domain` here. */
  purpose: 'ownership' | 'delivery' | 'subdomains'
  /** As it stands in a zone file. */
  line: string
}

/** Where the record that says whose a domain is stands first; at the domain itself it is good too. */
export const ownershipName = (name: string): string => `_mayfly.${baseOf(name)}`

const usualPriority = 10

export function wantedRecords({ name, token }: Pick<CustomDomain, 'name' | 'token'>, mxTarget: string): WantedRecord[] {
  const owner = ownershipName(name)
  const mx = (at: string, purpose: 'delivery' | 'subdomains'): WantedRecord => ({
    type: 'MX',
    name: at,
    value: mxTarget,
    priority: usualPriority,
    purpose,
    line: `${at}. IN MX ${usualPriority} ${mxTarget}.`,
  })
  return [
    { type: 'TXT', name: owner, value: token, purpose: 'ownership', line: `${owner}. IN TXT "${token}"` },
    mx(name, 'delivery'),
    ...(name.startsWith('*.') ? [] : [mx(`*.${name}`, 'subdomains')]),
  ]
}

/** With all that is shown of it. `lapsesAt`: of one that is failing. */
export type DescribedDomain = {
  domain: CustomDomain
  records: WantedRecord[]
  note: string | null
  lapsesAt: number | null
}
