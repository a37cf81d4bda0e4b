// A store over 16 MiB is looked through beside all other work, after the start.
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import { type App, start } from '../../src/app.ts'
import { openLog } from '../../src/log.ts'
import { realOutside } from '../../src/outside.ts'
import { databaseFile } from '../../src/storage/database.ts'
import { deliver, mail, temporaryDirectory } from '../core.ts'
import { configOf, silent } from '../promises/damaged-store.ts'
import { flip } from './flip.ts'

const box = 'box@mayfly.test'

/** A stopped server's large store: its file, and the id of its one mail. */
async function largeStore(dataDir: string): Promise<{ file: string; id: string }> {
  const app = await start(configOf(dataDir), realOutside, silent)
  const [id = ''] = await deliver(app.core, box, mail({ Subject: 'hello' }, 'a remarkable word'))
  while (app.core.digesting.waiting > 0) await Bun.sleep(10)
  await app.stop()
  const file = databaseFile(dataDir)
  const sqlite = new Database(file)
  // Belongs to no mail: the store is large, and its tables are small.
  sqlite.run('insert into pieces (key, bytes) values (1 << 40, zeroblob(17000000))')
  sqlite.close()
  return { file, id }
}

/** Starts it, and answers when its log has said this. */
async function startedUntil(dataDir: string, words: string): Promise<App> {
  let logged = ''
  const said = Promise.withResolvers<void>()
  const write = (text: string): void => {
    logged += text
    if (logged.includes(words)) said.resolve()
  }
  const app = await start(configOf(dataDir), realOutside, openLog({ level: 'info', format: 'json', to: { write } }))
  await said.promise
  return app
}

test('an index that does not agree with its table is mended in the background', async () => {
  using directory = temporaryDirectory()
  const { file, id } = await largeStore(directory.path)
  flip(file, 'messages_id_unique', id)
  const app = await startedUntil(directory.path, 'damage in the database was repaired')
  expect((await app.core.messages.get(nobody, id)).subject).toBe('hello')
  await app.stop()
}, 120_000)

test('a row that is not as it was written is told of in the background', async () => {
  using directory = temporaryDirectory()
  const { file, id } = await largeStore(directory.path)
  flip(file, 'messages', box)
  const app = await startedUntil(directory.path, 'row 1 of messages is not as it was written')
  expect(await app.core.messages.get(nobody, id).catch((error) => error.message)).toBe('storage-damaged')
  // The structure is sound: new mail is taken.
  expect(await deliver(app.core, 'other@mayfly.test', mail({ Subject: 'new' }, 'new'))).toHaveLength(1)
  await app.stop()
}, 120_000)

test('a damaged search index is made anew in the background', async () => {
  using directory = temporaryDirectory()
  const { file } = await largeStore(directory.path)
  // FTS5's record of the index's structure begins so.
  flip(file, 'message_search_data', Buffer.from([0xff, 0, 0, 1]))
  const app = await startedUntil(directory.path, 'the damaged search index was made anew')
  const { items } = await app.core.messages.list(nobody, box, { limit: 10, q: 'remark' })
  expect(items.map(({ subject }) => subject)).toEqual(['hello'])
  await app.stop()
}, 120_000)
