import { expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMark } from '../../src/storage/log-mark.ts'
import { closeLogFiles, LogSync, openLogFiles } from '../../src/storage/log-sync.ts'
import { temporaryDirectory } from '../core.ts'

/** A log whose disk answers when the test says so. */
function slowLog(directory: string): {
  log: LogSync
  answers: ((failure: Error | null) => void)[]
  [Symbol.dispose]: () => void
} {
  const file = join(directory, 'mayfly.db')
  writeFileSync(`${file}-wal`, 'the log')
  writeFileSync(`${file}-shm`, new Uint8Array(64).fill(7))
  const answers: ((failure: Error | null) => void)[] = []
  const files = openLogFiles(file)
  return {
    log: new LogSync(files, (_, then) => void answers.push(then)),
    answers,
    [Symbol.dispose]: () => closeLogFiles(files),
  }
}

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
  log.mend()
  expect(log.isBroken).toBe(false)
  expect(readFileSync(join(directory.path, 'mayfly.db-wal'), 'utf8')).toBe('the log')
})

test('a mark says how much is on the disk, and only after a sync', () => {
  using directory = temporaryDirectory()
  using slow = slowLog(directory.path)
  const { log, answers } = slow
  const database = join(directory.path, 'mayfly.db')
  log.after(() => {})
  expect(readMark(database)).toEqual({ frames: 0, salts: Buffer.alloc(8) })
  answers[0]?.(null)
  expect(readMark(database)).toEqual({ frames: 0x07070707, salts: Buffer.alloc(8, 7) })
})
