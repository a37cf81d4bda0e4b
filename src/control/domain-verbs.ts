// What commands do to the domains of accounts.
import { type TSchema, Type } from '@sinclair/typebox'
import { operator } from '../accounts/caller.ts'
import { CannotDo } from '../cannot-do.ts'
import { type CustomDomain, customAccesses } from '../domains/domain.ts'
import { DomainReportShape, ListedDomainShape, listedDomain, report } from '../domains/shown.ts'
import { all, listOf } from './pages.ts'
import { type Ground, verb } from './verb.ts'

const only = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })
const text = Type.String({ maxLength: 1024 })

type Needs = Pick<Ground, 'accounts' | 'domains'>

const shown = async ({ accounts, domains }: Needs, one: CustomDomain) =>
  listedDomain(domains.describe(one), await accounts.ownerOf(operator, one.accountId))

/** Of the member with this e-mail address; without one, of the only account that there is. Throws CannotDo. */
async function accountOf({ accounts }: Needs, email: string | undefined): Promise<string> {
  if (email !== undefined) return (await accounts.byOwner(operator, email)).account.id
  const [only, ...more] = await accounts.list(operator, { after: 0, limit: 2 })
  if (only && more.length === 0) return only.id
  throw new CannotDo('say whose domain it is with --account E: see mayfly account list')
}

export const domainVerbs = {
  /** Refuses: account-unknown; as Domains.addFor. */
  'domain-add': verb({
    input: only({
      name: text,
      email: Type.Optional(text),
      access: Type.Optional(Type.Union(customAccesses.map((one) => Type.Literal(one)))),
    }),
    output: ListedDomainShape,
    run: async (ground: Needs, { name, email, access }) => {
      const accountId = await accountOf(ground, email)
      return shown(ground, await ground.domains.addFor(operator, accountId, name, { access }))
    },
  }),
  /** Of the account of the member with this e-mail address, or of all. Refuses: account-unknown. */
  'domain-list': verb({
    input: only({ email: Type.Optional(text) }),
    output: listOf(ListedDomainShape),
    run: async (ground: Needs, { email }, signal) => {
      const accountId = email === undefined ? null : await accountOf(ground, email)
      const found = await all((page) => ground.domains.listAll(operator, page), signal)
      const meant = found.filter((one) => accountId === null || one.accountId === accountId)
      return { items: await Promise.all(meant.map((one) => shown(ground, one))) }
    },
  }),
  /** Refuses: as Domains.verifyAny, Domains.vouch. */
  'domain-verify': verb({
    input: only({ name: text, byHand: Type.Boolean() }),
    output: ListedDomainShape,
    run: async (ground: Needs, { name, byHand }) => {
      const { domains } = ground
      return shown(ground, await (byHand ? domains.vouch(operator, name) : domains.verifyAny(operator, name)))
    },
  }),
  /** Refuses: as Domains.examineAny. */
  'domain-doctor': verb({
    input: only({ name: text }),
    output: DomainReportShape,
    run: async ({ domains, isServing }: Pick<Ground, 'domains' | 'isServing'>, { name }) =>
      report(await domains.examineAny(operator, name, isServing)),
  }),
  /** `most`: so many mailboxes may end with it; null: any number. Refuses: as Domains.removeAny. */
  'domain-remove': verb({
    input: only({ name: text, most: Type.Union([Type.Integer(), Type.Null()]) }),
    output: Type.Object({}),
    run: async ({ domains }: Needs, { name, most }) => {
      await domains.removeAny(operator, name, most)
      return {}
    },
  }),
}
