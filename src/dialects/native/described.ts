// What the OpenAPI document says of a route beside its input.
import type { DocumentDecoration } from 'elysia'
import type { Reason } from '../../refusal.ts'
import { answers } from './errors.ts'
import type { SchemaName } from './wire.ts'

export type Described = {
  summary: string
  description?: string
  tag: 'mailboxes' | 'messages' | 'live' | 'diagnosis'
  /** Status and schema, or media type for what is not JSON; null for an empty answer. */
  answers: Record<number, SchemaName | `${string}/${string}` | null>
  refusals: readonly Reason[]
  /** `optional`: some of it is public. */
  credential: 'required' | 'optional' | 'none'
  /** Headers that the route reads. */
  headers?: Record<string, string>
}

const everywhere: readonly Reason[] = ['host-refused', 'too-large', 'invalid-request']

export const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A mailbox token, `mbx_…`.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same in a header of its own.' },
}

/** The `detail` of a route. */
export function described(route: Described): { detail: DocumentDecoration } {
  const { summary, description, tag, credential, headers = {} } = route
  const security = [{ bearer: [] }, { apiKey: [] }]
  return {
    detail: {
      summary,
      ...(description ? { description } : {}),
      tags: [tag],
      security: credential === 'required' ? security : credential === 'optional' ? [{}, ...security] : [],
      ...(Object.keys(headers).length > 0 ? { parameters: Object.entries(headers).map(headerParameter) } : {}),
      responses: { ...refusals(route), ...successes(route) },
    },
  }
}

const headerParameter = ([name, description]: [string, string]) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' as const },
})

function successes({ answers }: Described) {
  return Object.fromEntries(
    Object.entries(answers).map(([status, what]) => [
      status,
      { description: meaning(Number(status)), ...content(what) },
    ]),
  )
}

function content(what: string | null) {
  if (what === null) return {}
  if (what.includes('/')) return { content: { [what]: {} } }
  return { content: { 'application/json': { schema: { $ref: `#/components/schemas/${what}` } } } }
}

/** One entry a status, which names its reasons. */
function refusals({ refusals, credential }: Described) {
  const all = [...everywhere, ...refusals, ...(credential === 'none' ? [] : credentialReasons)]
  const byStatus = new Map<string, Reason[]>()
  for (const reason of new Set(all)) {
    const status = String(answers[reason][0])
    byStatus.set(status, [...(byStatus.get(status) ?? []), reason])
  }
  const entries = [...byStatus].map(([status, reasons]) => [status, failure(reasons.join(', '))])
  return { ...Object.fromEntries(entries), 500: failure('internal') }
}

const credentialReasons: readonly Reason[] = ['credential-missing', 'credential-wrong']

const failure = (description: string) => ({ description, ...content('Error') })

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
