// Domains of an account as the page lists them.
export type DomainState = 'pending' | 'verified' | 'failing' | 'lapsed'

export type WantedRecord = {
  type: 'TXT' | 'MX'
  name: string
  value: string
  priority?: number
  purpose: 'ownership' | 'delivery' | 'subdomains'
  line: string
  status: 'found' | 'missing' | 'unknown' | null
  seen: string[]
  problem: string | null
}

export type CustomDomain = {
  id: string
  name: string
  unicodeName: string
  state: DomainState
  access: 'private' | 'claimed'
  catchAll: string | null
  records: WantedRecord[]
  createdAt: string
  checkedAt: string | null
  nextCheckAt: string | null
  verifiedAt: string | null
  lapsesAt: string | null
  byHand: boolean
}

export type Level = 'ok' | 'note' | 'wrong'

export type Report = {
  at: string
  outcome: Level
  items: {
    check: string
    level: Level
    says: string
    mend: string | null
    asked: string[]
    answered: string[]
  }[]
}

/** All that is to be there is there, and yet it is not verified. */
export const isFoundOnly = ({ state, records }: CustomDomain): boolean =>
  (state === 'pending' || state === 'lapsed') &&
  records.every(({ purpose, status }) => purpose === 'subdomains' || status === 'found')

/** Of those whose time has come none is older than this, by the clock of a page that is looked at. */
const soonestMs = 5000
const latestMs = 600_000
/** The look itself takes a moment. */
const lookMs = 3000

/** In so many milliseconds a look will have changed something that is shown; null: none is due. */
export function nextLookMs(domains: readonly Pick<CustomDomain, 'nextCheckAt'>[], now: number): number | null {
  const times = domains.flatMap(({ nextCheckAt }) => (nextCheckAt === null ? [] : [Date.parse(nextCheckAt)]))
  if (times.length === 0) return null
  return Math.min(Math.max(Math.min(...times) - now + lookMs, soonestMs), latestMs)
}
