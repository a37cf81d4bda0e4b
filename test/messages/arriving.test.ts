// Pieces of mails that will not come, when the writer thread that stored them died.
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Arriving } from '../../src/messages/arriving.ts'
import { Refusal } from '../../src/refusal.ts'
import { databaseFile, openForReading } from '../../src/storage/database.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { ThreadWriter } from '../../src/storage/writer.ts'
import { startThread } from '../../src/thread.ts'
import { temporaryDirectory } from '../core.ts'

const dying = (): Worker => new Worker(join(import.meta.dir, '../storage/dying-writer.ts'))

async function open() {
  const directory = temporaryDirectory()
  const file = databaseFile(directory.path)
  const threads = [dying]
  const replaced = Promise.withResolvers<void>()
  const writer: ThreadWriter = await ThreadWriter.open({
    start: () => threads.shift()?.() ?? startThread('writer'),
    databaseFile: file,
    tell: () => {},
    committed: () => {},
    died: () => {},
    replaced: () => replaced.resolve(arriving.forgetLost()),
    troubled: () => {},
    restMs: 1,
  })
  const arriving = new Arriving(writer)
  const piece = (contentKey: number | null, index: number): Promise<number> =>
    writer.run('contents.piece', untyped({ contentKey, index, parts: [new Uint8Array(10)] }))
  const store = (contentKey: number): Promise<unknown> =>
    writer.run(
      'messages.store',
      untyped({
        contentKey,
        pieces: 1,
        parts: [new Uint8Array()],
        size: 10,
        checksum: '',
        trace: '',
        envelopeFrom: '',
        head: new Uint8Array(),
        recipients: [
          {
            address: 'a@mayfly.test',
            mailboxAddress: 'a@mayfly.test',
            localPart: 'a',
            domain: 'mayfly.test',
            mailboxId: null,
            accountId: null,
            retentionMinutes: null,
            messageId: 'm',
            newMailboxId: 'b',
          },
        ],
        now: 1,
      }),
    )
  const states = (): string[] => {
    const { sqlite, close } = openForReading(file)
    const rows = sqlite.query<{ state: string }, []>('select state from contents order by key').all()
    close()
    return rows.map(({ state }) => state)
  }
  return {
    writer,
    arriving,
    piece,
    store,
    states,
    replaced: replaced.promise,
    [Symbol.asyncDispose]: async () => {
      await writer.stop()
      directory[Symbol.dispose]()
    },
  }
}

const refusalOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error) => error)

describe('a writer thread that dies', () => {
  test('leaves the pieces of mails that still come, and those of which nobody knows are dropped', async () => {
    await using server = await open()
    const held = await server.piece(null, 0)
    server.arriving.began(held)
    const lost = refusalOf(server.piece(null, 0))
    const death = refusalOf(server.writer.run('die after the commit', untyped({})))
    expect(await lost).toEqual(new Refusal('storage-failed'))
    expect(await death).toEqual(new Refusal('storage-failed'))
    await server.replaced
    // The answer was lost, the piece was not.
    expect(server.states()).toEqual(['arriving', 'dropped'])
    expect(await server.piece(held, 1)).toBe(held)
  })

  test('may have stored a mail whose sender was told to come again: giving that one up takes nothing away', async () => {
    await using server = await open()
    const key = await server.piece(null, 0)
    server.arriving.began(key)
    const answers = [server.store(key), server.writer.run('die after the commit', untyped({}))].map(refusalOf)
    expect(await Promise.all(answers)).toEqual([new Refusal('storage-failed'), new Refusal('storage-failed')])
    await server.arriving.drop(key)
    await server.replaced
    await server.arriving.tidy()
    expect(server.states()).toEqual(['kept'])
  })

  test('in a transaction keeps nobody from the database', async () => {
    await using server = await open()
    expect(await refusalOf(server.writer.run('die in a transaction', untyped({})))).toEqual(
      new Refusal('storage-failed'),
    )
    await server.replaced
    expect(await server.piece(null, 0)).toBe(1)
  })

  test('costs the mail whose pieces were given up meanwhile, which is never stored in part', async () => {
    await using server = await open()
    const key = await server.piece(null, 0)
    await server.writer.run('contents.drop', untyped({ contentKey: key }))
    expect(await refusalOf(server.piece(key, 1))).toEqual(new Refusal('storage-failed'))
    expect(await refusalOf(server.store(key))).toEqual(new Refusal('storage-failed'))
  })

  test('while it is away keeps no mail from being given up: its pieces are dropped later', async () => {
    await using server = await open()
    const key = await server.piece(null, 0)
    server.arriving.began(key)
    await refusalOf(server.writer.run('die after the commit', untyped({})))
    await server.arriving.drop(key)
    await server.replaced
    await server.arriving.tidy()
    expect(server.states()).toEqual(['dropped'])
  })
})
