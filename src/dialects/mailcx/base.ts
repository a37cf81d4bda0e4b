// What all of Mail.cx's routes share: its three kinds of callers.
import { Elysia } from 'elysia'
import type { AccountCaller, Caller } from '../../accounts/caller.ts'
import { nobody } from '../../accounts/caller.ts'
import { bearerIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { admitted, inputOf, keyedRoutes } from '../../http/foreign.ts'
import { type Visit, visitOf } from '../../http/visit.ts'
import { hasPrefix } from '../../keys/key.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import { Refusal } from '../../refusal.ts'

export const name = 'mailcx'

/** Who signed in to a mailbox. */
export type SignedIn = { caller: Caller & { kind: 'mailbox' }; mailbox: Mailbox }

/** Lists of an account's mailboxes and keys are not paged: this many are given. */
export const mostListed = 1000

/** Routes below /pro/api, for those who have a key. */
export const pro = (door: Door) => keyedRoutes(door, name, bearerIn)

/** Routes for anybody. Refuses: api-off. */
export const open = (door: Door) =>
  new Elysia({ name: `${name}-open` })
    .derive({ as: 'scoped' }, ({ request, route }) => ({ visit: begun(door, request, route) }))
    .derive({ as: 'scoped' }, (context) => {
      Object.assign(context, inputOf(context.request, context.visit))
      return {}
    })

/** Routes for who signed in to a mailbox. Refuses: api-off, credential-missing, as Mailboxes.jwtHolder. */
export const signedIn = (door: Door) =>
  new Elysia({ name: `${name}-signed-in` })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = begun(door, request, route)
      const jwt = bearerIn(request.headers)
      if (jwt === null) throw new Refusal('credential-missing')
      const { caller, mailbox } = await door.core.mailboxes.jwtHolder(jwt)
      visit.caller = caller
      const who: SignedIn = { caller, mailbox }
      return { visit, ...who }
    })
    .derive({ as: 'scoped' }, (context) => {
      Object.assign(context, inputOf(context.request, context.visit))
      return {}
    })

function begun({ core }: Door, request: Request, route: string): Visit {
  const visit = visitOf(request)
  visit.route = route
  if (!core.switches.now.developerApi) throw new Refusal('api-off')
  return visit
}

/**
 * Who opens a mailbox: an account by its key, or nobody. Who is signed in to one already is nobody, too; a credential that
 * is wrong is refused. Refuses: as Keys.holder, Mailboxes.jwtHolder; rate-exceeded.
 */
export async function openerOf(door: Door, request: Request, visit: Visit): Promise<AccountCaller | Caller> {
  const credential = bearerIn(request.headers)
  if (credential === null || credential === '') return nobody
  if (hasPrefix(credential)) return admitted(door, request, visit, name, bearerIn)
  await door.core.mailboxes.jwtHolder(credential)
  return nobody
}

/** An empty answer. */
export const done = (): Response => new Response(null, { status: 204 })

/** What any call may be refused with. */
const anyway = { 429: ['rate_limited'], 500: ['internal_error'], 503: ['service_unavailable'] } as const

/** Calls of anybody. */
export const openly = { 403: ['forbidden'], ...anyway } as const
/** Calls with a credential. */
export const always = { 401: ['invalid_token'], 403: ['forbidden'], ...anyway } as const

/** How the document says who may call. */
export const byMailbox = [{ mailbox: [] }]
