// Asking the running server, and doing without when there is none.
import { existsSync } from 'node:fs'
import { Value } from '@sinclair/typebox/value'
import { CannotDo } from '../cannot-do.ts'
import { Refusal } from '../refusal.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../storage/lock.ts'
import { finishRestore } from '../storage/restore.ts'
import { Answer, silenceMs, socketOf } from './answer.ts'
import { sentenceOf } from './sentences.ts'
import { type InputOf, type OutputOf, type VerbName, verbs } from './verbs.ts'

/** How long a server may take that holds the lock and does not listen: it is starting or stopping. */
const patienceMs = 10_000
const pauseMs = 100

/**
 * Has the running server do the verb; without one, takes the lock and does what `alone` says. Throws CannotDo, also
 * for what the services refuse, and when there is a server that does not answer.
 */
export async function perform<Name extends VerbName>(
  dataDir: string,
  name: Name,
  input: InputOf<Name>,
  alone: () => Promise<OutputOf<Name>>,
): Promise<OutputOf<Name>> {
  for (const until = performance.now() + patienceMs; ; await Bun.sleep(pauseMs)) {
    const answer = await ask(dataDir, name, input)
    if (answer) return answer.done
    const lock = takeLock(dataDir)
    if (lock) {
      try {
        finishRestore(dataDir)
        return await alone()
      } catch (error) {
        throw error instanceof Refusal ? new CannotDo(sentenceOf(error)) : error
      } finally {
        lock.release()
      }
    }
    if (performance.now() > until) throw new CannotDo(deaf(dataDir))
  }
}

/** The lock of a data directory that is there, or null while a server has it. */
export function takeLock(dataDir: string): DataDirectoryLock | null {
  try {
    return DataDirectoryLock.take(dataDir)
  } catch (error) {
    if (error instanceof DataDirectoryTaken) return null
    throw error
  }
}

/** What the running server answered, or null if none listens. Throws CannotDo. */
export async function ask<Name extends VerbName>(
  dataDir: string,
  name: Name,
  input: InputOf<Name>,
): Promise<{ done: OutputOf<Name> } | null> {
  const socket = socketOf(dataDir)
  // Left behind by a crash, it refuses connections; anything else is not asked at all.
  if (!existsSync(socket)) return null
  const said = await exchange(socket, name, input, dataDir)
  if (said === null) return null
  const answer: unknown = parsed(said)
  if (!Value.Check(Answer, answer)) throw new CannotDo(otherVersion)
  if ('cannot' in answer) throw new CannotDo(answer.cannot)
  if ('defect' in answer) throw new CannotDo(`the running server failed: ${answer.defect}; its log says more`)
  const { output } = verbs[name]
  if (!Value.Check(output, answer.done)) throw new CannotDo(otherVersion)
  return { done: answer.done }
}

const otherVersion = 'the running server answered something else: it is of another version; restart it'

const deaf = (dataDir: string): string =>
  `a Mayfly is running on ${dataDir}, but does not answer on ${socketOf(dataDir)}: its log may say why; stop it and try again`

async function exchange(socket: string, name: string, input: unknown, dataDir: string): Promise<string | null> {
  const silence = new AbortController()
  const watch = (): ReturnType<typeof setTimeout> => setTimeout(() => silence.abort(), silenceMs)
  let timer = watch()
  try {
    const response = await fetch(`http://mayfly/${name}`, {
      unix: socket,
      method: 'POST',
      body: JSON.stringify(input),
      signal: silence.signal,
      keepalive: false,
    })
    if (!response.ok) throw new CannotDo(otherVersion)
    let text = ''
    const decoder = new TextDecoder()
    for await (const bytes of response.body ?? []) {
      clearTimeout(timer)
      timer = watch()
      text += decoder.decode(bytes, { stream: true })
    }
    return text
  } catch (error) {
    if (error instanceof CannotDo) throw error
    if (silence.signal.aborted) throw new CannotDo(deaf(dataDir))
    if (isNobody(error)) return null
    throw new CannotDo('the running server ended before it answered: its log may say why')
  } finally {
    clearTimeout(timer)
  }
}

/** Nobody listens: what is there was left by a server that crashed, or went just now. */
function isNobody(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  return ['ECONNREFUSED', 'ENOENT', 'ENOTSOCK', 'ConnectionRefused', 'FailedToOpenSocket'].includes(String(code))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
