// How long a mailbox may live: what a form offers, within the plan.
import type { Limits } from '../facts.ts'
import { span } from '../words/shown.ts'
import { say } from '../words/words.ts'

const hour = 60
const day = 24 * hour
const usual: readonly number[] = [10, 30, hour, 6 * hour, day, 7 * day, 30 * day, 90 * day, 365 * day]

/** As a choice: minutes, or `none` for a mailbox without an end. */
export const noEnd = 'none'

export function lifetimes({ maxTtlMinutes, permanentMailboxes }: Limits): [value: string, text: string][] {
  const allowed = usual.filter((minutes) => maxTtlMinutes === null || minutes <= maxTtlMinutes)
  const longest = maxTtlMinutes !== null && !allowed.includes(maxTtlMinutes) ? [maxTtlMinutes] : []
  const found = [...allowed, ...longest].map((minutes): [string, string] => [String(minutes), span(minutes * 60)])
  return permanentMailboxes ? [...found, [noEnd, say('boxes.no-end')]] : found
}

export const ttlOf = (choice: string): number | null => (choice === noEnd ? null : Number(choice))
