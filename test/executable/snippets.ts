// Runs what the services' reference pages show: curl, JavaScript and Python, each as it stands, by its own program.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Directory } from './launch.ts'

/** A small `requests`, where Python has none: as much of it as the pages use. */
const standIn = `
import json
import urllib.error
import urllib.request

class Response:
    def __init__(self, status, body):
        self.status_code = status
        self.text = body

    def json(self):
        return json.loads(self.text)

def get(url, headers=None):
    call = urllib.request.Request(url, headers=headers or {})
    try:
        with urllib.request.urlopen(call) as answer:
            return Response(answer.status, answer.read().decode())
    except urllib.error.HTTPError as error:
        return Response(error.code, error.read().decode())
`

async function ran(command: string[], env: Record<string, string>): Promise<string> {
  const { PATH = '', HOME = '' } = Bun.env
  const child = Bun.spawn(command, { env: { PATH, HOME, ...env }, stdout: 'pipe', stderr: 'pipe', stdin: 'ignore' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${err}`)
  return out
}

/** Runs a command line of curl's in a shell. `text` is the answer's body. */
export async function curl(directory: Directory, line: string): Promise<{ status: number; text: string }> {
  const settings = join(directory.path, '.curlrc')
  // What the pages do not say: no progress, and the status behind the body.
  if (!existsSync(settings)) writeFileSync(settings, 'silent\nshow-error\nwrite-out = "\\n%{http_code}"\n')
  const out = await ran(['sh', '-c', line], { CURL_HOME: directory.path })
  const end = out.lastIndexOf('\n')
  return { status: Number(out.slice(end + 1)), text: out.slice(0, end) }
}

/** Runs JavaScript as a module, by Node where it is there, and answers what it printed. */
export async function javaScript(directory: Directory, code: string): Promise<string> {
  const file = join(directory.path, 'snippet.mjs')
  writeFileSync(file, code)
  return ran([Bun.which('node') ?? process.execPath, file], { NO_COLOR: '1' })
}

export const hasPython = Bun.which('python3') !== null

/** Runs Python, and answers what it printed. */
export async function python(directory: Directory, code: string): Promise<string> {
  const file = join(directory.path, 'snippet.py')
  writeFileSync(file, code)
  const has = Bun.spawnSync(['python3', '-c', 'import requests'], { stdout: 'ignore', stderr: 'ignore' }).success
  if (has) return ran(['python3', file], {})
  const modules = join(directory.path, 'python')
  mkdirSync(modules, { recursive: true })
  writeFileSync(join(modules, 'requests.py'), standIn)
  return ran(['python3', file], { PYTHONPATH: modules })
}
