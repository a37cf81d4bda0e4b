// What a command can have the running server do: a table of verbs. The server does them when it is asked through its
// socket; a command that finds no server does the same verb itself, with the lock in its hand.
import { type Static, Type } from '@sinclair/typebox'
import { accountVerbs } from './account-verbs.ts'
import { domainVerbs } from './domain-verbs.ts'
import { invoiceVerbs } from './invoice-verbs.ts'
import { keyVerbs } from './key-verbs.ts'
import { tokenVerbs } from './token-verbs.ts'
import { type Ground, Status, verb } from './verb.ts'

export const verbs = {
  /** `file` in full: the server has another working directory. */
  backup: verb({
    input: Type.Object({ file: Type.String({ minLength: 1, maxLength: 4096 }) }, { additionalProperties: false }),
    output: Type.Object({ file: Type.String(), bytes: Type.Integer(), seconds: Type.Number() }),
    run: ({ backups }: Pick<Ground, 'backups'>, { file }, signal) => backups.make(file, signal),
  }),
  status: verb({
    input: Type.Object({}, { additionalProperties: false }),
    output: Status,
    run: async ({ status }: Pick<Ground, 'status'>) => status(),
  }),
  ...accountVerbs,
  ...keyVerbs,
  ...domainVerbs,
  ...tokenVerbs,
  ...invoiceVerbs,
}

export type Verbs = typeof verbs
export type VerbName = keyof Verbs
export type InputOf<Name extends VerbName> = Static<Verbs[Name]['input']>
export type OutputOf<Name extends VerbName> = Static<Verbs[Name]['output']>
