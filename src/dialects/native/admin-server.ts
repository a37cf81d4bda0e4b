// The server itself, for its operator: how it is, what mail for its own domains needs, and the plans that it has.
import { Elysia } from 'elysia'
import { mustBeAdmin } from '../../accounts/caller.ts'
import { listed } from '../../domains/shown.ts'
import { worst } from '../../finding.ts'
import type { Door } from '../../http/dialect.ts'
import { iso } from '../../instants.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { configuredPlan, health } from './wire-operator.ts'

const asAdmin = { tag: 'admin', credential: 'required' } as const

export const adminServerRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/admin` })
    .use(keyed(door))
    .get(
      '/health',
      async ({ caller }) => {
        mustBeAdmin(caller)
        return health(await door.health())
      },
      {
        ...described({
          ...asAdmin,
          summary: 'Show how the server is',
          description: 'Read from memory: it may be asked every few seconds.',
          answers: { 200: 'Health' },
          refusals: ['forbidden'],
        }),
      },
    )
    .get(
      '/doctor',
      async ({ caller }) => {
        const { at, findings } = await door.core.domains.examineServer(caller)
        return { at: iso(at), outcome: worst(findings), items: findings.map(listed) }
      },
      {
        ...described({
          ...asAdmin,
          summary: "Look at all that mail for the server's own domains needs on its way here",
          description: 'It takes some seconds, and asks name servers.',
          answers: { 200: 'ServerReport' },
          refusals: ['forbidden'],
        }),
      },
    )
    .get(
      '/plans',
      async ({ caller }) => ({
        items: (await door.core.accounts.plansWithAccounts(caller)).map(configuredPlan),
        next: null,
      }),
      {
        ...described({
          ...asAdmin,
          summary: 'List the plans, with how many accounts are on each',
          description: 'In the order of the config; behind them those that it has no more, and that accounts are on.',
          answers: { 200: 'ConfiguredPlanList' },
          refusals: ['forbidden', 'too-busy', 'took-too-long'],
        }),
      },
    )
