// Attachments added to a message: counted, bounded, and gone with it to the last byte.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail, type TestCore, testConfig, testCore } from '../core.ts'
import { reasonOf } from '../refused.ts'

const file = (size: number) => ({ name: 'x.bin', type: 'application/x', bytes: new Uint8Array(size).fill(7) })

async function withMessage(env: Record<string, string> = {}, plan = 'unlimited') {
  const core = testCore({ config: testConfig(env) })
  const { caller } = await tenant(core, { plan })
  const { mailbox } = await core.mailboxes.open(caller, { ttlMinutes: 30 }, '192.0.2.1')
  const [id = ''] = await deliver(core, mailbox.address, mail({ Subject: 'Hi' }, 'Hello.'))
  const bytes = async () => (await core.mailboxes.own(caller, mailbox.id)).bytes
  const attach = (size: number, minutes: number | null = null, to = id) =>
    core.injecting.attach(caller, to, file(size), { minutes })
  return { core, caller, mailbox, id, bytes, attach }
}

const rows = ({ connection }: TestCore, table: string): number =>
  connection.sqlite.query<{ n: number }, []>(`select count(*) as n from ${table}`).get()?.n ?? 0

async function swept(core: TestCore): Promise<void> {
  while ((await core.mailboxes.expire()) || (await core.messages.sweep()));
}

test('its bytes count in the mailbox, and are given back when it goes', async () => {
  const { core, caller, mailbox, id, bytes, attach } = await withMessage()
  const before = await bytes()
  const [one, two] = [await attach(3_000_000), await attach(10)]
  expect(await bytes()).toBe(before + 3_000_010)
  expect([one.index, two.index]).toEqual([0, 1])
  const listed = async () => (await core.messages.list(caller, mailbox.id, { limit: 1 })).items[0]?.attachmentCount
  expect(await listed()).toBe(2)
  await core.messages.hideAttachments(caller, id, [one.id])
  expect(await bytes()).toBe(before + 10)
  expect([await listed(), (await core.messages.get(caller, id)).attachmentCount]).toEqual([1, 1])
  // What has been taken away leaves its number to nobody.
  expect((await attach(1)).index).toBe(2)
  await core.messages.delete(caller, id)
  expect(await bytes()).toBe(0)
  await swept(core)
  expect(['added_attachments', 'messages', 'contents', 'pieces'].map((table) => rows(core, table))).toEqual([
    0, 0, 0, 0,
  ])
})

test('one that runs out goes by itself, and all go with their message and their mailbox', async () => {
  const { core, caller, id, bytes, attach } = await withMessage()
  const before = await bytes()
  await attach(2_000_000, 5)
  await attach(100)
  const shown = async () => (await core.messages.get(caller, id)).attachments.map(({ size }) => size)
  expect(await shown()).toEqual([2_000_000, 100])
  core.clock.now += 5 * 60_000
  expect(await shown()).toEqual([100])
  await swept(core)
  expect(await bytes()).toBe(before + 100)
  expect([rows(core, 'added_attachments'), rows(core, 'contents')]).toEqual([1, 2])
  core.clock.now += 25 * 60_000
  await swept(core)
  expect(['added_attachments', 'messages', 'contents', 'pieces'].map((table) => rows(core, table))).toEqual([
    0, 0, 0, 0,
  ])
})

test('the others are told that the message changed', async () => {
  const { core, attach, id } = await withMessage()
  const { length } = core.told
  await attach(10)
  expect(core.told.slice(length).map(({ type, messageId }) => [type, messageId])).toContainEqual([
    'message.changed',
    id,
  ])
})

test('a full mailbox, or a full disk, takes none, and none is larger than a mail', async () => {
  const { core, attach, bytes } = await withMessage(
    {
      MAYFLY_PLANS_PRO_MAILBOX_BYTES: '2000',
      MAYFLY_PLANS_PRO_MAILBOX_MESSAGES: '1',
      MAYFLY_SMTP_MAX_MESSAGE_BYTES: '2500',
    },
    'pro',
  )
  const before = await bytes()
  expect(await reasonOf(attach(2000))).toBe('mailbox-full')
  expect(await reasonOf(attach(2501))).toBe('too-large')
  await attach(1000)
  expect(await reasonOf(attach(1000))).toBe('mailbox-full')
  core.room.shortage = 'none'
  expect(await reasonOf(attach(1))).toBe('storage-full')
  expect(await bytes()).toBe(before + 1000)
})

test('a message has a hundred added at most', async () => {
  const { core, attach } = await withMessage()
  for (let n = 0; n < 100; n++) await attach(0)
  expect(await reasonOf(attach(2_000_000))).toBe('quota-exceeded')
  // What had come of it is not kept.
  await swept(core)
  expect([rows(core, 'added_attachments'), rows(core, 'pieces')]).toEqual([100, 1])
})

test('bytes that are not as they were stored are refused', async () => {
  const { core, caller, id, attach } = await withMessage()
  const { index } = await attach(2_000_000)
  core.connection.sqlite.run('update pieces set bytes = zeroblob(length(bytes)) where key % 4096 = 1')
  const message = await core.messages.get(caller, id)
  expect(await reasonOf(core.messages.attachment(message, index))).toBe('storage-damaged')
  core.connection.sqlite.run("update added_attachments set name = 'y.bin'")
  expect(await reasonOf(core.messages.get(caller, id))).toBe('storage-damaged')
})
