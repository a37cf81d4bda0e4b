// Webhooks over HTTP: how they are made, shown, changed, rotated and removed, and what is told of their deliveries.
import { expect, test } from 'bun:test'
import { at, listIn, type Serving, serve } from '../http/serve.ts'
import { joined, tenant } from '../keys/tenants.ts'
import { isSigned, onLoopback, receiver } from '../webhooks/receiver.ts'

const api = '/mayfly/v1'

async function serving(env: Record<string, string> = onLoopback) {
  const server = await serve(env)
  await server.core.delivering.start()
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server.core.delivering.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}

async function opened(server: Pick<Serving, 'call'>, token: string, wish: object = {}): Promise<string> {
  const { json } = await server.call('POST', `${api}/mailboxes`, { token, body: wish })
  return String(json['address'])
}

test('a webhook is shown with its secret once, and tells of mail', async () => {
  await using there = receiver()
  await using server = await serving()
  const { secret: token } = await tenant(server.core)
  const address = await opened(server, token)
  const made = await server.call('POST', `${api}/webhooks`, { token, body: { url: there.url, mailbox: address } })
  expect(made.status).toBe(201)
  const { secret, ...shown } = made.json
  expect(secret).toMatch(/^whsec_[0-9A-Za-z]{40}$/)
  expect(shown).toEqual({
    id: expect.any(String),
    url: there.url,
    events: ['message.stored', 'message.digested'],
    form: 'native',
    mailbox: address,
    state: 'active',
    gaveUpAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    previousSecretUntil: null,
    failures: 0,
    failingSince: null,
    lastAttemptAt: null,
    lastSuccessAt: null,
  })
  const path = `${api}/webhooks/${shown['id']}`
  expect((await server.call('GET', path, { token })).json).toEqual(shown)
  expect((await server.call('GET', `${api}/webhooks`, { token })).json).toEqual({ items: [shown], next: null })

  const id = await server.mail(address, { Subject: 'Your code' }, 'Your code is 482913\r\n')
  await there.until(2)
  await server.core.delivering.settled()
  const list = await server.call('GET', `${path}/deliveries?limit=1`, { token })
  expect(listIn(list.json, 'items')).toMatchObject([
    { type: 'message.digested', messageId: id, state: 'delivered', attempt: 1, statusCode: 200, error: null },
  ])
  const next = await server.call('GET', `${path}/deliveries?limit=1&cursor=${list.json['next']}`, { token })
  expect(next.json).toMatchObject({ items: [{ type: 'message.stored', eventId: there.got[0]?.id }], next: null })
  expect((await server.call('GET', `${path}/deliveries?state=failed`, { token })).json).toEqual({
    items: [],
    next: null,
  })
  expect(there.got.every((got) => isSigned(got, String(secret)))).toBe(true)
  expect((await server.call('GET', path, { token })).json).toMatchObject({ lastSuccessAt: '2026-01-01T00:00:00.000Z' })
  for (const text of server.logged) expect(text).not.toContain(String(secret))
})

test('a test is sent at once, signed, to a paused target too, and counts for nothing', async () => {
  await using there = receiver()
  await using server = await serving()
  const { secret: token } = await tenant(server.core)
  const made = await server.call('POST', `${api}/webhooks`, { token, body: { url: there.url } })
  const path = `${api}/webhooks/${made.json['id']}`
  const sent = await server.call('POST', `${path}/test`, { token })
  expect([sent.status, sent.json]).toMatchObject([200, { statusCode: 200, error: null }])
  expect(there.got).toMatchObject([
    { id: String(sent.json['eventId']), type: 'message.digested', subject: 'A test of this webhook' },
  ])
  expect(there.got.every((got) => isSigned(got, String(made.json['secret'])))).toBe(true)
  await server.call('PATCH', path, { token, body: { state: 'paused' } })
  there.answer.by = () => new Response(null, { status: 503 })
  const again = await server.call('POST', `${path}/test`, { token })
  expect([again.status, again.json]).toMatchObject([200, { statusCode: 503, error: 'it answered 503' }])
  await there.close()
  const nobody = await server.call('POST', `${path}/test`, { token })
  expect(nobody.json).toMatchObject({ statusCode: null, error: 'the connection was refused' })
  expect((await server.call('GET', path, { token })).json).toMatchObject({ failures: 0, lastAttemptAt: null })
  expect(listIn((await server.call('GET', `${path}/deliveries`, { token })).json, 'items')).toEqual([])
  const { secret: stranger } = await tenant(server.core)
  const foreign = await server.call('POST', `${path}/test`, { token: stranger })
  expect([foreign.status, foreign.reason]).toEqual([404, 'webhook-unknown'])
})

test('a webhook is changed, rotated, replayed and removed, each of which is recorded without a secret', async () => {
  await using there = receiver()
  await using server = await serving()
  const { secret: token } = await tenant(server.core)
  const address = await opened(server, token)
  const made = await server.call('POST', `${api}/webhooks`, { token, body: { url: there.url } })
  const path = `${api}/webhooks/${made.json['id']}`
  const body = { events: ['message.stored'], state: 'paused', url: `${there.url}/2` }
  const changed = await server.call('PATCH', path, { token, body })
  expect([changed.status, changed.json]).toMatchObject([200, body])
  await server.mail(address)
  await server.core.delivering.settled()
  expect(there.got).toEqual([])
  expect((await server.call('PATCH', path, { token, body: { state: 'active' } })).json).toMatchObject({
    state: 'active',
  })
  await there.until(1)
  expect(there.got[0]).toMatchObject({ path: '/hook/2', type: 'message.stored' })
  const rotated = await server.call('POST', `${path}/rotate`, { token, body: {} })
  expect([rotated.status, rotated.json['previousSecretUntil']]).toEqual([201, '2026-01-02T00:00:00.000Z'])
  await server.core.delivering.settled()
  const [delivery] = listIn((await server.call('GET', `${path}/deliveries`, { token })).json, 'items')
  const again = await server.call('POST', `${path}/replay`, { token, body: { delivery: at(delivery, 'id') } })
  expect([again.status, again.json]).toEqual([200, { replayed: 1 }])
  await there.until(2)
  expect(there.got[1]?.id).toBe(there.got[0]?.id ?? '')
  const none = await server.call('POST', `${path}/replay`, { token, body: {} })
  expect(none.json).toEqual({ replayed: 0 })
  const unknown = await server.call('POST', `${path}/replay`, { token, body: { delivery: 'nothing' } })
  expect([unknown.status, unknown.reason]).toEqual([404, 'delivery-unknown'])
  expect((await server.call('DELETE', path, { token })).status).toBe(204)
  const gone = await server.call('GET', path, { token })
  expect([gone.status, gone.reason]).toEqual([404, 'webhook-unknown'])

  const audit = await server.call('GET', `${api}/account/audit`, { token })
  expect(
    listIn(audit.json, 'items')
      .map((one) => String(at(one, 'what')))
      .filter((what) => what.startsWith('webhook.')),
  ).toEqual(['webhook.removed', 'webhook.rotated', 'webhook.changed', 'webhook.changed', 'webhook.created'])
  for (const secret of [made.json['secret'], rotated.json['secret']]) expect(audit.body).not.toContain(String(secret))
})

test('what a webhook may not be is refused with the field', async () => {
  await using server = await serving({})
  const { secret: token } = await tenant(server.core)
  const refusal = async (body: object) => {
    const { status, json } = await server.call('POST', `${api}/webhooks`, { token, body })
    return [status, at(json, 'error', 'fields', 0, 'path')]
  }
  expect(await refusal({ url: 'https://127.0.0.1/' })).toEqual([400, 'body.url'])
  expect(await refusal({ url: 'https://localhost/' })).toEqual([400, 'body.url'])
  expect(await refusal({ url: 'http://8.8.8.8/' })).toEqual([400, 'body.url'])
  expect(await refusal({ url: 'https://8.8.8.8/', events: [] })).toEqual([400, 'body.events'])
  expect(await refusal({ url: 'https://8.8.8.8/', events: ['mailbox.opened'] })).toEqual([400, 'body.events'])
  expect(await refusal({ url: 'https://8.8.8.8/', secret: 'mine' })).toEqual([400, 'body.secret'])
  expect(await refusal({})).toEqual([400, 'body.url'])
  const box = await server.call('POST', `${api}/webhooks`, {
    token,
    body: { url: 'https://8.8.8.8/', mailbox: 'not-there@mayfly.test' },
  })
  expect([box.status, box.reason]).toEqual([403, 'forbidden'])
})

test('a plan says how many, and a key needs the scope; one for some domains sees only what is of them', async () => {
  await using server = await serving()
  const { owner, secret: token } = await tenant(server.core, 'hobbyist')
  const body = { url: 'https://8.8.8.8/' }
  const make = (by: string, wish: object = body) => server.call('POST', `${api}/webhooks`, { token: by, body: wish })
  const scoped = await server.core.keys.create(owner, { scopes: ['mailboxes'] })
  expect((await make(scoped.secret)).reason).toBe('forbidden')
  const hooks = await server.core.keys.create(owner, { scopes: ['webhooks'] })
  const first = await make(hooks.secret)
  expect(first.status).toBe(201)
  const second = await make(token)
  expect([second.status, second.reason]).toEqual([429, 'quota-exceeded'])
  expect((await server.call('DELETE', `${api}/webhooks/${first.json['id']}`, { token })).status).toBe(204)

  const whole = await make(token)
  const bound = await server.core.keys.create(owner, { domains: ['mayfly.test'] })
  expect((await make(bound.secret)).reason).toBe('forbidden')
  const seen = await server.call('GET', `${api}/webhooks`, { token: bound.secret })
  expect(listIn(seen.json, 'items')).toEqual([])
  const foreign = await server.call('DELETE', `${api}/webhooks/${whole.json['id']}`, { token: bound.secret })
  expect([foreign.status, foreign.reason]).toEqual([404, 'webhook-unknown'])
  expect((await server.call('DELETE', `${api}/webhooks/${whole.json['id']}`, { token })).status).toBe(204)
  const mailbox = await opened(server, token)
  const own = await make(bound.secret, { ...body, mailbox })
  expect([own.status, own.json['mailbox']]).toEqual([201, mailbox])
  const there = await server.call('GET', `${api}/webhooks`, { token: bound.secret })
  expect(listIn(there.json, 'items')).toHaveLength(1)
})

test("a mailbox of another account is none, and a member's webhooks are the account's", async () => {
  await using server = await serving()
  const [one, other] = [await tenant(server.core), await tenant(server.core)]
  const address = await opened(server, one.secret)
  const body = { url: 'https://8.8.8.8/', mailbox: address }
  const { status, reason } = await server.call('POST', `${api}/webhooks`, { token: other.secret, body })
  expect([status, reason]).toEqual([404, 'mailbox-unknown'])
  const member = await joined(server.core, one, 'member@tenant.test')
  const made = await server.call('POST', `${api}/webhooks`, { token: member.made.secret, body })
  expect(made.status).toBe(201)
  const seen = await server.call('GET', `${api}/webhooks`, { token: one.secret })
  expect(listIn(seen.json, 'items')).toMatchObject([{ id: made.json['id'] }])
})
