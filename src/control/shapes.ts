// What verbs about accounts and keys answer: as the native API does, since `--json` prints it.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Account, Member } from '../accounts/account.ts'
import type { MadeLink } from '../accounts/links.ts'
import type { ListedAccount } from '../accounts/store.ts'
import type { Key } from '../keys/key.ts'
import type { MadeKey } from '../keys/service.ts'

const text = Type.String()
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const state = Type.Union([Type.Literal('active'), Type.Literal('suspended')])
const texts = Type.Array(text)

export const AccountShape = Type.Object({ id: text, plan: text, state, createdAt: text })

export const ListedAccountShape = Type.Object({
  id: text,
  owner: orNull(text),
  plan: text,
  state,
  members: Type.Integer(),
  createdAt: text,
})

export const MemberShape = Type.Object({
  id: text,
  email: text,
  role: Type.Union([Type.Literal('owner'), Type.Literal('member')]),
  admin: Type.Boolean(),
  createdAt: text,
  lastSignInAt: orNull(text),
})

export const LinkShape = Type.Object({ id: text, url: text, token: text, expiresAt: text })

export const KeyShape = Type.Object({
  id: text,
  name: text,
  prefix: text,
  start: text,
  end: text,
  maker: text,
  createdAt: text,
  expiresAt: orNull(text),
  revokedAt: orNull(text),
  previousSecretUntil: orNull(text),
  lastUsedAt: orNull(text),
  requests: Type.Integer(),
  scopes: orNull(texts),
  origins: texts,
  domains: texts,
  dialects: texts,
})

/** With the secret, which is shown this once. */
export const MadeKeyShape = Type.Composite([KeyShape, Type.Object({ key: text })])

export const listOf = <Shape extends TSchema>(shape: Shape) => Type.Object({ items: Type.Array(shape) })

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))

export const account = ({ id, plan, state, createdAt }: Account): Static<typeof AccountShape> => ({
  id,
  plan,
  state,
  createdAt: iso(createdAt),
})

export const listedAccount = ({
  id,
  owner,
  plan,
  state,
  members,
  createdAt,
}: ListedAccount): Static<typeof ListedAccountShape> => ({ id, owner, plan, state, members, createdAt: iso(createdAt) })

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

export const madeKey = ({ key: made, secret }: MadeKey): Static<typeof MadeKeyShape> => ({ ...key(made), key: secret })
