// Who gets in to MinuteMail, how often, from where, and how all else is refused: over HTTP against a real server.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { openapi } from '../../src/http/openapi.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, head, serve, talk } from '../http/serve.ts'
import { minuteServer } from './minute-server.ts'

const path = '/v1/mailboxes'
const unknown = '01900000-0000-7000-8000-000000000000'
const mail = `${path}/${unknown}/mails/${unknown}`

/** Every endpoint. */
const endpoints = [
  ['GET', path],
  ['POST', path],
  ['DELETE', path],
  ['GET', `${path}/${unknown}`],
  ['DELETE', `${path}/${unknown}`],
  ['GET', '/v1/archived-mailboxes'],
  ['DELETE', '/v1/archived-mailboxes'],
  ['GET', `/v1/archived-mailboxes/${unknown}`],
  ['DELETE', `/v1/archived-mailboxes/${unknown}`],
  ['POST', `/v1/archived-mailboxes/${unknown}/reactivate`],
  ['GET', `${path}/${unknown}/mails`],
  ['DELETE', `${path}/${unknown}/mails`],
  ['GET', mail],
  ['DELETE', mail],
  ['GET', `${mail}/attachments`],
  ['DELETE', `${mail}/attachments`],
  ['GET', `${mail}/attachments/${unknown}`],
  ['DELETE', `${mail}/attachments/${unknown}`],
] as const

const body = '{"ids":[]}'
const sent = (method: string) => (method === 'GET' ? {} : { body })

describe('a key', () => {
  test('is asked for by every endpoint', async () => {
    await using server = await minuteServer()
    const revoked = await tenant(server.core)
    await server.core.keys.revoke(revoked.caller, revoked.caller.key?.id ?? '')
    const { secret } = server.owner
    const tries = [
      undefined,
      'Bearer ',
      'Bearer wrong',
      `Bearer ${secret}x`,
      `Basic ${secret}`,
      `Bearer ${revoked.secret}`,
    ]
    for (const [method, where] of [...endpoints, ['GET', '/v1/identities'], ['PUT', '/v1']] as const) {
      for (const authorization of tries) {
        const headers = { 'x-api-key': secret, ...(authorization === undefined ? {} : { authorization }) }
        const answer = await server.call(method, where, { headers, ...sent(method) })
        expect([answer.status, answer.json]).toEqual([401, { error: 'unauthorized', message: expect.any(String) }])
        expect(answer.headers.get('x-ratelimit-remaining')).toBe('0')
        expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      }
    }
  })

  test('that is not for mailboxes is refused by every endpoint', async () => {
    await using server = await minuteServer()
    const { secret } = await tenant(server.core, { plan: 'pro', key: { scopes: ['team'] } })
    for (const [index, [method, where]] of endpoints.entries()) {
      const { status, json, headers } = await server.call(method, where, { token: secret, ...sent(method) })
      expect([status, json]).toEqual([403, { error: 'forbidden', message: expect.any(String) }])
      expect(headers.get('x-ratelimit-remaining')).toBe(String(10_000 - 1 - index))
    }
  })

  test('of a suspended account, or for another API, is refused', async () => {
    await using server = await minuteServer()
    const suspended = await tenant(server.core)
    await server.core.accounts.setSuspended(operator, suspended.account.id, true)
    const elsewhere = await tenant(server.core, { key: { dialects: ['dustmail'] } })
    for (const { secret } of [suspended, elsewhere]) {
      expect(await server.said('GET', path, { token: secret })).toBe('403 forbidden')
    }
  })
})

test('unknown endpoints and methods are not found, in its words, and counted', async () => {
  await using server = await minuteServer('free')
  const calls = [
    ['GET', '/v1/identities'],
    ['GET', `/v1/identities/${unknown}`],
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['PUT', path],
    ['PATCH', `${path}/${unknown}`],
    ['POST', '/v1/archived-mailboxes'],
    ['GET', '/v1/mailbox'],
    ['OPTIONS', path],
    ['GET', `${mail}/attachments/${unknown}/raw`],
  ] as const
  for (const [index, [method, where]] of calls.entries()) {
    const { status, json, headers } = await server.ask(method, where)
    expect([where, status, json]).toEqual([where, 404, { error: 'not_found', message: expect.any(String) }])
    expect(headers.get('x-ratelimit-remaining')).toBe(String(99 - index))
  }
})

test('what cannot be read is refused in its words, before a key is looked at too', async () => {
  await using server = await minuteServer()
  const large = await server.ask('DELETE', path, { body: 'x'.repeat(1_100_000) })
  expect([large.status, large.json['error']]).toEqual([413, 'bad_request'])
  expect(large.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  const path404 = await talk(
    server.port,
    head('GET', '/v1/%FF', { host: 'x', authorization: 'Bearer x', connection: 'close' }),
  )
  expect(path404).toStartWith('HTTP/1.1 404')
  expect(path404).toContain('"error":"not_found"')
  expect(path404.toLowerCase()).toContain('access-control-allow-origin: *')
  const bytes = await fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.owner.secret}`, 'content-type': 'application/json' },
    body: new Uint8Array([0xff, 0xfe]),
  })
  expect([bytes.status, at(await bytes.json(), 'error')]).toEqual([400, 'bad_request'])
})

test('a defect says nothing of itself', async () => {
  await using server = await minuteServer('free')
  server.core.mailboxes.list = async () => {
    throw new Error('secret words')
  }
  const { status, json, headers } = await server.ask('GET', path)
  expect([status, json]).toEqual([500, { error: 'internal_error', message: expect.any(String) }])
  expect(JSON.stringify(json)).not.toContain('secret')
  expect(headers.get('x-ratelimit-remaining')).toBe('99')
})

test('a body in chunks is read, with DELETE too', async () => {
  await using server = await minuteServer()
  const { id } = await server.made()
  const json = JSON.stringify({ ids: [id] })
  const asked = head('DELETE', path, {
    host: 'x',
    authorization: `Bearer ${server.owner.secret}`,
    'content-type': 'application/json',
    'transfer-encoding': 'chunked',
    connection: 'close',
  })
  const heard = await talk(server.port, `${asked}${json.length.toString(16)}\r\n${json}\r\n0\r\n\r\n`)
  expect(heard).toStartWith('HTTP/1.1 204')
  expect(await server.ids(path)).toEqual([])
})

test('every endpoint is in the document, and every reference in it leads to a schema', async () => {
  const document = await openapi('minutemail')
  const paths = at(document, 'paths')
  for (const [method, where] of endpoints) {
    const template = where
      .replace(/(mailboxes)\/[0-9a-f-]{36}/, '$1/{mailbox}')
      .replace(/(mails)\/[0-9a-f-]{36}/, '$1/{mail}')
      .replace(/(attachments)\/[0-9a-f-]{36}/, '$1/{attachment}')
    expect(at(paths, template, method.toLowerCase(), 'summary')).toBeString()
  }
  const names = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(names.length).toBeGreaterThan(20)
  for (const [, name = ''] of names) expect(at(document, 'components', 'schemas', name)).toBeDefined()
})

describe('calls', () => {
  test('of a day are counted down, and refused until the next', async () => {
    await using server = await minuteServer('free', { MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '2' })
    server.core.clock.now += 12 * 3_600_000
    const left: unknown[] = []
    for (let n = 0; n < 3; n++) {
      const { status, json, headers } = await server.ask('GET', path)
      left.push([status, json['error'], headers.get('x-ratelimit-remaining'), headers.get('retry-after')])
    }
    expect(left).toEqual([
      [200, undefined, '1', null],
      [200, undefined, '0', null],
      [429, 'quota_exceeded', '0', String(12 * 3600)],
    ])
    server.core.clock.now += 12 * 3_600_000
    expect((await server.ask('GET', path)).headers.get('x-ratelimit-remaining')).toBe('1')
  })

  test('beyond the burst are refused, and the day goes on', async () => {
    await using server = await minuteServer('free', {
      MAYFLY_PLANS_FREE_REQUESTS_PER_MINUTE: '1',
      MAYFLY_PLANS_FREE_BURST: '2',
    })
    const answers = [await server.ask('GET', path), await server.ask('GET', path), await server.ask('GET', path)]
    expect(answers.map(({ status, headers }) => `${status} ${headers.get('x-ratelimit-remaining')}`)).toEqual([
      '200 99',
      '200 98',
      '429 0',
    ])
    expect(answers[2]?.json).toEqual({ error: 'rate_limit_exceeded', message: expect.any(String) })
    expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('without a daily limit are those of the bucket, else a million', async () => {
    const left = async (env: Record<string, string>) => {
      await using server = await minuteServer('unlimited', env)
      return (await server.ask('GET', path)).headers.get('x-ratelimit-remaining')
    }
    const month = { MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_MONTH: '7' }
    const bucket = { MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_MINUTE: '60', MAYFLY_PLANS_UNLIMITED_BURST: '100' }
    expect(await left({})).toBe('1000000')
    expect(await left(month)).toBe('1000000')
    expect(await left(bucket)).toBe('99')
  })

  test('of a month are refused as a quota', async () => {
    await using server = await minuteServer('unlimited', { MAYFLY_PLANS_UNLIMITED_REQUESTS_PER_MONTH: '1' })
    await server.ask('GET', path)
    const { status, json, headers } = await server.ask('GET', path)
    expect([status, json['error'], headers.get('x-ratelimit-remaining')]).toEqual([429, 'quota_exceeded', '0'])
  })

  test('show what is left beside an empty answer, and beside the end of a quota of mailboxes', async () => {
    await using server = await minuteServer('free', { MAYFLY_PLANS_FREE_INBOXES_PER_DAY: '1' })
    const { id } = await server.made()
    const quota = await server.ask('POST', path)
    expect([quota.status, quota.json['error'], quota.headers.get('x-ratelimit-remaining')]).toEqual([
      429,
      'quota_exceeded',
      '98',
    ])
    expect((await server.ask('DELETE', `${path}/${id}`)).headers.get('x-ratelimit-remaining')).toBe('97')
  })
})

describe('a key with domain restrictions', () => {
  const message = 'API key not authorized for this domain'

  test('is good from there alone', async () => {
    await using server = await serve()
    const { secret } = await tenant(server.core, { key: { origins: ['*.example.com', 'localhost:3000'] } })
    const said = async (headers: Record<string, string>) => {
      const { status, json } = await server.call('GET', path, { token: secret, headers })
      return status === 200 ? 200 : `${status} ${json['error']}: ${json['message']}`
    }
    const refused = `403 forbidden: ${message}`
    expect(await said({ origin: 'https://example.com' })).toBe(200)
    expect(await said({ origin: 'https://a.b.example.com' })).toBe(200)
    expect(await said({ origin: 'http://localhost:3000' })).toBe(200)
    expect(await said({ referer: 'https://app.example.com/page?x' })).toBe(200)
    expect(await said({ host: 'example.com' })).toBe(200)
    expect(await said({ origin: 'http://localhost:3001' })).toBe(refused)
    expect(await said({ origin: 'https://example.org', referer: 'https://example.com/' })).toBe(refused)
    expect(await said({ origin: 'null' })).toBe(refused)
    expect(await said({})).toBe(refused)
  })

  test('obeys them as they are changed', async () => {
    await using server = await minuteServer()
    const status = async () =>
      (await server.ask('GET', path, { headers: { origin: 'https://app.example.com' } })).status
    const { caller } = server.owner
    expect(await status()).toBe(200)
    await server.core.keys.change(caller, caller.key?.id ?? '', { origins: ['example.com'] })
    expect(await status()).toBe(403)
    await server.core.keys.change(operator, caller.key?.id ?? '', { origins: ['example.com', '*.example.com'] })
    expect(await status()).toBe(200)
  })

  test('is refused as plain text where the operator wants that', async () => {
    await using server = await serve({ MAYFLY_DIALECTS_MINUTEMAIL_PLAIN_TEXT_ERRORS: 'true' })
    const { secret } = await tenant(server.core, { plan: 'free', key: { origins: ['example.com'] } })
    const forbidden = await server.call('GET', path, { token: secret })
    expect([forbidden.status, forbidden.body]).toEqual([403, message])
    expect(forbidden.headers.get('content-type')).toStartWith('text/plain')
    expect(forbidden.headers.get('x-ratelimit-remaining')).toBe('100')
    const unauthorized = await server.call('GET', path)
    expect(unauthorized.status).toBe(401)
    expect(unauthorized.headers.get('content-type')).toStartWith('text/plain')
    const good = { token: secret, headers: { origin: 'https://example.com' } }
    expect((await server.call('GET', `${path}/x`, good)).json['error']).toBe('not_found')
  })
})

describe('pages of other origins', () => {
  const origin = 'https://app.example'
  const asked = (headers: string, method = 'POST') => ({
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': headers,
  })
  const corsOf = (headers: Headers) =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

  test('are told that they may call with a key', async () => {
    await using server = await minuteServer('free')
    for (const [where, headers] of [
      [path, asked('authorization')],
      [path, asked('content-type, Authorization', 'DELETE')],
      ['/v1/unknown', asked('authorization', 'GET')],
    ] as const) {
      const { status, headers: said, body: text } = await server.call('OPTIONS', where, { headers })
      expect([status, text]).toEqual([204, ''])
      expect(corsOf(said)).toEqual({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, POST, DELETE',
        'access-control-allow-headers': 'Authorization, Content-Type',
        'access-control-max-age': '600',
      })
    }
    expect((await server.ask('GET', path)).headers.get('x-ratelimit-remaining')).toBe('99')
  })

  test('are told nothing of the kind without one, nor elsewhere', async () => {
    await using server = await minuteServer()
    for (const [where, headers] of [
      [path, asked('content-type')],
      [path, asked('x-api-key')],
      [path, { origin, 'access-control-request-method': 'GET' }],
      ['/health', asked('authorization', 'GET')],
    ] as const) {
      expect(corsOf((await server.call('OPTIONS', where, { headers })).headers)).toEqual({})
    }
    for (const [method, where] of [
      ['GET', path],
      ['POST', path],
      ['GET', '/health'],
    ] as const) {
      expect(corsOf((await server.call(method, where, { headers: { origin } })).headers)).toEqual({})
    }
    const empty = { origin, authorization: 'Bearer ' }
    expect(corsOf((await server.call('GET', path, { headers: empty })).headers)).toEqual({})
  })

  test('read every answer to a call with a key, refusals too', async () => {
    await using server = await minuteServer('free', { MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '6' })
    const { secret } = await tenant(server.core, { key: { origins: ['elsewhere.example'] } })
    const calls = [
      [200, 'GET', path, {}],
      [201, 'POST', path, {}],
      [400, 'POST', path, { body: '{' }],
      [404, 'GET', `${path}/x`, {}],
      [404, 'PUT', path, {}],
      [413, 'POST', path, { body: 'x'.repeat(1_100_000) }],
      [204, 'DELETE', path, { body }],
      [429, 'GET', path, {}],
      [401, 'GET', path, { token: 'wrong' }],
      [403, 'GET', path, { token: secret }],
    ] as const
    for (const [status, method, where, wish] of calls) {
      const answer = await server.ask(method, where, { headers: { origin }, ...wish })
      expect(answer.status).toBe(status)
      expect(corsOf(answer.headers)).toEqual({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'X-RateLimit-Remaining, Retry-After',
      })
    }
  })
})

describe('without a key', () => {
  test('one may ask whether the server lives and is ready', async () => {
    await using server = await minuteServer()
    for (const where of ['/health', '/ready']) {
      const { status, json, headers } = await server.call('GET', where)
      expect([status, json]).toEqual([200, { ok: true }])
      expect(headers.get('x-ratelimit-remaining')).toBe('1000000')
    }
    expect((await server.call('POST', '/health')).json['error']).toBe('not_found')
    expect((await server.call('GET', '/health/x')).json['error']).toBe('not_found')
    server.core.room.shortage = 'disk'
    const { status, json } = await server.call('GET', '/ready')
    expect([status, json['error']]).toEqual([503, 'service_unavailable'])
    expect((await server.call('GET', '/health')).status).toBe(200)
  })
})

test('switched off it says so, and off in the config it is not there', async () => {
  await using server = await minuteServer()
  await server.core.switches.set(operator, { developerApi: false })
  expect(await server.said('GET', path)).toBe('503 service_unavailable')
  expect((await server.ask('GET', '/health')).status).toBe(200)
  await server.core.switches.set(operator, { developerApi: true, dialects: { minutemail: false } })
  for (const where of [path, '/health', '/v1/x']) expect((await server.ask('GET', where)).status).toBe(404)
})
