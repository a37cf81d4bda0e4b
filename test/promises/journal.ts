// What senders wrote down, compared with what the server shows after whatever happened to it.
import { expect } from 'bun:test'
import { json, type Running } from '../executable/launch.ts'
import { checksum, type Sent } from '../executable/sender.ts'

type Listed = { items: { id: string; size: number; subject: string }[]; next: string | null }

/**
 * Every mail of the journal can be read byte for byte, and every list shows whole mails only, none twice, also those of
 * which no sender knows. Answers how many the lists hold.
 */
export async function journalIsKept(server: Running, journal: readonly Sent[]): Promise<number> {
  await inBatches(journal, async ({ id, checksum: sent }) => {
    expect({ id, checksum: await bytesOf(server, id) }).toEqual({ id, checksum: sent })
  })
  const known = Map.groupBy(journal, ({ to }) => to)
  let shown = 0
  await inBatches([...known], async ([address, sent]) => {
    const ids = await whole(server, address)
    shown += ids.size
    for (const { id } of sent) expect(ids).toContain(id)
  })
  return shown
}

/** The ids of an address's mails, after looking at each: it is what its size and its subject say. */
async function whole(server: Running, address: string): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page: Listed = await json(`${server.api}/mailboxes/${address}/messages?limit=100${query}`)
    for (const { id, size, subject } of page.items) {
      expect(ids).not.toContain(id)
      ids.add(id)
      const raw = new TextDecoder().decode(await (await fetch(`${server.api}/messages/${id}/raw`)).arrayBuffer())
      expect(raw.length).toBe(size)
      expect(raw).toContain(`Subject: ${subject}\r\n`)
      expect(raw).toEndWith('\r\n')
    }
    cursor = page.next
  }
  return ids
}

async function bytesOf(server: Running, id: string): Promise<string> {
  const answer = await fetch(`${server.api}/messages/${id}/raw`)
  return answer.ok ? checksum(new Uint8Array(await answer.arrayBuffer())) : `status ${answer.status}`
}

/** Some at once, each item once. */
async function inBatches<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += 50) await Promise.all(items.slice(at, at + 50).map(work))
}
