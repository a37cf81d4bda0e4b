// What a process asked of the system, in the order in which it did, as strace saw it.
import { readFileSync } from 'node:fs'

/** Why strace cannot be had here; null where it can. */
export const noStrace =
  Bun.which('strace') === null
    ? 'strace is not installed'
    : Bun.spawnSync(['strace', '-o', '/dev/null', 'true'], { stdout: 'ignore', stderr: 'ignore' }).success
      ? null
      : 'strace is not permitted'

/** `began` and `ended` are places in one order over all threads. `text`: its arguments, as strace writes them. */
export type Call = { thread: string; name: string; text: string; began: number; ended: number; result: string }

/** Runs a command so that it gets the signals itself, and strace ends with it. */
export const traced = (file: string, calls: readonly string[]): string[] => [
  'strace',
  '-D',
  '-f',
  '-y',
  '-s',
  '4200',
  '-o',
  file,
  '-e',
  `trace=${calls.join(',')}`,
  '-e',
  'signal=none',
]

/** Reads a trace once the process has ended. */
export async function callsIn(file: string): Promise<Call[]> {
  for (let size = -1, now = 0; now !== size; now = Bun.file(file).size) {
    size = now
    await Bun.sleep(200)
  }
  const calls: Call[] = []
  const open = new Map<string, Call>()
  for (const [at, line] of readFileSync(file, 'latin1').split('\n').entries()) {
    const [, thread, rest] = /^(\d+) +(.*)$/s.exec(line) ?? []
    if (!thread || rest === undefined) continue
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/s.exec(rest)?.[1]
    const began = /^(\w+)\((.*)$/s.exec(rest)
    const call = resumed === undefined ? newCall(thread, began, at) : open.get(thread)
    if (!call) continue
    if (resumed === undefined) calls.push(call)
    else call.text += resumed
    if (call.text.endsWith('<unfinished ...>')) {
      call.text = call.text.slice(0, -'<unfinished ...>'.length)
      open.set(thread, call)
      continue
    }
    open.delete(thread)
    call.ended = at
    call.result = /\) += (-?\w+)[^=]*$/.exec(call.text)?.[1] ?? ''
  }
  return calls
}

function newCall(thread: string, began: RegExpExecArray | null, at: number): Call | undefined {
  const [, name, text] = began ?? []
  return name && text !== undefined
    ? { thread, name, text, began: at, ended: Number.POSITIVE_INFINITY, result: '' }
    : undefined
}

/** The file that a call's first argument is open on. */
export const fileOf = ({ text }: Call): string => /^\d+<([^>]*)>/.exec(text)?.[1] ?? ''
