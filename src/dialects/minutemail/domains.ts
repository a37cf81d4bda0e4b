// Domains of the account's own, as MinuteMail speaks of them.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Door } from '../../http/dialect.ts'
import { described } from '../../http/foreign.ts'
import { looseBody } from '../../http/input.ts'
import { always, done, keyed } from './base.ts'
import { domainItem } from './wire-team.ts'

const Adding = looseBody(
  Type.Object({ name: Type.String({ minLength: 1, maxLength: 253, description: 'Such as example.com.' }) }),
)

export const domainRoutes = (door: Door) =>
  new Elysia()
    .use(keyed(door))
    .get(
      '/v1/domains',
      async ({ caller }) => {
        const { domains } = door.core
        return { items: (await domains.list(caller)).map((domain) => domainItem(domain, domains.mxTarget)) }
      },
      {
        ...described({
          summary: "List the account's domains",
          description: 'Oldest first.',
          tag: 'domains',
          answers: { 200: 'DomainList' },
          refusals: always,
        }),
      },
    )
    .post(
      '/v1/domains',
      async ({ caller, body, set }) => {
        const { domains } = door.core
        const domain = await domains.add(caller, body.name)
        set.status = 201
        return domainItem(domain, domains.mxTarget)
      },
      {
        body: Adding,
        ...described({
          summary: 'Add a domain',
          description: 'It waits until its records are found: the TXT token, and the MX target.',
          tag: 'domains',
          answers: { 201: 'Domain' },
          refusals: { 400: ['bad_request'], ...always, 409: ['conflict'] },
        }),
      },
    )
    .post(
      '/v1/domains/:domain/verify',
      async ({ caller, params }) => {
        const { domains } = door.core
        return domainItem(await domains.verifyOrSayWhy(caller, params.domain), domains.mxTarget)
      },
      {
        ...described({
          summary: "Ask for a look at a domain's records",
          tag: 'domains',
          answers: { 200: 'Domain' },
          refusals: { ...always, 404: ['not_found'], 502: ['bad_gateway'] },
        }),
      },
    )
    .delete(
      '/v1/domains/:domain',
      async ({ caller, params }) => {
        await door.core.domains.remove(caller, params.domain)
        return done()
      },
      {
        ...described({
          summary: 'Remove a domain',
          tag: 'domains',
          answers: { 204: null },
          refusals: { ...always, 404: ['not_found'] },
        }),
      },
    )
