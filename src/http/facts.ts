// What anybody may know of this server: enough for a page to offer what is to be had here, and no more.
import manifest from '../../package.json' with { type: 'json' }
import type { Registration } from '../accounts/switches.ts'
import type { SharedDomain } from '../domains/domain.ts'
import type { Offer } from '../payments/service.ts'
import type { Plan } from '../plans/plan.ts'
import type { Door } from './dialect.ts'

/** What the config says of it, all the time that the server runs. */
export type LastingFacts = {
  /** The name that mail servers see. */
  smtpHost: string
  /** Whether mailboxes may be opened without an account. */
  anonymousMailboxes: boolean
  /** How long mail is kept at an address that nobody opened. */
  unclaimedRetentionMinutes: number
  /** How long the address of a mailbox that ended is kept from others. */
  quarantineHours: number
  /** How long a live stream can be resumed. */
  eventHours: number
  /** The operator's words to all visitors. */
  notice: string | null
  /** How long what is no mail is kept. */
  kept: {
    sessionDays: number
    usageDays: number
    auditDays: number
    /** The newest so many refused mails. */
    refusals: number
    deliveredHours: number
    deliveryHours: number
  }
  /** What callers without a key may do in the foreign APIs that have such. */
  keyless: {
    mailcx: { requestsPerSecond: number; mailboxesPerDay: number; idleDays: number }
    mailfade: { requestsPerDay: number }
  }
}

export type ServerFacts = LastingFacts & {
  version: string
  publicUrl: string | null
  /** Shared domains with a name of their own; the first is the primary one. */
  domains: Pick<SharedDomain, 'name' | 'access'>[]
  registration: Registration
  /** Whether name servers are asked for the records of custom domains. */
  asksDns: boolean
  /** Whether programs are answered: the foreign APIs, and the native one to keys. */
  developerApi: boolean
  /** The APIs that are switched on, the native one first. */
  apis: string[]
  /** Those that the config offers, and by which services each is paid for. */
  plans: { plan: Plan; offers: Offer[] }[]
}

export function serverFacts({ core, options }: Door): ServerFacts {
  const { domains, payments, plans, switches } = core
  const { registration, developerApi, dialects } = switches.now
  const apis = Object.keys(dialects).filter((name) => dialects[name])
  return {
    ...options.lasting,
    version: manifest.version,
    publicUrl: options.publicUrl,
    domains: domains.named().map(({ name, access }) => ({ name, access })),
    asksDns: domains.areAsked,
    registration,
    developerApi,
    apis: ['native', ...apis.filter((name) => name !== 'native')],
    plans: plans.names().map((name) => {
      const plan = plans.get(name)
      return { plan, offers: payments.offersOf(plan) }
    }),
  }
}
