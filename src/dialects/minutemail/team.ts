// Members of the account and invitations to it, as MinuteMail speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { linkTo } from '../../http/links.ts'
import { always, done, keyed } from './base.ts'
import { invitationItem, madeInvitation, memberItem } from './wire-team.ts'

const Inviting = looseBody(
  Type.Object({ email: Type.String({ minLength: 1, maxLength: 254, description: 'Whom the invitation is for.' }) }),
)

export const teamRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .get('/v1/members', async ({ caller }) => ({ items: (await door.core.accounts.members(caller)).map(memberItem) }), {
      ...described({
        summary: "List the account's members",
        description: 'Oldest first.',
        tag: 'team',
        answers: { 200: 'MemberList' },
        refusals: always,
      }),
    })
    .get(
      '/v1/members/:member',
      async ({ caller, params }) => memberItem(await door.core.accounts.member(caller, params.member)),
      {
        ...described({
          summary: 'Show a member',
          tag: 'team',
          answers: { 200: 'Member' },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
    .delete(
      '/v1/members/:member',
      async ({ caller, params }) => {
        await door.core.keys.removeMember(caller, params.member, { revokeKeys: [] })
        return done()
      },
      {
        ...described({
          summary: 'Remove a member',
          description: 'Keys that the member made go on working for the account.',
          tag: 'team',
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'], 409: ['conflict'] },
        }),
      },
    )
    .get(
      '/v1/invitations',
      async ({ caller }) => ({ items: (await door.core.links.invitations(caller)).map(invitationItem) }),
      {
        ...described({
          summary: 'List open invitations',
          description: 'Oldest first.',
          tag: 'team',
          answers: { 200: 'InvitationList' },
          refusals: always,
        }),
      },
    )
    .post(
      '/v1/invitations',
      async ({ caller, body, request, set }) => {
        const made = await door.core.links.invite(caller, body)
        set.status = 201
        return madeInvitation(made, linkTo(door, request, 'invitation', made.token))
      },
      {
        body: Inviting,
        ...described({
          summary: 'Invite somebody to the account',
          description: 'The server sends no mail: give the link to whom it is for. It is good for a week, and once.',
          tag: 'team',
          answers: { 201: 'MadeInvitation' },
          refusals: { 400: ['bad_request'], ...always },
        }),
      },
    )
    .delete(
      '/v1/invitations/:invitation',
      async ({ caller, params }) => {
        await door.core.links.takeBack(caller, params.invitation)
        return done()
      },
      {
        ...described({
          summary: 'Take an invitation back',
          tag: 'team',
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
