// What commands do to keys.
import { type TSchema, Type } from '@sinclair/typebox'
import { operator } from '../accounts/caller.ts'
import { prefixes } from '../keys/key.ts'
import { KeyShape, key, ListedKeyShape, listedKey, MadeKeyShape, madeKey } from '../keys/shown.ts'
import { scopes } from '../plans/plan.ts'
import { all, listOf } from './pages.ts'
import { type Ground, verb } from './verb.ts'

const only = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })
const text = Type.String({ maxLength: 1024 })
const texts = Type.Optional(Type.Array(text))

/** `expiresAt`: epoch milliseconds; null: never. `scopes`: null: all. */
const changeable = {
  name: Type.Optional(text),
  expiresAt: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  scopes: Type.Optional(Type.Union([Type.Array(Type.Union(scopes.map((one) => Type.Literal(one)))), Type.Null()])),
  origins: texts,
  domains: texts,
  dialects: texts,
}

type Needs = Pick<Ground, 'keys'>

export const keyVerbs = {
  /** Refuses: as Keys.createFor. */
  'key-create': verb({
    input: only({
      email: text,
      ...changeable,
      prefix: Type.Optional(Type.Union(prefixes.map((one) => Type.Literal(one)))),
    }),
    output: MadeKeyShape,
    run: async ({ keys }: Needs, { email, ...wish }) => madeKey(await keys.createFor(operator, email, wish)),
  }),
  /** Of the account that `email` names (Accounts.named), or of all. Refuses: account-unknown. */
  'key-list': verb({
    input: only({ email: Type.Optional(text) }),
    output: listOf(ListedKeyShape),
    run: async ({ accounts, keys }: Pick<Ground, 'accounts' | 'keys'>, { email }, signal) => {
      const accountId = email === undefined ? null : (await accounts.named(operator, email)).id
      const items = await all((page) => keys.listFor(operator, accountId, page), signal)
      return { items: items.map(listedKey) }
    },
  }),
  /** Refuses: as Keys.change. */
  'key-set': verb({
    input: only({ id: text, ...changeable }),
    output: KeyShape,
    run: async ({ keys }: Needs, { id, ...wish }) => key(await keys.change(operator, id, wish)),
  }),
  /** Refuses: as Keys.rotate. */
  'key-rotate': verb({
    input: only({ id: text, overlapHours: Type.Number() }),
    output: MadeKeyShape,
    run: async ({ keys }: Needs, { id, overlapHours }) => madeKey(await keys.rotate(operator, id, { overlapHours })),
  }),
  /** Refuses: key-unknown. */
  'key-revoke': verb({
    input: only({ id: text }),
    output: Type.Object({}),
    run: async ({ keys }: Needs, { id }) => {
      await keys.revoke(operator, id)
      return {}
    },
  }),
}
