// What an account used, hour by hour or day by day, with the hours and days in which it used nothing.
export type Sum = { from: string; what: string; label: string; value: number }

export const whats = ['requests', 'inboxes', 'mails', 'bytes'] as const
export type What = (typeof whats)[number]
export type Row = { at: number } & Record<What, number>

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How many are shown. */
const shown = { hour: 48, day: 30 } as const

const isWhat = (text: string): text is What => whats.some((one) => one === text)

/** Oldest first, up to now. */
export function sumsOf(sums: readonly Sum[], span: 'hour' | 'day', now = Date.now()): Row[] {
  const step = span === 'hour' ? hourMs : dayMs
  const last = Math.floor(now / step) * step
  const rows = Array.from({ length: shown[span] }, (_, back): Row => {
    const at = last - (shown[span] - 1 - back) * step
    return { at, requests: 0, inboxes: 0, mails: 0, bytes: 0 }
  })
  const byTime = new Map(rows.map((row) => [row.at, row]))
  for (const { from, what, value } of sums) {
    const row = byTime.get(Date.parse(from))
    if (row && isWhat(what)) row[what] += value
  }
  return rows
}
