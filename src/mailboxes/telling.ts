// Telling of what was done to a mailbox, or to a message in it.
import type { EventType } from '../events.ts'
import type { Tx } from '../storage/change.ts'
import type { Mailbox } from './mailbox.ts'

type Told = Pick<Mailbox, 'id' | 'address' | 'accountId' | 'kind'>

/** Answers the event's `seq`. */
export function say(tx: Tx, type: EventType, mailbox: Told, messageId: string | null, at: number): number {
  return tx.tell({
    at,
    type,
    accountId: mailbox.accountId,
    mailboxId: mailbox.id,
    address: mailbox.address,
    unclaimed: mailbox.kind === 'unclaimed',
    messageId,
    subjectId: null,
  })
}
