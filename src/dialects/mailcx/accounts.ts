// Mailboxes with a password, and signing in to them, as Mail.cx speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { nobody } from '../../accounts/caller.ts'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { parseAddress } from '../../mailboxes/address.ts'
import { invalid, Refusal } from '../../refusal.ts'
import { always, byMailbox, done, open, openerOf, openly, type SignedIn, signedIn } from './base.ts'
import { paths } from './errors.ts'
import { domainList, me, token } from './wire.ts'

const tag = 'mailboxes'
const address = () => Type.String({ minLength: 1, maxLength: 320 })
export const newPassword = () =>
  Type.String({ minLength: 6, maxLength: 256, description: 'To sign in with: at least 6 characters.' })

const Creation = looseBody(Type.Object({ address: address(), password: newPassword() }))
const SigningIn = looseBody(
  Type.Object({ address: address(), password: Type.String({ minLength: 0, maxLength: 4096 }) }),
)

export const accountRoutes = (door: Door) =>
  new Elysia()
    .use(openRoutes(door))
    .use(signedIn(door))
    .get('/api/me', async ({ mailbox }) => me(mailbox, await door.core.mailboxes.bytesAllowed(mailbox)), {
      ...described({
        summary: 'Show the mailbox',
        tag,
        security: byMailbox,
        answers: { 200: 'Me' },
        refusals: always,
      }),
    })
    .delete('/api/me', (who) => ended(door, who), {
      ...described({
        summary: 'Delete the mailbox with its mail',
        description: 'Its tokens are good for nothing from then on.',
        tag,
        security: byMailbox,
        answers: { 204: null },
        refusals: always,
      }),
    })
    .delete(
      '/api/accounts/:account',
      async ({ caller, mailbox, params }) => {
        if (params.account.toLowerCase() !== mailbox.id) throw new Refusal('mailbox-unknown')
        return ended(door, { caller, mailbox })
      },
      {
        ...described({
          summary: 'Delete the mailbox by its id, with its own token',
          tag,
          security: byMailbox,
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )

async function ended({ core }: Door, { caller, mailbox }: SignedIn): Promise<Response> {
  await core.mailboxes.end(caller, mailbox.id, { permanent: true })
  return done()
}

const openRoutes = (door: Door) =>
  new Elysia()
    .use(open(door))
    .post(
      paths.accounts,
      async ({ request, visit, body, set }) => {
        const { mailboxes } = door.core
        const opener = await openerOf(door, request, visit)
        const wished = parseAddress(body.address)
        if (!wished || wished.tag !== null) throw invalid('body.address', 'must be an address without "+"')
        const { localPart, domain } = wished
        const wish = { localPart, domain, password: body.password, untilUnused: true }
        const { mailbox } = await mailboxes.open(opener, wish, visit.client)
        set.status = 201
        return token(mailbox, await mailboxes.jwtOf(mailbox))
      },
      {
        body: Creation,
        ...described({
          summary: 'Create a mailbox with a password',
          description:
            "It has no end of its own. With a key it is the account's, and counts against its plan; without one it is nobody's.",
          tag,
          security: [{}, { bearer: [] }],
          answers: { 201: 'Token' },
          refusals: {
            400: ['invalid_address', 'invalid_domain', 'password_too_short', 'invalid_request'],
            ...always,
            403: ['account_limit_reached', 'forbidden'],
            409: ['address_taken'],
            410: ['domain_expired'],
          },
        }),
      },
    )
    .post(
      paths.token,
      async ({ body }) => {
        const { mailbox, jwt } = await door.core.mailboxes.signInForJwt(body.address, body.password)
        return token(mailbox, jwt)
      },
      {
        body: SigningIn,
        ...described({
          summary: 'Sign in to a mailbox',
          tag,
          isPublic: true,
          answers: { 200: 'Token' },
          refusals: { 400: ['invalid_request'], 401: ['invalid_credentials'], ...openly },
        }),
      },
    )
    .get('/api/domains', () => domainList(door.core.mailboxes.openableDomains(nobody)), {
      ...described({
        summary: 'List the domains on which anybody may create a mailbox',
        tag: 'domains',
        isPublic: true,
        answers: { 200: 'DomainList' },
        refusals: openly,
      }),
    })
