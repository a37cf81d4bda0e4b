// What the foreign APIs have in common: who calls, how much he may, what a body is, and how all refusals become theirs.
import type { TSchema } from '@sinclair/typebox'
import { type AnyElysia, type DocumentDecoration, Elysia } from 'elysia'
import { type AccountCaller, type Caller, nobody } from '../accounts/caller.ts'
import { Refusal } from '../refusal.ts'
import type { Cors, Origins } from './cors.ts'
import { keyHolder } from './credential.ts'
import type { Dialect, Door } from './dialect.ts'
import { documentOf } from './document.ts'
import { parametersOf, Unparsed } from './input.ts'
import { kinds } from './kinds.ts'
import { queryOf, type Visit, visitOf } from './visit.ts'

export type Foreign = {
  name: string
  prefixes: readonly string[]
  cors: Cors
  isKeyedOnly: boolean
  /** Whose pages may call without a key, where it answers such calls. */
  origins?: () => Origins
  /** The headers in which a credential may come, in lower case. */
  credentialHeaders: readonly string[]
  /** All its routes, with their paths in full: made when it is first called, since few servers are called in all APIs. */
  routes: () => AnyElysia
  /** A refusal in its words; null: a defect, of which nothing more is said. */
  answer: (refusal: Refusal | null, visit: Visit) => Response
  /** What each of its answers has, those to refusals too. */
  dress?: (headers: Headers, visit: Visit, status: number) => void
  bodyBytes?: (method: string, path: string) => number | null
  about: {
    title: string
    description: string
    schemas: Record<string, TSchema>
    securitySchemes: Record<string, object>
    pathLengths: Record<string, number>
  }
}

export function foreign(door: Door, api: Foreign): Dialect {
  const { name, prefixes, cors, isKeyedOnly, credentialHeaders, about, dress, bodyBytes } = api
  const answer = (refusal: Refusal | null, visit: Visit): Response => {
    if (refusal) visit.refused = refusal.reason
    if (refusal?.reason === 'rate-exceeded' && refusal.details.limit) visit.limit = refusal.details.limit
    return withHints(api.answer(refusal, visit), refusal)
  }
  const made = () =>
    new Elysia()
      .onError(({ error, code, request }) => {
        const visit = visitOf(request)
        if (error instanceof Refusal) return answer(error, visit)
        if (code === 'NOT_FOUND') return answer(new Refusal('route-unknown'), visit)
        door.log.error({ err: error, requestId: visit.id }, 'a defect')
        return answer(null, visit)
      })
      // The front has read the body; Elysia must not.
      .onParse({ as: 'global' }, () => '')
      .use(api.routes())
      .all('/*', () => {
        throw new Refusal('route-unknown')
      })
  let app: AnyElysia | null = null
  const theApp = (): AnyElysia => {
    app ??= made()
    return app
  }
  const dressed = (response: Response, visit: Visit): Response => {
    dress?.(response.headers, visit, response.status)
    return response
  }
  let origins: Origins | null = null
  return {
    name,
    prefixes,
    cors,
    isKeyedOnly,
    get origins() {
      origins ??= api.origins?.() ?? null
      return origins
    },
    credentialHeaders: () => credentialHeaders,
    bodyBytes: (method, path) => bodyBytes?.(method, path) ?? null,
    handle: async (request) => dressed(await theApp().handle(request), visitOf(request)),
    refuse: (refusal, visit) => dressed(answer(refusal, visit), visit),
    document: () => documentOf(theApp().routes, { ...about, ofMethod: () => ({ parameters: [], responses: {} }) }),
  }
}

/** What clients of HTTP go by, whatever the words. */
function withHints(response: Response, refusal: Refusal | null): Response {
  const { status, headers } = response
  // RFC 9110 §11.6.1
  if (status === 401) headers.set('WWW-Authenticate', 'Bearer')
  const wait = refusal?.details.retryAfterSeconds ?? (status === 503 ? 1 : undefined)
  if (wait !== undefined) headers.set('Retry-After', String(Math.ceil(wait)))
  return response
}

type CredentialOf = (headers: Headers) => string | null

/**
 * Routes for those who have a key: who calls is known, and counted, before anything else is looked at. Bodies are left to
 * the schemas (`looseBody`). Refuses: api-off, credential-missing, as Keys.holder, rate-exceeded.
 */
export const keyedRoutes = (door: Door, dialect: string, credentialOf: (headers: Headers) => string | null) =>
  new Elysia({ name: `${dialect}-keyed` })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = visitOf(request)
      visit.route = route
      return { visit, caller: await admitted(door, request, visit, dialect, credentialOf) }
    })
    .derive({ as: 'scoped' }, (context) => {
      Object.assign(context, inputOf(context.request, context.visit))
      return {}
    })

/**
 * Routes for those who have a key, as `keyedRoutes`, and for those who have none: these are `nobody`, and are counted by
 * `countedKeyless`. `toPay`: neither what has run out nor what is used up of a plan keeps anybody from paying. Refuses: as
 * `keyedRoutes`, but for credential-missing.
 */
export const openRoutes = (door: Door, dialect: string, credentialOf: CredentialOf, { toPay = false } = {}) =>
  new Elysia({ name: `${dialect}-open${toPay ? '-to-pay' : ''}` })
    .derive({ as: 'scoped' }, async ({ request, route }) => {
      const visit = visitOf(request)
      visit.route = route
      return { visit, caller: await anyAdmitted(door, request, visit, dialect, credentialOf, toPay) }
    })
    .derive({ as: 'scoped' }, (context) => {
      Object.assign(context, inputOf(context.request, context.visit))
      return {}
    })

/**
 * What `find` finds for a caller. One without a key is counted against the API's own limit once it is clear that he needs
 * none, and before he learns what is there. Refuses: as `find`; rate-exceeded.
 */
export async function countedKeyless<Found>(
  door: Door,
  { visit, caller }: { visit: Visit; caller: Caller },
  limit: { dialect: string; perDay: number },
  find: () => Promise<Found>,
): Promise<Found> {
  if (caller.kind !== 'nobody') return find()
  const { usage } = door.core
  const [outcome] = await Promise.allSettled([find()])
  const why: unknown = outcome.status === 'rejected' ? outcome.reason : null
  if (why instanceof Refusal && why.reason === 'credential-missing') {
    visit.limit = usage.keylessLeft(visit.client, limit)
    throw why
  }
  visit.limit = usage.admitKeyless(visit.client, limit)
  if (outcome.status === 'rejected') throw why
  return outcome.value
}

/** As `admitted`; one without a key is nobody. */
async function anyAdmitted(
  door: Door,
  request: Request,
  visit: Visit,
  dialect: string,
  credentialOf: CredentialOf,
  toPay: boolean,
): Promise<Caller> {
  if (!door.core.switches.now.developerApi) throw new Refusal('api-off')
  const key = credentialOf(request.headers)
  if (key !== null) return holderAdmitted(door, key, request, visit, dialect, toPay)
  visit.caller = nobody
  return nobody
}

/** Who calls by a key, counted. Refuses: api-off, credential-missing, as Keys.holder, rate-exceeded. */
export async function admitted(
  door: Door,
  request: Request,
  visit: Visit,
  dialect: string,
  credentialOf: (headers: Headers) => string | null,
): Promise<AccountCaller> {
  if (!door.core.switches.now.developerApi) throw new Refusal('api-off')
  const key = credentialOf(request.headers)
  if (key === null) throw new Refusal('credential-missing')
  return holderAdmitted(door, key, request, visit, dialect)
}

async function holderAdmitted(
  door: Door,
  key: string,
  request: Request,
  visit: Visit,
  dialect: string,
  toPay = false,
): Promise<AccountCaller> {
  const { usage, keys } = door.core
  const caller = await keyHolder(door, key, request, dialect, { lapsed: toPay }).catch(async (error) => {
    // It is not counted, and what is left is said all the same.
    const account = isForbidden(error) ? await keys.accountOfKey(key) : null
    visit.limit = account && usage.left(account)
    throw error
  })
  visit.caller = caller
  try {
    visit.limit = usage.admit(caller, visit.client)
  } catch (error) {
    if (!(toPay && isPeriodUsedUp(error))) throw error
    visit.limit = usage.left(caller.account)
  }
  keys.wasUsed(caller)
  return caller
}

const isPeriodUsedUp = (error: unknown): boolean =>
  error instanceof Refusal && (error.details.limit?.of === 'day' || error.details.limit?.of === 'month')

/** Whether a key was refused that is one. */
const isForbidden = (error: unknown): boolean => error instanceof Refusal && kinds[error.reason] === 'forbidden'

/** What was sent, before a schema has read it. */
export function inputOf({ headers, url }: Request, visit: Visit): { body: Unparsed; query: Record<string, unknown> } {
  return { body: new Unparsed(visit.body, headers.get('content-type')), query: parametersOf(queryOf(url)) }
}

type Answer = { description: string; content?: Record<string, { schema?: object }> }

/**
 * The `detail` of a route. `answers`: status and schema, or media type for what is not JSON; null for an empty answer.
 * `refusals`: statuses with the codes that are said with them.
 */
export function described(route: {
  summary: string
  description?: string
  tag: string
  answers: Record<number, string | null>
  refusals: Record<number, readonly string[]>
  isPublic?: boolean
  security?: Record<string, string[]>[]
}): { detail: DocumentDecoration } {
  const { summary, description, tag, answers, refusals, isPublic = false, security = [{ bearer: [] }] } = route
  const good = Object.entries(answers).map(([status, what]): [string, Answer] => [status, answered(status, what)])
  const bad = Object.entries(refusals).map(([status, codes]): [string, Answer] => [status, refused(codes)])
  return {
    detail: {
      summary,
      ...(description ? { description } : {}),
      tags: [tag],
      security: isPublic ? [] : security,
      responses: Object.fromEntries([...good, ...bad]),
    },
  }
}

const answered = (status: string, what: string | null): Answer => ({
  description: status === '201' ? 'Made.' : status === '204' ? 'Done.' : 'Here it is.',
  ...(what === null ? {} : { content: what.includes('/') ? { [what]: {} } : json(what) }),
})

const refused = (codes: readonly string[]): Answer => ({ description: codes.join(', '), content: json('Error') })

const json = (schema: string) => ({ 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } })
