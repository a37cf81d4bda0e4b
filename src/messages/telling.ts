// What all changes of messages have in common: the rows that they look at, and telling of what they did.
import type { EventType } from '../events.ts'
import type { Mailbox } from '../mailboxes/mailbox.ts'
import type { Tx } from '../storage/change.ts'
import { messageCheck, mustBeSound } from '../storage/row-checks.ts'
import type { messages } from '../storage/schema.ts'

export type MailboxRow = Pick<Mailbox, 'key' | 'id' | 'address' | 'accountId' | 'kind'>
export type MessageRow = typeof messages.$inferSelect

/** Refuses: storage-damaged. What changes a row must not make a damaged one look sound. */
export function sound(message: MessageRow): MessageRow {
  mustBeSound(message, messageCheck(message), `message ${message.key}`)
  return message
}

/** Answers the event's `seq`. */
export function say(tx: Tx, type: EventType, mailbox: MailboxRow, messageId: string, at: number): number {
  return tx.tell({
    at,
    type,
    accountId: mailbox.accountId,
    mailboxId: mailbox.id,
    address: mailbox.address,
    unclaimed: mailbox.kind === 'unclaimed',
    messageId,
  })
}
