// The operator's own routes: totals, refused mails, the audit trail, switches and rules. Who is no admin is told so.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Caller } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { blockKinds } from '../../mailboxes/block-rules.ts'
import type { DeedRow } from '../../storage/audit-trail.ts'
import { Listing } from './account.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Cursor, Limit } from './input.ts'
import { pageOf } from './page.ts'
import { refusedMail } from './wire.ts'
import { block, deed, settings, totalUsage } from './wire-accounts.ts'

const Using = queryInput(
  Type.Object({
    span: Type.Union(
      (['hour', 'day', 'week', 'month'] as const).map((span) => Type.Literal(span)),
      { default: 'hour', description: 'By the hour for two days; by the day, week or month for a year.' },
    ),
    periods: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 366, description: 'Of these the last so many, the present one included.' }),
    ),
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

const instant = (description: string) => Type.Optional(Type.String({ format: 'date-time', maxLength: 40, description }))
const Auditing = queryInput(
  Type.Object({
    limit: Limit,
    cursor: Cursor,
    actor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 254, description: 'A part of who did it, in any case, or his whole id.' }),
    ),
    what: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'What was done, or how it begins: "key" or "key.revoked".',
      }),
    ),
    account: Type.Optional(
      Type.String({ minLength: 1, maxLength: 36, description: 'The id of whose account it concerns.' }),
    ),
    since: instant('Only what was done at or after this instant.'),
    until: instant('Only what was done before this instant.'),
  }),
)

const asAdmin = { tag: 'admin', credential: 'required' } as const
const top = 10

export const adminRoutes = (door: Door) =>
  new Elysia({ prefix: `${prefix}/admin` })
    .use(keyed(door))
    .get(
      '/usage',
      async ({ caller, query: { span, days, periods = null } }) => {
        const { usage, accounts } = door.core
        const found = await usage.ofAll(caller, span, periods)
        const best = await usage.top(caller, { days, limit: top })
        const named = (some: { accountId: string; value: number }[]) =>
          Promise.all(some.map(async (one) => ({ ...one, owner: await accounts.ownerOf(caller, one.accountId) })))
        const [requests, mails, inboxes] = await Promise.all([
          named(best.requests),
          named(best.mails),
          named(best.inboxes),
        ])
        return totalUsage(found, { requests, mails, inboxes })
      },
      {
        query: Using,
        ...described({
          ...asAdmin,
          summary: 'Show what was used in all, and by whom most',
          answers: { 200: 'TotalUsage' },
          refusals: ['forbidden', 'too-busy', 'took-too-long'],
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
          read: ({ before, limit }) => findDeeds(door, caller, query, { before, limit }),
          show: deed,
          scope: JSON.stringify(['all', query.actor, query.what, query.account, query.since, query.until]),
        }),
      {
        query: Auditing,
        ...described({
          ...asAdmin,
          summary: 'Show who did what',
          description: 'Newest first.',
          answers: { 200: 'DeedList' },
          refusals: ['forbidden', 'invalid-cursor', 'too-busy', 'took-too-long'],
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

type Meant = Record<'actor' | 'what' | 'account' | 'since' | 'until', string | undefined>

/** All of them need no search. */
function findDeeds(
  { core: { usage } }: Door,
  caller: Caller,
  { actor, what, account, since, until }: Partial<Meant>,
  page: { before: number; limit: number },
): Promise<DeedRow[]> {
  const at = (text: string | undefined): number | null => (text === undefined ? null : Date.parse(text))
  const meant = {
    actor: actor ?? null,
    what: what ?? null,
    accountId: account ?? null,
    since: at(since),
    until: at(until),
  }
  if (Object.values(meant).every((one) => one === null)) return usage.deeds(caller, { ...page, everybody: true })
  return usage.deedsFound(caller, { ...meant, ...page })
}
