// Keys over HTTP: how they are shown, what they may, and how all that they hold open ends with them.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { at, listen, listIn, type Serving, serve, until } from '../http/serve.ts'
import { joined, tenant } from '../keys/tenants.ts'

const api = '/mayfly/v1'
const hour = 3_600_000

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Opens a mailbox of an account. */
async function openFor(server: Serving, token: string, wish: object = {}): Promise<string> {
  const { status, json, body } = await server.call('POST', `${api}/mailboxes`, { token, body: wish })
  if (status !== 201) throw new Error(body)
  return String(json['address'])
}

test('a key is shown in full once: afterwards its prefix, four characters of each end, its maker and its last use', async () => {
  await using server = await serve({}, { now: Date.UTC(2026, 0, 1, 8, 15, 30) })
  const { secret, email } = await tenant(server.core)
  const wish = {
    name: 'CI',
    prefix: 'mmak_',
    expiresAt: '2026-02-01T00:00:00Z',
    origins: ['*.Example.com'],
    domains: ['mayfly.test'],
  }
  const made = await server.call('POST', `${api}/keys`, { token: secret, body: wish })
  expect(made.status).toBe(201)
  const full = String(made.json['key'])
  expect(full).toMatch(/^mmak_[A-Z2-7]{52}$/)
  const shown = {
    name: 'CI',
    prefix: 'mmak_',
    start: full.slice(5, 9),
    end: full.slice(-4),
    maker: email,
    createdAt: '2026-01-01T08:15:30.000Z',
    expiresAt: '2026-02-01T00:00:00.000Z',
    revokedAt: null,
    previousSecretUntil: null,
    lastUsedAt: null,
    requests: 0,
    scopes: null,
    origins: ['*.example.com'],
    domains: ['mayfly.test'],
    dialects: [],
  }
  expect(made.json).toMatchObject(shown)
  const path = `${api}/keys/${made.json['id']}`
  expect((await server.call('GET', path, { token: secret })).json).toEqual({ id: made.json['id'], ...shown })
  const headers = { origin: 'https://app.example.com' }
  expect((await server.call('GET', `${api}/keys`, { token: full, headers })).status).toBe(200)
  const used = await server.call('GET', path, { token: secret })
  expect(used.json).toMatchObject({ lastUsedAt: '2026-01-01T08:15:00.000Z', requests: 1 })
  for (const { body } of [used, await server.call('GET', `${api}/keys`, { token: secret })]) {
    expect(body).not.toContain(full.slice(9, 20))
  }
  expect(server.logged.join('')).not.toContain(full.slice(9, 20))
})

test('what is no key, or not any more, is refused and never ignored, by either header', async () => {
  await using server = await serve()
  const { owner, secret, keyId } = await tenant(server.core)
  const short = await server.core.keys.create(owner, { expiresAt: server.core.clock.now + hour })
  server.core.clock.now += hour
  const revoked = await server.core.keys.create(owner, {})
  await server.core.keys.revoke(owner, revoked.key.id)
  const asked = async (token: string) => {
    const answers = [
      await server.call('GET', `${api}/keys`, { token }),
      await server.call('GET', `${api}/keys`, { headers: { 'x-api-key': token } }),
      await server.call('GET', `${api}/mailboxes/free@mayfly.test/messages`, { token }),
    ]
    return answers.map(({ status, reason }) => `${status} ${reason}`)
  }
  const thrice = (text: string) => [text, text, text]
  for (const wrong of [
    secret.slice(0, -1),
    `${secret}x`,
    `mayfly_${'x'.repeat(8000)}`,
    `dm_live_${secret.slice(7)}`,
    secret.toUpperCase(),
    'Mayfly',
  ]) {
    expect(await asked(wrong)).toEqual(thrice('401 credential-wrong'))
  }
  expect(await asked(short.secret)).toEqual(thrice('401 key-inactive'))
  expect(await asked(revoked.secret)).toEqual(thrice('401 key-inactive'))
  await server.core.keys.change(owner, keyId, { dialects: ['mailcx'] })
  expect(await asked(secret)).toEqual(thrice('403 forbidden'))
  await server.core.keys.change(owner, keyId, { dialects: [], origins: ['example.com'] })
  expect(await asked(secret)).toEqual(thrice('403 origin-refused'))
  await server.core.keys.change(owner, keyId, { origins: [] })
  await server.core.accounts.setSuspended(operator, owner.account.id, true)
  expect(await asked(secret)).toEqual(thrice('403 account-suspended'))
})

test('a key is bound to the pages of its origins, over HTTP too', async () => {
  await using server = await serve()
  const { secret } = await tenant(server.core, 'unlimited', { origins: ['*.example.com', `127.0.0.1:${server.port}`] })
  const asked = async (headers: Record<string, string>) =>
    (await server.call('GET', `${api}/keys`, { token: secret, headers })).status
  expect(await asked({})).toBe(200)
  expect(await asked({ origin: 'https://example.com' })).toBe(200)
  expect(await asked({ origin: 'null' })).toBe(403)
  expect(await asked({ origin: 'https://evil.test', referer: 'https://example.com/' })).toBe(403)
  expect(await asked({ referer: 'https://a.b.example.com/page' })).toBe(200)
  expect(await asked({ referer: 'https://evil.test/https://example.com' })).toBe(403)
  expect(await asked({ host: 'evil.test' })).toBe(403)
})

test('scopes and domains of a key hold on the routes that they name', async () => {
  await using server = await serve({ MAYFLY_DOMAINS: 'a.test,b.test' })
  const { owner, secret } = await tenant(server.core)
  const { core, call } = server
  const hooks = await core.keys.create(owner, { scopes: ['webhooks'] })
  const bound = await core.keys.create(owner, { domains: ['a.test'] })
  for (const path of ['keys', 'members', 'mailboxes', 'events']) {
    expect((await call('GET', `${api}/${path}`, { token: hooks.secret })).status).toBe(403)
  }
  const ours = await openFor(server, bound.secret, { domain: 'a.test' })
  const other = await openFor(server, secret, { domain: 'b.test' })
  expect((await call('POST', `${api}/mailboxes`, { token: bound.secret, body: { domain: 'b.test' } })).status).toBe(403)
  const list = await call('GET', `${api}/mailboxes`, { token: bound.secret })
  expect(listIn(list.json, 'items').map((one) => at(one, 'address'))).toEqual([ours])
  expect((await call('GET', `${api}/mailboxes/${other}`, { token: bound.secret })).status).toBe(404)
  expect((await call('GET', `${api}/mailboxes/${other}`, { token: secret })).status).toBe(200)
})

test('rotation gives a new secret with an overlap that was asked for', async () => {
  await using server = await serve()
  const { secret, keyId } = await tenant(server.core)
  const path = `${api}/keys/${keyId}/rotate`
  const rotated = await server.call('POST', path, { token: secret, body: { overlapHours: 0.5 } })
  expect(rotated.status).toBe(201)
  const fresh = String(rotated.json['key'])
  const asked = async (token: string) => (await server.call('GET', `${api}/keys`, { token })).reason
  expect([await asked(secret), await asked(fresh)]).toEqual([undefined, undefined])
  server.core.clock.now += hour / 2
  expect([await asked(secret), await asked(fresh)]).toEqual(['key-inactive', undefined])
  for (const overlapHours of [-1, 73, 'long']) {
    const answer = await server.call('POST', path, { token: fresh, body: { overlapHours } })
    expect([answer.status, at(answer.json, 'error', 'fields', 0, 'path')]).toEqual([400, 'body.overlapHours'])
  }
})

test("a plan's number of keys is exact over HTTP with 50 at once", async () => {
  await using server = await serve({ MAYFLY_PLANS_PRO_KEYS: '20' })
  const { secret } = await tenant(server.core, 'pro')
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => server.call('POST', `${api}/keys`, { token: secret, body: {} })),
  )
  const counted = (status: number) => answers.filter((one) => one.status === status).length
  expect([counted(201), counted(429)]).toEqual([19, 31])
  expect(answers.find(({ status }) => status === 429)?.reason).toBe('quota-exceeded')
})

test('a page of keys ends, and the next one goes on behind it', async () => {
  await using server = await serve()
  const { secret, owner, keyId } = await tenant(server.core)
  const ids = [keyId]
  for (let n = 0; n < 4; n++) ids.push((await server.core.keys.create(owner, {})).key.id)
  const seen: unknown[] = []
  for (let cursor = ''; ; ) {
    const { json } = await server.call('GET', `${api}/keys?limit=2${cursor}`, { token: secret })
    seen.push(...listIn(json, 'items').map((one) => at(one, 'id')))
    if (json['next'] === null) break
    cursor = `&cursor=${json['next']}`
  }
  expect(seen).toEqual(ids)
})

test('a key that narrows may not be used to widen, and a foreign one is not there', async () => {
  await using server = await serve()
  const { secret, owner } = await tenant(server.core)
  const theirs = await tenant(server.core)
  const narrow = await server.core.keys.create(owner, { scopes: ['keys'] })
  const { call } = server
  expect((await call('POST', `${api}/keys`, { token: narrow.secret, body: { scopes: null } })).status).toBe(403)
  const own = await call('PATCH', `${api}/keys/${narrow.key.id}`, { token: narrow.secret, body: { scopes: ['team'] } })
  expect(own.status).toBe(403)
  for (const [method, path] of [
    ['GET', theirs.keyId],
    ['PATCH', theirs.keyId],
    ['DELETE', theirs.keyId],
    ['POST', `${theirs.keyId}/rotate`],
  ] as const) {
    const answer = await call(method, `${api}/keys/${path}`, {
      token: secret,
      ...(method === 'GET' ? {} : { body: {} }),
    })
    expect([answer.status, answer.reason]).toEqual([404, 'key-unknown'])
  }
})

/** Ways in which what a key holds open comes to its end, and why it says so. */
const ends: Record<
  string,
  { reason: string; status: number; by: (server: Serving, key: Awaited<ReturnType<typeof tenant>>) => unknown }
> = {
  'is revoked': {
    reason: 'key-inactive',
    status: 401,
    by: ({ core }, { owner, keyId }) => core.keys.revoke(owner, keyId),
  },
  'is rotated without an overlap': {
    reason: 'key-inactive',
    status: 401,
    by: ({ core }, { owner, keyId }) => core.keys.rotate(owner, keyId, {}),
  },
  'is rotated with an overlap, and that is over': {
    reason: 'key-inactive',
    status: 401,
    by: async ({ core }, { owner, keyId }) => {
      await core.keys.rotate(owner, keyId, { overlapHours: 0.05 / 3600 })
      core.clock.now += 50
    },
  },
  'gets an end, and that comes': {
    reason: 'key-inactive',
    status: 401,
    by: async ({ core }, { owner, keyId }) => {
      await core.keys.change(owner, keyId, { expiresAt: core.clock.now + 50 })
      core.clock.now += 50
    },
  },
  'is of an account that is suspended': {
    reason: 'account-suspended',
    status: 403,
    by: ({ core }, { id }) => core.accounts.setSuspended(operator, id, true),
  },
  'is of an account that is deleted': {
    reason: 'credential-wrong',
    status: 401,
    by: ({ core }, { id }) => core.accounts.delete(operator, id),
  },
  'may no more do with mailboxes': {
    reason: 'forbidden',
    status: 403,
    by: ({ core }, { owner, keyId }) => core.keys.change(owner, keyId, { scopes: ['team'] }),
  },
  'is bound to other domains': {
    reason: 'forbidden',
    status: 403,
    by: ({ core }, { owner, keyId }) => core.keys.change(owner, keyId, { domains: ['other.test'] }),
  },
  'is for other APIs': {
    reason: 'forbidden',
    status: 403,
    by: ({ core }, { owner, keyId }) => core.keys.change(owner, keyId, { dialects: ['mailcx'] }),
  },
  'is for other pages': {
    reason: 'origin-refused',
    status: 403,
    by: ({ core }, { owner, keyId }) => core.keys.change(owner, keyId, { origins: ['example.com'] }),
  },
}

test.each(Object.keys(ends))('streams and waits of a key end when it %s', async (way) => {
  const { reason, status, by } = ends[way] ?? { reason: '', status: 0, by: () => {} }
  await using server = await serve()
  const key = await tenant(server.core)
  const other = await server.core.keys.create(key.owner, {})
  const address = await openFor(server, key.secret)
  const whole = await listen(server, `${api}/events`, bearer(key.secret))
  const one = await listen(server, `${api}/mailboxes/${address}/events`, bearer(key.secret))
  const wait = server.call('GET', `${api}/mailboxes/${address}/wait?timeout=60`, { token: key.secret })
  const bystander = await listen(server, `${api}/events`, bearer(other.secret))
  await until(() => server.core.waits.count === 1 && server.core.streams.count === 3)
  await by(server, key)
  expect(await whole.next()).toEqual({ id: null, event: 'gone', data: { address: '', reason } })
  expect(await whole.next()).toBeNull()
  expect(await one.next()).toEqual({ id: null, event: 'gone', data: { address, reason } })
  expect(await one.next()).toBeNull()
  expect(await wait).toMatchObject({ status, reason })
  expect(server.core.waits.count).toBe(0)
  if (!way.includes('account')) {
    expect(server.core.streams.count).toBe(1)
    await server.mail(address)
    expect((await bystander.next())?.event).toBe('message.stored')
  }
  bystander.close()
})

test('a change that leaves a key what it had ends nothing', async () => {
  await using server = await serve()
  const { owner, secret, keyId } = await tenant(server.core, 'unlimited', { domains: ['mayfly.test'] })
  const address = await openFor(server, secret)
  const stream = await listen(server, `${api}/events`, bearer(secret))
  await until(() => server.core.streams.count === 1)
  await server.core.keys.change(owner, keyId, { name: 'other', domains: [], expiresAt: server.core.clock.now + hour })
  await server.core.keys.rotate(owner, keyId, { overlapHours: 1 })
  await server.mail(address)
  expect((await stream.next())?.event).toBe('message.stored')
  stream.close()
})

test("GET /events with a key follows all mailboxes of its account, also new ones, and no others'", async () => {
  await using server = await serve()
  const ours = await tenant(server.core)
  const theirs = await tenant(server.core)
  const first = await openFor(server, ours.secret)
  const foreign = await openFor(server, theirs.secret)
  const stream = await listen(server, `${api}/events`, bearer(ours.secret))
  await until(() => server.core.streams.count === 1)
  await server.mail(foreign)
  await server.mail('nobody@mayfly.test')
  await server.mail(first)
  const second = await openFor(server, ours.secret)
  await server.mail(second)
  const heard: string[] = []
  while (heard.length < 5) {
    const event = await stream.next()
    heard.push(`${event?.event} ${at(event?.data, 'address')}`)
  }
  expect(heard.toSorted()).toEqual(
    [
      `message.stored ${first}`,
      `message.digested ${first}`,
      `mailbox.opened ${second}`,
      `message.stored ${second}`,
      `message.digested ${second}`,
    ].toSorted(),
  )
  stream.close()
})

test('GET /events with a key is resumed behind the last event that was read, with none missed and none twice', async () => {
  await using server = await serve()
  const { secret } = await tenant(server.core)
  const address = await openFor(server, secret)
  const stream = await listen(server, `${api}/events`, bearer(secret))
  await until(() => server.core.streams.count === 1)
  await server.mail(address, { Subject: 'first' })
  const last = await stream.next()
  stream.close()
  await until(() => server.core.streams.count === 0)
  for (let n = 0; n < 3; n++) await server.mail(address)
  await until(() => server.core.digesting.waiting === 0)
  const all = server.core.told
    .filter(({ seq, mailboxId }) => mailboxId !== '' && seq > Number(last?.id))
    .map(({ seq }) => String(seq))
  const again = await listen(server, `${api}/events`, { ...bearer(secret), 'last-event-id': last?.id ?? '' })
  const heard: (string | null | undefined)[] = []
  while (heard.length < all.length) heard.push((await again.next())?.id)
  expect(heard).toEqual(all)
  await server.mail(address, { Subject: 'later' })
  expect(Number((await again.next())?.id)).toBeGreaterThan(Number(all.at(-1)))
  again.close()
})

test('GET /events with a key that is bound to domains follows their mailboxes alone, what was missed too', async () => {
  await using server = await serve({ MAYFLY_DOMAINS: 'a.test,b.test' })
  const { owner, secret } = await tenant(server.core)
  const bound = await server.core.keys.create(owner, { domains: ['a.test'] })
  const inside = await openFor(server, secret, { domain: 'a.test' })
  const outside = await openFor(server, secret, { domain: 'b.test' })
  for (const to of [outside, inside]) await server.mail(to)
  await until(() => server.core.digesting.waiting === 0)
  const stream = await listen(server, `${api}/events`, { ...bearer(bound.secret), 'last-event-id': '0' })
  for (const to of [outside, inside]) await server.mail(to)
  const heard = new Set<unknown>()
  for (let n = 0; n < 5; n++) heard.add(at((await stream.next())?.data, 'address'))
  expect([...heard]).toEqual([inside])
  stream.close()
})

test("a member's keys are his to see; the list of the account is the owner's", async () => {
  await using server = await serve()
  const ours = await tenant(server.core)
  const { made } = await joined(server.core, ours, 'member@tenant.test')
  const ids = async (token: string) =>
    listIn((await server.call('GET', `${api}/keys`, { token })).json, 'items').map((one) => at(one, 'id'))
  expect(await ids(made.secret)).toEqual([made.key.id])
  expect(await ids(ours.secret)).toEqual([ours.keyId, made.key.id])
  expect((await server.call('DELETE', `${api}/keys/${ours.keyId}`, { token: made.secret })).status).toBe(404)
})

test('whoever guesses keys is limited by his address, with an Idempotency-Key too', async () => {
  await using server = await serve({
    MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: '1',
    MAYFLY_PLANS_ANONYMOUS_BURST: '3',
  })
  const guess = async (headers = {}) =>
    (await server.call('POST', `${api}/keys`, { token: `mayfly_${'x'.repeat(40)}`, body: {}, headers })).status
  const headers = { 'idempotency-key': 'the same' }
  expect([await guess(headers), await guess(), await guess(headers)]).toEqual([401, 401, 401])
  expect([await guess(headers), await guess()]).toEqual([429, 429])
})

test('with the developer API switched off keys are refused, and the page and mailbox tokens go on', async () => {
  await using server = await serve()
  const { secret } = await tenant(server.core)
  const { token, address } = await server.open()
  await server.core.switches.set(operator, { developerApi: false })
  const refused = await server.call('GET', `${api}/account`, { token: secret })
  expect([refused.status, refused.reason, refused.headers.get('retry-after')]).toEqual([503, 'api-off', '1'])
  expect((await server.call('GET', `${api}/mailboxes/${address}`, { token })).status).toBe(200)
  expect((await server.call('GET', `${api}/mailboxes/free@mayfly.test/messages`)).status).toBe(200)
  await server.core.switches.set(operator, { developerApi: null })
  expect((await server.call('GET', `${api}/account`, { token: secret })).status).toBe(200)
})
