// Lines over time, drawn by uPlot. The same figures can be read as a table.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { isDark } from '../look.ts'
import { bytes } from '../words/shown.ts'
import { language } from '../words/words.ts'
import { type Span, timeFormat } from './totals.ts'
import type { Unit } from './units.ts'

const height = 200
const labelWidth = 90
const colours = ['--accent', '--chart-second', '--chart-third'] as const

export type Line = { name: string; values: readonly (number | null)[] }
export function Chart({
  label,
  times,
  lines,
  unit,
  span,
}: {
  label: string
  /** Epoch milliseconds. */
  times: readonly number[]
  lines: readonly Line[]
  unit: Unit
  span: Span
}) {
  const place = useRef<HTMLDivElement>(null)
  const dark = isDark.value
  const speaks = language.value
  useEffect(() => {
    const { current } = place
    if (!current) return
    const sheet = getComputedStyle(document.documentElement)
    const colour = (name: string): string => sheet.getPropertyValue(name).trim()
    const time = timeFormat(span, speaks)
    const axis = {
      stroke: colour('--bs-secondary-color'),
      grid: { stroke: colour('--bs-border-color'), width: 1 },
      ticks: { show: false },
    }
    const top = Math.max(...lines.flatMap(({ values }) => values.map((value) => value ?? 0)), 1)
    const isAlone = lines.length === 1
    const halfStep = times.length > 1 ? ((times.at(-1) ?? 0) - (times[0] ?? 0)) / (times.length - 1) / 2 : 1
    const number = (value: number): string =>
      unit === 'bytes' ? bytes(value) : new Intl.NumberFormat(speaks, { notation: 'compact' }).format(value)
    const plot = new uPlot(
      {
        width: current.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: [(times[0] ?? 0) - halfStep, (times.at(-1) ?? 0) + halfStep] },
          y: { range: [0, top * 1.08] },
        },
        axes: [
          {
            ...axis,
            size: 30,
            splits: ({ width }) => some(times, width / labelWidth),
            values: (_, all) => all.map((at) => time.format(at)),
          },
          {
            ...axis,
            size: unit === 'bytes' ? 80 : 50,
            values: (_, all) => all.map((value) => (Number.isInteger(value) || unit !== 'count' ? number(value) : '')),
          },
        ],
        series: [
          {},
          ...lines.map(({ values }, at) => ({
            stroke: colour(colours[at % colours.length] ?? colours[0]),
            width: 2,
            points: { show: values.some((value) => value === null), size: 5 },
            ...(isAlone ? { fill: colour('--accent-soft') } : {}),
            ...(isAlone && unit === 'count' && uPlot.paths.bars
              ? { paths: uPlot.paths.bars({ size: [0.7, 40] }) }
              : {}),
          })),
        ],
      },
      [[...times], ...lines.map(({ values }) => [...values])],
      current,
    )
    const fit = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }))
    fit.observe(current)
    return () => {
      fit.disconnect()
      plot.destroy()
    }
  }, [times, lines, dark, speaks, span])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}

/** At most so many of them, the last one included, at equal distances. */
function some(times: readonly number[], most: number): number[] {
  const step = Math.max(1, Math.ceil(times.length / Math.max(most, 1)))
  return times.filter((_, at) => (times.length - 1 - at) % step === 0)
}
