// POSIX takes away all locks that a process has on a file as soon as it closes any descriptor of it.
import { expect, test } from 'bun:test'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFile, openForReading } from '../../src/storage/database.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { ThreadWriter } from '../../src/storage/writer.ts'
import { startThread } from '../../src/thread.ts'
import { temporaryDirectory } from '../core.ts'

// Skipped where the system does not show its locks: macOS.
test.skipIf(process.platform !== 'linux')(
  'a writer that takes the place of another leaves the locks of those who read',
  async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    const threads = [() => new Worker(join(import.meta.dir, 'dying-writer.ts'))]
    const replaced = Promise.withResolvers<void>()
    const writer = await ThreadWriter.open({
      start: () => threads.shift()?.() ?? startThread('writer'),
      databaseFile: file,
      tell: () => {},
      committed: () => {},
      died: () => {},
      replaced: () => replaced.resolve(),
      troubled: () => {},
      restMs: 1,
    })
    const reading = openForReading(file)
    reading.sqlite.query('select count(*) from settings').all()
    const locks = (): number =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((line) => line.includes(`${process.pid} `) && line.includes(`:${statSync(file).ino} `)).length
    expect(locks()).toBeGreaterThan(0)
    await writer.run('die in a transaction', untyped(null)).catch(() => {})
    await replaced.promise
    await writer.run('events.trim', untyped({ before: 0 })).catch(() => {})
    expect(locks()).toBeGreaterThan(0)
    await writer.stop()
    reading.close()
  },
)
