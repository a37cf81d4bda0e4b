import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Refusal } from '../../src/refusal.ts'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'
import { JobFailed } from '../../src/storage/job.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { WorkerPool, type WorkerPoolOptions } from '../../src/storage/worker-pool.ts'
import { temporaryDirectory } from '../core.ts'
import { openFiles } from './open-files.ts'

/** A pool on a database of its own; it is stopped and everything removed at the end of the test. */
function pool(more: Partial<WorkerPoolOptions> = {}) {
  const directory = temporaryDirectory()
  const file = databaseFile(directory.path)
  openForWriting(file).close()
  const replaced: string[] = []
  let started = 0
  const workers = new WorkerPool({
    start: () => {
      started++
      return new Worker(join(import.meta.dir, 'obedient-thread.ts'))
    },
    databaseFile: file,
    threads: 1,
    ahead: 4,
    deadlineMs: 30_000,
    idleMs: 60_000,
    mostWaiting: 100,
    replaced: (cause) => replaced.push(cause),
    ...more,
  })
  return {
    run: (name: string, text = '', options = {}): Promise<unknown> => workers.run(name, untyped({ text }), options),
    workers,
    replaced,
    started: () => started,
    file,
    [Symbol.asyncDispose]: async () => {
      await workers.stop()
      directory[Symbol.dispose]()
    },
  }
}

const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => (error instanceof Refusal ? error.reason : error instanceof JobFailed ? 'failed' : 'other'),
  )

describe('a pool of threads', () => {
  test('answers each job, in whatever number', async () => {
    await using threads = pool()
    const texts = Array.from({ length: 50 }, (_, n) => `${n}`)
    expect(await Promise.all(texts.map((text) => threads.run(text.endsWith('3') ? 'later' : 'echo', text)))).toEqual(
      texts,
    )
    expect(threads.started()).toBe(1)
  })

  test('gives each thread a connection that reads', async () => {
    await using threads = pool()
    expect(await threads.run('read')).toEqual({ n: 0 })
  })

  test('brings refusals and defects of jobs back as what they are', async () => {
    await using threads = pool()
    expect(await reasonOf(threads.run('refuse'))).toBe('attachment-unknown')
    expect(await reasonOf(threads.run('fail'))).toBe('failed')
    expect(await threads.run('echo', 'still here')).toBe('still here')
    expect(threads.replaced).toEqual([])
  })

  test('replaces a thread that hangs, and costs nobody else his answer', async () => {
    await using threads = pool()
    const hung = reasonOf(threads.run('hang', '', { deadline: 100 }))
    const others = [threads.run('echo', 'a'), threads.run('echo', 'b')]
    expect(await hung).toBe('took-too-long')
    expect(await Promise.all(others)).toEqual(['a', 'b'])
    expect(threads.replaced).toEqual(['hang took too long'])
    expect(threads.started()).toBe(2)
  })

  test('replaces a thread that dies', async () => {
    await using threads = pool()
    expect(await reasonOf(threads.run('die'))).toBe('failed')
    expect(await threads.run('echo', 'alive')).toBe('alive')
    expect(threads.started()).toBe(2)
  })

  test('takes what is urgent ahead of what waits', async () => {
    await using threads = pool({ ahead: 1 })
    const order: string[] = []
    const note = (name: string, options = {}) => threads.run('later', name, options).then(() => order.push(name))
    await Promise.all([note('first'), note('second'), note('third'), note('urgent', { urgent: true })])
    expect(order).toEqual(['first', 'urgent', 'second', 'third'])
  })

  test('gives nothing to a thread behind what may take long', async () => {
    await using threads = pool()
    const order: string[] = []
    const note = (name: string, options = {}) => threads.run('later', name, options).then(() => order.push(name))
    await Promise.all([
      note('heavy', { heavy: true }),
      note('second'),
      note('third'),
      note('urgent', { urgent: true }),
      note('heavy and urgent', { urgent: true, heavy: true }),
    ])
    expect(order).toEqual(['heavy', 'urgent', 'heavy and urgent', 'second', 'third'])
  })

  test('holds up nobody with what will take long: it has a thread beside the others', async () => {
    await using threads = pool()
    const hung = reasonOf(threads.run('hang', '', { apart: true, deadline: 1000 }))
    const next = threads.run('echo', 'after it', { apart: true })
    expect(await threads.run('echo', 'meanwhile')).toBe('meanwhile')
    expect(threads.replaced).toEqual([])
    expect(await hung).toBe('took-too-long')
    expect(await next).toBe('after it')
  })

  test('gives back their places to those that waited for a thread that was replaced', async () => {
    await using threads = pool({ ahead: 3 })
    const order: string[] = []
    const note = (name: string, options = {}) => threads.run('later', name, options).then(() => order.push(name))
    const hung = reasonOf(threads.run('hang', '', { deadline: 100 }))
    await Promise.all([hung, note('second'), note('third'), note('fourth'), note('urgent', { urgent: true })])
    expect(order).toEqual(['urgent', 'second', 'third', 'fourth'])
  })

  test('refuses more than may wait, and everything once it has stopped', async () => {
    await using threads = pool({ mostWaiting: 2, ahead: 1 })
    const taken = ['a', 'b', 'c'].map((text) => reasonOf(threads.run('later', text)))
    expect(await reasonOf(threads.run('later', 'd'))).toBe('too-busy')
    expect(await Promise.all(taken)).toEqual([null, null, null])
    const waiting = reasonOf(threads.run('hang'))
    const stopped = threads.workers.stop()
    expect(await waiting).toBe('too-busy')
    expect(await reasonOf(threads.run('echo'))).toBe('too-busy')
    await stopped
  })

  test('has closed the connections of all its threads when it has stopped, of those that were replaced too', async () => {
    await using threads = pool()
    expect(await reasonOf(threads.run('hang', '', { deadline: 200 }))).toBe('took-too-long')
    await Promise.all([threads.run('read'), threads.run('read', '', { apart: true })])
    expect(openFiles(threads.file)).not.toEqual([])
    await threads.workers.stop()
    expect(openFiles(threads.file)).toEqual([])
  })

  test('ends a thread that has nothing to do, and starts one again when it has', async () => {
    await using threads = pool({ idleMs: 1 })
    expect(await threads.run('echo', 'a')).toBe('a')
    await Bun.sleep(20)
    expect(await threads.run('echo', 'b')).toBe('b')
    expect(threads.started()).toBe(2)
  })
})
