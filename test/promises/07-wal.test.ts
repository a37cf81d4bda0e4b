// Promise 7: the write-ahead log stays below 64 MB with 50 slow readers under load.
import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { emptyDirectory, type Running, serve } from '../executable/launch.ts'
import { Conversation, keepSending } from '../executable/sender.ts'
import { figures, percentile, size } from './promise.ts'
import { keepReading } from './readers.ts'

const seconds = size(5, 180)
const slowReaders = 50
const largeBytes = size(4, 25) * 1_000_000
const bound = 64_000_000

test(`promise 7: the write-ahead log stays below 64 MB with ${slowReaders} slow readers for ${seconds} s of load`, async () => {
  using directory = emptyDirectory()
  await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
  const large = await sendLarge(server.smtp)
  let over = false
  const isOver = (): boolean => over
  const addresses = Array.from({ length: 10 }, (_, n) => `l${n}-0@mayfly.test`)
  const streams = new AbortController()
  const work = [
    ...Array.from({ length: slowReaders }, () => readSlowly(server, `/messages/${large}/raw`, isOver)),
    ...addresses.map((address) => listen(server, address, streams.signal)),
    // Several at once, so that there is hardly a moment without a reader.
    ...Array.from({ length: 8 }, () => keepReading(server, addresses, isOver)),
    ...Array.from({ length: 10 }, (_, n) => keepSending(server.smtp, `l${n}`, [], isOver)),
  ]
  const sizes: number[] = []
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await Bun.sleep(50)) {
    sizes.push(await gauge(server, 'mayfly_wal_bytes'))
  }
  const mails = await gauge(server, 'mayfly_mails_accepted_total')
  over = true
  streams.abort()
  await Promise.all(work)
  const most = Math.max(...sizes)
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThan(bound)
  expect(mails).toBeGreaterThan(seconds)
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  figures(
    `the log took ${megabytes(most)} at most, ${megabytes(percentile(sizes, 0.5))} in the middle, over ${seconds} s with ${mails} mails and ${slowReaders} slow readers`,
  )
}, 600_000)

async function sendLarge(port: number): Promise<string> {
  const talk = await Conversation.open(port)
  await talk.hear()
  for (const line of ['EHLO x.test', 'MAIL FROM:<a@sender.test>', 'RCPT TO:<large@mayfly.test>', 'DATA'])
    await talk.say(`${line}\r\n`)
  const answer = await talk.say(`Subject: large\r\n\r\n${`${'x'.repeat(98)}\r\n`.repeat(largeBytes / 100)}.\r\n`)
  talk.close()
  const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(answer)?.[1]
  if (!id) throw new Error(answer)
  return id
}

/** Takes some kilobytes a second of an answer, so that it never ends. */
async function readSlowly(server: Running, path: string, stop: () => boolean): Promise<void> {
  const socket = connect(server.http, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET /mayfly/v1${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  socket.pause()
  while (!stop()) {
    await Bun.sleep(250)
    socket.read(1024)
  }
  socket.destroy()
}

async function listen(server: Running, address: string, signal: AbortSignal): Promise<void> {
  const headers = { 'last-event-id': '0' }
  try {
    const answer = await fetch(`${server.api}/mailboxes/${address}/events`, { headers, signal })
    for await (const _ of answer.body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function gauge(server: Running, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.http}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}
