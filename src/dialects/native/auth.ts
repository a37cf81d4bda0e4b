// Who calls the native API. `Authorization` wins over `X-API-Key`, both over the cookie; a credential that is there but wrong
// is refused, never ignored for another.
import { type Caller, nobody } from '../../accounts/caller.ts'
import { cookieOf } from '../../http/cookie.ts'
import { bearsCredential } from '../../http/cors.ts'
import { credentialIn, keyHolder } from '../../http/credential.ts'
import type { Door, DoorOptions } from '../../http/dialect.ts'
import { visitOf } from '../../http/visit.ts'
import { hasPrefix } from '../../keys/key.ts'
import { Refusal } from '../../refusal.ts'

export const prefix = '/mayfly/v1'

export const credentialHeaders = ['authorization', 'x-api-key'] as const

/** By which one comes to a cookie: the one that a browser still has is over, or is to be replaced. */
const ways = new Set(['session', 'session/reset', 'invitations/accept', 'accounts'].map((way) => `${prefix}/${way}`))

/** The router takes a slash at the end for none. */
export const isWayIn = (request: Request): boolean =>
  request.method === 'POST' && ways.has(decodeURIComponent(visitOf(request).path).replace(/\/$/, ''))

/** Refuses: credential-wrong, key-inactive, account-suspended, origin-refused, forbidden. */
export async function callerOf(door: Door, request: Request): Promise<Caller> {
  const credential = credentialIn(request.headers)
  if (isWayIn(request) && !door.origins.mayGetCookie(request)) throw new Refusal('origin-refused')
  if (credential !== null) return holderOf(door, credential, request)
  const cookie = isWayIn(request) ? null : cookieOf(request.headers, door.options)
  if (cookie === null) return nobody
  if (!door.origins.mayUseCookie(request)) throw new Refusal('origin-refused')
  return door.core.signIns.holder(cookie, visitOf(request).client)
}

/** Tries each kind of credential, in this order: key, mailbox token. Refuses: as `callerOf`. */
export async function holderOf(door: Door, credential: string, request: Request): Promise<Caller> {
  return hasPrefix(credential) ? keyHolder(door, credential, request, 'native') : door.core.mailboxes.holder(credential)
}

/** Whether a cookie is all the credential that there is. */
export const isByCookie = (headers: Headers, options: DoorOptions): boolean =>
  !bearsCredential(headers, credentialHeaders) && cookieOf(headers, options) !== null

/** The tokens of `X-Mailbox-Tokens`, by which one stream follows several mailboxes. */
export const tokensIn = (headers: Headers): string[] =>
  (headers.get('x-mailbox-tokens') ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
