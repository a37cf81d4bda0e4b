import { describe, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Checkpoints } from '../../src/storage/checkpoints.ts'
import { openForReading, openForWriting } from '../../src/storage/database.ts'
import { temporaryDirectory } from '../core.ts'

const megabyte = 1024 * 1024

function open() {
  const directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const { sqlite, close } = openForWriting(file)
  const checkpoints = new Checkpoints(sqlite)
  const logBytes = (): number => statSync(`${file}-wal`).size
  let key = 0
  return {
    file,
    logBytes,
    checkpoints,
    write: (megabytes: number): void => {
      for (let n = 0; n < megabytes; n++) {
        sqlite.run('insert into pieces (key, bytes) values (?, ?)', [++key, new Uint8Array(megabyte)])
        checkpoints.after(logBytes(), false)
      }
    },
    [Symbol.dispose]: () => {
      close()
      directory[Symbol.dispose]()
    },
  }
}

/** A reader that stands in the log until it is let go. */
function standing(file: string) {
  const { sqlite, close } = openForReading(file)
  sqlite.run('BEGIN')
  sqlite.query('select count(*) from pieces').get()
  return close
}

describe('the write-ahead log', () => {
  test('stays short while nobody stands in it', () => {
    using store = open()
    store.write(60)
    expect(store.logBytes()).toBeLessThan(8 * megabyte)
  })

  test('stays below 64 MB among readers of whom one always stands in it', async () => {
    using store = open()
    store.write(1)
    const readers = [0, 1, 2].map(() => new Worker(join(import.meta.dir, 'standing-reader.ts')))
    for (const reader of readers) {
      const stands = new Promise((resolve) => {
        reader.onmessage = resolve
      })
      reader.postMessage(store.file)
      await stands
    }
    let most = 0
    for (let n = 0; n < 150; n++) {
      store.write(1)
      most = Math.max(most, store.logBytes())
    }
    for (const reader of readers) reader.terminate()
    expect(most).toBeGreaterThan(16 * megabyte)
    expect(most).toBeLessThan(64_000_000)
  }, 60_000)

  test('that a reader held gets short again when he has gone', () => {
    using store = open()
    store.write(1)
    const letGo = standing(store.file)
    store.write(30)
    expect(store.logBytes()).toBeGreaterThan(28 * megabyte)
    letGo()
    store.write(1)
    Bun.sleepSync(300)
    store.write(1)
    expect(store.logBytes()).toBeLessThan(8 * megabyte)
  })
})
