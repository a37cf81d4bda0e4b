// Why did my mail not arrive?
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { refusedMail } from './wire.ts'

const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor }))

export const refusalRoutes = (door: Door) =>
  new Elysia({ prefix }).use(keyed(door)).get(
    '/refusals',
    async ({ caller, query: { limit, cursor } }) => {
      const { usage, mailboxes, cursors } = door.core
      const scope = caller.kind === 'mailbox' ? caller.mailboxId : ''
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : cursors.read('refusals', scope, cursor)
      const addressOf = async (id: string) => (await mailboxes.own(caller, id)).address
      const found = await usage.refusals(caller, addressOf, { before, limit: limit + 1 })
      const last = found[limit - 1]
      return {
        items: found.slice(0, limit).map(refusedMail),
        next: found.length > limit && last ? cursors.text('refusals', scope, last.key) : null,
      }
    },
    {
      query: Listing,
      ...described({
        summary: 'List refused mails',
        description: "Newest first: those at the mailbox's address; with the operator's token, all.",
        tag: 'diagnosis',
        credential: 'required',
        answers: { 200: 'RefusedMailList' },
        refusals: ['invalid-cursor'],
      }),
    },
  )
