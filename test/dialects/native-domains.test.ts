// Domains by the native API: what to set, how they stand, and what is told of them.
import { describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { DomainReportShape } from '../../src/domains/shown.ts'
import { firstAdmin } from '../accounts/team.ts'
import { tenant } from '../accounts/tenant.ts'
import { a, mx, type NameServer, txt } from '../domains/name-server.ts'
import { here, type NamedServer, namedServer } from '../domains/named-server.ts'
import { type Answer, at, listen, listIn } from '../http/serve.ts'
import { onLoopback, receiver } from '../webhooks/receiver.ts'

const api = '/mayfly/v1'

type World = NamedServer & { token: string; accountId: string }

async function world(env: Record<string, string> = {}): Promise<World> {
  const named = await namedServer(env)
  const { secret, account } = await tenant(named.server.core)
  return { ...named, token: secret, accountId: account.id }
}

/** Sets the records that an answer says. */
function publish(dns: NameServer, { json }: Answer): void {
  const name = String(json['name'])
  dns.zone[`_mayfly.${name}`] = [txt(`_mayfly.${name}`, String(at(json, 'records', 0, 'value')))]
  dns.zone[name] = [mx(name, here)]
}

async function verified({ server, dns, token }: World, name = 'own.example'): Promise<Answer> {
  const made = await server.call('POST', `${api}/domains`, { token, body: { name } })
  publish(dns, made)
  return server.call('POST', `${api}/domains/${name}/verify`, { token })
}

test('a domain is added with the records to set, and shown with what was found of them', async () => {
  await using its = await world()
  const { server, dns, token } = its
  const made = await server.call('POST', `${api}/domains`, { token, body: { name: 'Bücher.Example.' } })
  const name = 'xn--bcher-kva.example'
  const value = expect.stringMatching(/^mayfly-\w{32}$/)
  const unlooked = { status: null, seen: [], problem: null }
  expect([made.status, made.json]).toEqual([
    201,
    {
      id: expect.any(String),
      name,
      unicodeName: 'bücher.example',
      state: 'pending',
      access: 'private',
      catchAll: null,
      records: [
        {
          type: 'TXT',
          name: `_mayfly.${name}`,
          value,
          purpose: 'ownership',
          line: expect.stringMatching(new RegExp(`^_mayfly.${name}. IN TXT "mayfly-\\w{32}"$`)),
          ...unlooked,
        },
        {
          type: 'MX',
          name,
          value: here,
          priority: 10,
          purpose: 'delivery',
          line: `${name}. IN MX 10 ${here}.`,
          ...unlooked,
        },
        {
          type: 'MX',
          name: `*.${name}`,
          value: here,
          priority: 10,
          purpose: 'subdomains',
          line: `*.${name}. IN MX 10 ${here}.`,
          ...unlooked,
        },
      ],
      createdAt: '2026-01-01T00:00:00.000Z',
      checkedAt: null,
      nextCheckAt: expect.any(String),
      verifiedAt: null,
      lapsesAt: null,
      byHand: false,
      note: null,
    },
  ])
  publish(dns, made)
  dns.zone[name] = [mx(name, 'other.test', 5)]
  const looked = await server.call('POST', `${api}/domains/b%C3%BCcher.example/verify`, { token })
  expect(listIn(looked.json, 'records')).toMatchObject([
    { status: 'found' },
    { status: 'missing', seen: ['5 other.test.'] },
    { status: null },
  ])
  dns.faults[name] = 'servfail'
  const unsaid = await server.call('POST', `${api}/domains/${name}/verify`, { token })
  expect(at(unsaid.json, 'records', 1)).toMatchObject({
    status: 'unknown',
    problem: expect.stringContaining('SERVFAIL'),
  })
  expect((await server.call('GET', `${api}/domains`, { token })).json).toEqual({ items: [unsaid.json], next: null })
})

test('an account opens mailboxes at its domain, and others see none there', async () => {
  await using its = await world()
  const { server, token } = its
  expect((await verified(its)).json).toMatchObject({ state: 'verified', verifiedAt: '2026-01-01T00:00:00.000Z' })
  const body = { localPart: 'info', domain: 'own.example' }
  const opened = await server.call('POST', `${api}/mailboxes`, { token, body })
  expect([opened.status, opened.json['address']]).toEqual([201, 'info@own.example'])
  const other = await tenant(server.core)
  for (const call of [{ token: other.secret, body }, { body }]) {
    const refused = await server.call('POST', `${api}/mailboxes`, call)
    const unserved = await server.call('POST', `${api}/mailboxes`, {
      ...call,
      body: { ...body, domain: 'none.example' },
    })
    expect([refused.status, refused.reason]).toEqual([unserved.status, unserved.reason])
  }
  for (const call of [{ token: other.secret }, {}]) {
    const [refused, unserved] = await Promise.all(
      ['any@own.example', 'any@none.example'].map((address) => server.call('GET', `${api}/mailboxes/${address}`, call)),
    )
    expect([refused?.status, refused?.reason]).toEqual([unserved?.status, unserved?.reason])
  }
  const free = await server.call('GET', `${api}/mailboxes/any@own.example`, { token })
  expect([free.status, free.json]).toMatchObject([200, { id: null, claimed: false, messageCount: 0 }])
  expect((await server.call('DELETE', `${api}/mailboxes/any@own.example`, { token })).status).toBe(404)
  await server.mail('any@own.example')
  const made = await server.call('GET', `${api}/mailboxes/any@own.example`, { token })
  expect(made.json).toMatchObject({ id: expect.any(String), claimed: false, messageCount: 1 })
  expect((await server.call('PATCH', `${api}/mailboxes/any@own.example`, { token, body: { tag: 'x' } })).status).toBe(
    403,
  )
  expect(listIn((await server.call('GET', `${api}/mailboxes`, { token })).json, 'items')).toHaveLength(1)
  expect((await server.call('GET', `${api}/mailboxes/any@own.example/messages`)).status).toBe(401)
})

test('a key that is for other domains reads nothing there', async () => {
  await using its = await world()
  const { server } = its
  await verified(its)
  await server.mail('any@own.example')
  const owner = (await server.core.accounts.list({ kind: 'operator' }, { after: 0, limit: 1 }))[0]?.owner ?? ''
  const { secret } = await server.core.keys.createFor({ kind: 'operator' }, owner, { domains: ['mayfly.test'] })
  const refused = await server.call('GET', `${api}/mailboxes/any@own.example/messages`, { token: secret })
  const nobodys = await server.call('GET', `${api}/mailboxes/new@own.example/messages`, { token: secret })
  expect([refused.status, nobodys.status]).toEqual([404, 404])
})

test('who takes its mail is chosen, and removing it says how many mailboxes end', async () => {
  await using its = await world()
  const { server, token } = its
  await verified(its)
  const call = (method: string, path: string, body?: object) =>
    server.call(method, `${api}/domains/own.example${path}`, { token, ...(body ? { body } : {}) })
  await server.call('POST', `${api}/mailboxes`, { token, body: { localPart: 'all', domain: 'own.example' } })
  const changed = await call('PATCH', '', { access: 'claimed', catchAll: 'all@own.example' })
  expect(changed.json).toMatchObject({ access: 'claimed', catchAll: 'all@own.example' })
  expect((await call('PATCH', '', { catchAll: 'none@own.example' })).reason).toBe('mailbox-unknown')
  const refused = await call('DELETE', '')
  expect([refused.status, refused.reason, at(refused.json, 'error', 'mailboxes')]).toEqual([
    409,
    'confirmation-needed',
    1,
  ])
  expect((await call('DELETE', '?confirm=1')).status).toBe(204)
  expect((await call('GET', '')).status).toBe(404)
  expect((await server.call('GET', `${api}/mailboxes/all@own.example`, { token })).status).toBe(404)
})

test('one may have it looked at so often', async () => {
  await using its = await world()
  const { server, token } = its
  await server.call('POST', `${api}/domains`, { token, body: { name: 'own.example' } })
  const verify = () => server.call('POST', `${api}/domains/own.example/verify`, { token })
  const answers = await Promise.all(Array.from({ length: 12 }, verify))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused).toHaveLength(6)
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeWithin(1, 61)
})

describe('its owner is told', () => {
  const hour = 3_600_000

  test('by the events of the account', async () => {
    await using its = await world()
    const { server, dns, token } = its
    const stream = await listen(server, `${api}/events`, { authorization: `Bearer ${token}` })
    const { json } = await verified(its)
    expect(await stream.next()).toMatchObject({
      event: 'domain.verified',
      data: { type: 'domain.verified', domain: { id: json['id'], name: 'own.example' } },
    })
    delete dns.zone['own.example']
    server.core.clock.now += 5 * hour
    await server.core.domains.checkDue()
    expect(await stream.next()).toMatchObject({ event: 'domain.failing' })
    const { json: failing } = await server.call('GET', `${api}/domains/own.example`, { token })
    expect(failing).toMatchObject({ state: 'failing', lapsesAt: '2026-01-04T05:00:00.000Z' })
    server.core.clock.now += 73 * hour
    await server.core.domains.checkDue()
    expect(await stream.next()).toMatchObject({ event: 'domain.lapsed' })
    stream.close()
  })

  test('by the events of an address that has had no mail yet, which nobody else follows', async () => {
    await using its = await world()
    const { server, token } = its
    await verified(its)
    const path = `${api}/mailboxes/new@own.example/events`
    const other = await tenant(server.core)
    expect((await server.call('GET', path, { token: other.secret })).status).toBe(404)
    expect((await server.call('GET', path)).status).toBe(401)
    const stream = await listen(server, path, { authorization: `Bearer ${token}` })
    const id = await server.mail('new@own.example')
    expect(await stream.next()).toMatchObject({ event: 'message.stored', data: { messageId: id } })
    await server.call('DELETE', `${api}/messages/${id}`, { token })
    const again = await server.mail('new@own.example')
    for (let heard = await stream.next(); at(heard?.data, 'messageId') !== again; heard = await stream.next())
      expect(heard).not.toBeNull()
    await server.call('POST', `${api}/mailboxes`, { token, body: { localPart: 'new', domain: 'own.example' } })
    const last = await server.mail('new@own.example')
    for (let heard = await stream.next(); at(heard?.data, 'messageId') !== last; heard = await stream.next())
      expect(heard).not.toBeNull()
    stream.close()
  })

  test('by a webhook, which nobody else’s hears', async () => {
    await using there = receiver()
    await using elsewhere = receiver()
    await using its = await world(onLoopback)
    const { server, dns, token } = its
    await server.core.delivering.start()
    const other = await tenant(server.core)
    for (const [whose, url] of [
      [token, there.url],
      [other.secret, elsewhere.url],
    ] as const) {
      const made = await server.call('POST', `${api}/webhooks`, { token: whose, body: { url } })
      expect(made.status).toBe(201)
    }
    const { json } = await verified(its)
    await there.until(1)
    delete dns.zone['_mayfly.own.example']
    server.core.clock.now += 5 * hour
    await server.core.domains.checkDue()
    server.core.clock.now += 73 * hour
    await server.core.domains.checkDue()
    await server.call('DELETE', `${api}/domains/own.example`, { token })
    await there.until(4)
    const domain = { id: json['id'], name: 'own.example' }
    expect(there.got.map((one) => [one.type, at(one.json, 'data', 'domain')])).toEqual(
      ['verified', 'failing', 'lapsed', 'removed'].map((state) => [`domain.${state}`, { ...domain, state }]),
    )
    await server.core.delivering.settled()
    expect(elsewhere.got).toEqual([])
    await server.core.delivering.stop()
  })
})

test('where no name server is asked, the answers say so, and an admin verifies by hand', async () => {
  await using its = await world({ MAYFLY_DNS_MODE: 'off' })
  const { server, dns, token } = its
  const made = await server.call('POST', `${api}/domains`, { token, body: { name: 'own.example' } })
  const note = expect.stringContaining('dns.mode is off')
  expect(made.json).toMatchObject({ state: 'pending', note })
  const asked = await server.call('POST', `${api}/domains/own.example/verify`, { token })
  expect([asked.status, asked.json]).toMatchObject([200, { state: 'pending', note }])
  const admin = await firstAdmin(server)
  const path = `${api}/admin/domains`
  expect((await server.call('GET', path, { token })).reason).toBe('forbidden')
  expect((await server.call('POST', `${path}/own.example/verify`, { token, body: { byHand: true } })).reason).toBe(
    'forbidden',
  )
  const vouched = await admin.call('POST', 'admin/domains/own.example/verify', { byHand: true })
  expect(vouched.json).toMatchObject({ state: 'verified', byHand: true, account: { id: its.accountId } })
  expect((await admin.call('GET', 'admin/domains?limit=1')).json).toMatchObject({ items: [{ name: 'own.example' }] })
  expect(dns.asked).toEqual([])
  expect((await admin.call('DELETE', 'admin/domains/own.example')).status).toBe(204)
})

test('the doctor says what was asked, what was answered and how to mend it, so often a minute', async () => {
  await using its = await world()
  const { server, dns, token } = its
  dns.zone[here] = [a(here, '10.255.255.1')]
  const made = await server.call('POST', `${api}/domains`, { token, body: { name: 'own.example' } })
  publish(dns, made)
  dns.zone['own.example'] = [mx('own.example', 'other.test')]
  dns.zone['other.test'] = [a('other.test', '192.0.2.99')]
  const path = `${api}/domains/own.example/doctor`
  const { status, json } = await server.call('GET', path, { token })
  expect(status).toBe(200)
  expect([...Value.Errors(DomainReportShape, json)]).toEqual([])
  expect(json).toMatchObject({
    ...{ id: made.json['id'], name: 'own.example', unicodeName: 'own.example', outcome: 'wrong' },
    at: new Date(server.core.clock.now).toISOString(),
  })
  expect(listIn(json, 'items')).toContainEqual({
    ...{ check: 'mx', level: 'wrong', asked: ['MX own.example'], answered: ['own.example MX 10 other.test.'] },
    says: `the MX records of own.example lead to other.test, and this server is ${here}`,
    mend: `add own.example. MX 10 ${here}.`,
  })
  // Whose addresses are the operator's network stays with him.
  expect(JSON.stringify(json)).not.toContain('10.255.255.1')
  const other = await tenant(server.core)
  expect((await server.call('GET', path, { token: other.secret })).reason).toBe('domain-unknown')
  expect((await server.call('GET', `${api}/admin/domains/own.example/doctor`, { token })).reason).toBe('forbidden')
  const all = await Promise.all(Array.from({ length: 6 }, () => server.call('GET', path, { token })))
  expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429])
  expect((await server.call('POST', `${api}/domains/own.example/verify`, { token })).reason).toBe('rate-exceeded')
  expect(all.find(({ status }) => status === 429)?.headers.get('retry-after')).toMatch(/^\d+$/)
  const admin = await firstAdmin(server)
  const seen = await admin.call('GET', `admin/domains/${made.json['id']}/doctor`)
  expect(seen.status).toBe(200)
  expect(JSON.stringify(seen.json)).toContain('10.255.255.1')
  expect((await server.call('GET', `${api}/domains/own.example`, { token })).json).toEqual(made.json)
})
