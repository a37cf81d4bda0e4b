// Who calls the native API. `Authorization` wins over `X-API-Key`; one that is there but wrong is refused, never ignored.
import { type Caller, nobody } from '../../accounts/caller.ts'
import type { Core } from '../../core.ts'
import { Refusal } from '../../refusal.ts'

export const credentialHeaders = ['authorization', 'x-api-key'] as const

/** Refuses: credential-wrong. */
export async function callerOf(core: Core, headers: Headers): Promise<Caller> {
  const credential = credentialIn(headers)
  return credential === null ? nobody : holderOf(core, credential)
}

/** Tries each kind of credential, in this order: mailbox token. Refuses: credential-wrong. */
export async function holderOf(core: Core, credential: string): Promise<Caller> {
  return core.mailboxes.holder(credential)
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

/** The tokens of `X-Mailbox-Tokens`, by which one stream follows several mailboxes. */
export const tokensIn = (headers: Headers): string[] =>
  (headers.get('x-mailbox-tokens') ?? '')
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
