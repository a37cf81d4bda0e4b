// The operator's own routes: accounts, totals, switches and rules. Who is no admin is told so.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { account, accountLink, listedAccount } from '../../accounts/shown.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { linkTo } from '../../http/links.ts'
import { blockKinds } from '../../mailboxes/block-rules.ts'
import { Listing, Span } from './account.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { pageOf } from './page.ts'
import { Email, Password } from './sessions.ts'
import { refusedMail } from './wire.ts'
import { accountInvitation, block, deed, settings, usageList } from './wire-accounts.ts'

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
const Inviting = bodyInput(Type.Object({ plan: Type.Optional(Plan), email: Type.Optional(Email) }))
const Using = queryInput(
  Type.Object({
    span: Span,
    days: Type.Integer({
      minimum: 1,
      maximum: 366,
      default: 7,
      description: 'Over how many days the top accounts are.',
    }),
  }),
)
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const Switch = Type.Optional(orNull(Type.Boolean()))
const Switching = bodyInput(
  Type.Object({
    developerApi: Type.Optional(orNull(Type.Boolean({ description: 'Null: as in the config.' }))),
    registration: Type.Optional(
      Type.Union([Type.Literal('off'), Type.Literal('open'), Type.Literal('invitation'), Type.Null()]),
    ),
    dialects: Type.Optional(
      Type.Object(
        {
          run2mail: Switch,
          dustmail: Switch,
          minutemail: Switch,
          mailcx: Switch,
          mailfade: Switch,
        },
        { description: 'Whether each is on. The native API always is.' },
      ),
    ),
  }),
)
const patternText = [
  'A sender or recipient: an address, or a domain for all of its addresses; of a sender also "<>", the empty one that bounces have.',
  'A subject: a part of it, in any case.',
  'A network: a CIDR or an address.',
  'In all but networks "*" stands for any text, and then the pattern must fit the whole of the address, domain or subject: "*pills*" is a part, "*pills" the end. Without "*" an address or domain must fit as a whole, too.',
].join(' ')
const Blocking = bodyInput(
  Type.Object({
    kind: Type.Union(blockKinds.map((kind) => Type.Literal(kind))),
    pattern: Type.String({ minLength: 1, maxLength: 320, description: patternText }),
    note: Type.Optional(Type.String({ maxLength: 200 })),
  }),
)

const asAdmin = { tag: 'admin', credential: 'required' } as const
const top = 10

export const adminRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/admin` })
    .use(keyed(door))
    .get(
      '/accounts',
      ({ caller, query }) =>
        pageOf(door, 'accounts', caller, query, {
          read: ({ after, limit }) => door.core.accounts.list(caller, { after, limit }),
          show: listedAccount,
          oldestFirst: true,
        }),
      {
        query: Listing,
        ...described({
          ...asAdmin,
          summary: 'List accounts',
          answers: { 200: 'AccountList' },
          refusals: ['forbidden', 'invalid-cursor'],
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
    .get(
      '/usage',
      async ({ caller, query: { span, days } }) => {
        const { usage } = door.core
        const rows = await usage.ofAll(caller, span)
        return { ...usageList(rows), top: await usage.top(caller, { days, limit: top }) }
      },
      {
        query: Using,
        ...described({
          ...asAdmin,
          summary: 'Show what was used in all, and by whom most',
          answers: { 200: 'TotalUsage' },
          refusals: ['forbidden'],
        }),
      },
    )
    .get(
      '/refusals',
      ({ caller, query }) =>
        pageOf(door, 'refusals', caller, query, {
          read: ({ before, limit }) => door.core.usage.allRefusals(caller, { before, limit }),
          show: refusedMail,
          scope: 'all',
        }),
      {
        query: Listing,
        ...described({
          ...asAdmin,
          summary: 'List all refused mails',
          answers: { 200: 'RefusedMailList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .get(
      '/audit',
      ({ caller, query }) =>
        pageOf(door, 'audit', caller, query, {
          read: ({ before, limit }) => door.core.usage.deeds(caller, { before, limit, everybody: true }),
          show: deed,
          scope: 'all',
        }),
      {
        query: Listing,
        ...described({
          ...asAdmin,
          summary: 'Show who did what',
          answers: { 200: 'DeedList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .get('/settings', ({ caller }) => settings(door.core.switches.shown(caller)), {
      ...described({
        ...asAdmin,
        summary: 'Show the switches',
        answers: { 200: 'Settings' },
        refusals: ['forbidden'],
      }),
    })
    .patch('/settings', async ({ caller, body }) => settings(await door.core.switches.set(caller, body)), {
      body: Switching,
      ...described({
        ...asAdmin,
        summary: 'Set switches',
        description: 'In force at once, and kept; null sets one back to what the config says.',
        answers: { 200: 'Settings' },
        refusals: ['forbidden', 'storage-failed'],
      }),
    })
    .get('/blocks', ({ caller }) => ({ items: door.core.blocks.list(caller).map(block), next: null }), {
      ...described({
        ...asAdmin,
        summary: 'List rules for mail that is refused',
        answers: { 200: 'BlockList' },
        refusals: ['forbidden'],
      }),
    })
    .post(
      '/blocks',
      async ({ caller, body, set }) => {
        set.status = 201
        return block(await door.core.blocks.add(caller, body))
      },
      {
        body: Blocking,
        ...described({
          ...asAdmin,
          summary: 'Refuse mail',
          description:
            'By sender, recipient, subject or network; what a pattern means is said at its field. In force at once, and mail is refused where it says enough: at connecting, MAIL, RCPT or after the header.',
          answers: { 201: 'Block' },
          refusals: ['forbidden', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/blocks/:id',
      async ({ caller, params, set }) => {
        await door.core.blocks.remove(caller, params.id)
        set.status = 204
      },
      {
        ...described({
          ...asAdmin,
          summary: 'Take a rule back',
          answers: { 204: null },
          refusals: ['forbidden', 'block-unknown', 'storage-failed'],
        }),
      },
    )
