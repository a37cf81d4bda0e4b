// The text of `mayfly help`.
import { type CommandName, commandNames, commandOf, type Option, shared } from './commands.ts'

/** Room for what is typed, before what it does. */
const typedWidth = 20

/** Of everything, of one command, or of all that begin with a word. */
export function helpText(topic?: string): string {
  const chosen = commandNames.filter((name) => topic === undefined || name === topic || name.startsWith(`${topic} `))
  const known = Object.entries<Option>(shared).filter(
    ([option]) => topic === undefined || chosen.some((name) => Object.hasOwn(commandOf(name).options, option)),
  )
  const head = ['Mayfly: a disposable-mail server in one executable.', '', 'Usage: mayfly [COMMAND] [OPTIONS]', '']
  return [
    ...(topic === undefined ? head : []),
    ...chosen.flatMap(linesOf),
    '',
    topic === undefined ? 'Every command takes --config, and those that need a database the others:' : 'And:',
    ...known.map(([name, option]) => optionLine(name, option)),
    '',
  ].join('\n')
}

function linesOf(name: CommandName): string[] {
  const { says, operand, needsOperand, options } = commandOf(name)
  const typed = operand === undefined ? name : needsOperand ? `${name} ${operand}` : `${name} [${operand}]`
  const own = Object.entries(options).filter(([option]) => !Object.hasOwn(shared, option))
  return [`  ${typed.padEnd(typedWidth)} ${says}`, ...own.map(([option, what]) => optionLine(option, what))]
}

function optionLine(name: string, { value, says, needed }: Option): string {
  const typed = value === undefined ? `--${name}` : `--${name} ${value}`
  return `      ${typed.padEnd(19)} ${says}${needed ? ' (needed)' : ''}`
}
