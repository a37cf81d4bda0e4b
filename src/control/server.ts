// The running server's ear for commands: a socket in the data directory that its owner alone can reach.
import { chmod, lstat, rm } from 'node:fs/promises'
import { Value } from '@sinclair/typebox/value'
import { because, CannotDo } from '../cannot-do.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { untyped } from '../storage/untyped.ts'
import { type Answer, heartbeatMs, mostInputBytes, socketOf } from './answer.ts'
import { sentenceOf } from './sentences.ts'
import type { Ground } from './verb.ts'
import { type VerbName, verbs } from './verbs.ts'

export type Control = {
  /** Stops what is under way and takes the socket away. */
  stop: () => Promise<void>
}

/** A request must be there whole in this time. */
const requestMs = 10_000
/** How long verbs that were told to stop may take to. */
const graceMs = 5000

/**
 * Listens, also where a server that crashed left its socket: the caller holds the lock, so nobody listens there. Throws
 * CannotDo; mail can be served without it.
 */
export async function openControl(dataDir: string, ground: Ground, log: Log): Promise<Control> {
  const socket = socketOf(dataDir)
  await removeLeftover(socket)
  const stopping = new AbortController()
  const atWork = new Set<Promise<unknown>>()
  const server = listen(socket, (request) => {
    const name = new URL(request.url).pathname.slice(1)
    const signal = AbortSignal.any([request.signal, stopping.signal])
    const work = textOf(request).then((text) => perform(ground, name, text, signal, log))
    atWork.add(work)
    return work.finally(() => atWork.delete(work))
  })
  await chmod(socket, 0o600)
  return {
    stop: async () => {
      stopping.abort()
      await Promise.race([Promise.allSettled(atWork), Bun.sleep(graceMs)])
      // A moment for the answers to leave.
      await Promise.race([server.stop(), Bun.sleep(graceMs / 10)])
      await server.stop(true)
      await rm(socket, { force: true })
    },
  }
}

function listen(socket: string, handle: (request: Request) => Promise<Answer>): Bun.Server<undefined> {
  try {
    return Bun.serve({
      unix: socket,
      maxRequestBodySize: mostInputBytes,
      development: false,
      fetch: (request) =>
        request.method === 'POST'
          ? new Response(lines(handle(request)), { headers: { 'Content-Type': 'application/json' } })
          : new Response(null, { status: 405 }),
      error: () => new Response(null, { status: 500 }),
    })
  } catch (error) {
    throw new CannotDo(
      `commands such as backup cannot reach this server, since it cannot listen on ${socket}: ${because(error)}`,
    )
  }
}

async function textOf(request: Request): Promise<string> {
  const late = Promise.withResolvers<string>()
  const timer = setTimeout(() => late.resolve(''), requestMs)
  return Promise.race([request.text().catch(() => ''), late.promise]).finally(() => clearTimeout(timer))
}

async function* lines(answer: Promise<Answer>): AsyncGenerator<string> {
  for (;;) {
    const late = Promise.withResolvers<null>()
    const timer = setTimeout(() => late.resolve(null), heartbeatMs)
    const answered = await Promise.race([answer, late.promise])
    clearTimeout(timer)
    yield answered === null ? '\n' : `${JSON.stringify(answered)}\n`
    if (answered !== null) return
  }
}

async function perform(ground: Ground, name: string, text: string, signal: AbortSignal, log: Log): Promise<Answer> {
  try {
    if (!isVerb(name)) return { cannot: `the running server knows no "${name}": it is of another version` }
    const input: unknown = parsed(text)
    const { input: schema, run } = verbs[name]
    const [complaint] = Value.Errors(schema, input)
    if (complaint) return { cannot: `the running server cannot ${name}: ${complaint.path} ${complaint.message}` }
    log.info({ verb: name }, 'a command')
    return { done: await run(ground, untyped(input), signal) }
  } catch (error) {
    if (error instanceof CannotDo) return { cannot: error.message }
    if (error instanceof Refusal) return { cannot: sentenceOf(error) }
    log.error({ err: error, verb: name }, 'a defect')
    return { defect: because(error) }
  }
}

/** Undefined, which no schema takes, for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isVerb = (name: string): name is VerbName => Object.hasOwn(verbs, name)

/** Anything else than a socket is somebody's file. */
async function removeLeftover(socket: string): Promise<void> {
  const found = await lstat(socket).catch(() => null)
  if (!found) return
  if (!found.isSocket()) {
    throw new CannotDo(`commands such as backup cannot reach this server, since ${socket} is there and is no socket`)
  }
  await rm(socket)
}
