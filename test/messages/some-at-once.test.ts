// What is done to several messages of a mailbox, or to several attachments of a message.
import { describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { Refusal } from '../../src/refusal.ts'
import { attachmentCheck } from '../../src/storage/row-checks.ts'
import { attachments } from '../../src/storage/schema.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { deliver, mail, type TestCore, testCore } from '../core.ts'
import { richMail } from '../dialects/rich-mail.ts'

const unknown = '01900000-0000-7000-8000-000000000000'

async function said(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.details.foreign ? `${error.reason}, foreign` : error.reason
  }
}

const open = async (core: TestCore, { caller }: Tenant, wish = {}) =>
  (await core.mailboxes.open(caller, { ttlMinutes: 10, ...wish }, caller.client)).mailbox

async function send(core: TestCore, to: string, text = mail({ Subject: 'x' }, 'Hi')): Promise<string> {
  const [id = ''] = await deliver(core, to, text)
  return id
}

describe('messages of a mailbox', () => {
  test('are deleted together', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const box = await open(core, owner)
    const [one, two, kept] = [
      await send(core, box.address),
      await send(core, box.address),
      await send(core, box.address),
    ]
    await core.messages.deleteAll(owner.caller, box.id, [one, two.toUpperCase(), one])
    const { items } = await core.messages.list(owner.caller, box.id, { limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([kept])
    expect((await core.mailboxes.ofAccount(owner.caller, box.id, 'active')).messageCount).toBe(1)
    const told = core.told.filter(({ type }) => type === 'message.deleted')
    expect(told.map(({ messageId }) => messageId)).toEqual([one, two])
  })

  test('all stay if one of them cannot go', async () => {
    const core = testCore()
    const owner = await tenant(core, { plan: 'free' })
    const other = await tenant(core)
    const box = await open(core, owner)
    const [own, elsewhere, foreign] = [
      await send(core, box.address),
      await send(core, (await open(core, owner)).address),
      await send(core, (await open(core, other)).address),
    ]
    const unclaimed = await send(core, 'anybody@mayfly.test')
    const remove = (ids: string[]) => said(core.messages.deleteAll(owner.caller, box.id, ids))
    expect(await remove([own, unknown])).toBe('message-unknown')
    expect(await remove([own, 'nonsense'])).toBe('message-unknown')
    expect(await remove([own, elsewhere])).toBe('message-unknown')
    expect(await remove([own, unclaimed])).toBe('message-unknown')
    expect(await remove([own, foreign])).toBe('message-unknown, foreign')
    expect((await core.messages.list(owner.caller, box.id, { limit: 10 })).items).toHaveLength(1)
    expect(await remove([])).toBe('done')
  })

  test('are found by their mailbox alone', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const [box, second] = [await open(core, owner), await open(core, owner)]
    const id = await send(core, box.address)
    expect((await core.messages.inMailbox(owner.caller, box.id, id.toUpperCase())).id).toBe(id)
    expect(await said(core.messages.inMailbox(owner.caller, second.id, id))).toBe('message-unknown')
    const other = await tenant(core)
    const foreign = await send(core, (await open(core, other)).address)
    expect(await said(core.messages.inMailbox(owner.caller, box.id, foreign))).toBe('message-unknown, foreign')
  })

  test('are marked and deleted by an id in capitals too', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const id = await send(core, (await open(core, owner)).address)
    expect((await core.messages.mark(owner.caller, id.toUpperCase(), { seen: true })).seen).toBe(true)
    await core.messages.delete(owner.caller, id.toUpperCase())
    expect(await said(core.messages.get(owner.caller, id))).toBe('message-unknown')
  })
})

describe('attachments', () => {
  const received = async () => {
    const core = testCore()
    const owner = await tenant(core)
    const box = await open(core, owner)
    const files = richMail('<p>x</p>', [
      ['a.txt', 'text/plain', 'a'],
      ['b.txt', 'text/plain', 'b'],
    ])
    const message = await core.messages.get(owner.caller, await send(core, box.address, files))
    const names = async () =>
      (await core.messages.get(owner.caller, message.id)).attachments.map(({ name, index }) => `${index} ${name}`)
    const hide = (ids: string[]) => core.messages.hideAttachments(owner.caller, message.id, ids)
    return { core, owner, box, message, names, hide, ids: message.attachments.map(({ id }) => id) }
  }

  test('go out of sight, and what is none is let pass', async () => {
    const { core, owner, box, message, names, hide, ids } = await received()
    expect(await names()).toEqual(['0 pixel.png', '1 a.txt', '2 b.txt'])
    await hide([String(ids[1]).toUpperCase(), unknown, 'nonsense'])
    expect(await names()).toEqual(['0 pixel.png', '2 b.txt'])
    const told = () => core.told.filter(({ type }) => type === 'message.changed').map(({ messageId }) => messageId)
    expect(told()).toEqual([message.id])
    await hide([String(ids[1]), unknown])
    await hide([])
    expect(told()).toEqual([message.id])
    const listed = async () =>
      (await core.messages.list(owner.caller, box.id, { limit: 10 })).items.map((one) => one.attachmentCount)
    expect(await listed()).toEqual([2])
    await hide(ids)
    expect(await names()).toEqual([])
    expect(await listed()).toEqual([0])
  })

  test('are not those of another message, even of the same mail', async () => {
    const core = testCore()
    const owner = await tenant(core)
    const boxes = [await open(core, owner), await open(core, owner)]
    const [one = '', two = ''] = await deliver(
      core,
      boxes.map(({ address }) => address),
      richMail('x'),
    )
    const of = async (id: string) => (await core.messages.get(owner.caller, id)).attachments.map((each) => each.id)
    const [first = '', second = ''] = [...(await of(one)), ...(await of(two))]
    await core.messages.hideAttachments(owner.caller, one, [first, second])
    expect([await of(one), await of(two)]).toEqual([[], [second]])
  })

  test('stay out of sight when the digest is made again', async () => {
    const { core, hide, ids, names } = await received()
    await hide([String(ids[1])])
    core.connection.sqlite.run('delete from digests')
    expect(await names()).toEqual(['0 pixel.png', '2 b.txt'])
  })

  test('that are damaged are not made to look sound', async () => {
    const { core, hide, ids } = await received()
    const row = () =>
      core.connection.db
        .select()
        .from(attachments)
        .where(eq(attachments.id, String(ids[1])))
        .get()
    await hide([String(ids[1])])
    const hidden = row()
    if (!hidden) throw new Error('there is no such row')
    expect(hidden.checkValue).toBe(attachmentCheck(hidden))
    core.connection.sqlite.run('update attachments set idx = 7 where id = ?', [String(ids[2])])
    expect(await said(hide([String(ids[2])]))).toBe('storage-damaged')
  })

  test('are found by their ids in their own message alone', async () => {
    const { core, owner, message, hide, ids } = await received()
    const find = (id: string) => said(core.messages.attachmentOf(owner.caller, message, id))
    expect((await core.messages.attachmentOf(owner.caller, message, String(ids[1]).toUpperCase())).name).toBe('a.txt')
    const idOf = async (tenant: Tenant): Promise<string> => {
      const box = await open(core, tenant)
      const sent = await core.messages.get(tenant.caller, await send(core, box.address, richMail('x')))
      return sent.attachments[0]?.id ?? ''
    }
    expect(await find(await idOf(owner))).toBe('attachment-unknown')
    expect(await find(await idOf(await tenant(core)))).toBe('attachment-unknown, foreign')
    expect(await find(unknown)).toBe('attachment-unknown')
    expect(await find('0')).toBe('attachment-unknown')
    await hide([String(ids[1])])
    const now = await core.messages.get(owner.caller, message.id)
    expect(await said(core.messages.attachmentOf(owner.caller, now, String(ids[1])))).toBe('attachment-unknown')
  })
})
