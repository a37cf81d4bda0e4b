// Accounts, members and links as the native API answers them and `--json` prints them: the schema is the type, and a
// function is named by what it returns.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { instant, iso, isoOrNull } from '../instants.ts'
import type { Account, Member } from './account.ts'
import type { MadeLink } from './links.ts'
import type { ListedAccount } from './store.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

export const RoleShape = Type.Union([Type.Literal('owner'), Type.Literal('member')])
export const AccountStateShape = Type.Union(
  [Type.Literal('active'), Type.Literal('suspended'), Type.Literal('lapsed')],
  { description: '"lapsed": what was paid for it has run out.' },
)

export const accountState = ({ state, lapsedAt }: Account): Static<typeof AccountStateShape> =>
  state === 'active' && lapsedAt !== null ? 'lapsed' : state

export const AccountShape = Type.Object({ id: text(), plan: text(), state: AccountStateShape, createdAt: instant() })

export const ListedAccountShape = Type.Object({
  id: text(),
  owner: orNull(text('The e-mail address of its first owner.')),
  plan: text(),
  state: AccountStateShape,
  members: Type.Integer(),
  createdAt: instant(),
})

export const MemberShape = Type.Object({
  id: text('A UUIDv7.'),
  email: text(),
  role: RoleShape,
  admin: Type.Boolean({ description: 'Whether this member runs the server.' }),
  createdAt: instant(),
  lastSignInAt: orNull(instant()),
})

export const LinkShape = Type.Object({
  id: text(),
  url: text('Shown this once.'),
  token: text('What stands behind the "#" of the link.'),
  expiresAt: instant(),
})

/** To a new account. */
export const AccountLinkShape = Type.Composite([
  LinkShape,
  Type.Object({
    usable: Type.Boolean({ description: 'False while registration is off: until it is on the link is refused.' }),
  }),
])

export const account = (one: Account): Static<typeof AccountShape> => ({
  id: one.id,
  plan: one.plan,
  state: accountState(one),
  createdAt: iso(one.createdAt),
})

export function listedAccount(one: ListedAccount): Static<typeof ListedAccountShape> {
  const { id, owner, plan, members, createdAt } = one
  return { id, owner, plan, state: accountState(one), members, createdAt: iso(createdAt) }
}

export function member(one: Member): Static<typeof MemberShape> {
  const { id, email, role, isAdmin, createdAt, lastSignInAt } = one
  return { id, email, role, admin: isAdmin, createdAt: iso(createdAt), lastSignInAt: isoOrNull(lastSignInAt) }
}

export const madeLink = ({ id, token, expiresAt }: MadeLink, url: string): Static<typeof LinkShape> => ({
  id,
  url,
  token,
  expiresAt: iso(expiresAt),
})

export const accountLink = (link: MadeLink, url: string, usable: boolean): Static<typeof AccountLinkShape> => ({
  ...madeLink(link, url),
  usable,
})
