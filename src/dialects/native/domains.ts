// Domains of the caller's account: what it is to set, how they stand, and who takes their mail.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { type CustomDomain, customAccesses } from '../../domains/domain.ts'
import { domain, report } from '../../domains/shown.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'

const Access = Type.Union(
  customAccesses.map((access) => Type.Literal(access)),
  { description: '"private" (the usual one): every address takes mail; "claimed": only opened mailboxes do.' },
)
const Adding = bodyInput(
  Type.Object({
    name: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Such as example.com; *.example.com for all of its subdomains.',
    }),
    access: Type.Optional(Access),
  }),
)
const Change = bodyInput(
  Type.Object({
    access: Type.Optional(Access),
    catchAll: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 320 }), Type.Null()], {
        description:
          "The id or address of one of the account's mailboxes, for mail to addresses without one; null: none.",
      }),
    ),
  }),
)
export const Removal = queryInput(
  Type.Object({
    confirm: Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      default: 0,
      description: 'How many mailboxes may end with it. Where they are more, the refusal says how many.',
    }),
  }),
)

const tag = 'domains'
const credential = 'required'

export const domainRoutes = (door: Door) => {
  const shown = (one: CustomDomain) => domain(door.core.domains.describe(one))
  return new Elysia({ prefix })
    .use(keyed(door))
    .get(
      '/domains',
      async ({ caller }) => ({
        items: (await door.core.domains.list(caller)).map(shown),
        next: null,
      }),
      {
        ...described({
          summary: "List the account's domains",
          description: 'All of them, oldest first.',
          tag,
          credential,
          answers: { 200: 'DomainList' },
          refusals: ['forbidden'],
        }),
      },
    )
    .post(
      '/domains',
      async ({ caller, body: { name, ...wish }, set }) => {
        set.status = 201
        return shown(await door.core.domains.add(caller, name, wish))
      },
      {
        body: Adding,
        ...described({
          summary: 'Add a domain',
          description:
            'Its records are looked for soon and often at first, then ever less. Once they are found, mail is taken.',
          tag,
          credential,
          answers: { 201: 'Domain' },
          refusals: ['forbidden', 'domain-taken', 'quota-exceeded', 'storage-failed'],
        }),
      },
    )
    .get('/domains/:domain', async ({ caller, params }) => shown(await door.core.domains.get(caller, params.domain)), {
      ...described({
        summary: 'Show a domain',
        description: 'By its id or its name.',
        tag,
        credential,
        answers: { 200: 'Domain' },
        refusals: ['domain-unknown', 'forbidden'],
      }),
    })
    .patch(
      '/domains/:domain',
      async ({ caller, params, body }) => shown(await door.core.domains.change(caller, params.domain, body)),
      {
        body: Change,
        ...described({
          summary: "Change which addresses take a domain's mail",
          tag,
          credential,
          answers: { 200: 'Domain' },
          refusals: ['domain-unknown', 'mailbox-unknown', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/domains/:domain',
      async ({ caller, params, query, set }) => {
        await door.core.domains.remove(caller, params.domain, query.confirm)
        set.status = 204
      },
      {
        query: Removal,
        ...described({
          summary: 'Remove a domain, and end its mailboxes',
          tag,
          credential,
          answers: { 204: null },
          refusals: ['domain-unknown', 'confirmation-needed', 'forbidden', 'storage-failed'],
        }),
      },
    )
    .post(
      '/domains/:domain/verify',
      async ({ caller, params }) => shown(await door.core.domains.verify(caller, params.domain)),
      {
        ...described({
          summary: "Look at a domain's records now",
          description: 'So often a minute. Where this server asks no name server, the domain as it is.',
          tag,
          credential,
          answers: { 200: 'Domain' },
          refusals: ['domain-unknown', 'forbidden', 'rate-exceeded', 'storage-failed'],
        }),
      },
    )
    .get(
      '/domains/:domain/doctor',
      async ({ caller, params }) => report(await door.core.domains.examine(caller, params.domain)),
      {
        ...described({
          summary: "Look at all that a domain's mail needs on its way here",
          description:
            'Says for each check what was asked, what was answered and how to mend it, within 15 seconds; it changes nothing. So often a minute, together with `verify`.',
          tag,
          credential,
          answers: { 200: 'DomainReport' },
          refusals: ['domain-unknown', 'forbidden', 'rate-exceeded'],
        }),
      },
    )
}
