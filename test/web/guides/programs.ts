// Runs the guides' examples as they stand: curl in a shell, JavaScript and Python in one process each, which is told what to
// run line by line.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Program } from '../../../src/web/app/guides/lines.ts'
import { type Directory, emptyDirectory } from '../../executable/launch.ts'

export type Outcome = { status: number; body: unknown }

export type Programs = {
  run: (program: Program, code: string, env: Record<string, string>) => Promise<Outcome>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** An example prints the status and what came; here the two are taken instead. */
const node = `
import { createInterface } from 'node:readline'
import { writeFileSync } from 'node:fs'
const say = process.stdout
let count = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { code, env } = JSON.parse(line)
  Object.assign(process.env, env)
  let printed = []
  console.log = (...all) => { printed = all }
  const file = new URL('example-' + count++ + '.mjs', import.meta.url)
  writeFileSync(file, code)
  try {
    await import(file)
    say.write(JSON.stringify({ status: printed[0], body: printed[1] ?? null }) + '\\n')
  } catch (error) {
    say.write(JSON.stringify({ status: 0, body: String(error) }) + '\\n')
  }
}
`

const python = `
import json, os, sys
for line in sys.stdin:
    told = json.loads(line)
    os.environ.update(told['env'])
    printed = []
    try:
        exec(compile(told['code'], 'example', 'exec'), {'print': lambda *all: printed.extend(all)})
        outcome = {'status': printed[0], 'body': printed[1] if len(printed) > 1 else None}
    except Exception as error:
        outcome = {'status': 0, 'body': repr(error)}
    sys.stdout.write(json.dumps(outcome) + '\\n')
    sys.stdout.flush()
`

/** A process that answers one line for each that it is given. */
function partner(directory: Directory, command: string, name: string, script: string) {
  const file = join(directory.path, name)
  writeFileSync(file, script)
  const { PATH = '', HOME = '' } = Bun.env
  const child = Bun.spawn([command, file], { env: { PATH, HOME }, stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const reader = child.stdout.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  const ask = async (question: object): Promise<Outcome> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    child.stdin.flush()
    while (!rest.includes('\n')) {
      const { value, done } = await reader.read()
      if (done) throw new Error(`${name} ended: ${rest}`)
      rest += decoder.decode(value, { stream: true })
    }
    const end = rest.indexOf('\n')
    const line = rest.slice(0, end)
    rest = rest.slice(end + 1)
    return JSON.parse(line)
  }
  return { ask, end: () => child.kill() }
}

async function curl(directory: Directory, code: string, env: Record<string, string>): Promise<Outcome> {
  writeFileSync(join(directory.path, '.curlrc'), 'silent\nshow-error\nwrite-out = "\\n=== %{http_code}\\n"\n')
  const { PATH = '', HOME = '' } = Bun.env
  const child = Bun.spawn(['sh', '-c', code], {
    cwd: directory.path,
    env: { PATH, HOME, CURL_HOME: directory.path, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) return { status: 0, body: err }
  // An example that signs in first calls twice: what counts is what came last.
  const [, text = out, status = '0'] = /^(?:.*\n=== \d{3}\n)?(.*)\n=== (\d{3})\n$/s.exec(out) ?? []
  const body = text.trim() === '' ? null : /^[[{]/.test(text) ? JSON.parse(text) : text
  return { status: Number(status), body }
}

export function openPrograms(): Programs {
  const directory = emptyDirectory()
  const javaScript = partner(directory, Bun.which('node') ?? process.execPath, 'node.mjs', node)
  const py = Bun.which('python3') === null ? null : partner(directory, 'python3', 'python.py', python)
  return {
    run: (program, code, env) =>
      program === 'curl'
        ? curl(directory, code, env)
        : program === 'JavaScript'
          ? javaScript.ask({ code, env })
          : (py?.ask({ code, env }) ?? Promise.reject(new Error('there is no python3'))),
    [Symbol.asyncDispose]: async () => {
      javaScript.end()
      py?.end()
      directory[Symbol.dispose]()
    },
  }
}
