// Signing in and out, invitations taken, passwords set: how a person comes to a cookie.
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Caller } from '../../accounts/caller.ts'
import { passwordLength } from '../../accounts/passwords.ts'
import type { SignedIn, Visitor } from '../../accounts/sign-ins.ts'
import { cookieOf, setCookie } from '../../http/cookie.ts'
import type { Door } from '../../http/dialect.ts'
import { bodyInput, queryInput } from '../../http/input.ts'
import type { Visit } from '../../http/visit.ts'
import { keyed, prefix } from './base.ts'
import { described } from './described.ts'
import { openSession, signedIn } from './wire-accounts.ts'

export const Email = Type.String({ minLength: 3, maxLength: 254, description: 'An e-mail address.' })
export const Password = Type.String({
  minLength: passwordLength.least,
  maxLength: passwordLength.most,
  description: `${passwordLength.least} to ${passwordLength.most} characters.`,
})
const GivenPassword = Type.String({ minLength: 1, maxLength: passwordLength.most })
const Token = Type.String({ minLength: 1, maxLength: 100, description: 'What stands behind the "#" of the link.' })

const SigningIn = bodyInput(Type.Object({ email: Email, password: GivenPassword }))
const Accepting = bodyInput(Type.Object({ token: Token, email: Email, password: Password }))
const Registering = bodyInput(Type.Object({ email: Email, password: Password }))
const Resetting = bodyInput(Type.Object({ token: Token, password: Password }))
const Ending = queryInput(
  Type.Object({ others: Type.Boolean({ default: false, description: 'All but the session that asks.' }) }),
)
const ChangingPassword = bodyInput(Type.Object({ present: GivenPassword, password: Password }))

const agentOf = (request: Request): string => (request.headers.get('user-agent') ?? '').replace(/[\x00-\x1f\x7f]/g, ' ')
const visitorOf = (request: Request, { client }: Visit): Visitor => ({ client, agent: agentOf(request) })

/** What every way to a cookie may be refused for, some of it because of a credential that came along. */
const wayIn = [
  'credential-wrong',
  'key-inactive',
  'account-suspended',
  'forbidden',
  'rate-exceeded',
  'too-busy',
  'api-off',
  'storage-failed',
] as const

export const sessionRoutes = (door: Door) => {
  const { signIns, links } = lazily(door)
  /** The answer to one who is signed in now, with the cookie. */
  const welcome = (headers: Record<string, string | number>, { caller, session, token }: SignedIn) => {
    const seconds = Math.floor((session.expiresAt - door.outside.now()) / 1000)
    headers['set-cookie'] = setCookie(token, seconds, door.options)
    return signedIn(caller, session)
  }
  const openSessions = async (caller: Caller) => {
    const { sessionId } = door.core.accounts.own(caller)
    return (await signIns().sessions(caller)).map((one) => openSession(one, sessionId))
  }
  return new Elysia({ prefix })
    .use(keyed(door))
    .post(
      '/session',
      async ({ body, request, visit, set }) => {
        set.status = 201
        return welcome(set.headers, await signIns().signIn(visitorOf(request, visit), body.email, body.password))
      },
      {
        body: SigningIn,
        ...described({
          summary: 'Sign in',
          description: 'The answer sets a cookie. After five failures each next try has to wait longer.',
          tag: 'session',
          credential: 'none',
          answers: { 201: 'Session' },
          refusals: wayIn,
        }),
      },
    )
    .get(
      '/session',
      async ({ caller, request, set }) => {
        const [own, session] = await signIns().present(caller)
        const token = cookieOf(request.headers, door.options) ?? ''
        return welcome(set.headers, { caller: own, session, token })
      },
      {
        ...described({
          summary: 'Show who is signed in',
          description: 'The answer sets the cookie anew, good for as long as the session is now.',
          tag: 'session',
          credential: 'cookie',
          answers: { 200: 'Session' },
          refusals: ['forbidden'],
        }),
      },
    )
    .delete(
      '/session',
      async ({ caller, set }) => {
        await signIns().signOut(caller, 'this')
        set.headers['set-cookie'] = setCookie('', 0, door.options)
        set.status = 204
      },
      {
        ...described({
          summary: 'Sign out',
          tag: 'session',
          credential: 'cookie',
          answers: { 204: null },
          refusals: ['forbidden', 'session-unknown', 'storage-failed'],
        }),
      },
    )
    .get('/sessions', async ({ caller }) => ({ items: await openSessions(caller), next: null }), {
      ...described({
        summary: 'List where I am signed in',
        tag: 'session',
        credential: 'cookie',
        answers: { 200: 'SessionList' },
        refusals: ['forbidden'],
      }),
    })
    .delete(
      '/sessions',
      async ({ caller, query, set }) => {
        await signIns().signOut(caller, query.others ? 'others' : null)
        if (!query.others) set.headers['set-cookie'] = setCookie('', 0, door.options)
        set.status = 204
      },
      {
        query: Ending,
        ...described({
          summary: 'Sign out everywhere',
          tag: 'session',
          credential: 'cookie',
          answers: { 204: null },
          refusals: ['forbidden', 'storage-failed'],
        }),
      },
    )
    .delete(
      '/sessions/:id',
      async ({ caller, params, set }) => {
        await signIns().signOut(caller, { id: params.id })
        set.status = 204
      },
      {
        ...described({
          summary: 'End one of my sessions',
          tag: 'session',
          credential: 'cookie',
          answers: { 204: null },
          refusals: ['forbidden', 'session-unknown', 'storage-failed'],
        }),
      },
    )
    .post(
      '/invitations/accept',
      async ({ body, request, visit, set }) => {
        const { token, ...wish } = body
        set.status = 201
        return welcome(set.headers, await links().accept(visitorOf(request, visit), token, wish))
      },
      {
        body: Accepting,
        ...described({
          summary: 'Take an invitation',
          description:
            'It makes an account, or joins one; the first link of a new server makes its admin. It works once.',
          tag: 'session',
          credential: 'none',
          answers: { 201: 'Session' },
          refusals: ['invitation-unknown', 'registration-off', 'email-taken', 'quota-exceeded', ...wayIn],
        }),
      },
    )
    .post(
      '/accounts',
      async ({ body, request, visit, set }) => {
        set.status = 201
        return welcome(set.headers, await links().register(visitorOf(request, visit), body))
      },
      {
        body: Registering,
        ...described({
          summary: 'Make an account',
          description: 'Where the operator lets anybody do so.',
          tag: 'session',
          credential: 'none',
          answers: { 201: 'Session' },
          refusals: ['registration-off', 'email-taken', ...wayIn],
        }),
      },
    )
    .post(
      '/session/reset',
      async ({ body, request, visit, set }) => {
        set.status = 201
        return welcome(set.headers, await links().resetPassword(visitorOf(request, visit), body.token, body.password))
      },
      {
        body: Resetting,
        ...described({
          summary: 'Set a new password by a link',
          description: 'Whoever was signed in is so no more.',
          tag: 'session',
          credential: 'none',
          answers: { 201: 'Session' },
          refusals: ['invitation-unknown', ...wayIn],
        }),
      },
    )
    .patch(
      '/session',
      async ({ caller, body }) => {
        await signIns().changePassword(caller, body.present, body.password)
        return signedIn(...(await signIns().present(caller)))
      },
      {
        body: ChangingPassword,
        ...described({
          summary: 'Change my password',
          description: 'All my other sessions end.',
          tag: 'session',
          credential: 'cookie',
          answers: { 200: 'Session' },
          refusals: ['credential-wrong', 'forbidden', 'rate-exceeded', 'too-busy', 'storage-failed'],
        }),
      },
    )
}

/** There is no server behind a door that only describes its routes. */
const lazily = (door: Door) => ({ signIns: () => door.core.signIns, links: () => door.core.links })
