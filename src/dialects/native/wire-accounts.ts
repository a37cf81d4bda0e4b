// The shapes of accounts, members, keys and what they used: the schema is the type, and a function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Account, Invitation, Member, Session } from '../../accounts/account.ts'
import type { AccountCaller } from '../../accounts/caller.ts'
import type { MadeLink } from '../../accounts/links.ts'
import type { ListedAccount } from '../../accounts/store.ts'
import type { SwitchesNow } from '../../accounts/switches.ts'
import { iso, isoOrNull } from '../../http/instants.ts'
import type { Key } from '../../keys/key.ts'
import type { MadeKey } from '../../keys/service.ts'
import type { Block } from '../../mailboxes/blocks.ts'
import type { Plan } from '../../plans/plan.ts'
import type { DeedRow } from '../../storage/audit-trail.ts'
import type { Quota } from '../../usage/service.ts'
import type { UsageRow } from '../../usage/store.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const instant = (description?: string) => Type.String({ format: 'date-time', ...(description ? { description } : {}) })
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const whole = (description?: string) => Type.Integer(description ? { description } : {})
const limit = orNull(Type.Integer())
const ref = (name: string) => Type.Ref(`#/components/schemas/${name}`)
const listOf = <Schema extends TSchema>(items: Schema) =>
  Type.Object({ items: Type.Array(items), next: orNull(text('The cursor of the next page; null after the last.')) })
const role = Type.Union([Type.Literal('owner'), Type.Literal('member')])
const state = Type.Union([Type.Literal('active'), Type.Literal('suspended')])

const MemberShape = Type.Object({
  id: text('A UUIDv7.'),
  email: text(),
  role,
  admin: Type.Boolean({ description: 'Whether this member runs the server.' }),
  createdAt: instant(),
  lastSignInAt: orNull(instant()),
})

const SessionShape = Type.Object({
  id: text('A UUIDv7, of this sign-in.'),
  expiresAt: instant('When it ends without use.'),
  member: MemberShape,
  account: Type.Object({ id: text(), plan: text(), state }),
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
  role: orNull(role),
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

const LinkShape = Type.Object({
  id: text(),
  url: text('Shown this once.'),
  token: text('What stands behind the "#" of the link.'),
  expiresAt: instant(),
})

const KeyShape = Type.Object({
  id: text('A UUIDv7.'),
  name: text(),
  prefix: text(),
  start: text('What follows the prefix begins with this.'),
  end: text('And ends with this.'),
  maker: text('The e-mail address of who made it; "" if nobody did.'),
  createdAt: instant(),
  expiresAt: orNull(instant()),
  revokedAt: orNull(instant()),
  previousSecretUntil: orNull(instant('Until when the secret before the last rotation is good.')),
  lastUsedAt: orNull(instant('To the minute.')),
  requests: whole('Calls made by it.'),
  scopes: orNull(Type.Array(Type.String(), { description: 'Null: all that its maker may do.' })),
  origins: Type.Array(Type.String()),
  domains: Type.Array(Type.String()),
  dialects: Type.Array(Type.String()),
})

const LimitsShape = Type.Object({
  requestsPerMinute: limit,
  burst: limit,
  requestsPerDay: limit,
  requestsPerMonth: limit,
  inboxesPerDay: limit,
  activeMailboxes: limit,
  archivedMailboxes: limit,
  defaultTtlMinutes: limit,
  maxTtlMinutes: limit,
  permanentMailboxes: Type.Boolean(),
  retentionMinutes: limit,
  mailboxBytes: limit,
  mailboxMessages: limit,
  accountBytes: limit,
  keys: limit,
  keyScopes: orNull(Type.Array(Type.String())),
  members: limit,
  customDomains: limit,
  webhooks: limit,
  customLocalPart: Type.Boolean(),
  chooseDomain: Type.Boolean(),
} satisfies Record<Exclude<keyof Plan, 'name'>, TSchema>)

const AccountShape = Type.Object({
  id: text(),
  plan: text(),
  state,
  createdAt: instant(),
  limits: LimitsShape,
  used: Type.Object({
    requestsToday: whole('Calls by keys, in this day (UTC).'),
    requestsThisMonth: whole(),
    inboxesToday: whole(),
    activeMailboxes: whole(),
    archivedMailboxes: whole('Open recoverable ones included.'),
  }),
})

const UsageShape = Type.Object({
  from: instant('The beginning of the hour or day (UTC).'),
  what: text('requests, inboxes, mails, bytes, refused-mails or refused-requests.'),
  label: text('Of requests the API and the class of the status, of refusals the reason; else "".'),
  value: whole(),
})

const DeedShape = Type.Object({
  at: instant(),
  by: text('member, key, command, link or server.'),
  actor: text('An e-mail address, or the name of a key.'),
  actorId: orNull(text()),
  client: text('The IP address; "" for the command line.'),
  what: text(),
  target: text(),
  accountId: orNull(text()),
  detail: Type.Object({}, { additionalProperties: true }),
})

const ListedAccountShape = Type.Object({
  id: text(),
  owner: orNull(text('The e-mail address of its first owner.')),
  plan: text(),
  state,
  members: whole(),
  createdAt: instant(),
})

const ChangedAccountShape = Type.Object({ id: text(), plan: text(), state, createdAt: instant() })

const TopShape = Type.Array(Type.Object({ accountId: text(), value: whole() }))

const SettingsShape = Type.Object({
  developerApi: Type.Boolean(),
  registration: Type.Union([Type.Literal('off'), Type.Literal('open'), Type.Literal('invitation')]),
  dialects: Type.Record(Type.String(), Type.Boolean()),
})

const BlockShape = Type.Object({
  id: text(),
  kind: text('sender, recipient, subject or network.'),
  pattern: text(),
  note: text(),
  createdAt: instant(),
})

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
  Key: KeyShape,
  KeyList: listOf(ref('Key')),
  MadeKey: Type.Composite([KeyShape, Type.Object({ key: text('The key itself, shown this once.') })]),
  Account: AccountShape,
  Usage: UsageShape,
  UsageList: listOf(ref('Usage')),
  TotalUsage: Type.Composite([
    listOf(ref('Usage')),
    Type.Object({ top: Type.Object({ requests: TopShape, mails: TopShape, inboxes: TopShape }) }),
  ]),
  Deed: DeedShape,
  DeedList: listOf(ref('Deed')),
  ListedAccount: ListedAccountShape,
  ChangedAccount: ChangedAccountShape,
  AccountList: listOf(ref('ListedAccount')),
  Settings: SettingsShape,
  Block: BlockShape,
  BlockList: listOf(ref('Block')),
} satisfies Record<string, TSchema>

export function member(one: Member): Static<typeof MemberShape> {
  const { id, email, role, isAdmin, createdAt, lastSignInAt } = one
  return { id, email, role, admin: isAdmin, createdAt: iso(createdAt), lastSignInAt: isoOrNull(lastSignInAt) }
}

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

export function madeLink({ id, token, expiresAt }: MadeLink, url: string): Static<typeof LinkShape> {
  return { id, url, token, expiresAt: iso(expiresAt) }
}

export function key(one: Key): Static<typeof KeyShape> {
  return {
    id: one.id,
    name: one.name,
    prefix: one.prefix,
    start: one.head,
    end: one.tail,
    maker: one.maker,
    createdAt: iso(one.createdAt),
    expiresAt: isoOrNull(one.expiresAt),
    revokedAt: isoOrNull(one.revokedAt),
    previousSecretUntil: isoOrNull(one.previousUntil),
    lastUsedAt: isoOrNull(one.lastUsedAt),
    requests: one.requests,
    scopes: one.scopes && [...one.scopes],
    origins: [...one.origins],
    domains: [...one.domains],
    dialects: [...one.dialects],
  }
}

export const madeKey = ({ key: made, secret }: MadeKey) => ({ ...key(made), key: secret })

export function ownAccount(
  { account }: AccountCaller,
  { name: _, ...limits }: Plan,
  { today, month, inboxesToday }: Quota,
  { active, archived }: { active: number; archived: number },
): Static<typeof AccountShape> {
  const { id, plan, state, createdAt } = account
  return {
    id,
    plan,
    state,
    createdAt: iso(createdAt),
    limits: { ...limits, keyScopes: limits.keyScopes && [...limits.keyScopes] },
    used: {
      requestsToday: today,
      requestsThisMonth: month,
      inboxesToday,
      activeMailboxes: active,
      archivedMailboxes: archived,
    },
  }
}

type Sum = Pick<UsageRow, 'start' | 'what' | 'label' | 'value'>

export const usageList = (rows: readonly Sum[]) => ({
  items: rows.map(
    ({ start, what, label, value }): Static<typeof UsageShape> => ({ from: iso(start), what, label, value }),
  ),
  next: null,
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

export function listedAccount({
  id,
  owner,
  plan,
  state,
  members,
  createdAt,
}: ListedAccount): Static<typeof ListedAccountShape> {
  return { id, owner, plan, state, members, createdAt: iso(createdAt) }
}

export function changedAccount({ id, plan, state, createdAt }: Account): Static<typeof ChangedAccountShape> {
  return { id, plan, state, createdAt: iso(createdAt) }
}

export const settings = ({ developerApi, registration, dialects }: SwitchesNow): Static<typeof SettingsShape> => ({
  developerApi,
  registration,
  dialects: { ...dialects },
})

export function block({ id, kind, pattern, note, createdAt }: Block): Static<typeof BlockShape> {
  return { id, kind, pattern, note, createdAt: iso(createdAt) }
}
