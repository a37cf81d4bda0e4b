// Promise 1: kill -9 at any moment loses no acknowledged mail and shows no half mail.
import { expect, test } from 'bun:test'
import { emptyDirectory, json, type Running, serve } from '../executable/launch.ts'
import { checksum, keepSending, type Sent } from '../executable/sender.ts'
import { figures, size } from './promise.ts'

const rounds = size(20, 500)
const connections = size(20, 200)

test(`promise 1: kill -9 at a random moment loses no mail that got its 250, over ${rounds} rounds of ${connections} connections`, async () => {
  using directory = emptyDirectory()
  const journal: Sent[] = []
  for (let round = 0; round < rounds; round++) {
    const server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
    let over = false
    const sending = Array.from({ length: connections }, (_, n) =>
      keepSending(server.smtp, `r${round}c${n}`, journal, () => over),
    )
    await Bun.sleep(50 + Math.random() * 400)
    await server.end('SIGKILL')
    over = true
    await Promise.all(sending)
  }
  expect(journal.length).toBeGreaterThan(rounds * connections)

  await using server = await serve(directory)
  for (const some of batches(journal, 50)) {
    const found = await Promise.all(some.map(async ({ id }) => ({ id, checksum: await bytesOf(server, id) })))
    expect(found).toEqual(some.map(({ id, checksum }) => ({ id, checksum })))
  }
  await listsAgree(server, journal)
  figures(`${rounds} kills, ${journal.length} mails acknowledged over ${connections} connections, none lost`)
}, 3_600_000)

async function bytesOf(server: Running, id: string): Promise<string> {
  const answer = await fetch(`${server.api}/messages/${id}/raw`)
  return answer.ok ? checksum(new Uint8Array(await answer.arrayBuffer())) : `status ${answer.status}`
}

/** Every mail that a list shows can be read whole, the acknowledged ones are there, and none is there twice. */
async function listsAgree(server: Running, journal: Sent[]): Promise<void> {
  const addresses = [...new Set(journal.map(({ to }) => to))].slice(0, 50)
  for (const address of addresses) {
    const { items: listed } = await json<{ items: { id: string; size: number }[] }>(
      `${server.api}/mailboxes/${address}/messages?limit=100`,
    )
    const ids = listed.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { id } of journal.filter(({ to }) => to === address)) expect(ids).toContain(id)
    for (const { id, size } of listed) {
      const raw = await fetch(`${server.api}/messages/${id}/raw`)
      expect((await raw.arrayBuffer()).byteLength).toBe(size)
    }
  }
}

function* batches<Item>(items: Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
