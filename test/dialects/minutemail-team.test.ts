// MinuteMail's members and invitations, over HTTP against a real server.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { at, type Call, listIn, type Serving, serve } from '../http/serve.ts'

const visitor = { client: '192.0.2.9', agent: 'a test' }
const password = 'a long password'

async function served(key = {}) {
  const server = await serve()
  const owner = await tenant(server.core, { key: { prefix: 'mmak_', ...key } })
  return { ...server, ...speaking(server, owner.secret), owner }
}

function speaking(server: Serving, token: string) {
  const ask = (method: string, where: string, wish: Call = {}) => server.call(method, where, { token, ...wish })
  const code = async (method: string, where: string, wish: Call = {}) => {
    const { status, json } = await ask(method, where, wish)
    return `${status} ${json['error'] ?? ''}`.trim()
  }
  return { ask, code }
}

/** Invites somebody, who takes it. Answers his id. */
async function joined(server: Serving & ReturnType<typeof speaking>, email: string): Promise<string> {
  const { json } = await server.ask('POST', '/v1/invitations', { body: { email } })
  const { caller } = await server.core.links.accept(visitor, String(json['token']), { email, password })
  return caller.member?.id ?? ''
}

test('members are listed and shown', async () => {
  await using server = await served()
  const { member } = server.owner
  const own = { user_id: member.id, username: member.email, email: member.email, status: 'active' }
  expect((await server.ask('GET', '/v1/members')).json).toEqual({ items: [own] })
  const mate = await joined(server, 'mate@team.example')
  const its = { user_id: mate, username: 'mate@team.example', email: 'mate@team.example', status: 'active' }
  expect((await server.ask('GET', '/v1/members')).json).toEqual({ items: [own, its] })
  const { status, json } = await server.ask('GET', `/v1/members/${mate}`)
  expect([status, json]).toEqual([200, its])
})

test('an invitation is for one address, and its link is shown once', async () => {
  await using server = await served()
  const { status, json } = await server.ask('POST', '/v1/invitations', {
    body: { email: ' Mate@Team.example', role: 'owner' },
  })
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    email: 'mate@team.example',
    status: 'pending',
    createdAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-08T00:00:00Z',
    token: expect.stringMatching(/^inv_/),
    link: `${server.url}/app/invitation#${json['token']}`,
  })
  const { token, link: _, ...shown } = json
  expect((await server.ask('GET', '/v1/invitations')).json).toEqual({ items: [shown] })
  const take = (email: string) =>
    server.core.links.accept(visitor, String(token), { email, password }).then(
      ({ caller }) => caller.member?.role,
      (error) => error.reason,
    )
  expect(await take('another@team.example')).toBe('forbidden')
  expect(await take('MATE@team.EXAMPLE')).toBe('member')
  expect((await server.ask('GET', '/v1/invitations')).json).toEqual({ items: [] })
})

test('an invitation is taken back, and is then good for nothing', async () => {
  await using server = await served()
  const { json } = await server.ask('POST', '/v1/invitations', { body: { email: 'mate@team.example' } })
  const { status, body, headers } = await server.ask('DELETE', `/v1/invitations/${json['id']}`)
  expect([status, body, headers.get('content-type')]).toEqual([204, '', null])
  expect(await server.code('DELETE', `/v1/invitations/${json['id']}`)).toBe('404 not_found')
  const taken = server.core.links.accept(visitor, String(json['token']), { email: 'mate@team.example', password })
  await expect(taken).rejects.toMatchObject({ reason: 'invitation-unknown' })
})

test('a member is removed, but not the last owner', async () => {
  await using server = await served()
  const mate = await joined(server, 'mate@team.example')
  const { status, body } = await server.ask('DELETE', `/v1/members/${mate}`)
  expect([status, body]).toEqual([204, ''])
  expect(await server.code('GET', `/v1/members/${mate}`)).toBe('404 not_found')
  expect(await server.code('DELETE', `/v1/members/${mate}`)).toBe('404 not_found')
  expect(await server.code('DELETE', `/v1/members/${server.owner.member.id}`)).toBe('409 conflict')
  expect(listIn((await server.ask('GET', '/v1/members')).json, 'items')).toHaveLength(1)
})

test('a member sees the team and may leave, and the rest is for owners', async () => {
  await using server = await served()
  const email = 'mate@team.example'
  const mate = await joined(server, email)
  const { secret } = await server.core.keys.createFor({ kind: 'operator' }, email, {})
  const { json: open } = await server.ask('POST', '/v1/invitations', { body: { email: 'third@team.example' } })
  const { ask, code } = speaking(server, secret)
  expect(listIn((await ask('GET', '/v1/members')).json, 'items')).toHaveLength(2)
  expect(await code('GET', `/v1/members/${server.owner.member.id}`)).toBe('200')
  expect(await code('DELETE', `/v1/members/${server.owner.member.id}`)).toBe('403 forbidden')
  expect(await code('GET', '/v1/invitations')).toBe('403 forbidden')
  expect(await code('POST', '/v1/invitations', { body: { email: 'a@team.example' } })).toBe('403 forbidden')
  expect(await code('DELETE', `/v1/invitations/${open['id']}`)).toBe('403 forbidden')
  expect(await code('DELETE', `/v1/members/${mate}`)).toBe('204')
})

test("another account's members and invitations are forbidden, and what is not there is not found", async () => {
  await using server = await served()
  const other = await tenant(server.core)
  const invitation = await server.core.links.invite(other.caller, { email: 'x@other.example' })
  for (const [method, where] of [
    ['GET', `/v1/members/${other.member.id}`],
    ['DELETE', `/v1/members/${other.member.id}`],
    ['DELETE', `/v1/invitations/${invitation.id}`],
  ] as const) {
    expect(await server.code(method, where)).toBe('403 forbidden')
    const kind = where.split('/')[2]
    for (const missing of ['x', crypto.randomUUID(), '%20']) {
      expect(await server.code(method, `/v1/${kind}/${missing}`)).toBe('404 not_found')
    }
  }
  expect(await server.core.links.invitations(other.caller)).toHaveLength(1)
})

test('what is wrong in an invitation is refused', async () => {
  await using server = await served()
  const invited = (body: unknown, headers = {}) => server.code('POST', '/v1/invitations', { body, headers })
  for (const body of [
    undefined,
    '{',
    '[]',
    {},
    { email: null },
    { email: 5 },
    { email: '' },
    { email: 'nobody' },
    { email: 'a@b@c' },
    { email: 'a@b.test\r\nBcc: x@y.test' },
    { email: `${'x'.repeat(250)}@a.test` },
  ]) {
    expect([body, await invited(body)]).toEqual([body, '400 bad_request'])
  }
  expect(await invited('{"email":"a@b.test"}', { 'content-type': 'text/plain' })).toBe('400 bad_request')
  expect(await invited(`{"email":"${'x'.repeat(1_100_000)}"}`)).toBe('413 bad_request')
})

test('who has no good key, or one for other things, is refused', async () => {
  await using server = await served({ scopes: ['mailboxes', 'domains'] })
  for (const [method, where] of [
    ['GET', '/v1/members'],
    ['GET', '/v1/members/x'],
    ['DELETE', '/v1/members/x'],
    ['GET', '/v1/invitations'],
    ['POST', '/v1/invitations'],
    ['DELETE', '/v1/invitations/x'],
  ] as const) {
    const body = method === 'POST' ? { email: 'a@b.test' } : undefined
    expect(await server.code(method, where, { body })).toBe('403 forbidden')
    expect(await server.code(method, where, { body, headers: { authorization: 'Bearer wrong' } })).toBe(
      '401 unauthorized',
    )
    const without = await server.call(method, where, body ? { body } : {})
    expect([without.status, at(without.json, 'error')]).toEqual([401, 'unauthorized'])
  }
  expect(await server.code('PUT', '/v1/members')).toBe('404 not_found')
  expect(await server.code('PATCH', '/v1/members/x')).toBe('404 not_found')
  expect(await server.code('GET', '/v1/invitations/x')).toBe('404 not_found')
})
