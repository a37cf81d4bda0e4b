import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Networks } from '../../src/limits/networks.ts'
import { Refusal } from '../../src/refusal.ts'
import { Admission, type Place } from '../../src/smtp/admission.ts'

const clock = { now: 0 }

function admission({ most = 50_000, perMinute = 120, perAddress = 20, all = 1_000_000 } = {}): Admission {
  clock.now = 0
  const bounds = {
    maxConnections: all,
    maxConnectionsPerAddress: perAddress,
    connectionsPerMinutePerAddress: perMinute,
    trustedNetworks: new Networks(['10.0.0.0/8']),
  }
  return new Admission(
    bounds,
    () => clock.now,
    () => {},
    most,
  )
}

function tried(door: Admission, client: string): Place | string {
  try {
    return door.enter(client)
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error)
  }
}

test('in no minute does one address get more than its connections, wherever the minute begins', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 1, max: 8 }))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), fc.boolean(), (steps, isCrowded) => {
      // Crowded: there is no room to remember this address alone.
      const door = admission({ perMinute: 5, most: isCrowded ? 1 : 10 })
      if (isCrowded) door.enter('192.0.2.99')
      const letIn: number[] = []
      for (const [pause, tries] of steps) {
        clock.now += pause
        door.sweep()
        for (let n = 0; n < tries; n++) {
          const place = tried(door, '192.0.2.1')
          const recent = letIn.filter((at) => clock.now - at < 60_000).length
          expect(typeof place === 'string').toBe(recent >= 5)
          if (typeof place === 'string') continue
          place.leave()
          letIn.push(clock.now)
        }
      }
    }),
  )
})

test('the places of an address come back when its connections end, each once', () => {
  const door = admission({ perAddress: 3 })
  const places = [1, 2, 3].map(() => door.enter('2001:db8::1'))
  expect(tried(door, '2001:db8::ffff')).toBe('too-many-connections')
  expect(tried(door, '2001:db8:0:1::1')).not.toBeString()
  for (let n = 0; n < 3; n++) places[0]?.leave()
  expect(tried(door, '2001:db8::2')).not.toBeString()
  expect(tried(door, '2001:db8::3')).toBe('too-many-connections')
})

test('a million addresses are not all remembered, none gets more than its own, and others still get in', () => {
  const door = admission({ perMinute: 5 })
  for (let n = 0; n < 200_000; n++) {
    const place = tried(door, `2001:db8:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::1`)
    if (typeof place !== 'string') place.leave()
  }
  expect(door.remembered).toBeLessThanOrEqual(51_024)
  const again = Array.from({ length: 10 }, () => tried(door, '2001:db8::1'))
  expect(again.filter((place) => typeof place !== 'string')).toHaveLength(4)
  clock.now += 60_000
  for (const place of again) if (typeof place !== 'string') place.leave()
  door.sweep()
  expect(door.remembered).toBe(0)
})

test('one in ten places is kept for trusted clients', () => {
  const door = admission({ all: 30, perAddress: 100 })
  for (let n = 0; n < 27; n++) expect(tried(door, '192.0.2.1')).not.toBeString()
  expect(tried(door, '192.0.2.2')).toBe('too-many-connections')
  for (let n = 0; n < 3; n++) expect(tried(door, '10.0.0.1')).not.toBeString()
  expect(tried(door, '10.0.0.1')).toBe('too-many-connections')
})
