// Promise 2: a power cut loses no acknowledged mail. Here on a disk that keeps only what an fsync made durable, and some of
// what was on its way; the order of fsync and 250 as the system sees it is in 02-fsync-order.test.ts.
import { expect, test } from 'bun:test'
import { emptyDirectory, serve } from '../executable/launch.ts'
import { keepSending, type Sent } from '../executable/sender.ts'
import { wrongsIn } from './audit.ts'
import { failingDisk, noDisk } from './disk/disk.ts'
import { journalIsKept } from './journal.ts'
import { figures, size } from './promise.ts'

const rounds = size(4, 100)
const connections = size(20, 100)

// Skipped where no such disk can be made: noDisk says why.
test.skipIf(noDisk !== null)(
  `promise 2: a power cut at a random moment loses no mail that got its 250, ${rounds} times over ${connections} connections`,
  async () => {
    using directory = emptyDirectory()
    using disk = failingDisk(2000)
    const env = { ...disk.env, MAYFLY_LOG_LEVEL: 'error' }
    const journal: Sent[] = []
    for (let round = 0; round < rounds; round++) {
      await using server = await serve(directory, env)
      let over = false
      const sending = Array.from({ length: connections }, (_, n) =>
        keepSending(server.smtp, `r${round}c${n}`, journal, () => over),
      )
      await Bun.sleep(200 + Math.random() * 800)
      await server.end('SIGKILL')
      over = true
      await Promise.all(sending)
      disk.cutPower()
    }
    expect(journal.length).toBeGreaterThan(rounds)
    await using server = await serve(directory, env)
    await journalIsKept(server, journal)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(wrongsIn(disk.data, { swept: false })).toEqual([])
    figures(`${rounds} power cuts, ${journal.length} mails acknowledged over ${connections} connections, none lost`)
  },
  3_600_000,
)
