// Why did my mail not arrive?
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { refusedMail } from './wire.ts'

const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor }))

export const refusalRoutes = (door: Door) =>
  new Elysia({ prefix }).use(keyed(door)).get(
    '/refusals',
    ({ caller, query }) => {
      const { usage, mailboxes } = door.core
      const addressOf = async (id: string) => (await mailboxes.own(caller, id)).address
      return pageOf(door, 'refusals', caller, query, {
        read: ({ before, limit }) => usage.refusals(caller, addressOf, { before, limit }),
        show: refusedMail,
      })
    },
    {
      query: Listing,
      ...described({
        summary: 'List refused mails',
        description:
          "Newest first: those at the account's or the mailbox's own addresses; with the operator's token, all.",
        tag: 'diagnosis',
        credential: 'required',
        answers: { 200: 'RefusedMailList' },
        refusals: ['invalid-cursor'],
      }),
    },
  )
