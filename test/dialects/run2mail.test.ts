// Run2Mail's contract, over HTTP against a real server. The clock stands at the first minute of 2026.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { tenant } from '../accounts/tenant.ts'
import { mail as mailText } from '../core.ts'
import { at, type Call, listIn, serve } from '../http/serve.ts'

const me = '/api/v1/me'
const create = '/api/v1/emails/create'
const start = '2026-01-01T00:00:00.000Z'
const messagesOf = (address: string) => `/api/v1/emails/${address}/messages`

async function served(plan: string, env: Record<string, string> = {}) {
  const server = await serve(env)
  const { account, member, secret, caller } = await tenant(server.core, { plan, key: { prefix: 'r2m_' } })
  const ask = (method: string, where: string, wish: Call = {}) => server.call(method, where, { token: secret, ...wish })
  const made = async (body: object = {}): Promise<string> => {
    const { status, json, body: text } = await ask('POST', create, { body })
    if (status !== 201) throw new Error(text)
    return String(at(json, 'data', 'email'))
  }
  const said = async (method: string, where: string, wish: Call = {}): Promise<string> => {
    const { status, json } = await ask(method, where, wish)
    return `${status} ${json['error'] ?? ''}`
  }
  return { ...server, account, member, secret, caller, ask, made, said }
}

test('an account is shown with its limits, and what is used of them', async () => {
  await using server = await served('free')
  await server.made()
  const { status, json } = await server.ask('GET', me)
  expect(status).toBe(200)
  expect(json).toEqual({
    success: true,
    data: {
      id: server.account.id,
      name: server.member.email.replace('@tenant.example', ''),
      email: server.member.email,
      plan: 'free',
      created_at: start,
      limits: { requests_per_minute: 60, inboxes_per_day: 50 },
      usage: { inboxes_today: 1, requests_today: 2 },
    },
  })
})

test('without limits there are none to show', async () => {
  await using server = await served('unlimited')
  const { json, headers } = await server.ask('GET', me)
  expect(at(json, 'data', 'limits')).toEqual({ requests_per_minute: null, inboxes_per_day: null })
  expect(headers.get('x-ratelimit-limit')).toBeNull()
})

test("a key whose maker has left shows the account's owner", async () => {
  await using server = await served('free')
  const { core, caller } = server
  const invited = await core.links.invite(caller, { role: 'member' })
  const visitor = { client: '192.0.2.9', agent: 'test' }
  const token = invited.token
  const { caller: joined } = await core.links.accept(visitor, token, {
    email: 'leaver@tenant.example',
    password: 'correct horse battery',
  })
  const { secret } = await core.keys.create(joined, { name: 'theirs' })
  const email = async () => at((await server.call('GET', me, { token: secret })).json, 'data', 'email')
  expect(await email()).toBe('leaver@tenant.example')
  await core.keys.removeMember(caller, joined.member?.id ?? '', { revokeKeys: [] })
  expect(await email()).toBe(server.member.email)
})

test('a random address is on the primary domain, for a day', async () => {
  await using server = await served('free', { MAYFLY_DOMAINS: 'one.test,two.test' })
  for (const body of [{ type: 'random' }, {}, { type: null, unknown: [1] }, undefined]) {
    const { status, json } = await server.ask('POST', create, body ? { body } : {})
    const { data } = json
    expect([status, json]).toEqual([
      201,
      {
        success: true,
        data: {
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          email: expect.stringMatching(/^[^@]+@one\.test$/),
          domain: 'one.test',
          type: 'random',
          created_at: start,
          expires_at: '2026-01-02T00:00:00.000Z',
        },
      },
    ])
    await server.core.mailboxes.end(server.caller, String(at(data, 'id')), { permanent: true })
  }
})

test('a random address has no name, though one is sent', async () => {
  await using server = await served('free', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const email = await server.made({ type: 'random', username: 'mine', domain: 'two.test' })
  expect(email).toMatch(/^(?!mine@).+@one\.test$/)
})

test('a custom address is as it was asked for, where the plan allows it', async () => {
  await using server = await served('pro', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const { status, json } = await server.ask('POST', create, {
    body: { type: 'custom', username: 'Swift.Fox', domain: 'TWO.test' },
  })
  expect(status).toBe(201)
  expect(json).toMatchObject({ data: { email: 'swift.fox@two.test', domain: 'two.test', type: 'custom' } })
  expect(await server.made({ type: 'custom', username: 'plain' })).toBe('plain@one.test')

  const { secret } = await tenant(server.core, { plan: 'free' })
  const body = { type: 'custom', username: 'other' }
  expect(await server.said('POST', create, { body, token: secret })).toBe('403 forbidden')
})

test("a lifetime of its own is cut to the plan's longest", async () => {
  const env = { MAYFLY_DIALECTS_RUN2MAIL_DEFAULT_TTL_MINUTES: '3000' }
  await using server = await served('free', env)
  const { json } = await server.ask('POST', create)
  expect(at(json, 'data', 'expires_at')).toBe('2026-01-02T00:00:00.000Z')
  const { secret } = await tenant(server.core, { plan: 'hobbyist' })
  const longer = await server.ask('POST', create, { token: secret })
  expect(at(longer.json, 'data', 'expires_at')).toBe('2026-01-03T02:00:00.000Z')
})

test('an address without mail has none', async () => {
  await using server = await served('free')
  const email = await server.made()
  const { status, json, headers } = await server.ask('GET', messagesOf(email))
  expect([status, json]).toEqual([200, { success: true, data: { email, messages: [] } }])
  expect(headers.get('content-type')).toContain('application/json')
})

test('mail is listed whole, newest first', async () => {
  await using server = await served('pro')
  const email = await server.made({ type: 'custom', username: 'shown' })
  const plain = await server.mail(
    email,
    {
      Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      From: 'Ann <Ann@SENDER.test>',
      To: 'Shown <shown@mayfly.test>, b@c.test',
    },
    'Hi.\r\n',
  )
  const parts = [
    'Content-Type: text/html\r\n\r\n<p>Click</p>',
    'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="a.pdf"\r\n\r\nabc',
  ]
  const body = `${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--\r\n`
  const html = await server.mail(email, { 'Content-Type': 'multipart/mixed; boundary=x' }, body)
  await server.core.messages.mark(server.caller, plain, { seen: true })
  const { json } = await server.ask('GET', messagesOf(email))
  expect(json).toEqual({
    success: true,
    data: {
      email,
      messages: [
        {
          id: html,
          from: 'ann@sender.test',
          from_name: 'Ann',
          to: [email],
          subject: '',
          text: 'Click',
          html: '<p>Click</p>',
          received_at: start,
          is_read: false,
          attachments: [{ id: expect.any(String), filename: 'a.pdf', content_type: 'application/pdf', size: 3 }],
        },
        {
          id: plain,
          from: 'Ann@sender.test',
          from_name: 'Ann',
          to: ['shown@mayfly.test', 'b@c.test'],
          subject: 'Grüße',
          text: 'Hi.\n',
          html: '',
          received_at: start,
          is_read: true,
          attachments: [],
        },
      ],
    },
  })
  const again = await server.ask('GET', messagesOf(email))
  expect(at(again.json, 'data', 'messages', 0, 'is_read')).toBe(false)
})

test('a mail that cannot be read is listed with empty texts', async () => {
  await using server = await served('free')
  server.core.digesting.stop()
  const email = await server.made()
  await server.mail(email, { Subject: 'odd' })
  server.core.connection.sqlite.run("update pieces set bytes = x'00'")
  const { json } = await server.ask('GET', messagesOf(email))
  expect(listIn(json, 'data', 'messages')).toMatchObject([{ subject: 'odd', text: '', html: '', attachments: [] }])
})

test('the newest hundred are listed, also where they are long', async () => {
  await using server = await served('premium')
  const email = await server.made()
  const long = `${'x'.repeat(70)}\r\n`.repeat(120)
  for (let n = 0; n < 101; n++) await server.mail(email, { Subject: `mail ${n}` }, long)
  const { json, headers } = await server.ask('GET', messagesOf(email))
  const messages = listIn(json, 'data', 'messages')
  expect(messages.map((one) => at(one, 'subject'))).toEqual(Array.from({ length: 100 }, (_, n) => `mail ${100 - n}`))
  expect(at(messages[99], 'text')).toBe(long.replaceAll('\r\n', '\n'))
  expect(headers.get('content-type')).toContain('application/json')
})

test('an address is the same however it is written, and its tag shows only its own mail', async () => {
  await using server = await served('pro')
  await server.made({ type: 'custom', username: 'box' })
  await server.mail('box@mayfly.test', { Subject: 'bare' })
  await server.mail('box+one@mayfly.test', { Subject: 'one' })
  const seen = async (name: string) => {
    const { json } = await server.ask('GET', messagesOf(name))
    return [at(json, 'data', 'email'), ...listIn(json, 'data', 'messages').map((one) => at(one, 'subject'))]
  }
  const all = ['box@mayfly.test', 'one', 'bare']
  for (const name of ['box@mayfly.test', 'box%40mayfly.test', 'BOX@Mayfly.TEST', '%62ox@mayfly.test.'])
    expect(await seen(name)).toEqual(all)
  for (const name of ['box+one@mayfly.test', 'Box%2BONE%40mayfly.test'])
    expect(await seen(name)).toEqual(['box+one@mayfly.test', 'one'])
  expect(await seen('box+two@mayfly.test')).toEqual(['box+two@mayfly.test'])
})

test("what is not an open mailbox of this account's is one answer, which no answer's words or headers tell apart", async () => {
  await using server = await served('unlimited', { MAYFLY_DOMAINS: 'mayfly.test' })
  const other = await tenant(server.core)
  await server.core.mailboxes.open(other.caller, { localPart: 'foreign' }, '192.0.2.1')
  await server.open('anonymous')
  await server.mail('unclaimed@mayfly.test')
  await server.made({ type: 'custom', username: 'ended' })
  await server.core.mailboxes.end(server.caller, 'ended@mayfly.test', { permanent: true })
  await server.core.mailboxes.open(server.caller, { localPart: 'archived', recoverable: true }, '192.0.2.1')
  await server.core.mailboxes.end(server.caller, 'archived@mayfly.test', { permanent: false })
  await server.core.mailboxes.open(server.caller, { localPart: 'expired', ttlMinutes: 1 }, '192.0.2.1')
  await server.core.mailboxes.open(server.caller, { localPart: 'kept', ttlMinutes: 2 }, '192.0.2.1')
  server.core.clock.now += 60_000
  const { id } = await server.core.mailboxes
    .see(server.caller, 'kept@mayfly.test')
    .then(({ mailbox }) => mailbox ?? { id: '' })
  const names = ['foreign', 'foreign+tag', 'anonymous', 'unclaimed', 'ended', 'archived', 'expired', 'nobody']
  const addresses = [...names.map((name) => `${name}@mayfly.test`), 'box@elsewhere.test', 'x', '@', '%00', 'a b@c', id]
  for (const address of addresses) {
    const { status, json, headers } = await server.ask('GET', messagesOf(address))
    expect([address, status, json, headers.get('retry-after')]).toEqual([
      address,
      403,
      { success: false, error: 'forbidden', message: 'This key has no such address.' },
      null,
    ])
  }
  expect(await server.said('GET', messagesOf('kept@mayfly.test'))).toBe('200 ')
})

test("an admin's key does not reach the operator's mailbox", async () => {
  await using server = await served('free')
  await server.core.mailboxes.operator()
  const admin = await tenant(server.core, { admin: true })
  expect(await server.core.mailboxes.own(admin.caller, 'postmaster@mayfly.test')).toMatchObject({ kind: 'owned' })
  for (const name of ['postmaster', 'abuse'])
    expect(await server.said('GET', messagesOf(`${name}@mayfly.test`), { token: admin.secret })).toBe('403 forbidden')
})

test('a key with bounds keeps to them', async () => {
  await using server = await served('unlimited', { MAYFLY_DOMAINS: 'one.test,two.test' })
  const { core, account, member } = server
  await server.made({ type: 'custom', username: 'box', domain: 'one.test' })
  const keyed = async (key: object) => (await core.keys.createFor(operator, member.email, key)).secret
  const elsewhere = await keyed({ domains: ['two.test'] })
  expect(await server.said('GET', messagesOf('box@one.test'), { token: elsewhere })).toBe('403 forbidden')
  const body = { type: 'custom', username: 'x', domain: 'one.test' }
  expect(await server.said('POST', create, { token: elsewhere, body })).toBe('403 forbidden')
  const unrelated = await keyed({ scopes: ['team'] })
  expect(await server.said('POST', create, { token: unrelated })).toBe('403 forbidden')
  expect(await server.said('GET', messagesOf('box@one.test'), { token: unrelated })).toBe('403 forbidden')
  expect(await server.said('GET', me, { token: unrelated })).toBe('200 ')
  expect(await server.said('GET', me, { token: await keyed({ dialects: ['native'] }) })).toBe('403 forbidden')
  await core.accounts.setSuspended(operator, account.id, true)
  expect(await server.said('GET', me)).toBe('403 forbidden')
})

test('what is wrong in a body is named', async () => {
  await using server = await served('unlimited')
  const said = async (body: unknown, headers: Record<string, string> = {}) => {
    const { status, json } = await server.ask('POST', create, { body, headers })
    return [status, json['error'], json['message']]
  }
  const invalid = (message: string) => [422, 'validation_failed', message]
  expect(await said('{')).toEqual(invalid('The body must be JSON.'))
  expect(await said('[]')).toEqual(invalid('The body must be an object.'))
  expect(await said('"x"')).toEqual(invalid('The body must be an object.'))
  expect(await said('{}', { 'content-type': 'text/plain' })).toEqual(invalid('Content-Type must be application/json.'))
  for (const type of ['other', 5, {}, [], ''])
    expect(await said({ type })).toEqual(invalid('"type" must be "random" or "custom".'))
  expect(await said({ type: 'custom' })).toEqual(invalid('"username" is required for a custom address.'))
  for (const username of [5, '', 'a b', 'admin', 'a+b', 'x'.repeat(65)])
    expect(await said({ type: 'custom', username })).toEqual(invalid(expect.stringMatching(/^"username" .+\.$/)))
  for (const domain of [{}, 'a..b', 'elsewhere.test'])
    expect(await said({ type: 'custom', username: 'x', domain })).toEqual(
      invalid(expect.stringMatching(/^"domain" .+\.$/)),
    )
  expect(await said({ type: 'custom', username: 'one' })).toEqual([201, undefined, undefined])
  expect(await said({ type: 'custom', username: 'ONE' })).toEqual(invalid('"username" is taken on this domain.'))
  expect(await said(`{"username":"${'x'.repeat(1_100_000)}"}`)).toEqual([
    413,
    'validation_failed',
    'The request is too large.',
  ])
})

test('who has no good key is told the same, whatever he asks', async () => {
  await using server = await served('free')
  const { secret, caller } = await tenant(server.core)
  await server.core.keys.revoke(caller, caller.key?.id ?? '')
  const credentials = [undefined, 'Bearer ', 'Bearer wrong', `Basic ${server.secret}`, `Bearer ${secret}`]
  for (const authorization of credentials) {
    for (const [method, where] of [
      ['GET', me],
      ['POST', create],
      ['GET', messagesOf('x@mayfly.test')],
    ] as const) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      const answer = await fetch(server.url + where, { method, headers })
      expect([answer.status, await answer.json(), answer.headers.get('www-authenticate')]).toEqual([
        401,
        { success: false, error: 'unauthenticated', message: 'A valid API key is required.' },
        'Bearer',
      ])
    }
  }
  const { status } = await fetch(server.url + me, { headers: { 'x-api-key': server.secret } })
  expect(status).toBe(401)
})

test('unknown endpoints and methods are answered in its own words, but not those of DustMail', async () => {
  await using server = await served('free')
  for (const [method, where] of [
    ['GET', '/api/v1'],
    ['GET', '/api/v1/'],
    ['GET', '/api/v1/emails'],
    ['GET', create],
    ['DELETE', me],
    ['POST', messagesOf('x@mayfly.test')],
    ['GET', '/api/v1/emails/a/b/messages'],
    ['GET', '/api/v1/%FF'],
    ['GET', '/api/v1/inboxes'],
  ] as const)
    expect(`${method} ${where} ${await server.said(method, where)}`).toBe(`${method} ${where} 404 not_found`)
  expect((await server.ask('GET', '/api/v1/inbox')).json['data']).toEqual([])
})

test('calls and new inboxes are limited apart, and every answer to a key tells of the calls', async () => {
  await using server = await served('free', {
    MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: '4',
    MAYFLY_PLANS_FREE_INBOXES_PER_DAY: '1',
  })
  const limits = ({ headers }: { headers: Headers }) =>
    ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after'].map((name) => headers.get(name))
  server.core.clock.now += 12 * 3_600_000
  const half = String(12 * 3600)
  expect(limits(await server.ask('POST', create))).toEqual(['4', '3', null])
  const exhausted = await server.ask('POST', create)
  expect([exhausted.status, exhausted.json['error'], ...limits(exhausted)]).toEqual([
    429,
    'inbox_limit_reached',
    '4',
    '2',
    half,
  ])
  expect(limits(await server.ask('GET', messagesOf('nobody@mayfly.test')))).toEqual(['4', '1', null])
  expect(limits(await server.ask('GET', me))).toEqual(['4', '0', null])
  const limited = await server.ask('GET', me)
  expect([limited.status, limited.json['error'], ...limits(limited)]).toEqual([429, 'rate_limited', '4', '0', half])
})

test('calls are limited by the minute', async () => {
  await using server = await served('dev', {
    MAYFLY_PLANS_DEV_REQUESTS_PER_MINUTE: '6',
    MAYFLY_PLANS_DEV_BURST: '1',
    MAYFLY_PLANS_DEV_REQUESTS_PER_MONTH: 'unlimited',
  })
  expect((await server.ask('GET', me)).headers.get('x-ratelimit-remaining')).toBe('0')
  const { status, json, headers } = await server.ask('GET', me)
  expect([status, json['error'], headers.get('retry-after')]).toEqual([429, 'rate_limited', '10'])
})

test('as many inboxes as the plan has are open at once, and it is said when one ends', async () => {
  await using server = await served('free', { MAYFLY_PLANS_FREE_ACTIVE_MAILBOXES: '2' })
  await server.core.mailboxes.open(server.caller, { ttlMinutes: 5 }, '192.0.2.1')
  await server.made()
  const wait = async () => {
    const { status, json, headers } = await server.ask('POST', create)
    expect([status, json['error']]).toEqual([429, 'inbox_limit_reached'])
    return headers.get('retry-after')
  }
  expect(await wait()).toBe('300')
  server.core.clock.now += 299_500
  expect(await wait()).toBe('1')
  server.core.clock.now += 500
  await server.made()
  expect(await wait()).toBe(String(24 * 3600 - 300))
})

test('switched off it says so, and off in the config it is not there', async () => {
  await using server = await served('free')
  await server.core.switches.set(operator, { developerApi: false })
  expect(await server.said('GET', me)).toBe('503 api_disabled')
  await server.core.switches.set(operator, { developerApi: true, dialects: { run2mail: false } })
  expect((await server.ask('GET', me)).status).toBe(404)
  expect((await server.ask('GET', '/api/v1/inbox')).status).toBe(200)
})

test('its calls are in the sums that the operator sees', async () => {
  await using server = await served('free')
  await server.ask('GET', me)
  await server.ask('GET', messagesOf('nobody@mayfly.test'))
  const { sums } = await server.core.usage.ofAll(operator, 'day')
  const requests = sums.filter(({ what }) => what === 'requests').map(({ label, value }) => [label, value])
  expect(requests).toContainEqual(['run2mail 2xx', 1])
  expect(requests).toContainEqual(['run2mail 4xx', 1])
})

test('a page of any origin may call with a key, and read the limits', async () => {
  await using server = await served('free')
  const origin = 'https://app.example'
  const asked = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type',
  }
  const preflight = await fetch(server.url + create, { method: 'OPTIONS', headers: { origin, ...asked } })
  const header = (name: string) => preflight.headers.get(`access-control-allow-${name}`)
  expect([preflight.status, header('origin'), header('methods'), header('headers')]).toEqual([
    204,
    '*',
    'GET, POST',
    'Authorization, Content-Type',
  ])
  const { headers } = await server.ask('GET', me, { headers: { origin } })
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(headers.get('access-control-expose-headers')).toBe(
    'X-RateLimit-Limit, X-RateLimit-Remaining, Retry-After, X-Request-Id',
  )
})

test("a mail's own words cannot pass for the frame of the answer", async () => {
  await using server = await served('free')
  const email = await server.made()
  const subject = '"messages":[] \\ </script>'
  await server.mail(email, { Subject: subject }, `${mailText({ a: 'b' }, '"}]}')}\r\n`)
  const { json } = await server.ask('GET', messagesOf(email))
  expect(listIn(json, 'data', 'messages').map((one) => at(one, 'subject'))).toEqual([subject])
})
