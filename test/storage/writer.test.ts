import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { Event } from '../../src/events.ts'
import { Refusal } from '../../src/refusal.ts'
import { databaseFile, openForReading } from '../../src/storage/database.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { ThreadWriter } from '../../src/storage/writer.ts'
import { startThread } from '../../src/thread.ts'
import { temporaryDirectory } from '../core.ts'
import { openFiles } from './open-files.ts'

const mortal = () => new Worker(join(import.meta.dir, 'mortal-writer.ts'))

async function open(file: string, threads: (() => Worker)[] = [], restMs = 1) {
  const told: Event[] = []
  const deaths: unknown[] = []
  const groups: number[] = []
  const writer = await ThreadWriter.open({
    start: () => threads.shift()?.() ?? startThread('writer'),
    databaseFile: file,
    tell: (events) => told.push(...events),
    committed: (changes) => groups.push(changes),
    died: (error) => deaths.push(error),
    replaced: () => {},
    troubled: () => {},
    restMs,
  })
  const refuse = (n: number) =>
    writer.run(
      'refusals.add',
      untyped({
        rows: [{ at: n, client: '', from: '', to: `${n}`, address: '', stage: 'rcpt', reason: 'mailbox-full' }],
        keep: 100_000,
      }),
    )
  return { writer, told, deaths, groups, refuse }
}

const count = (file: string): number => {
  const { sqlite, close } = openForReading(file)
  const n = sqlite.query<{ n: number }, []>('select count(*) as n from refusals').get()?.n ?? 0
  close()
  return n
}

describe('the writer thread', () => {
  test('answers each change after it is on the disk, many with one commit', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const { writer, groups, refuse } = await open(file)
    await Promise.all(Array.from({ length: 1000 }, (_, n) => refuse(n)))
    expect(count(file)).toBe(1000)
    expect(groups.reduce((sum, group) => sum + group, 0)).toBe(1000)
    expect(groups.length).toBeLessThan(500)
    expect(Math.max(...groups)).toBeLessThanOrEqual(256)
    await writer.stop()
    expect(writer.isAlive).toBe(false)
  })

  test('finishes what waits before it stops', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const { writer, refuse } = await open(file)
    const waiting = Array.from({ length: 300 }, (_, n) => refuse(n))
    await writer.stop()
    await Promise.all(waiting)
    expect(count(file)).toBe(300)
  })

  test('brings refusals back as refusals, and a defect as an error with its cause', async () => {
    using directory = temporaryDirectory()
    const { writer } = await open(databaseFile(directory.path))
    const refused = writer.run('messages.delete', untyped({ id: 'none', now: 1 }))
    expect(await refused.catch((error) => error)).toEqual(new Refusal('message-unknown'))
    const defect = await writer.run('no such change', untyped({})).catch((error) => error)
    expect(defect.message).toContain('there is no change named no such change')
    await writer.stop()
  })

  test('that dies refuses what waited, and another takes its place', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const { writer, deaths, refuse } = await open(file, [mortal])
    const lost = await refuse(1).catch((error) => error)
    expect(lost).toEqual(new Refusal('storage-failed'))
    while (!writer.isAlive) await Bun.sleep(1)
    await refuse(2)
    expect(count(file)).toBe(1)
    expect(deaths).toHaveLength(1)
    await writer.stop()
  })

  test('leaves nothing open, whoever died before: what is open of the log goes from thread to thread', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const dying = () => new Worker(join(import.meta.dir, 'dying-writer.ts'))
    const { writer, deaths, refuse } = await open(file, [dying, dying, dying])
    for (let n = 0; n < 3; n++) {
      await writer.run('die in a transaction', untyped({})).catch(() => {})
      while (!writer.isAlive) await Bun.sleep(1)
      await refuse(n)
    }
    expect(deaths).toHaveLength(3)
    expect(openFiles(file).filter((name) => name.endsWith('-synced'))).toHaveLength(1)
    await writer.stop()
    expect(openFiles(file)).toEqual([])
  })

  test('that was told to stop while none is there starts none later', async () => {
    using directory = temporaryDirectory()
    let started = 0
    const counted = () => {
      started++
      return mortal()
    }
    const { writer, refuse } = await open(databaseFile(directory.path), [counted, counted], 20)
    await refuse(1).catch(() => {})
    expect(writer.isAlive).toBe(false)
    await writer.stop()
    await Bun.sleep(100)
    expect(started).toBe(1)
    expect(writer.isAlive).toBe(false)
    expect(await refuse(2).catch((error) => error)).toEqual(new Refusal('storage-failed'))
  })

  test('that is told to stop while another takes its place ends when that one has', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const { writer, refuse } = await open(file, [mortal])
    await refuse(1).catch(() => {})
    while (!writer.isAlive) await Bun.sleep(1)
    await writer.stop()
    expect(writer.waiting).toBe(0)
    expect(openFiles(file)).toEqual([])
  })

  test('says in a sentence why a database cannot be opened', async () => {
    using directory = temporaryDirectory()
    const file = join(directory.path, 'none/mayfly.db')
    await expect(open(file)).rejects.toThrow('unable to open database file')
  })
})
