// What rows make of a message, each compared with its check value before it is believed.
import { isEnded } from '../mailboxes/mailbox.ts'
import { damaged } from '../storage/damage.ts'
import { contentCheck, mailboxCheck, messageCheck, mustBeSound } from '../storage/row-checks.ts'
import type { contents, mailboxes, messages } from '../storage/schema.ts'
import type { Message } from './message.ts'
import type { Top } from './tops.ts'

type MailboxRow = typeof mailboxes.$inferSelect

/** A message with what is asked of its mailbox. */
export type Row = {
  message: typeof messages.$inferSelect
  mailbox: Pick<MailboxRow, 'id' | 'address' | 'expiresAt'>
}

export type ContentRow = typeof contents.$inferSelect

/** A row of a list, with what tells whether its content is known already. */
export type Listed = Row & { content: Pick<ContentRow, 'key' | 'tries' | 'checkValue'> | null }

/** Whether its retention is over; it is swept soon. */
export const isOver = ({ retainUntil }: Row['message'], now: number): boolean =>
  retainUntil !== null && retainUntil <= now

/** A message found by itself; null if there is none that may be read. */
export function readable(
  row: { message: Row['message']; content: ContentRow | null; mailbox: MailboxRow | null } | undefined,
  now: number,
): Message | null {
  if (!row) return null
  const { mailbox, content } = row
  if (!mailbox) throw damaged(`the mailbox of message ${row.message.key} is missing`)
  mustBeSound(mailbox, mailboxCheck(mailbox), `mailbox ${mailbox.key}`)
  const found = message({ ...row, mailbox }, content, content && sound(content))
  const isThere = mailbox.state === 'active' && !isEnded(mailbox, now) && !isOver(row.message, now)
  return isThere ? found : null
}

/** Refuses: storage-damaged. */
export function sound(content: ContentRow): ContentRow {
  mustBeSound(content, contentCheck(content), `content ${content.key}`)
  return content
}

/** Refuses: storage-damaged. */
export function message({ message, mailbox }: Row, content: { tries: number } | null, top: Top | null): Message {
  const { retainUntil, checkValue: _, ...row } = message
  mustBeSound(message, messageCheck(message), `message ${row.key}`)
  if (!content || !top) throw damaged(`the content of message ${row.key} is missing`)
  return {
    ...row,
    mailboxId: mailbox.id,
    mailboxAddress: mailbox.address,
    from: { name: top.fromName, address: top.fromAddress },
    to: top.to.length > 0 ? top.to : [{ name: '', address: message.address }],
    envelopeFrom: top.envelopeFrom,
    subject: top.subject,
    expiresAt: earlier(retainUntil, mailbox.expiresAt),
    attachmentCount: top.attachmentCount,
    ownAttachments: top.attachmentCount,
    digest: top.digest,
    tries: content.tries,
  }
}

/** Of two ends the first; null: none. */
export function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}
