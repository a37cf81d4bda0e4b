// Reading the command line: which command, with which options.
import { parseArgs } from 'node:util'

export type CommandName = 'serve' | 'init' | 'check' | 'backup' | 'restore' | 'doctor' | 'openapi' | 'version' | 'help'

/** A `flag` has no value. */
type Option = { says: string; flag?: true }

/** Every command takes it, also where there is nothing to configure, so that a wrapper can always give it. */
const config: Option = { says: 'FILE: the config; else $MAYFLY_CONFIG, else ./mayfly.toml, else defaults' }

const data: Option = { says: 'DIR: where the database is kept' }
const json: Option = { says: 'print JSON', flag: true }

type Command = { says: string; operand?: string; needsOperand?: true; options: Record<string, Option> }

/** What each command takes; `help` prints it. */
export const commands: Record<CommandName, Command> = {
  serve: {
    says: 'run the server (what `mayfly` alone does)',
    options: {
      config,
      data,
      http: { says: 'ADDR:PORT: where HTTP listens; port 0 takes a free one' },
      smtp: { says: 'ADDR:PORT: where SMTP listens; port 0 takes a free one' },
    },
  },
  init: { says: 'write a commented config, to mayfly.toml or FILE', operand: 'FILE', options: { config } },
  check: {
    says: 'say everything that is wrong with a config',
    options: { config },
  },
  backup: {
    says: 'write a copy of everything to FILE, also while the server runs',
    operand: 'FILE',
    needsOperand: true,
    options: { config, data, json },
  },
  restore: {
    says: 'put a backup in the place of the database, and keep that aside',
    operand: 'FILE',
    needsOperand: true,
    options: { config, data, json },
  },
  doctor: {
    says: 'say what is wrong with this server and its surroundings, and how to mend it',
    options: { config, data, json },
  },
  openapi: {
    says: 'print the OpenAPI document of an API',
    options: { config, dialect: { says: 'NAME: of a dialect; else the native API' } },
  },
  version: { says: 'print the version', options: { config } },
  help: { says: 'print this', options: { config } },
}

export type Arguments = {
  command: CommandName
  options: Record<string, string | undefined>
  /** Those that were given. */
  flags: ReadonlySet<string>
  operand: string | undefined
}

/** What was typed cannot be understood; the message says what was expected. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

const nothing = { options: {}, flags: new Set<string>(), operand: undefined }

/** Throws UsageError. */
export function readArguments(typed: readonly string[]): Arguments {
  const [first = 'serve', ...rest] = typed
  if (first === '--help' || first === '-h') return { command: 'help', ...nothing }
  if (first === '--version' || first === '-v') return { command: 'version', ...nothing }
  const command = first.startsWith('-') ? 'serve' : first
  if (!isCommand(command)) throw new UsageError(`there is no command "${command}": see mayfly help`)
  const { options, operand, needsOperand } = commands[command]
  try {
    const parsed = parseArgs({
      args: first.startsWith('-') ? [...typed] : rest,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { flag }]) => [name, { type: flag ? 'boolean' : 'string' } as const]),
      ),
      allowPositionals: operand !== undefined,
      strict: true,
    })
    if (parsed.positionals.length > 1) throw new UsageError(`mayfly ${command} takes one ${operand}`)
    if (needsOperand && parsed.positionals.length === 0) throw new UsageError(`mayfly ${command} needs a ${operand}`)
    const values = Object.entries(parsed.values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : undefined,
    ])
    const flags = new Set(Object.keys(parsed.values).filter((name) => parsed.values[name] === true))
    return { command, options: Object.fromEntries(values), flags, operand: parsed.positionals[0] }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new UsageError(`mayfly ${command}: ${why}`)
  }
}

const isCommand = (text: string): text is CommandName => Object.hasOwn(commands, text)

/** The text of `mayfly help`. */
export function helpText(): string {
  const lines = ['Mayfly: a disposable-mail server in one executable.', '', 'Usage: mayfly [COMMAND] [OPTIONS]', '']
  for (const [name, { says, operand, needsOperand, options }] of Object.entries(commands)) {
    const typed = operand === undefined ? name : needsOperand ? `${name} ${operand}` : `${name} [${operand}]`
    lines.push(`  ${typed.padEnd(14)} ${says}`)
    for (const [option, { says: what }] of Object.entries(options)) lines.push(`      --${option} ${what}`)
  }
  return `${lines.join('\n')}\n`
}
