// What goes through the control socket: HTTP, `POST /VERB` with the input as JSON. The answer is a line of JSON, with
// an empty line before it every few seconds as long as the verb takes, so that each side knows that the other is there.
import { type Static, Type } from '@sinclair/typebox'

export const Answer = Type.Union([
  Type.Object({ done: Type.Unknown() }),
  /** An expected no: a sentence for the operator. */
  Type.Object({ cannot: Type.String() }),
  /** A defect of the server's; its log has the rest. */
  Type.Object({ defect: Type.String() }),
])
export type Answer = Static<typeof Answer>

export const heartbeatMs = 2000
/** Without a word for so long, the other side is taken for dead. */
export const silenceMs = 15_000
export const mostInputBytes = 65_536

export const socketOf = (dataDir: string): string => `${dataDir}/control.sock`
