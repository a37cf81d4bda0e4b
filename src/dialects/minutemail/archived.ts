// Mailboxes in the archive, as MinuteMail speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { always, alwaysWithBody, done, Ids, keyed, mostListed, oldestFirst } from './base.ts'
import { ExpiresIn, minutesOf } from './duration.ts'
import { archivedItem, mailboxItem } from './wire.ts'

const Reactivation = looseBody(Type.Object({ expiresIn: ExpiresIn }))

const tag = 'archived mailboxes'

export const archivedRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .get(
      '/v1/archived-mailboxes',
      async ({ caller }) => {
        const page = { state: 'archived', before: Number.MAX_SAFE_INTEGER, limit: mostListed } as const
        return { items: oldestFirst(await door.core.mailboxes.list(caller, page)).map(archivedItem) }
      },
      {
        ...described({
          summary: 'List the archived mailboxes',
          description: `Oldest first; of more than ${mostListed} the newest.`,
          tag,
          answers: { 200: 'ArchivedMailboxList' },
          refusals: always,
        }),
      },
    )
    .delete(
      '/v1/archived-mailboxes',
      async ({ caller, body }) => {
        await door.core.mailboxes.endAll(caller, body.ids, 'archived')
        return done()
      },
      {
        body: Ids,
        ...described({
          summary: 'Delete several archived mailboxes for good, all of them or none',
          tag,
          answers: { 204: null },
          refusals: { ...alwaysWithBody, 404: ['not_found'] },
        }),
      },
    )
    .get(
      '/v1/archived-mailboxes/:mailbox',
      async ({ caller, params }) =>
        archivedItem(await door.core.mailboxes.ofAccount(caller, params.mailbox, 'archived')),
      {
        ...described({
          summary: 'Show an archived mailbox',
          tag,
          answers: { 200: 'ArchivedMailbox' },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
    .delete(
      '/v1/archived-mailboxes/:mailbox',
      async ({ caller, params }) => {
        await door.core.mailboxes.endAll(caller, [params.mailbox], 'archived')
        return done()
      },
      {
        ...described({
          summary: 'Delete an archived mailbox for good',
          tag,
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
    .post(
      '/v1/archived-mailboxes/:mailbox/reactivate',
      async ({ caller, params, body: { expiresIn }, set }) => {
        const { mailboxes } = door.core
        const ttlMinutes = expiresIn === undefined ? undefined : minutesOf(expiresIn)
        const { id } = await mailboxes.ofAccount(caller, params.mailbox, 'archived')
        const usualTtlMinutes = door.options.dialects.minutemail.default_ttl_minutes
        const { mailbox } = await mailboxes.restore(caller, id, { ttlMinutes, usualTtlMinutes })
        set.status = 201
        return mailboxItem(mailbox)
      },
      {
        body: Reactivation,
        ...described({
          summary: 'Open the address of an archived mailbox again',
          description: 'Answers a mailbox with a new id; the old mail is gone.',
          tag,
          answers: { 201: 'Mailbox' },
          refusals: { ...alwaysWithBody, 404: ['not_found'], 409: ['conflict'] },
        }),
      },
    )
