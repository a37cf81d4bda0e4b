import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import { Refusal } from '../../src/refusal.ts'
import { deliver, mail, openAnonymous, type TestCore, testCore } from '../core.ts'
import { richMail } from '../dialects/rich-mail.ts'

const box = 'box@mayfly.test'

const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof Refusal ? error.reason : String(error)),
  )

const bytesOf = async (core: TestCore, id: string): Promise<string> => {
  const { pieces } = await core.messages.raw(nobody, id, { trace: false })
  return Buffer.concat([...pieces]).toString('latin1')
}

test('a digest that is not as it was written is made again from the mail', async () => {
  const core = testCore()
  const [id = ''] = await deliver(core, box, richMail('<p>Your code is 123456</p>'))
  const before = await core.messages.get(nobody, id)
  for (const damage of [
    "update digests set html = replace(html, '123456', '123457')",
    'update digests set detail = substr(detail, 2)',
    'delete from digests',
  ]) {
    core.connection.sqlite.run(damage)
    expect(await core.messages.get(nobody, id)).toEqual(before)
    expect(
      `${Buffer.from(await core.messages.html(before, { remote: false, look: null, leaving: null, base: '' }))}`,
    ).toContain('123456')
  }
})

test('bytes that are not those that came are refused, by themselves and in whatever is read out of them', async () => {
  const core = testCore()
  const [good = '', bad = ''] = [
    ...(await deliver(core, box, mail({ Subject: 'good' }, 'good'))),
    ...(await deliver(core, box, richMail('<p>bad</p>'))),
  ]
  const message = await core.messages.get(nobody, bad)
  core.connection.sqlite.run(
    `update pieces set bytes = cast(replace(cast(bytes as text), 'bad', 'bed') as blob) where key / 4096 = ${message.contentKey}`,
  )
  expect(await reasonOf(bytesOf(core, bad))).toBe('storage-damaged')
  expect(await reasonOf(core.messages.attachment(message, 0))).toBe('storage-damaged')
  expect(await bytesOf(core, good)).toEndWith('good')
  expect((await core.messages.list(nobody, box, { limit: 10 })).items).toHaveLength(2)
  // What was read out of them before is as good as it was; when it is lost too, nothing is shown.
  expect(await core.messages.get(nobody, bad)).toEqual(message)
  core.connection.sqlite.run('delete from digests')
  expect(await reasonOf(core.messages.get(nobody, bad))).toBe('storage-damaged')
})

test('a mail that is damaged before it is digested says so, and keeps back no other', async () => {
  const core = testCore()
  core.digesting.stop()
  const [bad = ''] = await deliver(core, box, mail({ Subject: 'bad' }, 'x'))
  core.connection.sqlite.run("update pieces set bytes = x'00'")
  const [good = ''] = await deliver(core, box, mail({ Subject: 'good' }, 'Your code is 123456'))
  expect(await reasonOf(core.messages.get(nobody, bad))).toBe('storage-damaged')
  expect((await core.messages.get(nobody, good)).codes).toEqual(['123456'])
  const { items } = await core.messages.list(nobody, box, { limit: 10 })
  expect(items.map(({ subject, digest }) => [subject, digest])).toEqual([
    ['good', 'ready'],
    ['bad', 'failed'],
  ])
})

test('a mail that is damaged while it is read breaks off before the damage', async () => {
  const core = testCore()
  const text = `Subject: large\r\n\r\n${'0123456789abcde\n'.repeat(200_000)}`
  const [id = ''] = await deliver(core, box, text)
  const { pieces } = await core.messages.raw(nobody, id, { trace: false })
  core.connection.sqlite.run(
    'update pieces set bytes = zeroblob(length(bytes)) where key = (select max(key) from pieces)',
  )
  let read = ''
  const reading = (): void => {
    for (const piece of pieces) read += Buffer.from(piece).toString('latin1')
  }
  expect(reading).toThrow('storage-damaged')
  expect(read.length).toBeGreaterThan(1_000_000)
  expect(text.startsWith(read)).toBe(true)
  expect(await reasonOf(core.messages.raw(nobody, id, { trace: false }))).toBe('storage-damaged')
})

const rows = [
  ['messages', 'received_at = received_at + 1'],
  ['messages', 'received_at = -received_at'],
  ['messages', 'seen = 1'],
  ['messages', 'content_key = content_key + 1'],
  ['contents', "subject = 'another'"],
  ['contents', `"to" = '[]'`],
  ['contents', `"to" = '['`],
  ['contents', 'size = size - 1'],
  ['mailboxes', "kind = 'owned'"],
  ['attachments', 'hidden = 1'],
  ['attachments', 'idx = idx + 1'],
] as const

test.each(rows)('a row of %s with another %s is refused, and not believed', async (table, change) => {
  const core = testCore()
  const [id = ''] = await deliver(core, box, richMail('<p>hello</p>'))
  const [other = ''] = await deliver(core, 'other@mayfly.test', mail({ Subject: 'other' }, 'other'))
  await core.messages.get(nobody, id)
  const before = await core.messages.get(nobody, other)
  core.connection.sqlite.run('PRAGMA foreign_keys = OFF')
  core.connection.sqlite.run(`update ${table} set ${change} where rowid = 1`)
  expect(await reasonOf(core.messages.get(nobody, id))).toBe('storage-damaged')
  if (table !== 'attachments') {
    expect(await reasonOf(core.messages.list(nobody, box, { limit: 10 }))).toBe('storage-damaged')
  }
  expect(await core.messages.get(nobody, other)).toEqual(before)
})

test('a token that leads to another mailbox than it did opens none', async () => {
  const core = testCore()
  const { token } = await openAnonymous(core, { localPart: 'one' })
  await openAnonymous(core, { localPart: 'two' })
  core.connection.sqlite.run(
    "update mailbox_tokens set mailbox_key = (select key from mailboxes where local_part = 'two')",
  )
  expect(await reasonOf(core.mailboxes.holder(token))).toBe('storage-damaged')
})

test('a count that was damaged costs no other message its bytes', async () => {
  const core = testCore()
  const { token } = await openAnonymous(core, { localPart: 'one' })
  const [, kept = ''] = await deliver(core, ['one@mayfly.test', box], mail({ Subject: 'both' }, 'both'))
  const caller = await core.mailboxes.holder(token)
  core.connection.sqlite.run('update contents set refs = 1')
  await core.messages.clear(caller, 'one@mayfly.test')
  while (await core.messages.sweep());
  expect(await bytesOf(core, kept)).toEndWith('both')
})
