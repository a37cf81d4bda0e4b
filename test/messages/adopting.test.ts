import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import { Adopting } from '../../src/messages/adopting.ts'
import type { changes as messageChanges } from '../../src/messages/changes.ts'
import { Refusal } from '../../src/refusal.ts'
import type { Writes } from '../../src/storage/change.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail, testCore } from '../core.ts'

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
