// MinuteMail's API, put together. The contract: README.md.
import { Elysia } from 'elysia'
import type { Dialect, Door } from '../../http/dialect.ts'
import { foreign } from '../../http/foreign.ts'
import type { Visit } from '../../http/visit.ts'
import { Refusal } from '../../refusal.ts'
import { archivedRoutes } from './archived.ts'
import { attachmentRoutes } from './attachments.ts'
import { keyed } from './base.ts'
import { domainRoutes } from './domains.ts'
import { answerOf } from './errors.ts'
import { healthRoutes } from './health.ts'
import { injectionBytes, injectionRoutes } from './injection.ts'
import { mailboxRoutes } from './mailboxes.ts'
import { mailRoutes } from './mails.ts'
import { teamRoutes } from './team.ts'
import { schemas } from './wire.ts'
import { teamSchemas } from './wire-team.ts'

const prefix = '/v1'

const routes = (door: Door) =>
  new Elysia()
    .use(healthRoutes(door))
    .use(mailboxRoutes(door))
    .use(archivedRoutes(door))
    .use(mailRoutes(door))
    .use(attachmentRoutes(door))
    .use(injectionRoutes(door))
    .use(domainRoutes(door))
    .use(teamRoutes(door))
    .use(unknownRoutes(door))

/** What is called with a key is counted, whatever it is. */
const unknownRoutes = (door: Door) =>
  new Elysia().use(keyed(door)).all(prefix, noSuchRoute).all(`${prefix}/*`, noSuchRoute)

function noSuchRoute(): never {
  throw new Refusal('route-unknown')
}

/** Where nothing bounds the calls, or only the month does. */
const plenty = 1_000_000

/** Calls that are left after this one; without an account there are none. */
function remaining({ limit, refused }: Pick<Visit, 'limit' | 'refused'>, status: number): number {
  if (status === 401 || refused === 'rate-exceeded') return 0
  return limit && limit.of !== 'month' ? limit.remaining : plenty
}

export function minutemail(door: Door): Dialect {
  const dialect = foreign(door, {
    name: 'minutemail',
    prefixes: [prefix, '/health', '/ready'],
    isKeyedOnly: true,
    credentialHeaders: ['authorization'],
    cors: {
      methods: 'GET, POST, DELETE',
      headers: 'Authorization, Content-Type',
      exposed: 'X-RateLimit-Remaining, Retry-After',
    },
    routes: () => routes(door),
    answer: answerOf(door),
    bodyBytes: injectionBytes(door),
    dress: (headers, visit, status) => headers.set('X-RateLimit-Remaining', String(remaining(visit, status))),
    about: {
      title: 'MinuteMail',
      description: 'Mailboxes for minutes and their mail, by a key. Times are ISO 8601 in whole seconds.',
      schemas: { ...schemas, ...teamSchemas },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A key.' } },
      pathLengths: { mailbox: 36, mail: 36, attachment: 36, domain: 36, member: 36, invitation: 36 },
    },
  })
  return { ...dialect, credentialHeaders: (path) => (isBelow(path, prefix) ? dialect.credentialHeaders(path) : []) }
}

const isBelow = (path: string, start: string): boolean => path === start || path.startsWith(`${start}/`)
