// Times, spans and sizes, as the reader's language writes them.
import { language } from './words.ts'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function bytes(count: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1)
  const unit = units[step] ?? 'byte'
  return new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(count / 1000 ** step)
}

/** The whole of it: for titles. */
export const fullTime = (at: string | number): string =>
  new Intl.DateTimeFormat(language.value, { dateStyle: 'full', timeStyle: 'medium' }).format(new Date(at))

/** The time of today, else the day, as short as can be told apart. */
export function shortTime(at: string | number, now = Date.now()): string {
  const then = new Date(at)
  const today = new Date(now)
  const format =
    then.toDateString() === today.toDateString()
      ? ({ hour: '2-digit', minute: '2-digit' } as const)
      : then.getFullYear() === today.getFullYear()
        ? ({ day: 'numeric', month: 'short' } as const)
        : ({ day: 'numeric', month: 'short', year: 'numeric' } as const)
  return new Intl.DateTimeFormat(language.value, format).format(then)
}

const spans = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** `3 minutes`: the largest unit that there is at least one of. */
export function span(seconds: number): string {
  const [unit, size] = spans.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const)
  return new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(
    Math.round(seconds / size),
  )
}

/** `in 3 minutes`, `3 minutes ago`. */
export function relative(at: string | number, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000)
  const [unit, size] = spans.find(([, size]) => Math.abs(seconds) >= size) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' }).format(Math.trunc(seconds / size), unit)
}

/** `mm:ss`, or `h:mm:ss` from an hour on. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`
}
