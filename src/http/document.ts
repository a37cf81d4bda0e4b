// OpenAPI 3.1 documents, made from the routes themselves.
import { KindGuard, OptionalKind, type TObject, type TSchema } from '@sinclair/typebox'
import type { InternalRoute } from 'elysia'
import manifest from '../../package.json' with { type: 'json' }

export type About = {
  title: string
  description: string
  /** The schemas that answers name, by their names. */
  schemas: Record<string, TSchema>
  securitySchemes: Record<string, object>
  /** The longest that each parameter of a path can be, by its name. */
  pathLengths: Record<string, number>
  /** What every route of this method has: parameters, and answers by their statuses. */
  ofMethod: (method: string) => { parameters: object[]; responses: Record<string, { description: string }> }
}

/** The document of these routes: every one that has a summary. */
export function documentOf(routes: readonly InternalRoute[], about: About): object {
  const paths = new Map<string, Record<string, object>>()
  for (const { method, path, hooks } of routes) {
    const detail: unknown = hooks.detail
    if (!isRecord(detail) || typeof detail['summary'] !== 'string') continue
    const name = path.replace(/:(\w+)/g, '{$1}')
    const body = method === 'GET' ? null : schemaIn(hooks.body)
    const common = about.ofMethod(method)
    const parameters = [
      ...pathParameters(path, about.pathLengths),
      ...queryParameters(schemaIn(hooks.query)),
      ...(Array.isArray(detail['parameters']) ? detail['parameters'] : []),
      ...common.parameters,
    ]
    const operations = paths.get(name) ?? {}
    operations[method.toLowerCase()] = {
      operationId: operationId(method, path),
      ...detail,
      ...(parameters.length > 0 ? { parameters } : {}),
      responses: together(detail['responses'], common.responses),
      ...(body && Object.keys(body.properties).length > 0 ? { requestBody: requestBody(body) } : {}),
    }
    paths.set(name, operations)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: about.title,
      description: about.description,
      version: manifest.version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(paths),
    components: { schemas: about.schemas, securitySchemes: about.securitySchemes },
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** A route's own answers, and those that others have too: under one status the descriptions are a list. */
function together(own: unknown, common: Record<string, { description: string }>): Record<string, unknown> {
  const all: Record<string, unknown> = isRecord(own) ? { ...own } : {}
  for (const [status, answer] of Object.entries(common)) {
    const there = all[status]
    if (!isRecord(there)) all[status] = answer
    else {
      const reasons = new Set([...String(there['description']).split(', '), answer.description])
      all[status] = { ...there, description: [...reasons].join(', ') }
    }
  }
  return all
}

/** The schema of an `Input`. */
function schemaIn(input: unknown): TObject | null {
  const schema = isRecord(input) ? input['schema'] : null
  return KindGuard.IsObject(schema) ? schema : null
}

/** `getMailboxesMessages`, of the parts that say something. */
function operationId(method: string, path: string): string {
  const words = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part))
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

const pathParameters = (path: string, lengths: Record<string, number>): object[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', maxLength: lengths[name] },
  }))

function queryParameters(schema: TObject | null): object[] {
  return Object.entries(schema?.properties ?? {}).map(([name, field]) => {
    const { description, ...rest } = field
    const required = !(OptionalKind in field) && !('default' in field)
    return { name, in: 'query', required, ...(description ? { description } : {}), schema: rest }
  })
}

/** What has a default need not be sent. */
export function requestBody(
  { required: _, ...schema }: TObject,
  type = 'application/json',
): { required: boolean; content: Record<string, object> } {
  const needed = Object.entries(schema.properties).flatMap(([name, field]) =>
    OptionalKind in field || 'default' in field ? [] : [name],
  )
  const sent = needed.length > 0 ? { ...schema, required: needed } : schema
  return { required: needed.length > 0, content: { [type]: { schema: sent } } }
}
