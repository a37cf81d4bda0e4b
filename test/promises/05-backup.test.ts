// Promise 5: a backup under load restores to a consistent state with every mail acknowledged before it began.
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { emptyDirectory, type Running, run, serve } from '../executable/launch.ts'
import { Conversation, checksum, type Sent } from '../executable/sender.ts'
import { figures, isFull, size } from './promise.ts'

const stored = size(1000, 100_000)
const mailsPerSecond = 500
const connections = 20
const quiet = { MAYFLY_LOG_LEVEL: 'warn', MAYFLY_MAILBOXES_UNCLAIMED_MESSAGES: '1000000' }

test(`promise 5: a backup of ${stored} mails, taken while ${mailsPerSecond} a second come in, restores with every mail that was acknowledged before it began`, async () => {
  using directory = emptyDirectory()
  using elsewhere = emptyDirectory()
  const journal: Sent[] = []
  let before = 0
  let took = 0
  let rate = 0
  let walBefore = 0
  let wal = 0
  {
    await using server = await serve(directory, quiet)
    await Promise.all(each((name) => send(server, name, journal, stored / connections, 0)))

    let over = false
    const gap = (connections / mailsPerSecond) * 1000
    const sending = each((name) => send(server, `${name}-later`, journal, Number.POSITIVE_INFINITY, gap, () => over))
    const watching = watchWal(server, () => over)
    await Bun.sleep(1000)
    while (journal.length <= stored) await Bun.sleep(10)
    walBefore = await walOf(server)
    before = journal.length
    const began = performance.now()
    const backup = await run(directory, ['backup', 'copy.db', '--data', 'mayfly-data'])
    took = (performance.now() - began) / 1000
    rate = (journal.length - before) / took
    expect(backup).toMatchObject({ code: 0, err: '' })
    await Bun.sleep(1000)
    over = true
    await Promise.all(sending)
    wal = await watching
    await server.end('SIGKILL')
  }
  expect(before).toBeGreaterThan(stored)

  expect((await run(elsewhere, ['restore', join(directory.path, 'copy.db')])).code).toBe(0)
  const database = new Database(join(elsewhere.path, 'mayfly-data/mayfly.db'), { readonly: true })
  expect(database.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  database.close()

  await using restored = await serve(elsewhere, quiet)
  const acknowledged = journal.slice(0, before)
  for (const some of batches(acknowledged, 50)) {
    const found = await Promise.all(some.map(async ({ id }) => ({ id, checksum: await bytesOf(restored, id) })))
    expect(found).toEqual(some.map(({ id, checksum }) => ({ id, checksum })))
  }
  // Those that came while it was made are there whole or not at all.
  for (const { id, checksum } of journal.slice(before)) {
    expect([checksum, 'status 401']).toContain(await bytesOf(restored, id))
  }
  figures(
    `${before} mails acknowledged before a backup of ${took.toFixed(1)} s at ${Math.round(rate)} mails/s, all restored; the write-ahead log grew from ${mebibytes(walBefore)} to ${mebibytes(wal)} MiB`,
  )
  if (isFull) expect(rate).toBeGreaterThan(mailsPerSecond * 0.7)
}, 3_600_000)

const each = <Value>(make: (name: string) => Value): Value[] =>
  Array.from({ length: connections }, (_, n) => make(`c${n}`))

/** Sends so many mails on one connection, at least `gap` milliseconds apart. */
async function send(
  { smtp }: Running,
  name: string,
  journal: Sent[],
  count: number,
  gap: number,
  stop: () => boolean = () => false,
): Promise<void> {
  const talk = await greeted(smtp)
  const began = performance.now()
  for (let n = 0; n < count && !stop(); n++) {
    const to = `${name}-${n % 5}@mayfly.test`
    const content = `From: ${name}@sender.test\r\nTo: ${to}\r\nSubject: ${name} ${n}\r\n\r\nmail ${n} of ${name}\r\n${`${'x'.repeat(70)}\r\n`.repeat(n % 40)}`
    await talk.say(`MAIL FROM:<${name}@sender.test>\r\n`)
    await talk.say(`RCPT TO:<${to}>\r\n`)
    await talk.say('DATA\r\n')
    const id = /^250 2\.0\.0 ([0-9a-f-]{36})/.exec(await talk.say(`${content}.\r\n`))?.[1]
    if (id === undefined) throw new Error(`mail ${n} of ${name} was not taken`)
    journal.push({ id, to, checksum: checksum(content) })
    await Bun.sleep(Math.max(0, began + gap * (n + 1) - performance.now()))
  }
  talk.close()
}

async function greeted(port: number): Promise<Conversation> {
  const talk = await Conversation.open(port)
  await talk.hear()
  await talk.say('EHLO sender.test\r\n')
  return talk
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0)

async function walOf({ http }: Running): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${http}/metrics`)).text()
  return Number(/^mayfly_wal_bytes (\d+)/m.exec(text)?.[1] ?? 0)
}

/** The largest that the write-ahead log was. */
async function watchWal(server: Running, stop: () => boolean): Promise<number> {
  let most = 0
  while (!stop()) {
    most = Math.max(most, await walOf(server))
    await Bun.sleep(100)
  }
  return most
}

async function bytesOf(server: Running, id: string): Promise<string> {
  const answer = await fetch(`${server.api}/messages/${id}/raw`)
  return answer.ok ? checksum(new Uint8Array(await answer.arrayBuffer())) : `status ${answer.status}`
}

function* batches<Item>(items: Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}
