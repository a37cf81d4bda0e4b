// The servers that are measured, each in a process of its own: Mayfly as built, and the baselines.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshDirectory, root } from './bench.ts'
import { maildevCommand, type Runtime } from './maildev.ts'

export type Server = {
  smtp: number
  http: number
  pid: number
  directory: string
  /** What it said when it was ready. */
  greeting: string
  stop: () => Promise<void>
}

type Where = {
  /** One that is there already, with its data; it stays. Without it: an empty one, removed at the end. */
  directory?: string
  /** Further variables of the environment. */
  env?: Record<string, string>
}

/** Those that a benchmark which fails, or is broken off, would leave behind. */
const running = new Set<Bun.Subprocess>()
process.on('exit', () => {
  for (const one of running) one.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** What every one runs with: the benchmarks are one client, and are to meet no limit on one client's calls. */
export const mayflyEnvironment = {
  PATH: Bun.env['PATH'] ?? '',
  MAYFLY_LOG_LEVEL: 'warn',
  MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: 'unlimited',
  MAYFLY_DIALECTS_MAILCX_REQUESTS_PER_SECOND_PER_IP: '1000000',
}

/** The built executable with its defaults, but for free ports and `env`. */
export function mayfly(where: Where = {}): Promise<Server> {
  return serve([join(root, 'dist/mayfly')], where)
}

/** The same sources without the executable, and without digests: what taking mail in costs by itself. */
export function mayflyWithoutDigests(where: Where = {}): Promise<Server> {
  return serve(['bun', join(import.meta.dir, 'without-digests.ts')], where)
}

async function serve(command: string[], { directory, env = {} }: Where): Promise<Server> {
  const cwd = directory ?? freshDirectory()
  const process = Bun.spawn([...command, 'serve', '--http', '127.0.0.1:0', '--smtp', '127.0.0.1:0'], {
    cwd,
    env: { ...mayflyEnvironment, ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  running.add(process)
  const said = await until(process.stdout, /Try it/)
  const port = (name: string) => Number(new RegExp(`^${name}\\s+\\S*:(\\d+)`, 'm').exec(said)?.[1])
  const stop = () => end(process, directory === undefined ? cwd : null)
  return { smtp: port('SMTP'), http: port('HTTP'), pid: process.pid, directory: cwd, greeting: said, stop }
}

/** The same smtp-server without Mayfly: `discard` keeps nothing, `store` the bytes alone, with a writer thread. */
export async function peer(mode: 'discard' | 'store', { env = {} }: Pick<Where, 'env'> = {}): Promise<Server> {
  const directory = freshDirectory()
  const process = Bun.spawn(['bun', join(import.meta.dir, 'peer.ts'), mode, directory], {
    env: { PATH: Bun.env['PATH'] ?? '', ...env },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  running.add(process)
  const said = await until(process.stdout, /\d+\n/)
  const smtp = Number.parseInt(said, 10)
  return { smtp, http: 0, pid: process.pid, directory, greeting: said, stop: () => end(process, directory) }
}

/** MailDev, keeping mails in memory; null where it cannot be had. Its package asks for Node; on Bun it is faster. */
export async function maildev(runtime: Runtime): Promise<Server | null> {
  const command = await maildevCommand(runtime)
  if (command === null) return null
  const directory = freshDirectory()
  const [smtp, http] = [freePort(), freePort()]
  const process = Bun.spawn(
    [...command, '--ip', '127.0.0.1', '--smtp', `${smtp}`, '--web-ip', '127.0.0.1', '--web', `${http}`],
    { cwd: directory, env: { PATH: Bun.env['PATH'] ?? '' }, stdout: 'ignore', stderr: 'ignore' },
  )
  running.add(process)
  await answers(smtp)
  return { smtp, http, pid: process.pid, directory, greeting: '', stop: () => end(process, directory) }
}

/** A port that nobody listens on now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await greeted(port)) return
    await Bun.sleep(50)
  }
  throw new Error(`nothing answered on port ${port}`)
}

/** Whether an SMTP server greets there; false as soon as nobody listens. */
export function greeted(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(socket, bytes) {
        resolve(bytes.toString('latin1').startsWith('220'))
        socket.end('QUIT\r\n')
      },
      close: () => resolve(false),
      connectError: () => resolve(false),
    },
  }).catch(() => resolve(false))
  return promise
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

/** Ends a process, and removes its directory if one is given. */
export async function end(process: Bun.Subprocess, directory: string | null): Promise<void> {
  process.kill('SIGTERM')
  await process.exited
  running.delete(process)
  if (directory !== null) rmSync(directory, { recursive: true, force: true })
}

/** Megabytes that a process has in memory now (`VmRSS`), or had at most (`VmHWM`). Linux only. */
export function megabytes({ pid }: Pick<Server, 'pid'>, which: 'VmRSS' | 'VmHWM'): number {
  const kibibytes = new RegExp(`^${which}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return (Number(kibibytes) * 1024) / 1e6
}

/** Seconds that a server gets for it at most. */
const longestRest = 30

/** Answers when a server has nothing to do any more: a large database is looked through after each start. Linux only. */
export async function untilAtRest({ pid }: Pick<Server, 'pid'>): Promise<void> {
  let before = ticks(pid)
  for (let second = 0; second < longestRest; second++) {
    await Bun.sleep(1000)
    const now = ticks(pid)
    if (now - before < 5) return
    before = now
  }
}

/** Microseconds for which a process's main thread has run. Linux only. */
export function mainThreadMicroseconds({ pid }: Pick<Server, 'pid'>): number {
  // proc(5): the first number is the time spent on the processor, in nanoseconds.
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000
}

/** Hundredths of a second of user and system time. */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // proc(5): they are the fields 14 and 15; the second field, a name in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** Becomes the admin by the link of the first start, and makes a key. */
export async function keyOf({ http, greeting }: Pick<Server, 'http' | 'greeting'>): Promise<string> {
  const origin = `http://127.0.0.1:${http}`
  const post = (at: string, body: object, cookie = '') =>
    fetch(`${origin}/mayfly/v1/${at}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin, cookie },
      body: JSON.stringify(body),
    })
  const token = /invitation#(\S+)/.exec(greeting)?.[1]
  const accepted = await post('invitations/accept', { token, email: 'bench@tenant.test', password: 'open sesame' })
  const cookie = (accepted.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const made: { key?: string } = JSON.parse(await (await post('keys', {}, cookie)).text())
  if (made.key === undefined) throw new Error('no key was made')
  return made.key
}
