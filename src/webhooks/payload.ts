// What webhooks are sent: JSON, made once for each delivery. Whose words it is in is a webhook's `form`.
import { iso, isoSeconds } from '../instants.ts'
import type { Link } from '../messages/links.ts'
import { fromHeader } from '../messages/message.ts'
import type { Form, WebhookEvent } from './forms.ts'

type Person = { name: string; address: string }

/** All that a form may tell of a mail. */
export type Happened = {
  eventId: string
  type: WebhookEvent
  seq: number
  at: number
  webhookId: string
  accountId: string
  mailboxId: string
  /** The mailbox's own. */
  mailboxAddress: string
  messageId: string
  /** That it was sent to, with its tag. */
  address: string
  /** The header's, else the envelope's. */
  from: Person
  envelopeFrom: string
  to: readonly Person[]
  subject: string
  receivedAt: number
  size: number
  /** What was read out of it; null before that. */
  digest: Read | null
}

export type Read = {
  state: 'ready' | 'failed'
  attachmentCount: number
  codes: readonly string[]
  links: readonly Link[]
  /** The first of its text; null where it has none. */
  preview: string | null
}

const longestText = 1000
const mostRecipients = 100
const mostLinks = 100
const longestLink = 4000

const bodies: Record<Form, (happened: Happened) => object> = {
  native: ({ digest, ...happened }) => ({
    id: happened.eventId,
    type: happened.type,
    seq: happened.seq,
    createdAt: iso(happened.at),
    webhookId: happened.webhookId,
    data: {
      message: {
        id: happened.messageId,
        mailboxId: happened.mailboxId,
        address: happened.address,
        from: happened.from.address.slice(0, longestText),
        fromName: happened.from.name.slice(0, longestText),
        to: happened.to.slice(0, mostRecipients).map(({ address }) => address.slice(0, longestText)),
        subject: happened.subject.slice(0, longestText),
        receivedAt: iso(happened.receivedAt),
        size: happened.size,
        digest: digest?.state ?? 'pending',
        ...(digest ? { hasAttachments: digest.attachmentCount > 0 } : {}),
      },
      ...(digest
        ? {
            codes: digest.codes,
            links: digest.links
              .filter(({ url }) => url.length <= longestLink)
              .slice(0, mostLinks)
              .map(shortLink),
          }
        : {}),
    },
  }),
  mailcx: ({ digest, ...happened }) => ({
    id: happened.eventId,
    type: happened.type,
    created_at: isoSeconds(happened.at),
    data: {
      email_id: happened.messageId,
      account_id: happened.mailboxId,
      address: happened.mailboxAddress,
      from: fromHeader(happened.from)?.slice(0, longestText) ?? null,
      sender: happened.envelopeFrom,
      subject: happened.subject.slice(0, longestText),
      preview_text: digest?.preview ?? null,
      size: happened.size,
      created_at: isoSeconds(happened.receivedAt),
    },
  }),
}

const shortLink = ({ url, text }: Link): Link => ({ url, text: text.slice(0, longestText) })

/** As it is sent: no control character stands in it as such. */
export const bodyOf = (form: Form, happened: Happened): string =>
  // JSON escapes those below U+0020 itself.
  JSON.stringify(bodies[form](happened)).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
