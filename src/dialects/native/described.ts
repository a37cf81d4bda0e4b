// What the OpenAPI document says of a route beside its input.
import type { DocumentDecoration } from 'elysia'
import type { Reason } from '../../refusal.ts'
import { answers } from './errors.ts'
import type { SchemaName } from './wire.ts'

export type Header = { description: string; maxLength: number }

export type Described = {
  summary: string
  description?: string
  tag:
    | 'mailboxes'
    | 'messages'
    | 'live'
    | 'diagnosis'
    | 'session'
    | 'account'
    | 'team'
    | 'keys'
    | 'domains'
    | 'webhooks'
    | 'payments'
    | 'admin'
  /** Status and schema, or media type for what is not JSON; null for an empty answer. */
  answers: Record<number, SchemaName | `${string}/${string}` | null>
  refusals: readonly Reason[]
  /** `optional`: some of it is public; `cookie`: of a member who signed in. */
  credential: 'required' | 'optional' | 'cookie' | 'none'
  /** Headers that the route reads. */
  headers?: Record<string, Header>
}

const everywhere: readonly Reason[] = ['host-refused', 'too-large', 'invalid-request', 'storage-damaged']

export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key, `mayfly_…`, or a mailbox token, `mbx_…`.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same in a header of its own.' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'mayfly', description: 'Of a member who signed in.' },
}

/** The `detail` of a route. */
export function described(route: Described): { detail: DocumentDecoration } {
  const { summary, description, tag, credential, headers = {} } = route
  const keyed = [{ bearer: [] }, { apiKey: [] }, { cookie: [] }]
  const security = credential === 'cookie' ? [{ cookie: [] }] : keyed
  return {
    detail: {
      summary,
      ...(description ? { description } : {}),
      tags: [tag],
      security: credential === 'none' ? [] : credential === 'optional' ? [{}, ...security] : security,
      ...(Object.keys(headers).length > 0 ? { parameters: Object.entries(headers).map(headerParameter) } : {}),
      responses: responses(route),
    },
  }
}

const headerParameter = ([name, { description, maxLength }]: [string, Header]) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' as const, maxLength },
})

/** One entry a status: what it brings, the reasons that it is answered for, or both. */
function responses(route: Described) {
  const entries = new Map([...refusals(route)].map(([status, reasons]) => [status, failure(reasons.join(', '))]))
  for (const [status, what] of Object.entries(route.answers)) {
    const refused = entries.get(status)
    const description = meaning(Number(status))
    entries.set(
      status,
      refused && what !== null
        ? { description: `${description}, ${refused.description}`, ...content(what, 'Error') }
        : { description, ...content(what) },
    )
  }
  return { ...Object.fromEntries(entries), 500: failure('internal') }
}

type Content = { content?: Record<string, { schema?: object }> }

function content(what: string | null, other?: SchemaName): Content {
  if (what === null) return {}
  if (what.includes('/')) return { content: { [what]: {} } }
  const schema = other === undefined ? ref(what) : { anyOf: [ref(what), ref(other)] }
  return { content: { 'application/json': { schema } } }
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** The reasons by their statuses. */
function refusals({ refusals, credential }: Described): Map<string, Reason[]> {
  const all = [...everywhere, ...refusals, ...(credential === 'none' ? [] : credentialReasons)]
  const byStatus = new Map<string, Reason[]>()
  for (const reason of new Set(all)) {
    const status = String(answers[reason][0])
    byStatus.set(status, [...(byStatus.get(status) ?? []), reason])
  }
  return byStatus
}

const credentialReasons: readonly Reason[] = [
  'credential-missing',
  'credential-wrong',
  'key-inactive',
  'account-suspended',
  'origin-refused',
  'rate-exceeded',
  'api-off',
]

const failure = (description: string): { description: string } & Content => ({ description, ...content('Error') })

/** What every route of a method has beside: the front and `native.ts` see to it, not the route. */
export function ofMethod(method: string): { parameters: object[]; responses: Record<string, { description: string }> } {
  const isPost = method === 'POST'
  const reasons: Reason[] = [
    ...(method === 'GET' ? [] : (['origin-refused'] as const)),
    ...(isPost ? (['idempotency-mismatch'] as const) : []),
  ]
  return {
    parameters: isPost ? [headerParameter(idempotencyKey)] : [],
    responses: Object.fromEntries(reasons.map((reason) => [String(answers[reason][0]), failure(reason)])),
  }
}

const idempotencyKey: [string, Header] = [
  'Idempotency-Key',
  {
    description: 'A repeated call under the same key gets the first answer. 1 to 255 visible ASCII characters.',
    maxLength: 255,
  },
]

/** The longest that what stands in a path can be: an address (RFC 5321 §4.5.3.1), an id, a ticket. */
export const pathLengths = { mailbox: 320, domain: 255, id: 36, n: 36, ticket: 100 }

const meaning = (status: number): string =>
  status === 201
    ? 'Made.'
    : status === 204
      ? 'Done.'
      : status === 409
        ? 'message-unexpected'
        : status === 404
          ? 'message-not-arrived'
          : 'Here it is.'
