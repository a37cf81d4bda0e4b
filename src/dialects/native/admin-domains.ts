// Domains of all accounts, for the operator.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Caller } from '../../accounts/caller.ts'
import type { CustomDomain } from '../../domains/domain.ts'
import { listedDomain, report } from '../../domains/shown.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput } from '../../http/input.ts'
import { Listing } from './account.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { Removal } from './domains.ts'
import { pageOf } from './page.ts'

const Verifying = bodyInput(
  Type.Object({
    byHand: Type.Boolean({ default: false, description: "Whether your word stands for the domain's records." }),
  }),
)

const asAdmin = { tag: 'admin', credential: 'required' } as const

export const adminDomainRoutes = (door: Door) => {
  const shown = async (caller: Caller, one: CustomDomain) => {
    const { domains, accounts } = door.core
    return listedDomain(domains.describe(one), await accounts.ownerOf(caller, one.accountId))
  }
  return new Elysia({ prefix: `${prefix}/admin` })
    .use(keyed(door))
    .get(
      '/domains',
      async ({ caller, query }) => {
        const page = await pageOf(door, 'domains', caller, query, {
          read: ({ after, limit }) => door.core.domains.listAll(caller, { after, limit }),
          show: (one) => one,
          oldestFirst: true,
        })
        return { ...page, items: await Promise.all(page.items.map((one) => shown(caller, one))) }
      },
      {
        query: Listing,
        ...described({
          ...asAdmin,
          summary: "List all accounts' domains",
          answers: { 200: 'ListedDomainList' },
          refusals: ['forbidden', 'invalid-cursor'],
        }),
      },
    )
    .post(
      '/domains/:domain/verify',
      async ({ caller, params, body }) => {
        const { domains } = door.core
        const how = body.byHand ? domains.vouch(caller, params.domain) : domains.verifyAny(caller, params.domain)
        return shown(caller, await how)
      },
      {
        body: Verifying,
        ...described({
          ...asAdmin,
          summary: "Look at a domain's records now, or vouch for them",
          description: 'Of a name that several accounts want, say the id.',
          answers: { 200: 'ListedDomain' },
          refusals: ['forbidden', 'domain-unknown', 'domain-elsewhere', 'storage-failed'],
        }),
      },
    )
    .get(
      '/domains/:domain/doctor',
      async ({ caller, params }) => report(await door.core.domains.examineAny(caller, params.domain, true)),
      {
        ...described({
          ...asAdmin,
          summary: "Look at all that the mail of an account's domain needs on its way here",
          description: 'As often as it is asked for. Of a name that several accounts want, say the id.',
          answers: { 200: 'DomainReport' },
          refusals: ['forbidden', 'domain-unknown'],
        }),
      },
    )
    .delete(
      '/domains/:domain',
      async ({ caller, params, query, set }) => {
        await door.core.domains.removeAny(caller, params.domain, query.confirm)
        set.status = 204
      },
      {
        query: Removal,
        ...described({
          ...asAdmin,
          summary: "Remove an account's domain, and end its mailboxes",
          answers: { 204: null },
          refusals: ['forbidden', 'domain-unknown', 'confirmation-needed', 'storage-failed'],
        }),
      },
    )
}
