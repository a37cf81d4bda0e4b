// What the routes of accounts say to input that is not as it should be: 400, and the path of each field.
import { expect, test } from 'bun:test'
import { api, firstAdmin, type Person, password } from '../accounts/team.ts'
import { at, listIn, type Serving, serve } from '../http/serve.ts'

const anyId = '01890000-0000-7000-8000-000000000000'
const long = (length: number) => 'x'.repeat(length)

/** A route, something that it takes, and each thing that it does not, with the field that is to blame. */
type Route = {
  method: string
  path: string
  good: Record<string, unknown>
  bad: readonly [field: string, value: unknown][]
}

const missing = Symbol('missing')
const notAnEmail = [42, null, [], {}, '', 'a@', long(255)]
const notAPassword = [42, null, [], 'short', long(257)]
const of = (field: string, values: readonly unknown[]): [string, unknown][] => values.map((value) => [field, value])

const routes: readonly Route[] = [
  {
    method: 'POST',
    path: 'session',
    good: { email: 'admin@ops.test', password },
    bad: [
      ...of('email', [missing, 42, null, [], 'a@', long(255)]),
      ...of('password', [missing, 42, null, '', long(257)]),
    ],
  },
  {
    method: 'PATCH',
    path: 'session',
    good: { present: password, password },
    bad: [...of('present', [missing, 42, '', long(257)]), ...of('password', [missing, ...notAPassword])],
  },
  {
    method: 'POST',
    path: 'session/reset',
    good: { token: 'pwd_x', password },
    bad: [...of('token', [missing, 42, '', long(101)]), ...of('password', [missing, ...notAPassword])],
  },
  {
    method: 'POST',
    path: 'invitations/accept',
    good: { token: 'inv_x', email: 'new@b.test', password },
    bad: [
      ...of('token', [missing, 42, '', long(101)]),
      ...of('email', [missing, ...notAnEmail, 'no address', 'a b@c.test']),
      ...of('password', [missing, ...notAPassword]),
    ],
  },
  {
    method: 'POST',
    path: 'accounts',
    good: { email: 'new@b.test', password },
    bad: [
      ...of('email', [missing, ...notAnEmail, 'no address', 'a@b@c.test']),
      ...of('password', [missing, ...notAPassword]),
    ],
  },
  {
    method: 'POST',
    path: 'invitations',
    good: {},
    bad: [...of('email', [...notAnEmail, 'no address']), ...of('role', ['admin', '', null, 1, ['owner']])],
  },
  {
    method: 'PATCH',
    path: `members/${anyId}`,
    good: { role: 'owner' },
    bad: of('role', [missing, 'admin', 'Owner', null, 1, {}]),
  },
  {
    method: 'DELETE',
    path: `members/${anyId}`,
    good: { revokeKeys: [] },
    bad: of('revokeKeys', [null, 'x', {}, [1], [''], [long(37)], Array(1001).fill('x')]),
  },
  {
    method: 'POST',
    path: 'admin/accounts',
    good: { email: 'new@b.test' },
    bad: [
      ...of('email', [missing, ...notAnEmail, 'no address']),
      ...of('plan', ['', 1, null, long(33)]),
      ...of('password', notAPassword),
      ...of('admin', ['true', 1, null]),
    ],
  },
  {
    method: 'PATCH',
    path: `admin/accounts/${anyId}`,
    good: { suspended: false },
    bad: [...of('plan', ['', 1, null, long(33)]), ...of('suspended', ['true', 1, null])],
  },
  {
    method: 'POST',
    path: 'admin/invitations',
    good: {},
    bad: [...of('email', [...notAnEmail, 'no address']), ...of('plan', ['', 1, null, long(33)])],
  },
  {
    method: 'PATCH',
    path: 'admin/settings',
    good: {},
    bad: [
      ...of('developerApi', ['off', 0, []]),
      ...of('registration', ['closed', true, 1]),
      ...of('dialects', [null, 'mailcx', [], 1]),
      ['dialects.mailcx', { mailcx: 'off' }],
      ['dialects.native', { native: false }],
    ],
  },
  {
    method: 'POST',
    path: 'admin/blocks',
    good: { kind: 'sender', pattern: 'evil.test' },
    bad: [
      ...of('kind', [missing, 'client', null, 1]),
      ...of('pattern', [missing, '', 1, null, long(321), '*', '**']),
      ...of('note', [1, null, long(201)]),
    ],
  },
  {
    method: 'POST',
    path: 'account/invoices',
    good: { plan: 'dev', rail: 'manual' },
    bad: [
      ...of('plan', [missing, '', 1, null, [], long(33)]),
      ...of('rail', [missing, '', 'gold', 1, null, ['manual']]),
    ],
  },
  {
    method: 'POST',
    path: 'domains',
    good: { name: 'own.example' },
    bad: [
      ...of('name', [missing, '', 1, null, long(256), 'nodot', '192.0.2.1', 'a..example', 'co.uk', 'mayfly.test']),
      ...of('access', ['public', '', null, 1]),
    ],
  },
  {
    method: 'PATCH',
    path: `domains/${anyId}`,
    good: { access: 'claimed' },
    bad: [...of('access', ['public', null, 1]), ...of('catchAll', ['', 1, [], long(321)])],
  },
  {
    method: 'POST',
    path: `admin/domains/${anyId}/verify`,
    good: { byHand: true },
    bad: of('byHand', ['yes', 1, null]),
  },
]

const withoutBody: readonly [method: string, path: string][] = [
  ['DELETE', 'session'],
  ['DELETE', 'sessions'],
  ['DELETE', `sessions/${anyId}`],
  ['POST', `members/${anyId}/password-link`],
  ['DELETE', `invitations/${anyId}`],
  ['DELETE', `admin/accounts/${anyId}`],
  ['DELETE', `admin/blocks/${anyId}`],
  ['DELETE', `admin/invitations/${anyId}`],
  ['POST', `admin/invoices/${anyId}/pay`],
  ['DELETE', `domains/${anyId}`],
  ['POST', `domains/${anyId}/verify`],
  ['DELETE', `admin/domains/${anyId}`],
]

const lists = [
  'account/audit',
  'account/invoices',
  'admin/invoices',
  'admin/accounts',
  'admin/domains',
  'admin/audit',
  'admin/refusals',
]

const fieldsOf = (json: unknown): unknown[] => listIn(json, 'error', 'fields').map((one) => at(one, 'path'))

/** Sends a body as it is, and answers what is said of it. */
async function send(
  { call }: Pick<Serving, 'call'>,
  { headers }: Person,
  method: string,
  path: string,
  body: string,
  type = 'application/json',
) {
  const { status, reason, json } = await call(method, `${api}/${path}`, {
    body,
    headers: { ...headers, 'content-type': type },
  })
  return { status, reason, fields: fieldsOf(json) }
}

const refusal = (field: string) => ({ status: 400, reason: 'invalid-request', fields: [field] })

test('every route of accounts that takes a body stands in this file', async () => {
  await using server = await serve()
  const { json } = await server.call('GET', '/openapi.json')
  const known = new Set([
    ...routes.map(({ method, path }) => `${method} ${path}`),
    ...withoutBody.map((one) => one.join(' ')),
  ])
  const mine = /^\/mayfly\/v1\/(session|sessions|invitations|accounts|members|account|domains|admin)(\/|$)/
  const documented = Object.entries(Object(at(json, 'paths'))).flatMap(([path, methods]) =>
    mine.test(path)
      ? Object.keys(Object(methods))
          .filter((method) => method !== 'get')
          .map((method) => `${method.toUpperCase()} ${path.slice(api.length + 1).replace(/\{(id|domain)\}/, anyId)}`)
      : [],
  )
  expect([...known].toSorted()).toEqual(documented.toSorted())
})

test.each(routes)('$method $path says which field is wrong', async ({ method, path, good, bad }) => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'open', MAYFLY_SERVER_REGISTRATIONS_PER_DAY: '1000' })
  const person = await firstAdmin(server)
  for (const [field, value] of bad) {
    const [top = ''] = field.split('.')
    const { [top]: _, ...rest } = good
    const body = JSON.stringify(value === missing ? rest : { ...good, [top]: value })
    const heard = await send(server, person, method, path, body)
    expect([body.slice(0, 100), heard]).toEqual([body.slice(0, 100), refusal(`body.${field}`)])
  }
  const unknown = await send(server, person, method, path, JSON.stringify({ ...good, colour: 'red' }))
  expect(unknown).toEqual(refusal('body.colour'))
  for (const body of ['{', 'null', '[]', '"text"', '1', '{"a":1}x', '\u0000']) {
    expect([body, await send(server, person, method, path, body)]).toEqual([body, refusal('body')])
  }
  const typed = (type: string) => send(server, person, method, path, JSON.stringify(good), type)
  expect(await typed('text/plain')).toEqual(refusal('headers.content-type'))
  expect(await typed('application/x-www-form-urlencoded')).toEqual(refusal('headers.content-type'))
  expect((await typed('application/json; charset=utf-8')).reason).not.toBe('invalid-request')
  expect((await send(server, person, method, `${path}?colour=red`, JSON.stringify(good))).fields).toEqual([
    'query.colour',
  ])
  expect((await send(server, person, method, path, `"${long(1_048_577)}"`)).status).toBe(413)
})

test.each(withoutBody)('%s %s takes no body, and no id that cannot be one', async (method, path) => {
  await using server = await serve()
  const person = await firstAdmin(server)
  expect(await send(server, person, method, path, '{"colour":"red"}')).toEqual(refusal('body.colour'))
  expect(await send(server, person, method, path, '[]')).toEqual(refusal('body'))
  expect((await person.call(method, `${path}?colour=red`)).reason).toBe('invalid-request')
})

test.each(lists)('%s takes a limit from 1 to 100, and a cursor of its own', async (path) => {
  await using server = await serve()
  const person = await firstAdmin(server)
  for (const limit of ['0', '101', '-1', '1.5', 'x', '', '1e1']) {
    const { reason, json } = await person.call('GET', `${path}?limit=${limit}`)
    expect([limit, reason, fieldsOf(json)]).toEqual([limit, 'invalid-request', ['query.limit']])
  }
  for (const cursor of ['x', '1', '1.', `1.${long(16)}`, long(40)]) {
    expect([cursor, (await person.call('GET', `${path}?cursor=${cursor}`)).reason]).toEqual([cursor, 'invalid-cursor'])
  }
  expect(fieldsOf((await person.call('GET', `${path}?cursor=${long(201)}`)).json)).toEqual(['query.cursor'])
})

test('ids of any shape are unknown, and no defect', async () => {
  await using server = await serve()
  const person = await firstAdmin(server)
  const routes = [
    ['DELETE', 'sessions', 'session-unknown'],
    ['DELETE', 'members', 'member-unknown'],
    ['DELETE', 'invitations', 'invitation-unknown'],
    ['DELETE', 'admin/accounts', 'account-unknown'],
    ['DELETE', 'admin/blocks', 'block-unknown'],
    ['DELETE', 'domains', 'domain-unknown'],
    ['GET', 'domains', 'domain-unknown'],
    ['GET', 'account/invoices', 'invoice-unknown'],
    ['DELETE', 'admin/domains', 'domain-unknown'],
  ] as const
  for (const [method, path, reason] of routes) {
    for (const id of ['x', '0', '%00', "'%20or%201=1--", '%F0%9F%90%A6', long(2000), person.accountId.toUpperCase()]) {
      const answer = await person.call(method, `${path}/${id}`)
      expect([path, id, answer.status, answer.reason]).toEqual([path, id, 404, reason])
    }
  }
})

test('a form with files is no JSON, and no empty body either', async () => {
  await using server = await serve()
  const body = new FormData()
  body.set('localPart', 'form')
  const response = await fetch(`${server.url}/mayfly/v1/mailboxes`, { method: 'POST', body })
  expect([response.status, fieldsOf(await response.json())]).toEqual([400, ['headers.content-type']])
})
