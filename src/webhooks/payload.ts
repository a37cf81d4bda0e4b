// What webhooks are sent: JSON, made once for each delivery. Whose words it is in is a webhook's `form`.
import { iso } from '../instants.ts'
import type { Link } from '../messages/links.ts'
import type { DomainEvent, MailEvent } from './webhook.ts'

/** The dialects that have a form of their own: a new one is a row in `bodies`. */
export type Form = 'native'

type Person = { name: string; address: string }

type Told = { eventId: string; seq: number; at: number; webhookId: string; accountId: string }

/** All that a form may tell of a custom domain. */
export type DomainHappened = Told & { type: DomainEvent; domainId: string; name: string }

/** All that a form may tell of a mail. */
export type Happened = Told & {
  type: MailEvent
  mailboxId: string
  /** The mailbox's own. */
  mailboxAddress: string
  messageId: string
  /** That it was sent to, with its tag. */
  address: string
  from: Person
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
  /** The first of its text. */
  preview: string
}

const longestText = 1000
const mostRecipients = 100
const mostLinks = 100
const longestLink = 4000

const headOf = ({ eventId, type, seq, at, webhookId }: Happened | DomainHappened) => ({
  id: eventId,
  type,
  seq,
  createdAt: iso(at),
  webhookId,
})

const bodies: Record<Form, { mail: (happened: Happened) => object; domain: (happened: DomainHappened) => object }> = {
  native: {
    mail: ({ digest, ...happened }) => ({
      ...headOf({ ...happened, digest }),
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
    domain: (happened) => ({
      ...headOf(happened),
      data: { domain: { id: happened.domainId, name: happened.name, state: happened.type.slice('domain.'.length) } },
    }),
  },
}

const shortLink = ({ url, text }: Link): Link => ({ url, text: text.slice(0, longestText) })

/** As it is sent: no control character stands in it as such. */
export const bodyOf = (form: Form, happened: Happened | DomainHappened): string =>
  // JSON escapes those below U+0020 itself.
  JSON.stringify('domainId' in happened ? bodies[form].domain(happened) : bodies[form].mail(happened)).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
