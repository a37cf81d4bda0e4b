// MailDev from the npm registry, for comparison: installed when it is first wanted, below node_modules (not in git).
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './bench.ts'

const version = '3.0.0'
/** A later mailparser wants versions of @zone-eu/mailsplit that a registry may lack; Mayfly's own dependency is the same. */
const overrides = { mailparser: '3.9.31' }

const directory = join(root, 'node_modules/.cache/maildev')
const script = join(directory, 'node_modules/maildev/dist/bin/maildev.js')

export type Runtime = 'node' | 'bun'

let asked: Promise<boolean> | undefined

/** How to start it; null, said once on standard error, where it cannot be installed or there is no such runtime. */
export async function maildevCommand(runtime: Runtime): Promise<string[] | null> {
  asked ??= install()
  const found = Bun.which(runtime)
  return (await asked) && found !== null ? [found, script] : null
}

async function install(): Promise<boolean> {
  const manifest = JSON.stringify({ private: true, dependencies: { maildev: version }, overrides }, null, 2)
  const file = join(directory, 'package.json')
  if (existsSync(script) && (await Bun.file(file).text()) === manifest) return true
  mkdirSync(directory, { recursive: true })
  writeFileSync(file, manifest)
  console.error(`==> installing maildev ${version}, for comparison`)
  const options = { cwd: directory, stdout: 'ignore', stderr: 'inherit' } as const
  const installing = Bun.spawn(['bun', 'install', '--silent', '--ignore-scripts'], options)
  if ((await installing.exited) === 0 && existsSync(script)) return true
  console.error(`MailDev ${version} could not be installed: its rows are missing`)
  return false
}
