// What all of MinuteMail's routes share.
import { Type } from '@sinclair/typebox'
import type { AccountCaller } from '../../accounts/caller.ts'
import { bearerIn } from '../../http/credential.ts'
import type { Door } from '../../http/dialect.ts'
import { keyedRoutes } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'

/** Lists are not paged: this many are given, the newest. */
export const mostListed = 1000

/** Things that one call ends; one that is named twice counts twice. */
const mostEnded = 1000

/** Routes below /v1, for those who have a key. */
export const keyed = (door: Door) => keyedRoutes(door, 'minutemail', bearerIn)

/** What a call for several things has as its body. */
export const Ids = looseBody(
  Type.Object({
    ids: Type.Array(Type.String({ minLength: 0, maxLength: 200 }), {
      maxItems: mostEnded,
      description: 'Ids; none is nothing to do.',
    }),
  }),
)

/** An empty answer. */
export const done = (): Response => new Response(null, { status: 204 })

/** The mailbox that a path is below. Refuses: as Mailboxes.ofAccount. */
export const openMailbox = ({ core }: Door, caller: AccountCaller, id: string): Promise<Mailbox> =>
  core.mailboxes.ofAccount(caller, id, 'active')

/** In the order in which they were made. */
export const oldestFirst = (mailboxes: readonly Mailbox[]): Mailbox[] =>
  mailboxes.toSorted((one, other) => one.createdAt - other.createdAt || one.key - other.key)

/** What any of these calls may be refused with. */
export const always = {
  401: ['unauthorized'],
  403: ['forbidden'],
  429: ['rate_limit_exceeded', 'quota_exceeded'],
  500: ['internal_error'],
  503: ['service_unavailable'],
} as const

/** The same of those that take a body. */
export const alwaysWithBody = { 400: ['bad_request'], ...always, 413: ['bad_request'] } as const
