import { expect, test } from 'bun:test'
import { Pace, sliceMs } from '../../src/messages/pace.ts'

const small = 2000
const large = 50_000

/** `begun`: how many digests of mails of a size may begin now. */
function pace(): { clock: { now: number }; pace: Pace; begun: (size?: number) => number } {
  const clock = { now: 1000 }
  const made = new Pace(() => clock.now)
  const begun = (size = small): number => {
    let count = 0
    while (count < 1000 && made.mayBegin(size)) count++
    return count
  }
  return { clock, pace: made, begun }
}

test('digests begin without limit while mail is rare', () => {
  const { clock, pace: made, begun } = pace()
  for (let slice = 0; slice < 5; slice++) {
    for (let mail = 0; mail < 20; mail++) made.arrived(small)
    expect(begun()).toBe(1000)
    clock.now += sliceMs
  }
})

test('in a burst only a few begin in each slice of time, and all again when it is over', () => {
  const { clock, pace: made, begun } = pace()
  for (let slice = 0; slice < 5; slice++) {
    for (let mail = 0; mail < 100; mail++) made.arrived(small)
    // That it is a burst is known from the second slice on.
    if (slice > 0) expect([begun(), begun()]).toEqual([14, 0])
    clock.now += sliceMs
  }
  expect(begun()).toBe(14)
  clock.now += sliceMs
  expect(begun()).toBe(1000)
})

test('a burst of long ago is over', () => {
  const { clock, pace: made, begun } = pace()
  for (let mail = 0; mail < 100; mail++) made.arrived(small)
  clock.now += 10 * sliceMs
  expect(begun()).toBe(1000)
})

test('fewer mails are a burst where they are large, and fewer of their digests begin in it', () => {
  const { clock, pace: made, begun } = pace()
  for (let slice = 0; slice < 5; slice++) {
    for (let mail = 0; mail < 10; mail++) made.arrived(large)
    if (slice > 0) expect([begun(large), begun(small)]).toEqual([3, 0])
    clock.now += sliceMs
  }
  expect(begun(large)).toBe(3)
  clock.now += sliceMs
  expect(begun(large)).toBe(1000)
})
