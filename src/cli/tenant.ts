// What the commands about accounts and keys have in common.
import type { Config } from '../config/schema.ts'
import { carryOut, type StoreVerbName } from '../control/carry-out.ts'
import type { InputOf, OutputOf } from '../control/verbs.ts'
import type { Arguments } from './arguments.ts'

/** `print` is for what was asked for, `note` for what a program does not read. */
export type Terminal = {
  print: (line: string) => void
  note: (line: string) => void
  input: AsyncIterable<Uint8Array>
}

/** A command as it was typed, and where it works. */
export type Asked = Pick<Arguments, 'options' | 'flags' | 'operand'> & { config: Config; terminal: Terminal }

/** Has the verb done. `mayBegin`: makes a database where there is none. Throws CannotDo, CannotStart. */
export function done<Name extends StoreVerbName>(
  { config, terminal }: Asked,
  name: Name,
  input: InputOf<Name>,
  { mayBegin = false }: { mayBegin?: boolean } = {},
): Promise<OutputOf<Name>> {
  const begin = (file: string): void => terminal.note(`there was no database yet: ${file} was made`)
  return carryOut(config, name, input, mayBegin ? begin : null)
}

/** Prints the answer as JSON where that is wanted, else what `say` says. */
export function tell<Answer>({ flags, terminal }: Asked, answer: Answer, say: (answer: Answer) => void): void {
  if (flags.has('json')) terminal.print(JSON.stringify(answer))
  else say(answer)
}

/** What was given, without what was not. */
export const given = <Name extends string>(
  { options }: Asked,
  ...names: readonly Name[]
): Partial<Record<Name, string>> => {
  const found: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const value = options[name]
    if (value !== undefined) found[name] = value
  }
  return found
}
