// Mail.cx: what an account does by its key.
import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn } from '../http/serve.ts'
import { mailcxServer, password, said } from './mailcx-server.ts'

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const anyId = '01900000-0000-7000-8000-000000000000'

async function proServer(env: Record<string, string> = {}, plan = 'pro') {
  const server = await mailcxServer({ MAYFLY_SMTP_HOSTNAME: 'mx.mayfly.test', ...env })
  const owner = await tenant(server.core, { plan, key: { prefix: 'tm_pro_' } })
  const ask = (method: string, path: string, body?: unknown) =>
    server.call(method, `/pro/api${path}`, { token: owner.secret, ...(body === undefined ? {} : { body }) })
  return { ...server, ...owner, ask }
}

describe('mailboxes', () => {
  test('are listed with what they hold, newest first', async () => {
    await using server = await proServer()
    const { id } = await server.make('first@mayfly.test', server.secret)
    await server.make('second@mayfly.test', server.secret)
    await server.make('nobodys@mayfly.test')
    await server.make('strangers@mayfly.test', (await tenant(server.core)).secret)
    await server.mail('first@mayfly.test')
    const { json } = await server.ask('GET', '/accounts')
    expect(listIn(json, 'accounts').map((one) => at(one, 'address'))).toEqual([
      'second@mayfly.test',
      'first@mayfly.test',
    ])
    expect(at(json, 'accounts', 1)).toEqual({
      id,
      address: 'first@mayfly.test',
      quota: 52_428_800,
      used: expect.any(Number),
      created_at: '2026-01-01T00:00:00Z',
    })
    expect(at(json, 'accounts', 1, 'used')).toBeGreaterThan(10)
  })

  test('show their mail', async () => {
    await using server = await proServer()
    const { id } = await server.make('first@mayfly.test', server.secret)
    const message = await server.mail('first@mayfly.test', { Subject: 'hi' })
    const { json } = await server.ask('GET', `/accounts/${id}/messages?page=1`)
    expect(json).toMatchObject({ messages: [{ id: message, subject: 'hi', preview_text: 'Hello.' }], page: 1 })
  })

  test('are deleted with their mail, and their tokens die', async () => {
    await using server = await proServer()
    const { id, token } = await server.make('first@mayfly.test', server.secret)
    const { status, body } = await server.ask('DELETE', `/accounts/${id}`)
    expect([status, body]).toEqual([204, ''])
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
    expect(said(await server.ask('DELETE', `/accounts/${id}`))).toBe('404 not_found')
  })

  test('get another password, with which all tokens before it die', async () => {
    await using server = await proServer()
    const { id, address, token } = await server.make('first@mayfly.test', server.secret)
    const native = await server.core.mailboxes.signIn(address, password)
    const reset = (wish: unknown) => server.ask('PUT', `/accounts/${id}/reset-password`, wish)
    expect(said(await reset({ password: '12345' }))).toBe('400 password_too_short')
    expect((await server.call('GET', '/api/me', { token })).status).toBe(200)
    const { status, json } = await reset({ password: 'a new one' })
    expect([status, json]).toEqual([200, { message: 'password_reset' }])
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
    expect(await server.core.mailboxes.holder(native.token).catch(({ reason }) => reason)).toBe('credential-wrong')
    const signIn = (wish: string) => server.call('POST', '/api/token', { body: { address, password: wish } })
    expect(said(await signIn(password))).toBe('401 invalid_credentials')
    expect((await signIn('a new one')).status).toBe(200)
  })

  test('of others, and those that nobody has, are not there', async () => {
    await using server = await proServer()
    const foreign = await server.make('x@mayfly.test', (await tenant(server.core)).secret)
    const anonymous = await server.make('y@mayfly.test')
    for (const id of [foreign.id, anonymous.id, anyId, 'x']) {
      for (const [method, path] of [
        ['GET', 'messages'],
        ['PUT', 'reset-password'],
        ['DELETE', ''],
      ] as const) {
        const body = method === 'PUT' ? { password } : undefined
        const refused = await server.ask(method, `/accounts/${id}${path && `/${path}`}`, body)
        expect([id, method, said(refused)]).toEqual([id, method, '404 not_found'])
      }
    }
  })

  test('are as many as the plan allows', async () => {
    await using server = await proServer({ MAYFLY_PLANS_PRO_ACTIVE_MAILBOXES: '1' })
    await server.make('first@mayfly.test', server.secret)
    const body = { address: 'second@mayfly.test', password }
    expect(said(await server.call('POST', '/api/accounts', { body, token: server.secret }))).toBe(
      '403 account_limit_reached',
    )
  })
})

describe('tokens', () => {
  test('are made, shown once, used, revoked, and listed all the same', async () => {
    await using server = await proServer()
    const made = await server.ask('POST', '/tokens', { name: 'ci' })
    expect([made.status, made.json]).toEqual([
      201,
      { id: uuid, name: 'ci', token: expect.stringMatching(/^tm_pro_[0-9A-Za-z]{32}$/) },
    ])
    const token = String(made.json['token'])
    expect((await server.call('GET', '/pro/api/accounts', { token })).status).toBe(200)
    const listed = async () => {
      const { json, body } = await server.ask('GET', '/tokens')
      expect(body).not.toContain(token.slice(7))
      return listIn(json, 'tokens').find((one) => at(one, 'id') === made.json['id'])
    }
    expect(await listed()).toEqual({
      id: made.json['id'],
      name: 'ci',
      last_used_at: '2026-01-01T00:00:00Z',
      created_at: '2026-01-01T00:00:00Z',
      revoked_at: null,
    })
    server.core.clock.now += 61_000
    const revoked = await server.ask('DELETE', `/tokens/${made.json['id']}`)
    expect([revoked.status, revoked.body]).toEqual([204, ''])
    expect(said(await server.call('GET', '/pro/api/accounts', { token }))).toBe('401 invalid_token')
    expect(at(await listed(), 'revoked_at')).toBe('2026-01-01T00:01:01Z')
    expect(said(await server.ask('DELETE', `/tokens/${anyId}`))).toBe('404 not_found')
    expect(said(await server.ask('POST', '/tokens', {}))).toBe('400 invalid_request')
  })

  test('of a mailbox are not taken for them', async () => {
    await using server = await proServer()
    const { token } = await server.make('x@mayfly.test', server.secret)
    for (const path of ['/pro/api/accounts', '/pro/api/tokens', '/pro/api/domains'])
      expect(said(await server.call('GET', path, { token }))).toBe('401 invalid_token')
  })
})

describe('domains', () => {
  test('are added with the records to set, listed, looked at and removed', async () => {
    await using server = await proServer()
    const made = await server.ask('POST', '/domains', { domain: 'Own.Example' })
    const verify_token = made.json['verify_token']
    const dns_records = [
      { type: 'TXT', host: '_mayfly.own.example', value: verify_token },
      { type: 'MX', host: 'own.example', value: 'mx.mayfly.test', priority: 10 },
    ]
    expect([made.status, made.json]).toEqual([
      201,
      { id: uuid, domain: 'own.example', verify_token: expect.stringMatching(/^mayfly-\w{32}$/), dns_records },
    ])
    const id = String(made.json['id'])
    const listed = {
      id,
      domain: 'own.example',
      verify_status: 'pending',
      verify_token,
      verified_at: null,
      mx_configured: false,
      created_at: '2026-01-01T00:00:00Z',
    }
    expect((await server.ask('GET', '/domains')).json).toEqual({ domains: [listed] })
    const looked = await server.ask('POST', `/domains/${id}/verify`)
    const message = expect.any(String)
    const unfound = dns_records.map((record) => ({ ...record, ok: false }))
    expect(looked.json).toEqual({
      verify_status: 'pending',
      txt_record: false,
      mx_record: false,
      dns_records: unfound,
      message,
    })
    expect((await server.ask('DELETE', `/domains/${id}`)).status).toBe(204)
    expect((await server.ask('GET', '/domains')).json).toEqual({ domains: [] })
    for (const [method, path] of [
      ['POST', `/domains/${id}/verify`],
      ['DELETE', `/domains/${id}`],
    ] as const)
      expect(said(await server.ask(method, path))).toBe('404 not_found')
  })

  test('are refused with a code for what is wrong', async () => {
    await using server = await proServer({ MAYFLY_PLANS_PRO_CUSTOM_DOMAINS: '1' })
    const add = async (domain: unknown) => said(await server.ask('POST', '/domains', { domain }))
    for (const domain of ['x', 'a b.test', 'mayfly.test', 'sub.mayfly.test', '192.0.2.1', 5, ''])
      expect([domain, await add(domain)]).toEqual([domain, '400 invalid_domain'])
    await server.ask('POST', '/domains', { domain: 'own.example' })
    expect(await add('own.example')).toBe('409 domain_already_exists')
    expect(await add('other.example')).toBe('403 domain_limit_reached')
  })
})
