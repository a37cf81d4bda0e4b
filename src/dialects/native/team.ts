// Members of the caller's account, and invitations to it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { madeLink, member } from '../../accounts/shown.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput } from '../../http/input.ts'
import { linkTo } from '../../http/links.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Email } from './sessions.ts'
import { invitation } from './wire-accounts.ts'

const Role = Type.Union([Type.Literal('owner'), Type.Literal('member')], {
  description: 'Owners invite, remove and hand over; members use what the account has.',
})

const Inviting = bodyInput(
  Type.Object({
    role: Type.Optional(Role),
    email: Type.Optional(Email),
  }),
)
const Change = bodyInput(Type.Object({ role: Role }))
const Removal = bodyInput(
  Type.Object({
    revokeKeys: Type.Array(Type.String({ minLength: 1, maxLength: 36 }), {
      maxItems: 1000,
      default: [],
      description: "Ids of keys, such as those that the member made; the account's others go on working.",
    }),
  }),
)

export const teamRoutes = (door: Door) =>
  new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/members',
      async ({ caller }) => ({ items: (await door.core.accounts.members(caller)).map(member), next: null }),
      {
        ...described({
          summary: "List the account's members",
          tag: 'team',
          credential: 'required',
          answers: { 200: 'MemberList' },
          refusals: ['forbidden'],
        }),
      },
    )
    .patch(
      '/members/:id',
      async ({ caller, params, body }) => member(await door.core.accounts.setRole(caller, params.id, body.role)),
      {
        body: Change,
        ...described({
          summary: "Change a member's role",
          description: 'To hand over, make the other one an owner, then yourself a member.',
          tag: 'team',
          credential: 'required',
          answers: { 200: 'Member' },
          refusals: ['member-unknown', 'forbidden', 'last-owner', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/members/:id',
      async ({ caller, params, body, set }) => {
        await door.core.keys.removeMember(caller, params.id, body)
        set.status = 204
      },
      {
        body: Removal,
        ...described({
          summary: 'Remove a member, or leave',
          description: 'Who runs the server is removed by an admin only, and the last admin not at all.',
          tag: 'team',
          credential: 'required',
          answers: { 204: null },
          refusals: ['member-unknown', 'key-unknown', 'forbidden', 'last-owner', 'storage-failed'],
        }),
      },
    )
    .post(
      '/members/:id/password-link',
      async ({ caller, params, request, set }) => {
        set.status = 201
        const made = await door.core.links.passwordLink(caller, params.id)
        return madeLink(made, linkTo(door, request, 'password', made.token))
      },
      {
        ...described({
          summary: 'Make a link that sets a new password',
          description: 'Good for a day, and once. Owners make them for members, admins for everybody.',
          tag: 'team',
          credential: 'required',
          answers: { 201: 'Link' },
          refusals: ['member-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .get(
      '/invitations',
      async ({ caller }) => ({ items: (await door.core.links.invitations(caller)).map(invitation), next: null }),
      {
        ...described({
          summary: 'List open invitations',
          tag: 'team',
          credential: 'required',
          answers: { 200: 'InvitationList' },
          refusals: ['forbidden'],
        }),
      },
    )
    .post(
      '/invitations',
      async ({ caller, body, request, set }) => {
        set.status = 201
        const made = await door.core.links.invite(caller, body)
        return madeLink(made, linkTo(door, request, 'invitation', made.token))
      },
      {
        body: Inviting,
        ...described({
          summary: 'Invite somebody to the account',
          description: 'The server sends no mail: give the link to whom it is for. It is good for a week, and once.',
          tag: 'team',
          credential: 'required',
          answers: { 201: 'Link' },
          refusals: ['forbidden', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/invitations/:id',
      async ({ caller, params, set }) => {
        await door.core.links.takeBack(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          summary: 'Take an invitation back',
          tag: 'team',
          credential: 'required',
          answers: { 204: null },
          refusals: ['invitation-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
