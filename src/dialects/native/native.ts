// The native API, put together.
import { Elysia } from 'elysia'
import { cookieOf, setCookie } from '../../http/cookie.ts'
import { credentialIn } from '../../http/credential.ts'
import type { Dialect, Door } from '../../http/dialect.ts'
import { documentOf } from '../../http/document.ts'
import { Idempotency } from '../../http/idempotency.ts'
import { type Visit, visitOf } from '../../http/visit.ts'
import { Refusal } from '../../refusal.ts'
import { accountRoutes } from './account.ts'
import { adminRoutes } from './admin.ts'
import { adminAccountRoutes } from './admin-accounts.ts'
import { adminDomainRoutes } from './admin-domains.ts'
import { adminServerRoutes } from './admin-server.ts'
import { credentialHeaders, isByCookie, isWayIn } from './auth.ts'
import { admitted, prefix } from './base.ts'
import { contentRoutes } from './content.ts'
import { ofMethod, pathLengths, securitySchemes } from './described.ts'
import { domainRoutes } from './domains.ts'
import { errorAnswer } from './errors.ts'
import { eventRoutes } from './events.ts'
import { keyRoutes } from './keys.ts'
import { mailboxRoutes } from './mailboxes.ts'
import { messageRoutes } from './messages.ts'
import { checkoutRoutes, invoiceRoutes, noticeRoutes } from './payments.ts'
import { refusalRoutes } from './refusals.ts'
import { serverRoutes } from './server.ts'
import { sessionRoutes } from './sessions.ts'
import { teamRoutes } from './team.ts'
import { ticketRoutes, viewRoutes } from './view.ts'
import { waitRoutes } from './wait.ts'
import { webhookRoutes } from './webhooks.ts'
import { schemas } from './wire.ts'

const routes = (door: Door) =>
  new Elysia()
    .onError(({ error, code, request }) => {
      const visit = visitOf(request)
      if (error instanceof Refusal) return withoutDeadCookie(door, request, errorAnswer(error, visit))
      if (code === 'NOT_FOUND') return errorAnswer(new Refusal('route-unknown'), visit)
      door.log.error({ err: error, requestId: visit.id }, 'a defect')
      return errorAnswer(null, visit)
    })
    // The front has read the body; Elysia must not.
    .onParse({ as: 'global' }, () => '')
    .use(mailboxRoutes(door))
    .use(messageRoutes(door))
    .use(waitRoutes(door))
    .use(eventRoutes(door))
    .use(contentRoutes(door))
    .use(ticketRoutes(door))
    .use(refusalRoutes(door))
    .use(viewRoutes(door))
    .use(serverRoutes(door))
    .use(sessionRoutes(door))
    .use(accountRoutes(door))
    .use(teamRoutes(door))
    .use(keyRoutes(door))
    .use(domainRoutes(door))
    .use(webhookRoutes(door))
    .use(invoiceRoutes(door))
    .use(checkoutRoutes(door))
    .use(noticeRoutes(door))
    .use(adminRoutes(door))
    .use(adminAccountRoutes(door))
    .use(adminServerRoutes(door))
    .use(adminDomainRoutes(door))
    .all('/*', () => {
      throw new Refusal('route-unknown')
    })

/** Takes away a cookie that nobody is known by any more: no script can, and the page would be refused for ever. */
function withoutDeadCookie({ options }: Door, request: Request, answer: Response): Response {
  const { caller, refused } = visitOf(request)
  const isDead = caller === null && refused === 'credential-wrong' && isByCookie(request.headers, options)
  if (isDead) answer.headers.set('Set-Cookie', setCookie('', 0, options))
  return answer
}

/** What is left of the limit; instants as Unix seconds. */
function sayLimit(headers: Headers, { limit }: Pick<Visit, 'limit'>): void {
  if (!limit) return
  headers.set('X-RateLimit-Limit', String(limit.limit))
  headers.set('X-RateLimit-Remaining', String(limit.remaining))
  headers.set('X-RateLimit-Reset', String(Math.ceil(limit.resetAt / 1000)))
}

export function native(door: Door): Dialect {
  const app = routes(door)
  const { keys, hours } = door.options.idempotency
  const repeats = new Idempotency({ keys, hours }, { elapsed: () => door.outside.elapsed() })

  /** A POST under an Idempotency-Key: once for each credential, or client without one. */
  async function once(key: string, request: Request): Promise<Response> {
    const visit = visitOf(request)
    try {
      await admitted(door, request, visit)
      const cookie = isWayIn(request) ? null : cookieOf(request.headers, door.options)
      const credential = credentialIn(request.headers) ?? cookie
      const who = credential === null ? `client ${visit.client}` : `credential ${credential}`
      return await repeats.once(key, { who, route: visit.path, call: visit.body }, async () => app.handle(request))
    } catch (error) {
      if (error instanceof Refusal) return withoutDeadCookie(door, request, errorAnswer(error, visit))
      throw error
    }
  }

  return {
    name: 'native',
    prefixes: [prefix, '/view'],
    handle: async (request) => {
      const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null
      const response = await (key === null ? app.handle(request) : once(key, request))
      sayLimit(response.headers, visitOf(request))
      return response
    },
    refuse: errorAnswer,
    // Tickets need none, and a credential there would open the door to other hosts.
    credentialHeaders: (path) =>
      path === `${prefix}/events`
        ? [...credentialHeaders, 'x-mailbox-tokens']
        : path.startsWith(prefix)
          ? credentialHeaders
          : [],
    cors: null,
    origins: null,
    isKeyedOnly: false,
    bodyBytes: () => null,
    document: () =>
      documentOf(app.routes, {
        title: 'Mayfly',
        description:
          'Disposable mail: open a mailbox, wait for a mail, read its code. Times are ISO 8601, ids UUIDv7; in a path a mailbox is its id or its address.',
        schemas,
        securitySchemes,
        pathLengths,
        ofMethod,
      }),
  }
}
