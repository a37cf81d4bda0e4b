// What is wrong with a config, in words that name the key and what was expected.

/** One thing that is wrong. */
export interface Complaint {
  /** The key's path, the variable's or option's name, or the file and line. */
  path: string
  /** What would be right. */
  expected: string
  /** What stands there instead; left out where the key holds a secret. */
  got?: string
  /** Said instead of "expected …, got …" where that would be clumsy. */
  problem?: string
}

const line = ({ path, expected, got, problem }: Complaint): string =>
  `${path}: ${problem ?? `expected ${expected}${got === undefined ? '' : `, got ${got}`}`}`

/** All complaints about a config; the message has one on each line. */
export class ConfigComplaints extends Error {
  override readonly name = 'ConfigComplaints'

  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map(line).join('\n'))
  }
}

/** A value as a complaint shows it: short, on one line, without control characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') {
    const quoted = JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
    return quoted.replace(
      /[\u007f-\u009f\u2028\u2029]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

/** The kind of a value, which gives nothing of it away. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  switch (typeof value) {
    case 'undefined':
      return 'nothing'
    case 'string':
      return 'a text'
    case 'number':
      return 'a number'
    case 'boolean':
      return 'true or false'
    default:
      return 'a table'
  }
}

/** A key below a table, as TOML would write it. */
export function join(path: string, key: string): string {
  const segment = /^[A-Za-z0-9_-]+$/.test(key) ? key : shown(key)
  return path === '' ? segment : `${path}.${segment}`
}
