// What commands do to accounts. Each speaks of the account of the member with an e-mail address.
import { type TSchema, Type } from '@sinclair/typebox'
import { operator } from '../accounts/caller.ts'
import {
  AccountLinkShape,
  AccountShape,
  account,
  accountLink,
  LinkShape,
  ListedAccountShape,
  listedAccount,
  MemberShape,
  madeLink,
  member,
} from '../accounts/shown.ts'
import { linkTo } from './links.ts'
import { all, listOf } from './pages.ts'
import { type Ground, verb } from './verb.ts'

const email = Type.String({ maxLength: 1024 })
const plan = Type.String({ maxLength: 1024 })
const password = Type.String({ maxLength: 4096 })
const only = <Fields extends Record<string, TSchema>>(fields: Fields) =>
  Type.Object(fields, { additionalProperties: false })

type Needs = Pick<Ground, 'accounts'>

export const accountVerbs = {
  /** Refuses: as Accounts.create. */
  'account-create': verb({
    input: only({ email, plan: Type.Optional(plan), password: Type.Optional(password), admin: Type.Boolean() }),
    output: AccountShape,
    run: async ({ accounts }: Needs, wish) => account((await accounts.create(operator, wish)).account),
  }),
  'account-list': verb({
    input: only({}),
    output: listOf(ListedAccountShape),
    run: async ({ accounts }: Needs, _, signal) => {
      const items = await all((page) => accounts.list(operator, page), signal)
      return { items: items.map(listedAccount) }
    },
  }),
  /** Refuses: account-unknown, plan-unknown. */
  'account-set': verb({
    input: only({ email, plan }),
    output: AccountShape,
    run: async (ground: Needs, wish) =>
      account(
        await ground.accounts.setPlan(operator, (await ground.accounts.named(operator, wish.email)).id, wish.plan),
      ),
  }),
  /** Refuses: account-unknown, invalid-request. */
  'account-password': verb({
    input: only({ email, password }),
    output: MemberShape,
    run: async ({ accounts, signIns }: Pick<Ground, 'accounts' | 'signIns'>, wish) => {
      const found = await accounts.byOwner(operator, wish.email)
      await signIns.setPassword(operator, found.member.id, wish.password)
      return member(found.member)
    },
  }),
  /** Refuses: account-unknown. */
  'account-password-link': verb({
    input: only({ email }),
    output: LinkShape,
    run: async ({ accounts, links, pageUrl }: Pick<Ground, 'accounts' | 'links' | 'pageUrl'>, wish) => {
      const found = await accounts.byOwner(operator, wish.email)
      const made = await links.passwordLink(operator, found.member.id)
      return madeLink(made, linkTo(pageUrl, 'password', made.token))
    },
  }),
  /** Refuses: as Links.inviteAccount. */
  'account-invite': verb({
    input: only({ email: Type.Optional(email), plan: Type.Optional(plan) }),
    output: AccountLinkShape,
    run: async ({ links, pageUrl }: Pick<Ground, 'links' | 'pageUrl'>, wish) => {
      const made = await links.inviteAccount(operator, wish)
      return accountLink(made, linkTo(pageUrl, 'invitation', made.token), links.areTaken)
    },
  }),
  /** Refuses: account-unknown. */
  'account-suspend': verb({
    input: only({ email }),
    output: AccountShape,
    run: async (ground: Needs, wish) =>
      account(
        await ground.accounts.setSuspended(operator, (await ground.accounts.named(operator, wish.email)).id, true),
      ),
  }),
  /** Refuses: account-unknown. */
  'account-resume': verb({
    input: only({ email }),
    output: AccountShape,
    run: async (ground: Needs, wish) =>
      account(
        await ground.accounts.setSuspended(operator, (await ground.accounts.named(operator, wish.email)).id, false),
      ),
  }),
  /** Refuses: account-unknown. */
  'account-delete': verb({
    input: only({ email }),
    output: Type.Object({}),
    run: async (ground: Needs, wish) => {
      await ground.accounts.delete(operator, (await ground.accounts.named(operator, wish.email)).id)
      return {}
    },
  }),
}
