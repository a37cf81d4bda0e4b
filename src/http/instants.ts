// Instants as requests and the answers of dialects write them.
import { iso, isoSeconds } from '../instants.ts'

export { iso, isoOrNull, isoSeconds } from '../instants.ts'

export const secondsOrNull = (at: number | null): string | null => (at === null ? null : isoSeconds(at))

/** Of a mailbox without an end, where a dialect's field is never null (dialects/README.md, rule 2). */
export const isoOrNever = (at: number | null): string => (at === null ? '9999-12-31T23:59:59.999Z' : iso(at))

/** The same in epoch milliseconds. */
export const millisecondsOrNever = (at: number | null): number => at ?? 253_402_300_799_999

/** Epoch milliseconds of an instant that the schema has checked. */
export const instantOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text)
