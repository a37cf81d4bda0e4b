// The Pro API: what an account does by its key, as Mail.cx speaks of it.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { newPassword } from './accounts.ts'
import { always, done, mostListed, pro } from './base.ts'
import { paths } from './errors.ts'
import { type MessagePages, Page } from './messages.ts'
import { account } from './wire.ts'
import { domainList, madeDomain, madeToken, tokenList, verification } from './wire-pro.ts'

const Password = looseBody(Type.Object({ password: newPassword() }))
const NewDomain = looseBody(
  Type.Object({ domain: Type.String({ minLength: 1, maxLength: 253, description: 'Such as example.com.' }) }),
)
const NewToken = looseBody(Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }) }))

const known = { ...always, 404: ['not_found'] }

export const proAccountRoutes = (door: Door, pages: MessagePages) =>
  new Elysia()
    .use(pro(door))
    .get(
      '/pro/api/accounts',
      async ({ caller }) => {
        const { mailboxes, usage } = door.core
        const page = { state: 'active', before: Number.MAX_SAFE_INTEGER, limit: mostListed } as const
        const quota = usage.planOf(caller).mailboxBytes
        return { accounts: (await mailboxes.list(caller, page)).map((one) => account(one, quota)) }
      },
      {
        ...described({
          summary: "List the account's mailboxes",
          description: `Newest first; of more than ${mostListed} the newest.`,
          tag: 'pro: mailboxes',
          answers: { 200: 'AccountList' },
          refusals: always,
        }),
      },
    )
    .delete(
      '/pro/api/accounts/:account',
      async ({ caller, params }) => {
        await door.core.mailboxes.endAll(caller, [params.account], 'active')
        return done()
      },
      {
        ...described({
          summary: 'Delete a mailbox with its mail',
          tag: 'pro: mailboxes',
          answers: { 204: null },
          refusals: known,
        }),
      },
    )
    .put(
      '/pro/api/accounts/:account/reset-password',
      async ({ caller, params, body }) => {
        await door.core.mailboxes.resetPassword(caller, params.account, body.password)
        return { message: 'password_reset' }
      },
      {
        body: Password,
        ...described({
          summary: 'Give a mailbox another password',
          description: 'Its tokens are good for nothing from then on.',
          tag: 'pro: mailboxes',
          answers: { 200: 'PasswordReset' },
          refusals: { 400: ['password_too_short', 'invalid_request'], ...known },
        }),
      },
    )
    .get(
      '/pro/api/accounts/:account/messages',
      async ({ caller, params, query }) =>
        pages(await door.core.mailboxes.ofAccount(caller, params.account, 'active'), query.page),
      {
        query: Page,
        ...described({
          summary: 'List the mail of a mailbox, newest first',
          tag: 'pro: mailboxes',
          answers: { 200: 'MessageList' },
          refusals: known,
        }),
      },
    )

export const proDomainRoutes = (door: Door) =>
  new Elysia()
    .use(pro(door))
    .get(paths.domains, async ({ caller }) => domainList(await door.core.domains.list(caller)), {
      ...described({
        summary: "List the account's domains",
        description: 'Oldest first.',
        tag: 'pro: domains',
        answers: { 200: 'ProDomainList' },
        refusals: always,
      }),
    })
    .post(
      paths.domains,
      async ({ caller, body, set }) => {
        const { domains } = door.core
        const domain = await domains.add(caller, body.domain)
        set.status = 201
        return madeDomain(domains.describe(domain))
      },
      {
        body: NewDomain,
        ...described({
          summary: 'Add a domain',
          description: 'It waits until its records are found.',
          tag: 'pro: domains',
          answers: { 201: 'MadeDomain' },
          refusals: {
            400: ['invalid_domain', 'invalid_request'],
            ...always,
            403: ['domain_limit_reached', 'forbidden'],
            409: ['domain_already_exists'],
          },
        }),
      },
    )
    .post(
      `${paths.domains}/:domain/verify`,
      async ({ caller, params }) => {
        const { domains } = door.core
        return verification(domains.describe(await domains.verify(caller, params.domain)))
      },
      {
        ...described({
          summary: "Ask for a look at a domain's records",
          tag: 'pro: domains',
          answers: { 200: 'Verification' },
          refusals: known,
        }),
      },
    )
    .delete(
      `${paths.domains}/:domain`,
      async ({ caller, params }) => {
        await door.core.domains.remove(caller, params.domain)
        return done()
      },
      { ...described({ summary: 'Remove a domain', tag: 'pro: domains', answers: { 204: null }, refusals: known }) },
    )

export const proTokenRoutes = (door: Door) =>
  new Elysia()
    .use(pro(door))
    .get(
      '/pro/api/tokens',
      async ({ caller }) => tokenList(await door.core.keys.list(caller, { after: 0, limit: mostListed })),
      {
        ...described({
          summary: 'List the keys, revoked ones too',
          description: 'Oldest first.',
          tag: 'pro: tokens',
          answers: { 200: 'ProTokenList' },
          refusals: always,
        }),
      },
    )
    .post(
      '/pro/api/tokens',
      async ({ caller, body, set }) => {
        const made = await door.core.keys.create(caller, { name: body.name, prefix: 'tm_pro_' })
        set.status = 201
        return madeToken(made)
      },
      {
        body: NewToken,
        ...described({
          summary: 'Make a key, and show it this once',
          tag: 'pro: tokens',
          answers: { 201: 'MadeToken' },
          refusals: { 400: ['invalid_request'], ...always, 403: ['account_limit_reached', 'forbidden'] },
        }),
      },
    )
    .delete(
      '/pro/api/tokens/:token',
      async ({ caller, params }) => {
        await door.core.keys.revoke(caller, params.token.toLowerCase())
        return done()
      },
      { ...described({ summary: 'Revoke a key', tag: 'pro: tokens', answers: { 204: null }, refusals: known }) },
    )
