// What a plan allows, row by row, in words; and what of two plans is more.
import type { Limits } from '../facts.ts'
import { bytes, span } from '../words/shown.ts'
import { type Key, say } from '../words/words.ts'

/** `worth`: what is more is larger. `isMetered`: what is used of it is shown elsewhere. */
export type LimitRow = { name: Key; value: string; worth: number; isMetered?: true }

export function limitRows(limits: Limits): LimitRow[] {
  const row = (name: Key, value: number | null, shown: (value: number) => string): LimitRow => ({
    name,
    value: value === null ? say('plan.no-limit') : shown(value),
    worth: value ?? Number.POSITIVE_INFINITY,
  })
  const count = (name: Key, value: number | null) => row(name, value, (count) => say('member.number', { count }))
  const time = (name: Key, value: number | null) => row(name, value, (minutes) => span(minutes * 60))
  const size = (name: Key, value: number | null) => row(name, value, bytes)
  const whether = (name: Key, value: boolean): LimitRow => ({
    name,
    value: say(value ? 'member.yes' : 'member.no'),
    worth: Number(value),
  })
  const metered = (one: LimitRow): LimitRow => ({ ...one, isMetered: true })
  const { keyScopes } = limits
  return [
    metered(count('sell.minute', limits.requestsPerMinute)),
    metered(count('sell.day', limits.requestsPerDay)),
    metered(count('sell.month', limits.requestsPerMonth)),
    metered(count('sell.inboxes', limits.inboxesPerDay)),
    metered(count('plan.active', limits.activeMailboxes)),
    metered(count('plan.archived', limits.archivedMailboxes)),
    metered(size('sell.all-bytes', limits.accountBytes)),
    time('plan.max-lifetime', limits.maxTtlMinutes),
    time('plan.retention', limits.retentionMinutes),
    size('plan.mailbox-bytes', limits.mailboxBytes),
    count('sell.messages', limits.mailboxMessages),
    whether('plan.permanent', limits.permanentMailboxes),
    whether('plan.local-part', limits.customLocalPart),
    whether('plan.choose-domain', limits.chooseDomain),
    count('profile.domains', limits.customDomains),
    count('profile.keys', limits.keys),
    {
      name: 'sell.scopes',
      value: keyScopes === null ? say('sell.scopes-all') : keyScopes.join(', ') || say('member.no'),
      worth: keyScopes === null ? Number.POSITIVE_INFINITY : keyScopes.length,
    },
    count('profile.members', limits.members),
    count('profile.webhooks', limits.webhooks),
  ]
}

export type Difference = { name: Key; before: string; after: string; isMore: boolean }

/** Only what another plan allows otherwise. */
export function differences(now: Limits, then: Limits): Difference[] {
  const all = limitRows(now)
  return limitRows(then).flatMap(({ name, value, worth }, at) => {
    const old = all[at]
    if (!old || (old.value === value && old.worth === worth)) return []
    return [{ name, before: old.value, after: value, isMore: worth >= old.worth }]
  })
}
