// What the tests of promises share: their two sizes, and the line of figures that each leaves for `scripts/prove`.
import { appendFileSync } from 'node:fs'

/** Whether the promises are proved at their full size (`scripts/prove`) or at the one that fits among all tests. */
export const isFull = Bun.env['MAYFLY_PROVE'] === 'full'

/** How much of it: `small` among all tests, `full` in `scripts/prove`. */
export const size = (small: number, full: number): number => (isFull ? full : small)

/** Leaves what was measured, such as `500 rounds, 10,412 mails acknowledged, none lost`. */
export function figures(text: string): void {
  const report = Bun.env['MAYFLY_PROVE_REPORT']
  if (report) appendFileSync(report, `${text}\n`)
}

/** The p-th part (0 to 1) of some numbers, in order. */
export const percentile = (numbers: readonly number[], p: number): number =>
  numbers.toSorted((one, other) => one - other)[Math.min(numbers.length - 1, Math.floor(numbers.length * p))] ?? 0
