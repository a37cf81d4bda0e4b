// Idempotency-Key: a repeated call gets the first one's answer, and nothing happens twice.
import { expect, test } from 'bun:test'
import { Idempotency } from '../../src/http/idempotency.ts'
import { serve } from './serve.ts'

const path = '/mayfly/v1/mailboxes'
const key = (name: string) => ({ 'idempotency-key': name })

test('a repeated POST gets the first answer, its token included, and opens nothing', async () => {
  await using server = await serve()
  const first = await server.call('POST', path, { body: { tag: 'a' }, headers: key('one') })
  const second = await server.call('POST', path, { body: { tag: 'a' }, headers: key('one') })
  expect(first.status).toBe(201)
  expect(second.status).toBe(201)
  expect(second.json).toEqual(first.json)
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  expect(second.headers.get('idempotency-replayed')).toBe('true')
  expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
  expect(server.core.told.length).toBe(1)
})

test('fifty at once are one', async () => {
  await using server = await serve()
  const call = { body: {}, headers: key('one') }
  const answers = await Promise.all(Array.from({ length: 50 }, () => server.call('POST', path, call)))
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
  expect(server.core.told.length).toBe(1)
})

test('another body under the same key is 409', async () => {
  await using server = await serve()
  await server.call('POST', path, { body: { tag: 'a' }, headers: key('one') })
  const other = await server.call('POST', path, { body: { tag: 'b' }, headers: key('one') })
  expect(other.status).toBe(409)
  expect(other.reason).toBe('idempotency-mismatch')
})

test('a key belongs to its credential and its route', async () => {
  await using server = await serve()
  const [one, two] = [await server.open(), await server.open()]
  const message = await server.mail(one.address)
  const view = `/mayfly/v1/messages/${message}/view`
  expect((await server.call('POST', view, { token: one.token, headers: key('k') })).status).toBe(201)
  expect((await server.call('POST', view, { token: two.token, headers: key('k') })).status).toBe(404)
  expect((await server.call('POST', path, { body: {}, headers: key('k') })).status).toBe(201)
})

test('a credential that is not valid any more gets no answer from before', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const message = await server.mail(address)
  const again = () => server.call('POST', `/mayfly/v1/messages/${message}/view`, { token, headers: key('k') })
  expect((await again()).status).toBe(201)
  await server.call('DELETE', `${path}/${address}`, { token })
  expect((await again()).status).toBe(401)
})

test('a refusal is not kept: the same key may try again', async () => {
  await using server = await serve()
  const { token } = await server.open('bob')
  const wish = { body: { localPart: 'bob' }, headers: key('k') }
  expect((await server.call('POST', path, wish)).reason).toBe('mailbox-taken')
  expect((await server.call('POST', path, wish)).reason).toBe('mailbox-taken')
  await server.call('DELETE', `${path}/bob@mayfly.test`, { token })
  server.core.clock.now += 25 * 3_600_000
  expect((await server.call('POST', path, wish)).status).toBe(201)
})

test('a key of a wrong shape is refused', async () => {
  await using server = await serve()
  for (const wrong of ['a b', 'x'.repeat(256)]) {
    const { status, json } = await server.call('POST', path, { headers: key(wrong) })
    expect(status).toBe(400)
    expect(JSON.stringify(json)).toContain('headers.idempotency-key')
  }
})

test('keys are forgotten after their time, the oldest first when there are too many', async () => {
  let elapsed = 0
  const repeats = new Idempotency({ keys: 2, hours: 24 }, { elapsed: () => elapsed })
  let calls = 0
  const call = (name: string) =>
    repeats.once(name, { who: 'w', route: 'r', call: '' }, async () => new Response(String(++calls)))
  const text = async (name: string): Promise<string> => (await call(name)).text()
  expect(await text('a')).toBe('1')
  expect(await text('a')).toBe('1')
  elapsed = 24 * 3_600_000 + 1
  expect(await text('a')).toBe('2')
  expect(await text('b')).toBe('3')
  expect(await text('c')).toBe('4')
  expect(repeats.size).toBe(2)
  expect(await text('a')).toBe('5')
  expect(await text('c')).toBe('4')
})

test('whoever waits for a call that fails makes it himself', async () => {
  const repeats = new Idempotency({ keys: 10, hours: 1 }, { elapsed: () => 0 })
  let calls = 0
  const answers = await Promise.all(
    Array.from({ length: 5 }, () =>
      repeats.once('k', { who: 'w', route: 'r', call: '' }, async () => {
        await Bun.sleep(1)
        return new Response(null, { status: ++calls < 3 ? 503 : 201 })
      }),
    ),
  )
  expect(answers.filter(({ status }) => status === 503).length).toBe(2)
})
