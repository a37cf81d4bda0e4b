// Promise 3: a full disk is answered with 452, never costs a mail that got its 250, never the server its life; reading goes
// on, and mail is taken again by itself when there is space.
import { expect, test } from 'bun:test'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { emptyDirectory, json } from '../executable/launch.ts'
import { keepSending, type Sent } from '../executable/sender.ts'
import { wrongsIn } from './audit.ts'
import { churn } from './churn.ts'
import { journalIsKept } from './journal.ts'
import { figures, size } from './promise.ts'
import { keepReading } from './readers.ts'
import { noSmallDisk, serveOnSmallDisk } from './small-disk.ts'

const rounds = size(3, 20)
const senders = 8

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !(await isSo()); await Bun.sleep(20)) {
    if (performance.now() - began > 60_000) throw new Error(`after a minute still not: ${what}`)
  }
}

// Skipped where noSmallDisk says why.
test.skipIf(noSmallDisk !== null).each([
  ['to the last byte', '0'],
  ['to storage.min_free_bytes', '8388608'],
])(
  `promise 3: a disk filled %s and freed ${rounds} times`,
  async (how, minFree) => {
    using directory = emptyDirectory()
    const disk = await serveOnSmallDisk(directory, 48, {
      MAYFLY_STORAGE_MIN_FREE_BYTES: minFree,
      MAYFLY_SMTP_MAX_ERRORS: '1000000',
      MAYFLY_LOG_LEVEL: 'error',
    })
    await using server = disk.server
    const journal: Sent[] = []
    const addresses = Array.from({ length: senders }, (_, n) => `s${n}-0@mayfly.test`)
    let over = false
    let refused = 0
    const others = new Set<string>()
    const refusedAt = (answer: string): void => {
      expect(answer).toStartWith('452 4.3.1 ')
      refused++
    }
    const isOver = (): boolean => over
    const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${server.http}/readyz`)).ok
    const work = [
      ...addresses.map((_, n) => keepSending(server.smtp, `s${n}`, journal, isOver, refusedAt, { mostBytes: 20_000 })),
      keepReading(server, addresses, isOver),
      churn(server, 'c', isOver),
    ]
    try {
      for (let round = 0; round < rounds; round++) {
        const stored = journal.length
        await until('mail is taken', () => journal.length > stored + senders)
        const before = refused
        disk.fill()
        await until('mail is refused', () => refused >= before + senders)
        // Reading goes on, also of what came last.
        const last = journal.at(-1)
        expect((await fetch(`${server.api}/messages/${last?.id}/raw`)).status).toBe(200)
        expect(await json<object>(`${server.api}/mailboxes/${last?.to}/messages`)).toHaveProperty('items')
        if (minFree !== '0') await until('readyz says so', async () => !(await isReady()))
        disk.clear()
        await until('the server is ready', isReady)
      }
      const stored = journal.length
      await until('mail is taken again', () => journal.length > stored + senders)
    } finally {
      over = true
      await Promise.allSettled(work)
    }
    for (const done of await Promise.allSettled(work)) expect(done).toEqual({ status: 'fulfilled', value: undefined })
    expect([...others]).toEqual([])
    await journalIsKept(server, journal)
    const log = readFileSync(disk.path('log'), 'utf8')
    expect(log).not.toContain('thread died')
    expect(log).not.toContain('defect')
    // Time to sweep and to digest.
    const copy = join(directory.path, 'copy')
    mkdirSync(copy)
    await until('nothing is wrong in the database', () => {
      disk.copyTo(copy)
      return wrongsIn(copy, { swept: true }).length === 0
    })
    expect(await server.end('SIGTERM')).toBe(0)
    figures(
      `${how}: ${rounds} times full, ${journal.length} mails acknowledged, ${refused} refused with 452, none lost`,
    )
  },
  900_000,
)
