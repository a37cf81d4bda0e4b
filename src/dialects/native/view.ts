// A path that opens one message's html for a few minutes, since a frame can send no credential. It looks at none.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { queryInput } from '../../http/input.ts'
import { iso } from '../../http/instants.ts'
import { Refusal } from '../../refusal.ts'
import { blind, keyed, prefix } from './base.ts'
import { attachmentAnswer, htmlAnswer, Look, Remote } from './content.ts'
import { described } from './described.ts'

const Viewing = queryInput(
  Type.Object({
    remote: Remote,
    look: Look,
    links: Type.Boolean({ default: false, description: 'Let links open a page that shows where they lead first.' }),
  }),
)

export const ticketRoutes = (door: Door) =>
  new Elysia({ prefix }).use(keyed(door)).post(
    '/messages/:id/view',
    async ({ caller, params, set }) => {
      const { id } = await door.core.messages.summary(caller, params.id)
      const { ticket, expiresAt } = door.core.tickets.issue({ messageId: id, publicly: caller.kind === 'nobody' })
      set.status = 201
      return { url: `/view/${ticket}/`, expiresAt: iso(expiresAt) }
    },
    {
      ...described({
        summary: "Get a path that shows a message's html without a credential",
        description:
          'Good for five minutes, for a sandboxed frame. With `?remote=1` pictures of other servers are loaded, with `?look=dark` it is shown dark, with `?links=1` links can be clicked.',
        tag: 'messages',
        credential: 'optional',
        answers: { 201: 'View' },
        refusals: ['message-unknown'],
      }),
    },
  )

export const viewRoutes = (door: Door) =>
  new Elysia({ prefix: '/view' })
    .use(blind())
    .get(
      '/:ticket/',
      async ({ params, query, visit }) => {
        // Without the slash its pictures would be looked for elsewhere.
        if (!visit.path.endsWith('/')) throw new Refusal('route-unknown')
        return htmlAnswer(door, await opened(door, params.ticket), { ...query, base: '' })
      },
      {
        query: Viewing,
        ...described({
          summary: "Show a message's html",
          tag: 'messages',
          credential: 'none',
          answers: { 200: 'text/html' },
          refusals: ['message-unknown', 'took-too-long', 'too-busy'],
        }),
      },
    )
    .get(
      '/:ticket/attachments/:n',
      async ({ params, request }) => {
        const message = await opened(door, params.ticket)
        const response = await attachmentAnswer(door, message, params.n, { inline: false, request })
        // The page is sandboxed, so of no origin: its own pictures are another's to it.
        response.headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
        return response
      },
      {
        ...described({
          summary: "Show a picture of a message's html",
          tag: 'messages',
          credential: 'none',
          answers: { 200: 'application/octet-stream' },
          refusals: ['message-unknown', 'attachment-unknown', 'took-too-long', 'too-busy', 'rate-exceeded'],
        }),
      },
    )

/** Refuses: message-unknown, also for a ticket that is none, or is over. */
async function opened(door: Door, ticket: string) {
  const opening = door.core.tickets.opens(ticket)
  if (opening === null) throw new Refusal('message-unknown')
  return door.core.messages.opened(opening)
}
