// The rows that all changes of messages look at.
import type { Mailbox } from '../mailboxes/mailbox.ts'
import { messageCheck, mustBeSound } from '../storage/row-checks.ts'
import type { messages } from '../storage/schema.ts'

export type MailboxRow = Pick<Mailbox, 'key' | 'id' | 'address' | 'accountId' | 'kind'>
export type MessageRow = typeof messages.$inferSelect

/** Refuses: storage-damaged. What changes a row must not make a damaged one look sound. */
export function sound(message: MessageRow): MessageRow {
  mustBeSound(message, messageCheck(message), `message ${message.key}`)
  return message
}
