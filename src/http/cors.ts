// Which pages of other origins may call: any with a credential, the operator's `cors_origins` also without one.

/** What a foreign API says to pages that call with a key: they come from anywhere, since the key decides. */
export type Cors = { methods: string; headers: string; exposed: string }

/** Headers that a page may send and read, beside those that browsers always allow. */
const allowedHeaders =
  'Authorization, X-API-Key, Content-Type, Idempotency-Key, Last-Event-ID, X-Mailbox-Tokens, X-Request-Id'
const exposedHeaders =
  'X-Request-Id, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Content-Disposition, Idempotency-Replayed'
const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const secondsKept = '600'

export class Origins {
  private readonly welcome: ReadonlySet<string>
  private readonly ownHost: string | null

  constructor(corsOrigins: readonly string[], publicUrl: string | undefined) {
    this.welcome = new Set(corsOrigins)
    this.ownHost = publicUrl === undefined ? null : new URL(publicUrl).host
  }

  /** Whether a page of this origin may call without a credential: our own pages, and those of `cors_origins`. */
  trusts(origin: string, host: string | null): boolean {
    return this.isOwn(origin, host) || this.welcome.has(origin)
  }

  /**
   * Whether a cookie may speak for this request: to read, unless it says that it comes from elsewhere; to change
   * something, only if it says that it comes from a page of ours.
   */
  mayUseCookie(request: Pick<Request, 'method' | 'headers'>): boolean {
    const { method, headers } = request
    if (!this.mayGetCookie(request)) return false
    return headers.has('origin') || method === 'GET' || method === 'HEAD'
  }

  /** Whether the answer to this request may bring a cookie: to a page of ours, and to whoever is no page. */
  mayGetCookie({ headers }: Pick<Request, 'headers'>): boolean {
    const origin = headers.get('origin')
    const site = headers.get('sec-fetch-site')
    if (site !== null && site !== 'same-origin' && site !== 'none') return false
    return origin === null || this.isOwn(origin, headers.get('host'))
  }

  /** The scheme is not compared: a proxy may speak TLS for us. */
  private isOwn(origin: string, host: string | null): boolean {
    const from = hostOf(origin)
    return from !== null && (from === host?.toLowerCase() || from === this.ownHost)
  }
}

function hostOf(origin: string): string | null {
  const scheme = origin.indexOf('://')
  return scheme < 0 ? null : origin.slice(scheme + 3).toLowerCase()
}

export const isPreflight = (request: Request): boolean =>
  request.method === 'OPTIONS' && request.headers.has('access-control-request-method')

/** Whether the call that a preflight asks for will bear a credential in one of these headers. */
export function announcesCredential(request: Request, credentialHeaders: readonly string[]): boolean {
  const asked = (request.headers.get('access-control-request-headers') ?? '').toLowerCase().split(',')
  return asked.some((header) => credentialHeaders.includes(header.trim()))
}

/** The answer to a preflight of a call that may come. */
export function preflightAnswer(origin: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': allowedMethods,
      'Access-Control-Allow-Headers': allowedHeaders,
      'Access-Control-Max-Age': secondsKept,
      Vary: 'Origin, Access-Control-Request-Headers',
    },
  })
}

/** As `preflightAnswer`, of an API to which no origin matters. */
export const openPreflightAnswer = ({ methods, headers }: Cors): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': methods,
      'Access-Control-Allow-Headers': headers,
      'Access-Control-Max-Age': secondsKept,
    },
  })

/** As `allowReading`, for pages of any origin. */
export function allowReadingByAll(headers: Headers, { exposed }: Cors): void {
  headers.set('Access-Control-Allow-Origin', '*')
  headers.set('Access-Control-Expose-Headers', exposed)
}

/** Lets a page of this origin read the answer. Cookies are never shared across origins. */
export function allowReading(headers: Headers, origin: string): void {
  headers.set('Access-Control-Allow-Origin', origin)
  headers.set('Access-Control-Expose-Headers', exposedHeaders)
  headers.append('Vary', 'Origin')
}

/** Whether one of these headers holds a credential. `Authorization: Bearer ` alone is none. */
export function bearsCredential(headers: Headers, credentialHeaders: readonly string[]): boolean {
  return credentialHeaders.some((name) => {
    const value = headers.get(name)?.trim() ?? ''
    return value !== '' && !(name === 'authorization' && value.toLowerCase() === 'bearer')
  })
}
