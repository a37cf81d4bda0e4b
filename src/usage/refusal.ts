// A refused mail: the answer to "why did my mail not arrive?".
import type { Reason } from '../refusal.ts'

export type Stage = 'connect' | 'auth' | 'mail' | 'rcpt' | 'data'

export type RefusedMail = {
  at: number
  /** The client's IP address. */
  client: string
  from: string
  /** The recipient as it was given; "" before there was one. */
  to: string
  /** The mailbox address that it would have reached; "" if none. */
  address: string
  stage: Stage
  reason: Reason
}
