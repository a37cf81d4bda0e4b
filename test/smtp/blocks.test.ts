import { describe, expect, test } from 'bun:test'
import { nobody, operator } from '../../src/accounts/caller.ts'
import type { BlockKind } from '../../src/mailboxes/block-rules.ts'
import { Blocks } from '../../src/mailboxes/blocks.ts'
import { Refusal } from '../../src/refusal.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { tenant } from '../accounts/tenant.ts'
import { type Door, openDoor, refusals } from './door.ts'
import { greeted, inData, type Talk, talk } from './talk.ts'

const block = ({ core }: Door, kind: BlockKind, pattern: string) => core.blocks.add(operator, { kind, pattern })

const send = async (client: Talk, header: string, from?: string): Promise<string> => {
  await inData(client, 'box@mayfly.test', from)
  return client.ask(`${header}\r\n\r\nhello\r\n.`)
}

/** Counted under its stage, and listed with what was known by then. */
async function isTold(door: Door, stage: 'connect' | 'mail' | 'rcpt' | 'data', from: string, to: string) {
  expect(await door.core.metrics.text()).toContain(`mayfly_mails_refused_total{stage="${stage}",reason="blocked"} 1\n`)
  expect(await refusals(door)).toMatchObject([{ client: '127.0.0.1', stage, reason: 'blocked', from, to }])
}

describe.each([['a stranger', true] as const, ['one of a trusted network', false] as const])(
  'mail from %s',
  (_who, strangers) => {
    test('out of a blocked network is refused with 554 instead of a greeting, and that is the end', async () => {
      await using door = await openDoor({}, { strangers })
      await block(door, 'network', '127.0.0.0/8')
      const client = await talk(door.port)
      expect(await client.hear()).toStartWith('554 5.7.1 ')
      expect(await client.rest()).toBe('')
      await isTold(door, 'connect', '', '')
      expect(await door.connections()).toBe(0)
    })

    test('by a blocked sender is refused at MAIL, and others are taken on the same connection', async () => {
      await using door = await openDoor({}, { strangers })
      await block(door, 'sender', 'bad.example')
      const client = await greeted(door.port)
      expect(await client.ask('MAIL FROM:<Ann@Bad.Example>')).toStartWith('550 5.7.1 ')
      await isTold(door, 'mail', 'Ann@Bad.Example', '')
      expect(await send(client, 'Subject: x')).toStartWith('250 ')
    })

    test('to the bare postmaster is refused by a rule about the one of the primary domain, and by no other', async () => {
      await using door = await openDoor()
      const other = await block(door, 'recipient', 'postmaster@elsewhere.test')
      const client = await greeted(door.port)
      await client.ask('MAIL FROM:<a@sender.test>')
      expect(await client.ask('RCPT TO:<postmaster>')).toStartWith('250 ')
      await door.core.blocks.remove(operator, other.id)
      await block(door, 'recipient', 'postmaster@mayfly.test')
      expect(await client.ask('RCPT TO:<Postmaster>')).toStartWith('550 5.7.1 ')
      expect(await client.ask('RCPT TO:<box@mayfly.test>')).toStartWith('250 ')
    })

    test('to a blocked recipient is refused at RCPT, and others of the same mail get it', async () => {
      await using door = await openDoor({}, { strangers })
      await block(door, 'recipient', 'closed@mayfly.test')
      const client = await greeted(door.port)
      await client.ask('MAIL FROM:<a@sender.example>')
      expect(await client.ask('RCPT TO:<closed+tag@mayfly.test>')).toStartWith('550 5.7.1 ')
      await isTold(door, 'rcpt', 'a@sender.example', 'closed+tag@mayfly.test')
      expect(await client.ask('RCPT TO:<open@mayfly.test>')).toStartWith('250 ')
      await client.ask('DATA')
      expect(await client.ask('\r\nhello\r\n.')).toStartWith('250 ')
    })

    test('with a blocked subject is refused at the end of DATA, and nothing of it is stored', async () => {
      await using door = await openDoor({}, { strangers })
      await block(door, 'subject', 'ärger mit pillen')
      const client = await greeted(door.port)
      const encoded = '=?utf-8?B?w4RSR0VS?= =?utf-8?Q?_MIT?=\r\n =?utf-8?Q?_PILLEN?= now'
      expect(await send(client, `Subject: ${encoded}`)).toStartWith('550 5.7.1 ')
      await isTold(door, 'data', 'a@sender.example', 'box@mayfly.test')
      expect(door.stored()).toEqual([])
      expect(await send(client, 'Subject: none of these')).toStartWith('250 ')
    })

    test('whose author is a blocked sender is refused at the end of DATA, whatever the envelope says', async () => {
      await using door = await openDoor({}, { strangers })
      await block(door, 'sender', '*@bad.example')
      const client = await greeted(door.port)
      expect(await send(client, 'From: "good@good.example" <spam@bad.example>')).toStartWith('550 5.7.1 ')
      expect(await send(client, 'From: a@good.example, spam@BAD.example', '')).toStartWith('550 5.7.1 ')
      expect(await send(client, 'From: "spam@bad.example" <a@good.example>')).toStartWith('250 ')
      expect(await send(client, 'From:')).toStartWith('250 ')
      expect(door.stored()).toHaveLength(2)
    })
  },
)

test('bounces are refused by a rule for "<>" alone', async () => {
  await using door = await openDoor()
  await block(door, 'sender', '*.example')
  const client = await greeted(door.port)
  expect(await client.ask('MAIL FROM:<>')).toStartWith('250 ')
  await client.ask('RSET')
  await block(door, 'sender', '<>')
  expect(await client.ask('MAIL FROM:<>')).toStartWith('550 5.7.1 ')
})

test('over TLS from the first byte a blocked network gets no handshake', async () => {
  await using door = await openDoor()
  await block(door, 'network', '127.0.0.1')
  expect(await talk(door.tlsPort, { tls: true }).then(String, () => 'closed')).toBe('closed')
  await isTold(door, 'connect', '', '')
})

describe('a rule', () => {
  test('is in force at once for the next command of a connection that is open', async () => {
    await using door = await openDoor()
    const client = await greeted(door.port)
    expect(await client.ask('MAIL FROM:<a@sender.example>')).toStartWith('250 ')
    expect(await client.ask('RCPT TO:<one@mayfly.test>')).toStartWith('250 ')
    const rule = await block(door, 'recipient', 'two@mayfly.test')
    expect(await client.ask('RCPT TO:<two@mayfly.test>')).toStartWith('550 5.7.1 ')
    await block(door, 'network', '127.0.0.1')
    expect(await client.ask('RCPT TO:<three@mayfly.test>')).toStartWith('550 5.7.1 ')
    expect(await client.ask('DATA')).toStartWith('550 5.7.1 ')
    await client.ask('RSET')
    expect(await client.ask('MAIL FROM:<a@sender.example>')).toStartWith('550 5.7.1 ')
    for (const { id } of [...door.core.blocks.list(operator)]) await door.core.blocks.remove(operator, id)
    expect(await client.ask('MAIL FROM:<a@sender.example>')).toStartWith('250 ')
    expect(await client.ask('RCPT TO:<two@mayfly.test>')).toStartWith('250 ')
    expect(rule.pattern).toBe('two@mayfly.test')
  })

  test('is in force during DATA, for a mail that had begun before it was made', async () => {
    await using door = await openDoor()
    const client = await greeted(door.port)
    await inData(client)
    await block(door, 'subject', 'pills')
    expect(await client.ask('Subject: Pills\r\n\r\nhello\r\n.')).toStartWith('550 5.7.1 ')
  })

  test('looks at the subject of a mail of several pieces, and its pieces go', async () => {
    await using door = await openDoor()
    await block(door, 'subject', 'pills')
    const client = await greeted(door.port)
    await inData(client)
    client.send(`Subject: pills\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(3000)}`)
    expect(await client.ask('.')).toStartWith('550 5.7.1 ')
    while (await door.core.messages.sweep());
    expect(door.core.connection.sqlite.query('select count(*) n from pieces').get()).toEqual({ n: 0 })
  })

  test('is kept over a restart', async () => {
    await using door = await openDoor()
    await block(door, 'sender', 'bad.example')
    const { connection, outside } = door.core
    const later = new Blocks(new LocalWriter(connection, changes, () => {}), connection.db, outside, () => {}, '')
    expect(later.refusesSender('a@bad.example')).toBe(false)
    later.load()
    expect(later.refusesSender('a@bad.example')).toBe(true)
  })

  test('that is damaged is not in force, and neither keeps the others from it nor from being taken back', async () => {
    await using door = await openDoor()
    const { core } = door
    await block(door, 'sender', 'bad.example')
    const { id } = await core.blocks.add(operator, { kind: 'sender', pattern: 'worse.example' })
    core.connection.sqlite.run("update blocks set pattern = 'fine.example' where id = ?", [id])
    const told: string[] = []
    const writes = new LocalWriter(core.connection, changes, () => {})
    const later = new Blocks(
      writes,
      core.connection.db,
      core.outside,
      ({ details }) => told.push(details.what ?? ''),
      '',
    )
    later.load()
    expect(later.refusesSender('a@bad.example')).toBe(true)
    expect(later.refusesSender('a@worse.example') || later.refusesSender('a@fine.example')).toBe(false)
    expect(later.list(operator).map(({ pattern }) => pattern)).toEqual(['bad.example'])
    const more = await later.add(operator, { kind: 'subject', pattern: 'pills' })
    expect(told).toEqual([`block rule 2 (${id})`])
    await later.remove(operator, id)
    expect(later.list(operator).map(({ pattern }) => pattern)).toEqual(['bad.example', more.pattern])
    expect(core.connection.sqlite.query('select count(*) n from blocks').get()).toEqual({ n: 2 })
  })

  test('is made by admins alone, and told in the audit trail', async () => {
    await using door = await openDoor()
    const { core } = door
    const admin = await tenant(core, { admin: true })
    const other = await tenant(core)
    const wish = { kind: 'sender', pattern: 'bad.example' } as const
    expect(await core.blocks.add(other.caller, wish).catch((error) => error)).toEqual(new Refusal('forbidden'))
    expect(await core.blocks.add(nobody, wish).catch((error) => error)).toEqual(new Refusal('credential-missing'))
    const { id } = await core.blocks.add(admin.caller, wish)
    await core.blocks.remove(admin.caller, id)
    expect(await core.blocks.remove(admin.caller, id).catch((error) => error)).toEqual(new Refusal('block-unknown'))
    const page = { before: Number.MAX_SAFE_INTEGER, limit: 2, everybody: true }
    const deeds = await core.usage.deeds(operator, page)
    expect(deeds.map(({ what, actorId }) => [what, actorId])).toEqual([
      ['block.removed', admin.caller.key?.id ?? ''],
      ['block.added', admin.caller.key?.id ?? ''],
    ])
  })
})
