// Promise 3, of a disk that errs: no 250 after an fsync that failed, never a crash, and mail again once the disk is well.
import { expect, test } from 'bun:test'
import { emptyDirectory, serve } from '../executable/launch.ts'
import { keepSending, type Sent } from '../executable/sender.ts'
import { wrongsIn } from './audit.ts'
import { type Fault, failingDisk, noDisk } from './disk/disk.ts'
import { journalIsKept } from './journal.ts'
import { figures, size } from './promise.ts'
import { keepReading } from './readers.ts'

const rounds = size(1, 40)
const faults: readonly Fault[] = ['fsync-fails', 'write-fails', 'full']

// Skipped where no such disk can be made: noDisk says why.
test.skipIf(noDisk !== null)(
  `promise 3: writes and fsyncs that fail cost no mail that got its 250, nor the server its life, ${rounds} rounds`,
  async () => {
    using directory = emptyDirectory()
    using disk = failingDisk(1000)
    const env = { ...disk.env, MAYFLY_LOG_LEVEL: 'error', MAYFLY_SMTP_MAX_ERRORS: '1000000' }
    const journal: Sent[] = []
    let refused = 0
    for (let round = 0; round < rounds; round++) {
      await using server = await serve(directory, env)
      let over = false
      const refusedAt = (answer: string): void => {
        expect(answer).toMatch(/^(451|452) /)
        refused++
      }
      const work = Array.from({ length: 20 }, (_, n) =>
        keepSending(server.smtp, `r${round}c${n}`, journal, () => over, refusedAt),
      )
      const addresses = Array.from({ length: 20 }, (_, n) => `r${round}c${n}-0@mayfly.test`)
      work.push(keepReading(server, addresses, () => over))
      for (const fault of faults) {
        await Bun.sleep(100 + Math.random() * 200)
        const before = refused
        disk.begin(fault)
        while (refused === before) await Bun.sleep(10)
        await Bun.sleep(Math.random() * 100)
        disk.end(fault)
        const stored = journal.length
        while (journal.length < stored + 20) await Bun.sleep(10)
      }
      await server.end('SIGKILL')
      over = true
      await Promise.all(work)
      expect(server.log()).toContain('the disk failed')
      expect(server.log()).not.toContain('thread died')
      expect(server.log()).not.toContain('defect')
      disk.cutPower()
    }
    expect(refused).toBeGreaterThan(rounds)
    await using server = await serve(directory, env)
    await journalIsKept(server, journal)
    expect(await server.end('SIGTERM')).toBe(0)
    expect(wrongsIn(disk.data, { swept: false })).toEqual([])
    figures(
      `${rounds * faults.length} disk failures, each followed by a power cut or the next: ${journal.length} mails acknowledged, ${refused} refused for now, none lost`,
    )
  },
  3_600_000,
)
