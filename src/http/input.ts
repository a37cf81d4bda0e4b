// What a client sends, held against a schema: read in one pass, with our words for everything that does not fit.
// Elysia takes these as Standard Schemas. Its own checks would coerce (`"5"` for 5), drop unknown fields and take lists
// for objects.
import { KindGuard, OptionalKind, type Static, type TObject, type TSchema } from '@sinclair/typebox'
import { type FieldComplaint, Refusal } from '../refusal.ts'

/** A schema that Elysia checks with, infers from, and that the OpenAPI document is made of. */
export type Input<Value> = {
  readonly schema: TObject
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'mayfly'
    readonly validate: (value: unknown) => { value: Value }
    readonly types?: { readonly input: Value; readonly output: Value }
  }
}

/** A body that nobody has parsed yet. */
export class Unparsed {
  constructor(
    readonly text: string,
    readonly contentType: string | null,
  ) {}
}

const mostComplaints = 20

/** A JSON object. Refuses: invalid-request, with the path of each field (`body.ttlMinutes`). */
export const bodyInput = <Schema extends TObject>(schema: Schema): Input<Static<Schema>> =>
  input<Static<Schema>>(schema, 'body', (value) => value)

/**
 * A JSON object of a foreign API, parsed here (`Unparsed`): what the schema does not name is let pass, as clients of a
 * service may send what it once took, and null stands for nothing. Refuses: as `bodyInput`.
 */
export const looseBody = <Schema extends TObject>(schema: Schema): Input<Static<Schema>> => {
  const strict = input<Static<Schema>>(schema, 'body', (value) => value)
  const validate = (value: unknown) => {
    const parsed = value instanceof Unparsed ? jsonOf(value.text, value.contentType) : value
    return strict['~standard'].validate(isObject(parsed) ? namedBy(schema, parsed) : parsed)
  }
  return { schema, '~standard': { ...strict['~standard'], validate } }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const namedBy = (schema: TObject, given: object): object =>
  Object.fromEntries(
    Object.entries(given).filter(([name, value]) => value !== null && Object.hasOwn(schema.properties, name)),
  )

/** As `queryInput`, of a foreign API: what the schema does not name is let pass. */
export const looseQuery = <Schema extends TObject>(schema: Schema): Input<Static<Schema>> => {
  const strict = queryInput(schema)
  const validate = (value: unknown) => strict['~standard'].validate(isObject(value) ? namedBy(schema, value) : value)
  return { schema, '~standard': { ...strict['~standard'], validate } }
}

/** Query parameters of a foreign API that refuses none: `read` makes something of whatever was sent. */
export const anyQuery = <Value>(schema: TObject, read: (given: Record<string, unknown>) => Value): Input<Value> => ({
  schema,
  '~standard': {
    version: 1,
    vendor: 'mayfly',
    validate: (value) => ({ value: read(isObject(value) ? Object.fromEntries(Object.entries(value)) : {}) }),
  },
})

/** As `anyQuery`, of a JSON object (`Unparsed`). Refuses: invalid-request, for what is none. */
export const anyBody = <Value>(schema: TObject, read: (given: Record<string, unknown>) => Value): Input<Value> => ({
  schema,
  '~standard': {
    version: 1,
    vendor: 'mayfly',
    validate: (value) => {
      const parsed = value instanceof Unparsed ? jsonOf(value.text, value.contentType) : value
      if (!isObject(parsed) || (value instanceof Unparsed && value.text === '')) {
        throw complaint('body', 'must be a JSON object')
      }
      return { value: read(Object.fromEntries(Object.entries(parsed))) }
    },
  },
})

/** Query parameters: texts, which numbers and yes-or-no are read from. Refuses: invalid-request (`query.limit`). */
export const queryInput = <Schema extends TObject>(schema: Schema): Input<Static<Schema>> =>
  input<Static<Schema>>(schema, 'query', fromText)

function input<Value>(schema: TObject, where: string, prepare: Prepare): Input<Value> {
  return {
    schema,
    '~standard': {
      version: 1,
      vendor: 'mayfly',
      validate: (value) => {
        const complaints: FieldComplaint[] = []
        const read = readObject(schema, value, where, prepare, complaints)
        if (complaints.length > 0) {
          throw new Refusal('invalid-request', { fields: complaints.slice(0, mostComplaints) })
        }
        return { value: checked<Value>(read) }
      },
    },
  }
}

/** What passed the schema has its type. */
function checked<Value>(value: unknown): Value
function checked(value: unknown): unknown {
  return value
}

/** Parses a body that claims to be JSON; "" is an empty object, unless it is a form's. Refuses: invalid-request. */
export function jsonOf(body: string, contentType: string | null): unknown {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  // The bytes of a form stand elsewhere (`Visit.form`).
  if (body === '' && !type.startsWith('multipart/')) return {}
  if (type !== 'application/json' && !type.endsWith('+json')) {
    throw complaint('headers.content-type', 'must be application/json')
  }
  try {
    return JSON.parse(body)
  } catch {
    throw complaint('body', 'must be JSON')
  }
}

/** The parameters of a query, each a text, or a list of texts where one was given more than once. */
export function parametersOf(query: string): Record<string, unknown> {
  if (query === '') return {}
  const found = new Map<string, string | string[]>()
  for (const [name, value] of new URLSearchParams(query)) {
    const before = found.get(name)
    found.set(name, before === undefined ? value : [before, value].flat())
  }
  return Object.fromEntries(found)
}

const complaint = (path: string, message: string): Refusal =>
  new Refusal('invalid-request', { fields: [{ path, message }] })

type Prepare = (value: unknown, schema: TSchema) => unknown

function readObject(
  schema: TObject,
  value: unknown,
  path: string,
  prepare: Prepare,
  complaints: FieldComplaint[],
): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    complaints.push({ path, message: 'must be an object' })
    return undefined
  }
  const given = new Map<string, unknown>(Object.entries(value))
  const known = Object.keys(schema.properties)
  for (const name of given.keys()) {
    if (!known.includes(name)) complaints.push({ path: `${path}.${shown(name)}`, message: 'is not known here' })
    if (complaints.length >= mostComplaints) return undefined
  }
  const read: [string, unknown][] = []
  for (const [name, field] of Object.entries(schema.properties)) {
    const one = prepare(given.get(name), field)
    if (one !== undefined && KindGuard.IsObject(field)) {
      read.push([name, readObject(field, one, `${path}.${name}`, prepare, complaints)])
    } else if (one !== undefined) {
      if (fits(field, one)) read.push([name, one])
      else complaints.push({ path: `${path}.${name}`, message: `must be ${wanted(field)}` })
    } else if ('default' in field) read.push([name, field.default])
    else if (!(OptionalKind in field)) complaints.push({ path: `${path}.${name}`, message: 'is required' })
  }
  return Object.fromEntries(read)
}

function fits(schema: TSchema, value: unknown): boolean {
  if (KindGuard.IsUnion(schema)) return schema.anyOf.some((one) => fits(one, value))
  if (KindGuard.IsNull(schema)) return value === null
  if (KindGuard.IsLiteral(schema)) return value === schema.const
  if (KindGuard.IsBoolean(schema)) return typeof value === 'boolean'
  if (KindGuard.IsString(schema)) return typeof value === 'string' && fitsText(schema, value)
  if (KindGuard.IsArray(schema)) {
    return (
      Array.isArray(value) && value.length <= (schema.maxItems ?? 0) && value.every((one) => fits(schema.items, one))
    )
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  if (KindGuard.IsInteger(schema) && !Number.isSafeInteger(value)) return false
  return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity)
}

function fitsText(schema: TSchema, value: string): boolean {
  if (value.length < (schema['minLength'] ?? 0) || value.length > (schema['maxLength'] ?? Infinity)) return false
  if (schema['format'] === 'date-time') return isInstant(value)
  return schema['pattern'] === undefined || new RegExp(schema['pattern']).test(value)
}

/** RFC 3339 §5.6; the offset must be there, or nobody knows which instant is meant. */
const isInstant = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  isDay(text.slice(0, 10))

/** `Date` takes February 31 for March 2. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)

/** Numbers and yes-or-no as they stand in a query. What is neither stays a text, which then does not fit. */
function fromText(value: unknown, schema: TSchema): unknown {
  if (typeof value !== 'string') return value
  if (KindGuard.IsInteger(schema) || KindGuard.IsNumber(schema)) {
    return /^-?\d{1,15}(\.\d{1,6})?$/.test(value) ? Number(value) : value
  }
  if (KindGuard.IsBoolean(schema)) {
    if (value === '1' || value === 'true') return true
    if (value === '0' || value === 'false') return false
  }
  return value
}

/** What a field must be, in words. */
function wanted(schema: TSchema): string {
  if (typeof schema['wanted'] === 'string') return schema['wanted']
  if (KindGuard.IsUnion(schema)) return schema.anyOf.map(wanted).join(' or ')
  if (KindGuard.IsNull(schema)) return 'null'
  if (KindGuard.IsLiteral(schema)) return JSON.stringify(schema.const)
  if (KindGuard.IsBoolean(schema)) return 'true or false'
  if (schema['format'] === 'date-time') return 'an instant such as 2026-01-31T12:00:00Z'
  if (KindGuard.IsString(schema)) return `a text of ${schema.minLength ?? 0} to ${schema.maxLength} characters`
  if (KindGuard.IsArray(schema)) return `a list of at most ${schema.maxItems}, each ${wanted(schema.items)}`
  const kind = KindGuard.IsInteger(schema) ? 'a whole number' : 'a number'
  return `${kind} from ${schema.minimum} to ${schema.maximum}`
}

const shown = (name: string): string => (/^[\w$-]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, 60)))
