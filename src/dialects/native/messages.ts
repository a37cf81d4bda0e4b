// Listing, reading, marking and deleting messages, and searching them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { instantOf } from '../../http/instants.ts'
import { longAnswer } from '../../http/long-answer.ts'
import type { FullMessage, Message } from '../../messages/message.ts'
import type { ListWish, Page } from '../../messages/service.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit, Since, Words } from './input.ts'
import { fullMessage, laterTexts, message } from './wire.ts'

const Listing = queryInput(Type.Object({ limit: Limit, cursor: Cursor, since: Since, q: Type.Optional(Words) }))
const Searching = queryInput(Type.Object({ q: Words, limit: Limit, cursor: Cursor, since: Since }))
const Marking = bodyInput(Type.Object({ seen: Type.Boolean() }))

export const messageRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/mailboxes/:mailbox/messages',
      async ({ caller, params, query }) => list(await door.core.messages.list(caller, params.mailbox, wish(query))),
      {
        query: Listing,
        ...described({
          summary: "List a mailbox's messages",
          description: 'Newest first. A tagged address (`x+tag@d`) lists only mail sent to that very address.',
          tag: 'messages',
          credential: 'optional',
          answers: { 200: 'MessageList' },
          refusals: ['mailbox-unknown', 'invalid-cursor', 'took-too-long', 'too-busy'],
        }),
      },
    )
    .delete(
      '/mailboxes/:mailbox/messages',
      async ({ caller, params, set }) => {
        await door.core.messages.clear(caller, params.mailbox)
        set.status = 204
      },
      {
        ...described({
          summary: 'Delete all messages of a mailbox',
          description: 'Those that are there now; by a tagged address, those sent to it.',
          tag: 'messages',
          credential: 'required',
          answers: { 204: null },
          refusals: ['mailbox-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .get('/messages/:id', async ({ caller, params }) => fullAnswer(await door.core.messages.get(caller, params.id)), {
      ...described({
        summary: 'Read a message',
        description: 'It is not marked as seen.',
        tag: 'messages',
        credential: 'optional',
        answers: { 200: 'Message' },
        refusals: ['message-unknown', 'took-too-long', 'too-busy'],
      }),
    })
    .patch(
      '/messages/:id',
      async ({ caller, params, body }) => fullAnswer(await door.core.messages.mark(caller, params.id, body)),
      {
        body: Marking,
        ...described({
          summary: 'Mark a message as seen, or not',
          tag: 'messages',
          credential: 'required',
          answers: { 200: 'Message' },
          refusals: ['message-unknown', 'forbidden', 'storage-failed', 'took-too-long', 'too-busy'],
        }),
      },
    )
    .delete(
      '/messages/:id',
      async ({ caller, params, set }) => {
        await door.core.messages.delete(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          summary: 'Delete a message',
          tag: 'messages',
          credential: 'required',
          answers: { 204: null },
          refusals: ['message-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .get('/search', async ({ caller, query }) => list(await door.core.messages.search(caller, wish(query))), {
      query: Searching,
      ...described({
        summary: 'Search my messages',
        description: 'With a mailbox token: in that mailbox.',
        tag: 'messages',
        credential: 'required',
        answers: { 200: 'MessageList' },
        refusals: ['invalid-cursor', 'took-too-long', 'too-busy'],
      }),
    })

const wish = ({ since, ...rest }: Omit<ListWish, 'since'> & { since?: string }): ListWish => ({
  ...rest,
  since: instantOf(since),
})

const fullAnswer = (one: FullMessage): Response => longAnswer(fullMessage(one), laterTexts([one]))

const list = ({ items, next }: Page<Message>) => ({ items: items.map(message), next })
