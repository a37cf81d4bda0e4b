// What every route of the native API has: its visit, its caller, and input that our own schemas read.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { type Caller, nobody } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, jsonOf, parametersOf, queryInput } from '../../http/input.ts'
import { queryOf, type Visit, visitOf } from '../../http/visit.ts'
import { Refusal } from '../../refusal.ts'
import { callerOf, prefix } from './auth.ts'

export { prefix }

/** Routes whose caller is known, and counted, before anything else is looked at. Refuses: as `callerOf`; rate-exceeded, api-off, invalid-request. */
export const keyed = (door: Door) =>
  new Elysia({ name: 'native-keyed' })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = visitOf(request)
      visit.route = route
      return { visit, caller: await admitted(door, request, visit) }
    })
    .derive({ as: 'scoped' }, (context) => {
      const unread = inputOf(context.request)
      Object.assign(context, unread)
      return { unread }
    })
    .onBeforeHandle({ as: 'scoped' }, refuseUnread)

/** Who calls, counted once against his limits. Refuses: as `callerOf`; rate-exceeded, api-off. */
export async function admitted(door: Door, request: Request, visit: Visit): Promise<Caller> {
  if (visit.caller) return visit.caller
  const { usage, keys, switches } = door.core
  const caller = await callerOf(door, request).catch((error) => {
    // Whoever guesses is one without a credential.
    usage.admit(nobody, visit.client)
    throw error
  })
  visit.caller = caller
  visit.limit = usage.admit(caller, visit.client)
  keys.wasUsed(caller)
  if (!switches.now.developerApi && caller.kind === 'account' && caller.key) throw new Refusal('api-off')
  return caller
}

/** Routes that look at no credential at all. */
export const blind = () =>
  new Elysia({ name: 'native-blind' })
    .derive({ as: 'scoped' }, (context) => {
      const visit = visitOf(context.request)
      visit.route = context.route
      const unread = inputOf(context.request)
      Object.assign(context, unread)
      return { visit, caller: nobody, unread }
    })
    .onBeforeHandle({ as: 'scoped' }, refuseUnread)

type Sent = { query: unknown; body: unknown }

/** What was sent, before a schema has read it. A GET's body is not looked at. */
function inputOf(request: Request): Sent {
  const { method, headers, url } = request
  const isRead = method === 'GET' || method === 'HEAD'
  return {
    body: isRead ? {} : jsonOf(visitOf(request).body, headers.get('content-type')),
    query: parametersOf(queryOf(url)),
  }
}

const noQuery = queryInput(Type.Object({}))
const noBody = bodyInput(Type.Object({}))

/** A schema puts what it has read in the place of what was sent. Where that still stands, the route takes nothing. */
function refuseUnread({ query, body, unread }: Sent & { unread: Sent }): void {
  if (query === unread.query) noQuery['~standard'].validate(query)
  if (body === unread.body) noBody['~standard'].validate(body)
}
