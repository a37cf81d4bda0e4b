// Instants as answers write them: ISO 8601 in UTC, with milliseconds.
import { FormatRegistry, type TString, Type } from '@sinclair/typebox'

export const iso = (at: number): string => new Date(at).toISOString()
/** Without fractions of a second. */
export const isoSeconds = (at: number): string => `${iso(at).slice(0, 19)}Z`
export const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))

const format = 'date-time'
const written = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
// Elysia knows it too; what is checked without a server, by a command, is not to hang on that.
if (!FormatRegistry.Has(format)) FormatRegistry.Set(format, (text) => written.test(text))

export const instant = (description?: string): TString =>
  Type.String({ format, ...(description ? { description } : {}) })
