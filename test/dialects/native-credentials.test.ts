// Every operation of the native API × nobody, the owner, a stranger and a wrong credential. The operations come from
// the OpenAPI document: one without a case fails.
import { afterAll, expect, test } from 'bun:test'
import { api, firstAdmin, joined, keyOf, mustBe, owner, type Person, password } from '../accounts/team.ts'
import { at, type Call, type Serving, serve } from '../http/serve.ts'

/** What stands in the path, and what each caller gets: a status, or a status and what the answer must be like. */
type Case = {
  path: string
  call?: Omit<Call, 'token'>
  own: number
  nobody: number
  stranger: number
}

type World = {
  server: Serving
  mine: { id: string; address: string; token: string }
  theirs: { token: string; address: string }
  message: string
  ticket: string
}

async function world(): Promise<World> {
  const server = await serve({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' })
  const mine = await server.open('mine', { password: 'open sesame', recoverable: true })
  const theirs = await server.open('theirs')
  const message = await server.mail(
    mine.address,
    { 'Content-Type': 'multipart/mixed; boundary=b' },
    '--b\r\n\r\nText.\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx\r\n--b--\r\n',
  )
  await server.call('GET', `/mayfly/v1/messages/${message}`, { token: mine.token })
  const view = await server.call('POST', `/mayfly/v1/messages/${message}/view`, { token: mine.token })
  return { server, mine, theirs, message, ticket: String(view.json['url']).split('/')[2] ?? '' }
}

/** Foreign and missing are one answer: 401 to nobody, 404 to a stranger. */
const hidden = { nobody: 401, stranger: 404 }

const cases: Record<string, (world: World) => Case | Promise<Case>> = {
  'POST /mayfly/v1/mailboxes': () => ({ path: 'mailboxes', own: 201, nobody: 201, stranger: 201 }),
  'GET /mayfly/v1/mailboxes': () => ({ path: 'mailboxes', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({ path: `mailboxes/${mine.address}`, own: 200, ...hidden }),
  'PATCH /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({
    path: `mailboxes/${mine.id}`,
    call: { body: { tag: 'x' } },
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/mailboxes/{mailbox}': ({ mine }) => ({ path: `mailboxes/${mine.id}`, own: 204, ...hidden }),
  'POST /mayfly/v1/mailboxes/{mailbox}/restore': async ({ server, mine }) => {
    await server.call('DELETE', `/mayfly/v1/mailboxes/${mine.id}`, { token: mine.token })
    return { path: `mailboxes/${mine.id}/restore`, own: 201, ...hidden }
  },
  'POST /mayfly/v1/mailboxes/{mailbox}/token': ({ mine }) => ({
    path: `mailboxes/${mine.address}/token`,
    call: { body: { password: 'not this one' } },
    own: 401,
    nobody: 401,
    stranger: 401,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/messages': ({ mine }) => ({
    path: `mailboxes/${mine.address}/messages`,
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/mailboxes/{mailbox}/messages': ({ mine }) => ({
    path: `mailboxes/${mine.address}/messages`,
    own: 204,
    ...hidden,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/wait': ({ mine }) => ({
    path: `mailboxes/${mine.address}/wait?timeout=0`,
    own: 200,
    ...hidden,
  }),
  'GET /mayfly/v1/mailboxes/{mailbox}/events': ({ mine }) => ({
    path: `mailboxes/${mine.address}/events`,
    own: 200,
    ...hidden,
  }),
  'GET /mayfly/v1/events': () => ({ path: 'events', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/messages/{id}': ({ message }) => ({ path: `messages/${message}`, own: 200, ...hidden }),
  'PATCH /mayfly/v1/messages/{id}': ({ message }) => ({
    path: `messages/${message}`,
    call: { body: { seen: true } },
    own: 200,
    ...hidden,
  }),
  'DELETE /mayfly/v1/messages/{id}': ({ message }) => ({ path: `messages/${message}`, own: 204, ...hidden }),
  'GET /mayfly/v1/messages/{id}/raw': ({ message }) => ({ path: `messages/${message}/raw`, own: 200, ...hidden }),
  'GET /mayfly/v1/messages/{id}/html': ({ message }) => ({ path: `messages/${message}/html`, own: 200, ...hidden }),
  'GET /mayfly/v1/messages/{id}/parts': ({ message }) => ({ path: `messages/${message}/parts`, own: 200, ...hidden }),
  'GET /mayfly/v1/messages/{id}/attachments/{n}': ({ message }) => ({
    path: `messages/${message}/attachments/0`,
    own: 200,
    ...hidden,
  }),
  'POST /mayfly/v1/messages/{id}/view': ({ message }) => ({ path: `messages/${message}/view`, own: 201, ...hidden }),
  'GET /mayfly/v1/search': () => ({ path: 'search?q=text', own: 200, nobody: 401, stranger: 200 }),
  'GET /mayfly/v1/refusals': () => ({ path: 'refusals', own: 200, nobody: 401, stranger: 200 }),
  // The ticket is the credential: nothing else is looked at.
  'GET /view/{ticket}/': ({ ticket }) => ({ path: `/view/${ticket}/`, own: 200, nobody: 200, stranger: 200 }),
  'GET /view/{ticket}/attachments/{n}': ({ ticket }) => ({
    path: `/view/${ticket}/attachments/0`,
    own: 200,
    nobody: 200,
    stranger: 200,
  }),
}

type Statuses = { nobody: number; mailbox: number; stranger: number; member: number; owner: number; admin: number }

/** An operation on accounts. `byCookie`: it is for who signed in, and says 403 to every key. */
type AccountCase = {
  path: string
  body?: () => unknown
  byCookie?: true
  /** Looks at no credential at all. */
  isBlind?: true
  gets: Statuses
}

type Team = {
  server: Serving
  admin: Person
  boss: Person
  mate: Person
  stranger: Person
  key: string
  invitation: string
}

async function team(): Promise<Team> {
  const server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const stranger = await owner(server, admin, 'stranger@c.test')
  const invitation = mustBe(201, await boss.call('POST', 'invitations', {}))
  return { server, admin, boss, mate, stranger, key: (await keyOf(boss)).id, invitation: String(invitation.json['id']) }
}

const all = (status: number): Statuses => ({
  nobody: status,
  mailbox: status,
  stranger: status,
  member: status,
  owner: status,
  admin: status,
})
/** Any credential of an account's is good; a mailbox's is none of these. */
const ofAccounts = (status: number): Statuses => ({ ...all(status), nobody: 401, mailbox: 403 })
/** Of an owner's things: a stranger and the admin, who are owners elsewhere, are told that there are none. */
const ofOwners = (status: number): Statuses => ({ ...ofAccounts(404), member: 403, owner: status })
const ofEachOwner = (status: number): Statuses => ({ ...ofAccounts(status), member: 403 })
const ofAdmins = (status: number): Statuses => ({ ...all(403), nobody: 401, admin: status })

const accountCases: Record<string, (team: Team) => AccountCase> = {
  'POST /mayfly/v1/session': ({ boss }) => ({
    path: 'session',
    body: () => ({ email: boss.email, password }),
    gets: all(201),
  }),
  'GET /mayfly/v1/server': () => ({ path: 'server', gets: all(200) }),
  'GET /mayfly/v1/session': () => ({ path: 'session', byCookie: true, gets: ofAccounts(200) }),
  'PATCH /mayfly/v1/session': () => ({
    path: 'session',
    body: () => ({ present: password, password }),
    byCookie: true,
    gets: ofAccounts(200),
  }),
  'DELETE /mayfly/v1/session': () => ({ path: 'session', byCookie: true, gets: ofAccounts(204) }),
  'GET /mayfly/v1/sessions': () => ({ path: 'sessions', byCookie: true, gets: ofAccounts(200) }),
  'DELETE /mayfly/v1/sessions': () => ({ path: 'sessions', byCookie: true, gets: ofAccounts(204) }),
  'DELETE /mayfly/v1/sessions/{id}': ({ boss }) => ({
    path: `sessions/${boss.sessionId}`,
    byCookie: true,
    gets: { ...ofAccounts(404), owner: 204 },
  }),
  // Credentials are looked at before what was sent.
  'POST /mayfly/v1/session/reset': () => ({
    path: 'session/reset',
    body: () => ({ token: '', password }),
    gets: all(400),
  }),
  'POST /mayfly/v1/invitations/accept': () => ({
    path: 'invitations/accept',
    body: () => ({ token: '' }),
    gets: all(400),
  }),
  'POST /mayfly/v1/accounts': () => ({
    path: 'accounts',
    body: () => ({ email: 'new@d.test', password }),
    gets: all(403),
  }),
  'GET /mayfly/v1/account': () => ({ path: 'account', gets: ofAccounts(200) }),
  'GET /mayfly/v1/account/usage': () => ({ path: 'account/usage', gets: ofAccounts(200) }),
  'GET /mayfly/v1/account/audit': () => ({ path: 'account/audit', gets: ofEachOwner(200) }),
  'GET /mayfly/v1/account/invoices': () => ({ path: 'account/invoices', gets: ofAccounts(200) }),
  'POST /mayfly/v1/account/invoices': () => ({
    path: 'account/invoices',
    body: () => ({ plan: 'dev', rail: 'manual' }),
    gets: ofAccounts(201),
  }),
  'GET /mayfly/v1/account/invoices/{id}': () => ({
    path: 'account/invoices/01900000-0000-7000-8000-000000000000',
    gets: ofAccounts(404),
  }),
  'GET /mayfly/v1/admin/invoices': () => ({ path: 'admin/invoices', gets: ofAdmins(200) }),
  'POST /mayfly/v1/admin/invoices/{id}/pay': () => ({
    path: 'admin/invoices/01900000-0000-7000-8000-000000000000/pay',
    gets: ofAdmins(404),
  }),
  'POST /mayfly/v1/checkout/{id}': () => ({
    path: 'checkout/nothing',
    body: () => ({ secret: 'x' }),
    isBlind: true,
    gets: all(404),
  }),
  'POST /mayfly/v1/checkout/{id}/key': () => ({
    path: 'checkout/nothing/key',
    body: () => ({ secret: 'x' }),
    isBlind: true,
    gets: all(404),
  }),
  'POST /mayfly/v1/payments/stripe': () => ({ path: 'payments/stripe', isBlind: true, gets: all(503) }),
  'POST /mayfly/v1/payments/lightning': () => ({ path: 'payments/lightning', isBlind: true, gets: all(503) }),
  'GET /mayfly/v1/members': () => ({ path: 'members', gets: ofAccounts(200) }),
  'PATCH /mayfly/v1/members/{id}': ({ mate }) => ({
    path: `members/${mate.memberId}`,
    body: () => ({ role: 'member' }),
    gets: ofOwners(200),
  }),
  'DELETE /mayfly/v1/members/{id}': ({ boss }) => ({ path: `members/${boss.memberId}`, gets: ofOwners(409) }),
  'POST /mayfly/v1/members/{id}/password-link': ({ mate }) => ({
    path: `members/${mate.memberId}/password-link`,
    gets: { ...ofOwners(201), admin: 201 },
  }),
  'GET /mayfly/v1/invitations': () => ({ path: 'invitations', gets: ofEachOwner(200) }),
  'POST /mayfly/v1/invitations': () => ({ path: 'invitations', body: () => ({}), gets: ofEachOwner(201) }),
  'DELETE /mayfly/v1/invitations/{id}': ({ invitation }) => ({
    path: `invitations/${invitation}`,
    gets: ofOwners(204),
  }),
  'GET /mayfly/v1/keys': () => ({ path: 'keys', gets: ofAccounts(200) }),
  'POST /mayfly/v1/keys': () => ({ path: 'keys', body: () => ({}), gets: ofAccounts(201) }),
  'GET /mayfly/v1/keys/{id}': ({ key }) => ({ path: `keys/${key}`, gets: { ...ofAccounts(404), owner: 200 } }),
  'PATCH /mayfly/v1/keys/{id}': ({ key }) => ({
    path: `keys/${key}`,
    body: () => ({ name: 'x' }),
    gets: { ...ofAccounts(404), owner: 200 },
  }),
  'DELETE /mayfly/v1/keys/{id}': ({ key }) => ({ path: `keys/${key}`, gets: { ...ofAccounts(404), owner: 204 } }),
  'POST /mayfly/v1/keys/{id}/rotate': ({ key }) => ({
    path: `keys/${key}/rotate`,
    body: () => ({}),
    gets: { ...ofAccounts(404), owner: 201 },
  }),
  'GET /mayfly/v1/webhooks': () => ({ path: 'webhooks', gets: ofAccounts(200) }),
  'POST /mayfly/v1/webhooks': () => ({
    path: 'webhooks',
    body: () => ({ url: 'https://192.88.100.1/hook' }),
    gets: ofAccounts(201),
  }),
  'GET /mayfly/v1/webhooks/{id}': () => ({ path: 'webhooks/nothing', gets: ofAccounts(404) }),
  'PATCH /mayfly/v1/webhooks/{id}': () => ({ path: 'webhooks/nothing', body: () => ({}), gets: ofAccounts(404) }),
  'DELETE /mayfly/v1/webhooks/{id}': () => ({ path: 'webhooks/nothing', gets: ofAccounts(404) }),
  'POST /mayfly/v1/webhooks/{id}/rotate': () => ({
    path: 'webhooks/nothing/rotate',
    body: () => ({}),
    gets: ofAccounts(404),
  }),
  'GET /mayfly/v1/webhooks/{id}/deliveries': () => ({ path: 'webhooks/nothing/deliveries', gets: ofAccounts(404) }),
  'POST /mayfly/v1/webhooks/{id}/test': () => ({ path: 'webhooks/nothing/test', gets: ofAccounts(404) }),
  'POST /mayfly/v1/webhooks/{id}/replay': () => ({
    path: 'webhooks/nothing/replay',
    body: () => ({}),
    gets: ofAccounts(404),
  }),
  'GET /mayfly/v1/domains': () => ({ path: 'domains', gets: ofAccounts(200) }),
  'POST /mayfly/v1/domains': () => ({
    path: 'domains',
    body: () => ({ name: `${crypto.randomUUID()}.example` }),
    gets: ofAccounts(201),
  }),
  'GET /mayfly/v1/domains/{domain}': () => ({ path: 'domains/none.example', gets: ofAccounts(404) }),
  'PATCH /mayfly/v1/domains/{domain}': () => ({
    path: 'domains/none.example',
    body: () => ({}),
    gets: ofAccounts(404),
  }),
  'DELETE /mayfly/v1/domains/{domain}': () => ({ path: 'domains/none.example', gets: ofAccounts(404) }),
  'POST /mayfly/v1/domains/{domain}/verify': () => ({
    path: 'domains/none.example/verify',
    body: () => ({}),
    gets: ofAccounts(404),
  }),
  'GET /mayfly/v1/domains/{domain}/doctor': () => ({ path: 'domains/none.example/doctor', gets: ofAccounts(404) }),
  'GET /mayfly/v1/admin/domains/{domain}/doctor': () => ({
    path: 'admin/domains/none.example/doctor',
    gets: ofAdmins(404),
  }),
  'GET /mayfly/v1/admin/domains': () => ({ path: 'admin/domains', gets: ofAdmins(200) }),
  'POST /mayfly/v1/admin/domains/{domain}/verify': () => ({
    path: 'admin/domains/none.example/verify',
    body: () => ({}),
    gets: ofAdmins(404),
  }),
  'DELETE /mayfly/v1/admin/domains/{domain}': () => ({ path: 'admin/domains/none.example', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/accounts': () => ({ path: 'admin/accounts', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/accounts/{id}': () => ({ path: 'admin/accounts/nobody', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/accounts/{id}/domains': () => ({ path: 'admin/accounts/nobody/domains', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/accounts/{id}/keys': () => ({ path: 'admin/accounts/nobody/keys', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/accounts/{id}/members': () => ({ path: 'admin/accounts/nobody/members', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/accounts/{id}/usage': () => ({ path: 'admin/accounts/nobody/usage', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/doctor': () => ({ path: 'admin/doctor', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/health': () => ({ path: 'admin/health', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/plans': () => ({ path: 'admin/plans', gets: ofAdmins(200) }),
  'POST /mayfly/v1/admin/accounts': () => ({
    path: 'admin/accounts',
    body: () => ({ email: `${crypto.randomUUID()}@d.test` }),
    gets: ofAdmins(201),
  }),
  'PATCH /mayfly/v1/admin/accounts/{id}': ({ boss }) => ({
    path: `admin/accounts/${boss.accountId}`,
    body: () => ({}),
    gets: ofAdmins(200),
  }),
  'DELETE /mayfly/v1/admin/accounts/{id}': ({ boss }) => ({
    path: `admin/accounts/${boss.accountId}`,
    gets: ofAdmins(204),
  }),
  'POST /mayfly/v1/admin/invitations': () => ({ path: 'admin/invitations', body: () => ({}), gets: ofAdmins(201) }),
  'GET /mayfly/v1/admin/usage': () => ({ path: 'admin/usage', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/refusals': () => ({ path: 'admin/refusals', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/audit': () => ({ path: 'admin/audit', gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/settings': () => ({ path: 'admin/settings', gets: ofAdmins(200) }),
  'PATCH /mayfly/v1/admin/settings': () => ({ path: 'admin/settings', body: () => ({}), gets: ofAdmins(200) }),
  'GET /mayfly/v1/admin/invitations': () => ({ path: 'admin/invitations', gets: ofAdmins(200) }),
  'DELETE /mayfly/v1/admin/invitations/{id}': () => ({ path: 'admin/invitations/nothing', gets: ofAdmins(404) }),
  'GET /mayfly/v1/admin/blocks': () => ({ path: 'admin/blocks', gets: ofAdmins(200) }),
  'POST /mayfly/v1/admin/blocks': () => ({
    path: 'admin/blocks',
    body: () => ({ kind: 'sender', pattern: 'evil.test' }),
    gets: ofAdmins(201),
  }),
  'DELETE /mayfly/v1/admin/blocks/{id}': () => ({ path: 'admin/blocks/nothing', gets: ofAdmins(404) }),
}

const documented = await (async () => {
  await using server = await serve()
  const { json } = await server.call('GET', '/openapi.json')
  return Object.entries(Object(at(json, 'paths'))).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  )
})()
const operations = documented.filter((operation) => operation in cases)
const accountOperations = documented.filter((operation) => operation in accountCases)

test('every operation has a case, and every case an operation', () => {
  expect([...Object.keys(cases), ...Object.keys(accountCases)].toSorted()).toEqual(documented.toSorted())
})

// What only reads finds all as it was, and needs none of its own.
let reading: ReturnType<typeof team> | null = null
afterAll(async () => (await reading)?.server[Symbol.asyncDispose]())

test.each(accountOperations)('%s: each gets what is his', async (operation) => {
  const [method = ''] = operation.split(' ')
  if (method === 'GET') reading ??= team()
  const made = await (method === 'GET' && reading ? reading : team())
  await using _own = method === 'GET' ? null : made.server
  const { server } = made
  const { path, body, byCookie, isBlind, gets } = accountCases[operation]?.(made) ?? {}
  if (path === undefined || gets === undefined) throw new Error(`${operation} has no case`)
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const { status } = await server.call(method, `${api}/${path}`, { headers, ...(body ? { body: body() } : {}) })
    return status
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const { admin, boss, mate, stranger } = made
  const box = await server.open()
  const keys = {
    stranger: (await keyOf(stranger)).key,
    member: (await keyOf(mate)).key,
    owner: (await keyOf(boss)).key,
    admin: (await keyOf(admin)).key,
  }
  const people = { stranger, member: mate, owner: boss, admin }
  const whose = ['stranger', 'member', 'owner', 'admin'] as const
  // One that is there but wrong is refused, also beside a good one that counts for less.
  const wrong = isBlind ? gets.nobody : 401
  expect(await ask({ ...bearer('mbx_wrong'), ...boss.headers })).toBe(wrong)
  expect(await ask({ authorization: 'Basic bTpt', ...admin.headers })).toBe(wrong)
  expect(await ask({ 'x-api-key': 'wrong', ...boss.headers })).toBe(wrong)
  expect(await ask({ ...bearer(`${keys.owner}x`), 'x-api-key': keys.admin })).toBe(wrong)
  expect(await ask({})).toBe(gets.nobody)
  expect(await ask({ authorization: 'Bearer ', 'x-api-key': ' ' })).toBe(gets.nobody)
  expect(await ask(bearer(box.token))).toBe(gets.mailbox)
  for (const who of whose) {
    if (byCookie) expect([who, await ask({ 'x-api-key': keys[who] })]).toEqual([who, 403])
    const status = await ask(byCookie ? people[who].headers : bearer(keys[who]))
    expect([who, status]).toEqual([who, gets[who]])
  }
})

test.each(operations)('%s: only the owner gets to it', async (operation) => {
  const [method = ''] = operation.split(' ')
  const make = cases[operation]
  if (!make) throw new Error(`${operation} has no case`)
  const made = await world()
  await using server = made.server
  const { path, call = {}, own, nobody, stranger } = await make(made)
  const url = path.startsWith('/') ? path : `/mayfly/v1/${path}`
  const ask = async (headers: Record<string, string>) => {
    const leaving = new AbortController()
    const response = await fetch(server.url + url, {
      method,
      headers: { ...headers, ...(call.body ? { 'content-type': 'application/json' } : {}) },
      ...(call.body ? { body: JSON.stringify(call.body) } : {}),
      signal: leaving.signal,
    })
    const body = response.headers.get('content-type')?.startsWith('text/event-stream') ? '' : await response.text()
    leaving.abort()
    return { status: response.status, body }
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const asNobody = await ask({})
  const asStranger = await ask(bearer(made.theirs.token))
  expect([asNobody.status, asStranger.status]).toEqual([nobody, stranger])
  for (const { body } of [asNobody, asStranger]) {
    for (const secret of [made.mine.token, made.mine.id]) {
      if (!path.startsWith('/view/')) expect(body).not.toContain(secret)
    }
  }
  // One that is there but wrong is refused, also beside a good one that counts for less.
  const wrong = path.startsWith('/view/') ? 200 : 401
  expect((await ask(bearer('mbx_wrong'))).status).toBe(wrong)
  expect((await ask({ authorization: 'Basic bTpt' })).status).toBe(wrong)
  expect((await ask({ 'x-api-key': 'wrong' })).status).toBe(wrong)
  expect((await ask({ ...bearer('wrong'), 'x-api-key': made.mine.token })).status).toBe(wrong)
  // What counts for nothing is no credential.
  expect((await ask({ authorization: 'Bearer ' })).status).toBe(nobody)
  expect((await ask({ authorization: '', 'x-api-key': ' ' })).status).toBe(nobody)
  expect((await ask({ authorization: 'Bearer ', 'x-api-key': made.mine.token })).status).toBe(own)
})

test.each(operations)('%s: the owner gets to it by Authorization', async (operation) => {
  const [method = ''] = operation.split(' ')
  const made = await world()
  await using server = made.server
  const found = await cases[operation]?.(made)
  if (!found) throw new Error(`${operation} has no case`)
  const leaving = new AbortController()
  const response = await fetch(server.url + (found.path.startsWith('/') ? found.path : `/mayfly/v1/${found.path}`), {
    method,
    headers: {
      authorization: `bearer   ${made.mine.token}`,
      ...(found.call?.body ? { 'content-type': 'application/json' } : {}),
    },
    ...(found.call?.body ? { body: JSON.stringify(found.call.body) } : {}),
    signal: leaving.signal,
  })
  expect(response.status).toBe(found.own)
  leaving.abort()
})

test('foreign and missing are the same answer, but for the request id', async () => {
  const made = await world()
  await using server = made.server
  const missing = '01a1fbdb-9489-712a-87b5-5b560395fe4a'
  const plain = (body: string): string => body.replace(/"requestId":"[^"]+"/, '')
  for (const token of [made.theirs.token, undefined]) {
    const ask = async (path: string) => {
      const { status, body } = await server.call('GET', `/mayfly/v1/${path}`, token === undefined ? {} : { token })
      return `${status} ${plain(body)}`
    }
    expect(await ask(`messages/${made.message}`)).toBe(await ask(`messages/${missing}`))
    expect(await ask(`messages/${made.message}/raw`)).toBe(await ask(`messages/${missing}/raw`))
    expect(await ask(`mailboxes/${made.mine.id}`)).toBe(await ask(`mailboxes/${missing}`))
    expect(await ask(`mailboxes/${made.mine.id}/wait`)).toBe(await ask(`mailboxes/${missing}/wait`))
  }
})
