// Run2Mail's API, put together. The contract: README.md.
import type { Dialect, Door } from '../../http/dialect.ts'
import { foreign } from '../../http/foreign.ts'
import { answer } from './errors.ts'
import { routes } from './routes.ts'
import { schemas } from './wire.ts'

export const run2mail = (door: Door): Dialect =>
  foreign(door, {
    name: 'run2mail',
    prefixes: ['/api/v1'],
    isKeyedOnly: true,
    credentialHeaders: ['authorization'],
    cors: {
      methods: 'GET, POST',
      headers: 'Authorization, Content-Type',
      exposed: 'X-RateLimit-Limit, X-RateLimit-Remaining, Retry-After, X-Request-Id',
    },
    routes: () => routes(door),
    answer,
    dress: (headers, { limit }) => {
      if (!limit) return
      headers.set('X-RateLimit-Limit', String(limit.limit))
      headers.set('X-RateLimit-Remaining', String(limit.remaining))
    },
    about: {
      title: 'Run2Mail',
      description: 'Temporary addresses and their mail, by a key. Times are ISO 8601 with milliseconds.',
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A key.' } },
      pathLengths: { address: 320 },
    },
  })
