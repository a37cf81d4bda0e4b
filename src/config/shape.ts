// Holds a value against a schema: complains about everything that does not fit, and fills in the defaults.
import { KindGuard, OptionalKind, type TArray, type TObject, type TRecord, type TSchema } from '@sinclair/typebox'
import { type Complaint, join, kindOf, shown } from './complaints.ts'
import { forms } from './forms.ts'
import { nearestKey } from './nearest.ts'

/** A table as TOML gives it. */
export type Table = { [key: string]: unknown }

/** Whether the value is a table. */
export const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The word that takes a plan's limit away. */
const UNLIMITED = 'unlimited'

/** The value as the schema wants it, undefined where nothing usable came; what does not fit is added to `complaints`. */
export function shape(schema: TSchema, value: unknown, path: string, complaints: Complaint[]): unknown {
  if (KindGuard.IsObject(schema)) return shapeTable(schema, value, path, complaints)
  if (value === undefined) return missing(schema, path, complaints)
  if (KindGuard.IsRecord(schema)) return shapeRecord(schema, value, path, complaints)
  if (KindGuard.IsArray(schema)) return shapeList(schema, value, path, complaints)
  const read = readScalar(schema, value)
  if (read.ok) return read.value
  complaints.push({ path, expected: expectedOf(schema), ...(schema['secret'] ? {} : { got: shown(value) }) })
  return fallback(schema)
}

function missing(schema: TSchema, path: string, complaints: Complaint[]): unknown {
  if (isRequired(schema)) complaints.push({ path, expected: expectedOf(schema), got: 'nothing' })
  return fallback(schema)
}

const isRequired = (schema: TSchema): boolean => !('default' in schema || 'decided' in schema || OptionalKind in schema)

/** Stands in for what is wrong, so that rules can look at the rest: the default; empty for a text that must be there. */
const fallback = (schema: TSchema): unknown =>
  KindGuard.IsString(schema) && isRequired(schema) ? '' : structuredClone(schema.default)

function shapeTable(schema: TObject, value: unknown, path: string, complaints: Complaint[]): Table {
  const table = isTable(value) ? value : {}
  if (value !== undefined && !isTable(value)) complain(path, 'a table', value, complaints)
  // [[smtp]] where [smtp] belongs: what stands in it is looked at all the same.
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) if (isTable(item)) shape(schema, item, `${path}[${index}]`, complaints)
  }
  const known = Object.keys(schema.properties)
  for (const key of Object.keys(table).filter((key) => !known.includes(key))) {
    const nearest = nearestKey(path, key, known)
    complaints.push({
      path: join(path, key),
      expected: nearest ?? 'a key of the config',
      problem: nearest === null ? 'unknown key' : `unknown key; did you mean ${nearest}?`,
    })
  }
  const entries = Object.entries(schema.properties).map(([key, field]): [string, unknown] => [
    key,
    shape(field, Object.hasOwn(table, key) ? table[key] : undefined, join(path, key), complaints),
  ])
  return Object.fromEntries(entries.filter(([, read]) => read !== undefined))
}

function shapeRecord(schema: TRecord, value: unknown, path: string, complaints: Complaint[]): Table {
  if (!isTable(value)) {
    complain(path, 'tables', value, complaints)
    return {}
  }
  const [pattern, field] = Object.entries(schema.patternProperties)[0] ?? []
  if (pattern === undefined || field === undefined) return {}
  const fitting: [string, unknown][] = []
  for (const [name, item] of Object.entries(value)) {
    const named = new RegExp(pattern).test(name)
    if (!named) {
      complaints.push({
        path: join(path, name),
        expected: 'a name of small letters, digits and dashes',
        got: shown(name),
      })
    }
    const read = shape(field, item, join(path, name), complaints)
    if (named) fitting.push([name, read])
  }
  return Object.fromEntries(fitting)
}

function shapeList(schema: TArray, value: unknown, path: string, complaints: Complaint[]): unknown {
  const ofTables = KindGuard.IsObject(schema.items)
  if (ofTables && !Array.isArray(value)) complain(path, `a list of tables, [[${path}]]`, value, complaints)
  // One text stands for a list of one.
  const single = !Array.isArray(value)
  const items: unknown[] = Array.isArray(value) ? value : [value]
  if (items.length < (schema.minItems ?? 0)) complaints.push({ path, expected: 'at least one', got: 'an empty list' })
  const reads = items
    .filter((item) => !ofTables || !single || isTable(item))
    .map((item, index) => shape(schema.items, item, single ? path : `${path}[${index}]`, complaints))
    .filter((read) => read !== undefined)
  return reads.length >= (schema.minItems ?? 0) ? reads : fallback(schema)
}

function complain(path: string, expected: string, value: unknown, complaints: Complaint[]): void {
  // A whole section may hold secrets: only its kind is told.
  complaints.push({ path, expected, got: kindOf(value) })
}

type Read = { ok: true; value: unknown } | { ok: false }
const refused: Read = { ok: false }
const taken = (value: unknown): Read => ({ ok: true, value })

function readScalar(schema: TSchema, value: unknown): Read {
  if (schema['liftable'] && value === UNLIMITED) return taken(undefined)
  if (KindGuard.IsUnion(schema)) return schema.anyOf.some((word) => word.const === value) ? taken(value) : refused
  if (KindGuard.IsBoolean(schema)) return typeof value === 'boolean' ? taken(value) : refused
  if (KindGuard.IsString(schema)) {
    if (typeof value !== 'string') return refused
    if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? 65_536)) return refused
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) return refused
    const form = forms.get(schema['form'])
    const read = form ? form.read(value) : value
    return read === null ? refused : taken(read)
  }
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = schema
  if (
    typeof value !== 'number' ||
    (KindGuard.IsInteger(schema) ? !Number.isSafeInteger(value) : !Number.isFinite(value))
  )
    return refused
  return value >= minimum && value > exclusiveMinimum && value <= maximum ? taken(value) : refused
}

function expectedOf(schema: TSchema): string {
  if (KindGuard.IsUnion(schema)) return `one of ${schema.anyOf.map((word) => shown(word.const)).join(', ')}`
  if (KindGuard.IsBoolean(schema)) return 'true or false'
  if (KindGuard.IsString(schema)) {
    const form = forms.get(schema['form'])
    if (form) return form.expected
    return schema['wanted'] ?? `a text of ${schema.minLength ?? 0} to ${schema.maxLength ?? 65_536} characters`
  }
  const kind = KindGuard.IsInteger(schema) ? 'a whole number' : 'a number'
  const least = schema.minimum === undefined ? `above ${schema.exclusiveMinimum}, to` : `from ${schema.minimum} to`
  return `${kind} ${least} ${schema.maximum}${schema['liftable'] ? `, or "${UNLIMITED}"` : ''}`
}
