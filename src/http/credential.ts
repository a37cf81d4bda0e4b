// The credential of a request, as headers bring it, and what a key is held against.
import type { AccountCaller } from '../accounts/caller.ts'
import { Refusal } from '../refusal.ts'
import type { Door } from './dialect.ts'
import { visitOf } from './visit.ts'

/** Of `Authorization: Bearer`, else of `X-API-Key`; null without one. Refuses: credential-wrong, for a scheme other than Bearer. */
export function credentialIn(headers: Headers): string | null {
  return bearerIn(headers) ?? (headers.get('x-api-key')?.trim() || null)
}

/** Of `Authorization: Bearer`; null without one. Refuses: as `credentialIn`. */
export function bearerIn(headers: Headers): string | null {
  const authorization = headers.get('authorization')?.trim() ?? ''
  const space = authorization.indexOf(' ')
  const scheme = (space < 0 ? authorization : authorization.slice(0, space)).toLowerCase()
  if (scheme === 'bearer') return space > 0 ? authorization.slice(space + 1).trim() : null
  if (scheme !== '') throw new Refusal('credential-wrong')
  return null
}

/** Whose key this is. `lapsed`: also that of an account whose paid time has run out. Refuses: as Keys.holder. */
export function keyHolder(
  { core }: Door,
  key: string,
  request: Request,
  dialect: string,
  { lapsed = false } = {},
): Promise<AccountCaller> {
  const { headers } = request
  const use = {
    dialect,
    client: visitOf(request).client,
    origin: headers.get('origin'),
    referer: headers.get('referer'),
    host: headers.get('host'),
  }
  return core.keys.holder(key, use, { lapsed })
}
