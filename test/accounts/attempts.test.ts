// How guessing slows down: the clock is the test's.
import { expect, test } from 'bun:test'
import { Attempts } from '../../src/accounts/attempts.ts'
import { Refusal } from '../../src/refusal.ts'

function attempts(longestMs = 60_000) {
  const clock = { now: 0 }
  const all = new Attempts(longestMs, () => clock.now)
  /** 0 where it may try now; else for how many seconds it may not. */
  const fail = (name: string): number => {
    try {
      all.begin(name)
      return 0
    } catch (error) {
      if (!(error instanceof Refusal) || error.reason !== 'rate-exceeded') throw error
      return error.details.retryAfterSeconds ?? Number.NaN
    }
  }
  return { all, clock, fail }
}

test('five failures cost nothing, and each one after them twice the wait of the one before', () => {
  const { clock, fail } = attempts()
  for (let n = 0; n < 5; n++) expect(fail('a')).toBe(0)
  const waits: number[] = []
  for (let n = 0; n < 8; n++) {
    const wait = fail('a')
    waits.push(wait)
    clock.now += wait * 1000 - 1
    expect(fail('a')).toBe(1)
    clock.now += 1
    expect(fail('a')).toBe(0)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
})

test('who is refused has not failed once more', () => {
  const { clock, fail } = attempts()
  for (let n = 0; n < 5; n++) fail('a')
  for (let n = 0; n < 100; n++) expect(fail('a')).toBe(1)
  clock.now += 1000
  expect(fail('a')).toBe(0)
})

test('each name has its own count', () => {
  const { fail } = attempts()
  for (let n = 0; n < 6; n++) fail('a')
  expect(fail('b')).toBe(0)
})

test('what turned out well is no failure', () => {
  const { all, fail } = attempts()
  for (let n = 0; n < 100; n++) all.begin('a')()
  for (let n = 0; n < 5; n++) expect(fail('a')).toBe(0)
  expect(fail('a')).toBe(1)
  all.clear('a')
  expect(fail('a')).toBe(0)
})

test('an hour without a failure, and all are forgotten', () => {
  const { all, clock, fail } = attempts(7_200_000)
  for (let n = 0; n < 5; n++) fail('a')
  clock.now += 3_600_001
  all.sweep()
  for (let n = 0; n < 5; n++) expect(fail('a')).toBe(0)
  expect(fail('a')).toBe(1)
})
