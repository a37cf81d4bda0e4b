// The calendar's hours, days and months, all UTC; instants are epoch milliseconds.

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

export const hourOf = (at: number): number => Math.floor(at / hourMs) * hourMs
export const dayOf = (at: number): number => Math.floor(at / dayMs) * dayMs
export const nextDay = (start: number): number => start + dayMs

export function monthOf(at: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

export function nextMonth(start: number): number {
  const date = new Date(start)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
}

/** Mondays. */
export const weekOf = (at: number): number => dayOf(at) - ((Math.floor(at / dayMs) + 3) % 7) * dayMs

/** The month that began so many months before this one. */
export function monthBefore(at: number, months: number): number {
  const date = new Date(at)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1)
}
