// What belongs to no dialect: whether the server lives and is ready, metrics, the documents, the page, and the rest.
import type { Metrics } from '../metrics.ts'
import { Refusal } from '../refusal.ts'
import { assetAnswer, pageAnswer } from '../web/page.ts'
import type { Dialect } from './dialect.ts'
import { metricsCredentials } from './metrics-access.ts'
import { type Visit, visitOf } from './visit.ts'

export type SiteOptions = {
  dialects: readonly Dialect[]
  /** Whether the operator has it switched on. */
  isOn: (dialect: string) => boolean
  /** Why no mail can be taken, or null. */
  shortage: () => string | null
  metrics: Metrics
  mayReadMetrics: (request: Request, visit: Visit) => Promise<boolean>
  /** What the page is told of this server. */
  facts: () => object
}

type Handler = (visit: Visit, request: Request) => Response | Promise<Response>

const metricsPath = '/metrics'
const assets = '/assets/'

/** What the page shows by itself: its start, its views, what it says of privacy. */
const isPage = (path: string): boolean =>
  path === '/' || path === '/privacy' || path === '/app' || path.startsWith('/app/')

/** Takes every path that no dialect has. It refuses in the native dialect's words. */
export class Site implements Dialect {
  readonly name = 'site'
  readonly prefixes = ['']
  private readonly routes = new Map<string, Handler>()
  private readonly words: Dialect
  /** Of the page; of an API that is switched off, too, since the page says so. */
  private readonly guides = new Set(['/docs'])

  constructor(private readonly options: SiteOptions) {
    const { dialects } = options
    const [native] = dialects
    if (!native) throw new Error('there is no dialect')
    this.words = native
    this.routes
      .set('/healthz', () => Response.json({ alive: true }))
      .set('/readyz', () => this.readiness())
      .set(metricsPath, (visit, request) => this.metrics(visit, request))
      .set('/openapi.json', () => Response.json(native.document()))
    for (const dialect of dialects) {
      this.routes.set(`/openapi/${dialect.name}.json`, () => Response.json(this.on(dialect).document()))
      for (const place of [`/docs/${dialect.name}`, `/docs/${dialect.name}/calls`]) this.guides.add(place)
    }
  }

  handle(request: Request): Response | Promise<Response> {
    const visit = visitOf(request)
    const path = visit.path.length > 1 && visit.path.endsWith('/') ? visit.path.slice(0, -1) : visit.path
    const handler = this.routes.get(path)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('route-unknown')
    if (handler) {
      visit.route = path
      return handler(visit, request)
    }
    if (path.startsWith(assets)) return this.asset(path.slice(assets.length), request, visit)
    if (!isPage(path) && !this.guides.has(path)) throw new Refusal('route-unknown')
    visit.route = 'page'
    return pageAnswer(this.options.facts())
  }

  private async asset(name: string, request: Request, visit: Visit): Promise<Response> {
    visit.route = 'asset'
    const answer = await assetAnswer(name, request.headers.get('accept-encoding'))
    if (!answer) throw new Refusal('route-unknown')
    return answer
  }

  refuse(refusal: Refusal | null, visit: Visit): Response {
    return this.words.refuse(refusal, visit)
  }

  credentialHeaders(path: string): readonly string[] {
    return path === metricsPath ? metricsCredentials : []
  }

  readonly cors = null
  readonly origins = null
  readonly isKeyedOnly = false

  bodyBytes(): null {
    return null
  }

  document(): object {
    return {}
  }

  /** Refuses: route-unknown, for one that is switched off. */
  private on(dialect: Dialect): Dialect {
    if (!this.options.isOn(dialect.name)) throw new Refusal('route-unknown')
    return dialect
  }

  private readiness(): Response {
    const reason = this.options.shortage()
    return reason === null ? Response.json({ ready: true }) : Response.json({ ready: false, reason }, { status: 503 })
  }

  /** To strangers there is no such route. */
  private async metrics(visit: Visit, request: Request): Promise<Response> {
    const { metrics, mayReadMetrics } = this.options
    if (!(await mayReadMetrics(request, visit))) throw new Refusal('route-unknown')
    return new Response(await metrics.text(), { headers: { 'Content-Type': metrics.registry.contentType } })
  }
}
