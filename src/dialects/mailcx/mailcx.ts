// Mail.cx's API, put together. The contract: README.md.
import { Elysia } from 'elysia'
import type { Dialect, Door } from '../../http/dialect.ts'
import { foreign } from '../../http/foreign.ts'
import { visitOf } from '../../http/visit.ts'
import { Rate } from '../../limits/rate.ts'
import { Refusal } from '../../refusal.ts'
import { accountRoutes } from './accounts.ts'
import { name } from './base.ts'
import { answer } from './errors.ts'
import { messagePages, messageRoutes } from './messages.ts'
import { proAccountRoutes, proDomainRoutes, proTokenRoutes } from './pro.ts'
import { socketRoutes } from './sockets.ts'
import { proWebhookRoutes } from './webhooks.ts'
import { schemas } from './wire.ts'
import { proSchemas } from './wire-pro.ts'
import { webhookSchemas } from './wire-webhooks.ts'

function routes(door: Door) {
  const pages = messagePages(door)
  return new Elysia()
    .use(accountRoutes(door))
    .use(messageRoutes(door, pages))
    .use(proAccountRoutes(door, pages))
    .use(proDomainRoutes(door))
    .use(proTokenRoutes(door))
    .use(proWebhookRoutes(door))
    .use(socketRoutes(door))
}

/** Where other APIs are, also when they are switched off. */
const others = '/api/v1'

export function mailcx(door: Door): Dialect {
  const dialect = foreign(door, {
    name,
    prefixes: ['/api', '/pro/api'],
    isKeyedOnly: false,
    credentialHeaders: ['authorization'],
    cors: {
      methods: 'GET, POST, PUT, DELETE',
      headers: 'Authorization, Content-Type',
      exposed: 'Retry-After, X-Request-Id, Content-Disposition',
    },
    routes: () => routes(door),
    answer,
    about: {
      title: 'Mail.cx',
      description: 'Mailboxes with a password, their mail, and the account that has them. Times are in whole seconds.',
      schemas: { ...schemas, ...proSchemas, ...webhookSchemas },
      securitySchemes: {
        mailbox: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'What signing in to a mailbox answers.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'A key.' },
      },
      pathLengths: { account: 36, message: 36, index: 10, domain: 36, token: 36, webhook: 36 },
    },
  })
  let rate: Rate | null = null
  return {
    ...dialect,
    handle: (request) => {
      const visit = visitOf(request)
      if (isBelow(visit.path, others)) return dialect.refuse(new Refusal('route-unknown'), visit)
      rate ??= new Rate(door.options.dialects.mailcx.requests_per_second_per_ip, door.outside.elapsed)
      try {
        rate.admit(visit.client)
      } catch (error) {
        if (error instanceof Refusal) return dialect.refuse(error, visit)
        throw error
      }
      return dialect.handle(request)
    },
  }
}

const isBelow = (path: string, start: string): boolean => path === start || path.startsWith(`${start}/`)
