import { afterEach, describe, expect, test } from 'bun:test'
import { inspect } from '../../src/storage/inspection.ts'
import { lostIn, lostText } from '../../src/storage/lost.ts'
import { deliver, mail, type TestCore, testCore } from '../core.ts'

const cores: TestCore[] = []
afterEach(() => {
  for (const core of cores.splice(0)) core.close()
})

/** Four mails, the last of them in two mailboxes. */
async function store(): Promise<TestCore> {
  const core = testCore()
  cores.push(core)
  for (const n of [1, 2, 3]) await deliver(core, 'one@mayfly.test', mail({ Subject: `mail ${n}` }, `words ${n}`))
  await deliver(core, ['one@mayfly.test', 'two@mayfly.test'], mail({ Subject: 'both' }, 'words'))
  return core
}

const lost = ({ connection }: TestCore, bytes = true) => lostIn(connection, { bytes })

describe('what a database has lost', () => {
  test('is nothing while every row and byte is as it was written', async () => {
    const core = await store()
    expect(lost(core)).toEqual({ messages: 0, rows: 0 })
    expect(lostText(lost(core))).toBeNull()
  })

  test.each([
    ['a message that was changed', "update messages set address = 'x@y.z' where key = 1", 1],
    ['both messages of a content that was changed', "update contents set subject = 'other' where key = 4", 2],
    ['a message whose headers can no longer be read', 'update contents set "to" = \'[{\' where key = 2', 1],
    ['a message whose bytes were changed', "update pieces set bytes = cast('other' as blob) where key = 4096", 1],
    ['a message whose bytes are gone', 'delete from pieces where key = 4096', 1],
    ['a message whose bytes are of another kind', "update pieces set bytes = 'text' where key = 4096", 1],
  ])('counts %s', async (_, damage, messages) => {
    const core = await store()
    core.connection.sqlite.run(damage)
    expect(lost(core)).toEqual({ messages, rows: 0 })
  })

  test('counts messages without their content, and rows of mailboxes', async () => {
    const core = await store()
    core.connection.sqlite.run('PRAGMA foreign_keys = OFF')
    core.connection.sqlite.run('delete from contents where key = 1')
    core.connection.sqlite.run("update mailboxes set kind = 'owned' where key = 1")
    expect(lostText(lost(core))).toBe('1 message and 1 row of mailboxes, accounts and the like are not as written')
  })

  test('leaves the bytes of mail out where it is told to', async () => {
    const core = await store()
    core.connection.sqlite.run('delete from pieces')
    expect(lost(core, false)).toEqual({ messages: 0, rows: 0 })
    expect(lost(core)).toEqual({ messages: 5, rows: 0 })
  })
})

test('a row that is no longer the JSON that was written is a damaged row, not a damaged file that takes no mail', async () => {
  const core = await store()
  core.connection.sqlite.run('update contents set "to" = \'[{\' where key = 2')
  expect(inspect(core.connection, 'contents')).toMatchObject({
    damage: ['row 2 of contents is not as it was written'],
    structure: [],
  })
})
