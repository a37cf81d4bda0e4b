// The caller's own account: its plan, what it has used of it, and what was done in it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { deed, ownAccount, usageList } from './wire-accounts.ts'

export const Span = Type.Union([Type.Literal('hour'), Type.Literal('day')], {
  default: 'hour',
  description: 'By the hour for two days, by the day for a year.',
})
const Using = queryInput(Type.Object({ span: Span }))
export const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor }))

export const accountRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/account',
      async ({ caller }) => {
        const { usage, mailboxes, accounts } = door.core
        const own = accounts.own(caller)
        const counts = await mailboxes.counts(caller)
        return ownAccount(own, usage.planOf(caller), usage.quota(caller), counts, await mailboxes.bytes(caller))
      },
      {
        ...described({
          summary: 'Show my account',
          description: 'Its plan, its limits and what is used of them. Null: no limit.',
          tag: 'account',
          credential: 'required',
          answers: { 200: 'Account' },
          refusals: ['forbidden'],
        }),
      },
    )
    .get('/account/usage', async ({ caller, query }) => usageList(await door.core.usage.of(caller, query.span)), {
      query: Using,
      ...described({
        summary: 'Show what my account used',
        tag: 'account',
        credential: 'required',
        answers: { 200: 'UsageList' },
        refusals: ['forbidden'],
      }),
    })
    .get(
      '/account/audit',
      ({ caller, query }) =>
        pageOf(door, 'audit', caller, query, {
          read: ({ before, limit }) => door.core.usage.deeds(caller, { before, limit, everybody: false }),
          show: deed,
        }),
      {
        query: Listing,
        ...described({
          summary: 'Show who did what in my account',
          tag: 'account',
          credential: 'required',
          answers: { 200: 'DeedList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
