// How long a mailbox, or what is put into it, is to live, as clients write it.
import { Type } from '@sinclair/typebox'
import { invalid } from '../../refusal.ts'

const least = 1
const most = 60
/** Of what is put into a mailbox, which ends with it: a hundred years. */
const mostWithin = 52_560_000

/** Seconds of each unit of a Go duration that makes sense here. */
const units: Record<string, number> = { h: 3600, m: 60, s: 1 }

const lifetime = (most: number) =>
  Type.Optional(
    Type.Union([Type.Integer({ minimum: least, maximum: most }), Type.String({ maxLength: 40 })], {
      description: `Minutes, ${least} to ${most}; as a text also a Go duration such as "20m", rounded up to minutes.`,
      wanted: `minutes from ${least} to ${most}`,
    }),
  )

/** Of a mailbox. */
export const ExpiresIn = lifetime(most)
/** Of what is put into one. */
export const ExpiresWithin = lifetime(mostWithin)

/** Minutes of a mailbox. Refuses: invalid-request. */
export const minutesOf = (expiresIn: number | string): number => minutesUpTo(most, expiresIn)

/** Minutes of what is put into one. Refuses: invalid-request. */
export const minutesWithin = (expiresIn: number | string): number => minutesUpTo(mostWithin, expiresIn)

function minutesUpTo(most: number, expiresIn: number | string): number {
  const minutes = typeof expiresIn === 'number' ? expiresIn : minutesIn(expiresIn.trim())
  if (minutes === null || minutes < least || minutes > most) {
    throw invalid('body.expiresIn', `must be minutes from ${least} to ${most}`)
  }
  return minutes
}

/** `30`, or units in a row as Go has them: `1h`, `1h30m`, `90s`, `0.5h`. */
function minutesIn(text: string): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  if (!/^(\d{1,9}(\.\d{1,9})?[hms])+$/.test(text)) return null
  const parts = [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)([hms])/g)]
  const seconds = parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0), 0)
  return Math.ceil(seconds / 60)
}
