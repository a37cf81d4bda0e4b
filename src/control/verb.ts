// What a verb is, and what verbs stand on.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Core } from '../core.ts'
import type { Backups } from '../storage/backup.ts'

/** Of a server that runs. */
export type Status = Static<typeof Status>

const Place = Type.Object({ host: Type.String(), port: Type.Integer(), tls: Type.Boolean() })

export const Status = Type.Object({
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
  accounts: Core['accounts']
  signIns: Core['signIns']
  links: Core['links']
  keys: Core['keys']
  domains: Core['domains']
  jwts: Core['jwts']
  payments: Core['payments']
  /** Whether mail is taken meanwhile: not where a command does a verb without a server. */
  isServing: boolean
  /** Where people find the page: without a slash at its end. */
  pageUrl: string
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

export const verb = <Input extends TSchema, Output extends TSchema, Needs extends keyof Ground>(
  made: Verb<Input, Output, Needs>,
): Verb<Input, Output, Needs> => made
