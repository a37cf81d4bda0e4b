// MailFade's API, put together. The contract: README.md.
import { Origins } from '../../http/cors.ts'
import type { Dialect, Door } from '../../http/dialect.ts'
import { foreign } from '../../http/foreign.ts'
import type { Visit } from '../../http/visit.ts'
import type { LimitState } from '../../refusal.ts'
import { answer } from './errors.ts'
import { prefixes, routes } from './routes.ts'
import { schemas } from './wire.ts'

/** What is left of the month of a key's account, else of its day; without a key, of the address's day. */
function leftOf(door: Door, { caller, limit }: Visit): LimitState | null {
  if (caller?.kind !== 'account') return caller && limit
  const { month, day } = door.core.usage.periodsLeft(caller.account)
  return month ?? day
}

function sayLimit(headers: Headers, left: LimitState | null): void {
  if (!left) return
  headers.set('X-RateLimit-Limit', String(left.limit))
  headers.set('X-RateLimit-Remaining', String(left.remaining))
}

export const mailfade = (door: Door): Dialect =>
  foreign(door, {
    name: 'mailfade',
    prefixes,
    isKeyedOnly: false,
    origins: () => new Origins(door.options.dialects.mailfade.cors_origins, door.options.publicUrl ?? undefined),
    credentialHeaders: ['authorization'],
    cors: {
      methods: 'GET, POST',
      headers: 'Authorization, Content-Type',
      exposed:
        'X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, Content-Disposition, X-Request-Id',
    },
    routes: () => routes(door),
    answer,
    dress: (headers, visit) => sayLimit(headers, leftOf(door, visit)),
    about: {
      title: 'MailFade',
      description:
        'The mail of an address, some of it without a key, and the keys. Times are epoch milliseconds, ids ULIDs.',
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A key.' } },
      pathLengths: { address: 320, id: 26, invoiceId: 26 },
    },
  })
