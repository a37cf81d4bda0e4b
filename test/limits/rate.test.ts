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

test('as many pass in a second as are allowed, and then as many as came a second before', () => {
  const { clock, passes } = limited(8)
  const count = (): number => Array.from({ length: 20 }, () => passes('192.0.2.1')).filter(Boolean).length
  for (let n = 0; n < 3; n++) expect(passes('192.0.2.1')).toBe(true)
  clock.now += 600
  expect(count()).toBe(5)
  clock.now += 399
  expect(count()).toBe(0)
  clock.now += 1
  expect(count()).toBe(3)
  clock.now += 60_000
  expect(count()).toBe(8)
})

test('no second has more than are allowed, however the calls are spread', () => {
  const { clock, passes } = limited(8)
  const passed: number[] = []
  for (let n = 0; n < 500; n++) {
    if (passes('192.0.2.1')) passed.push(clock.now)
    clock.now += (n * 37) % 90
  }
  const inSecondFrom = (start: number): number => passed.filter((at) => at >= start && at < start + 1000).length
  expect(Math.max(...passed.map(inSecondFrom))).toBe(8)
})

test('who is refused is told when there is room', () => {
  const { clock, rate } = limited(2)
  rate.admit('192.0.2.1')
  clock.now += 250
  rate.admit('192.0.2.1')
  expect(() => rate.admit('192.0.2.1')).toThrow(
    expect.objectContaining({ reason: 'rate-exceeded', details: { retryAfterSeconds: 0.75 } }),
  )
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
