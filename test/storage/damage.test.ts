import { afterEach, describe, expect, test } from 'bun:test'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nobody } from '../../src/accounts/caller.ts'
import { type App, start } from '../../src/app.ts'
import { realOutside } from '../../src/outside.ts'
import { DatabaseDamaged, openForWriting } from '../../src/storage/database.ts'
import { markFile } from '../../src/storage/log-mark.ts'
import { deliver, mail, temporaryDirectory } from '../core.ts'
import { configOf, copyStore, silent } from '../promises/damaged-store.ts'
import { flip, settle } from './flip.ts'

const box = 'box@mayfly.test'
const directory = () => {
  const made = temporaryDirectory()
  undo.push(() => made[Symbol.dispose]())
  return made.path
}
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function running(data: string): Promise<App> {
  const app = await start(configOf(data), realOutside, silent)
  undo.push(() => app.stop())
  return app
}

/** A directory with a mail, whose server has stopped; its id. */
async function stored(data: string): Promise<string> {
  const app = await start(configOf(data), realOutside, silent)
  const [id = ''] = await deliver(app.core, box, mail({ Subject: 'hello' }, 'a remarkable word'))
  await app.core.messages.get(nobody, id)
  await app.stop()
  return id
}

describe('a damaged database', () => {
  test.each(['messages_id_unique', 'messages'])(
    'finds all mail again, or refuses it, when %s has a wrong byte',
    async (tree) => {
      const data = directory()
      const id = await stored(data)
      flip(join(data, 'mayfly.db'), tree, tree === 'messages' ? box : id)
      const { core } = await running(data)
      const found = await core.messages.get(nobody, id).catch((error) => error.message)
      if (tree === 'messages') expect(found).toBe('storage-damaged')
      else expect(found).toMatchObject({ id, subject: 'hello' })
      const lists = await core.messages.list(nobody, box, { limit: 10 }).catch((error) => error.message)
      if (tree === 'messages') expect(lists).toBe('storage-damaged')
      else expect(lists.items).toHaveLength(1)
    },
  )

  test('has its search index made anew', async () => {
    const data = directory()
    await stored(data)
    // FTS5's record of the index's structure begins so.
    flip(join(data, 'mayfly.db'), 'message_search_data', Buffer.from([0xff, 0, 0, 1]))
    const { core } = await running(data)
    const { items } = await core.messages.list(nobody, box, { limit: 10, q: 'remark' })
    expect(items.map(({ subject }) => subject)).toEqual(['hello'])
  })

  test('without its search index is read, and takes mail, all the same', async () => {
    const data = directory()
    const id = await stored(data)
    flip(join(data, 'mayfly.db'), 'message_search_data', null)
    const { core } = await running(data)
    const search = core.messages.list(nobody, box, { limit: 10, q: 'remark' })
    expect(await search.catch((error) => error.message)).toBe('storage-damaged')
    expect((await core.messages.get(nobody, id)).subject).toBe('hello')
    await deliver(core, box, mail({ Subject: 'new' }, 'new'))
    expect((await core.messages.list(nobody, box, { limit: 10 })).items).toHaveLength(2)
  })

  test('is refused in a sentence that says what to do, when it cannot be opened', async () => {
    const data = directory()
    await stored(data)
    const file = join(data, 'mayfly.db')
    settle(file)
    const whole = readFileSync(file)
    const damages: [number, number][] = [
      [0, 1],
      [56, 0x03],
      [60, 0x01],
    ]
    for (const [at, change] of damages) {
      const bytes = Buffer.from(whole)
      bytes[at + 3] = (bytes[at + 3] ?? 0) ^ change
      writeFileSync(file, bytes)
      const error = await start(configOf(data), realOutside, silent).then(
        () => 'it started',
        ({ message }: Error) => message,
      )
      expect(error).toMatch(/damaged \(.*restore a backup|a later version/)
      expect(readFileSync(file).equals(bytes)).toBe(true)
    }
    writeFileSync(file, whole)
    const { sqlite, close } = openForWriting(file)
    sqlite.run('DROP INDEX messages_mailbox')
    close()
    expect(() => openForWriting(file)).toThrow('its tables are not those of schema')
    truncateSync(file)
    expect(() => openForWriting(file)).toThrow(DatabaseDamaged)
  })
})

/** The directory of a server with five mails, and the database that it would leave if it were killed now, without a mark. */
async function killed(): Promise<{ live: string; file: string }> {
  const live = directory()
  const copy = directory()
  const { core } = await running(live)
  for (let n = 0; n < 5; n++) await deliver(core, box, mail({ Subject: `mail ${n}` }, 'x'))
  copyStore(live, copy)
  return { live, file: join(copy, 'mayfly.db') }
}

describe('the log of a server that was killed', () => {
  test('is refused where a commit in the middle is damaged, and taken where the last one was broken off', async () => {
    const { file } = await killed()
    const wal = readFileSync(`${file}-wal`)
    const damaged = Buffer.from(wal)
    damaged[wal.length >> 1] = (damaged[wal.length >> 1] ?? 0) ^ 0xff
    writeFileSync(`${file}-wal`, damaged)
    expect(() => openForWriting(file)).toThrow(DatabaseDamaged)
    writeFileSync(`${file}-wal`, wal.subarray(0, wal.length - 1000))
    openForWriting(file).close()
  })

  test('may be torn behind the mark of what was on the disk, and not in front of it', async () => {
    const { live, file } = await killed()
    const mark = readFileSync(markFile(join(live, 'mayfly.db')))
    const wal = readFileSync(`${file}-wal`)
    // The very last commit: without a mark it would be taken for one that was broken off.
    wal[mark.readUInt32LE(0) * 4120 - 8] = (wal[mark.readUInt32LE(0) * 4120 - 8] ?? 0) ^ 0xff
    writeFileSync(`${file}-wal`, wal)
    writeFileSync(markFile(file), mark)
    expect(() => openForWriting(file)).toThrow(DatabaseDamaged)
    mark.writeUInt32LE(mark.readUInt32LE(0) - 1, 0)
    writeFileSync(markFile(file), mark)
    openForWriting(file).close()
  })
})
