import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { type Tenant, tenant } from '../accounts/tenant.ts'
import { type Door, openDoor, refusals } from './door.ts'
import { greeted, inData } from './talk.ts'

const open = async ({ core }: Door, { caller }: Tenant, localPart: string, wish = {}): Promise<string> =>
  (await core.mailboxes.open(caller, { localPart, ...wish }, caller.client)).mailbox.id

/** The reply to RCPT. */
async function rcpt({ port }: Door, to: string, size = 0): Promise<string> {
  const client = await greeted(port)
  await client.ask(`MAIL FROM:<a@sender.example> SIZE=${size}`)
  const reply = await client.ask(`RCPT TO:<${to}>`)
  client.hangUp()
  return reply
}

async function send({ port }: Door, to: string, bytes = 10): Promise<string> {
  const client = await greeted(port)
  await inData(client, to)
  const reply = await client.ask(`\r\n${'x'.repeat(bytes - 4)}\r\n.`)
  client.hangUp()
  return reply
}

const allOf = { before: Number.MAX_SAFE_INTEGER, limit: 100 }

describe("a suspended account's mail", () => {
  test('is refused at RCPT, told among the refusals, and taken again after it is resumed', async () => {
    await using door = await openDoor()
    const { accounts, metrics } = door.core
    const owner = await tenant(door.core)
    await open(door, owner, 'box')
    expect(await rcpt(door, 'box@mayfly.test')).toStartWith('250 ')
    await accounts.setSuspended(operator, owner.account.id, true)
    expect(await rcpt(door, 'box+tag@mayfly.test')).toStartWith('550 5.2.1 ')
    expect(await metrics.text()).toContain('mayfly_mails_refused_total{stage="rcpt",reason="account-suspended"} 1\n')
    expect(await refusals(door)).toMatchObject([
      { stage: 'rcpt', reason: 'account-suspended', address: 'box@mayfly.test' },
    ])
    expect(await rcpt(door, 'free@mayfly.test')).toStartWith('250 ')
    await accounts.setSuspended(operator, owner.account.id, false)
    expect(await send(door, 'box@mayfly.test')).toStartWith('250 ')
  })

  test('is refused on a connection that was open before', async () => {
    await using door = await openDoor()
    const owner = await tenant(door.core)
    await open(door, owner, 'box')
    await open(door, owner, 'box2')
    const client = await greeted(door.port)
    await client.ask('MAIL FROM:<a@sender.example>')
    expect(await client.ask('RCPT TO:<box@mayfly.test>')).toStartWith('250 ')
    await door.core.accounts.setSuspended(operator, owner.account.id, true)
    expect(await client.ask('RCPT TO:<box2@mayfly.test>')).toStartWith('550 5.2.1 ')
  })
})

test("a deleted account's mailboxes take no mail at once, and none while their addresses are in quarantine", async () => {
  await using door = await openDoor()
  const { core } = door
  const owner = await tenant(core)
  await open(door, owner, 'box')
  await core.accounts.delete(operator, owner.account.id)
  expect(await rcpt(door, 'box@mayfly.test')).toStartWith('550 5.1.1 ')
  while (await core.mailboxes.leave());
  expect(await rcpt(door, 'box@mayfly.test')).toStartWith('550 5.1.1 ')
  core.clock.now += 24 * 3_600_000
  expect(await rcpt(door, 'box@mayfly.test')).toStartWith('250 ')
})

describe("an account's plan", () => {
  test('bounds the bytes of all of its mailboxes together', async () => {
    await using door = await openDoor({ PLANS_BASIC_ACCOUNT_BYTES: '1000', PLANS_BASIC_CUSTOM_LOCAL_PART: 'true' })
    const { core } = door
    const owner = await tenant(core, { plan: 'basic' })
    const other = await tenant(core, { plan: 'basic' })
    for (const name of ['one', 'two']) await open(door, owner, name)
    await open(door, other, 'other')
    expect(await send(door, 'one@mayfly.test', 600)).toStartWith('250 ')
    expect(await rcpt(door, 'two@mayfly.test', 401)).toStartWith('552 5.2.2 ')
    expect(await rcpt(door, 'two@mayfly.test', 400)).toStartWith('250 ')
    expect(await send(door, 'two@mayfly.test', 400)).toStartWith('250 ')
    expect(await rcpt(door, 'two@mayfly.test')).toStartWith('552 5.2.2 ')
    expect(await rcpt(door, 'one@mayfly.test')).toStartWith('552 5.2.2 ')
    expect(await rcpt(door, 'other@mayfly.test')).toStartWith('250 ')
    expect((await refusals(door)).map(({ reason, address }) => [reason, address])).toEqual([
      ['mailbox-full', 'two@mayfly.test'],
      ['mailbox-full', 'two@mayfly.test'],
      ['mailbox-full', 'one@mayfly.test'],
    ])
  })

  test('counts neither mail that has run out nor a mailbox that has ended, swept or not', async () => {
    await using door = await openDoor({
      PLANS_BASIC_ACCOUNT_BYTES: '1000',
      PLANS_BASIC_CUSTOM_LOCAL_PART: 'true',
      PLANS_BASIC_RETENTION_MINUTES: '10',
    })
    const { core } = door
    const owner = await tenant(core, { plan: 'basic' })
    await open(door, owner, 'long', { ttlMinutes: 600 })
    await open(door, owner, 'short', { ttlMinutes: 5 })
    await send(door, 'short@mayfly.test', 400)
    await send(door, 'long@mayfly.test', 600)
    expect(await rcpt(door, 'long@mayfly.test')).toStartWith('552 5.2.2 ')
    core.clock.now += 5 * 60_000
    expect(await rcpt(door, 'long@mayfly.test', 400)).toStartWith('250 ')
    expect(await rcpt(door, 'long@mayfly.test', 401)).toStartWith('552 5.2.2 ')
    core.clock.now += 5 * 60_000
    expect(await rcpt(door, 'long@mayfly.test', 1000)).toStartWith('250 ')
  })

  test('bounds each mailbox, and how long its mail is kept, instead of the anonymous one', async () => {
    await using door = await openDoor({
      PLANS_BASIC_CUSTOM_LOCAL_PART: 'true',
      PLANS_BASIC_MAILBOX_MESSAGES: '1',
      PLANS_BASIC_RETENTION_MINUTES: '7',
      PLANS_PRO_MAILBOX_BYTES: '1000',
      PLANS_ANONYMOUS_MAILBOX_MESSAGES: '2',
    })
    const { core } = door
    const few = await tenant(core, { plan: 'basic' })
    const small = await tenant(core, { plan: 'pro' })
    const id = await open(door, few, 'few')
    await open(door, small, 'small')
    expect(await send(door, 'few@mayfly.test')).toStartWith('250 ')
    expect(await rcpt(door, 'few+tag@mayfly.test')).toStartWith('552 5.2.2 ')
    const { items } = await core.messages.list(few.caller, id, { limit: 1 })
    expect(items[0]?.expiresAt).toBe(core.clock.now + 7 * 60_000)
    for (let n = 0; n < 3; n++) expect(await send(door, 'small@mayfly.test', 300)).toStartWith('250 ')
    expect(await rcpt(door, 'small@mayfly.test', 200)).toStartWith('552 5.2.2 ')
    expect(await send(door, 'small@mayfly.test', 100)).toStartWith('250 ')
  })
})

describe('refused mail', () => {
  test("at an account's own addresses is in its list alone, tagged or not, with the newest first", async () => {
    await using door = await openDoor()
    const { core } = door
    const [one, other] = [await tenant(core), await tenant(core)]
    await open(door, one, 'one')
    await open(door, other, 'other')
    for (const pattern of ['one@mayfly.test', 'other@mayfly.test', 'free@mayfly.test']) {
      await core.blocks.add(operator, { kind: 'recipient', pattern })
    }
    for (const to of ['one', 'other', 'free', 'one+tag']) await rcpt(door, `${to}@mayfly.test`)
    const seen = async ({ caller }: Tenant) =>
      (await core.usage.refusals(caller, async () => '', allOf)).map(({ to, reason }) => [to, reason])
    expect(await seen(one)).toEqual([
      ['one+tag@mayfly.test', 'blocked'],
      ['one@mayfly.test', 'blocked'],
    ])
    expect(await seen(other)).toEqual([['other@mayfly.test', 'blocked']])
    expect(await refusals(door)).toHaveLength(4)
  })

  test('is found by its account also at an address in the archive or in quarantine, and after it is opened anew', async () => {
    await using door = await openDoor()
    const { core } = door
    const owner = await tenant(core)
    const archived = await open(door, owner, 'archived', { recoverable: true })
    const ended = await open(door, owner, 'ended')
    for (const id of [archived, ended]) await core.mailboxes.end(owner.caller, id, { permanent: false })
    for (const to of ['archived', 'ended']) expect(await rcpt(door, `${to}@mayfly.test`)).toStartWith('550 5.1.1 ')
    await open(door, owner, 'ended')
    const found = await core.usage.refusals(owner.caller, async () => '', allOf)
    expect(found.map(({ address, reason }) => [address, reason])).toEqual([
      ['ended@mayfly.test', 'mailbox-unknown'],
      ['archived@mayfly.test', 'mailbox-unknown'],
    ])
  })

  test('at the end of DATA is told for each recipient, to each account its own', async () => {
    await using door = await openDoor()
    const { core } = door
    const [one, other] = [await tenant(core), await tenant(core)]
    await open(door, one, 'one')
    await open(door, other, 'other')
    await core.blocks.add(operator, { kind: 'subject', pattern: 'pills' })
    const client = await greeted(door.port)
    await client.ask('MAIL FROM:<a@sender.example>')
    for (const to of ['one', 'other']) await client.ask(`RCPT TO:<${to}@mayfly.test>`)
    await client.ask('DATA')
    expect(await client.ask('Subject: pills\r\n\r\nx\r\n.')).toStartWith('550 5.7.1 ')
    for (const [{ caller }, to] of [
      [one, 'one@mayfly.test'],
      [other, 'other@mayfly.test'],
    ] as const) {
      const found = await core.usage.refusals(caller, async () => '', allOf)
      expect(found.map((row) => [row.to, row.stage])).toEqual([[to, 'data']])
    }
  })
})
