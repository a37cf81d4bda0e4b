// The commented config that `mayfly init` writes, made from the schema.
import { KindGuard, type TObject, type TRecord, type TSchema } from '@sinclair/typebox'
import { ConfigSchema } from './schema.ts'
import { shippedPlans } from './shipped-plans.ts'

const WIDTH = 100

const HEAD = [
  "Mayfly's config. What is not set here has its default.",
  'A line that begins with one # holds a default: take the # away and change the value. A line that begins with ## is a sample, for a key that has no fixed default. A list of one may be written without its brackets.',
  'Every key can also be set in the environment, under MAYFLY_ and its path: MAYFLY_SMTP_MAX_RECIPIENTS is max_recipients in [smtp]. Lists are separated by commas; MAYFLY_DOMAINS=a.test,b.test serves these as public domains.',
]

/** A config in which all lines but the built-in domain are comments, each key with its documentation and its default. */
export function exampleConfig(): string {
  const head = HEAD.flatMap((paragraph, index) => [...(index > 0 ? ['#'] : []), ...comment(paragraph)])
  const sections = Object.entries(ConfigSchema.properties).flatMap(([name, schema]) => section(name, schema))
  return `${[...head, ...sections].join('\n')}\n`
}

function section(name: string, schema: TSchema): string[] {
  const lines = ['', '', ...comment(schema.description ?? '')]
  if (KindGuard.IsRecord(schema)) return [...lines, ...plans(name, schema)]
  if (KindGuard.IsArray(schema)) return [...lines, `[[${name}]]`, ...domain(schema.items)]
  if (!KindGuard.IsObject(schema)) return []
  // A section of sections has no line of its own.
  if (!Object.values(schema.properties).every((field) => KindGuard.IsObject(field))) {
    return [...lines, `[${name}]`, ...keys(schema)]
  }
  const parts = Object.entries(schema.properties).flatMap(([key, part]) => [
    '',
    ...comment(part.description ?? ''),
    `[${name}.${key}]`,
    ...(KindGuard.IsObject(part) ? keys(part) : []),
  ])
  return [...lines, ...parts]
}

const keys = (schema: TObject): string[] =>
  Object.entries(schema.properties).flatMap(([key, field]) => [
    '',
    ...comment(field.description ?? ''),
    ...words(field),
    ...decided(field),
    line(key, field),
  ])

const line = (key: string, field: TSchema): string =>
  field.default === undefined ? `## ${key} = ${toml(key, field['sample'])}` : `# ${key} = ${toml(key, field.default)}`

const words = (field: TSchema): string[] =>
  KindGuard.IsUnion(field) ? comment(`One of ${field.anyOf.map((word) => JSON.stringify(word.const)).join(', ')}.`) : []

const decided = (field: TSchema): string[] =>
  field['decided'] === undefined ? [] : comment(`Without it: ${field['decided']}.`)

/** The one statement that is no comment: the built-in domain, since a `[[domains]]` must have a name. */
function domain(schema: TSchema): string[] {
  const builtIn = ConfigSchema.properties.domains.default[0]
  const name = KindGuard.IsObject(schema) ? schema.properties['name'] : undefined
  if (!KindGuard.IsObject(schema) || !name) return []
  const { name: _, ...others } = schema.properties
  return [
    '',
    ...comment(name.description ?? ''),
    `name = ${toml('name', builtIn.name)}`,
    ...keys({ ...schema, properties: others }),
  ]
}

function plans(section: string, schema: TRecord): string[] {
  const plan = Object.values(schema.patternProperties)[0]
  if (!plan || !KindGuard.IsObject(plan)) return []
  const fields = Object.entries(plan.properties)
  const shipped = Object.entries(shippedPlans).flatMap(([name, values]) => [
    '',
    `[${section}.${name}]`,
    ...Object.entries(values).map(([key, value]) => `# ${key} = ${toml(key, value)}`),
  ])
  const sample = fields.filter(([, field]) => field['sample'] !== undefined)
  return [
    '#',
    ...fields.flatMap(([key, field]) => comment(`${key}: ${field.description ?? ''}`, '#   ', '#     ')),
    ...shipped,
    '',
    `## [${section}.testers]`,
    ...sample.map(([key, field]) => `## ${key} = ${toml(key, field['sample'])}`),
  ]
}

const UNITS = [
  [1_073_741_824, 'GiB'],
  [1_048_576, 'MiB'],
  [1024, 'KiB'],
] as const

function toml(key: string, value: unknown): string {
  const text = Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : scalar(value)
  if (typeof value !== 'number' || !key.endsWith('bytes')) return text
  const unit = UNITS.find(([size]) => value >= size && value % size === 0)
  return unit ? `${text} # ${value / unit[0]} ${unit[1]}` : text
}

/** Long numbers in groups of three, as TOML allows. */
const scalar = (value: unknown): string =>
  typeof value === 'number' && value >= 10_000 ? String(value).replace(/\B(?=(\d{3})+$)/g, '_') : JSON.stringify(value)

function comment(text: string, first = '# ', other = '# '): string[] {
  const lines: string[] = []
  let current = first
  for (const word of text.split(' ')) {
    if (current.length + word.length > WIDTH) {
      lines.push(current.trimEnd())
      current = other
    }
    current += `${word} `
  }
  return [...lines, current.trimEnd()]
}
