// The shapes of sessions, invitations, the own account, usage and switches: the schema is the type, and a function is named by
// what it returns. Those of accounts, members, links and keys, which the command line prints too, are in their features.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Invitation, Session } from '../../accounts/account.ts'
import type { AccountCaller } from '../../accounts/caller.ts'
import {
  AccountLinkShape,
  AccountStateShape,
  AccountShape as ChangedAccountShape,
  LinkShape,
  ListedAccountShape,
  MemberShape,
  member,
  RoleShape,
} from '../../accounts/shown.ts'
import { Registration, type SwitchesShown } from '../../accounts/switches.ts'
import { extended } from '../../extended.ts'
import { instant, iso } from '../../instants.ts'
import { KeyShape, MadeKeyShape } from '../../keys/shown.ts'
import type { Block } from '../../mailboxes/blocks.ts'
import { PlanNumbers } from '../../plans/numbers.ts'
import type { Plan } from '../../plans/plan.ts'
import type { DeedRow } from '../../storage/audit-trail.ts'
import type { Sum } from '../../usage/jobs.ts'
import type { LatencyRow, Quota } from '../../usage/service.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const whole = (description?: string) => Type.Integer(description ? { description } : {})
const ref = (name: string) => Type.Ref(`#/components/schemas/${name}`)
const listOf = <Schema extends TSchema>(items: Schema) =>
  Type.Object({ items: Type.Array(items), next: orNull(text('The cursor of the next page; null after the last.')) })

const SessionShape = Type.Object({
  id: text('A UUIDv7, of this sign-in.'),
  expiresAt: instant('When it ends without use.'),
  member: MemberShape,
  account: Type.Object({ id: text(), plan: text(), state: AccountStateShape }),
})

const OpenSessionShape = Type.Object({
  id: text(),
  createdAt: instant(),
  lastUsedAt: instant('To the hour.'),
  expiresAt: instant(),
  client: text('The IP address that signed in.'),
  agent: text('What it said it was.'),
  current: Type.Boolean({ description: 'Whether it is the one that asks.' }),
})

const InvitationShape = Type.Object({
  id: text(),
  role: orNull(RoleShape),
  email: orNull(text('Only for this address; null: for whoever has the link.')),
  createdAt: instant(),
  expiresAt: instant(),
})

const AccountInvitationShape = Type.Object({
  id: text(),
  plan: orNull(text('Null: the default one.')),
  email: orNull(text('Only for this address; null: for whoever has the link.')),
  createdAt: instant(),
  expiresAt: instant(),
})

const AccountShape = Type.Object({
  id: text(),
  plan: text(),
  state: AccountStateShape,
  createdAt: instant(),
  limits: PlanNumbers,
  used: Type.Object({
    requestsThisMinute: whole('Calls by keys of which the burst is not made up for yet.'),
    requestsToday: whole('Calls by keys, in this day (UTC).'),
    requestsThisMonth: whole(),
    inboxesToday: whole(),
    activeMailboxes: whole(),
    archivedMailboxes: whole('Open recoverable ones included.'),
    bytes: whole('Of mail, in all open mailboxes.'),
  }),
})

const UsageShape = Type.Object({
  from: instant('The beginning of the hour, day, week or month (UTC).'),
  what: text(
    'requests, inboxes, mails, bytes, refused-mails or refused-requests; of all accounts together also storage: the most bytes that the database held.',
  ),
  label: text('Of requests the API and the class of the status, of refusals the reason; else "".'),
  value: whole(),
})

const DeedShape = Type.Object({
  at: instant(),
  by: text('member, key, command, link, server, or stranger: who tried to sign in, or a link that was refused.'),
  actor: text('An e-mail address, or the name of a key.'),
  actorId: orNull(text()),
  client: text('The IP address; "" for the command line.'),
  what: text(),
  target: text(),
  accountId: orNull(text()),
  detail: Type.Object({}, { additionalProperties: true }),
})

const TopShape = Type.Array(
  Type.Object({
    accountId: text(),
    owner: orNull(text('The e-mail address of its first owner; null for one that is gone.')),
    value: whole(),
  }),
)

const LatencyShape = Type.Object({
  from: instant('The beginning of the hour, day, week or month (UTC).'),
  api: orNull(text('Null: all of them together.')),
  requests: whole('That were timed: neither waits for mail nor live streams.'),
  p50: Type.Number({ description: 'Milliseconds in which half of them were answered.' }),
  p90: Type.Number(),
  p99: Type.Number(),
})

const SettingsShape = Type.Object({
  developerApi: Type.Boolean(),
  registration: Registration,
  dialects: Type.Record(Type.String(), Type.Boolean()),
  changed: Type.Array(Type.String(), {
    description: 'Those that were set here and win over the config, such as `registration` or `dialects.mailcx`.',
  }),
})

const BlockShape = Type.Object({
  id: text(),
  kind: text('sender, recipient, subject or network.'),
  pattern: text(),
  note: text(),
  createdAt: instant(),
})

const SeenAccountShape = extended(AccountShape, { owner: orNull(text('The e-mail address of its first owner.')) })

/** What the document calls them. */
export const accountSchemas = {
  Member: MemberShape,
  MemberList: listOf(ref('Member')),
  Session: SessionShape,
  OpenSession: OpenSessionShape,
  SessionList: listOf(ref('OpenSession')),
  Invitation: InvitationShape,
  InvitationList: listOf(ref('Invitation')),
  AccountInvitation: AccountInvitationShape,
  AccountInvitationList: listOf(ref('AccountInvitation')),
  Link: LinkShape,
  AccountLink: AccountLinkShape,
  Key: KeyShape,
  KeyList: listOf(ref('Key')),
  MadeKey: MadeKeyShape,
  Account: AccountShape,
  SeenAccount: SeenAccountShape,
  Usage: UsageShape,
  UsageList: listOf(ref('Usage')),
  TotalUsage: extended(listOf(ref('Usage')), {
    latency: Type.Array(LatencyShape),
    top: Type.Object({ requests: TopShape, mails: TopShape, inboxes: TopShape }),
  }),
  Deed: DeedShape,
  DeedList: listOf(ref('Deed')),
  ListedAccount: ListedAccountShape,
  ChangedAccount: ChangedAccountShape,
  AccountList: listOf(ref('ListedAccount')),
  Settings: SettingsShape,
  Block: BlockShape,
  BlockList: listOf(ref('Block')),
} satisfies Record<string, TSchema>

export function signedIn({ account, member: who }: AccountCaller, session: Session): Static<typeof SessionShape> {
  if (!who) throw new Error('nobody is signed in without a member')
  const { id, plan, state } = account
  return { id: session.id, expiresAt: iso(session.expiresAt), member: member(who), account: { id, plan, state } }
}

/** `present`: the session that asks. */
export function openSession(one: Session, present: string | null): Static<typeof OpenSessionShape> {
  const { id, createdAt, lastUsedAt, expiresAt, client, agent } = one
  const times = { createdAt: iso(createdAt), lastUsedAt: iso(lastUsedAt), expiresAt: iso(expiresAt) }
  return { id, ...times, client, agent, current: id === present }
}

export function invitation({ id, role, email, createdAt, expiresAt }: Invitation): Static<typeof InvitationShape> {
  return { id, role, email, createdAt: iso(createdAt), expiresAt: iso(expiresAt) }
}

export function accountInvitation({
  id,
  plan,
  email,
  createdAt,
  expiresAt,
}: Invitation): Static<typeof AccountInvitationShape> {
  return { id, plan, email, createdAt: iso(createdAt), expiresAt: iso(expiresAt) }
}

/** What a plan allows. */
export const limits = ({ name: _, prices: _prices, ...numbers }: Plan): Static<typeof PlanNumbers> => ({
  ...numbers,
  keyScopes: numbers.keyScopes && [...numbers.keyScopes],
})

export function ownAccount(
  { account }: AccountCaller,
  ofPlan: Plan,
  { minute, today, month, inboxesToday }: Quota,
  { active, archived }: { active: number; archived: number },
  bytes: number,
): Static<typeof AccountShape> {
  const { id, plan, state, createdAt } = account
  return {
    id,
    plan,
    state,
    createdAt: iso(createdAt),
    limits: limits(ofPlan),
    used: {
      requestsThisMinute: minute,
      requestsToday: today,
      requestsThisMonth: month,
      inboxesToday,
      activeMailboxes: active,
      archivedMailboxes: archived,
      bytes,
    },
  }
}

export const usageList = (rows: readonly Sum[]) => ({
  items: rows.map(
    ({ start, what, label, value }): Static<typeof UsageShape> => ({ from: iso(start), what, label, value }),
  ),
  next: null,
})

type Top = { accountId: string; owner: string | null; value: number }

export const totalUsage = (
  { sums, latency }: { sums: readonly Sum[]; latency: readonly LatencyRow[] },
  top: Record<'requests' | 'mails' | 'inboxes', Top[]>,
) => ({
  ...usageList(sums),
  latency: latency.map(
    ({ start, api, requests, p50, p90, p99 }): Static<typeof LatencyShape> => ({
      from: iso(start),
      api,
      requests,
      p50,
      p90,
      p99,
    }),
  ),
  top,
})

export function deed({
  at,
  by,
  actor,
  actorId,
  client,
  what,
  target,
  accountId,
  detail,
}: DeedRow): Static<typeof DeedShape> {
  return { at: iso(at), by, actor, actorId, client, what, target, accountId, detail }
}

export const settings = ({
  developerApi,
  registration,
  dialects,
  changed,
}: SwitchesShown): Static<typeof SettingsShape> => ({
  developerApi,
  registration,
  dialects: { ...dialects },
  changed: [...changed],
})

export function block({ id, kind, pattern, note, createdAt }: Block): Static<typeof BlockShape> {
  return { id, kind, pattern, note, createdAt: iso(createdAt) }
}
