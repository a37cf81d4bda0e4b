import { expect, test } from 'bun:test'
import { BoundedMap } from '../../src/limits/bounded-map.ts'

test('each name has a value of its own until there are too many, which share a bounded number of them', () => {
  const map = new BoundedMap((name) => ({ name, count: 0 }), 10)
  for (let n = 0; n < 10; n++) map.of(`${n}`).count = n
  for (let n = 0; n < 100_000; n++) map.of(`more ${n}`).count++
  expect(map.size).toBeLessThanOrEqual(10 + 1024)
  expect([...map].map(([, { count }]) => count)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(map.find('more 1')).toBeUndefined()
})

test('who shares goes on sharing until that is forgotten, and all is forgotten that need not be remembered', () => {
  const map = new BoundedMap(() => ({ count: 0 }), 1)
  map.of('first')
  map.of('second').count = 7
  map.sweep((value) => value.count === 0)
  expect(map.find('first')).toBeUndefined()
  expect(map.of('second').count).toBe(7)
  map.sweep(() => true)
  expect(map.size).toBe(0)
  expect(map.of('second').count).toBe(0)
})

test('those that were asked for last stand last', () => {
  const map = new BoundedMap((name) => name)
  for (const name of ['a', 'b', 'c', 'a']) map.of(name)
  expect([...map].map(([name]) => name)).toEqual(['b', 'c', 'a'])
})
