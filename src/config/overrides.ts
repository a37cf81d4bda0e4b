// What the environment and the command line put in the place of what the file says.
import { KindGuard, type TSchema } from '@sinclair/typebox'
import { closest } from 'fastest-levenshtein'
import type { Complaint } from './complaints.ts'
import { leafPaths, ourWords } from './nearest.ts'
import { ConfigSchema } from './schema.ts'
import { PlanSection } from './schema-plans.ts'
import { isTable, type Table } from './shape.ts'
import { shippedPlans } from './shipped-plans.ts'

/** A key's value from outside the file, under the name by which a complaint calls it. */
export interface Override {
  name: string
  path: readonly string[]
  value: unknown
}

const PREFIX = 'MAYFLY_'
/** It names the file, and is no key in it. */
const CONFIG_FILE = 'MAYFLY_CONFIG'
const DOMAINS = 'MAYFLY_DOMAINS'

/** The name of the variable that overrides a key: MAYFLY_SMTP_MAX_RECIPIENTS. Dashes in a plan's name become underscores. */
export const variableOf = (path: readonly string[]): string =>
  `${PREFIX}${path.join('_').toUpperCase().replaceAll('-', '_')}`

/** The overrides in the environment. A variable that begins with MAYFLY_ and names no key is complained about. */
export function readEnvironment(env: Record<string, string | undefined>, complaints: Complaint[]): Override[] {
  const keys = new Map(leafPaths().map((path) => [variableOf(path), path]))
  const overrides: Override[] = []
  for (const name of Object.keys(env).sort()) {
    const text = env[name]
    if (!name.startsWith(PREFIX) || name === CONFIG_FILE || text === undefined || text === '') continue
    const path = keys.get(name) ?? planKey(name)
    if (name === DOMAINS) {
      overrides.push({ name, path: ['domains'], value: words(text).map((domain) => ({ name: domain })) })
    } else if (path) {
      overrides.push({ name, path, value: readText(schemaAt(path), text) })
    } else {
      const nearest = nearestVariable(name, [...keys.keys()])
      complaints.push({ path: name, expected: nearest, problem: `unknown variable; did you mean ${nearest}?` })
    }
  }
  return overrides
}

const planKeys = Object.keys(PlanSection.properties)
const PLANS = `${PREFIX}PLANS_`

/** MAYFLY_PLANS_MY_PLAN_BURST is plans.my-plan.burst. */
function planKey(name: string): string[] | null {
  if (!name.startsWith(PLANS)) return null
  const rest = name.slice(PLANS.length).toLowerCase()
  const key = planKeys.find((key) => rest.endsWith(`_${key}`) && rest.length > key.length + 1)
  return key === undefined ? null : ['plans', rest.slice(0, -key.length - 1).replaceAll('_', '-'), key]
}

function nearestVariable(name: string, known: readonly string[]): string {
  const ofPlans = Object.keys(shippedPlans).flatMap((plan) => planKeys.map((key) => variableOf(['plans', plan, key])))
  // MAYFLY_HTTP_PORT: the section's name is right, and the key's is somebody else's.
  const [, section = '', word = ''] = /^([A-Z0-9]+_(?:[A-Z0-9_]+_)?)([A-Z0-9]+)$/.exec(name) ?? []
  const called = ourWords(word.toLowerCase())
    .map((key) => `${section}${key.toUpperCase()}`)
    .find((variable) => known.includes(variable) || variable === DOMAINS)
  if (called !== undefined) return called
  return closest(name, [...known, CONFIG_FILE, DOMAINS, ...(name.startsWith(PLANS) ? ofPlans : [])])
}

function schemaAt(path: readonly string[]): TSchema | undefined {
  let schema: TSchema | undefined = ConfigSchema
  for (const key of path) {
    if (schema && KindGuard.IsObject(schema)) schema = schema.properties[key]
    else if (schema && KindGuard.IsRecord(schema)) schema = Object.values(schema.patternProperties)[0]
  }
  return schema
}

const words = (text: string): string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** A variable's text as the value that TOML would have given; what can't be one stays text, to be complained about. */
function readText(schema: TSchema | undefined, text: string): unknown {
  if (schema === undefined) return text
  if (KindGuard.IsArray(schema)) return words(text)
  if (KindGuard.IsBoolean(schema)) return BOOLEANS.get(text.trim().toLowerCase()) ?? text
  if (KindGuard.IsInteger(schema)) return /^\s*-?\d+\s*$/.test(text) ? Number(text) : text
  if (KindGuard.IsNumber(schema)) return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text
  return text
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/** The tables with the overrides in them. Where a section is no table its own complaint says so, and nothing is put in. */
export function withOverrides(tables: Table, overrides: readonly Override[]): Table {
  return overrides.reduce((result, { path, value }) => withValue(result, path, value), tables)
}

function withValue(table: Table, [key, ...rest]: readonly string[], value: unknown): Table {
  if (key === undefined) return table
  const old = Object.hasOwn(table, key) ? (table[key] ?? {}) : {}
  if (rest.length === 0) return { ...table, [key]: value }
  return isTable(old) ? { ...table, [key]: withValue(old, rest, value) } : table
}

/** The complaint under the name of the override that it is about, if it is about one. */
export function underItsName(complaint: Complaint, overrides: readonly Override[]): Complaint {
  const source = overrides.findLast(({ path }) => {
    const key = path.join('.')
    return complaint.path === key || complaint.path.startsWith(`${key}[`)
  })
  return source ? { ...complaint, path: source.name } : complaint
}
