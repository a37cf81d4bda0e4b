// The instant in a Date field (RFC 5322 §3.3 and §4.3).

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

// Hours from UTC of the zones by name in RFC 5322 §4.3; all others count as UTC.
const ZONES: Record<string, number> = { est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 }

const WRITTEN =
  /(\d{1,2})[ -]{1,9}([a-z]{3})[a-z]{0,9}\.?,?[ -]{1,9}(\d{2,4})[ ,]{1,9}(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d{1,9})?\s{0,9}([+-]\d{4}|[a-z]{1,5})?/i

/** Epoch milliseconds, or null if `value` says no instant. Only its first 200 characters are looked at. */
export function mailDate(value: string): number | null {
  const text = value.slice(0, 200)
  const parts = WRITTEN.exec(text)
  if (!parts) {
    // What is left is mostly ISO 8601; anything without a year in four digits is not worth a guess.
    const parsed = /\d{4}/.test(text) ? Date.parse(text.replace(/\([^()]*\)/g, '').trim()) : Number.NaN
    return Number.isNaN(parsed) ? null : parsed
  }
  const [, day = '', month = '', year = '', hour = '', minute = '', second = '0', zone = ''] = parts
  const at = MONTHS.indexOf(month.toLowerCase())
  if (at < 0 || Number(day) < 1 || Number(day) > 31 || Number(hour) > 24 || Number(minute) > 59) return null
  // Leap seconds are allowed (RFC 5322 §3.3) and roll over.
  return Date.UTC(fullYear(year), at, Number(day), Number(hour), Number(minute), Number(second)) - offset(zone)
}

/** RFC 5322 §4.3: two digits below 50 are this century's, others and three digits count from 1900. */
function fullYear(written: string): number {
  const year = Number(written)
  if (written.length === 2) return year < 50 ? 2000 + year : 1900 + year
  return written.length === 3 ? 1900 + year : year
}

function offset(zone: string): number {
  const numeric = /^([+-])(\d{2})(\d{2})$/.exec(zone)
  if (!numeric) return (ZONES[zone.toLowerCase()] ?? 0) * 3_600_000
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3])
  return (numeric[1] === '-' ? -minutes : minutes) * 60_000
}
