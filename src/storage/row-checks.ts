// The check value of each kind of row: written with it, compared when it is read, so that a damaged row is never believed.
// 32 bits find any change of up to 32 neighbouring bits for certain, and any other but for one in four thousand million.
import { damaged } from './damage.ts'
import type {
  accounts,
  addedAttachments,
  attachments,
  audit,
  blocks,
  contents,
  customDomains,
  invoices,
  keys,
  links,
  mailboxes,
  mailboxTokens,
  members,
  messages,
  paymentNotices,
  purchases,
  sessions,
  webhookDeliveries,
  webhooks,
} from './schema.ts'

type Field = string | number | boolean | null

/** Null stands apart from every text. */
const nothing = '\u001e'
const end = '\u001f'

function checkOf(fields: readonly Field[]): number {
  let text = ''
  for (const field of fields) text += field === null ? nothing : `${field}${end}`
  return Bun.hash.crc32(text)
}

type Checked = { checkValue?: number | null }

export const mailboxCheck = (
  row: Omit<typeof mailboxes.$inferSelect, 'key' | 'messageCount' | 'bytes' | 'opener' | 'checkValue'>,
) =>
  checkOf([
    row.id,
    row.address,
    row.localPart,
    row.domain,
    row.kind,
    row.accountId,
    row.state,
    row.createdAt,
    row.expiresAt,
    row.recoverable,
    row.tag,
    row.passwordHash,
    // Rows from before there were these are checked as they were written.
    ...(row.usedAt === null ? [] : [row.usedAt]),
    ...(row.byMail ? ['by mail'] : []),
  ])

export const tokenCheck = (row: Pick<typeof mailboxTokens.$inferSelect, 'hash' | 'mailboxKey'>) =>
  checkOf([row.hash, row.mailboxKey])

/** Counters that only the writer looks at are left out: `refs`, `state`, `tries`. */
export const contentCheck = (
  row: Omit<typeof contents.$inferSelect, 'key' | 'refs' | 'state' | 'tries' | 'checkValue'>,
) =>
  checkOf([
    row.size,
    row.checksum,
    row.trace,
    row.envelopeFrom,
    row.fromName,
    row.fromAddress,
    JSON.stringify(row.to),
    row.subject,
    row.date,
    row.messageId,
    row.digest,
    row.attachmentCount,
  ])

/** The same for a text as for its bytes in UTF-8; long ones are not copied together. */
export function digestCheck(row: {
  contentKey: number
  text: string | Uint8Array | null
  html: string | Uint8Array | null
  detail: string | Uint8Array
}): number {
  let value = checkOf([row.contentKey])
  for (const field of [row.text, row.html, row.detail]) {
    value = field === null ? Bun.hash.crc32(nothing, value) : Bun.hash.crc32(end, Bun.hash.crc32(field, value))
  }
  return value
}

export const messageCheck = (row: Omit<typeof messages.$inferSelect, 'key' | 'checkValue'>) =>
  checkOf([
    row.id,
    row.mailboxKey,
    row.contentKey,
    row.address,
    row.size,
    row.receivedAt,
    row.retainUntil,
    row.seen,
    row.digestedSeq,
  ])

export const attachmentCheck = (row: Omit<typeof attachments.$inferSelect, 'checkValue'>) =>
  checkOf([row.id, row.messageKey, row.index, row.hidden])

export const addedAttachmentCheck = (row: Omit<typeof addedAttachments.$inferSelect, 'key' | 'checkValue'>) =>
  checkOf([
    row.id,
    row.messageKey,
    row.contentKey,
    row.index,
    row.name,
    row.type,
    row.size,
    row.createdAt,
    row.expiresAt,
  ])

export const accountCheck = (row: Omit<typeof accounts.$inferSelect, 'key' | 'checkValue'>) =>
  // Rows from before there was the last one are checked as they were written.
  checkOf([row.id, row.plan, row.state, row.createdAt, ...(row.lapsedAt === null ? [] : [row.lapsedAt])])

export const memberCheck = (row: Omit<typeof members.$inferSelect, 'key' | 'lastSignInAt' | 'checkValue'>) =>
  checkOf([row.id, row.accountId, row.email, row.role, row.isAdmin, row.passwordHash, row.createdAt])

export const sessionCheck = (row: Omit<typeof sessions.$inferSelect, 'expiresAt' | 'lastUsedAt' | 'checkValue'>) =>
  checkOf([row.hash, row.id, row.memberId, row.createdAt, row.client, row.agent])

export const linkCheck = (row: Omit<typeof links.$inferSelect, 'checkValue'>) =>
  checkOf([
    row.hash,
    row.id,
    row.kind,
    row.accountId,
    row.memberId,
    row.role,
    row.plan,
    row.email,
    row.createdAt,
    row.expiresAt,
  ])

/** When it is looked at, and what was found, is left out: it only decides about the next look. */
export const customDomainCheck = (
  row: Omit<typeof customDomains.$inferSelect, 'key' | 'checkedAt' | 'nextCheckAt' | 'tries' | 'found' | 'checkValue'>,
) =>
  checkOf([
    row.id,
    row.accountId,
    row.name,
    row.state,
    row.token,
    row.createdAt,
    // Rows from before there were these are checked as they were written.
    ...(isAsAdded(row) ? [] : [row.access, row.catchAll, row.verifiedAt, row.failingSince, row.byHand]),
  ])

const isAsAdded = ({
  access,
  catchAll,
  verifiedAt,
  failingSince,
  byHand,
}: Pick<typeof customDomains.$inferSelect, 'access' | 'catchAll' | 'verifiedAt' | 'failingSince' | 'byHand'>) =>
  access === 'private' && catchAll === null && verifiedAt === null && failingSince === null && !byHand

/** What attempts leave behind is left out: it is only shown and counted. */
export const webhookCheck = (
  row: Omit<
    typeof webhooks.$inferSelect,
    'key' | 'gaveUpAt' | 'failures' | 'failingSince' | 'lastAttemptAt' | 'lastSuccessAt' | 'checkValue'
  >,
) =>
  checkOf([
    row.id,
    row.accountId,
    row.address,
    row.url,
    row.events,
    row.form,
    row.secret,
    row.previousSecret,
    row.previousUntil,
    row.state,
    row.createdAt,
  ])

/** What is sent, and to whom. */
export const deliveryCheck = (
  row: Pick<
    typeof webhookDeliveries.$inferSelect,
    'id' | 'webhookKey' | 'eventId' | 'seq' | 'type' | 'messageId' | 'body' | 'createdAt'
  >,
) => checkOf([row.id, row.webhookKey, row.eventId, row.seq, row.type, row.messageId, row.body, row.createdAt])

/** Who made it may go, and its use is only counted. */
export const keyCheck = (
  row: Omit<typeof keys.$inferSelect, 'key' | 'memberId' | 'lastUsedAt' | 'requests' | 'checkValue'>,
) =>
  checkOf([
    row.id,
    row.accountId,
    row.maker,
    row.name,
    row.prefix,
    row.hash,
    row.head,
    row.tail,
    row.createdAt,
    row.expiresAt,
    row.revokedAt,
    JSON.stringify(row.scopes),
    JSON.stringify(row.origins),
    JSON.stringify(row.domains),
    JSON.stringify(row.dialects),
    row.previousHash,
    row.previousUntil,
  ])

export const invoiceCheck = (row: Omit<typeof invoices.$inferSelect, 'key' | 'checkValue'>) =>
  checkOf([
    row.id,
    row.accountId,
    row.makesAccount,
    row.plan,
    row.rail,
    row.state,
    row.reference,
    row.checkoutUrl,
    row.subscription,
    row.secretHash,
    row.keyId,
    row.keyShownAt,
    row.client,
    row.createdAt,
    row.expiresAt,
    row.paidAt,
    row.paidUntil,
    row.lastPaidAt,
    row.endedAt,
    // Older rows have none.
    ...(row.amount === null && row.currency === null ? [] : [row.amount, row.currency]),
  ])

export const noticeCheck = (row: Omit<typeof paymentNotices.$inferSelect, 'checkValue'>) =>
  checkOf([row.rail, row.id, row.invoiceKey, row.what, row.at, row.heardAt])

export const purchaseCheck = (row: Omit<typeof purchases.$inferSelect, 'checkValue'>) =>
  checkOf([row.accountId, row.plan, row.fallback, row.endsAt])

export const auditCheck = (row: Omit<typeof audit.$inferSelect, 'key' | 'checkValue'>) =>
  checkOf([
    row.at,
    row.accountId,
    row.by,
    row.actor,
    row.actorId,
    row.client,
    row.what,
    row.target,
    JSON.stringify(row.detail),
  ])

export const blockCheck = (row: Omit<typeof blocks.$inferSelect, 'key' | 'checkValue'>) =>
  checkOf([row.id, row.kind, row.pattern, row.note, row.createdAt])

/** Of bytes, and of the place where they belong. */
export const pieceCheck = (key: number, bytes: Uint8Array): number => (Bun.hash.crc32(bytes) ^ (key | 0)) >>> 0

/** Whether a row is as it was written. Rows from before there were check values have none. */
export const isSound = ({ checkValue }: Checked, expected: number): boolean =>
  checkValue === null || checkValue === undefined || checkValue === expected

/** Refuses: storage-damaged. */
export function mustBeSound(row: Checked, expected: number, what: string): void {
  if (!isSound(row, expected)) throw damaged(`${what} is not as it was written`)
}
