// The calls of an API, as its OpenAPI document lists them.

export type Field = { name: string; type: string; isRequired: boolean; description: string; choices: string[] }
export type Parameter = Field & { in: 'path' | 'query' | 'header' }
export type Credential = 'bearer' | 'header' | 'session' | 'nobody'

export type Operation = {
  id: string
  method: string
  path: string
  summary: string
  description: string
  tag: string
  parameters: Parameter[]
  /** Of a body in JSON: what could be sent, to begin with. Of a form: null. */
  body: { sample: string | null; fields: Field[] } | null
  credentials: Credential[]
  statuses: string[]
}

type Json = Record<string, unknown>

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const record = (value: unknown): Json => (isRecord(value) ? value : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const methods = ['get', 'post', 'put', 'patch', 'delete']

export function operationsOf(document: unknown): Operation[] {
  return Object.entries(record(record(document)['paths'])).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = record(item)[method]
      return isRecord(operation) ? [operationOf(method, path, operation)] : []
    }),
  )
}

const operationOf = (method: string, path: string, operation: Json): Operation => ({
  id: text(operation['operationId']),
  method: method.toUpperCase(),
  path,
  summary: text(operation['summary']),
  description: text(operation['description']),
  tag: text(list(operation['tags'])[0]),
  parameters: list(operation['parameters']).flatMap((one) => parameterOf(record(one))),
  body: bodyOf(record(operation['requestBody'])),
  credentials: credentialsOf(list(operation['security'])),
  statuses: Object.keys(record(operation['responses'])),
})

function parameterOf(given: Json): Parameter[] {
  const where = given['in']
  if (where !== 'path' && where !== 'query' && where !== 'header') return []
  const schema = { ...record(given['schema']), description: given['description'] }
  return [{ ...fieldOf(text(given['name']), schema, given['required'] === true), in: where }]
}

/** A schema may be one of several; `null` is none to choose. */
const variants = (schema: Json): Json[] => {
  const all = [...list(schema['anyOf']), ...list(schema['oneOf'])].map(record)
  return all.length === 0 ? [schema] : all.filter(({ type }) => type !== 'null')
}

function fieldOf(name: string, schema: Json, isRequired: boolean): Field {
  const all = variants(schema)
  const choices = all.flatMap((one) => ('const' in one ? [String(one['const'])] : list(one['enum']).map(String)))
  const types = [...new Set(all.map((one) => text(one['type'])).filter((one) => one !== ''))]
  return { name, type: types.join(' | '), isRequired, description: text(schema['description']), choices }
}

function bodyOf(body: Json): Operation['body'] {
  const [type, media] = Object.entries(record(body['content']))[0] ?? []
  if (type === undefined) return null
  const schema = record(record(media)['schema'])
  const properties = Object.entries(record(schema['properties']))
  const required = new Set(list(schema['required']))
  const fields = properties.map(([name, one]) => fieldOf(name, record(one), required.has(name)))
  if (type !== 'application/json') return { sample: null, fields }
  const needed = properties.filter(([name]) => required.has(name))
  const sample = Object.fromEntries(needed.map(([name, one]) => [name, sampleOf(record(one))]))
  return { sample: JSON.stringify(sample, null, 2), fields }
}

function sampleOf(schema: Json): unknown {
  const [first = {}] = variants(schema)
  if ('default' in first) return first['default']
  if ('const' in first) return first['const']
  if (list(first['enum']).length > 0) return list(first['enum'])[0]
  const samples: Json = { string: '', integer: first['minimum'] ?? 1, number: first['minimum'] ?? 1, boolean: true }
  if (first['type'] === 'array') return []
  return first['type'] === 'object' ? {} : samples[text(first['type'])]
}

const kinds: Record<string, Credential> = { bearer: 'bearer', mailbox: 'bearer', apiKey: 'header', cookie: 'session' }

/** Each requirement is one way; an empty one, or none at all, is nobody. */
function credentialsOf(requirements: readonly unknown[]): Credential[] {
  const ways = requirements.map((one) => {
    const [scheme] = Object.keys(record(one))
    return scheme === undefined ? 'nobody' : (kinds[scheme] ?? 'bearer')
  })
  return ways.length === 0 ? ['nobody'] : [...new Set(ways)]
}
