// Accounts of all plans and states, and invitations to new ones, for the operator.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { account, accountLink, listedAccount, member } from '../../accounts/shown.ts'
import { domain } from '../../domains/shown.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { linkTo } from '../../http/links.ts'
import { key } from '../../keys/shown.ts'
import { Listing, Span } from './account.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { Email, Password } from './sessions.ts'
import { accountInvitation, ownAccount, usageList } from './wire-accounts.ts'

const Plan = Type.String({ minLength: 1, maxLength: 32, description: 'The name of a plan in the config.' })
const Creating = bodyInput(
  Type.Object({
    email: Email,
    plan: Type.Optional(Plan),
    password: Type.Optional(Password),
    admin: Type.Boolean({ default: false, description: 'Whether its owner runs this server too.' }),
  }),
)
const Change = bodyInput(Type.Object({ plan: Type.Optional(Plan), suspended: Type.Optional(Type.Boolean()) }))
const Finding = queryInput(
  Type.Object({
    limit: Limit,
    cursor: Cursor,
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 254,
        description: "A part of a member's e-mail address, or how the account's id begins.",
      }),
    ),
    plan: Type.Optional(Plan),
    state: Type.Optional(
      Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('lapsed')], {
        description: '"lapsed": what was paid for it has run out.',
      }),
    ),
  }),
)
const Using = queryInput(Type.Object({ span: Span }))
const Inviting = bodyInput(Type.Object({ plan: Type.Optional(Plan), email: Type.Optional(Email) }))

const asAdmin = { tag: 'admin', credential: 'required' } as const

export const adminAccountRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/admin` })
    .use(keyed(door))
    .get(
      '/accounts',
      ({ caller, query }) =>
        pageOf(door, 'accounts', caller, query, {
          read: ({ after, limit }) =>
            door.core.accounts.list(caller, {
              after,
              limit,
              part: query.q ?? null,
              plan: query.plan ?? null,
              state: query.state ?? null,
            }),
          show: listedAccount,
          scope: JSON.stringify([query.q, query.plan, query.state]),
          oldestFirst: true,
        }),
      {
        query: Finding,
        ...described({
          ...asAdmin,
          summary: 'List accounts',
          description: 'Oldest first.',
          answers: { 200: 'AccountList' },
          refusals: ['forbidden', 'invalid-cursor', 'too-busy', 'took-too-long'],
        }),
      },
    )
    .post(
      '/accounts',
      async ({ caller, body, set }) => {
        set.status = 201
        return account((await door.core.accounts.create(caller, body)).account)
      },
      {
        body: Creating,
        ...described({
          ...asAdmin,
          summary: 'Make an account',
          description:
            'On the plan "unlimited" unless you say another. Without a password, give its owner a link to set one.',
          answers: { 201: 'ChangedAccount' },
          refusals: ['forbidden', 'email-taken', 'plan-unknown', 'too-busy', 'storage-failed'],
        }),
      },
    )
    .get(
      '/accounts/:id',
      async ({ caller, params }) => {
        const { usage, mailboxes, accounts } = door.core
        const seen = await accounts.seenBy(caller, params.id)
        const [counts, bytes] = await Promise.all([mailboxes.counts(seen), mailboxes.bytes(seen)])
        const shown = ownAccount(seen, usage.planOf(seen), usage.quota(seen), counts, bytes)
        return { ...shown, owner: await accounts.ownerOf(caller, params.id) }
      },
      {
        ...described({
          ...asAdmin,
          summary: 'Show an account',
          description: 'Its plan, its limits and what is used of them. Null: no limit.',
          answers: { 200: 'SeenAccount' },
          refusals: ['forbidden', 'account-unknown'],
        }),
      },
    )
    .get(
      '/accounts/:id/usage',
      async ({ caller, params, query }) => {
        const { usage, accounts } = door.core
        return usageList(await usage.of(await accounts.seenBy(caller, params.id), query.span))
      },
      {
        query: Using,
        ...described({
          ...asAdmin,
          summary: 'Show what an account used',
          answers: { 200: 'UsageList' },
          refusals: ['forbidden', 'account-unknown'],
        }),
      },
    )
    .get(
      '/accounts/:id/members',
      async ({ caller, params }) => ({
        items: (await door.core.accounts.membersFor(caller, params.id)).map(member),
        next: null,
      }),
      {
        ...described({
          ...asAdmin,
          summary: "List an account's members",
          answers: { 200: 'MemberList' },
          refusals: ['forbidden', 'account-unknown'],
        }),
      },
    )
    .get(
      '/accounts/:id/keys',
      async ({ caller, params, query }) => {
        const { account } = await door.core.accounts.seenBy(caller, params.id)
        return pageOf(door, 'keys', caller, query, {
          read: ({ after, limit }) => door.core.keys.listFor(caller, account.id, { after, limit }),
          show: key,
          scope: account.id,
          oldestFirst: true,
        })
      },
      {
        query: Listing,
        ...described({
          ...asAdmin,
          summary: "List an account's keys",
          description: 'Oldest first; never their secrets.',
          answers: { 200: 'KeyList' },
          refusals: ['forbidden', 'account-unknown', 'invalid-cursor'],
        }),
      },
    )
    .get(
      '/accounts/:id/domains',
      async ({ caller, params }) => {
        const { account } = await door.core.accounts.seenBy(caller, params.id)
        const { domains } = door.core
        const items = (await domains.listFor(caller, account.id)).map((one) => domain(domains.describe(one)))
        return { items, next: null }
      },
      {
        ...described({
          ...asAdmin,
          summary: "List an account's domains",
          answers: { 200: 'DomainList' },
          refusals: ['forbidden', 'account-unknown'],
        }),
      },
    )
    .patch(
      '/accounts/:id',
      async ({ caller, params, body }) => account(await door.core.accounts.change(caller, params.id, body)),
      {
        body: Change,
        ...described({
          ...asAdmin,
          summary: "Change an account's plan, suspend or resume it",
          answers: { 200: 'ChangedAccount' },
          refusals: ['forbidden', 'account-unknown', 'plan-unknown', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/accounts/:id',
      async ({ caller, params, set }) => {
        await door.core.accounts.delete(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          ...asAdmin,
          summary: 'Delete an account and all that is its own',
          answers: { 204: null },
          refusals: ['forbidden', 'account-unknown', 'storage-failed'],
        }),
      },
    )
    .post(
      '/invitations',
      async ({ caller, body, request, set }) => {
        set.status = 201
        const made = await door.core.links.inviteAccount(caller, body)
        return accountLink(made, linkTo(door, request, 'invitation', made.token), door.core.links.areTaken)
      },
      {
        body: Inviting,
        ...described({
          ...asAdmin,
          summary: 'Invite somebody to make an account',
          answers: { 201: 'AccountLink' },
          refusals: ['forbidden', 'plan-unknown', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .get(
      '/invitations',
      async ({ caller }) => ({
        items: (await door.core.links.accountInvitations(caller)).map(accountInvitation),
        next: null,
      }),
      {
        ...described({
          ...asAdmin,
          summary: 'List open invitations to new accounts',
          answers: { 200: 'AccountInvitationList' },
          refusals: ['forbidden'],
        }),
      },
    )
    .delete(
      '/invitations/:id',
      async ({ caller, params, set }) => {
        await door.core.links.takeBackAccount(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          ...asAdmin,
          summary: 'Take an invitation to a new account back',
          answers: { 204: null },
          refusals: ['forbidden', 'invitation-unknown', 'storage-failed'],
        }),
      },
    )
