// The rows that all changes of messages look at.
import { eq } from 'drizzle-orm'
import { isEnded, type Mailbox } from '../mailboxes/mailbox.ts'
import { Refusal } from '../refusal.ts'
import type { Db } from '../storage/database.ts'
import { messageCheck, mustBeSound } from '../storage/row-checks.ts'
import { contents, type mailboxes, type messages } from '../storage/schema.ts'
import { isOver } from './rows.ts'

export type MailboxRow = Pick<Mailbox, 'key' | 'id' | 'address' | 'accountId' | 'kind'>
export type MessageRow = typeof messages.$inferSelect

/** Refuses: storage-damaged. What changes a row must not make a damaged one look sound. */
export function sound(message: MessageRow): MessageRow {
  mustBeSound(message, messageCheck(message), `message ${message.key}`)
  return message
}

/** Whether a message may still be read. */
export const isThere = (
  { message, mailbox }: { message: MessageRow; mailbox: typeof mailboxes.$inferSelect },
  now: number,
): boolean => mailbox.state === 'active' && !isEnded(mailbox, now) && !isOver(message, now)

/** Refuses: storage-failed, if its pieces were given up meanwhile: what arrives is whole or not there. */
export function stillArriving(db: Db, contentKey: number): void {
  const content = db.select({ state: contents.state }).from(contents).where(eq(contents.key, contentKey)).get()
  if (content?.state !== 'arriving') throw new Refusal('storage-failed')
}
