// DustMail's contract, over HTTP against a real server. The clock stands at the first minute of 2026.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { type Call, type Serving, serve } from '../http/serve.ts'

const path = '/api/v1/inbox'
const start = '2026-01-01T00:00:00.000Z'

async function served(plan: string, env: Record<string, string> = {}) {
  const server = await serve(env)
  const { secret, caller } = await tenant(server.core, { plan, key: { prefix: 'dm_live_' } })
  const call = (method: string, where: string, wish: Call = {}) =>
    server.call(method, where, { token: secret, ...wish })
  const made = async (body: object = {}): Promise<{ id: string; email: string }> => {
    const { json } = await call('POST', path, { body })
    return JSON.parse(JSON.stringify(json['data']))
  }
  return { ...server, secret, caller, ask: call, made }
}

test('a free key gets an inbox of half an hour on the primary domain', async () => {
  await using server = await served('free', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const { status, json } = await server.ask('POST', path)
  expect(status).toBe(201)
  expect(json).toEqual({
    success: true,
    data: {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: expect.stringMatching(/^[^@]+@one\.test$/),
      domain: 'one.test',
      created_at: start,
      expires_at: '2026-01-01T00:30:00.000Z',
    },
    meta: { plan: 'free', rate_limit: { limit: 100, used: 1 }, available_domains: ['one.test'] },
  })
})

test('a premium key chooses the name and the domain, for a year', async () => {
  await using server = await served('premium', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const { status, json } = await server.ask('POST', path, { body: { username: 'Swift.Fox4291', domain: 'two.test' } })
  expect(status).toBe(201)
  expect(json).toMatchObject({
    data: { email: 'swift.fox4291@two.test', domain: 'two.test', expires_at: '2027-01-01T00:00:00.000Z' },
    meta: { plan: 'premium', rate_limit: { limit: null, used: 1 }, available_domains: ['one.test', 'two.test'] },
  })
})

test('a duration is minutes, up to the plan', async () => {
  await using server = await served('free')
  const { json } = await server.ask('POST', path, { body: { duration: 1440 } })
  expect(json).toMatchObject({ data: { expires_at: '2026-01-02T00:00:00.000Z' } })
  for (const duration of [0, 1441, 1.5, '30', -1]) {
    const refused = await server.ask('POST', path, { body: { duration } })
    expect([refused.status, refused.json['error']]).toEqual([400, 'invalid_duration'])
  }
})

test('an inbox of another default lifetime, and one without an end', async () => {
  await using server = await served('unlimited', { MAYFLY_DIALECTS_DUSTMAIL_DEFAULT_TTL_MINUTES: '5' })
  expect((await server.ask('POST', path)).json).toMatchObject({ data: { expires_at: '2026-01-01T00:05:00.000Z' } })
  await server.core.mailboxes.open(server.caller, { localPart: 'kept', ttlMinutes: null }, '192.0.2.1')
  const { json } = await server.ask('GET', path)
  expect(json).toMatchObject({ data: [{ email: 'kept@mayfly.test', expires_at: '9999-12-31T23:59:59.999Z' }, {}] })
})

test('the list has the newest first, with how many mails each has', async () => {
  await using server = await served('basic')
  expect((await server.ask('GET', path)).json).toEqual({
    success: true,
    data: [],
    meta: { total: 0, plan: 'free', rate_limit: { limit: 100, used: 1 } },
  })
  const one = await server.made()
  const two = await server.made()
  await server.mail(one.email)
  const { json } = await server.ask('GET', path)
  expect(json).toEqual({
    success: true,
    data: [
      { ...two, email_count: 0 },
      { ...one, email_count: 1 },
    ],
    meta: { total: 2, plan: 'free', rate_limit: { limit: 100, used: 4 } },
  })
})

test('no more than fifty are listed, and all are counted', async () => {
  await using server = await served('premium')
  for (let n = 0; n < 51; n++) await server.made()
  const { json } = await server.ask('GET', path)
  expect(json['data']).toHaveLength(50)
  expect(json['meta']).toMatchObject({ total: 51 })
})

test('an inbox is shown with its mail, newest first and whole', async () => {
  await using server = await served('premium')
  const { id, email, ...rest } = await server.made({ username: 'shown' })
  const plain = await server.mail(
    email,
    { Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=', From: 'Ann <Ann@SENDER.test>' },
    'Hi.\r\n',
  )
  const html = await server.mail(email, { 'Content-Type': 'text/html' }, '<p>Click</p>\r\n')
  const { status, json } = await server.ask('GET', `${path}/${id}`)
  expect(status).toBe(200)
  expect(json).toEqual({
    success: true,
    data: {
      inbox: { id, email, ...rest },
      emails: [
        { id: html, from: 'ann@sender.test', subject: '', text: 'Click', html: '<p>Click</p>\n', received_at: start },
        { id: plain, from: 'Ann@sender.test', subject: 'Grüße', text: 'Hi.\n', html: '', received_at: start },
      ],
    },
    meta: { email_count: 2, rate_limit: { limit: null, used: 2 } },
  })
})

test('a hundred mails are shown, also where they are long, and the rest is counted in the list', async () => {
  await using server = await served('premium')
  const { id, email } = await server.made()
  const long = `${'x'.repeat(70)}\r\n`.repeat(120)
  for (let n = 0; n < 101; n++) await server.mail(email, { Subject: `mail ${n}` }, long)
  const { json } = await server.ask('GET', `${path}/${id}`)
  const { emails } = JSON.parse(JSON.stringify(json['data']))
  expect(emails).toHaveLength(100)
  expect(emails[0].subject).toBe('mail 100')
  expect(emails[99].subject).toBe('mail 1')
  expect(emails[99].text).toBe(long.replaceAll('\r\n', '\n'))
  expect(json['meta']).toMatchObject({ email_count: 100 })
  expect((await server.ask('GET', path)).json).toMatchObject({ data: [{ email_count: 101 }] })
})

test('a deleted inbox is gone', async () => {
  await using server = await served('free')
  const { id, email } = await server.made()
  const { status, json } = await server.ask('DELETE', `${path}/${id}`)
  expect([status, json]).toEqual([200, { success: true, message: 'Inbox deleted' }])
  expect(
    await codes(server, [
      ['GET', `${path}/${id}`],
      ['DELETE', `${path}/${id}`],
    ]),
  ).toEqual(['404 not_found', '404 not_found'])
  expect((await server.ask('GET', path)).json['data']).toEqual([])
  expect(email).toContain('@')
})

test("what is not this account's does not exist", async () => {
  await using server = await served('free')
  const other = await tenant(server.core)
  const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
  const own = await server.made()
  server.core.clock.now += 31 * 60_000
  const unclaimed = await server.mail('anybody@mayfly.test')
  const { mailbox } = await server.core.mailboxes.see(other.caller, 'anybody@mayfly.test')
  const names = [
    foreign.mailbox.id,
    own.id,
    own.email,
    'x',
    '%2e%2e',
    `${mailbox?.id}`,
    unclaimed,
    foreign.mailbox.address,
  ]
  for (const name of names) {
    expect(
      await codes(server, [
        ['GET', `${path}/${name}`],
        ['DELETE', `${path}/${name}`],
      ]),
    ).toEqual(['404 not_found', '404 not_found'])
  }
})

test('only premium keys choose', async () => {
  await using server = await served('free', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const code = async (body: unknown) => {
    const { status, json } = await server.ask('POST', path, { body })
    return `${status} ${json['error'] ?? ''}`
  }
  expect(await code({ username: 'mine' })).toBe('403 premium_required')
  expect(await code({ domain: 'two.test' })).toBe('403 premium_required')
  expect(await code({ domain: 'ONE.test.' })).toBe('201 ')
  expect(await code({ username: null, unknown: [1] })).toBe('201 ')
})

test('what is wrong in a body is named', async () => {
  await using server = await served('premium')
  const code = async (body: unknown, headers: Record<string, string> = {}) => {
    const { status, json } = await server.ask('POST', path, { body, headers })
    return `${status} ${json['error'] ?? ''}`
  }
  expect(await code('{')).toBe('400 invalid_json')
  expect(await code('[]')).toBe('400 invalid_json')
  expect(await code('"x"')).toBe('400 invalid_json')
  expect(await code('{}', { 'content-type': 'text/plain' })).toBe('400 invalid_json')
  expect(await code({ username: 5 })).toBe('400 invalid_username')
  expect(await code({ username: 'a b' })).toBe('400 invalid_username')
  expect(await code({ username: 'admin' })).toBe('400 invalid_username')
  expect(await code({ domain: {} })).toBe('400 invalid_domain')
  expect(await code({ domain: 'a..b' })).toBe('400 invalid_domain')
  expect(await code({ domain: 'elsewhere.test' })).toBe('403 domain_not_allowed')
  expect(await code({ username: 'one' })).toBe('201 ')
  expect(await code({ username: 'ONE' })).toBe('409 address_taken')
  expect(await code(`{"username":"${'x'.repeat(1_100_000)}"}`)).toBe('413 invalid_json')
})

test('a key comes in either header, and Authorization wins', async () => {
  await using server = await served('free')
  const status = async (headers: Record<string, string>) => (await fetch(server.url + path, { headers })).status
  expect(await status({ 'x-api-key': server.secret })).toBe(200)
  expect(await status({ authorization: `Bearer ${server.secret}`, 'x-api-key': 'wrong' })).toBe(200)
  expect(await status({ authorization: 'Bearer wrong', 'x-api-key': server.secret })).toBe(401)
  expect(await status({ authorization: 'Bearer ', 'x-api-key': server.secret })).toBe(200)
})

test('who has no good key is told the same, whatever he asks', async () => {
  await using server = await served('free')
  const { secret, caller } = await tenant(server.core)
  await server.core.keys.revoke(caller, caller.key?.id ?? '')
  for (const authorization of [
    undefined,
    'Bearer ',
    'Bearer wrong',
    `Bearer ${server.secret}x`,
    `Basic ${server.secret}`,
    `Bearer ${secret}`,
  ]) {
    for (const [method, where] of [
      ['POST', path],
      ['GET', path],
      ['GET', `${path}/x`],
      ['DELETE', `${path}/x`],
    ] as const) {
      const response = await fetch(server.url + where, {
        method,
        headers: authorization === undefined ? {} : { authorization },
      })
      expect([response.status, await response.json()]).toEqual([
        401,
        { success: false, error: 'unauthorized', message: expect.any(String) },
      ])
    }
  }
})

test('unknown endpoints and methods are answered in its own words', async () => {
  await using server = await served('free')
  expect(
    await codes(server, [
      ['PUT', path],
      ['PATCH', `${path}/x`],
      ['POST', `${path}/x`],
      ['GET', `${path}/x/y`],
    ]),
  ).toEqual(Array.from({ length: 4 }, () => '404 not_found'))
})

test('the hundred-and-first call of a day is refused, and says when to come again', async () => {
  await using server = await served('free', {
    MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '2',
    MAYFLY_PLANS_FREE_INBOXES_PER_DAY: '1',
  })
  await server.made()
  const exhausted = await server.ask('POST', path)
  expect([exhausted.status, exhausted.json['error'], exhausted.json['meta']]).toEqual([
    429,
    'rate_limit_exceeded',
    undefined,
  ])
  server.core.clock.now += 12 * 3_600_000
  const { status, json, headers } = await server.ask('GET', path)
  expect(status).toBe(429)
  expect(json).toEqual({
    success: false,
    error: 'rate_limit_exceeded',
    message: expect.any(String),
    meta: { rate_limit: { limit: 2, used: 2 } },
  })
  expect(headers.get('retry-after')).toBe(String(12 * 3600))
})

test('switched off it says so, and off in the config it is not there', async () => {
  await using server = await served('free')
  await server.core.switches.set({ kind: 'operator' }, { developerApi: false })
  expect(await codes(server, [['GET', path]])).toEqual(['503 api_disabled'])
  await server.core.switches.set({ kind: 'operator' }, { developerApi: true, dialects: { dustmail: false } })
  expect((await server.ask('GET', path)).status).toBe(404)
})

test('a page of any origin may call with a key, and read the answer', async () => {
  await using server = await served('free')
  const origin = 'https://app.example'
  const asked = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type, x-api-key' }
  const preflight = await fetch(server.url + path, { method: 'OPTIONS', headers: { origin, ...asked } })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  expect(preflight.headers.get('access-control-allow-headers')).toContain('X-API-Key')
  const { headers } = await server.ask('POST', path, { headers: { origin } })
  expect(headers.get('access-control-allow-origin')).toBe('*')
  const keyless = await fetch(server.url + path, { method: 'POST', headers: { origin } })
  expect([keyless.status, keyless.headers.get('access-control-allow-origin')]).toEqual([401, null])
})

const codes = (server: Pick<Serving, never> & { ask: Serving['call'] }, calls: [string, string][]): Promise<string[]> =>
  Promise.all(
    calls.map(async ([method, where]) => {
      const { status, json } = await server.ask(method, where)
      return `${status} ${json['error'] ?? ''}`
    }),
  )
