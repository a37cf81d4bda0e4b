// The process: arguments, config, signals, exit code.

import manifest from '../package.json' with { type: 'json' }
import { type App, start } from './app.ts'
import { because, CannotDo } from './cannot-do.ts'
import { CannotStart } from './cannot-start.ts'
import { accountCommands } from './cli/account.ts'
import { readArguments, UsageError } from './cli/arguments.ts'
import { backup } from './cli/backup.ts'
import { check } from './cli/check.ts'
import { doctor } from './cli/doctor/doctor.ts'
import { domainCommands } from './cli/domain.ts'
import { greeting } from './cli/greeting.ts'
import { helpText } from './cli/help.ts'
import { init } from './cli/init.ts'
import { invoiceCommands } from './cli/invoice.ts'
import { keyCommands } from './cli/key.ts'
import { restoreBackup } from './cli/restore.ts'
import { tokenSecretCommands } from './cli/token-secret.ts'
import { warnings } from './cli/warnings.ts'
import { ConfigComplaints } from './config/complaints.ts'
import { loadConfig } from './config/load.ts'
import { surviveDefects } from './defects.ts'
import { openapi } from './http/openapi.ts'
import { type Log, openLog } from './log.ts'
import { realOutside } from './outside.ts'
import { rehearse } from './rehearsal.ts'
import { DataDirectoryTaken } from './storage/lock.ts'
import { SchemaTooNew } from './storage/migrate.ts'

/** Settles when all that was printed has left: a pipe takes 64 KiB at a time, and the end of the process drops the rest. */
let said = Promise.resolve()
let unsaid: Error | null = null
function say(text: string): void {
  const { promise, resolve } = Promise.withResolvers<void>()
  said = promise
  process.stdout.write(text, (error) => {
    const hasLeft = error && 'code' in error && error.code === 'EPIPE'
    if (error && !hasLeft) unsaid ??= error
    resolve()
  })
}
const print = (line: string): void => say(`${line}\n`)
const complain = (line: string): void => void process.stderr.write(`${line}\n`)

// Whoever reads what is printed may stop reading (`mayfly doctor | head`): no reason to end, least of all for a server.
const nobodyReads = new Promise<void>((resolve) => process.stdout.on('error', () => resolve()))

async function main(): Promise<number | null> {
  const { command, options, flags, operand } = readArguments(process.argv.slice(2))
  const sources = { file: options['config'], env: process.env, cwd: process.cwd() }
  const overrides = { dataDir: options['data'], http: options['http'], smtp: options['smtp'] }
  // Nobody but the owner reads what is written.
  process.umask(0o077)
  switch (command) {
    case 'help':
      say(helpText(operand))
      return 0
    case 'version':
      print(`mayfly ${manifest.version}`)
      return 0
    case 'init':
      return init(operand ?? options['config'] ?? 'mayfly.toml', print, complain)
    case 'check':
      return check(sources, Date.now(), print, complain)
    case 'backup':
      return backup({ ...sources, overrides }, operand ?? '', flags.has('json'), print)
    case 'restore':
      return restoreBackup({ ...sources, overrides }, operand ?? '', flags.has('json'), print)
    case 'doctor':
      return doctor({ ...sources, overrides }, flags.has('json'), print, rehearse)
    case 'openapi':
      print(JSON.stringify(await openapi(options['dialect'] ?? 'native'), null, 2))
      return 0
    case 'serve':
      await serve({ ...sources, overrides })
      return null
    default: {
      const { config } = loadConfig({ ...sources, overrides })
      const terminal = { print, note: complain, input: Bun.stdin.stream() }
      const commands = {
        ...accountCommands,
        ...keyCommands,
        ...domainCommands,
        ...tokenSecretCommands,
        ...invoiceCommands,
      }
      const code = await commands[command]({
        config,
        options,
        flags,
        operand,
        terminal,
      })
      return typeof code === 'number' ? code : 0
    }
  }
}

/** Runs until a signal ends it. */
async function serve(sources: Parameters<typeof loadConfig>[0]): Promise<void> {
  let app: App | null = null
  // Without a handler, a certificate that is renewed while the server starts would end it.
  let reloadNow = (): void => {}
  process.on('SIGHUP', () => reloadNow())
  const { config, file } = loadConfig(sources)
  const pretty = config.log.format === 'pretty' || (config.log.format === 'auto' && process.stderr.isTTY)
  const log = openLog({ level: config.log.level, format: pretty ? 'pretty' : 'json' })
  surviveDefects(log, realOutside.elapsed, () => app !== null)
  const started = await start(config, realOutside, log)
  app = started
  reloadNow = () => {
    void started.lookAtCertificate()
    void reload(started, sources, log)
  }
  let stopping = false
  const stop = (signal: string): void => {
    // A second one means now.
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, 'stopping')
    started.stop().then(
      () => {
        log.info('stopped')
        log.flush()
        process.exit(0)
      },
      (error) => {
        log.error({ err: error }, 'could not stop cleanly')
        log.flush()
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  log.info({ version: manifest.version, config: file, http: started.http, smtp: started.smtp }, 'serving')
  for (const warning of warnings(config)) log.warn(warning)
  const { domains } = started.core
  const openDomain = domains.names().find((name) => domains.serving(name)?.rule.access === 'public') ?? null
  process.stdout.write(greeting({ ...started, openDomain, publicUrl: config.server.public_url ?? null }))
}

/** Takes up a changed config as far as that is possible while the server runs; a wrong one changes nothing. */
async function reload(app: App, sources: Parameters<typeof loadConfig>[0], log: Log): Promise<void> {
  try {
    await app.reload(loadConfig(sources).config)
    log.info('the config was read again: plans are as it says now')
  } catch (error) {
    if (error instanceof ConfigComplaints)
      log.error({ complaints: error.message }, 'the config is wrong, and was not taken up')
    else log.error({ err: error }, 'the config could not be taken up')
  }
}

/** A sentence for what the operator can mend; a defect shows its stack. */
function sentence(error: unknown): string {
  if (error instanceof ConfigComplaints) return `the config is wrong:\n${error.message}`
  const expected = [CannotStart, CannotDo, UsageError, SchemaTooNew, DataDirectoryTaken].some(
    (kind) => error instanceof kind,
  )
  if (expected && error instanceof Error) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

main().then(
  async (code) => {
    if (code === null) return
    await Promise.race([said, nobodyReads])
    const why = unsaid ? because(unsaid) : null
    // It may have been a key, which is shown once.
    if (why !== null) complain(`mayfly: what there was to say could not be written: ${why}`)
    process.exit(why === null ? code : 1)
  },
  (error) => {
    complain(`mayfly: ${sentence(error)}`)
    process.exit(error instanceof UsageError ? 2 : 1)
  },
)
