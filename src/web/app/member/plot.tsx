// A plot over time, drawn when somebody comes to see one. The same numbers can be read as a table.
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { isDark } from '../look.ts'
import { bytes } from '../words/shown.ts'
import { language } from '../words/words.ts'

const height = 180

export function Plot({
  label,
  times,
  values,
  line,
  isBytes,
  over,
}: {
  label: string
  /** Epoch milliseconds. */
  times: readonly number[]
  values: readonly number[]
  /** A limit; null: there is none to draw. */
  line: number | null
  isBytes: boolean
  over: 'hour' | 'day'
}) {
  const place = useRef<HTMLDivElement>(null)
  const dark = isDark.value
  const speaks = language.value
  useEffect(() => {
    const { current } = place
    if (!current) return
    const colours = getComputedStyle(document.documentElement)
    const colour = (name: string): string => colours.getPropertyValue(name).trim()
    const number = (value: number): string =>
      isBytes ? bytes(value) : new Intl.NumberFormat(speaks, { notation: 'compact' }).format(value)
    const time = new Intl.DateTimeFormat(
      speaks,
      over === 'hour' ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short', timeZone: 'UTC' },
    )
    const axis = {
      stroke: colour('--bs-secondary-color'),
      grid: { stroke: colour('--bs-border-color'), width: 1 },
      ticks: { show: false },
    }
    const step = (over === 'hour' ? 3_600_000 : 86_400_000) / 2
    const top = Math.max(...values, line ?? 0, 1)
    const plot = new uPlot(
      {
        width: current.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: [(times[0] ?? 0) - step, (times.at(-1) ?? 0) + step] },
          y: { range: [0, top * 1.08] },
        },
        axes: [
          { ...axis, space: 70, size: 30, values: (_, all) => all.map((at) => time.format(at)) },
          {
            ...axis,
            size: isBytes ? 80 : 50,
            values: (_, all) => all.map((value) => (Number.isInteger(value) ? number(value) : '')),
          },
        ],
        series: [
          {},
          {
            stroke: colour('--accent'),
            fill: colour('--accent-soft'),
            width: 2,
            points: { show: false },
            ...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 40] }) } : {}),
          },
          ...(line === null
            ? []
            : [{ stroke: colour('--bs-danger'), width: 1.5, dash: [6, 4], points: { show: false } }]),
        ],
      },
      [[...times], [...values], ...(line === null ? [] : [times.map(() => line)])],
      current,
    )
    const fit = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }))
    fit.observe(current)
    return () => {
      fit.disconnect()
      plot.destroy()
    }
  }, [times, values, line, dark, speaks])
  return <div ref={place} class="plot" role="img" aria-label={label} />
}
