// Plans that accounts are on, and whether the config has them.
import { existsSync } from 'node:fs'
import type { Config } from '../../config/schema.ts'
import { type Finding, findingsOf } from '../../finding.ts'
import { plansOf } from '../../plans/from-config.ts'
import { databaseFile, openForReading } from '../../storage/database.ts'
import { schemaVersion } from '../../storage/migrate.ts'
import { migrations } from '../../storage/migrations/index.ts'

/** Nothing where there is no database, or one of another version. */
export function plans(config: Config): Finding[] {
  const { ok, note } = findingsOf('plans')
  const file = databaseFile(config.server.data_dir)
  if (!existsSync(file)) return []
  const { sqlite, close } = openForReading(file)
  try {
    if (schemaVersion(sqlite) !== migrations.length) return []
    const offered = new Set(plansOf(config.plans).map(({ name }) => name))
    const used = sqlite
      .query<{ plan: string; accounts: number }, []>(
        "SELECT plan, count(*) AS accounts FROM accounts WHERE state <> 'deleted' GROUP BY plan ORDER BY plan",
      )
      .all()
    const gone = used.filter(({ plan }) => !offered.has(plan))
    if (gone.length === 0) return [ok('the config has each plan that accounts are on')]
    return gone.map(({ plan, accounts }) => {
      const are = accounts === 1 ? '1 account is' : `${accounts} accounts are`
      return note(
        `${are} on the plan ${plan}, which the config has no more: its last numbers hold`,
        `put [plans.${plan}] back, or choose another plan: mayfly account set --email E --plan P`,
      )
    })
  } finally {
    close()
  }
}
