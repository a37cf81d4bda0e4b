// What is known of one request beside the request itself. Handlers find it by the request that they were given.
import type { Server } from 'bun'
import type { Caller } from '../accounts/caller.ts'
import type { LimitState, Reason } from '../refusal.ts'
import type { Conversation } from './conversation.ts'

export type Visit = {
  /** The request id: the client's own if it sent a sane one. */
  readonly id: string
  /** The client's IP address, as trusted proxies tell it. */
  readonly client: string
  /** As it came, still encoded, without the query. */
  readonly path: string
  /** Whole, and within its bound; "" without one. */
  body: string
  /** Of a form with files, instead: it is no text. Null without one. */
  form: Uint8Array | null
  /** The template of the route that took it (`/mayfly/v1/mailboxes/:mailbox`); null if none did. */
  route: string | null
  /** Who called, once that is known. */
  caller: Caller | null
  /** The limit of which the answer's headers speak, if there is one. */
  limit: LimitState | null
  /** What was refused, to be counted; null if nothing was. */
  refused: Reason | null
  /** Makes a WebSocket of the connection; false for what did not ask for one. Whatever is answered then is not sent. */
  upgrade: (conversation: Conversation) => boolean
  upgraded: boolean
  /** Lets the connection be silent for as long as the answer takes. */
  holdOpen: () => void
  /** Whether that was done: how long the answer takes says nothing of the server. */
  isHeld: boolean
}

const visits = new WeakMap<Request, Visit>()

export function announce(request: Request, visit: Visit): void {
  visits.set(request, visit)
}

/** The visit that this request began. */
export function visitOf(request: Request): Visit {
  const visit = visits.get(request)
  if (!visit) throw new Error('a request came past the front')
  return visit
}

export type HttpListener = Server<Conversation>

/** Where the path begins in a URL as Bun gives it; one of a request without a Host is no more than a path. */
export function pathStart(url: string): number {
  const scheme = url.indexOf('://')
  return url.startsWith('/') || scheme < 0 ? 0 : url.indexOf('/', scheme + 3)
}

/** The path of a URL, without query and fragment. */
export function pathOf(url: string): string {
  const start = pathStart(url)
  if (start < 0) return '/'
  for (let at = start; at < url.length; at++) {
    const code = url.charCodeAt(at)
    // `?` and `#`.
    if (code === 63 || code === 35) return url.slice(start, at)
  }
  return url.slice(start)
}

/** The query as it was sent, without its `?`; "" without one. */
export function queryOf(url: string): string {
  const from = url.indexOf('?')
  if (from < 0) return ''
  const end = url.indexOf('#', from)
  return end < 0 ? url.slice(from + 1) : url.slice(from + 1, end)
}
