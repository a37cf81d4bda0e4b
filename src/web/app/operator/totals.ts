// What all accounts used, in the times of one span, with those in which nothing was.
export type Span = 'hour' | 'day' | 'week' | 'month'
export type Sum = { from: string; what: string; label: string; value: number }
export type Latency = { from: string; api: string | null; requests: number; p50: number; p90: number; p99: number }
export type Top = { accountId: string; owner: string | null; value: number }
export type Totals = {
  items: Sum[]
  latency: Latency[]
  top: Record<'requests' | 'mails' | 'inboxes', Top[]>
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How many are shown. */
export const shown: Readonly<Record<Span, number>> = { hour: 48, day: 30, week: 26, month: 12 }
/** Over how many days the top accounts of a span are. */
export const topDays: Readonly<Record<Span, number>> = { hour: 2, day: 30, week: 182, month: 366 }

/** Oldest first, up to now; all UTC, weeks from Monday. */
export function timesOf(span: Span, now: number): number[] {
  const day = Math.floor(now / dayMs) * dayMs
  const date = new Date(now)
  const back = (count: number): number => {
    if (span === 'hour') return Math.floor(now / hourMs) * hourMs - count * hourMs
    if (span === 'day') return day - count * dayMs
    if (span === 'week') return day - ((day / dayMs + 3) % 7) * dayMs - count * 7 * dayMs
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - count, 1)
  }
  return Array.from({ length: shown[span] }, (_, at) => back(shown[span] - 1 - at))
}

/** The sum of what is meant, for each of the times. */
export function valuesOf(sums: readonly Sum[], times: readonly number[], isMeant: (sum: Sum) => boolean): number[] {
  const byTime = new Map(times.map((at) => [at, 0]))
  for (const sum of sums) {
    const at = Date.parse(sum.from)
    if (byTime.has(at) && isMeant(sum)) byTime.set(at, (byTime.get(at) ?? 0) + sum.value)
  }
  return times.map((at) => byTime.get(at) ?? 0)
}

/** As `valuesOf`, by label, the most first. */
export function byLabel(sums: readonly Sum[], what: string): { label: string; value: number }[] {
  const found = new Map<string, number>()
  for (const sum of sums) if (sum.what === what) found.set(sum.label, (found.get(sum.label) ?? 0) + sum.value)
  return [...found].map(([label, value]) => ({ label, value })).sort((one, other) => other.value - one.value)
}

export type ByApi = { api: string; requests: number; refused: number; failed: number }

/** Of requests, the most first. */
export function byApi(sums: readonly Sum[]): ByApi[] {
  const found = new Map<string, ByApi>()
  for (const { label, value } of byLabel(sums, 'requests')) {
    const [api = '', status = ''] = label.split(' ')
    const row = found.get(api) ?? { api, requests: 0, refused: 0, failed: 0 }
    row.requests += value
    if (status === '4xx') row.refused += value
    if (status === '5xx') row.failed += value
    found.set(api, row)
  }
  return [...found.values()].sort((one, other) => other.requests - one.requests)
}

const formats: Readonly<Record<Span, Intl.DateTimeFormatOptions>> = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short', timeZone: 'UTC' },
  week: { day: 'numeric', month: 'short', timeZone: 'UTC' },
  month: { month: 'short', year: '2-digit', timeZone: 'UTC' },
}

export const timeFormat = (span: Span, language: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(language, formats[span])

/** The whole of it, for tables. */
export const longFormat = (span: Span, language: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(
    language,
    span === 'hour'
      ? { dateStyle: 'medium', timeStyle: 'short' }
      : span === 'month'
        ? { month: 'long', year: 'numeric', timeZone: 'UTC' }
        : { dateStyle: 'medium', timeZone: 'UTC' },
  )
