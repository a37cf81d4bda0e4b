// What the server says of itself in the page's HTML: what `GET /mayfly/v1/server` answers.
export type Limits = {
  requestsPerMinute: number | null
  burst: number | null
  requestsPerDay: number | null
  requestsPerMonth: number | null
  inboxesPerDay: number | null
  activeMailboxes: number | null
  archivedMailboxes: number | null
  defaultTtlMinutes: number | null
  maxTtlMinutes: number | null
  permanentMailboxes: boolean
  retentionMinutes: number | null
  mailboxBytes: number | null
  mailboxMessages: number | null
  accountBytes: number | null
  keys: number | null
  keyScopes: string[] | null
  members: number | null
  customDomains: number | null
  webhooks: number | null
  customLocalPart: boolean
  chooseDomain: boolean
}

/** A service by which a plan is paid for. `price`: null where it alone knows; `days`: null where it is paid again and again. */
export type Offer = {
  rail: 'stripe' | 'lightning' | 'manual'
  price: { amount: string; currency: string } | null
  days: number | null
}

export type Facts = {
  version: string
  publicUrl: string | null
  smtpHost: string
  domains: { name: string; access: 'public' | 'claimed' }[]
  anonymousMailboxes: boolean
  registration: 'off' | 'open' | 'invitation'
  developerApi: boolean
  apis: string[]
  plans: { name: string; limits: Limits; offers: Offer[] }[]
  unclaimedRetentionMinutes: number
  quarantineHours: number
  eventHours: number
  /** Whether name servers are asked for the records of domains; else the operator verifies by hand. */
  asksDns: boolean
  notice: string | null
  kept: {
    sessionDays: number
    usageDays: number
    auditDays: number
    refusals: number
    deliveredHours: number
    deliveryHours: number
  }
  keyless: {
    mailcx: { requestsPerSecond: number; mailboxesPerDay: number; idleDays: number }
    mailfade: { requestsPerDay: number }
  }
}

export const facts: Facts = JSON.parse(document.getElementById('facts')?.textContent ?? '{}')

/** What those without an account may do. */
export const anonymousLimits = (): Limits | null => facts.plans.find(({ name }) => name === 'anonymous')?.limits ?? null
