// Signing in and out, sessions, and what their cookies are good for.
import { expect, test } from 'bun:test'
import { sessionCheck } from '../../src/storage/row-checks.ts'
import { sessions } from '../../src/storage/schema.ts'
import {
  api,
  cookieIn,
  firstAdmin,
  joined,
  keyOf,
  mustBe,
  owner,
  password,
  signedIn,
  signIn,
} from '../accounts/team.ts'
import { at, listen, listIn, serve } from '../http/serve.ts'

const hour = 3_600_000
const day = 24 * hour

test('signing in answers who it is, and a cookie that authorises', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server, 'Admin@Ops.TEST')
  const answer = await signIn(server, ' ADMIN@ops.test ')
  expect(answer.status).toBe(201)
  expect(at(answer.json, 'member', 'email')).toBe('admin@ops.test')
  expect(at(answer.json, 'member', 'role')).toBe('owner')
  expect(at(answer.json, 'member', 'admin')).toBe(true)
  expect(at(answer.json, 'account', 'id')).toBe(admin.accountId)
  expect(answer.json['expiresAt']).toBe(new Date(server.core.clock.now + 30 * day).toISOString())
  expect(answer.headers.get('set-cookie')).toMatch(
    /^mayfly=ses_[0-9A-Za-z]{40}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/,
  )
  const shown = await server.call('GET', `${api}/session`, { headers: { cookie: cookieIn(answer) ?? '' } })
  expect(shown.status).toBe(200)
  expect(shown.json['id']).toBe(answer.json['id'])
  expect(at(shown.json, 'member', 'lastSignInAt')).toBe(new Date(server.core.clock.now).toISOString())
})

test('where people come by https, the cookie is for that and for this host alone', async () => {
  await using server = await serve({ MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example.test' })
  const admin = await firstAdmin(server)
  const answer = await signIn(server, admin.email)
  expect(answer.headers.get('set-cookie')).toMatch(
    /^__Host-mayfly=ses_\w{40}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000; Secure$/,
  )
  const token = (cookieIn(answer) ?? '').split('=')[1]
  const plain = await server.call('GET', `${api}/session`, { headers: { cookie: `mayfly=${token}` } })
  expect([plain.status, plain.reason]).toEqual([401, 'credential-missing'])
  const prefixed = await server.call('GET', `${api}/session`, { headers: { cookie: `a=b; __Host-mayfly=${token}` } })
  expect(prefixed.status).toBe(200)
  // The public address counts as our own, whatever the proxy says in Host.
  const change = (origin: string) =>
    server.call('POST', `${api}/keys`, { body: {}, headers: { cookie: `__Host-mayfly=${token}`, origin } })
  expect((await change('https://mail.example.test')).status).toBe(201)
  expect((await change('https://mail.example.test:8443')).reason).toBe('origin-refused')
})

test('an unknown address and a wrong password look the same', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const plain = ({ status, json }: { status: number; json: Record<string, unknown> }) => [
    status,
    at(json, 'error', 'reason'),
    at(json, 'error', 'message'),
  ]
  const wrong = await signIn(server, admin.email, 'not this one')
  const unknown = await signIn(server, 'nobody@ops.test', 'not this one')
  expect(wrong.status).toBe(401)
  expect(plain(unknown)).toEqual(plain(wrong))
  expect([...unknown.headers.keys()].toSorted()).toEqual([...wrong.headers.keys()].toSorted())
  expect(cookieIn(wrong)).toBeNull()
})

test('who has no password yet cannot sign in, with any', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  mustBe(201, await admin.call('POST', 'admin/accounts', { email: 'new@b.test' }))
  expect((await signIn(server, 'new@b.test', password)).reason).toBe('credential-wrong')
})

test('five failures are free, then each try waits, for the address and for who is tried', async () => {
  await using server = await serve({ MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' })
  const admin = await firstAdmin(server)
  const from = (address: string) => ({ 'x-forwarded-for': address })
  for (let n = 0; n < 5; n++) {
    expect((await signIn(server, `nobody${n}@ops.test`, 'wrong', from('192.0.2.1'))).status).toBe(401)
  }
  const sixth = await signIn(server, admin.email, password, from('192.0.2.1'))
  expect([sixth.status, sixth.reason, sixth.headers.get('retry-after')]).toEqual([429, 'rate-exceeded', '1'])
  // Another address is not held up by that.
  expect((await signIn(server, admin.email, password, from('192.0.2.2'))).status).toBe(201)
  for (let n = 0; n < 5; n++) {
    expect((await signIn(server, admin.email, 'wrong', from(`198.51.100.${n}`))).status).toBe(401)
  }
  const held = await signIn(server, admin.email, password, from('198.51.100.9'))
  expect([held.status, held.headers.get('retry-after')]).toEqual([429, '1'])
  // An unknown address is slowed down alike.
  for (let n = 0; n < 5; n++) await signIn(server, 'ghost@ops.test', 'wrong', from(`203.0.113.${n}`))
  expect((await signIn(server, 'ghost@ops.test', 'wrong', from('203.0.113.9'))).status).toBe(429)
})

test('tries at the same moment count as if they came one after the other', async () => {
  await using server = await serve()
  await firstAdmin(server)
  const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(server, 'admin@ops.test', 'wrong')))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(5).fill(401), ...Array(7).fill(429)])
})

test('guessed invitations and password links slow down like sign-ins', async () => {
  await using server = await serve()
  const guess = (path: string, body: object) => server.call('POST', `${api}/${path}`, { body })
  const token = `inv_${'x'.repeat(40)}`
  for (let n = 0; n < 3; n++) {
    const { status, reason } = await guess('invitations/accept', { token, email: 'a@b.test', password })
    expect([status, reason]).toEqual([404, 'invitation-unknown'])
  }
  for (let n = 0; n < 2; n++) {
    const { status, reason } = await guess('session/reset', { token, password })
    expect([status, reason]).toEqual([404, 'invitation-unknown'])
  }
  expect((await guess('session/reset', { token, password })).reason).toBe('rate-exceeded')
})

test('sessions are listed, and ended one by one', async () => {
  await using server = await serve()
  const first = await firstAdmin(server)
  server.core.clock.now += 1000
  const answer = await signIn(server, first.email, password, { 'user-agent': 'Phone\t1.0' })
  const second = String(answer.json['id'])
  const { json } = await first.call('GET', 'sessions')
  expect(listIn(json, 'items')).toEqual([
    expect.objectContaining({ id: first.sessionId, current: true, client: '127.0.0.1' }),
    expect.objectContaining({ id: second, current: false, client: '127.0.0.1', agent: 'Phone 1.0' }),
  ])
  expect((await first.call('DELETE', `sessions/${second}`)).status).toBe(204)
  const gone = await server.call('GET', `${api}/session`, { headers: { cookie: cookieIn(answer) ?? '' } })
  expect([gone.status, gone.reason]).toEqual([401, 'credential-wrong'])
  expect((await first.call('DELETE', `sessions/${second}`)).reason).toBe('session-unknown')
  expect((await first.call('GET', 'session')).status).toBe(200)
})

test("nobody ends another member's session, of his account or not", async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const mate = await joined(server, admin, 'mate@ops.test')
  const other = await owner(server, admin, 'other@b.test')
  for (const victim of [mate, other]) {
    const { status, reason } = await admin.call('DELETE', `sessions/${victim.sessionId}`)
    expect([status, reason]).toEqual([404, 'session-unknown'])
    expect((await victim.call('GET', 'session')).status).toBe(200)
  }
})

test('signing out ends the session and takes the cookie away', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await signedIn(server, admin.email)
  const out = await admin.call('DELETE', 'session')
  expect(out.status).toBe(204)
  expect(out.headers.get('set-cookie')).toBe('mayfly=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0')
  expect((await admin.call('GET', 'session')).reason).toBe('credential-wrong')
  expect((await other.call('GET', 'session')).status).toBe(200)
})

test('signing out everywhere ends them all', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await signedIn(server, admin.email)
  expect((await other.call('DELETE', 'sessions')).status).toBe(204)
  for (const one of [admin, other]) expect((await one.call('GET', 'session')).status).toBe(401)
})

test('signing out elsewhere ends all but the session that asks', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await signedIn(server, admin.email)
  const out = await other.call('DELETE', 'sessions?others=true')
  expect([out.status, out.headers.get('set-cookie')]).toEqual([204, null])
  expect((await admin.call('GET', 'session')).status).toBe(401)
  expect((await other.call('GET', 'session')).status).toBe(200)
  expect((await other.call('DELETE', 'sessions?others=true')).status).toBe(204)
})

test('a session ends after thirty days without use, and lives on with it', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const idle = await signedIn(server, admin.email)
  for (let week = 0; week < 6; week++) {
    server.core.clock.now += 7 * day
    const shown = await admin.call('GET', 'session')
    expect(shown.status).toBe(200)
    await server.core.signIns.tidy()
  }
  const { json, headers } = await admin.call('GET', 'session')
  expect(json['expiresAt']).toBe(new Date(server.core.clock.now + 30 * day).toISOString())
  // The browser is told too.
  expect(headers.get('set-cookie')).toContain(`${admin.cookie}; `)
  expect(headers.get('set-cookie')).toContain('Max-Age=2592000')
  expect((await idle.call('GET', 'session')).status).toBe(401)
})

test('a cookie that is good no more is refused, taken away, and keeps nobody from signing in', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  await admin.call('DELETE', 'session')
  const refused = await admin.call('GET', 'account')
  expect([refused.status, refused.reason]).toEqual([401, 'credential-wrong'])
  expect(refused.headers.get('set-cookie')).toContain('mayfly=; ')
  expect((await admin.call('POST', 'mailboxes', {}, { 'idempotency-key': '1' })).headers.get('set-cookie')).toContain(
    'Max-Age=0',
  )
  expect((await admin.call('POST', 'session', { email: admin.email, password })).status).toBe(201)
  const again = await admin.call('POST', 'session', { email: admin.email, password }, { 'idempotency-key': '2' })
  expect(again.status).toBe(201)
})

test('a wrong present password ends no session', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const wrong = await admin.call('PATCH', 'session', { present: 'not this one', password: 'another password' })
  expect([wrong.status, wrong.reason, wrong.headers.get('set-cookie')]).toEqual([401, 'credential-wrong', null])
  expect((await admin.call('GET', 'session')).status).toBe(200)
})

test('a new password ends all other sessions, and the old one', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await signedIn(server, admin.email)
  const changed = await admin.call('PATCH', 'session', { present: password, password: 'another password' })
  expect(changed.status).toBe(200)
  expect((await admin.call('GET', 'session')).status).toBe(200)
  expect((await other.call('GET', 'session')).status).toBe(401)
  expect((await signIn(server, admin.email, password)).status).toBe(401)
  expect((await signIn(server, admin.email, 'another password')).status).toBe(201)
})

test('a live stream ends with its session', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await signedIn(server, admin.email)
  const stream = await listen(server, `${api}/events`, other.headers)
  expect(stream.status).toBe(200)
  await admin.call('DELETE', `sessions/${other.sessionId}`)
  expect(await stream.next()).toMatchObject({ event: 'gone', data: { reason: 'credential-wrong' } })
  expect(await stream.next()).toBeNull()
})

test('a hundred sessions at most: the one used longest ago gives way, never the new one', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { core } = server
  const { db } = core.connection
  for (let n = 0; n < 99; n++) {
    const id = `other ${n}`
    const row = { hash: id, id, memberId: admin.memberId, createdAt: core.clock.now, client: '', agent: '' }
    const times = { expiresAt: core.clock.now + day, lastUsedAt: core.clock.now + 1 }
    db.insert(sessions)
      .values({ ...row, ...times, checkValue: sessionCheck(row) })
      .run()
  }
  // The clock was set back: the new one seems the oldest.
  core.clock.now -= hour
  const newest = await signedIn(server, admin.email)
  expect((await newest.call('GET', 'session')).status).toBe(200)
  expect(listIn((await newest.call('GET', 'sessions')).json, 'items')).toHaveLength(100)
  expect((await admin.call('GET', 'session')).status).toBe(401)
})

test('signing in without an origin is taken, from our own taken, from a foreign one refused', async () => {
  await using server = await serve({ MAYFLY_HTTP_CORS_ORIGINS: 'https://friend.test' })
  const admin = await firstAdmin(server)
  const { key } = await keyOf(admin)
  const status = async (headers: Record<string, string>) => {
    const { status, reason, headers: answered } = await signIn(server, admin.email, password, headers)
    return status === 201 ? answered.has('set-cookie') : [status, reason]
  }
  expect(await status({})).toBe(true)
  expect(await status({ origin: server.url })).toBe(true)
  expect(await status({ origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(true)
  const refused = [403, 'origin-refused']
  expect(await status({ origin: 'https://evil.test' })).toEqual(refused)
  expect(await status({ origin: 'null' })).toEqual(refused)
  expect(await status({ origin: 'https://friend.test' })).toEqual(refused)
  expect(await status({ 'sec-fetch-site': 'cross-site' })).toEqual(refused)
  // A key opens other origins for calls, not for signing in.
  expect(await status({ origin: 'https://evil.test', authorization: `Bearer ${key}` })).toEqual(refused)
  // However the path is spelled.
  for (const path of ['session/', '%73ession', 'session/?']) {
    const headers = { origin: 'https://evil.test', authorization: `Bearer ${key}` }
    const body = { email: admin.email, password }
    const answer = await server.call('POST', `${api}/${path}`, { body, headers })
    expect([path, answer.headers.has('set-cookie')]).toEqual([path, false])
  }
})

test('a cookie authorises same-origin requests only', async () => {
  await using server = await serve({ MAYFLY_HTTP_CORS_ORIGINS: 'https://friend.test' })
  const { cookie } = await firstAdmin(server)
  const ask = async (method: string, headers: Record<string, string>) => {
    const body = method === 'POST' ? { body: {} } : {}
    const { status, reason } = await server.call(method, `${api}/keys`, { ...body, headers: { cookie, ...headers } })
    return status < 300 ? 'taken' : reason
  }
  const foreign = [
    { origin: 'https://evil.test' },
    { origin: 'https://friend.test' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${server.port + 1}` },
    { origin: `http://127.0.0.1.evil.test:${server.port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: server.url, 'sec-fetch-site': 'cross-site' },
  ]
  for (const headers of foreign) {
    for (const method of ['GET', 'POST']) {
      expect([method, headers, await ask(method, headers)]).toEqual([method, headers, 'origin-refused'])
    }
  }
  expect(await ask('GET', {})).toBe('taken')
  expect(await ask('GET', { 'sec-fetch-site': 'none' })).toBe('taken')
  expect(await ask('GET', { 'sec-fetch-site': 'same-origin' })).toBe('taken')
  expect(await ask('GET', { origin: server.url })).toBe('taken')
  expect(await ask('POST', {})).toBe('origin-refused')
  expect(await ask('POST', { 'sec-fetch-site': 'same-origin' })).toBe('origin-refused')
  expect(await ask('POST', { origin: server.url })).toBe('taken')
  // A proxy may speak TLS for us: the scheme is not compared.
  expect(await ask('POST', { origin: server.url.replace('http:', 'https:') })).toBe('taken')
})

test('of several credentials the first counts, and a wrong one is refused, never ignored', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const other = await owner(server, admin, 'other@b.test')
  const { key: mine } = await keyOf(admin)
  const { key: theirs } = await keyOf(other)
  const whose = async (headers: Record<string, string>) => {
    const { json, reason } = await server.call('GET', `${api}/account`, { headers })
    return reason ?? (json['id'] === admin.accountId ? 'mine' : json['id'] === other.accountId ? 'theirs' : '?')
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const { cookie } = other
  expect(await whose({ ...bearer(mine), 'x-api-key': theirs })).toBe('mine')
  expect(await whose({ ...bearer(mine), cookie })).toBe('mine')
  expect(await whose({ 'x-api-key': mine, cookie })).toBe('mine')
  expect(await whose({ cookie })).toBe('theirs')
  expect(await whose({ ...bearer('wrong'), 'x-api-key': mine })).toBe('credential-wrong')
  expect(await whose({ ...bearer(`${mine}x`), cookie })).toBe('credential-wrong')
  expect(await whose({ authorization: 'Basic YTpi', cookie })).toBe('credential-wrong')
  expect(await whose({ 'x-api-key': 'wrong', cookie })).toBe('credential-wrong')
  expect(await whose({ 'x-api-key': mine, cookie: 'mayfly=wrong' })).toBe('mine')
  // A session's secret is a cookie's and no bearer.
  expect(await whose(bearer(cookie.slice('mayfly='.length)))).toBe('credential-wrong')
})

test('a wrong credential is refused at every way in, too', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const refused = await signIn(server, admin.email, password, { authorization: 'Bearer wrong' })
  expect([refused.status, refused.reason]).toEqual([401, 'credential-wrong'])
  expect(cookieIn(refused)).toBeNull()
})

test('sessions are of those who signed in: a key and nobody have none', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { key: token } = await keyOf(admin)
  const { token: boxToken } = await server.open()
  for (const [method, path, body] of [
    ['GET', 'session'],
    ['DELETE', 'session'],
    ['GET', 'sessions'],
    ['DELETE', 'sessions'],
    ['DELETE', `sessions/${admin.sessionId}`],
    ['PATCH', 'session', { present: password, password: 'another password' }],
  ] as const) {
    const ask = async (call: object) =>
      (await server.call(method, `${api}/${path}`, { ...call, ...(body ? { body } : {}) })).reason
    expect([method, path, await ask({ token })]).toEqual([method, path, 'forbidden'])
    expect([method, path, await ask({ token: boxToken })]).toEqual([method, path, 'forbidden'])
    expect([method, path, await ask({})]).toEqual([method, path, 'credential-missing'])
  }
})
