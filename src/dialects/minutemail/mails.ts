// The mail of a mailbox, as MinuteMail speaks of it.
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { MailLists } from '../../http/list-answer.ts'
import { longAnswer } from '../../http/long-answer.ts'
import { always, alwaysWithBody, done, Ids, keyed, mostListed, openMailbox } from './base.ts'
import { mailItem } from './wire.ts'

const tag = 'mails'
const refusals = { ...always, 404: ['not_found'] }

export function mailRoutes(door: Door) {
  const lists = new MailLists(async (one) => mailItem(await door.core.messages.whole(one)))
  return new Elysia()
    .use(keyed(door))
    .get(
      '/v1/mailboxes/:mailbox/mails',
      async ({ caller, params }) => {
        const { messages } = door.core
        const mailbox = await openMailbox(door, caller, params.mailbox)
        const items = await messages.newest(mailbox, mostListed)
        return lists.answer(items, (mails) => ({ items: mails }))
      },
      {
        ...described({
          summary: 'List the mail of a mailbox',
          description: `Newest first, at most ${mostListed}, with their bodies.`,
          tag,
          answers: { 200: 'MailList' },
          refusals,
        }),
      },
    )
    .delete(
      '/v1/mailboxes/:mailbox/mails',
      async ({ caller, params, body }) => {
        const { id } = await openMailbox(door, caller, params.mailbox)
        await door.core.messages.deleteAll(caller, id, body.ids)
        return done()
      },
      {
        body: Ids,
        ...described({
          summary: 'Delete several mails of a mailbox, all of them or none',
          tag,
          answers: { 204: null },
          refusals: { ...alwaysWithBody, 404: ['not_found'] },
        }),
      },
    )
    .get(
      '/v1/mailboxes/:mailbox/mails/:mail',
      async ({ caller, params }) => {
        const { id } = await openMailbox(door, caller, params.mailbox)
        const { value, later } = mailItem(await door.core.messages.inMailbox(caller, id, params.mail))
        return longAnswer(value, later)
      },
      { ...described({ summary: 'Show a mail', tag, answers: { 200: 'Mail' }, refusals }) },
    )
    .delete(
      '/v1/mailboxes/:mailbox/mails/:mail',
      async ({ caller, params }) => {
        const { id } = await openMailbox(door, caller, params.mailbox)
        await door.core.messages.deleteAll(caller, id, [params.mail])
        return done()
      },
      {
        ...described({
          summary: 'Delete a mail with its attachments',
          tag,
          answers: { 204: null },
          refusals,
        }),
      },
    )
}
