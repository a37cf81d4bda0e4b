import { expect, test } from 'bun:test'
import { Budget } from '../../src/limits/budget.ts'
import { usualBounds } from '../../src/messages/bounded-parser.ts'
import { Downloads, smallBytes } from '../../src/messages/downloads.ts'
import type { readerJobs } from '../../src/messages/jobs.ts'
import { Refusal } from '../../src/refusal.ts'
import type { Workers } from '../../src/storage/job.ts'
import { untyped } from '../../src/storage/untyped.ts'

const large = smallBytes + 1

/** Downloads with room for two large ones, and how often one was read. */
function some(fails = false) {
  let reads = 0
  const workers: Workers<typeof readerJobs> = {
    run: async () => {
      reads++
      await Bun.sleep(1)
      if (fails) throw new Refusal('took-too-long')
      return untyped({ bytes: new Uint8Array(3) })
    },
  }
  const budget = new Budget(2 * large, 20)
  return { downloads: new Downloads(workers, usualBounds, budget), budget, reads: () => reads }
}

test('one attachment is read once for all who ask at the time, and held until the last has it', async () => {
  const { downloads, budget, reads } = some()
  const held = await Promise.all(Array.from({ length: 10 }, () => downloads.take(1, 0, large)))
  expect(reads()).toBe(1)
  for (const { release } of held.slice(1)) {
    release()
    release()
  }
  await Bun.sleep(0)
  expect(budget.held).toBe(large)
  held[0]?.release()
  await Bun.sleep(0)
  expect(budget.held).toBe(0)
  await downloads.take(1, 0, large)
  expect(reads()).toBe(2)
})

test('what finds no room waits, then is refused; small ones go by', async () => {
  const { downloads, budget } = some()
  const [first] = [await downloads.take(1, 0, large), await downloads.take(1, 1, large)]
  const refused = await downloads.take(2, 0, large).catch((error) => error)
  expect(refused).toMatchObject({ reason: 'too-busy' })
  expect((await downloads.take(3, 0, smallBytes)).bytes.byteLength).toBe(3)
  const waiting = downloads.take(2, 0, large)
  first?.release()
  expect((await waiting).bytes.byteLength).toBe(3)
  expect(budget.held).toBe(2 * large)
})

test('what could not be read gives its room back', async () => {
  const { downloads, budget } = some(true)
  const refused = await Promise.all([1, 2, 3].map(() => downloads.take(1, 0, large).catch((error) => error)))
  for (const one of refused) expect(one).toMatchObject({ reason: 'took-too-long' })
  expect(budget.held).toBe(0)
})
