// Domains that were added before their records were looked at.
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { DomainStore } from '../../src/domains/store.ts'
import { openForWriting } from '../../src/storage/database.ts'
import { migrate } from '../../src/storage/migrate.ts'
import { migrations } from '../../src/storage/migrations/index.ts'
import { temporaryDirectory } from '../core.ts'

test('a domain of an older database is read as it was written, and is due', async () => {
  using directory = temporaryDirectory()
  const file = `${directory.path}/mayfly.db`
  const old = new Database(file)
  migrate(old, migrations.slice(0, 9))
  old.run("insert into accounts (id, plan, state, created_at) values ('acc', 'pro', 'active', 1)")
  const check = Bun.hash.crc32('id\u001facc\u001fown.example\u001fpending\u001fmayfly-x\u001f5\u001f')
  old.run(
    `insert into custom_domains (id, account_id, name, state, token, created_at, check_value)
      values ('id', 'acc', 'own.example', 'pending', 'mayfly-x', 5, ?)`,
    [check],
  )
  old.close()
  const connection = openForWriting(file)
  const store = new DomainStore(connection.db, { run: () => Promise.reject(new Error('nothing is changed here')) })
  expect(await store.byId('id')).toMatchObject({
    name: 'own.example',
    state: 'pending',
    access: 'private',
    byHand: false,
  })
  expect(await store.due({ now: 10, beyond: 1000, each: 4, limit: 10 })).toEqual([{ id: 'id', accountId: 'acc' }])
  connection.close()
})
