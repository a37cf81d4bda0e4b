// Who may read the metrics: the networks of the config, and whoever has an admin's key.
import { isAdmin } from '../accounts/caller.ts'
import type { Core } from '../core.ts'
import type { Networks } from '../limits/networks.ts'
import { Refusal } from '../refusal.ts'
import type { Visit } from './visit.ts'

/** The headers in which the key may come. */
export const metricsCredentials = ['authorization', 'x-api-key'] as const

/** Why a key is not good is not told: to strangers there is no such route. */
export const metricsAccess =
  ({ keys }: Pick<Core, 'keys'>, networks: Networks) =>
  async ({ headers }: Request, visit: Visit): Promise<boolean> => {
    if (networks.has(visit.client)) return true
    const key = keyIn(headers)
    if (key === null) return false
    const [origin, referer, host] = [headers.get('origin'), headers.get('referer'), headers.get('host')]
    const use = { dialect: 'native', client: visit.client, origin, referer, host }
    const caller = await keys.holder(key, use).catch((error) => {
      if (error instanceof Refusal) return null
      throw error
    })
    if (!caller || !isAdmin(caller)) return false
    visit.caller = caller
    keys.wasUsed(caller)
    return true
  }

/** `Authorization` wins, also where it is no key. */
function keyIn(headers: Headers): string | null {
  const authorization = headers.get('authorization')
  if (authorization === null) return headers.get('x-api-key')?.trim() ?? null
  const [scheme = '', key = ''] = authorization.trim().split(' ', 2)
  return scheme.toLowerCase() === 'bearer' ? key.trim() : null
}
