// Calls a second from one address.
import { expect, test } from 'bun:test'
import { Rate } from '../../src/limits/rate.ts'

function limited(perSecond: number) {
  const clock = { now: 0 }
  const rate = new Rate(perSecond, () => clock.now)
  const passes = (client: string): boolean => {
    try {
      rate.admit(client)
      return true
    } catch {
      return false
    }
  }
  return { clock, rate, passes }
}

test('as many pass in a second as are allowed, and then one as often as they flow in', () => {
  const { clock, passes } = limited(8)
  const count = (): number => Array.from({ length: 20 }, () => passes('192.0.2.1')).filter(Boolean).length
  expect(count()).toBe(8)
  clock.now += 124
  expect(count()).toBe(0)
  clock.now += 1
  expect(count()).toBe(1)
  clock.now += 60_000
  expect(count()).toBe(8)
})

test('IPv6 addresses of one network count together, others do not', () => {
  const { passes } = limited(1)
  expect([passes('2001:db8::1'), passes('2001:db8::2'), passes('2001:db8:0:1::1')]).toEqual([true, false, true])
  expect([passes('192.0.2.1'), passes('192.0.2.2')]).toEqual([true, true])
})

test('memory is bounded, and what need not be remembered is forgotten', () => {
  const { clock, rate, passes } = limited(8)
  for (let n = 0; n < 60_000; n++) passes(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`)
  expect(rate.size).toBeLessThan(52_000)
  clock.now += 20_000
  expect(passes('192.0.2.1')).toBe(true)
  expect(rate.size).toBe(1)
})
