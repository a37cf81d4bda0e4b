// The mail of a mailbox, as Mail.cx speaks of it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { fileAnswer, sourceAnswer } from '../../http/file-answer.ts'
import { described } from '../../http/foreign.ts'
import { type Input, looseBody } from '../../http/input.ts'
import { MailLists } from '../../http/list-answer.ts'
import { longAnswer } from '../../http/long-answer.ts'
import type { Mailbox } from '../../mailboxes/mailbox.ts'
import type { Message } from '../../messages/message.ts'
import { invalid, Refusal } from '../../refusal.ts'
import { always, byMailbox, done, signedIn } from './base.ts'
import { message, messageItem } from './wire.ts'

const perPage = 30
/** Beyond, no mailbox has any. */
const lastPage = 1_000_000
const previewCharacters = 100
const tag = 'messages'
const refusals = { ...always, 404: ['not_found'], 410: ['expired'] }

const pageField = Type.Integer({ minimum: 1, maximum: lastPage, description: `A page of ${perPage}: 1 is the newest.` })

/** Whatever is no number of a page stands for the first. */
export const Page: Input<{ page: number }> = {
  schema: Type.Object({ page: Type.Optional(pageField) }),
  '~standard': {
    version: 1,
    vendor: 'mayfly',
    validate: (query) => ({ value: { page: pageIn(Object(query)) } }),
  },
}

function pageIn({ page }: { page?: unknown }): number {
  const wished = typeof page === 'string' && /^\d{1,15}$/.test(page) ? Number(page) : 1
  return Math.min(Math.max(wished, 1), lastPage)
}

const Reading = looseBody(
  Type.Object({
    ids: Type.Optional(Type.Array(Type.String({ minLength: 0, maxLength: 200 }), { maxItems: 1000 })),
    all: Type.Optional(Type.Boolean({ description: 'All that are there now.' })),
  }),
)

/** What is shown of a mail in a list, its digest made now if it is not done. */
export async function itemOf({ core: { messages } }: Door, one: Message) {
  return messageItem(one, await messages.beginning(await messages.whole(one), previewCharacters))
}

/** A page of a mailbox's mail. */
export type MessagePages = (mailbox: Mailbox, page: number) => Promise<Response>

export function messagePages(door: Door): MessagePages {
  const lists = new MailLists(async (one) => ({ value: await itemOf(door, one), later: [] }))
  return async (mailbox, page) => {
    const items = await door.core.messages.newest(mailbox, perPage, { skip: (page - 1) * perPage })
    return lists.answer(items, (messages) => ({ messages, page }))
  }
}

export const messageRoutes = (door: Door, pages: MessagePages) =>
  new Elysia()
    .use(signedIn(door))
    .get('/api/messages', ({ mailbox, query }) => pages(mailbox, query.page), {
      query: Page,
      ...described({
        summary: 'List the mail, newest first',
        description: `${perPage} on a page.`,
        tag,
        security: byMailbox,
        answers: { 200: 'MessageList' },
        refusals: always,
      }),
    })
    .put(
      '/api/messages/read',
      async ({ caller, mailbox, body: { ids, all = false } }) => {
        if (!ids && !all) throw invalid('body.ids', 'is required, or "all"')
        const updated = await door.core.messages.markSeen(caller, mailbox.id, all ? null : (ids ?? []))
        return { updated }
      },
      {
        body: Reading,
        ...described({
          summary: 'Mark several messages as read, or all',
          description: 'Ids of messages that are not there are let pass.',
          tag,
          security: byMailbox,
          answers: { 200: 'Updated' },
          refusals: { 400: ['invalid_request'], ...always },
        }),
      },
    )
    .get(
      '/api/messages/:message',
      async ({ caller, params }) => {
        const { messages } = door.core
        const whole = await messages.get(caller, params.message)
        const { value, later } = message(whole, await messages.beginning(whole, previewCharacters))
        return longAnswer(value, later)
      },
      {
        ...described({
          summary: 'Show a message',
          tag,
          security: byMailbox,
          answers: { 200: 'Message' },
          refusals,
        }),
      },
    )
    .delete(
      '/api/messages/:message',
      async ({ caller, params }) => {
        await door.core.messages.delete(caller, params.message)
        return done()
      },
      { ...described({ summary: 'Delete a message', tag, security: byMailbox, answers: { 204: null }, refusals }) },
    )
    .put(
      '/api/messages/:message/read',
      async ({ caller, mailbox, params }) => {
        const { messages } = door.core
        const { id } = await messages.summary(caller, params.message)
        return { updated: await messages.markSeen(caller, mailbox.id, [id]) }
      },
      {
        ...described({
          summary: 'Mark a message as read',
          tag,
          security: byMailbox,
          answers: { 200: 'Updated' },
          refusals,
        }),
      },
    )
    .get(
      '/api/messages/:message/source',
      async ({ caller, params }) =>
        sourceAnswer(await door.core.messages.raw(caller, params.message, { trace: false }), 'message.eml'),
      {
        ...described({
          summary: "Read a message's bytes as they came",
          tag,
          security: byMailbox,
          answers: { 200: 'message/rfc822' },
          refusals,
        }),
      },
    )
    .get(
      '/api/messages/:message/attachments/:index',
      async ({ caller, params, request }) => {
        const whole = await door.core.messages.get(caller, params.message)
        const asked = whole.attachments.find(({ index }) => String(index) === params.index)
        if (!asked) throw new Refusal('attachment-unknown')
        return fileAnswer(door, request, whole, asked)
      },
      {
        ...described({
          summary: 'Download an attachment',
          description: 'By its index, which begins at 0.',
          tag,
          security: byMailbox,
          answers: { 200: 'application/octet-stream' },
          refusals: { 400: ['invalid_index'], ...refusals },
        }),
      },
    )
