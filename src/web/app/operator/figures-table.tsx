// The figures of all charts as a table, newest first.
import { language } from '../words/words.ts'
import type { Line } from './chart.tsx'
import { longFormat, type Span } from './totals.ts'
import { inUnit, type Unit } from './units.ts'
import { tell } from './words.ts'

export function FiguresTable({
  figures,
  times,
  span,
}: {
  figures: readonly { unit: Unit; lines: readonly Line[] }[]
  times: readonly number[]
  span: Span
}) {
  const columns = figures.flatMap(({ unit, lines }) => lines.map((line) => ({ unit, ...line })))
  const format = longFormat(span, language.value)
  const rows = times
    .map((at, index) => ({ at, index }))
    .filter(({ index }) => columns.some(({ values }) => (values[index] ?? 0) > 0))
    .toReversed()
  if (rows.length === 0) return <p class="text-body-secondary">{tell('analytics.nothing')}</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it.
    <section class="table-responsive card-plain" tabIndex={0} aria-label={tell('analytics.title')}>
      <table class="table table-sm figure-table mb-0">
        <thead>
          <tr>
            <th scope="col">{tell('analytics.from')}</th>
            {columns.map(({ name }) => (
              <th key={name} scope="col" class="text-end">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, index }) => (
            <tr key={at}>
              <th scope="row">{format.format(at)}</th>
              {columns.map(({ name, unit, values }) => {
                const value = values[index] ?? null
                return (
                  <td key={name} class="text-end">
                    {value === null ? '–' : inUnit(value, unit)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
