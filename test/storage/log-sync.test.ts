import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openForWriting } from '../../src/storage/database.ts'
import { readMark } from '../../src/storage/log-mark.ts'
import { closeLogFiles, LogSync, openLogFiles } from '../../src/storage/log-sync.ts'
import { temporaryDirectory } from '../core.ts'

const commits = 5

/**
 * The log of a database with a few commits, whose disk answers when the test says so, by its clock; else after 10 ms.
 * `now` is what the disk does when it is waited for.
 */
function slowLog(
  directory: string,
  now: () => void = () => {
    throw new Error('a slow disk is not waited for')
  },
  clock = { now: 0 },
): {
  log: LogSync
  answers: ((failure: Error | null) => void)[]
  [Symbol.dispose]: () => void
} {
  const file = join(directory, 'mayfly.db')
  const { sqlite, close } = openForWriting(file)
  for (let n = 0; n < commits; n++) sqlite.run('INSERT INTO settings (name, value) VALUES (?, 1)', [`n${n}`])
  const answers: ((failure: Error | null) => void)[] = []
  const files = openLogFiles(file)
  const beside = (_: number, then: (failure: Error | null) => void): void => {
    const began = clock.now
    answers.push((failure) => {
      if (clock.now === began) clock.now += 10
      then(failure)
    })
  }
  return {
    log: new LogSync(files, { beside, now }, () => clock.now),
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

test('a disk that was quick is waited for until it is slow, and all hear in the order in which they asked', () => {
  using directory = temporaryDirectory()
  const clock = { now: 0 }
  const takes = [0.5, 0.5, 3]
  const now = (): void => {
    clock.now += takes.shift() ?? 0
  }
  const some = slowLog(directory.path, now, clock)
  using _ = some
  const { log, answers } = some
  const kept: string[] = []
  log.after(() => kept.push('one'))
  log.after(() => kept.push('two'))
  clock.now += 0.5
  answers[0]?.(null)
  expect(kept).toEqual(['one', 'two'])
  log.after(() => kept.push('three'))
  log.after(() => kept.push('four'))
  expect(kept).toEqual(['one', 'two', 'three', 'four'])
  log.after(() => kept.push('five'))
  expect(kept).toHaveLength(4)
  expect(answers).toHaveLength(2)
  answers[1]?.(null)
  expect(kept.at(-1)).toBe('five')
})

test('a quick disk that fails is told of like a slow one, and what comes later waits until the log is mended', () => {
  using directory = temporaryDirectory()
  const clock = { now: 0 }
  const some = slowLog(
    directory.path,
    () => {
      throw new Error('EIO')
    },
    clock,
  )
  using _ = some
  const { log, answers } = some
  log.after(() => {})
  clock.now += 0.5
  answers[0]?.(null)
  const heard: (string | undefined)[] = []
  log.after((failure) => heard.push(failure?.message))
  expect(heard).toEqual(['EIO'])
  expect(log.isBroken).toBe(true)
  log.mend()
  expect(log.isBroken).toBe(false)
})
