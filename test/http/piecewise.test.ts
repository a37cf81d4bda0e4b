// Answers in pieces: others get their turn, and the end is told once.
import { expect, test } from 'bun:test'
import { partsOf, piecewise } from '../../src/http/piecewise.ts'

const bytes = new Uint8Array(5 * 1024 * 1024).map((_, n) => n % 251)

test('between the pieces of an answer others have their turn, however fast it is read', async () => {
  let turns = 0
  let reading = true
  const count = (): void => {
    turns++
    if (reading) setImmediate(count)
  }
  setImmediate(count)
  const read = new Uint8Array(await piecewise(partsOf(bytes), {}, () => {}).arrayBuffer())
  reading = false
  expect(Bun.hash(read)).toBe(Bun.hash(bytes))
  expect(turns).toBeGreaterThanOrEqual(20)
})

test('an answer in pieces is over once, whether it was read, left or broke off', async () => {
  let over = 0
  const ended = (): void => void over++
  await piecewise(partsOf(bytes), {}, ended).arrayBuffer()
  expect(over).toBe(1)

  const left = piecewise(partsOf(bytes), {}, ended).body?.getReader()
  await left?.read()
  const reading = left?.read()
  await left?.cancel()
  await reading
  expect(over).toBe(2)

  const broken = function* () {
    yield bytes
    throw new Error('gone')
  }
  const answer = piecewise(broken(), {}, ended)
  expect(await answer.arrayBuffer().catch((error) => error)).toBeInstanceOf(Error)
  expect(over).toBe(3)
})
