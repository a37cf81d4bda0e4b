// What webhooks are sent: JSON, made once for each delivery. Whose words it is in is a webhook's `form`.
import { iso, isoSeconds } from '../instants.ts'
import type { Link } from '../messages/links.ts'
import { fromHeader } from '../messages/message.ts'
import { type DomainSource, type Form, type MailSource, mailEventsOf, type WebhookEvent } from './forms.ts'

type Person = { name: string; address: string }

/** `type`: as the form names it. */
type Told = { eventId: string; type: WebhookEvent; seq: number; at: number; webhookId: string; accountId: string }

/** All that a form may tell of a custom domain. */
export type DomainHappened = Told & { source: DomainSource; domainId: string; name: string }

/** All that a form may tell of a mail. */
export type Happened = Told & {
  source: MailSource
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

const headOf = ({ eventId, type, seq, at, webhookId }: Omit<Told, 'accountId'>) => ({
  id: eventId,
  type,
  seq,
  createdAt: iso(at),
  webhookId,
})

type Bodies = { mail: (happened: Happened) => object; domain?: (happened: DomainHappened) => object }

const bodies: Record<Form, Bodies> = {
  native: {
    mail: ({ digest, ...happened }) => ({
      ...headOf(happened),
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
    domain: ({ domainId, name, source, ...happened }) => ({
      ...headOf(happened),
      data: { domain: { id: domainId, name, state: source.slice('domain.'.length) } },
    }),
  },
  mailcx: {
    mail: ({ digest, ...happened }) => ({
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
  },
}

/** What a test sends, in the same words: of a mail that never was. */
export function testBody(
  form: Form,
  { eventId, webhookId, accountId, at }: Pick<Happened, 'eventId' | 'webhookId' | 'accountId' | 'at'>,
): string {
  const nobody = { name: 'Mayfly', address: 'test@example.com' }
  const to = 'test@example.com'
  const type = mailEventsOf(form).at(-1)
  if (type === undefined) throw new Error('a form tells of mail')
  return bodyOf(form, {
    ...{ eventId, type, source: 'message.digested', seq: 0, at, webhookId, accountId },
    ...{ mailboxId: none, mailboxAddress: to, messageId: none, address: to, from: nobody, envelopeFrom: to },
    ...{ to: [{ name: '', address: to }], subject: 'A test of this webhook', receivedAt: at, size: 0 },
    digest: { state: 'ready', attachmentCount: 0, codes: ['482913'], links: [], preview: 'A test of this webhook' },
  })
}

/** The id of what is not there. */
const none = '00000000-0000-0000-0000-000000000000'

const shortLink = ({ url, text }: Link): Link => ({ url, text: text.slice(0, longestText) })

const partsOf = (form: Form, happened: Happened | DomainHappened): object =>
  // A form without words for domains has no event of theirs.
  'domainId' in happened ? (bodies[form].domain?.(happened) ?? {}) : bodies[form].mail(happened)

/** As it is sent: no control character stands in it as such. */
export const bodyOf = (form: Form, happened: Happened | DomainHappened): string =>
  // JSON escapes those below U+0020 itself.
  JSON.stringify(partsOf(form, happened)).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
