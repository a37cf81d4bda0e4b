// What every route of the native API has: its visit, its caller, and input that our own schemas read.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { nobody } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, jsonOf, parametersOf, queryInput } from '../../http/input.ts'
import { queryOf, visitOf } from '../../http/visit.ts'
import { callerOf } from './auth.ts'

export const prefix = '/mayfly/v1'

/** Routes whose caller is known before anything else is looked at. Refuses: credential-wrong, invalid-request. */
export const keyed = (door: Door) =>
  new Elysia({ name: 'native-keyed' })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = visitOf(request)
      visit.route = route
      return { visit, caller: await callerOf(door.core, request.headers) }
    })
    .derive({ as: 'scoped' }, (context) => {
      const unread = inputOf(context.request)
      Object.assign(context, unread)
      return { unread }
    })
    .onBeforeHandle({ as: 'scoped' }, refuseUnread)

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
