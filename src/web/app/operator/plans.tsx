// The plans as the config has them, with how many accounts each has.
import type { Limits } from '../facts.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { Ready } from '../member/view.tsx'
import type { List } from '../shapes.ts'
import { bytes, span } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { tell } from './words.ts'

type Plan = {
  name: string
  offered: boolean
  accounts: number
  limits: Limits
  prices: { stripe: string | null; btcpay: { amount: number; currency: string } | null; days: number }
}

export function Plans() {
  const plans = useLoaded((signal) => ask<List<Plan>>('GET', '/admin/plans', { signal }), [])
  return (
    <>
      <p class="text-body-secondary">{tell('plans.what')}</p>
      <Ready of={plans}>{({ items }) => items.map((plan) => <PlanCard key={plan.name} plan={plan} />)}</Ready>
    </>
  )
}

function PlanCard({ plan: { name, offered, accounts, limits, prices } }: { plan: Plan }) {
  const prose = [
    prices.stripe === null ? '' : tell('plans.stripe', { price: prices.stripe }),
    prices.btcpay === null
      ? ''
      : tell('plans.btcpay', { amount: prices.btcpay.amount, currency: prices.btcpay.currency, days: prices.days }),
  ].filter((part) => part !== '')
  return (
    <details class="card-plain mb-2">
      <summary>
        <strong>{name}</strong>{' '}
        <span class="text-body-secondary">
          {name === 'anonymous' ? tell('plans.anonymous') : tell('plans.accounts', { count: accounts })}
        </span>{' '}
        {!offered && <span class="mark mark-expired">{tell('plans.gone')}</span>}
      </summary>
      {prose.length > 0 && <p class="mt-2 mb-0">{prose.join(' ')}</p>}
      {accounts > 0 && (
        <p class="mt-2 mb-0">
          <a href={`/app/admin/accounts?plan=${encodeURIComponent(name)}`}>{tell('plans.show-accounts')}</a>
        </p>
      )}
      <dl class="allowed mt-2 mb-0">
        {rowsOf(limits).map(([text, value]) => (
          <div key={text}>
            <dt>{text}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function rowsOf(limits: Limits): [string, string][] {
  const none = say('plan.no-limit')
  const count = (value: number | null): string => (value === null ? none : say('member.number', { count: value }))
  const time = (minutes: number | null): string => (minutes === null ? none : span(minutes * 60))
  const size = (value: number | null): string => (value === null ? none : bytes(value))
  const may = (value: boolean): string => say(value ? 'member.yes' : 'member.no')
  return [
    [tell('plans.minute'), count(limits.requestsPerMinute)],
    [tell('plans.burst'), count(limits.burst)],
    [tell('plans.day'), count(limits.requestsPerDay)],
    [tell('plans.month'), count(limits.requestsPerMonth)],
    [tell('plans.inboxes'), count(limits.inboxesPerDay)],
    [say('plan.active'), count(limits.activeMailboxes)],
    [say('plan.archived'), count(limits.archivedMailboxes)],
    [tell('plans.default-lifetime'), time(limits.defaultTtlMinutes)],
    [say('plan.max-lifetime'), time(limits.maxTtlMinutes)],
    [say('plan.retention'), time(limits.retentionMinutes)],
    [say('plan.mailbox-bytes'), size(limits.mailboxBytes)],
    [tell('plans.mailbox-messages'), count(limits.mailboxMessages)],
    [say('plan.bytes'), size(limits.accountBytes)],
    [say('plan.permanent'), may(limits.permanentMailboxes)],
    [say('plan.local-part'), may(limits.customLocalPart)],
    [say('plan.choose-domain'), may(limits.chooseDomain)],
    [say('profile.keys'), count(limits.keys)],
    [say('profile.members'), count(limits.members)],
    [say('profile.domains'), count(limits.customDomains)],
    [say('profile.webhooks'), count(limits.webhooks)],
  ]
}
