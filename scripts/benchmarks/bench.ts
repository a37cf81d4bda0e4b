// What the benchmarks share: how often they run, medians, tables, and what is said of a goal.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')

/** What all benchmarks of one `scripts/bench` keep on the disk; it removes that at the end. */
export const scratch = Bun.env['MAYFLY_BENCH_SCRATCH'] ?? freshIn(tmpdir())

function freshIn(parent: string): string {
  const directory = mkdtempSync(join(parent, 'mayfly-bench-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export const freshDirectory = (): string => mkdtempSync(join(scratch, 'run-'))

/** How often each measure is taken: at least three times. */
export const runs = Math.max(3, Number(process.argv[2] ?? 3))

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}

export const percentile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length * share)] ?? 0

/** What was measured, run by run, under names. */
export class Measures<Measured> {
  private readonly all = new Map<string, Measured[]>()

  add(name: string, one: Measured): void {
    this.all.set(name, [...this.of(name), one])
  }

  of(name: string): readonly Measured[] {
    return this.all.get(name) ?? []
  }

  get names(): string[] {
    return [...this.all.keys()]
  }

  /** The median over the runs; not a number where there was none. */
  median(name: string, of: (one: Measured) => number): number {
    const numbers = this.of(name).map(of)
    return numbers.length === 0 ? Number.NaN : median(numbers)
  }
}

export function title(text: string): void {
  console.log(`\n## ${text}\n`)
}

/** Prints rows under their headings, as Markdown. */
export function table(headings: string[], rows: (string | number)[][]): void {
  const cells = [headings, ...rows.map((row) => row.map(String))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const lines = [line(headings), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)]
  console.log(`${lines.join('\n')}\n`)
}

/** Says whether a number is where it should be: `goal: ingest 2k ≥ 0.9 × raw: reached (0.95)`. */
export function goal(
  what: string,
  value: number,
  { atLeast, below, unit = '', digits = 2 }: { atLeast?: number; below?: number; unit?: string; digits?: number },
): void {
  const wanted = atLeast === undefined ? `< ${below}` : `≥ ${atLeast}`
  if (Number.isNaN(value)) {
    console.log(`goal: ${what} ${wanted}${unit}: not measured`)
    return
  }
  const reached = atLeast === undefined ? value < (below ?? 0) : value >= atLeast
  console.log(`goal: ${what} ${wanted}${unit}: ${reached ? 'reached' : 'not reached'} (${fixed(value, digits)}${unit})`)
}

/** Numbers with thousands apart; what was not measured is a dash. */
export const whole = (value: number): string => (Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en'))
export const fixed = (value: number, digits = 2): string =>
  Number.isNaN(value)
    ? '–'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })

/** A mail of about so many bytes: the shared one if it is there, else one like it. */
export function mailOf(name: '2k' | '50k'): string {
  const shared = join(root, '../shared/corpus/load', `${name}.eml`)
  return existsSync(shared) ? shared : madeMail(name === '2k' ? 2048 : 51_200)
}

/** The file of a plain mail of about so many bytes. */
export function madeMail(bytes: number): string {
  const file = join(scratch, `${bytes}.eml`)
  const line = 'The quick brown fox jumps over the lazy dog, and your code is 482913.\r\n'
  const head =
    'From: Load <load@sender.test>\r\nTo: you@mayfly.test\r\nSubject: A load mail\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
  writeFileSync(file, head + line.repeat(Math.ceil((bytes - head.length) / line.length)))
  return file
}
