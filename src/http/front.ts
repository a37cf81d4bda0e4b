// The path of every request: who asks, whether this host and origin are answered, the body, the dialect, and the end.
import { Budget } from '../limits/budget.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { announcedBytes, type BodyBounds, isForm, readBody, textOf } from './body.ts'
import {
  allowReading,
  allowReadingByAll,
  announcesCredential,
  bearsCredential,
  isPreflight,
  type Origins,
  openPreflightAnswer,
  preflightAnswer,
} from './cors.ts'
import type { Dialect } from './dialect.ts'
import type { Came } from './entrance.ts'
import type { Hosts } from './hosts.ts'
import { announce, type HttpListener, pathOf, pathStart, type Visit } from './visit.ts'

export type Answered = { dialect: string; method: string; status: number; milliseconds: number }

export type FrontOptions = {
  /** The first whose prefix fits, so the longest prefixes come first; the last one takes all. */
  dialects: readonly Dialect[]
  /** Whether the operator has it switched on. */
  isOn: (dialect: string) => boolean
  hosts: Hosts
  origins: Origins
  body: BodyBounds
  /** The largest head of a request, where Bun would let larger ones pass; else null. */
  headBytes: number | null
  /** The client's address, given the connection's and X-Forwarded-For. */
  clientOf: (peer: string, forwardedFor: string | null) => string
  newId: () => string
  elapsed: () => number
  /** How long browsers remember that this host speaks TLS, said over TLS; 0: not said. */
  hstsSeconds: number
  answered: (visit: Visit, answer: Answered) => void
  log: Log
}

/**
 * Of bodies larger than usual so much is held at a time, what is made of them several times as much; who finds no room
 * waits so long.
 */
const largeBodyBytes = 32 * 1024 * 1024
const largeBodyWaitMs = 20_000

type Mount = { prefix: string; below: string; dialect: Dialect }

export class Front {
  private readonly mounts: readonly Mount[]
  private readonly largeBodies = new Budget(largeBodyBytes, largeBodyWaitMs)

  constructor(private readonly options: FrontOptions) {
    this.mounts = options.dialects
      .flatMap((dialect) => dialect.prefixes.map((prefix) => ({ prefix, below: `${prefix}/`, dialect })))
      .sort((one, other) => other.prefix.length - one.prefix.length)
  }

  /** Nothing is to be sent where the connection has become a WebSocket. */
  async handle(request: Request, server: HttpListener, { peer, tls }: Came): Promise<Response | undefined> {
    const { options } = this
    const began = options.elapsed()
    const path = pathOf(request.url)
    const { headers } = request
    const visit: Visit = {
      id: saneId(headers.get('x-request-id')) ?? options.newId(),
      client: options.clientOf(peer, headers.get('x-forwarded-for')),
      path,
      body: '',
      form: null,
      route: null,
      caller: null,
      limit: null,
      refused: null,
      upgrade: (conversation) => {
        visit.upgraded = server.upgrade(request, { data: conversation })
        return visit.upgraded
      },
      upgraded: false,
      holdOpen: () => {
        visit.isHeld = true
        server.timeout(request, 0)
      },
      isHeld: false,
    }
    const dialect = this.dialectOf(path)
    const origin = headers.get('origin')
    const response = await this.answer(request, visit, dialect, origin).catch((error) => {
      if (error instanceof Refusal) return dialect.refuse(error, visit)
      options.log.error({ err: error, requestId: visit.id }, 'a defect')
      return dialect.refuse(null, visit)
    })
    dress(response.headers, visit.id)
    if (tls && options.hstsSeconds > 0) {
      response.headers.set('Strict-Transport-Security', `max-age=${options.hstsSeconds}`)
    }
    const status = visit.upgraded ? 101 : response.status
    const milliseconds = options.elapsed() - began
    options.answered(visit, { dialect: dialect.name, method: request.method, status, milliseconds })
    this.tell(request, visit, status, milliseconds)
    return visit.upgraded ? undefined : response
  }

  /** Refuses: route-unknown, host-refused, origin-refused, too-large, invalid-request. */
  private async answer(request: Request, visit: Visit, dialect: Dialect, origin: string | null): Promise<Response> {
    const { hosts, body } = this.options
    const origins = dialect.origins ?? this.options.origins
    const { headers, method } = request
    const host = headers.get('host')
    const credentialHeaders = dialect.credentialHeaders(visit.path)
    const keyed = bearsCredential(headers, credentialHeaders)
    const { cors, isKeyedOnly } = dialect
    if (isPreflight(request) && (origin !== null || cors)) {
      const willBeKeyed = announcesCredential(request, credentialHeaders)
      if (cors && willBeKeyed) return openPreflightAnswer(cors)
      if (!willBeKeyed && !hosts.answers(host)) throw new Refusal('host-refused')
      if (origin === null || (!willBeKeyed && !origins.trusts(origin, host))) throw new Refusal('origin-refused')
      return preflightAnswer(origin)
    }
    if (!keyed && !isKeyedOnly && !hosts.answers(host)) throw new Refusal('host-refused')
    const readable = origin !== null && (keyed || origins.trusts(origin, host))
    if (origin !== null && !readable && !isKeyedOnly && method !== 'GET' && method !== 'HEAD')
      throw new Refusal('origin-refused')
    const response = await this.pass(request, visit, dialect, body).catch((error) => {
      if (!(error instanceof Refusal)) throw error
      return dialect.refuse(error, visit)
    })
    if (cors && keyed) allowReadingByAll(response.headers, cors)
    else if (readable) allowReading(response.headers, origin)
    return response
  }

  private async pass(request: Request, visit: Visit, dialect: Dialect, bounds: BodyBounds): Promise<Response> {
    const { headBytes } = this.options
    if (!isDecodable(visit.path)) throw new Refusal('route-unknown')
    if (headBytes !== null && headSize(request) > headBytes) throw new Refusal('too-large')
    // Bun drops the body in chunks of such a request: it has no bound that we could keep, and nobody reads it.
    if (request.headers.has('transfer-encoding') && isRead(request)) throw new Refusal('too-large')
    // Whoever brings no credential brings no mail either.
    const keyed = bearsCredential(request.headers, dialect.credentialHeaders(visit.path))
    const most = (keyed ? dialect.bodyBytes(request.method, visit.path) : null) ?? bounds.bytes
    const announced = announcedBytes(request.headers, most)
    if (announced > most) throw new Refusal('too-large')
    const room = announced > bounds.bytes ? announced : 0
    if (room > 0) await this.largeBodies.take(room)
    try {
      if (announced > 0) {
        const body = await readBody(request, { ...bounds, bytes: most })
        if (isForm(request.headers)) visit.form = body
        else visit.body = textOf(body)
      }
      const passed = readableToElysia(request)
      announce(passed, visit)
      return await dialect.handle(passed)
    } finally {
      if (room > 0) this.largeBodies.release(room)
    }
  }

  private dialectOf(path: string): Dialect {
    for (const { prefix, below, dialect } of this.mounts) {
      const isIts = path === prefix || path.startsWith(below) || prefix === ''
      if (isIts && this.options.isOn(dialect.name)) return dialect
    }
    throw new Error('no dialect takes all paths')
  }

  /** One line a request. Never the path itself, which may hold a ticket, nor the query. */
  private tell(request: Request, visit: Visit, status: number, milliseconds: number): void {
    const { log } = this.options
    const failed = status >= 500
    if (!failed && !log.isLevelEnabled('debug')) return
    const line = {
      requestId: visit.id,
      method: request.method,
      route: visit.route,
      status,
      client: visit.client,
      milliseconds: Math.round(milliseconds * 10) / 10,
    }
    if (failed) log.info(line, 'a request failed')
    else log.debug(line, 'a request')
  }
}

/** The bytes of the request line and the headers, as HTTP/1.1 has them (RFC 9112 §2.1). */
function headSize({ method, url, headers }: Request): number {
  const target = url.length - Math.max(pathStart(url), 0)
  let size = method.length + target + ' '.length + ' HTTP/1.1\r\n\r\n'.length
  for (const [name, value] of headers) size += name.length + value.length + ': \r\n'.length
  return size
}

const isRead = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

const saneId = (given: string | null): string | null =>
  given !== null && /^[\w.:-]{1,128}$/.test(given) ? given : null

/** Elysia would fail over a path such as `/%FF`. */
function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

/** Elysia looks for the path from the twelfth character of the URL on, and would misread a shorter host, or none. */
function readableToElysia(request: Request): Request {
  const { url, method, headers, signal } = request
  const start = pathStart(url)
  if (start > 10 || start < 0) return request
  return new Request(`http://localhost${url.slice(start)}`, { method, headers, signal })
}

/** What every answer has, where it does not say otherwise. */
function dress(headers: Headers, requestId: string): void {
  headers.set('X-Request-Id', requestId)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('X-Frame-Options', 'SAMEORIGIN')
  if (!headers.has('Cross-Origin-Resource-Policy')) headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  // Mail is nobody's to keep on the way.
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}
