import { expect, test } from 'bun:test'
import { collector } from '../../src/tasks/collect-garbage.ts'

const megabyte = 1024 * 1024

/** A process that grows by so much from look to look, and of which a collection gives so much back. */
function looksAt(growth: number, back: number, looks: number): number {
  let rss = 300 * megabyte
  let collected = 0
  const look = collector({
    rss: () => rss,
    collect: () => {
      collected++
      rss -= back * megabyte
    },
  })
  for (let n = 0; n < looks; n++) {
    rss += growth * megabyte
    look()
  }
  return collected
}

test('the garbage of a process that grows is collected at each look as long as that gives memory back', () => {
  expect(looksAt(60, 60, 100)).toBe(100)
})

test('where it gives nothing back, the thread is stopped for it less and less often, but never no more', () => {
  expect(looksAt(60, 0, 32)).toBeLessThanOrEqual(6)
  expect(looksAt(60, 0, 320)).toBeGreaterThanOrEqual(10)
})

test('a process that does not grow is left alone', () => {
  expect(looksAt(0, 0, 100)).toBe(1)
})
