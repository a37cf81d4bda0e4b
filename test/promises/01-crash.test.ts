// Promise 1: kill -9 at any moment loses no acknowledged mail and shows no half mail.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { emptyDirectory, serve } from '../executable/launch.ts'
import { keepSending, type Sent } from '../executable/sender.ts'
import { wrongsIn } from './audit.ts'
import { churn } from './churn.ts'
import { journalIsKept } from './journal.ts'
import { figures, size } from './promise.ts'

const rounds = size(20, 500)
const connections = size(20, 200)
/** Mails acknowledged before a kill, on average. */
const mailsEach = size(10, 25)
/** Rounds after which what is in the database is compared with itself, before the next start. */
const auditEvery = size(10, 50)

test(`promise 1: kill -9 at a random moment loses no mail that got its 250, over ${rounds} rounds of ${connections} connections`, async () => {
  using directory = emptyDirectory()
  const data = join(directory.path, 'mayfly-data')
  const journal: Sent[] = []
  for (let round = 1; round <= rounds; round++) {
    await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
    let over = false
    const isOver = (): boolean => over
    const work = Array.from({ length: connections }, (_, n) =>
      keepSending(server.smtp, `r${round}c${n}`, journal, isOver, undefined, { mostBytes: sizeOfLarge(n) }),
    )
    // Beside them mailboxes are claimed, emptied and ended, mails deleted, swept and digested.
    for (let n = 0; n < 4; n++) work.push(churn(server, `churn-${round}-${n}`, isOver))
    // At a random mail, so that as many are acknowledged on a slow machine; some rounds end before any is.
    const enough = journal.length + Math.random() * 2 * mailsEach
    for (const began = performance.now(); journal.length < enough && performance.now() - began < 5000; )
      await Bun.sleep(2)
    await Bun.sleep(Math.random() * 50)
    await server.end('SIGKILL')
    over = true
    await Promise.all(work)
    expect(server.log()).not.toContain('defect')
    if (round % auditEvery === 0) expect(wrongsIn(data, { swept: false })).toEqual([])
  }
  expect(journal.length).toBeGreaterThan((rounds * mailsEach) / 2)

  await using server = await serve(directory, { MAYFLY_LOG_LEVEL: 'error' })
  const shown = await journalIsKept(server, journal)
  // What was arriving at a kill goes within seconds.
  await Bun.sleep(2500)
  expect(await server.end('SIGTERM')).toBe(0)
  expect(wrongsIn(data, { swept: true })).toEqual([])
  const mails = `${journal.length} mails acknowledged over ${connections} connections, none lost`
  figures(`${rounds} kills, ${mails}; ${shown} shown, each whole`)
}, 3_600_000)

/** Large enough for several pieces on some connections: with all, the disk alone would be measured. */
const sizeOfLarge = (connection: number): number => (connection % 20 === 0 ? 2_000_000 : 4000)
