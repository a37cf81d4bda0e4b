// The shapes of the native API that the page reads.
export type List<Item> = { items: Item[]; next: string | null }

export type Mailbox = {
  id: string | null
  address: string
  localPart: string
  domain: string
  state: 'active' | 'archived'
  createdAt: string | null
  expiresAt: string | null
  recoverable: boolean
  tag: string | null
  messageCount: number
  bytes: number
  claimed: boolean
  hasPassword: boolean
}
export type OpenedMailbox = Mailbox & { token?: string }

export type Summary = {
  id: string
  mailboxId: string
  address: string
  from: string
  fromName: string
  to: string[]
  subject: string
  receivedAt: string
  expiresAt: string | null
  size: number
  hasAttachments: boolean
  seen: boolean
  digest: 'ready' | 'pending' | 'failed'
}

export type Attachment = {
  id: string
  index: number
  name: string
  type: string
  size: number
  contentId: string | null
  inline: boolean
}

export type Message = Summary & {
  text: string | null
  html: string | null
  headers: { name: string; value: string }[]
  attachments: Attachment[]
  codes: string[]
  links: { url: string; text: string }[]
  cc: string[]
  replyTo: string[]
  date: string | null
  messageId: string | null
  listUnsubscribe: string[]
  notes: string[]
}

/** How a mail is made up. */
export type Part = {
  type: string
  name: string | null
  size: number
  disposition: 'inline' | 'attachment' | null
  children: Part[]
}

export type Member = { id: string; email: string; role: 'owner' | 'member'; admin: boolean }
export type Session = {
  id: string
  expiresAt: string
  member: Member
  account: { id: string; plan: string; state: string }
}
