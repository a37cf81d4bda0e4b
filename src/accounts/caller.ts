// Who asks: what a credential was good for. Doors make one, services judge by it.
import type { Outside } from '../outside.ts'
import type { Scope } from '../plans/plan.ts'
import { Refusal } from '../refusal.ts'
import type { Actor, By } from '../storage/audit-trail.ts'
import type { Account, Member } from './account.ts'

/** For which API a key was used, and the headers by which the request said where it came from. */
export type KeyUse = { dialect: string; origin: string | null; referer: string | null; host: string | null }

/** What a key was allowed; the account's plan may allow less. */
export type KeyRights = {
  id: string
  name: string
  /** Null: all that its maker may do. */
  scopes: readonly Scope[] | null
  /** Domains of the mailboxes that it may touch; empty: of all. */
  domains: readonly string[]
  /** Of its secret. */
  hash: string
  /** Epoch milliseconds; null: as long as nobody revokes it. */
  goodUntil: number | null
  use: KeyUse
}

/** One of an account's: by a key, or by the cookie of a member who signed in. */
export type AccountCaller = {
  kind: 'account'
  account: Account
  /** Who signed in or made the key; null once the maker is gone: his keys do for the account what any member may. */
  member: Member | null
  key: KeyRights | null
  /** Null where it is a key. */
  sessionId: string | null
  /** The client's IP address. */
  client: string
}

export type Caller =
  /** No credential was given. */
  | { kind: 'nobody' }
  /** The holder of one mailbox's token. `operator`: the mailbox is the operator's own. */
  | { kind: 'mailbox'; mailboxId: string; operator: boolean }
  | AccountCaller
  /** Whoever has the server's command line. */
  | { kind: 'operator' }

export const nobody: Caller = { kind: 'nobody' }
export const operator: Caller = { kind: 'operator' }

/** Whether the caller runs this server. A key must be one without bounds. */
export const isAdmin = (caller: Caller): boolean =>
  caller.kind === 'operator' ||
  (caller.kind === 'account' &&
    caller.member?.isAdmin === true &&
    (caller.key === null || (caller.key.scopes === null && caller.key.domains.length === 0)))

/** Refuses: credential-missing, forbidden. */
export function mustBeAdmin(caller: Caller): void {
  if (isAdmin(caller)) return
  throw new Refusal(caller.kind === 'nobody' ? 'credential-missing' : 'forbidden')
}

/** The caller, as one of an account's who may do this. Refuses: credential-missing, forbidden. */
export function ofAccount(caller: Caller, scope: Scope | null): AccountCaller {
  if (caller.kind === 'nobody') throw new Refusal('credential-missing')
  if (caller.kind !== 'account' || !may(caller, scope)) throw new Refusal('forbidden')
  return caller
}

/** Whether a caller of an account may do this; null: what any of its credentials may. */
export const may = ({ key }: AccountCaller, scope: Scope | null): boolean =>
  scope === null || key === null || key.scopes === null || key.scopes.includes(scope)

/** Of the whole account, not of his own things alone: owners and their keys. One whose maker is gone is nobody's to speak by. */
export const speaksForAccount = ({ member }: AccountCaller): boolean => member?.role === 'owner'

/** Refuses: as `ofAccount`; forbidden for who is no owner. */
export function ownerOf(caller: Caller): AccountCaller {
  const own = ofAccount(caller, 'team')
  if (!speaksForAccount(own)) throw new Refusal('forbidden')
  return own
}

/** As the audit trail names him. */
export function actorOf(caller: Caller): Actor {
  if (caller.kind === 'operator') return { by: 'command', actor: 'command line', actorId: null, client: '' }
  if (caller.kind === 'account') {
    const { key, member, client } = caller
    if (key) return { by: 'key', actor: key.name, actorId: key.id, client }
    return { by: 'member', actor: member?.email ?? '', actorId: member?.id ?? null, client }
  }
  throw new Error('who has no account does nothing that is recorded')
}

/** For the record of what he does now. */
export const byOf = (caller: Caller, outside: Pick<Outside, 'now'>): By => ({ ...actorOf(caller), at: outside.now() })

/**
 * For the record of what a member does by hand with mail; null for all others: what programs do with it is too much to record,
 * and is counted.
 */
export const byHandOf = (caller: Caller, outside: Pick<Outside, 'now'>): By | null =>
  caller.kind === 'account' && caller.sessionId !== null ? byOf(caller, outside) : null
