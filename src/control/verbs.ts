// What a command can have the running server do: a table of verbs. The server does them when it is asked through its
// socket; a command that finds no server does the same verb itself, with the lock in its hand.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Backups } from '../storage/backup.ts'

/** Of a server that runs. */
export type Status = Static<typeof Status>

const Place = Type.Object({ host: Type.String(), port: Type.Integer(), tls: Type.Boolean() })

const Status = Type.Object({
  version: Type.String(),
  pid: Type.Integer(),
  /** Epoch milliseconds. */
  startedAt: Type.Integer(),
  http: Type.Array(Place),
  smtp: Type.Array(Place),
  /** Why no mail is taken, or null. */
  shortage: Type.Union([Type.String(), Type.Null()]),
})

/** What verbs stand on. A verb asks for what it needs of it, so that one without a server must not bring the rest. */
export type Ground = {
  backups: Pick<Backups, 'make'>
  status: () => Status
}

/**
 * `signal`: whoever asked has gone, or the server stops. An expected no is a CannotDo or a Refusal. `input` and
 * `output` are checked where they come in, since the other side may be of another version.
 */
export type Verb<Input extends TSchema, Output extends TSchema, Needs extends keyof Ground> = {
  input: Input
  output: Output
  run: (ground: Pick<Ground, Needs>, input: Static<Input>, signal: AbortSignal) => Promise<Static<Output>>
}

const verb = <Input extends TSchema, Output extends TSchema, Needs extends keyof Ground>(
  made: Verb<Input, Output, Needs>,
): Verb<Input, Output, Needs> => made

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
}

export type Verbs = typeof verbs
export type VerbName = keyof Verbs
export type InputOf<Name extends VerbName> = Static<Verbs[Name]['input']>
export type OutputOf<Name extends VerbName> = Static<Verbs[Name]['output']>
