// What all connections of the SMTP door share.
import type { Log } from '../log.ts'
import { parseAddress } from '../mailboxes/address.ts'
import type { Blocks } from '../mailboxes/blocks.ts'
import type { Mailboxes } from '../mailboxes/service.ts'
import type { Messages } from '../messages/service.ts'
import type { Metrics } from '../metrics.ts'
import type { Outside } from '../outside.ts'
import type { Reason } from '../refusal.ts'
import type { Stage } from '../usage/refusal.ts'
import type { Usage } from '../usage/service.ts'
import type { SmtpOptions } from './options.ts'
import type { Session } from './session.ts'

/** What the door stands on. */
export type Services = {
  blocks: Blocks
  mailboxes: Mailboxes
  messages: Messages
  usage: Usage
  metrics: Metrics
  log: Log
  outside: Outside
}

/** A refusal as it is told to the operator: for each recipient that it concerns, or "" before there was one. */
export type Refused = { client: string; from: string; to: readonly string[]; stage: Stage; reason: Reason }

export class House {
  readonly sessions = new Set<Session>()
  /** The certificate is there: until then whoever says STARTTLS waits for it. */
  isCertified = false
  /** From now on no mail begins. */
  isStopping = false

  constructor(
    readonly options: SmtpOptions,
    readonly services: Services,
    /** Fulfilled when the certificate is there, rejected when none will be. */
    readonly certified: Promise<void>,
  ) {}

  /** Counts, remembers and logs a refusal: the answer to "why did my mail not arrive?". */
  refused({ client, from, to, stage, reason }: Refused): void {
    const { metrics, usage, log } = this.services
    metrics.mailsRefused.inc({ stage, reason })
    for (const one of to.length > 0 ? to : ['']) {
      usage.refused({ client, from, to: one, address: parseAddress(one)?.mailbox ?? '', stage, reason })
    }
    log.info({ client, from, to, stage, reason }, 'mail refused')
  }

  defect(error: unknown): void {
    this.services.log.error({ err: error }, 'a defect in taking mail')
  }
}
