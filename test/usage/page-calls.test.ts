import { expect, test } from 'bun:test'
import { Refusal } from '../../src/refusal.ts'
import { PageCalls } from '../../src/usage/page-calls.ts'

test('the page has a bucket for each member, kept no longer than it is not full', () => {
  const clock = { elapsed: 0 }
  const calls = new PageCalls({ requestsPerMinute: 60, burst: 3 }, { elapsed: () => clock.elapsed, now: () => 0 })
  const admit = (member: string): number | null => {
    try {
      calls.admit(member)
      return null
    } catch (error) {
      return error instanceof Refusal ? (error.details.retryAfterSeconds ?? 0) : -1
    }
  }
  expect([1, 2, 3, 4].map(() => admit('ann'))).toEqual([null, null, null, 1])
  expect(admit('bob')).toBeNull()
  clock.elapsed += 1000
  calls.sweep()
  expect(calls.size).toBe(1)
  expect([admit('ann'), admit('ann')]).toEqual([null, 1])
  clock.elapsed += 3000
  calls.sweep()
  expect(calls.size).toBe(0)
})
