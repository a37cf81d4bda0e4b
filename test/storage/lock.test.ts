import { expect, test } from 'bun:test'
import { chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CannotDo } from '../../src/cannot-do.ts'
import { DataDirectoryLock, DataDirectoryTaken } from '../../src/storage/lock.ts'
import { temporaryDirectory } from '../core.ts'

/** Only root can give files away. */
const isRoot = process.geteuid?.() === 0

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return null
}

test('a lock that cannot be used is told in a sentence', () => {
  using directory = temporaryDirectory()
  mkdirSync(join(directory.path, 'lock'))
  for (const take of [DataDirectoryLock.take, DataDirectoryLock.takeIfThere]) {
    const thrown = thrownBy(() => take(directory.path))
    expect(thrown).toBeInstanceOf(CannotDo)
    expect(String(thrown)).toContain(`as the user that owns ${directory.path}`)
  }
})

test('whoever only looks makes no lock, and is refused the one that a server has', () => {
  using directory = temporaryDirectory()
  expect(DataDirectoryLock.takeIfThere(directory.path)).toBeNull()
  expect(readdirSync(directory.path)).toEqual([])
  const held = DataDirectoryLock.take(directory.path)
  expect(thrownBy(() => DataDirectoryLock.takeIfThere(directory.path))).toBeInstanceOf(DataDirectoryTaken)
  held.release()
  const looked = DataDirectoryLock.takeIfThere(directory.path)
  expect(thrownBy(() => DataDirectoryLock.take(directory.path))).toBeInstanceOf(DataDirectoryTaken)
  looked?.release()
  expect(existsSync(join(directory.path, 'lock'))).toBe(true)
})

test.skipIf(!isRoot)('a lock that root makes is for the owner of the data directory', () => {
  using directory = temporaryDirectory()
  chownSync(directory.path, 4321, 4322)
  DataDirectoryLock.take(directory.path).release()
  const { uid, gid } = statSync(join(directory.path, 'lock'))
  expect([uid, gid]).toEqual([4321, 4322])
})
