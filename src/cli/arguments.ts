// Reading the command line: which command, with which options.
import { parseArgs } from 'node:util'
import { type Command, type CommandName, commandNames, commandOf, isCommand } from './commands.ts'

export type Arguments = {
  command: CommandName
  /** Those that a command needs are there. */
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

/** Throws UsageError. */
export function readArguments(typed: readonly string[]): Arguments {
  const isBare = typed[0]?.startsWith('-') ?? true
  const asked = typed.find((word) => ['--help', '-h', '--version', '-v', '--'].includes(word))
  if (asked === '--help' || asked === '-h') return helpOn(wordsOf(typed))
  if (asked === typed[0] && (asked === '--version' || asked === '-v')) return { ...nothing, command: 'version' }
  const name = isBare ? 'serve' : nameOf(typed)
  if (name === 'help') return helpOn(wordsOf(typed.slice(1)))
  const command = commandOf(name)
  const { values, positionals } = parsed(name, command, isBare ? typed : typed.slice(name.split(' ').length))
  const given = Object.keys(values).filter((option) => values[option] !== undefined)
  complainOfOperands(name, command, positionals)
  complainOfOptions(name, command, given)
  const texts = given.map((option) => [option, values[option]]).filter(([, value]) => typeof value === 'string')
  const flags = new Set(given.filter((option) => values[option] === true))
  return { command: name, options: Object.fromEntries(texts), flags, operand: positionals[0] }
}

const nothing = { options: {}, flags: new Set<string>(), operand: undefined }

/** The words before the first option. */
function wordsOf(typed: readonly string[]): string[] {
  const end = typed.findIndex((word) => word.startsWith('-'))
  return typed.slice(0, end < 0 ? typed.length : end)
}

/** On the command that these words begin with, or on all. */
function helpOn(words: readonly string[]): Arguments {
  if (words.length === 0) return { ...nothing, command: 'help' }
  const isGroup = words.length === 1 && groupOf(words[0] ?? '').length > 0
  return { ...nothing, command: 'help', operand: isGroup ? words[0] : nameOf(words) }
}

const groupOf = (word: string): string[] =>
  commandNames.filter((name) => name.startsWith(`${word} `)).map((name) => name.slice(word.length + 1))

function nameOf(typed: readonly string[]): CommandName {
  const [first = '', second = ''] = typed
  if (isCommand(first)) return first
  const group = groupOf(first)
  if (group.length === 0) throw new UsageError(`there is no command "${first}": see mayfly help`)
  const both = `${first} ${second}`
  if (isCommand(both)) return both
  const known = `mayfly ${first} takes ${group.length === 1 ? '' : 'one of '}${group.join(', ')}`
  const isMissing = second === '' || second.startsWith('-')
  throw new UsageError(isMissing ? known : `there is no command "${both}": ${known}`)
}

type Parsed = { values: Record<string, string | boolean | undefined>; positionals: string[] }

function parsed(name: CommandName, { options, operand }: Command, args: readonly string[]): Parsed {
  try {
    return parseArgs({
      args: [...args],
      options: Object.fromEntries(
        Object.entries(options).map(([option, { value }]) => [option, { type: value ? 'string' : 'boolean' } as const]),
      ),
      allowPositionals: operand !== undefined,
      strict: true,
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const code = error instanceof Error && 'code' in error ? error.code : ''
    const unknown = /'(-[^']*)'/.exec(why)?.[1]
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' && unknown !== undefined) {
      const known = Object.keys(options).map((option) => `--${option}`)
      throw new UsageError(`mayfly ${name} takes no ${unknown}: it takes ${known.join(', ')}`)
    }
    // It may be a password that was typed in the wrong place: it is not said again.
    if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
      throw new UsageError(`mayfly ${name} takes options only: see mayfly help ${name}`)
    }
    throw new UsageError(`mayfly ${name}: ${why.split('\n')[0]}`)
  }
}

function complainOfOperands(name: CommandName, { operand, needsOperand }: Command, given: readonly string[]): void {
  if (given.length > 1) throw new UsageError(`mayfly ${name} takes one ${operand}`)
  if (needsOperand && given.length === 0)
    throw new UsageError(`mayfly ${name} needs ${/^[AEIO]/.test(operand ?? '') ? 'an' : 'a'} ${operand}`)
}

function complainOfOptions(name: CommandName, command: Command, given: readonly string[]): void {
  const { options, exactlyOne = [], atLeastOne = [] } = command
  for (const [option, { needed, value }] of Object.entries(options)) {
    if (needed && !given.includes(option))
      throw new UsageError(`mayfly ${name} needs --${option} ${value ?? ''}`.trim())
  }
  const listed = (some: readonly string[]): string => some.map((option) => `--${option}`).join(', ')
  const chosen = exactlyOne.filter((option) => given.includes(option))
  if (exactlyOne.length > 0 && chosen.length !== 1) {
    const wanted = `one of ${listed(exactlyOne)}`
    throw new UsageError(`mayfly ${name} ${chosen.length === 0 ? `needs ${wanted}` : `takes only ${wanted}`}`)
  }
  if (atLeastOne.length > 0 && !atLeastOne.some((option) => given.includes(option))) {
    throw new UsageError(`mayfly ${name} needs what to change: ${listed(atLeastOne)}`)
  }
}
