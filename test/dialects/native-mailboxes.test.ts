// The native API's mailboxes: opening, showing, changing, ending.
import { expect, test } from 'bun:test'
import { Refusal } from '../../src/refusal.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn, serve } from '../http/serve.ts'

const path = '/mayfly/v1/mailboxes'
const minute = 60_000

test('a mailbox is opened without a body, and answers its token once', async () => {
  await using server = await serve({}, { now: Date.UTC(2026, 0, 1) })
  const { status, json } = await server.call('POST', path)
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    address: expect.stringMatching(/^[a-z]+-[a-z]+-\d{4}@mayfly\.test$/),
    localPart: expect.stringMatching(/^[a-z]+-[a-z]+-\d{4}$/),
    domain: 'mayfly.test',
    state: 'active',
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T01:00:00.000Z',
    recoverable: false,
    tag: null,
    messageCount: 0,
    bytes: 0,
    claimed: true,
    hasPassword: false,
    token: expect.stringMatching(/^mbx_[0-9A-Za-z]{40}$/),
  })
  const shown = await server.call('GET', `${path}/${json['id']}`, { token: String(json['token']) })
  const { token: _, ...rest } = json
  expect(shown.json).toEqual(rest)
})

test('a mailbox is opened as wished', async () => {
  await using server = await serve({ MAYFLY_DOMAINS: 'a.test,b.test' }, { now: 0 })
  const body = { localPart: 'Bob', domain: 'B.test', ttlMinutes: 5, tag: 'run 7', password: 'open sesame' }
  const { json } = await server.call('POST', path, { body })
  expect(json).toMatchObject({
    address: 'bob@b.test',
    expiresAt: '1970-01-01T00:05:00.000Z',
    tag: 'run 7',
    hasPassword: true,
  })
})

test.each([
  [{ localPart: 'a b' }, 400, 'invalid-request', 'body.localPart'],
  [{ localPart: 'a+b' }, 400, 'invalid-request', 'body.localPart'],
  [{ localPart: 'admin' }, 400, 'invalid-request', 'body.localPart'],
  [{ domain: 'elsewhere.example' }, 400, 'domain-unserved', 'body.domain'],
  [{ ttlMinutes: 100_000 }, 400, 'invalid-request', 'body.ttlMinutes'],
  [{ ttlMinutes: null }, 403, 'not-in-plan', undefined],
  [{ password: 'short' }, 400, 'invalid-request', 'body.password'],
  [{ recoverable: true }, 429, 'mailboxes-exhausted', undefined],
])('opening %p is refused', async (body, status, reason, field) => {
  await using server = await serve()
  const answer = await server.call('POST', path, { body })
  expect(answer.status).toBe(status)
  expect(answer.reason).toBe(reason)
  expect(at(answer.json, 'error', 'fields', 0, 'path')).toBe(field)
})

test('an address that is taken is 409', async () => {
  await using server = await serve()
  await server.open('bob')
  expect((await server.call('POST', path, { body: { localPart: 'BOB' } })).reason).toBe('mailbox-taken')
})

test('where anonymous mailboxes are off a credential is asked for', async () => {
  await using server = await serve({ MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' })
  const { status, reason, headers } = await server.call('POST', path)
  expect(status).toBe(401)
  expect(reason).toBe('credential-missing')
  expect(headers.get('www-authenticate')).toBe('Bearer')
})

test("a free address of a public domain reads as an empty mailbox, and after mail as one that is nobody's", async () => {
  await using server = await serve()
  const empty = await server.call('GET', `${path}/Free%40Mayfly.test`)
  expect(empty.json).toMatchObject({
    id: null,
    address: 'free@mayfly.test',
    createdAt: null,
    messageCount: 0,
    claimed: false,
  })
  await server.mail('free@mayfly.test')
  const there = await server.call('GET', `${path}/free@mayfly.test`)
  expect((await server.call('GET', `${path}/${there.json['id']}`)).json).toEqual(there.json)
  expect(there.json).toMatchObject({ id: expect.any(String), messageCount: 1, claimed: false })
  for (const method of ['PATCH', 'DELETE']) {
    expect((await server.call(method, `${path}/free@mayfly.test`, { body: {} })).reason).toBe('forbidden')
  }
})

test('claiming an address takes over what lies there', async () => {
  await using server = await serve()
  await server.mail('mine@mayfly.test', { Subject: 'Before' })
  const { token, address } = await server.open('mine')
  const { json } = await server.call('GET', `${path}/${address}/messages`, { token })
  expect(at(json, 'items', 0, 'subject')).toBe('Before')
  expect((await server.call('GET', `${path}/${address}/messages`)).status).toBe(401)
})

test('a mailbox is changed: end, tag and password', async () => {
  await using server = await serve({}, { now: 0 })
  const { token, address } = await server.open('bob', { password: 'open sesame' })
  const change = (body: object) => server.call('PATCH', `${path}/${address}`, { token, body })
  expect((await change({ ttlMinutes: 7, tag: 'x' })).json).toMatchObject({
    expiresAt: '1970-01-01T00:07:00.000Z',
    tag: 'x',
  })
  expect((await change({ tag: null, password: null })).json).toMatchObject({ tag: null, hasPassword: false })
  expect((await change({})).status).toBe(200)
  expect((await change({ address: 'other@mayfly.test' })).status).toBe(400)
})

test('a mailbox with a mailbox token is the whole list', async () => {
  await using server = await serve()
  const { token, id } = await server.open()
  const { json } = await server.call('GET', path, { token })
  expect(listIn(json, 'items').map((one) => at(one, 'id'))).toEqual([id])
  expect(json['next']).toBeNull()
})

test('mailboxes are found by a part of their address or tag, page by page, and say what nobody has seen', async () => {
  await using server = await serve()
  const { secret: token } = await tenant(server.core)
  for (const [localPart, tag] of [
    ['login-1', 'Ёлка'],
    ['login-2', 'ёлка 2'],
    ['other', 'Login'],
    ['none', 'x_y'],
  ])
    await server.call('POST', path, { token, body: { localPart, tag } })
  const found = async (q: string, more = '') => {
    const { json } = await server.call('GET', `${path}?q=${encodeURIComponent(q)}${more}`, { token })
    return { names: listIn(json, 'items').map((one) => at(one, 'localPart')), next: json['next'] }
  }
  expect(await found('login')).toEqual({ names: ['other', 'login-2', 'login-1'], next: null })
  expect((await found('ЁЛКА')).names).toEqual(['login-2', 'login-1'])
  expect((await found('_')).names).toEqual(['none'])
  expect((await found('%')).names).toEqual([])
  const first = await found('LOGIN', '&limit=2')
  expect(first.names).toEqual(['other', 'login-2'])
  expect((await found('LOGIN', `&limit=2&cursor=${first.next}`)).names).toEqual(['login-1'])
  const elsewhere = await server.call('GET', `${path}?q=log&cursor=${first.next}`, { token })
  expect(elsewhere.reason).toBe('invalid-cursor')
  const seen = await server.mail('other@mayfly.test')
  await server.mail('other@mayfly.test')
  await server.call('PATCH', `/mayfly/v1/messages/${seen}`, { token, body: { seen: true } })
  const { json } = await server.call('GET', `${path}?q=other`, { token })
  expect(listIn(json, 'items')).toMatchObject([{ messageCount: 2, unseenCount: 1 }])
})

test('a mailbox that ended is gone at once, its token too, and its address is kept from others', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob')
  const ended = await server.call('DELETE', `${path}/${address}`, { token })
  expect(ended.status).toBe(204)
  expect(ended.body).toBe('')
  expect(ended.headers.get('content-type')).toBeNull()
  expect((await server.call('GET', `${path}/${address}`, { token })).reason).toBe('credential-wrong')
  expect((await server.call('GET', `${path}/${address}`)).status).toBe(404)
  expect((await server.call('POST', path, { body: { localPart: 'bob' } })).reason).toBe('mailbox-taken')
})

test('a lifetime ends on time, without anybody sweeping', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob', { ttlMinutes: 1 })
  server.core.clock.now += minute
  expect((await server.call('GET', `${path}/${address}`, { token })).reason).toBe('credential-wrong')
})

test('a recoverable mailbox goes to the archive and comes back empty with a new id and token', async () => {
  await using server = await serve({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' })
  const { token, address, id } = await server.open('bob', { recoverable: true })
  await server.mail(address)
  expect((await server.call('DELETE', `${path}/${address}`, { token })).status).toBe(204)
  expect((await server.call('GET', `${path}/${id}`, { token })).json).toMatchObject({
    state: 'archived',
    messageCount: 0,
  })
  const { status, json } = await server.call('POST', `${path}/${id}/restore`, { token })
  expect(status).toBe(201)
  expect(json).toMatchObject({ address, state: 'active' })
  expect(json['id']).not.toBe(id)
  expect((await server.call('GET', `${path}/${address}`, { token: String(json['token']) })).status).toBe(200)
})

test('permanent ends a recoverable mailbox for good', async () => {
  await using server = await serve({ MAYFLY_PLANS_ANONYMOUS_ARCHIVED_MAILBOXES: '5' })
  const { token, address } = await server.open('bob', { recoverable: true })
  expect((await server.call('DELETE', `${path}/${address}?permanent=true`, { token })).status).toBe(204)
  expect((await server.call('GET', path, { token })).status).toBe(401)
})

test('a password gets a token; a wrong one and an unknown mailbox are one answer', async () => {
  await using server = await serve()
  const { address } = await server.open('bob', { password: 'open sesame' })
  const right = await server.call('POST', `${path}/${address}/token`, { body: { password: 'open sesame' } })
  expect(right.status).toBe(201)
  expect((await server.call('GET', `${path}/${address}`, { token: String(right.json['token']) })).status).toBe(200)
  const ask = (name: string) => server.call('POST', `${path}/${name}/token`, { body: { password: 'wrong one' } })
  for (const name of [address, 'nobody@mayfly.test', 'no address']) {
    const { status, reason } = await ask(name)
    expect(status).toBe(401)
    expect(reason).toBe('credential-wrong')
  }
  expect((await server.call('POST', `${path}/${address}/token`)).status).toBe(400)
})

test('a storage that fails, and one that is full, are 503', async () => {
  await using server = await serve()
  for (const reason of ['storage-failed', 'storage-full'] as const) {
    server.core.mailboxes.open = () => Promise.reject(new Refusal(reason))
    const answer = await server.call('POST', path)
    expect(answer.status).toBe(503)
    expect(answer.reason).toBe(reason)
    expect(answer.headers.get('retry-after')).toBe('1')
  }
})

test('a list of mailboxes has a limit like any other, and one page: no cursor is good there', async () => {
  await using server = await serve()
  const { token, id } = await server.open()
  const { json, status } = await server.call('GET', `${path}?limit=1`, { token })
  expect(status).toBe(200)
  expect(listIn(json, 'items').map((one) => at(one, 'id'))).toEqual([id])
  for (const limit of ['0', '101', 'x']) {
    const refused = await server.call('GET', `${path}?limit=${limit}`, { token })
    expect(at(refused.json, 'error', 'fields', 0, 'path')).toBe('query.limit')
  }
  expect((await server.call('GET', `${path}?cursor=abc`, { token })).reason).toBe('invalid-cursor')
})

test('an empty password is refused by name', async () => {
  await using server = await serve()
  const { address } = await server.open('bob', { password: 'open sesame' })
  const { status, json } = await server.call('POST', `${path}/${address}/token`, { body: { password: '' } })
  expect(status).toBe(400)
  expect(at(json, 'error', 'fields')).toEqual([
    { path: 'body.password', message: 'must be a text of 1 to 256 characters' },
  ])
})
