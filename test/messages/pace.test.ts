import { expect, test } from 'bun:test'
import { Pace, sliceMs } from '../../src/messages/pace.ts'

function pace(): { clock: { now: number }; pace: Pace; begun: () => number } {
  const clock = { now: 1000 }
  const made = new Pace(() => clock.now)
  const begun = (): number => {
    let count = 0
    while (count < 1000 && made.mayBegin()) count++
    return count
  }
  return { clock, pace: made, begun }
}

test('digests begin without limit while mail is rare', () => {
  const { clock, pace: made, begun } = pace()
  for (let slice = 0; slice < 5; slice++) {
    for (let mail = 0; mail < 20; mail++) made.arrived()
    expect(begun()).toBe(1000)
    clock.now += sliceMs
  }
})

test('in a burst only a few begin in each slice of time, and all again when it is over', () => {
  const { clock, pace: made, begun } = pace()
  for (let slice = 0; slice < 5; slice++) {
    for (let mail = 0; mail < 100; mail++) made.arrived()
    // That it is a burst is known from the second slice on.
    if (slice > 0) expect([begun(), begun()]).toEqual([20, 0])
    clock.now += sliceMs
  }
  expect(begun()).toBe(20)
  clock.now += sliceMs
  expect(begun()).toBe(1000)
})

test('a burst of long ago is over', () => {
  const { clock, pace: made, begun } = pace()
  for (let mail = 0; mail < 100; mail++) made.arrived()
  clock.now += 10 * sliceMs
  expect(begun()).toBe(1000)
})
