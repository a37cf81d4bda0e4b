// Who calls the native API. `Authorization` wins over `X-API-Key`, both over the cookie; a credential that is there but wrong
// is refused, never ignored for another.
import { type Caller, nobody } from '../../accounts/caller.ts'
import { cookieOf } from '../../http/cookie.ts'
import { bearsCredential } from '../../http/cors.ts'
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
  return door.core.accounts.holder(cookie, visitOf(request).client)
}

/** Tries each kind of credential, in this order: key, mailbox token. Refuses: as `callerOf`. */
export async function holderOf({ core }: Door, credential: string, request: Request): Promise<Caller> {
  if (!hasPrefix(credential)) return core.mailboxes.holder(credential)
  const { headers } = request
  return core.keys.holder(credential, {
    dialect: 'native',
    client: visitOf(request).client,
    origin: headers.get('origin'),
    referer: headers.get('referer'),
    host: headers.get('host'),
  })
}

/** The credential of a request, or null. Refuses: credential-wrong, for a scheme other than Bearer. */
export function credentialIn(headers: Headers): string | null {
  const authorization = headers.get('authorization')?.trim() ?? ''
  const space = authorization.indexOf(' ')
  const scheme = (space < 0 ? authorization : authorization.slice(0, space)).toLowerCase()
  if (scheme === 'bearer' && space > 0) return authorization.slice(space + 1).trim()
  if (scheme !== 'bearer' && scheme !== '') throw new Refusal('credential-wrong')
  return headers.get('x-api-key')?.trim() || null
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
