// What the benchmarks share: servers in processes of their own, in fresh directories, and tables of medians.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dir, '../..')

export type Server = { smtp: number; http: number; pid: number; stop: () => Promise<void> }

/** The built executable with its defaults, but for free ports and `env`. */
export async function mayfly(env: Record<string, string> = {}): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-bench-'))
  const process = Bun.spawn([join(root, 'dist/mayfly'), 'serve', '--http', '127.0.0.1:0', '--smtp', '127.0.0.1:0'], {
    cwd: directory,
    env: { PATH: Bun.env['PATH'] ?? '', MAYFLY_LOG_LEVEL: 'warn', ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = await until(process.stdout, /Try it/)
  const port = (name: string) => Number(new RegExp(`^${name}\\s+\\S*:(\\d+)`, 'm').exec(said)?.[1])
  return { smtp: port('SMTP'), http: port('HTTP'), pid: process.pid, stop: () => end(process, directory) }
}

/** The same smtp-server without Mayfly: `discard` keeps nothing, `store` the bytes alone, with a writer thread. */
export async function peer(mode: 'discard' | 'store'): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), 'mayfly-bench-'))
  const process = Bun.spawn(['bun', join(import.meta.dir, 'peer.ts'), mode, directory], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = await until(process.stdout, /\d+\n/)
  return { smtp: Number.parseInt(said, 10), http: 0, pid: process.pid, stop: () => end(process, directory) }
}

async function until(stream: ReadableStream<Uint8Array>, sign: RegExp): Promise<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (!sign.test(text)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`a server ended before it was ready: ${text}`)
    text += decoder.decode(value, { stream: true })
  }
  return text
}

async function end(process: Bun.Subprocess, directory: string): Promise<void> {
  process.kill('SIGTERM')
  await process.exited
  rmSync(directory, { recursive: true, force: true })
}

export type Load = {
  done: number
  failed: number
  seconds: number
  rate: number
  p50: number
  p99: number
  cpu: number
}

/** Runs the load generator. `cpu`: the share of a core that it used itself. */
export async function load(
  port: number,
  {
    connections,
    mails,
    file,
    mode = 'reuse',
    addresses = 1000,
  }: { connections: number; mails: number; file: string; mode?: 'reuse' | 'new'; addresses?: number },
): Promise<Load> {
  const process = Bun.spawn(
    ['bun', join(import.meta.dir, 'load.ts'), ...[port, connections, mails, file, mode, addresses].map(String)],
    { stdout: 'pipe', stderr: 'inherit' },
  )
  const result: Load = JSON.parse(await new Response(process.stdout).text())
  if (result.done !== mails || result.failed > 0)
    throw new Error(`of ${mails} mails ${result.done} were taken, ${result.failed} refused`)
  return result
}

/** A mail of about so many bytes: the shared one if it is there, else one like it. */
export function mailOf(name: '2k' | '50k'): string {
  const shared = join(root, '../shared/corpus/load', `${name}.eml`)
  if (existsSync(shared)) return shared
  const file = join(tmpdir(), `mayfly-bench-${name}-${process.pid}.eml`)
  const bytes = name === '2k' ? 2048 : 51_200
  const line = 'The quick brown fox jumps over the lazy dog, and your code is 482913.\r\n'
  const head =
    'From: Load <load@sender.test>\r\nTo: you@mayfly.test\r\nSubject: A load mail\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'
  writeFileSync(file, head + line.repeat(Math.ceil((bytes - head.length) / line.length)))
  return file
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}

/** How often each measure is taken: at least three times. */
export const runs = Math.max(3, Number(process.argv[2] ?? 3))

/** Prints rows under their headings, as Markdown. */
export function table(headings: string[], rows: (string | number)[][]): void {
  const cells = [headings, ...rows.map((row) => row.map(String))]
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  console.log([line(headings), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n'))
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en')
export const fixed = (value: number, digits = 2): string => value.toFixed(digits)
