import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { UsageRow } from '../../src/usage/store.ts'
import { Sums } from '../../src/usage/sums.ts'

const hour = 3_600_000
const noon = Date.UTC(2026, 0, 1, 12)
const mails = { accountId: 'a', what: 'mails', label: '' } as const

test('what is summed is written by the hour and by the day, once', () => {
  let now = noon
  const sums = new Sums(() => now)
  sums.add(mails)
  sums.add(mails, 4)
  now += hour
  sums.add(mails)
  const midnight = Date.UTC(2026, 0, 1)
  expect(sums.take(10).rows).toEqual([
    { ...mails, span: 'hour', start: noon, value: 5 },
    { ...mails, span: 'hour', start: noon + hour, value: 1 },
    { ...mails, span: 'day', start: midnight, value: 5 },
    { ...mails, span: 'day', start: midnight, value: 1 },
  ])
  expect(sums.take(10).rows).toEqual([])
})

test('what is taken back is taken back where it was added, so that no sum falls below nothing', () => {
  let now = noon + hour - 1
  const sums = new Sums(() => now)
  sums.add(mails, 1, now)
  const at = now
  now += 1
  sums.add(mails, -1, at)
  expect(sums.take(10).rows.map(({ start, value }) => [start, value])).toEqual([
    [noon, 0],
    [Date.UTC(2026, 0, 1), 0],
  ])
})

test('there are never more sums than have room, though nothing can be written and all is given back', () => {
  const sums = new Sums(() => noon)
  for (let round = 0; round < 3; round++) {
    const { giveBack } = sums.take(200_000)
    for (let n = 0; n < 150_000; n++) sums.add({ ...mails, accountId: `${round} ${n}` })
    giveBack()
    expect(sums.size).toBe(100_000)
  }
  sums.add(mails)
  expect(sums.size).toBe(100_000)
})

test('however it is taken and given back, all that was added is written once', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 9 }), account: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ take: fc.integer({ min: 0, max: 3 }), fails: fc.boolean() }),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const sums = new Sums(() => noon)
      const written: UsageRow[] = []
      let added = 0
      for (const one of steps) {
        if ('add' in one) {
          sums.add({ ...mails, accountId: one.account }, one.add)
          added += one.add
        } else {
          const { rows, giveBack } = sums.take(one.take)
          if (one.fails) giveBack()
          else written.push(...rows)
        }
      }
      written.push(...sums.take(10).rows)
      for (const span of ['hour', 'day']) {
        expect(written.filter((row) => row.span === span).reduce((sum, { value }) => sum + value, 0)).toBe(added)
      }
    }),
  )
})
