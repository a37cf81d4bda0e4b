// The plan, what of it is used, and what was used over time.

import { useState } from 'preact/hooks'
import { lazy } from 'preact-iso'
import { serverNow } from '../api.ts'
import type { Limits } from '../facts.ts'
import type { List } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { type Key, say } from '../words/words.ts'
import { ask, useLoaded } from './ask.ts'
import { limitRows } from './limits.ts'
import { askAccount, type OwnAccount, type Used } from './plans.ts'
import { Segments } from './segments.tsx'
import { Selling } from './selling.tsx'
import { type Sum, sumsOf, type What, whats } from './usage.ts'
import { Ready, View } from './view.tsx'

const Plot = lazy(() => import('./plot.tsx').then(({ Plot }) => Plot))

export function PlanAndUsage() {
  const account = useLoaded(askAccount, [])
  return (
    <View title={say('profile.plan')}>
      {() => (
        <Ready of={account}>
          {(own) => (
            <>
              <p class="text-body-secondary">
                {say('plan.yours', { plan: own.plan })} <a href="#change-plan">{say('sell.change')}</a>
              </p>
              <h2 class="h5">{say('plan.used')}</h2>
              <Meters account={own} />
              <OverTime limits={own.limits} />
              <h2 class="h5 mt-4">{say('plan.allows')}</h2>
              <Allowed limits={own.limits} />
              <Selling account={own} />
            </>
          )}
        </Ready>
      )}
    </View>
  )
}

type Meter = { name: Key; used: keyof Used; most: (limits: Limits) => number | null; isBytes?: true }

const meters: readonly Meter[] = [
  {
    name: 'plan.minute',
    used: 'requestsThisMinute',
    most: ({ burst, requestsPerMinute }) => (requestsPerMinute === null ? null : (burst ?? requestsPerMinute)),
  },
  { name: 'plan.day', used: 'requestsToday', most: ({ requestsPerDay }) => requestsPerDay },
  { name: 'plan.month', used: 'requestsThisMonth', most: ({ requestsPerMonth }) => requestsPerMonth },
  { name: 'plan.inboxes', used: 'inboxesToday', most: ({ inboxesPerDay }) => inboxesPerDay },
  { name: 'plan.active', used: 'activeMailboxes', most: ({ activeMailboxes }) => activeMailboxes },
  { name: 'plan.archived', used: 'archivedMailboxes', most: ({ archivedMailboxes }) => archivedMailboxes },
  { name: 'plan.bytes', used: 'bytes', most: ({ accountBytes }) => accountBytes, isBytes: true },
]

function Meters({ account: { limits, used } }: { account: OwnAccount }) {
  return (
    <ul class="meters list-unstyled">
      {meters.map(({ name, used: which, most, isBytes }) => (
        <MeterCard key={which} name={say(name)} count={used[which]} most={most(limits)} isBytes={isBytes ?? false} />
      ))}
    </ul>
  )
}

function MeterCard({
  name,
  count,
  most,
  isBytes,
}: {
  name: string
  count: number
  most: number | null
  isBytes: boolean
}) {
  const shown = (value: number): string => (isBytes ? bytes(value) : say('member.number', { count: value }))
  const share = most === null || most === 0 ? 0 : count / most
  return (
    <li class="card-plain meter-card">
      <span class="text-body-secondary small">{name}</span>
      <span class="meter-count">{shown(count)}</span>
      {most === null ? (
        <span class="small text-body-secondary">{say('plan.no-limit')}</span>
      ) : (
        <>
          <meter
            class={share >= 1 ? 'is-full' : share >= 0.8 ? 'is-near' : ''}
            min={0}
            max={Math.max(most, 1)}
            value={Math.min(count, most)}
            aria-label={name}
          />
          <span class="small text-body-secondary">{say('plan.of', { most: shown(most) })}</span>
        </>
      )}
    </li>
  )
}

type Span = 'hour' | 'day'

const lineOf = (what: What, span: Span, limits: Limits): number | null => {
  if (span === 'hour') return null
  return what === 'requests' ? limits.requestsPerDay : what === 'inboxes' ? limits.inboxesPerDay : null
}

function OverTime({ limits }: { limits: Limits }) {
  const [over, setOver] = useState<Span>('day')
  const [isTable, setTable] = useState(false)
  const usage = useLoaded((signal) => ask<List<Sum>>('GET', `/account/usage?span=${over}`, { signal }), [over])
  return (
    <section aria-label={say('plan.over-time')}>
      <div class="view-head mt-4">
        <h2 class="h5">{say('plan.over-time')}</h2>
        <div class="d-flex flex-wrap gap-2">
          <Segments
            isSmall
            label={say('plan.span')}
            value={over}
            choices={[
              ['hour', say('plan.by-hour')],
              ['day', say('plan.by-day')],
            ]}
            change={setOver}
          />
          <Segments
            isSmall
            label={say('plan.shown-as')}
            value={isTable ? 'table' : 'plot'}
            choices={[
              ['plot', say('plan.as-plots')],
              ['table', say('plan.as-table')],
            ]}
            change={(value) => setTable(value === 'table')}
          />
        </div>
      </div>
      <Ready of={usage}>
        {({ items }) => {
          const sums = sumsOf(items, over, serverNow())
          if (isTable) return <SumsTable sums={sums} over={over} />
          return (
            <div class="plots">
              {whats.map((what) => (
                <figure key={what} class="card-plain mb-0">
                  <figcaption class="small text-body-secondary d-flex flex-wrap column-gap-3 mb-2">
                    {say(`plan.plot-${what}`)}
                    <LimitNamed most={lineOf(what, over, limits)} />
                  </figcaption>
                  <Plot
                    label={say(`plan.plot-${what}`)}
                    times={sums.map(({ at }) => at)}
                    values={sums.map((sum) => sum[what])}
                    line={lineOf(what, over, limits)}
                    isBytes={what === 'bytes'}
                    over={over}
                  />
                </figure>
              ))}
            </div>
          )
        }}
      </Ready>
    </section>
  )
}

/** What the broken line in a plot is. */
function LimitNamed({ most }: { most: number | null }) {
  if (most === null) return null
  return (
    <span class="limit-named">
      {say('sell.limit')}: {say('member.number', { count: most })}
    </span>
  )
}

function SumsTable({ sums, over }: { sums: ReturnType<typeof sumsOf>; over: Span }) {
  const rows = sums.filter((sum) => whats.some((what) => sum[what] > 0)).toReversed()
  if (rows.length === 0) return <p class="text-body-secondary">{say('plan.nothing-yet')}</p>
  const format =
    over === 'hour' ? ({ dateStyle: 'medium', timeStyle: 'short' } as const) : ({ dateStyle: 'medium' } as const)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="table-responsive card-plain" tabIndex={0} aria-label={say('plan.over-time')}>
      <table class="table table-sm mb-0">
        <thead>
          <tr>
            <th scope="col">{say(over === 'hour' ? 'plan.hour' : 'plan.date')}</th>
            {whats.map((what) => (
              <th key={what} scope="col" class="text-end">
                {say(`plan.plot-${what}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((sum) => (
            <tr key={sum.at}>
              <th scope="row">{inLanguage(sum.at, format, over)}</th>
              {whats.map((what) => (
                <td key={what} class="text-end">
                  {what === 'bytes' ? bytes(sum[what]) : say('member.number', { count: sum[what] })}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** Days are those of UTC, by which limits are counted. */
const inLanguage = (at: number, format: Intl.DateTimeFormatOptions, over: Span): string =>
  new Intl.DateTimeFormat(document.documentElement.lang, {
    ...format,
    ...(over === 'day' ? { timeZone: 'UTC' } : {}),
  }).format(at)

function Allowed({ limits }: { limits: Limits }) {
  return (
    <dl class="card-plain allowed mb-0">
      {limitRows(limits)
        .filter(({ isMetered }) => !isMetered)
        .map(({ name, value }) => (
          <div key={name}>
            <dt>{say(name)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}
