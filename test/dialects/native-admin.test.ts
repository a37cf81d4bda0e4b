// The operator's own routes, who may use them, and what the audit trail keeps of it.
import { expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { nobody, operator } from '../../src/accounts/caller.ts'
import { accountSchemas } from '../../src/dialects/native/wire-accounts.ts'
import { operatorSchemas } from '../../src/dialects/native/wire-operator.ts'
import {
  accept,
  api,
  firstAdmin,
  joined,
  keyOf,
  mustBe,
  owner,
  type Person,
  password,
  personOf,
  signedIn,
  signIn,
} from '../accounts/team.ts'
import { type Answer, at, listIn, type Serving, serve, temporary } from '../http/serve.ts'

const said = ({ status, reason }: Answer) => [status, reason]
const anyId = '01890000-0000-7000-8000-000000000000'
const day = 86_400_000

const register = ({ call }: Pick<Serving, 'call'>, email: string, headers: Record<string, string> = {}) =>
  call('POST', `${api}/accounts`, { body: { email, password }, headers })

/** Every route of the operator's, with what it needs. */
const adminRoutes: readonly [method: string, path: string, body?: object][] = [
  ['GET', 'admin/accounts'],
  ['GET', `admin/accounts/${anyId}`],
  ['GET', `admin/accounts/${anyId}/usage`],
  ['GET', `admin/accounts/${anyId}/members`],
  ['GET', `admin/accounts/${anyId}/keys`],
  ['GET', `admin/accounts/${anyId}/domains`],
  ['GET', 'admin/health'],
  ['GET', 'admin/doctor'],
  ['GET', 'admin/plans'],
  ['POST', 'admin/accounts', { email: 'new@b.test' }],
  ['PATCH', `admin/accounts/${anyId}`, {}],
  ['PATCH', `admin/accounts/${anyId}`, { plan: 'pro' }],
  ['PATCH', `admin/accounts/${anyId}`, { suspended: true }],
  ['DELETE', `admin/accounts/${anyId}`],
  ['POST', 'admin/invitations', {}],
  ['GET', 'admin/invitations'],
  ['DELETE', `admin/invitations/${anyId}`],
  ['GET', 'admin/usage'],
  ['GET', 'admin/refusals'],
  ['GET', 'admin/audit'],
  ['GET', 'admin/settings'],
  ['PATCH', 'admin/settings', {}],
  ['PATCH', 'admin/settings', { developerApi: false }],
  ['GET', 'admin/blocks'],
  ['POST', 'admin/blocks', { kind: 'sender', pattern: 'evil.test' }],
  ['DELETE', `admin/blocks/${anyId}`],
  ['GET', 'admin/invoices'],
  ['POST', `admin/invoices/${anyId}/pay`],
  ['GET', 'admin/domains'],
  ['GET', `admin/domains/${anyId}/doctor`],
  ['POST', `admin/domains/${anyId}/verify`, { byHand: true }],
  ['DELETE', `admin/domains/${anyId}`],
]

test('every admin route stands in this file', async () => {
  await using server = await serve()
  const { json } = await server.call('GET', '/openapi.json')
  const documented = Object.entries(Object(at(json, 'paths'))).flatMap(([path, methods]) =>
    path.startsWith(`${api}/admin/`)
      ? Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`)
      : [],
  )
  const here = adminRoutes.map(
    ([method, path]) =>
      `${method} ${api}/${path.replace(anyId, path.startsWith('admin/domains') ? '{domain}' : '{id}')}`,
  )
  expect([...new Set(here)].toSorted()).toEqual(documented.toSorted())
})

test('admin routes are for admins: 401 to nobody, 403 to all others, and nothing of it happens', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const fellow = await joined(server, admin, 'fellow@ops.test', 'owner')
  const bounded = [
    await keyOf(admin, { scopes: ['mailboxes', 'domains', 'webhooks', 'team', 'keys'] }),
    await keyOf(admin, { domains: ['mayfly.test'] }),
    await keyOf(boss),
    await keyOf(fellow),
  ].map(({ key }) => key)
  const { token } = await server.open()
  for (const [method, path, body] of adminRoutes) {
    const call = body ? { body } : {}
    const at = `${method} ${path}`
    expect([at, ...said(await server.call(method, `${api}/${path}`, call))]).toEqual([at, 401, 'credential-missing'])
    for (const token_ of [...bounded, token]) {
      const answer = await server.call(method, `${api}/${path}`, { ...call, token: token_ })
      expect([at, ...said(answer)]).toEqual([at, 403, 'forbidden'])
    }
    for (const person of [boss, fellow]) {
      expect([at, ...said(await person.call(method, path, body))]).toEqual([at, 403, 'forbidden'])
      const own = path.replace(anyId, person.accountId)
      expect([at, ...said(await person.call(method, own, body))]).toEqual([at, 403, 'forbidden'])
    }
  }
  expect(server.core.switches.now.developerApi).toBe(true)
  expect((await boss.call('GET', 'session')).status).toBe(200)
})

test("an admin's cookie, and a key of his without bounds, open them", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { key: token } = await keyOf(admin)
  for (const [method, path] of adminRoutes.filter(([method]) => method === 'GET')) {
    const status = path.includes(anyId) ? 404 : 200
    expect([path, (await admin.call(method, path)).status]).toEqual([path, status])
    expect([path, (await server.call(method, `${api}/${path}`, { token })).status]).toEqual([path, status])
  }
})

test("a fellow owner comes to no admin's rights by an admin's key", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const fellow = await joined(server, admin, 'fellow@ops.test', 'owner')
  const { id, key: token } = await keyOf(admin, { scopes: ['mailboxes'] })
  expect(said(await fellow.call('POST', `keys/${id}/rotate`, {}))).toEqual([403, 'forbidden'])
  expect(said(await fellow.call('PATCH', `keys/${id}`, { scopes: null }))).toEqual([403, 'forbidden'])
  expect(said(await server.call('GET', `${api}/admin/accounts`, { token }))).toEqual([403, 'forbidden'])
  expect((await admin.call('PATCH', `keys/${id}`, { name: 'mine' })).status).toBe(200)
  expect((await admin.call('POST', `keys/${id}/rotate`, {})).status).toBe(201)
  // To end it is another matter.
  expect((await fellow.call('DELETE', `keys/${id}`)).status).toBe(204)
})

test('a key with bounds gets no new secret of a key without', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const rotate = async (by: object, of: object) => {
    const { key: token } = await keyOf(boss, by)
    return said(await server.call('POST', `${api}/keys/${(await keyOf(boss, of)).id}/rotate`, { token, body: {} }))
  }
  const done = [201, undefined]
  const refused = [403, 'forbidden']
  expect(await rotate({ scopes: ['keys'] }, {})).toEqual(refused)
  expect(await rotate({ scopes: ['keys'] }, { scopes: ['keys', 'team'] })).toEqual(refused)
  expect(await rotate({ scopes: ['keys'] }, { scopes: ['keys'] })).toEqual(done)
  expect(await rotate({ domains: ['mayfly.test'] }, {})).toEqual(refused)
  expect(await rotate({ domains: ['mayfly.test'] }, { domains: ['mayfly.test', 'b.test'] })).toEqual(refused)
  expect(await rotate({ domains: ['mayfly.test'] }, { domains: ['mayfly.test'] })).toEqual(done)
  expect(await rotate({}, { scopes: ['keys'] })).toEqual(done)
})

test('the first admin comes by a one-time link, of which only the newest is good', async () => {
  await using server = await serve()
  const { links } = server.core
  const [former, link] = [await links.adminLink(), await links.adminLink()]
  expect(said(await accept(server, former?.token ?? '', 'a@ops.test'))).toEqual([404, 'invitation-unknown'])
  const admin = personOf(server, await accept(server, link?.token ?? '', 'a@ops.test'))
  const { json } = await admin.call('GET', 'session')
  expect(at(json, 'member')).toMatchObject({ email: 'a@ops.test', role: 'owner', admin: true })
  expect(at(json, 'account', 'plan')).toBe('unlimited')
  expect((await accept(server, link?.token ?? '', 'b@ops.test')).reason).toBe('invitation-unknown')
  expect(await links.adminLink()).toBeNull()
})

test('the link makes no second admin where one was made by other means', async () => {
  await using server = await serve()
  const link = await server.core.links.adminLink()
  await server.core.accounts.create(operator, { email: 'a@ops.test', admin: true, password })
  expect((await accept(server, link?.token ?? '', 'b@ops.test')).reason).toBe('invitation-unknown')
  expect((await signedIn(server, 'a@ops.test')).email).toBe('a@ops.test')
})

test('registration is off: nobody makes himself an account, invited or not', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  expect(said(await register(server, 'new@b.test'))).toEqual([403, 'registration-off'])
  const { json } = await admin.call('POST', 'admin/invitations', {})
  expect(json['usable']).toBe(false)
  expect(said(await accept(server, String(json['token']), 'new@b.test'))).toEqual([403, 'registration-off'])
  // To join an account is another matter.
  expect((await joined(server, admin, 'mate@ops.test')).accountId).toBe(admin.accountId)
  await admin.call('PATCH', 'admin/settings', { registration: 'invitation' })
  expect((await admin.call('POST', 'admin/invitations', {})).json['usable']).toBe(true)
  expect((await accept(server, String(json['token']), 'new@b.test')).status).toBe(201)
})

test('registration by invitation: the link makes an account, on the plan that it names', async () => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'invitation' })
  const admin = await firstAdmin(server)
  expect(said(await register(server, 'new@b.test'))).toEqual([403, 'registration-off'])
  const named = await admin.call('POST', 'admin/invitations', { plan: 'pro', email: 'pro@b.test' })
  expect(said(await accept(server, String(named.json['token']), 'other@b.test'))).toEqual([403, 'forbidden'])
  const pro = personOf(server, await accept(server, String(named.json['token']), 'pro@b.test'))
  expect(at((await pro.call('GET', 'session')).json, 'account', 'plan')).toBe('pro')
  expect(at((await pro.call('GET', 'session')).json, 'member')).toMatchObject({ role: 'owner', admin: false })
  const plain = await admin.call('POST', 'admin/invitations', {})
  const free = personOf(server, await accept(server, String(plain.json['token']), 'free@b.test'))
  expect(at((await free.call('GET', 'session')).json, 'account', 'plan')).toBe('free')
  expect(said(await admin.call('POST', 'admin/invitations', { plan: 'gold' }))).toEqual([404, 'plan-unknown'])
})

test('invitations to new accounts are listed, and taken back', async () => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'invitation' })
  const admin = await firstAdmin(server)
  const made = await admin.call('POST', 'admin/invitations', { plan: 'pro', email: 'pro@b.test' })
  const { json } = await admin.call('GET', 'admin/invitations')
  expect(at(json, 'items')).toMatchObject([{ id: made.json['id'], plan: 'pro', email: 'pro@b.test' }])
  expect(JSON.stringify(json)).not.toContain(String(made.json['token']))
  expect((await admin.call('DELETE', `admin/invitations/${made.json['id']}`)).status).toBe(204)
  expect(said(await accept(server, String(made.json['token']), 'pro@b.test'))).toEqual([404, 'invitation-unknown'])
  expect(at((await admin.call('GET', 'admin/invitations')).json, 'items')).toEqual([])
  expect(said(await admin.call('DELETE', `admin/invitations/${made.json['id']}`))).toEqual([404, 'invitation-unknown'])
})

test('registration is open: whoever asks is an owner on the default plan, some a day from one address', async () => {
  await using server = await serve({
    MAYFLY_SERVER_REGISTRATION: 'open',
    MAYFLY_SERVER_DEFAULT_PLAN: 'basic',
    MAYFLY_SERVER_REGISTRATIONS_PER_DAY: '2',
    MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
  })
  const person = personOf(server, await register(server, 'New@B.test'))
  expect(person.email).toBe('new@b.test')
  const { json } = await person.call('GET', 'account')
  expect(json).toMatchObject({ id: person.accountId, plan: 'basic', state: 'active' })
  expect(said(await register(server, 'new@b.test'))).toEqual([409, 'email-taken'])
  const third = await register(server, 'third@b.test')
  expect(said(third)).toEqual([429, 'rate-exceeded'])
  expect(Number(third.headers.get('retry-after'))).toBe(86_400)
  expect((await register(server, 'third@b.test', { 'x-forwarded-for': '192.0.2.9' })).status).toBe(201)
  server.core.clock.now += day
  expect((await register(server, 'fourth@b.test')).status).toBe(201)
})

test('registering at the same moment under one address makes one account', async () => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'open' })
  const answers = await Promise.all(Array.from({ length: 4 }, () => register(server, 'new@b.test')))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409])
  expect(await server.core.accounts.list(operator, { after: 0, limit: 10 })).toHaveLength(1)
})

test('settings win over the config, are kept, and are set back with null', async () => {
  using directory = temporary()
  const file = `${directory.path}/mayfly.db`
  const settings = async (person: Person) => (await person.call('GET', 'admin/settings')).json
  const config = { developerApi: true, registration: 'invitation', dialects: { dustmail: true, mailcx: true } }
  const env = { MAYFLY_SERVER_REGISTRATION: 'invitation' }
  {
    await using server = await serve(env, { file })
    const admin = await firstAdmin(server)
    expect(await settings(admin)).toMatchObject(config)
    const set = await admin.call('PATCH', 'admin/settings', { registration: 'open', dialects: { dustmail: false } })
    expect(set.json).toMatchObject({ ...config, registration: 'open', dialects: { dustmail: false, mailcx: true } })
    expect((await register(server, 'new@b.test')).status).toBe(201)
    expect((await admin.call('PATCH', 'admin/settings', {})).json).toEqual(set.json)
  }
  await using server = await serve(env, { file })
  await server.core.switches.load()
  const admin = await signedIn(server, 'admin@ops.test')
  expect(await settings(admin)).toMatchObject({ registration: 'open', dialects: { dustmail: false, mailcx: true } })
  await admin.call('PATCH', 'admin/settings', { registration: null, dialects: { dustmail: null } })
  expect(await settings(admin)).toMatchObject(config)
  expect((await register(server, 'other@b.test')).status).toBe(403)
})

test('an account is changed whole or not at all', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test', 'free')
  const change = (id: string, body: object) => admin.call('PATCH', `admin/accounts/${id}`, body)
  expect((await change(boss.accountId, {})).json).toMatchObject({ id: boss.accountId, plan: 'free', state: 'active' })
  expect((await change(boss.accountId, { plan: 'pro', suspended: true })).json).toMatchObject({
    plan: 'pro',
    state: 'suspended',
  })
  expect((await change(boss.accountId, { plan: 'gold', suspended: false })).reason).toBe('plan-unknown')
  expect(said(await signIn(server, boss.email))).toEqual([403, 'account-suspended'])
  // Nobody locks himself out.
  expect(said(await change(admin.accountId, { plan: 'free', suspended: true }))).toEqual([403, 'forbidden'])
  expect(said(await admin.call('DELETE', `admin/accounts/${admin.accountId}`))).toEqual([403, 'forbidden'])
  expect(at((await admin.call('GET', 'account')).json, 'plan')).toBe('unlimited')
  for (const body of [{}, { plan: 'pro' }, { suspended: true }]) {
    expect(said(await change(anyId, body))).toEqual([404, 'account-unknown'])
  }
  expect(said(await admin.call('DELETE', `admin/accounts/${anyId}`))).toEqual([404, 'account-unknown'])
})

test('a suspended account is refused at every door, and taken up again as it was', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const { key: token } = await keyOf(boss)
  const { json } = await server.call('POST', `${api}/mailboxes`, { token, body: { password: 'open sesame' } })
  const box = String(json['address'])
  const signed = await server.call('POST', `${api}/mailboxes/${box}/token`, { body: { password: 'open sesame' } })
  const message = await server.mail(box)
  const credentials = {
    key: { token },
    mailbox: { token: String(signed.json['token']) },
    cookie: { headers: boss.headers },
  }
  const all = () =>
    Promise.all(
      Object.values(credentials).map(async (call) =>
        said(await server.call('GET', `${api}/messages/${message}`, call)),
      ),
    )
  expect(await all()).toEqual(Array(3).fill([200, undefined]))
  await admin.call('PATCH', `admin/accounts/${boss.accountId}`, { suspended: true })
  expect(await all()).toEqual(Array(3).fill([403, 'account-suspended']))
  expect((await signIn(server, boss.email)).reason).toBe('account-suspended')
  expect((await signIn(server, boss.email, 'wrong')).reason).toBe('credential-wrong')
  await expect(server.mail(box)).rejects.toThrow()
  await admin.call('PATCH', `admin/accounts/${boss.accountId}`, { suspended: false })
  expect(await all()).toEqual(Array(3).fill([200, undefined]))
})

test('a deleted account is gone, with its members, keys and mailboxes, and its address is free', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const mate = await joined(server, boss, 'mate@b.test')
  const { key: token } = await keyOf(boss)
  const box = String((await server.call('POST', `${api}/mailboxes`, { token, body: {} })).json['address'])
  const message = await server.mail(box)
  const invitation = await boss.call('POST', 'invitations', {})
  expect((await admin.call('DELETE', `admin/accounts/${boss.accountId}`)).status).toBe(204)
  for (const call of [{ token }, { headers: boss.headers }, { headers: mate.headers }]) {
    expect(said(await server.call('GET', `${api}/messages/${message}`, call))).toEqual([401, 'credential-wrong'])
  }
  expect((await signIn(server, boss.email)).reason).toBe('credential-wrong')
  expect((await accept(server, String(invitation.json['token']), 'x@b.test')).reason).toBe('invitation-unknown')
  expect((await admin.call('PATCH', `admin/accounts/${boss.accountId}`, { plan: 'pro' })).reason).toBe(
    'account-unknown',
  )
  const items = listIn((await admin.call('GET', 'admin/accounts')).json, 'items')
  expect(items.map((one) => at(one, 'id'))).toEqual([admin.accountId])
  const again = await owner(server, admin, 'boss@b.test')
  expect(again.accountId).not.toBe(boss.accountId)
  expect(said(await again.call('GET', `messages/${message}`))).toEqual([404, 'message-unknown'])
})

test('accounts are listed page by page, oldest first', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  for (let n = 0; n < 4; n++) await server.core.accounts.create(operator, { email: `n${n}@b.test`, plan: 'free' })
  const seen: unknown[] = []
  for (let cursor = ''; ; ) {
    const { json } = await admin.call('GET', `admin/accounts?limit=2${cursor && `&cursor=${cursor}`}`)
    seen.push(...listIn(json, 'items').map((one) => at(one, 'owner')))
    if (json['next'] === null) break
    cursor = String(json['next'])
  }
  expect(seen).toEqual([admin.email, 'n0@b.test', 'n1@b.test', 'n2@b.test', 'n3@b.test'])
  const { json } = await admin.call('GET', 'admin/accounts?limit=1')
  expect(listIn(json, 'items')).toEqual([
    expect.objectContaining({
      id: admin.accountId,
      owner: admin.email,
      plan: 'unlimited',
      state: 'active',
      members: 1,
    }),
  ])
  const { key: token } = await keyOf(admin)
  expect((await admin.call('GET', 'admin/accounts?cursor=1.aaaaaaaaaaaaaaaa')).reason).toBe('invalid-cursor')
  // A cursor is of one list.
  expect((await server.call('GET', `${api}/keys?cursor=${json['next']}`, { token })).reason).toBe('invalid-cursor')
})

test('accounts are found by a part of an e-mail address, their id, their plan and their state', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const ann = await owner(server, admin, 'ann@b.test', 'free')
  const bob = await owner(server, admin, 'bob_x%@b.test', 'pro')
  await joined(server, admin, 'mate@c.test')
  await admin.call('PATCH', `admin/accounts/${bob.accountId}`, { suspended: true })
  const found = async (query: string) =>
    listIn((await admin.call('GET', `admin/accounts?${query}`)).json, 'items').map((one) => at(one, 'owner'))
  expect(await found('q=B.TEST')).toEqual([ann.email, bob.email])
  expect(await found('q=mate')).toEqual([admin.email])
  // Not a pattern.
  expect(await found('q=%25')).toEqual([bob.email])
  expect(await found('q=_')).toEqual([bob.email])
  expect(await found(`q=${ann.accountId}`)).toEqual([ann.email])
  expect(await found('plan=free')).toEqual([ann.email])
  expect(await found('state=suspended')).toEqual([bob.email])
  expect(await found('state=lapsed')).toEqual([])
  expect(await found('state=active&q=b.test')).toEqual([ann.email])
  expect(await found('q=nobody')).toEqual([])
  const { json } = await admin.call('GET', 'admin/accounts?q=b.test&limit=1')
  const cursor = String(json['next'])
  expect(await found(`q=b.test&limit=1&cursor=${cursor}`)).toEqual([bob.email])
  expect((await admin.call('GET', `admin/accounts?limit=1&cursor=${cursor}`)).reason).toBe('invalid-cursor')
  for (const query of ['q=', 'state=deleted', `q=${'x'.repeat(255)}`]) {
    expect((await admin.call('GET', `admin/accounts?${query}`)).reason).toBe('invalid-request')
  }
})

test('an admin sees what an account has and used, and no secret of it', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test', 'pro')
  const mate = await joined(server, boss, 'mate@b.test')
  const { key: secret, id } = await keyOf(mate, { name: 'CI' })
  const box = await server.call('POST', `${api}/mailboxes`, { token: secret, body: {} })
  await server.mail(String(box.json['address']))
  await boss.call('POST', 'domains', { name: 'own.example' })
  const path = `admin/accounts/${boss.accountId}`
  const { json } = await admin.call('GET', path)
  expect(json).toMatchObject({
    id: boss.accountId,
    owner: 'boss@b.test',
    plan: 'pro',
    state: 'active',
    limits: { activeMailboxes: 50 },
    used: { activeMailboxes: 1, requestsToday: 1, inboxesToday: 1 },
  })
  expect(Number(at(json, 'used', 'bytes'))).toBeGreaterThan(0)
  const members = await admin.call('GET', `${path}/members`)
  expect(listIn(members.json, 'items').map((one) => at(one, 'email'))).toEqual(['boss@b.test', 'mate@b.test'])
  const keys = await admin.call('GET', `${path}/keys`)
  expect(listIn(keys.json, 'items')).toMatchObject([{ id, name: 'CI', maker: 'mate@b.test', requests: 1 }])
  const domains = await admin.call('GET', `${path}/domains`)
  expect(listIn(domains.json, 'items')).toMatchObject([{ name: 'own.example', state: 'pending' }])
  const usage = await admin.call('GET', `${path}/usage?span=day`)
  expect(listIn(usage.json, 'items').map((one) => at(one, 'what'))).toContain('mails')
  for (const { body } of [members, keys, domains]) expect(body).not.toContain(secret)
  // A cursor of one account's keys is none of another's.
  await keyOf(mate)
  const { json: page } = await admin.call('GET', `${path}/keys?limit=1`)
  const other = `admin/accounts/${admin.accountId}/keys?cursor=${page['next']}`
  expect((await admin.call('GET', other)).reason).toBe('invalid-cursor')
})

test('the plans are listed with how many accounts each has, also those that the config has no more', async () => {
  await using server = await serve({ MAYFLY_PLANS_PRO_STRIPE_PRICE: 'price_1' })
  const admin = await firstAdmin(server)
  for (const email of ['a@b.test', 'b@b.test']) await owner(server, admin, email, 'pro')
  const { plans } = server.core
  const all = plans.names().map((name) => plans.get(name))
  await plans.replace(all.filter(({ name }) => name !== 'pro'))
  const items = listIn((await admin.call('GET', 'admin/plans')).json, 'items')
  const named = (name: string) => items.find((one) => at(one, 'name') === name)
  expect(named('pro')).toMatchObject({ offered: false, accounts: 2, limits: { activeMailboxes: 50 } })
  expect(named('unlimited')).toMatchObject({ offered: true, accounts: 1 })
  expect(named('free')).toMatchObject({ offered: true, accounts: 0, prices: { stripe: null, btcpay: null, days: 30 } })
})

test('the audit trail is searched by who, what, whose and when', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  server.core.clock.now += 3_600_000
  const boss = await owner(server, admin, 'boss@b.test')
  server.core.clock.now += 3_600_000
  const { id } = await keyOf(boss)
  await boss.call('DELETE', `keys/${id}`)
  const found = async (query: Record<string, string>) =>
    listIn((await admin.call('GET', `admin/audit?${new URLSearchParams(query)}`)).json, 'items').map(
      (one) => `${at(one, 'what')} by ${at(one, 'actor')}`,
    )
  expect(await found({ what: 'key' })).toEqual(['key.revoked by boss@b.test', 'key.created by boss@b.test'])
  expect(await found({ what: 'key.created' })).toEqual(['key.created by boss@b.test'])
  expect(await found({ actor: 'BOSS', what: 'key.r' })).toEqual(['key.revoked by boss@b.test'])
  expect((await found({ actor: boss.memberId })).length).toBe((await found({ actor: 'boss@' })).length)
  expect(await found({ account: boss.accountId, what: 'account' })).toEqual([`account.created by ${admin.email}`])
  const now = server.core.clock.now
  const since = new Date(now).toISOString()
  expect((await found({ since })).toSorted()).toEqual(['key.created by boss@b.test', 'key.revoked by boss@b.test'])
  const until = new Date(now - 3_600_000).toISOString()
  expect(await found({ until, account: boss.accountId })).toEqual([])
  expect((await found({ until })).length).toBeGreaterThan(0)
  expect(await found({ actor: 'nobody@' })).toEqual([])
  const { json } = await admin.call('GET', 'admin/audit?what=key&limit=1')
  expect(await found({ what: 'key', limit: '1', cursor: String(json['next']) })).toEqual(['key.created by boss@b.test'])
  expect((await admin.call('GET', `admin/audit?cursor=${json['next']}`)).reason).toBe('invalid-cursor')
})

test('what only the operator reads is as the document says', async () => {
  await using server = await serve({ MAYFLY_DNS_MODE: 'off', MAYFLY_PLANS_PRO_STRIPE_PRICE: 'price_1' })
  const admin = await firstAdmin(server)
  await admin.call('GET', 'session')
  const item = ({ json }: Answer) => listIn(json, 'items')[0]
  const of = (path: string) => admin.call('GET', `admin/${path}`)
  const { Health, ServerReport, ConfiguredPlan } = operatorSchemas
  const { SeenAccount, Usage, Settings, Deed } = accountSchemas
  for (const [schema, value] of [
    [Health, (await of('health')).json],
    [ServerReport, (await of('doctor')).json],
    [ConfiguredPlan, item(await of('plans'))],
    [SeenAccount, (await of(`accounts/${admin.accountId}`)).json],
    [Usage, item(await of('usage?span=month'))],
    [Settings, (await of('settings')).json],
    [Deed, item(await of('audit'))],
  ] as const) {
    expect([...Value.Errors(schema, value)]).toEqual([])
  }
  const { json } = await of('usage?span=week&periods=2')
  expect(listIn(json, 'latency')).toContainEqual({
    from: expect.any(String),
    api: 'native',
    requests: expect.any(Number),
    p50: expect.any(Number),
    p90: expect.any(Number),
    p99: expect.any(Number),
  })
})

test('the switches say which of them were set here', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const changed = async (body: object) => (await admin.call('PATCH', 'admin/settings', body)).json['changed']
  expect((await admin.call('GET', 'admin/settings')).json['changed']).toEqual([])
  expect(await changed({ registration: 'open', dialects: { mailcx: false } })).toEqual([
    'registration',
    'dialects.mailcx',
  ])
  expect(await changed({ registration: null, dialects: { mailcx: null } })).toEqual([])
})

test("the server's health and its doctor answer to an admin", async () => {
  await using server = await serve({ MAYFLY_DNS_MODE: 'off' })
  const admin = await firstAdmin(server)
  server.core.room.shortage = 'the disk is full'
  expect((await admin.call('GET', 'admin/health')).json).toMatchObject({
    version: expect.any(String),
    shortage: 'the disk is full',
    whole: true,
    queues: { writer: 0, digests: 0, reads: 0, webhooks: 0 },
    open: { waits: 0, streams: 0 },
    certificate: { selfSigned: true },
  })
  const { json } = await admin.call('GET', 'admin/doctor')
  expect(json['outcome']).toBe('note')
  expect(listIn(json, 'items')).toContainEqual(expect.objectContaining({ check: 'dns', level: 'note' }))
})

test('an account sees its plan, its limits and what it used of them', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test', 'hobbyist')
  const mate = await joined(server, boss, 'mate@b.test')
  const { key: token } = await keyOf(mate)
  for (let n = 0; n < 3; n++) await server.call('POST', `${api}/mailboxes`, { token, body: { recoverable: n === 0 } })
  const { json } = await boss.call('GET', 'account')
  expect(json).toMatchObject({
    id: boss.accountId,
    plan: 'hobbyist',
    state: 'active',
    limits: { requestsPerMinute: 120, burst: 200, requestsPerDay: 1000, requestsPerMonth: null, activeMailboxes: 10 },
    used: {
      requestsThisMinute: 3,
      requestsToday: 3,
      requestsThisMonth: 3,
      inboxesToday: 3,
      activeMailboxes: 3,
      archivedMailboxes: 1,
      bytes: 0,
    },
  })
  const { json: open } = await boss.call('GET', 'mailboxes')
  await server.mail(String(at(open, 'items', 0, 'address')))
  server.core.clock.now += 60_000
  const later = await boss.call('GET', 'account')
  expect(later.json).toMatchObject({
    used: { requestsToday: 3, bytes: at(await boss.call('GET', 'mailboxes'), 'json', 'items', 0, 'bytes') },
  })
  expect(Number(at(later.json, 'used', 'bytes'))).toBeGreaterThan(0)
  expect((await server.call('GET', `${api}/account`, { token })).json).toMatchObject({ used: { requestsToday: 4 } })
  const { token: box } = await server.open()
  expect(said(await server.call('GET', `${api}/account`, { token: box }))).toEqual([403, 'forbidden'])
})

test('usage is summed by account, and for the admin in all', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const other = await owner(server, admin, 'other@b.test')
  const { key: token } = await keyOf(boss)
  const box = String((await server.call('POST', `${api}/mailboxes`, { token, body: {} })).json['address'])
  await server.mail(box)
  await server.call('GET', `${api}/mailboxes/nothing`, { token })
  for (const span of ['hour', 'day']) {
    const items = listIn((await boss.call('GET', `account/usage?span=${span}`)).json, 'items')
    const sum = (what: string, label?: string) =>
      items
        .filter((one) => at(one, 'what') === what && (label === undefined || at(one, 'label') === label))
        .reduce<number>((total, one) => total + Number(at(one, 'value')), 0)
    expect([sum('inboxes'), sum('mails'), sum('requests', 'native 4xx')]).toEqual([1, 1, 1])
    expect(sum('bytes')).toBeGreaterThan(0)
    expect(sum('refused-requests', 'mailbox-unknown')).toBe(1)
  }
  const none = listIn((await other.call('GET', 'account/usage')).json, 'items').filter(
    (one) => at(one, 'what') !== 'requests',
  )
  expect(none).toEqual([])
  const total = await admin.call('GET', 'admin/usage?span=day&days=1')
  expect(listIn(total.json, 'top', 'mails')).toEqual([{ accountId: boss.accountId, owner: boss.email, value: 1 }])
  expect(listIn(total.json, 'top', 'inboxes')).toEqual([{ accountId: boss.accountId, owner: boss.email, value: 1 }])
  expect(listIn(total.json, 'top', 'requests').map((one) => at(one, 'accountId'))).toContain(boss.accountId)
  expect(listIn(total.json, 'items').some((one) => at(one, 'what') === 'mails' && at(one, 'value') === 1)).toBe(true)
  expect((await boss.call('GET', 'account/usage?span=week')).reason).toBe('invalid-request')
})

test('every deed is in the audit trail: who, what, when, from where', async () => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'open', MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' })
  const from = { 'x-forwarded-for': '192.0.2.7' }
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  server.core.clock.now += 60_000
  const did: unknown[] = []
  const deed = async (person: Person, method: string, path: string, body?: object) => {
    const answer = await person.call(method, path, body, from)
    if (answer.status >= 300) throw new Error(answer.body)
    const { json } = await admin.call('GET', 'admin/audit?limit=1')
    const [newest] = listIn(json, 'items')
    expect(newest).toMatchObject({
      at: new Date(server.core.clock.now).toISOString(),
      by: 'member',
      actor: person.email,
      actorId: person.memberId,
      client: '192.0.2.7',
    })
    did.push(at(newest, 'what'))
    return answer.json
  }
  const key = await deed(boss, 'POST', 'keys', { name: 'ci' })
  await deed(boss, 'PATCH', `keys/${key['id']}`, { name: 'tests' })
  await deed(boss, 'POST', `keys/${key['id']}/rotate`, {})
  await deed(boss, 'DELETE', `keys/${key['id']}`)
  const invitation = await deed(boss, 'POST', 'invitations', {})
  await deed(boss, 'DELETE', `invitations/${invitation['id']}`)
  const mate = await joined(server, boss, 'mate@b.test')
  await deed(boss, 'PATCH', `members/${mate.memberId}`, { role: 'owner' })
  await deed(boss, 'POST', `members/${mate.memberId}/password-link`)
  await deed(boss, 'DELETE', `members/${mate.memberId}`)
  await deed(boss, 'PATCH', 'session', { present: password, password: 'another password' })
  await deed(boss, 'DELETE', 'session')
  const made = await deed(admin, 'POST', 'admin/accounts', { email: 'third@b.test' })
  await deed(admin, 'PATCH', `admin/accounts/${made['id']}`, { plan: 'free' })
  await deed(admin, 'PATCH', `admin/accounts/${made['id']}`, { suspended: true })
  await deed(admin, 'PATCH', `admin/accounts/${made['id']}`, { suspended: false })
  await deed(admin, 'DELETE', `admin/accounts/${made['id']}`)
  await deed(admin, 'POST', 'admin/invitations', {})
  await deed(admin, 'PATCH', 'admin/settings', { registration: 'open' })
  const block = await deed(admin, 'POST', 'admin/blocks', { kind: 'sender', pattern: 'evil.test' })
  await deed(admin, 'DELETE', `admin/blocks/${block['id']}`)
  expect(did).toEqual([
    'key.created',
    'key.changed',
    'key.rotated',
    'key.revoked',
    'link.made',
    'link.taken-back',
    'member.changed',
    'link.made',
    'member.removed',
    'member.password-set',
    'session.ended',
    'account.created',
    'account.changed',
    'account.suspended',
    'account.resumed',
    'account.deleted',
    'link.made',
    'settings.changed',
    'block.added',
    'block.removed',
  ])
  const newest = async () => listIn((await admin.call('GET', 'admin/audit?limit=1')).json, 'items')[0]
  mustBe(201, await register(server, 'self@b.test', from))
  expect(await newest()).toMatchObject({
    by: 'member',
    actor: 'self@b.test',
    what: 'account.created',
    client: '192.0.2.7',
  })
  mustBe(201, await signIn(server, 'self@b.test', password, from))
  expect(await newest()).toMatchObject({
    by: 'member',
    actor: 'self@b.test',
    what: 'session.opened',
    client: '192.0.2.7',
  })
  await server.core.accounts.create(operator, { email: 'cli@b.test' })
  expect(await newest()).toMatchObject({ by: 'command', actor: 'command line', client: '', what: 'account.created' })
  const unbounded = await keyOf(admin, { name: 'automation' })
  await server.call('POST', `${api}/admin/invitations`, { token: unbounded.key, body: {}, headers: from })
  expect(await newest()).toMatchObject({ by: 'key', actor: 'automation', actorId: unbounded.id, client: '192.0.2.7' })
})

test('what a member does with mail by hand is in the trail, and what a key does is counted alone', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const { key } = await keyOf(boss)
  const trail = async () =>
    listIn((await boss.call('GET', 'account/audit?limit=100')).json, 'items').filter((deed) =>
      /^(mailbox|message)\./.test(String(at(deed, 'what'))),
    )
  const doAll = async (call: (method: string, path: string, body?: object) => Promise<Answer>, name: string) => {
    const address = `${name}@mayfly.test`
    const { json } = mustBe(201, await call('POST', 'mailboxes', { localPart: name, recoverable: true }))
    mustBe(200, await call('PATCH', `mailboxes/${address}`, { tag: 'shop' }))
    const [first = '', second = ''] = [await server.mail(address), await server.mail(address)]
    expect(second).not.toBe('')
    mustBe(204, await call('DELETE', `messages/${first}`))
    mustBe(204, await call('DELETE', `mailboxes/${address}/messages`))
    mustBe(204, await call('DELETE', `mailboxes/${address}`))
    const restored = mustBe(201, await call('POST', `mailboxes/${address}/restore`, {}))
    mustBe(204, await call('DELETE', `mailboxes/${address}?permanent=true`))
    return { first, opened: json['id'], restored: restored.json['id'] }
  }
  await doAll(
    (method, path, body) => server.call(method, `${api}/${path}`, { token: key, ...(body ? { body } : {}) }),
    'ci',
  )
  expect(await trail()).toEqual([])
  const { first, opened, restored } = await doAll(boss.call, 'hand')
  const by = { by: 'member', actor: boss.email, accountId: boss.accountId, detail: { address: 'hand@mayfly.test' } }
  expect(await trail()).toMatchObject([
    { ...by, what: 'mailbox.deleted', target: restored },
    { ...by, what: 'mailbox.restored', target: restored },
    { ...by, what: 'mailbox.archived', target: opened },
    { ...by, what: 'mailbox.emptied', target: opened },
    { ...by, what: 'message.deleted', target: first },
    { ...by, what: 'mailbox.changed', target: opened },
    { ...by, what: 'mailbox.opened', target: opened },
  ])
})

test("an owner sees his account's trail, an admin all, and nobody can change it", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const boss = await owner(server, admin, 'boss@b.test')
  const other = await owner(server, admin, 'other@b.test')
  await keyOf(boss, { name: 'mine' })
  await keyOf(other, { name: 'theirs' })
  const trail = async (person: Person, path: string) =>
    listIn((await person.call('GET', `${path}?limit=100`)).json, 'items')
  const own = await trail(boss, 'account/audit')
  expect(own.map((one) => at(one, 'accountId'))).toEqual(own.map(() => boss.accountId))
  expect(own.map((one) => at(one, 'what'))).toEqual(['key.created', 'session.opened', 'account.created'])
  const all = await trail(admin, 'admin/audit')
  expect(all).toEqual(expect.arrayContaining(own))
  expect(new Set(all.map((one) => at(one, 'accountId')))).toEqual(
    new Set([admin, boss, other].map(({ accountId }) => accountId)),
  )
  // Page by page it is the same.
  const first = await admin.call('GET', 'admin/audit?limit=3')
  const second = await admin.call('GET', `admin/audit?limit=100&cursor=${first.json['next']}`)
  expect([...listIn(first.json, 'items'), ...listIn(second.json, 'items')]).toEqual(all)
  expect((await boss.call('GET', `account/audit?cursor=${first.json['next']}`)).reason).toBe('invalid-cursor')
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    for (const path of ['admin/audit', 'account/audit', 'admin/audit/1', 'account/audit/1']) {
      expect((await admin.call(method, path, {})).status).toBe(404)
    }
  }
  expect(await trail(admin, 'admin/audit')).toEqual(all)
})

test('an account is made by nobody but an admin', async () => {
  await using server = await serve()
  await expect(server.core.accounts.create(nobody, { email: 'a@b.test' })).rejects.toMatchObject({
    reason: 'credential-missing',
  })
})
