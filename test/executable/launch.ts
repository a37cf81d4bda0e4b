// The built executable itself, in an empty directory, with the sources out of reach.
import { copyFileSync, existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unlimited } from '../core.ts'

const root = join(import.meta.dir, '../..')
export const executable = join(root, 'dist/mayfly')

if (!existsSync(executable)) throw new Error('dist/mayfly is not there: scripts/build makes it')

/** Where a private mount namespace can be had, the checkout is hidden under an empty file system. */
const canHide = Bun.spawnSync(['unshare', '-m', 'true'], { stdout: 'ignore', stderr: 'ignore' }).success

/** Under another name, which is enough: a copy of its 140 MB for each test would cost more than many of them. */
function put(copy: string): void {
  try {
    linkSync(executable, copy)
  } catch {
    // The directory is on another disk.
    copyFileSync(executable, copy)
  }
}

/** The command line that runs the executable from elsewhere, so that neither its own folder nor the checkout can be seen. */
function commandFor(directory: string, args: readonly string[]): string[] {
  const copy = join(directory, '.mayfly')
  if (!existsSync(copy)) put(copy)
  if (!canHide) return [copy, ...args]
  return ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs none "$1" && shift && exec "$@"', 'sh', root, copy, ...args]
}

export type Directory = { path: string; [Symbol.dispose]: () => void }

export function emptyDirectory(): Directory {
  const path = mkdtempSync(join(tmpdir(), 'mayfly-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Runs a command to its end. `input`: what it reads from standard input. */
export async function run(
  directory: Directory,
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn(commandFor(directory.path, args), {
    cwd: directory.path,
    env: { PATH: Bun.env['PATH'] ?? '', ...env },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

export type Running = {
  /** Ports; `smtps` is 0 without a listener for implicit TLS. */
  http: number
  smtp: number
  smtps: number
  /** `http://127.0.0.1:PORT/mayfly/v1` */
  api: string
  greeting: string
  pid: number
  /** What it wrote to standard error so far. */
  log: () => string
  /** Settles when it has ended by itself. */
  gone: Promise<number>
  /** Sends a signal and answers the exit code (negative: died of the signal). */
  end: (signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT') => Promise<number>
  [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * Starts a server on free ports (or on those of one that has ended), and answers when it has said where it listens. `below`:
 * a command that runs it, such as strace.
 */
export async function serve(
  directory: Directory,
  env: Record<string, string> = {},
  below: readonly string[] = [],
  ports: Pick<Running, 'http' | 'smtp'> = { http: 0, smtp: 0 },
): Promise<Running> {
  const args = ['serve', '--http', `127.0.0.1:${ports.http}`, '--smtp', `127.0.0.1:${ports.smtp}`]
  const child = Bun.spawn([...below, ...commandFor(directory.path, args)], {
    cwd: directory.path,
    env: { PATH: Bun.env['PATH'] ?? '', MAYFLY_LOG_FORMAT: 'json', ...unlimited, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  let log = ''
  const reading = gather(child.stderr, (text) => {
    log += text
  })
  let greeting = ''
  const ready = Promise.withResolvers<void>()
  gather(child.stdout, (text) => {
    greeting += text
    if (/wait\?/.test(greeting)) ready.resolve()
  })
  await Promise.race([ready.promise, child.exited])
  if (child.exitCode !== null) {
    await reading
    throw new Error(`mayfly ended with ${child.exitCode} before it was ready: ${log}`)
  }
  const port = (pattern: RegExp) => Number(pattern.exec(greeting)?.[1] ?? 0)
  const http = port(/^HTTP .*:(\d+)\/$/m)
  const end = async (signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number> => {
    child.kill(signal)
    await child.exited
    await reading
    return child.exitCode ?? -1
  }
  return {
    http,
    smtp: port(/^SMTP .*:(\d+)$/m),
    smtps: port(/^SMTP .*:(\d+) \(TLS\)$/m),
    api: `http://127.0.0.1:${http}/mayfly/v1`,
    greeting,
    pid: child.pid,
    log: () => log,
    gone: child.exited,
    end,
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL')
    },
  }
}

async function gather(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  for await (const bytes of stream) take(decoder.decode(bytes, { stream: true }))
}

/** GETs (or, with a body, POSTs) and reads JSON. */
export async function json<Shape>(
  url: string,
  init: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Shape> {
  const body = init.body === undefined ? {} : { method: 'POST', body: JSON.stringify(init.body) }
  const answer = await fetch(url, { ...body, headers: { 'content-type': 'application/json', ...init.headers } })
  return JSON.parse(await answer.text())
}
