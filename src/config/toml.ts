// Reading a config file, and saying where it is broken.
import { readFileSync } from 'node:fs'
import { type Complaint, ConfigComplaints } from './complaints.ts'
import { isTable, type Table } from './shape.ts'

/** Beyond this much the search for the broken line would take long. */
const SEARCHABLE = 262_144

/** The tables in a file. Throws ConfigComplaints if it can't be read or is not TOML. */
export function readToml(file: string): Table {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const reason = REASONS.get(code) ?? code
    throw new ConfigComplaints([
      { path: file, expected: 'a file that can be read', problem: `can't be read: ${reason}` },
    ])
  }
  return parseToml(text, file)
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'it is a directory'],
])

/** The tables in a text; `file` is the name in the complaint. */
function parseToml(text: string, file: string): Table {
  try {
    return parse(text)
  } catch (error) {
    // Some messages of the parser end in what stands in the file, which may be a secret.
    const words = (error instanceof Error ? error.message : '')
      .replace(/^TOML Parse error: /, '')
      .replace(/:? *".*/s, '')
    throw new ConfigComplaints([notToml(file, brokenLine(text), words)])
  }
}

const notToml = (file: string, line: number | null, words: string): Complaint => ({
  path: line === null ? file : `${file}:${line}`,
  expected: 'TOML',
  problem: `not valid TOML: ${words}`,
})

function parse(text: string): Table {
  const parsed: unknown = Bun.TOML.parse(text)
  return isTable(parsed) ? parsed : {}
}

/** The parser names no line. What is broken begins where the longest beginning of the file that is TOML ends. */
function brokenLine(text: string): number | null {
  if (text.length > SEARCHABLE) return null
  const lines = text.split('\n')
  for (let good = lines.length - 1; good > 0; good--) {
    try {
      parse(lines.slice(0, good).join('\n'))
      return good + 1
    } catch {}
  }
  return 1
}
