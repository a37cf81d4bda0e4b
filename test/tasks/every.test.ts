import { expect, test } from 'bun:test'
import { every } from '../../src/tasks/every.ts'

test('a task goes on after its work failed, never overlaps itself, and long work hears that it should stop', async () => {
  const failures: unknown[] = []
  const reached = Promise.withResolvers<void>()
  let times = 0
  let atOnce = 0
  const task = every(
    1,
    async (goOn) => {
      times++
      atOnce++
      expect(atOnce).toBe(1)
      try {
        if (times === 1) throw new Error('once')
        if (times === 3) reached.resolve()
        while (times >= 3 && goOn()) await Bun.sleep(1)
      } finally {
        atOnce--
      }
    },
    (error) => failures.push(error),
  )
  await reached.promise
  await task.stop()
  await Bun.sleep(5)
  expect(times).toBe(3)
  expect(failures).toHaveLength(1)
})
