// Keys as the native API answers them and `--json` prints them.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { extended } from '../extended.ts'
import { instant, iso, isoOrNull } from '../instants.ts'
import type { Key } from './key.ts'
import type { MadeKey } from './service.ts'

const text = (description?: string) => Type.String(description ? { description } : {})
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const texts = Type.Array(Type.String())

export const KeyShape = Type.Object({
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
  requests: Type.Integer({ description: 'Calls made by it.' }),
  scopes: orNull(Type.Array(Type.String(), { description: 'Null: all that its maker may do.' })),
  origins: texts,
  domains: texts,
  dialects: texts,
})

export const MadeKeyShape = extended(KeyShape, { key: text('The key itself, shown this once.') })

/** For those who see the keys of all accounts. */
export const ListedKeyShape = extended(KeyShape, {
  account: Type.Object({ id: text(), owner: orNull(text('The e-mail address of its first owner.')) }),
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

export const listedKey = (one: Key & { owner: string | null }): Static<typeof ListedKeyShape> => ({
  ...key(one),
  account: { id: one.accountId, owner: one.owner },
})

export const madeKey = ({ key: made, secret }: MadeKey): Static<typeof MadeKeyShape> => ({ ...key(made), key: secret })
