// A message: a mail as one mailbox got it. Its bytes and what was read out of them belong to its content.
import type { Contact, Digest, DigestedAttachment, Link } from './digest.ts'
import type { LaterText } from './long-text.ts'

export type DigestState = 'pending' | 'ready' | 'failed'

/** What a list shows. */
export type Message = {
  /** The rows; never shown. */
  key: number
  contentKey: number
  mailboxKey: number
  id: string
  mailboxId: string
  /** The mailbox's own address. */
  mailboxAddress: string
  /** The address it was sent to, its tag included. */
  address: string
  /** From the From header, else the envelope; `address` is "" without either. */
  from: Contact
  /** From the To header, else the address it was sent to. */
  to: Contact[]
  envelopeFrom: string
  subject: string
  receivedAt: number
  /** The earlier of its mailbox's end and its own; null: it has none. */
  expiresAt: number | null
  size: number
  /** Without those that were deleted by themselves, and with those that were added. */
  attachmentCount: number
  /** Those that came with it, deleted ones included. */
  ownAttachments: number
  seen: boolean
  digest: DigestState
  /** How often a digest was begun that may not have ended well. */
  tries: number
  /** Its place in the order of digests; null before. */
  digestedSeq: number | null
}

export type Attachment = DigestedAttachment & {
  id: string
  /** With its message, or before it; null: it has no end. */
  expiresAt: number | null
  /** The row of its bytes, where it was added to the mail later; never shown. */
  addedKey: number | null
}

/** A message with all that was read out of it; empty where the digest failed. */
export type FullMessage = Message & {
  text: string | LaterText | null
  html: string | LaterText | null
  headers: { name: string; value: string }[]
  cc: Contact[]
  replyTo: Contact[]
  date: number | null
  messageId: string | null
  listUnsubscribe: string[]
  attachments: Attachment[]
  codes: string[]
  links: Link[]
  /** Bounds that were hit, or why there is no digest. */
  notes: string[]
}

/** What is kept of a digest beside the two bodies. */
export type DigestDetail = Omit<Digest, 'text' | 'html'>

/** `Name <address>`, with the name in quotes where it must be (RFC 5322 §3.2.4); null where there is neither. */
export function fromHeader({ name, address }: Pick<Contact, 'name' | 'address'>): string | null {
  if (address === '') return name === '' ? null : name
  if (name === '') return address
  return `${/[()<>[\]:;@\\,."]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : name} <${address}>`
}

/** How a text begins: so many characters, its white space made single blanks. */
export const beginningOf = (text: string, characters: number): string =>
  [
    ...text
      .slice(0, characters * 8)
      .replace(/\s+/g, ' ')
      .trim(),
  ]
    .slice(0, characters)
    .join('')
    .trimEnd()
