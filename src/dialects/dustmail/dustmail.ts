// DustMail's API, put together. The contract: README.md.
import type { Dialect, Door } from '../../http/dialect.ts'
import { foreign } from '../../http/foreign.ts'
import { answer } from './errors.ts'
import { routes } from './routes.ts'
import { schemas } from './wire.ts'

export const dustmail = (door: Door): Dialect =>
  foreign(door, {
    name: 'dustmail',
    prefixes: ['/api/v1/inbox'],
    isKeyedOnly: true,
    credentialHeaders: ['authorization', 'x-api-key'],
    cors: {
      methods: 'GET, POST, DELETE',
      headers: 'Authorization, X-API-Key, Content-Type',
      exposed: 'Retry-After, X-Request-Id',
    },
    routes: () => routes(door),
    answer,
    about: {
      title: 'DustMail',
      description: 'Temporary inboxes and their mail, by a key. Times are ISO 8601 with milliseconds.',
      schemas,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A key; this one wins where both are sent.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same in a header of its own.' },
      },
      pathLengths: { id: 36 },
    },
  })
