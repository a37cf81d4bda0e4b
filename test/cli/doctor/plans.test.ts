import { expect, test } from 'bun:test'
import { operator } from '../../../src/accounts/caller.ts'
import { plans } from '../../../src/cli/doctor/plans.ts'
import { databaseFile } from '../../../src/storage/database.ts'
import { temporaryDirectory, testConfig, testCore } from '../../core.ts'

async function accountsOn(dataDir: string, ...chosen: string[]): Promise<void> {
  const core = testCore({ file: databaseFile(dataDir) })
  for (const [n, plan] of chosen.entries()) await core.accounts.create(operator, { email: `a${n}@example.test`, plan })
  core.close()
}

test('plans that accounts are on and the config has no more are told, with how many are', async () => {
  using directory = temporaryDirectory()
  await accountsOn(directory.path, 'pro', 'team', 'team', 'free')
  const config = (env: Record<string, string>) => testConfig({ MAYFLY_SERVER_DATA_DIR: directory.path, ...env })
  expect(plans(config({})).map(({ level }) => level)).toEqual(['ok'])
  const gone = plans(config({ MAYFLY_PLANS_TEAM_ENABLED: 'false', MAYFLY_PLANS_PRO_ENABLED: 'false' }))
  expect(gone.map(({ level, says }) => [level, says])).toEqual([
    ['note', '1 account is on the plan pro, which the config has no more: its last numbers hold'],
    ['note', '2 accounts are on the plan team, which the config has no more: its last numbers hold'],
  ])
  expect(gone[0]?.mend).toContain('mayfly account set --email E --plan P')
})

test('an account that was deleted is on no plan', async () => {
  using directory = temporaryDirectory()
  const core = testCore({ file: databaseFile(directory.path) })
  const { account } = await core.accounts.create(operator, { email: 'a@example.test', plan: 'team' })
  await core.accounts.delete(operator, account.id)
  core.close()
  const config = testConfig({ MAYFLY_SERVER_DATA_DIR: directory.path, MAYFLY_PLANS_TEAM_ENABLED: 'false' })
  expect(plans(config).map(({ level }) => level)).toEqual(['ok'])
})

test('without a database nothing is said, and none is made', () => {
  using directory = temporaryDirectory()
  expect(plans(testConfig({ MAYFLY_SERVER_DATA_DIR: directory.path }))).toEqual([])
})
