// What happens to a digest when its thread hangs, dies or refuses; the pool itself is tested with real threads.
import { describe, expect, spyOn, test } from 'bun:test'
import { usualBounds } from '../../src/messages/bounded-parser.ts'
import { Digesting } from '../../src/messages/digesting.ts'
import type { digestJobs } from '../../src/messages/jobs.ts'
import { SqliteMessageStore } from '../../src/messages/store.ts'
import { Refusal } from '../../src/refusal.ts'
import { JobFailed, type Workers } from '../../src/storage/job.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { deliver, mail, type TestCore, testCore } from '../core.ts'

type Answer = 'ready' | 'hang' | 'die' | 'busy' | 'never'

/** A core with mail that has no digest, and a queue whose threads answer as they are told, the last answer for ever. */
async function undigested(answers: Answer[], mails = 1, size = 10) {
  const core = testCore()
  core.digesting.stop()
  const ids: string[] = []
  for (let n = 0; n < mails; n++)
    ids.push(...(await deliver(core, 'box@mayfly.test', mail({ Subject: `${n}` }, 'x'.repeat(size)))))
  await Bun.sleep(5)
  core.connection.sqlite.run("update contents set digest = 'pending', tries = 0")
  core.connection.sqlite.run('update messages set digested_seq = null')
  const deadlines: (number | undefined)[] = []
  const workers: Workers<typeof digestJobs> = {
    run: async (_name, _input, options) => {
      deadlines.push(options?.deadline)
      const answer = answers.length > 1 ? answers.shift() : answers[0]
      if (answer === 'hang') throw new Refusal('took-too-long')
      if (answer === 'never') return await new Promise<never>(() => {})
      if (answer === 'busy') throw new Refusal('too-busy')
      if (answer === 'die') throw new JobFailed('the thread died')
      return untyped({
        notes: ['text-cut'],
        text: 'text',
        html: null,
        detail: '{}',
        attachmentCount: 0,
        search: { subject: '', sender: '', recipients: '', body: '' },
      })
    },
  }
  const writer = new LocalWriter(core.connection, changes, () => {})
  const store = new SqliteMessageStore(core.connection.db, writer)
  const failures: string[] = []
  const cuts: string[] = []
  const late = { count: 0 }
  const rules = { milliseconds: 2000, longMilliseconds: 20_000, bounds: usualBounds }
  const metrics = {
    done: () => {},
    cut: (bound: string) => cuts.push(bound),
    late: () => late.count++,
    failed: (cause: string) => failures.push(cause),
  }
  const digesting = new Digesting(store, workers, rules, core.outside, metrics, () => {})
  return { core, ids, digesting, deadlines, failures, cuts, late, writer }
}

const states = (core: TestCore) =>
  core.connection.sqlite
    .query<{ digest: string }, []>('select digest from contents order by key')
    .all()
    .map(({ digest }) => digest)

const tries = (core: TestCore) =>
  core.connection.sqlite
    .query<{ tries: number }, []>('select tries from contents order by key')
    .all()
    .map(({ tries }) => tries)

async function settled(digesting: Digesting): Promise<void> {
  do await Bun.sleep(1)
  while (digesting.waiting > 0)
}

describe('the queue of digests', () => {
  test('takes up at start what an earlier run left', async () => {
    const { core, digesting } = await undigested(['ready'], 30)
    digesting.start()
    await settled(digesting)
    expect(new Set(states(core))).toEqual(new Set(['ready']))
  })

  test('comes back to a large one whose try could not be counted for want of room', async () => {
    const { core, digesting, writer } = await undigested(['ready'], 1, 300 * 1024)
    spyOn(writer, 'run').mockImplementationOnce(() => Promise.reject(new Refusal('storage-full')))
    digesting.start()
    await settled(digesting)
    expect(states(core)).toEqual(['pending'])
    while (states(core)[0] !== 'ready') await Bun.sleep(20)
    digesting.stop()
  })

  test('tries one that ran out of time once more, alone and longer', async () => {
    const { core, digesting, deadlines } = await undigested(['hang', 'ready'])
    digesting.start()
    await settled(digesting)
    expect(deadlines).toEqual([2000, 20_000])
    expect(states(core)).toEqual(['ready'])
  })

  test('gives one that is waited for its second try too, and holds nobody for it', async () => {
    const { core, digesting, deadlines } = await undigested(['hang', 'ready'])
    const content = { contentKey: 1, size: 10, tries: 0 }
    await digesting.now(content)
    await digesting.now(content)
    digesting.start()
    await settled(digesting)
    expect(deadlines).toEqual([2000, 20_000])
    expect(states(core)).toEqual(['ready'])
  })

  test('gives up one that hangs twice: it costs its digest, not its bytes', async () => {
    const { core, ids, digesting, failures, late } = await undigested(['hang'])
    digesting.start()
    await settled(digesting)
    expect(states(core)).toEqual(['failed'])
    expect(failures).toEqual(['too-long'])
    expect(late.count).toBe(2)
    expect(ids).toHaveLength(1)
    expect(core.connection.sqlite.query<{ n: number }, []>('select count(*) n from pieces').get()?.n).toBe(1)
  })

  test('gives up one that kills its thread', async () => {
    const { core, digesting, failures } = await undigested(['die'])
    digesting.start()
    await settled(digesting)
    expect(states(core)).toEqual(['failed'])
    expect(failures).toEqual(['unreadable'])
  })

  test('leaves for later what nobody had time for', async () => {
    const { core, digesting } = await undigested(['busy', 'ready'])
    digesting.start()
    while (states(core)[0] !== 'ready') await Bun.sleep(20)
  })

  test('counts a try of a large mail before it is made, and gives up after three starts that it ended', async () => {
    const { core, digesting } = await undigested(['ready'], 1, 300 * 1024)
    core.connection.sqlite.run('update contents set tries = 3')
    digesting.start()
    await settled(digesting)
    expect(states(core)).toEqual(['failed'])
    const again = await undigested(['ready'], 1, 300 * 1024)
    again.digesting.start()
    await settled(again.digesting)
    expect(states(again.core)).toEqual(['ready'])
    expect(again.core.connection.sqlite.query<{ tries: number }, []>('select tries from contents').get()?.tries).toBe(1)
  })

  test('holds nobody for the second try while that is under way, and goes on with others', async () => {
    const { core, digesting, deadlines } = await undigested(['hang', 'never', 'ready'], 1)
    digesting.start()
    while (deadlines.length < 2) await Bun.sleep(1)
    await digesting.now({ contentKey: 1, size: 10, tries: 0 })
    digesting.stop()
    expect(deadlines).toEqual([2000, 20_000])
    expect(states(core)).toEqual(['pending'])
  })

  test('counts a try of each mail that an earlier run left, however small: any may be what ended it', async () => {
    const { core, digesting } = await undigested(['never'], 3)
    digesting.start()
    while (!tries(core).includes(1)) await Bun.sleep(1)
    expect(tries(core)).toEqual([1, 0, 0])
  })

  test('counts no try that ended in order: with the server, for want of room, or at its deadline', async () => {
    for (const answer of ['never', 'busy', 'hang'] as const) {
      const { core, digesting, deadlines } = await undigested([answer, 'never'], 1, 300 * 1024)
      digesting.start()
      while (deadlines.length < (answer === 'hang' ? 2 : 1)) await Bun.sleep(1)
      await Bun.sleep(5)
      await digesting.stop()
      expect([answer, tries(core)]).toEqual([answer, [0]])
    }
  })

  test('counts what a bound left out', async () => {
    const { digesting, cuts } = await undigested(['ready'])
    digesting.start()
    await settled(digesting)
    expect(cuts).toEqual(['text-cut'])
  })

  test('digests what is asked for once, however many ask', async () => {
    const { digesting, deadlines } = await undigested(['ready'])
    const content = { contentKey: 1, size: 10, tries: 0 }
    await Promise.all([digesting.now(content), digesting.now(content), digesting.now(content)])
    expect(deadlines).toHaveLength(1)
  })
})

test('a mail that was stored although its sender was told to come again has its digest soon, not at the next start', async () => {
  const core = testCore()
  const run = LocalWriter.prototype.run
  const losing = spyOn(LocalWriter.prototype, 'run').mockImplementation(async function (
    this: LocalWriter,
    name,
    input,
  ) {
    const answer = await run.call(this, name, input)
    if (name === 'messages.store') throw new Refusal('storage-failed')
    return answer
  })
  try {
    const refused = await deliver(core, 'lost@mayfly.test', mail({ Subject: 'lost' }, 'words')).catch((error) => error)
    expect(refused).toEqual(new Refusal('storage-failed'))
    const state = () =>
      core.connection.sqlite.query<{ digest: string }, []>('select digest from contents').get()?.digest
    expect(state()).toBe('pending')
    while (state() !== 'ready') await Bun.sleep(20)
    expect(state()).toBe('ready')
  } finally {
    losing.mockRestore()
    core.close()
  }
}, 120_000)
