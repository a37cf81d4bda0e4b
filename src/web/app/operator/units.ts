// Figures as they are written: counts, sizes, times.
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { tell } from './words.ts'

export type Unit = 'count' | 'bytes' | 'milliseconds'

export const inUnit = (value: number, unit: Unit): string =>
  unit === 'bytes'
    ? bytes(value)
    : unit === 'milliseconds'
      ? tell('analytics.ms', { count: value })
      : say('member.number', { count: value })
