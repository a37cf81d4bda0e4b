// Calls of the native API. The page has no other way to the server, and no rights but its caller's.
import { forget, keep, recall } from './kept.ts'
import { type Key, say } from './words/words.ts'

export const base = '/mayfly/v1'

export type FieldComplaint = { path: string; message: string }

/** A no of the server's, or none at all: then `reason` is `offline`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly fields: readonly FieldComplaint[] = [],
    readonly retryAfterSeconds: number | null = null,
    readonly requestId: string | null = null,
    /** How many would end with what was asked for. */
    readonly mailboxes: number | null = null,
  ) {
    super(message)
    this.name = 'ApiError'
  }
}

export type Call = {
  /** Of a mailbox; without one the cookie speaks. */
  token?: string | null | undefined
  /** Nobody speaks, even where somebody is signed in. */
  asNobody?: boolean
  body?: object
  signal?: AbortSignal
  headers?: Record<string, string>
}

/** The answer's JSON; for an empty answer `Answer` is null. Throws ApiError. */
export async function call<Answer = null>(method: string, path: string, given: Call = {}): Promise<Answer> {
  const response = await reach(method, path, given)
  return JSON.parse((await response.text()) || 'null')
}

/** The answer as it comes, if it is a good one. Throws ApiError. */
export async function reach(method: string, path: string, given: Call = {}) {
  const { token, asNobody = false, body, signal, headers = {} } = given
  const response = await fetch(base + path, {
    method,
    headers: {
      ...headers,
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    ...(signal ? { signal } : {}),
    ...(asNobody ? { credentials: 'omit' } : {}),
  }).catch((error) => {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'offline', say('error.offline'))
  })
  readClock(response)
  if (!response.ok) throw await errorOf(response)
  return response
}

/** By how much the server's clock is ahead of this device's. */
let aheadMs = recall('clock', (value) => (typeof value === 'number' ? value : null)) ?? 0

/** Now, by the server's clock: what ends, ends by it. */
export const serverNow = (): number => Date.now() + aheadMs

/** What is less than two seconds is the way and the rounding. */
function readClock(response: Response): void {
  const ahead = Date.parse(response.headers.get('Date') ?? '') - Date.now()
  if (!Number.isFinite(ahead) || Math.abs(ahead - aheadMs) < 2000) return
  aheadMs = Math.abs(ahead) < 2000 ? 0 : ahead
  if (aheadMs === 0) forget('clock')
  else keep('clock', aheadMs)
}

type ErrorBody = {
  error?: { reason?: string; message?: string; requestId?: string; fields?: FieldComplaint[]; mailboxes?: number }
}

async function errorOf(response: Response): Promise<ApiError> {
  const { error }: ErrorBody = await response.json().catch(() => ({}))
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new ApiError(
    response.status,
    error?.reason ?? 'internal',
    error?.message ?? say('error.unknown', { status: response.status }),
    error?.fields ?? [],
    Number.isFinite(wait) ? wait : null,
    error?.requestId ?? response.headers.get('X-Request-Id'),
    error?.mailboxes ?? null,
  )
}

/** What the page says of a reason in words of its own; the rest is said as the server says it. */
const own: Record<string, Key> = {
  offline: 'error.offline',
  'credential-missing': 'error.signed-out',
  'rate-exceeded': 'error.rate',
  'storage-full': 'error.storage',
  'mailbox-taken': 'error.taken',
  'mailboxes-exhausted': 'error.exhausted',
  'quota-exceeded': 'error.quota',
  'mailbox-unknown': 'error.mailbox-unknown',
  'message-unknown': 'error.message-unknown',
  'invalid-request': 'error.input',
  'account-suspended': 'error.suspended',
  'plan-lapsed': 'error.lapsed',
  forbidden: 'error.forbidden',
  'registration-off': 'error.registration',
  'not-in-plan': 'error.plan',
  'email-taken': 'error.email',
  'domain-elsewhere': 'error.elsewhere',
  'domain-lapsed': 'error.domain-lapsed',
  'domain-unserved': 'error.domain',
  'too-busy': 'error.busy',
  'took-too-long': 'error.busy',
  'storage-failed': 'error.busy',
  'storage-damaged': 'error.damaged',
  'too-large': 'error.large',
  'api-off': 'error.off',
  'account-unknown': 'error.gone',
  'member-unknown': 'error.gone',
  'key-unknown': 'error.gone',
  'session-unknown': 'error.gone',
  'invoice-unknown': 'error.gone',
  'block-unknown': 'error.gone',
  'domain-unknown': 'error.gone',
  'webhook-unknown': 'error.gone',
  'delivery-unknown': 'error.gone',
  internal: 'error.internal',
}

/** What happened and what helps, for people. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const key = own[error.reason]
  const said = key ? say(key, { requestId: error.requestId ?? '' }) : error.message
  const fields = error.fields.map(({ path, message }) => `${path.replace(/^body\./, '')} ${message}`)
  const wait = error.retryAfterSeconds === null ? [] : [say('error.retry', { count: error.retryAfterSeconds })]
  return [said, ...fields, ...wait].join(' ')
}

export const pathOf = (...parts: string[]): string => parts.map((part) => `/${encodeURIComponent(part)}`).join('')
