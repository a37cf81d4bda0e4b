// Mail.cx: mailboxes with a password, their tokens, and what ends both.
import { describe, expect, spyOn, test } from 'bun:test'
import { SignJWT, UnsecuredJWT } from 'jose'
import { operator } from '../../src/accounts/caller.ts'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail } from '../core.ts'
import { at, listIn } from '../http/serve.ts'
import { day, mailcxServer, password, said, signedIn } from './mailcx-server.ts'

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const jwt = expect.stringMatching(/^eyJhbGciOiJIUzI1NiIs[\w-]+\.[\w-]+\.[\w-]+$/)

describe('a mailbox', () => {
  test('is made with an address and a password, and its token is good at once', async () => {
    await using server = await mailcxServer()
    const made = await server.call('POST', '/api/accounts', { body: { address: 'User@Mayfly.test', password } })
    expect([made.status, made.json]).toEqual([201, { id: uuid, address: 'user@mayfly.test', token: jwt }])
    const { token } = signedIn(made.json)
    const list = await server.call('GET', '/api/messages', { token })
    expect([list.status, list.json]).toEqual([200, { messages: [], page: 1 }])
    expect((await server.call('GET', '/api/me', { token })).json).toEqual({
      id: made.json['id'],
      address: 'user@mayfly.test',
      role: 'user',
      quota: 41_943_040,
      used: 0,
      created_at: '2026-01-01T00:00:00Z',
    })
  })

  test('is made for an account by any of its keys, beside the token of a mailbox', async () => {
    await using server = await mailcxServer()
    const { secret, caller } = await tenant(server.core, { plan: 'pro', key: { prefix: 'tm_pro_' } })
    const { id, token } = await server.make('pro@mayfly.test', secret)
    expect((await server.call('GET', '/api/me', { token })).json).toMatchObject({ role: 'pro', quota: 52_428_800 })
    const owned = await server.core.mailboxes.ofAccount(caller, id, 'active')
    expect(owned).toMatchObject({ expiresAt: null, kind: 'owned' })
    const { id: other } = await server.make('other@mayfly.test', token)
    expect(await server.core.mailboxes.ofAccount(caller, other, 'active').catch(({ reason }) => reason)).toBe(
      'mailbox-unknown',
    )
  })

  test('is not made by a credential that is wrong', async () => {
    await using server = await mailcxServer()
    const { secret, caller } = await tenant(server.core)
    await server.core.keys.revoke(caller, caller.key?.id ?? '')
    for (const token of [secret, 'tm_pro_x', 'x', 'eyJx.y.z'])
      expect(
        said(await server.call('POST', '/api/accounts', { token, body: { address: 'a@mayfly.test', password } })),
      ).toBe('401 invalid_token')
    const empty = { headers: { authorization: 'Bearer ' }, body: { address: 'a@mayfly.test', password } }
    expect((await server.call('POST', '/api/accounts', empty)).status).toBe(201)
  })

  test('is refused with a code for what is wrong with it', async () => {
    await using server = await mailcxServer()
    await server.make('taken@mayfly.test')
    const refused = async (body: unknown) => said(await server.call('POST', '/api/accounts', { body }))
    expect(await refused({ address: 'x@mayfly.test', password: '12345' })).toBe('400 password_too_short')
    expect(await refused({ address: 'x@mayfly.test' })).toBe('400 password_too_short')
    for (const address of ['x', '@mayfly.test', 'a b@mayfly.test', 'x+y@mayfly.test', 'admin@mayfly.test', 5, ''])
      expect([address, await refused({ address, password })]).toEqual([address, '400 invalid_address'])
    expect(await refused({ address: 'x@elsewhere.test', password })).toBe('400 invalid_domain')
    expect(await refused({ address: 'TAKEN@mayfly.test', password })).toBe('409 address_taken')
    expect(await refused('{')).toBe('400 invalid_request')
    expect(
      (await server.call('POST', '/api/accounts', { body: { address: 'x@mayfly.test', password: '123456' } })).status,
    ).toBe(201)
  })

  test('is one of fifty that an address may make in a day, but from a trusted network', async () => {
    const env = { MAYFLY_DIALECTS_MAILCX_ACCOUNTS_PER_DAY_PER_IP: '2', MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }
    await using server = await mailcxServer(env)
    let n = 0
    const make = (from: string, token?: string) =>
      server
        .call('POST', '/api/accounts', {
          body: { address: `m${n++}@mayfly.test`, password },
          headers: { 'x-forwarded-for': from },
          ...(token === undefined ? {} : { token }),
        })
        .then((answer) => (answer.status === 201 ? '201' : said(answer)))
    const all = async (from: string) => [await make(from), await make(from), await make(from)]
    expect(await all('203.0.113.5')).toEqual(['201', '201', '403 account_limit_reached'])
    expect(await all('203.0.113.6')).toEqual(['201', '201', '403 account_limit_reached'])
    expect(await all('10.1.2.3')).toEqual(['201', '201', '201'])
    const { secret } = await tenant(server.core)
    expect(await make('203.0.113.5', secret)).toBe('201')
    server.core.clock.now += day
    expect(await make('203.0.113.5')).toBe('201')
    expect(server.core.config.dialects.mailcx.accounts_per_day_per_ip).toBe(2)
  })

  test('is made with a key only where the operator wants that', async () => {
    await using server = await mailcxServer({ MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' })
    const body = { address: 'x@mayfly.test', password }
    expect(said(await server.call('POST', '/api/accounts', { body }))).toBe('403 account_limit_reached')
    const { secret } = await tenant(server.core)
    expect((await server.call('POST', '/api/accounts', { body, token: secret })).status).toBe(201)
  })

  test('is deleted by its own token, which is good for nothing then', async () => {
    await using server = await mailcxServer()
    for (const byId of [false, true]) {
      const { id, token } = await server.make(`gone${byId}@mayfly.test`)
      const path = byId ? `/api/accounts/${id}` : '/api/me'
      const deleted = await server.call('DELETE', path, { token })
      expect([deleted.status, deleted.body, deleted.headers.get('content-type')]).toEqual([204, '', null])
      expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
      const body = { address: `gone${byId}@mayfly.test`, password }
      expect(said(await server.call('POST', '/api/token', { body }))).toBe('401 invalid_credentials')
    }
  })

  test("is not deleted by another's token", async () => {
    await using server = await mailcxServer()
    const [one, other] = [await server.make('one@mayfly.test'), await server.make('other@mayfly.test')]
    expect(said(await server.call('DELETE', `/api/accounts/${one.id}`, { token: other.token }))).toBe('404 not_found')
    expect((await server.call('GET', '/api/me', { token: one.token })).status).toBe(200)
  })

  test('refuses mail that it has no room for, and has room again when some is deleted', async () => {
    await using server = await mailcxServer({ MAYFLY_PLANS_ANONYMOUS_MAILBOX_BYTES: '1500' })
    const { address, token } = await server.make('full@mayfly.test')
    const used = async () => (await server.call('GET', '/api/me', { token })).json['used']
    const big = mail({ Subject: 'big' }, 'x'.repeat(900))
    const [id] = await deliver(server.core, address, big)
    expect(await used()).toBe(big.length)
    expect(await deliver(server.core, address, big).catch(({ reason }) => reason)).toBe('mailbox-full')
    expect((await server.call('DELETE', `/api/messages/${id}`, { token })).status).toBe(204)
    expect(await used()).toBe(0)
    expect(await deliver(server.core, address, big)).toHaveLength(1)
  })
})

describe('signing in', () => {
  test('answers a token for the right password alone', async () => {
    await using server = await mailcxServer()
    const { id, address } = await server.make('user@mayfly.test')
    const signIn = (body: unknown) => server.call('POST', '/api/token', { body, token: 'eyJ.old.token' })
    const { status, json } = await signIn({ address: 'USER@mayfly.test', password })
    expect([status, json]).toEqual([200, { id, address, token: jwt }])
    for (const body of [
      { address, password: 'wrong!' },
      { address, password: '' },
      { address: 'nobody@mayfly.test', password },
      { address: 'x', password },
    ])
      expect(said(await signIn(body))).toBe('401 invalid_credentials')
  })

  test('works on day eight, when the first token has run out', async () => {
    await using server = await mailcxServer()
    const { token } = await server.make('user@mayfly.test')
    server.core.clock.now += 7 * day - 1000
    expect((await server.call('GET', '/api/me', { token })).status).toBe(200)
    server.core.clock.now += 1000
    const expired = await server.call('GET', '/api/me', { token })
    expect(said(expired)).toBe('401 invalid_token')
    expect(expired.headers.get('www-authenticate')).toBe('Bearer')
    server.core.clock.now += day
    while (await server.core.mailboxes.expire());
    const again = await server.call('POST', '/api/token', { body: { address: 'user@mayfly.test', password } })
    expect((await server.call('GET', '/api/me', { token: signedIn(again.json).token })).status).toBe(200)
  })

  test('opens a mailbox that was made with a password elsewhere', async () => {
    await using server = await mailcxServer()
    await server.open('native', { password })
    const { status, json } = await server.call('POST', '/api/token', {
      body: { address: 'native@mayfly.test', password },
    })
    expect(status).toBe(200)
    expect((await server.call('GET', '/api/messages', { token: signedIn(json).token })).status).toBe(200)
  })
})

describe('a token', () => {
  test('that is missing, broken, a key, unsigned or signed otherwise is refused', async () => {
    await using server = await mailcxServer()
    const { id, address, token } = await server.make('user@mayfly.test')
    const { secret } = await tenant(server.core)
    const [head = '', claims = '', signature = ''] = token.split('.')
    const payload: { ver: string } = JSON.parse(Buffer.from(claims, 'base64url').toString())
    const header: { kid: string } = JSON.parse(Buffer.from(head, 'base64url').toString())
    const key = new Uint8Array(32)
    const now = server.core.clock.now / 1000
    const signed = (alg: string, bytes = key) =>
      new SignJWT({ address, ver: payload.ver })
        .setProtectedHeader({ alg, kid: header.kid })
        .setSubject(id)
        .setIssuedAt(now)
        .setExpirationTime(now + 1000)
        .sign(bytes)
    const kept = await server.core.connection.sqlite
      .query<{ value: string }, []>("select value from settings where name = 'jwt secrets'")
      .get()
    const own = Buffer.from(String(at(JSON.parse(kept?.value ?? '[]'), 0, 'secret')), 'hex')
    const unsecured = new UnsecuredJWT({ address, ver: payload.ver }).setSubject(id).setIssuedAt(now)
    const wrong = [
      `${head}.${claims}.`,
      `${head}.${claims}`,
      `${head}.${claims}.${signature.slice(1)}`,
      `${claims}.${claims}.${signature}`,
      unsecured.setExpirationTime(now + 1000).encode(),
      await signed('HS256'),
      await signed('HS512', new Uint8Array(64)),
      await signed('HS384', Buffer.concat([own, own])),
      secret,
      'x',
      'x'.repeat(6000),
    ]
    for (const one of wrong) {
      const refused = await server.call('GET', '/api/me', { token: one })
      expect([one.slice(0, 60), said(refused)]).toEqual([one.slice(0, 60), '401 invalid_token'])
    }
    expect((await server.call('GET', '/api/me', { token: await signed('HS256', own) })).status).toBe(200)
    expect(said(await server.call('GET', '/api/me'))).toBe('401 invalid_token')
    expect(said(await server.call('GET', '/api/me', { headers: { authorization: `Basic ${token}` } }))).toBe(
      '401 invalid_token',
    )
  })

  test('dies with another password, set here or natively', async () => {
    await using server = await mailcxServer()
    const { id, token } = await server.make('user@mayfly.test')
    const caller = { kind: 'mailbox', mailboxId: id, operator: false } as const
    await server.core.mailboxes.change(caller, id, { password: 'another one' })
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
    await server.core.mailboxes.change(caller, id, { password: null })
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
  })

  test('of an account that is suspended is refused', async () => {
    await using server = await mailcxServer()
    const { secret, account } = await tenant(server.core)
    const { token, address } = await server.make('pro@mayfly.test', secret)
    await server.core.accounts.setSuspended(operator, account.id, true)
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('403 forbidden')
    expect(said(await server.call('POST', '/api/token', { body: { address, password } }))).toBe('403 forbidden')
  })

  test('outlives a new secret by its own seven days, and no longer', async () => {
    await using server = await mailcxServer()
    const { token, address } = await server.make('user@mayfly.test')
    server.core.clock.now += 3 * day
    await server.core.jwts.rotate(operator)
    const fresh = signedIn((await server.call('POST', '/api/token', { body: { address, password } })).json).token
    const kid = (one: string) => at(JSON.parse(Buffer.from(one.split('.')[0] ?? '', 'base64url').toString()), 'kid')
    expect(kid(fresh)).not.toBe(kid(token))
    for (const one of [token, fresh]) expect((await server.call('GET', '/api/me', { token: one })).status).toBe(200)
    server.core.clock.now += 4 * day
    expect(said(await server.call('GET', '/api/me', { token }))).toBe('401 invalid_token')
    expect((await server.call('GET', '/api/me', { token: fresh })).status).toBe(200)
    const [, second] = [await server.core.jwts.rotate(operator), await server.core.jwts.rotate(operator)]
    expect(second.oldGoodUntil).toBe(server.core.clock.now + 7 * day)
    expect((await server.call('GET', '/api/me', { token: fresh })).status).toBe(200)
  })
})

describe('a mailbox without an end', () => {
  test('ends when it has neither got mail nor been signed in to for ninety days', async () => {
    await using server = await mailcxServer()
    const names = ['idle', 'mailed', 'signed']
    const at = (name: string) => `${name}@mayfly.test`
    for (const name of names) await server.make(at(name))
    const { core } = server
    const there = async () => {
      while (await core.mailboxes.expire());
      const found = await Promise.all(
        names.map((name) => server.call('POST', '/api/accounts', { body: { address: at(name), password } })),
      )
      return names.filter((_, n) => said(found[n] ?? { status: 0, json: null }) === '409 address_taken')
    }
    core.clock.now += 89 * day
    await deliver(core, at('mailed'), mail({ Subject: 'x' }, ''))
    await server.call('POST', '/api/token', { body: { address: at('signed'), password } })
    while (await core.mailboxes.expire());
    expect(core.told.filter(({ type }) => type === 'mailbox.expired')).toEqual([])
    core.clock.now += day
    while (await core.mailboxes.expire());
    expect(core.told.filter(({ type }) => type === 'mailbox.expired').map(({ address }) => address)).toEqual([
      at('idle'),
    ])
    core.clock.now += 88 * day
    expect(await there()).toEqual(['mailed', 'signed'])
    core.clock.now += day
    while (await core.mailboxes.expire());
    expect(
      core.told
        .filter(({ type }) => type === 'mailbox.expired')
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual(names.map(at))
  })

  test('of an account ends so too, and one that was made elsewhere does not', async () => {
    await using server = await mailcxServer({ MAYFLY_DIALECTS_MAILCX_IDLE_DAYS: '2' })
    const { secret, caller } = await tenant(server.core)
    await server.make('pro@mayfly.test', secret)
    await server.core.mailboxes.open(caller, { localPart: 'kept', ttlMinutes: null }, '192.0.2.1')
    server.core.clock.now += 2 * day
    while (await server.core.mailboxes.expire());
    const page = { state: 'active', before: Number.MAX_SAFE_INTEGER, limit: 10 } as const
    expect((await server.core.mailboxes.list(caller, page)).map(({ address }) => address)).toEqual(['kept@mayfly.test'])
  })
})

test('a mailbox that went to the archive for want of use is as new when it is restored', async () => {
  await using server = await mailcxServer()
  const { core } = server
  const { secret, caller } = await tenant(core)
  const { id } = await server.make('kept@mayfly.test', secret)
  await core.mailboxes.change(caller, id, { recoverable: true })
  core.clock.now += 90 * day
  while (await core.mailboxes.expire());
  expect((await core.mailboxes.ofAccount(caller, id, 'archived')).address).toBe('kept@mayfly.test')
  const { mailbox } = await core.mailboxes.restore(caller, id, { ttlMinutes: null })
  while (await core.mailboxes.expire());
  expect((await core.mailboxes.ofAccount(caller, mailbox.id, 'active')).address).toBe('kept@mayfly.test')
})

test('the domains are listed for anybody, the default one first', async () => {
  await using server = await mailcxServer({ MAYFLY_DOMAINS: 'mayfly.test,second.test,*.wild.test' })
  const list = await server.call('GET', '/api/domains')
  expect(list.json).toEqual({
    domains: [
      { id: uuid, domain: 'mayfly.test', default: true, sort_order: 0 },
      { id: uuid, domain: 'second.test', default: false, sort_order: 1 },
    ],
  })
  expect((await server.call('GET', '/api/domains', { token: 'whatever' })).body).toBe(list.body)
  expect(new Set(listIn(list.json, 'domains').map((one) => at(one, 'id'))).size).toBe(2)
})

test('eight calls a second from one address are answered, here and nowhere else', async () => {
  const env = { MAYFLY_DIALECTS_MAILCX_REQUESTS_PER_SECOND_PER_IP: '8', MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }
  await using server = await mailcxServer(env)
  let elapsed = 5000
  using _ = spyOn(server.core.outside, 'elapsed').mockImplementation(() => elapsed)
  const from = (client: string, path: string) =>
    server.call('GET', path, { headers: { 'x-forwarded-for': client } }).then(({ status }) => status)
  const paths = ['/api/domains', '/pro/api/accounts', '/api/nothing', '/api/me']
  for (let n = 0; n < 8; n++) expect(await from('203.0.113.5', paths[n % 4] ?? '')).not.toBe(429)
  for (const path of paths) expect(await from('203.0.113.5', path)).toBe(429)
  expect(await from('203.0.113.5', '/api/v1/me')).toBe(401)
  expect(await from('203.0.113.6', '/api/domains')).toBe(200)
  elapsed += 999
  expect(await from('203.0.113.5', '/api/domains')).toBe(429)
  elapsed += 1
  for (let n = 0; n < 8; n++) expect(await from('203.0.113.5', '/api/domains')).toBe(200)
  const refused = await server.call('GET', '/api/domains', { headers: { 'x-forwarded-for': '203.0.113.5' } })
  expect(refused.json).toEqual({ error: 'rate_limited', message: 'Too many requests, please slow down' })
  expect(refused.headers.get('retry-after')).toBe('1')
})

test('an unknown path is a 404 of its own, and those of others are theirs', async () => {
  await using server = await mailcxServer()
  for (const path of ['/api', '/api/nothing', '/pro/api', '/pro/api/webhooks/nothing'])
    expect([path, said(await server.call('GET', path))]).toEqual([path, '404 not_found'])
  expect((await server.call('GET', '/api/v1/nothing')).json).toMatchObject({ success: false })
})
