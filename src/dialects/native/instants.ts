// Instants as the native API writes them: ISO 8601 in UTC, with milliseconds.

export const iso = (at: number): string => new Date(at).toISOString()
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))

/** Epoch milliseconds of an instant that the schema has checked. */
export const instantOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text)
