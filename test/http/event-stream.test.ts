import { expect, test } from 'bun:test'
import { EventStreams, type Sender } from '../../src/http/event-stream.ts'

const data = 'x'.repeat(10_000)

/** Streams of which nobody reads, with bounds in bytes, and how to send one event of 10 KB to each. */
async function streams(count: number, maxBufferBytes: number, maxTotalBytes: number) {
  const dropped: number[] = []
  const all = new EventStreams({
    heartbeatMs: 60_000,
    maxBufferBytes,
    maxTotalBytes,
    dropped: () => dropped.push(1),
  })
  const senders: Sender[] = []
  const over: number[] = []
  for (let n = 0; n < count; n++) {
    await all.answer(async (to) => {
      senders.push(to)
      return () => void over.push(n)
    })
  }
  const send = (n: number): void => senders[n]?.send({ event: 'message.stored', data })
  return { all, dropped, over, send, [Symbol.dispose]: () => all.stop() }
}

test('a stream that leaves too much unread is dropped, and no other', async () => {
  using some = await streams(2, 50_000, 10_000_000)
  for (let n = 0; n < 10; n++) some.send(0)
  some.send(1)
  expect(some.over).toEqual([0])
  expect(some.dropped).toHaveLength(1)
})

test('where all streams together leave too much unread, those with most of it are dropped', async () => {
  using some = await streams(10, 1_000_000, 500_000)
  for (let n = 0; n < 10; n++) for (let times = 0; times <= n; times++) some.send(n)
  expect(some.over.length).toBeGreaterThan(0)
  expect(some.over).not.toContain(0)
  expect(some.over).toContain(8)
  expect(some.all.count).toBe(10 - some.over.length)
})

test('a stream that is dropped before it is answered is refused', async () => {
  using some = await streams(0, 50_000, 10_000_000)
  const over: number[] = []
  const answer = some.all.answer(async ({ send }) => {
    for (let n = 0; n < 10; n++) send({ event: 'message.stored', data })
    return () => void over.push(1)
  })
  expect(await answer.catch((error) => error.reason)).toBe('too-busy')
  expect(over).toHaveLength(1)
  expect(some.all.count).toBe(0)
})
