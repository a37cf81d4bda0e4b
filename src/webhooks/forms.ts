// The forms of webhooks: what each tells of, in whose words, and what holds for it. What is sent is in payload.ts.
import type { EventType } from '../events.ts'

const mailSources = ['message.stored', 'message.digested'] as const satisfies readonly EventType[]
const domainSources = [
  'domain.verified',
  'domain.failing',
  'domain.lapsed',
  'domain.removed',
] as const satisfies readonly EventType[]

/** The server's events that webhooks are told of: of mail, and of an account's domains. */
export type MailSource = (typeof mailSources)[number]
export type DomainSource = (typeof domainSources)[number]
export type Source = MailSource | DomainSource

export const isMailSource = (type: string): type is MailSource => mailSources.some((one) => one === type)
export const isDomainSource = (type: string): type is DomainSource => domainSources.some((one) => one === type)
export const isSource = (type: string): type is Source => isMailSource(type) || isDomainSource(type)

export const nativeEvents = [...mailSources, ...domainSources] as const
export const mailcxEvents = ['email.received'] as const

/** What a form tells of, by its own name. */
export type WebhookEvent = (typeof nativeEvents)[number] | (typeof mailcxEvents)[number]

const hour = 3_600_000

export type FormRules = {
  /** Its events, each with the server's event at which it is told. */
  events: Partial<Record<WebhookEvent, Source>>
  /** Webhooks of it that one account may have within what its plan allows; null: as many as that. */
  most: number | null
  /** A target is given up on when it has failed so often, for so long, without a success between. */
  giveUp: { failures: number; afterMs: number }
  /** Whether another secret has one that was given up on begin anew: its API has no other call for that. */
  isRevivedByRotation: boolean
  /** Whether the signatures of a rotated secret and the new one stand in one header; else each has its own. */
  signsTogether: boolean
}

const forms = {
  native: {
    events: {
      'message.stored': 'message.stored',
      'message.digested': 'message.digested',
      'domain.verified': 'domain.verified',
      'domain.failing': 'domain.failing',
      'domain.lapsed': 'domain.lapsed',
      'domain.removed': 'domain.removed',
    },
    most: null,
    giveUp: { failures: 20, afterMs: 24 * hour },
    isRevivedByRotation: false,
    signsTogether: true,
  },
  mailcx: {
    // Its preview is known only once the mail was read; one that could not be read is told of then, too.
    events: { 'email.received': 'message.digested' },
    most: 1,
    giveUp: { failures: 20, afterMs: 0 },
    isRevivedByRotation: true,
    signsTogether: false,
  },
} as const satisfies Record<string, FormRules>

/** A dialect with a form of its own: a new one is a row here, and one in `bodies` (payload.ts). */
export type Form = keyof typeof forms

export const rulesOf = (form: Form): FormRules => forms[form]

/** All that a form tells of. */
export const eventsOf = (form: Form): WebhookEvent[] =>
  [...nativeEvents, ...mailcxEvents].filter((one) => tells(form, one))

/** Those of them that are of mail. */
export const mailEventsOf = (form: Form): WebhookEvent[] =>
  eventsOf(form).filter((one) => isMailSource(rulesOf(form).events[one] ?? ''))

export const tells = (form: Form, event: WebhookEvent): boolean => rulesOf(form).events[event] !== undefined

export const isWebhookEvent = (text: string): text is WebhookEvent =>
  [...nativeEvents, ...mailcxEvents].some((one) => one === text)
