// Promise 4: a damaged database is repaired or refused with a clear sentence, never served wrong.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type App, start } from '../../src/app.ts'
import { realOutside } from '../../src/outside.ts'
import { Refusal } from '../../src/refusal.ts'
import { deliver, mail } from '../core.ts'
import { type Directory, emptyDirectory, serve } from '../executable/launch.ts'
import { answers, configOf, doDamage, makeStore, type Store, silent } from './damaged-store.ts'
import { figures, size } from './promise.ts'

const rounds = size(50, 1000)
/** One round in so many is the executable's. */
const executableEvery = size(25, 20)

let directory: Directory
let store: Store
beforeAll(async () => {
  directory = emptyDirectory()
  store = await makeStore(directory.path)
}, 60_000)
afterAll(() => directory[Symbol.dispose]())

/** What keeps a damaged store from being served: damage is named, and what to do about it. */
const clear = /it is damaged \(.*restore a backup|was written by a later version/

const tally = { refusedToStart: 0, untouched: 0, refusedSome: 0, answers: 0, refusedAnswers: 0 }

/** Every answer is what it was, or refused as damaged. */
function judge(now: Map<string, string>, what: string): void {
  let refused = 0
  for (const [path, before] of store.before) {
    const answer = now.get(path) ?? ''
    if (answer === before) continue
    refused++
    const isRefused = answer === 'broken off' || (answer.startsWith('500 ') && answer.includes('"storage-damaged"'))
    if (!isRefused) throw new Error(`after ${what}, ${path} was answered ${answer}, not ${before}`)
  }
  tally.answers += store.before.size
  tally.refusedAnswers += refused
  if (refused > 0) tally.refusedSome++
  else tally.untouched++
}

/** New mail is kept whole, or refused in a way that lets its sender try again. */
async function takesMail({ core }: App, what: string): Promise<void> {
  try {
    const [id = ''] = await deliver(core, 'new@mayfly.test', mail({ Subject: 'new' }, 'new'))
    const { pieces } = await core.messages.raw({ kind: 'nobody' }, id, { trace: false })
    expect(Buffer.concat([...pieces]).toString()).toEndWith('new')
  } catch (error) {
    const isRefusal = error instanceof Refusal && /^storage-/.test(error.reason)
    if (!isRefusal) throw new Error(`after ${what}, new mail failed`, { cause: error })
  }
}

async function inProcess(data: string, what: string): Promise<void> {
  let app: App
  try {
    app = await start(configOf(data), realOutside, silent)
  } catch (error) {
    if (!(error instanceof Error) || !clear.test(error.message))
      throw new Error(`after ${what}, the start failed`, { cause: error })
    tally.refusedToStart++
    return
  }
  try {
    judge(await answers(`http://127.0.0.1:${app.http[0]?.port}`, store.token, store.before.keys()), what)
    await takesMail(app, what)
  } finally {
    await app.stop()
  }
}

async function asExecutable(place: Directory, data: string, what: string): Promise<void> {
  try {
    await using server = await serve(place, { MAYFLY_SERVER_DATA_DIR: data })
    judge(await answers(`http://127.0.0.1:${server.http}`, store.token, store.before.keys()), what)
    expect(await server.end('SIGTERM')).toBe(0)
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    if (!said.includes('before it was ready')) throw error
    if (!clear.test(said) || /^ {4}at /m.test(said)) throw new Error(`after ${what}, the start failed: ${said}`)
    tally.refusedToStart++
  }
}

test(`promise 4: after each of ${rounds} random damages every message is as it was, or refused as damaged`, async () => {
  const seed = Number(Bun.env['MAYFLY_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  const random = generator(seed)
  using place = emptyDirectory()
  for (let round = 0; round < rounds; round++) {
    const data = join(place.path, `data${round}`)
    const what = `${doDamage(data, store, random)} (seed ${seed}, round ${round})`
    if (round % executableEvery === 0) await asExecutable(place, data, what)
    else await inProcess(data, what)
    rmSync(data, { recursive: true, force: true })
  }
  const { refusedToStart, untouched, refusedSome, refusedAnswers } = tally
  figures(
    `${rounds} damages: ${untouched} harmless or repaired, ${refusedSome} with ${refusedAnswers} of ${tally.answers} answers refused, ${refusedToStart} refused at start, none served wrong`,
  )
}, 3_600_000)

/** Numbers from 0 to 1 that a seed gives again (mulberry32). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
