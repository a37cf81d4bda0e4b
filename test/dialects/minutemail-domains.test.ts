// MinuteMail's domains, over HTTP against a real server. The clock stands at the first minute of 2026.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { type Call, listIn, serve } from '../http/serve.ts'

const path = '/v1/domains'

async function served(env: Record<string, string> = {}, key = {}, plan = 'unlimited') {
  const server = await serve({ MAYFLY_SMTP_HOSTNAME: 'mx.mayfly.test', ...env })
  const { secret, caller } = await tenant(server.core, { plan, key: { prefix: 'mmak_', ...key } })
  const ask = (method: string, where: string, wish: Call = {}) => server.call(method, where, { token: secret, ...wish })
  const code = async (method: string, where: string, wish: Call = {}) => {
    const { status, json } = await ask(method, where, wish)
    return `${status} ${json['error'] ?? ''}`.trim()
  }
  return { ...server, secret, caller, ask, code }
}

test('a domain is added, listed, looked at and removed', async () => {
  await using server = await served()
  expect((await server.ask('GET', path)).json).toEqual({ items: [] })
  const { status, json, headers } = await server.ask('POST', path, { body: { name: 'Mail.Example', extra: [1] } })
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'mail.example',
    status: 'pending',
    txtToken: expect.stringMatching(/^mayfly-[0-9A-Za-z]{32}$/),
    mxTarget: 'mx.mayfly.test',
    createdAt: '2026-01-01T00:00:00Z',
  })
  expect(headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  const second = await server.ask('POST', path, { body: { name: 'münster.example' } })
  expect(second.json['name']).toBe('xn--mnster-3ya.example')
  expect((await server.ask('GET', path)).json).toEqual({ items: [json, second.json] })
  const removed = await server.ask('DELETE', `${path}/${json['id']}`)
  expect([removed.status, removed.body, removed.headers.get('content-type')]).toEqual([204, '', null])
  expect((await server.ask('GET', path)).json).toEqual({ items: [second.json] })
})

test('what cannot be added is refused in its own words', async () => {
  await using server = await served({ MAYFLY_DOMAINS: 'own.test' })
  const added = (body: unknown, headers = {}) => server.code('POST', path, { body, headers })
  for (const body of [
    undefined,
    '',
    '{',
    '[]',
    'null',
    {},
    { name: null },
    { name: 5 },
    { name: '' },
    { name: {} },
    { name: 'a..b' },
    { name: 'localhost' },
    { name: '192.0.2.1' },
    { name: '[::1]' },
    { name: 'own.test' },
    { name: 'x.own.test' },
    { name: 'x'.repeat(254) },
  ]) {
    expect([body, await added(body)]).toEqual([body, '400 bad_request'])
  }
  expect(await added('{"name":"a.example"}', { 'content-type': 'text/plain' })).toBe('400 bad_request')
  expect(await added({ name: 'a.example' })).toBe('201')
  expect(await added({ name: 'A.EXAMPLE' })).toBe('409 conflict')
  expect(await added(`{"name":"${'x'.repeat(1_100_000)}"}`)).toBe('413 bad_request')
})

test('a plan bounds how many there are', async () => {
  await using server = await served({ MAYFLY_PLANS_PRO_CUSTOM_DOMAINS: '1' }, {}, 'pro')
  expect(await server.code('POST', path, { body: { name: 'a.example' } })).toBe('201')
  const refused = await server.ask('POST', path, { body: { name: 'b.example' } })
  expect([refused.status, refused.json['error']]).toEqual([429, 'quota_exceeded'])
  expect(Number(refused.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0)
})

test("another account's domain is forbidden, and one that is not there is not found", async () => {
  await using server = await served()
  const other = await tenant(server.core)
  const { id } = await server.core.domains.add(other.caller, 'a.example')
  expect(await server.code('POST', `${path}/${id}/verify`)).toBe('403 forbidden')
  expect(await server.code('DELETE', `${path}/${id}`)).toBe('403 forbidden')
  for (const missing of ['x', crypto.randomUUID(), '%20', 'a.example']) {
    expect(await server.code('POST', `${path}/${missing}/verify`)).toBe('404 not_found')
    expect(await server.code('DELETE', `${path}/${missing}`)).toBe('404 not_found')
  }
  expect(await server.core.domains.list(other.caller)).toHaveLength(1)
  expect(listIn((await server.ask('GET', path)).json, 'items')).toEqual([])
})

test('who has no good key, or one for other things, is refused', async () => {
  await using server = await served({}, { scopes: ['mailboxes', 'team'] })
  const calls = [
    ['GET', path],
    ['POST', path],
    ['POST', `${path}/x/verify`],
    ['DELETE', `${path}/x`],
  ] as const
  for (const [method, where] of calls) {
    const body = method === 'POST' ? { name: 'a.example' } : undefined
    expect(await server.code(method, where, { body })).toBe('403 forbidden')
    for (const headers of [{ authorization: '' }, { authorization: 'Bearer wrong' }, { authorization: 'Bearer ' }]) {
      const answer = await server.ask(method, where, { body, headers })
      expect([answer.status, answer.json['error'], answer.headers.get('x-ratelimit-remaining')]).toEqual([
        401,
        'unauthorized',
        '0',
      ])
    }
  }
})

test('methods and paths that it does not have are not found', async () => {
  await using server = await served()
  const { json } = await server.ask('POST', path, { body: { name: 'a.example' } })
  for (const [method, where] of [
    ['PUT', path],
    ['PATCH', `${path}/${json['id']}`],
    ['GET', `${path}/${json['id']}`],
    ['GET', `${path}/${json['id']}/verify`],
    ['POST', `${path}/${json['id']}/verify/x`],
  ] as const) {
    expect([method, where, await server.code(method, where)]).toEqual([method, where, '404 not_found'])
  }
})
