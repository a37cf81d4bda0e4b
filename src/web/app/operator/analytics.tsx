// What the server did over time: mails, requests, refusals, latency, storage; by API, by reason and by account.
import { useMemo, useState } from 'preact/hooks'
import { serverNow } from '../api.ts'
import { ask, useLoaded } from '../member/ask.ts'
import { Segments } from '../member/segments.tsx'
import { nameOfApi } from '../member/services.ts'
import { Ready } from '../member/view.tsx'
import { Icon } from '../parts/icon.tsx'
import { later } from '../parts/later.tsx'
import { language, say } from '../words/words.ts'
import type { Line } from './chart.tsx'
import { FiguresTable } from './figures-table.tsx'
import { Shares } from './shares.tsx'
import { byApi, byLabel, type Latency, type Span, shown, type Totals, timesOf, topDays, valuesOf } from './totals.ts'
import type { Unit } from './units.ts'
import { type OperatorKey, tell } from './words.ts'

const Chart = later(() => import('./chart.tsx').then(({ Chart }) => Chart))

type Figure = { name: OperatorKey; unit: Unit; lines: readonly Line[] }

const lineFrom = (latency: readonly Latency[], times: readonly number[], of: 'p50' | 'p90' | 'p99'): Line => {
  const byTime = new Map(latency.map((row) => [Date.parse(row.from), row[of]]))
  return { name: tell(`analytics.${of}`), values: times.map((at) => byTime.get(at) ?? null) }
}

function figuresOf({ items, latency }: Totals, times: readonly number[], api: string): Figure[] {
  const values = (what: string) => valuesOf(items, times, (sum) => sum.what === what)
  const line = (name: OperatorKey, what: string): Line => ({ name: tell(name), values: values(what) })
  const timed = latency.filter((row) => (api === '' ? row.api === null : row.api === api))
  const storage = new Map(
    items.filter(({ what }) => what === 'storage').map((sum) => [Date.parse(sum.from), sum.value]),
  )
  return [
    { name: 'analytics.mails', unit: 'count', lines: [line('analytics.mails', 'mails')] },
    { name: 'analytics.requests', unit: 'count', lines: [line('analytics.requests', 'requests')] },
    {
      name: 'analytics.refusals',
      unit: 'count',
      lines: [line('analytics.refused-mails', 'refused-mails'), line('analytics.refused-requests', 'refused-requests')],
    },
    {
      name: 'analytics.latency',
      unit: 'milliseconds',
      lines: (['p50', 'p90', 'p99'] as const).map((of) => lineFrom(timed, times, of)),
    },
    {
      name: 'analytics.storage',
      unit: 'bytes',
      lines: [{ name: tell('analytics.storage'), values: times.map((at) => storage.get(at) ?? null) }],
    },
    { name: 'analytics.bytes', unit: 'bytes', lines: [line('analytics.bytes', 'bytes')] },
  ]
}

export function Analytics() {
  const [span, setSpan] = useState<Span>('hour')
  const [isTable, setTable] = useState(false)
  const [api, setApi] = useState('')
  const totals = useLoaded(
    async (signal) => {
      const query = `span=${span}&periods=${shown[span]}&days=${topDays[span]}`
      const found = await ask<Totals>('GET', `/admin/usage?${query}`, { signal })
      return { found, span, times: timesOf(span, serverNow()) }
    },
    [span],
  )
  return (
    <>
      <div class="toolbar">
        <Segments
          isSmall
          label={say('plan.span')}
          value={span}
          choices={[
            ['hour', tell('analytics.by-hour')],
            ['day', tell('analytics.by-day')],
            ['week', tell('analytics.by-week')],
            ['month', tell('analytics.by-month')],
          ]}
          change={setSpan}
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
        <button type="button" class="btn btn-sm btn-outline-secondary btn-icon" onClick={() => void totals.reload()}>
          <Icon name="refresh" /> {tell('analytics.reload')}
        </button>
      </div>
      <p class="text-body-secondary">{tell(`analytics.what-${span}`)}</p>
      <Ready of={totals}>
        {({ found, span, times }) => (
          <Shown found={found} span={span} times={times} isTable={isTable} api={api} setApi={setApi} />
        )}
      </Ready>
    </>
  )
}

function Shown({
  found,
  span,
  times,
  isTable,
  api,
  setApi,
}: {
  found: Totals
  span: Span
  times: readonly number[]
  isTable: boolean
  api: string
  setApi: (api: string) => void
}) {
  const figures = useMemo(() => figuresOf(found, times, api), [found, times, api, language.value])
  const apis = [...new Set(found.latency.flatMap((row) => row.api ?? []))]
  const timed = (
    <select
      class="form-select form-select-sm w-auto"
      aria-label={tell('analytics.latency-of')}
      value={api}
      onChange={({ currentTarget }) => setApi(currentTarget.value)}
    >
      <option value="">{tell('analytics.all-apis')}</option>
      {apis.map((one) => (
        <option key={one} value={one}>
          {nameOfApi(one)}
        </option>
      ))}
    </select>
  )
  return (
    <>
      {isTable ? (
        <FiguresTable figures={figures} times={times} span={span} />
      ) : (
        <div class="plots">
          {figures.map(({ name, unit, lines }) => (
            <figure key={name} class="card-plain mb-0">
              <figcaption class="d-flex flex-wrap align-items-center gap-2 mb-2">
                <strong class="me-auto">{tell(name)}</strong>
                {name === 'analytics.latency' && timed}
                {lines.length > 1 && (
                  <span class="chart-names small text-body-secondary">
                    {lines.map((line, at) => (
                      <span key={line.name} class={`chart-name chart-${at + 1}`}>
                        {line.name}
                      </span>
                    ))}
                  </span>
                )}
              </figcaption>
              <Chart label={tell(name)} times={times} lines={lines} unit={unit} span={span} />
            </figure>
          ))}
        </div>
      )}
      <Shares found={found} apis={byApi(found.items)} reasons={reasonsOf(found)} />
    </>
  )
}

const reasonsOf = ({ items }: Totals) => ({
  mails: byLabel(items, 'refused-mails'),
  requests: byLabel(items, 'refused-requests'),
})
