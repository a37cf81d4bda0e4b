import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { nobody } from '../../src/accounts/caller.ts'
import type { changes as mailboxChanges } from '../../src/mailboxes/changes.ts'
import { Adopting } from '../../src/messages/adopting.ts'
import type { changes as messageChanges } from '../../src/messages/changes.ts'
import { Refusal } from '../../src/refusal.ts'
import type { Writes } from '../../src/storage/change.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail, type TestCore, temporaryDirectory, testCore } from '../core.ts'

test('a mailbox with much mail is indexed in steps, and what one was refused is done later', async () => {
  const core = testCore()
  const owner = await tenant(core)
  for (let n = 0; n < 120; n++) await deliver(core, 'box@mayfly.test', mail({ Subject: `needle${n % 2}` }, 'x'))
  const { mailbox } = await core.mailboxes.see(nobody, 'box@mayfly.test')
  const mailboxKey = mailbox?.key ?? 0
  await core.messages.digestAll(mailboxKey)
  // The account's from now on, but for the index.
  core.connection.sqlite.run('update mailboxes set account_id = ?, kind = ?, check_value = null', [
    owner.account.id,
    'owned',
  ])
  const found = async (q: string) => (await core.messages.search(owner.caller, { limit: 100, q })).items.length

  let steps = 0
  let refusals = 1
  const real: Writes<typeof messageChanges> = new LocalWriter(core.connection, changes, () => {})
  const refusing: Writes<typeof messageChanges> = {
    run: async (name, input) => {
      steps++
      if (steps > 1 && refusals-- > 0) throw new Refusal('storage-failed')
      return real.run(name, input)
    },
  }
  const adopting = new Adopting(refusing)
  await adopting.adopt(mailboxKey)
  const first = await found('needle0')
  expect([steps, first > 0, first < 60]).toEqual([2, true, true])
  await adopting.tidy()
  expect([await found('needle0'), await found('needle1')]).toEqual([60, 60])
  const done = steps
  await adopting.tidy()
  expect(steps).toBe(done)
})

test('a crash between opening a mailbox and indexing its mail leaves no mail out of the search', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const before = testCore({ file })
  const owner = await tenant(before)
  for (let n = 0; n < 60; n++) await deliver(before, 'box@mayfly.test', mail({ Subject: 'needle' }, 'x'))
  const { mailbox } = await before.mailboxes.see(nobody, 'box@mayfly.test')
  await before.messages.digestAll(mailbox?.key ?? 0)
  // The change is committed, and what should come after it never does.
  const writes: Writes<typeof mailboxChanges> = new LocalWriter(before.connection, changes, () => {})
  const fields = {
    id: 'an id',
    kind: 'owned',
    accountId: owner.account.id,
    opener: null,
    localPart: 'box',
    domain: 'mayfly.test',
    address: 'box@mayfly.test',
    createdAt: before.clock.now,
    expiresAt: null,
    recoverable: false,
    tag: null,
    passwordHash: null,
    usedAt: null,
    byMail: false,
  } as const
  const change = { mailbox: fields, tokenHash: null, quota: null, quarantineUntil: 0, now: before.clock.now }
  expect((await writes.run('mailboxes.open', change)).tookOver).toBe(true)
  const found = async (core: TestCore) =>
    (await core.messages.search(owner.caller, { limit: 100, q: 'needle' })).items.length
  expect(await found(before)).toBe(0)
  before.close()

  const after = testCore({ file })
  await after.messages.takeUp()
  await after.messages.sweep()
  expect(await found(after)).toBe(60)
  // Nothing is left to be done at the next start.
  expect(after.connection.sqlite.query("select * from settings where name like 'adoption%'").all()).toEqual([])
  after.close()
})

test('a mailbox that was opened with mail in it leaves nothing to be taken up', async () => {
  const core = testCore()
  const owner = await tenant(core)
  await deliver(core, 'box@mayfly.test', mail({ Subject: 'needle' }, 'x'))
  await core.mailboxes.open(owner.caller, { localPart: 'box' }, '192.0.2.1')
  expect(core.connection.sqlite.query("select * from settings where name like 'adoption%'").all()).toEqual([])
})
