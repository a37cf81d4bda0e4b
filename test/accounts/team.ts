// Persons who have signed in over HTTP, as a browser does it: with a cookie and the origin of our own pages.
import { type Answer, at, type Serving } from '../http/serve.ts'

export const password = 'correct horse battery'
export const api = '/mayfly/v1'

export type Person = {
  email: string
  memberId: string
  accountId: string
  sessionId: string
  /** `name=value`. */
  cookie: string
  /** What a browser on our own page sends. */
  headers: { cookie: string; origin: string }
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
}

/** The cookie that an answer sets, as `name=value`; null without one. */
export const cookieIn = ({ headers }: Answer): string | null => headers.get('set-cookie')?.split(';', 1)[0] ?? null

/** Throws for any answer of another status. */
export function mustBe(status: number, answer: Answer): Answer {
  if (answer.status !== status) throw new Error(`${answer.status} where ${status} was due: ${answer.body}`)
  return answer
}

/** Who is signed in by this answer. */
export function personOf(server: Serving, answer: Answer): Person {
  const { json } = mustBe(201, answer)
  const cookie = cookieIn(answer)
  if (cookie === null) throw new Error('no cookie came')
  const headers = { cookie, origin: server.url }
  return {
    email: String(at(json, 'member', 'email')),
    memberId: String(at(json, 'member', 'id')),
    accountId: String(at(json, 'account', 'id')),
    sessionId: String(json['id']),
    cookie,
    headers,
    call: (method, path, body, more = {}) =>
      server.call(method, `${api}/${path}`, {
        headers: { ...headers, ...more },
        ...(body === undefined ? {} : { body }),
      }),
  }
}

export const signIn = (
  { call }: Pick<Serving, 'call'>,
  email: string,
  given = password,
  headers: Record<string, string> = {},
): Promise<Answer> => call('POST', `${api}/session`, { body: { email, password: given }, headers })

export const signedIn = async (server: Serving, email: string, given = password): Promise<Person> =>
  personOf(server, await signIn(server, email, given))

export const accept = (
  { call }: Pick<Serving, 'call'>,
  token: string,
  email: string,
  given = password,
): Promise<Answer> => call('POST', `${api}/invitations/accept`, { body: { token, email, password: given } })

/** The admin of a new server, by its one-time link. */
export async function firstAdmin(server: Serving, email = 'admin@ops.test'): Promise<Person> {
  const link = await server.core.links.adminLink()
  if (!link) throw new Error('there is an admin')
  return personOf(server, await accept(server, link.token, email))
}

/** The owner of a new account that an admin made. */
export async function owner(server: Serving, admin: Person, email: string, plan = 'unlimited'): Promise<Person> {
  mustBe(201, await admin.call('POST', 'admin/accounts', { email, plan, password }))
  return signedIn(server, email)
}

/** A member of the same account, by an invitation. */
export async function joined(
  server: Serving,
  by: Person,
  email: string,
  role: 'owner' | 'member' = 'member',
): Promise<Person> {
  const { json } = mustBe(201, await by.call('POST', 'invitations', { role }))
  return personOf(server, await accept(server, String(json['token']), email))
}

/** A key of this person's. */
export async function keyOf(person: Person, wish: object = {}): Promise<{ id: string; key: string }> {
  const { json } = mustBe(201, await person.call('POST', 'keys', wish))
  return { id: String(json['id']), key: String(json['key']) }
}
