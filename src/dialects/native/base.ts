// What every route of the native API has: its visit, its caller, and input that our own schemas read.
import { Elysia } from 'elysia'
import { nobody } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { jsonOf, parametersOf } from '../../http/input.ts'
import { queryOf, visitOf } from '../../http/visit.ts'
import { callerOf } from './auth.ts'

export const prefix = '/mayfly/v1'

/** Routes whose caller is known before anything else is looked at. Refuses: credential-wrong. */
export const keyed = (door: Door) =>
  new Elysia({ name: 'native-keyed' })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = visitOf(request)
      visit.route = route
      return { visit, caller: await callerOf(door.core, request.headers) }
    })
    .onTransform({ as: 'scoped' }, (context) => {
      const { request } = context
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        Object.assign(context, { body: jsonOf(visitOf(request).body, request.headers.get('content-type')) })
      }
      Object.assign(context, { query: parametersOf(queryOf(request.url)) })
    })

/** Routes that look at no credential at all. */
export const blind = () =>
  new Elysia({ name: 'native-blind' }).derive({ as: 'scoped' }, ({ request, route }) => {
    const visit = visitOf(request)
    visit.route = route
    return { visit, caller: nobody }
  })
