// A mailbox: what receives. One address, a lifetime, an owner or none.

export type MailboxKind = 'unclaimed' | 'anonymous' | 'owned'

export type Mailbox = {
  /** The row; never shown. */
  key: number
  id: string
  address: string
  localPart: string
  domain: string
  kind: MailboxKind
  /** Null for an owned one means the operator's. */
  accountId: string | null
  state: 'active' | 'archived'
  createdAt: number
  expiresAt: number | null
  recoverable: boolean
  tag: string | null
  passwordHash: string | null
  messageCount: number
  bytes: number
  /** When one that ends for want of use was last used, to the hour; null: it does not end so. */
  usedAt: number | null
  /** An account's, made by mail alone at its private domain: in no list, and gone with its last message. */
  byMail: boolean
}

/** What is at an address where anyone may read, or its account: a mailbox, or nothing yet. `asked` keeps the tag that was asked for. */
export type Place = {
  /** Null: no mail has come, and no row is kept for it. */
  mailbox: Mailbox | null
  address: string
  localPart: string
  domain: string
  /** Whose account's it is, or would be: null for nobody's, and for a token's holder's. */
  accountId: string | null
  /** The tagged address that was asked for: then only its own mail is listed. Null: all of the mailbox's. */
  tagged: string | null
}

/** Where a recipient's mail will go, decided at RCPT. */
export type Recipient = {
  /** As it was given, in one spelling, with its tag. */
  address: string
  /** The mailbox's own address: another than `address` for a tag or a catch-all. */
  mailboxAddress: string
  localPart: string
  domain: string
  /** Null: whichever mailbox is at the address when the mail is stored gets it, or one is made, of `accountId` or nobody. */
  mailboxId: string | null
  /** Whose mailbox it is, or will be; null: no account's. */
  accountId: string | null
  /** Null keeps the message as long as its mailbox. */
  retentionMinutes: number | null
}

/** Whether its address or tag has this in it, in any case. */
export function hasPart({ address, tag }: Pick<Mailbox, 'address' | 'tag'>, part = ''): boolean {
  const wanted = part.toLowerCase()
  return address.toLowerCase().includes(wanted) || (tag ?? '').toLowerCase().includes(wanted)
}

/** Whether what is followed there is that one mailbox, and not whichever mail makes at the address. */
export const isFixed = (mailbox: Pick<Mailbox, 'kind' | 'byMail'> | null): boolean =>
  mailbox !== null && mailbox.kind !== 'unclaimed' && !mailbox.byMail

export const isEnded = (mailbox: Pick<Mailbox, 'expiresAt'>, now: number): boolean =>
  mailbox.expiresAt !== null && mailbox.expiresAt <= now

/** What a mailbox is now, also where it has run out and the sweep has not come yet: null for one that has ended. */
export function settled(mailbox: Mailbox, now: number): Mailbox | null {
  if (mailbox.state === 'archived' || !isEnded(mailbox, now)) return mailbox
  return mailbox.recoverable ? { ...mailbox, state: 'archived' } : null
}
