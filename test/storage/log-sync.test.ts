import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openForWriting } from '../../src/storage/database.ts'
import { readMark } from '../../src/storage/log-mark.ts'
import { closeLogFiles, LogSync, openLogFiles } from '../../src/storage/log-sync.ts'
import { temporaryDirectory } from '../core.ts'

const commits = 5

/** The log of a database with a few commits, whose disk answers when the test says so. */
function slowLog(directory: string): {
  log: LogSync
  answers: ((failure: Error | null) => void)[]
  [Symbol.dispose]: () => void
} {
  const file = join(directory, 'mayfly.db')
  const { sqlite, close } = openForWriting(file)
  for (let n = 0; n < commits; n++) sqlite.run('INSERT INTO settings (name, value) VALUES (?, 1)', [`n${n}`])
  const answers: ((failure: Error | null) => void)[] = []
  const files = openLogFiles(file)
  return {
    log: new LogSync(files, (_, then) => void answers.push(then)),
    answers,
    [Symbol.dispose]: () => {
      closeLogFiles(files)
      close()
    },
  }
}

const bytesOf = (directory: string) => readFileSync(join(directory, 'mayfly.db-wal'))

test('what is committed while the disk is busy waits for another sync', () => {
  using directory = temporaryDirectory()
  using slow = slowLog(directory.path)
  const { log, answers } = slow
  const kept: string[] = []
  log.after(() => kept.push('one'))
  log.after(() => kept.push('two'))
  log.after(() => kept.push('three'))
  expect(answers).toHaveLength(1)
  answers[0]?.(null)
  expect(kept).toEqual(['one'])
  expect(answers).toHaveLength(2)
  answers[1]?.(null)
  expect(kept).toEqual(['one', 'two', 'three'])
  expect(log.busy).toBe(false)
})

test('a sync that fails fails for what was committed meanwhile too, and the log stays broken until it was mended', () => {
  using directory = temporaryDirectory()
  using slow = slowLog(directory.path)
  const { log, answers } = slow
  const heard: (string | undefined)[] = []
  log.after((failure) => heard.push(failure?.message))
  log.after((failure) => heard.push(failure?.message))
  answers[0]?.(new Error('EIO'))
  expect(heard).toEqual(['EIO', 'EIO'])
  expect(answers).toHaveLength(1)
  expect(log.isBroken).toBe(true)
  const before = bytesOf(directory.path)
  log.mend()
  expect(log.isBroken).toBe(false)
  expect(bytesOf(directory.path)).toEqual(before)
})

test('a log that lost what the disk never got is not mended', () => {
  using directory = temporaryDirectory()
  using slow = slowLog(directory.path)
  const { log, answers } = slow
  log.after(() => {})
  answers[0]?.(new Error('EIO'))
  const bytes = bytesOf(directory.path)
  // As if the last page were read from the disk, where it never came.
  const lost = Buffer.from(bytes).fill(0, bytes.length - 4096)
  writeFileSync(join(directory.path, 'mayfly.db-wal'), lost)
  expect(() => log.mend()).toThrow(/lost the write-ahead log behind frame \d+ of \d+/)
  expect(log.isBroken).toBe(true)
  expect(bytesOf(directory.path)).toEqual(lost)
})

test('a mark says how much is on the disk, and only after a sync', () => {
  using directory = temporaryDirectory()
  using slow = slowLog(directory.path)
  const { log, answers } = slow
  const database = join(directory.path, 'mayfly.db')
  log.after(() => {})
  expect(readMark(database)).toEqual({ frames: 0, salts: Buffer.alloc(8) })
  answers[0]?.(null)
  const wal = bytesOf(directory.path)
  const frames = (wal.length - 32) / (4096 + 24)
  expect(readMark(database)).toEqual({ frames, salts: wal.subarray(16, 24) })
})
