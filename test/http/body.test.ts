// Bodies: bounded on the wire, and read as JSON or refused with what is wrong.
import { expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { bodyInput, jsonOf, queryInput } from '../../src/http/input.ts'
import { Refusal } from '../../src/refusal.ts'
import { at, head, serve, talk } from './serve.ts'

const path = '/mayfly/v1/mailboxes'
const json = { 'content-type': 'application/json' }

test('a body of the limit is taken, and one byte more is 413, announced or in chunks', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_BODY_BYTES: '2000' })
  const body = (size: number): string => `{"tag":"x"${' '.repeat(size - 11)}}`
  expect((await server.call('POST', path, { body: body(2000) })).status).toBe(201)
  const refused = await server.call('POST', path, { body: body(2001) })
  expect(refused.status).toBe(413)
  expect(refused.reason).toBe('too-large')
  const chunked = (size: number): string =>
    `${head('POST', path, { Host: 'localhost', 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' })}${size.toString(16)}\r\n${body(size)}\r\n0\r\n\r\n`
  expect(await talk(server.port, chunked(2000))).toStartWith('HTTP/1.1 201 ')
  expect(await talk(server.port, chunked(2001))).toStartWith('HTTP/1.1 413 ')
})

test.each(['POST', 'GET'])('a body of %s without end costs no memory', async (method) => {
  await using server = await serve()
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 0x20), Buffer.from('\r\n')])
  const start = head(method, path, { Host: 'localhost', ...json, 'Transfer-Encoding': 'chunked' })
  const before = process.memoryUsage.rss()
  const heard = await talk(server.port, [Buffer.from(start), ...Array.from({ length: 64 }, () => chunk)])
  expect(heard).toStartWith('HTTP/1.1 413 ')
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024)
})

test('an announced body that is too large is refused before it comes', async () => {
  await using server = await serve()
  const announced = head('POST', path, { Host: 'localhost', ...json, 'Content-Length': '900000000' })
  expect(await talk(server.port, announced)).toStartWith('HTTP/1.1 413 ')
})

test.each([
  ['{"tag":', 'body', 'must be JSON'],
  ['', null, null],
  ['[]', 'body', 'must be an object'],
  ['null', 'body', 'must be an object'],
  ['"text"', 'body', 'must be an object'],
  ['{"ttlMinutes":"5"}', 'body.ttlMinutes', 'must be a whole number from 1 to 52560000 or null'],
  ['{"ttlMinutes":0}', 'body.ttlMinutes', 'must be a whole number from 1 to 52560000 or null'],
  ['{"ttlMinutes":1.5}', 'body.ttlMinutes', 'must be a whole number from 1 to 52560000 or null'],
  ['{"ttlMinutes":1e999}', 'body.ttlMinutes', 'must be a whole number from 1 to 52560000 or null'],
  ['{"recoverable":"yes"}', 'body.recoverable', 'must be true or false'],
  ['{"localPart":{}}', 'body.localPart', 'must be a text of 1 to 64 characters'],
  ['{"local_part":"x"}', 'body.local_part', 'is not known here'],
  ['{"__proto__":{}}', 'body.__proto__', 'is not known here'],
  ['{"a\\nb":1}', 'body."a\\nb"', 'is not known here'],
])('the body %p is answered with its field and what was expected', async (body, field, message) => {
  await using server = await serve()
  const answer = await server.call('POST', path, { body, headers: json })
  if (field === null) expect(answer.status).toBe(201)
  else {
    expect(answer.status).toBe(400)
    expect(answer.reason).toBe('invalid-request')
    expect(at(answer.json, 'error', 'fields')).toEqual([{ path: field, message }])
  }
})

test('a body that is not said to be JSON, or not UTF-8, is refused', async () => {
  await using server = await serve()
  const form = await server.call('POST', path, {
    body: '{}',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(form.status).toBe(400)
  expect(at(form.json, 'error', 'fields', 0, 'path')).toBe('headers.content-type')
  const bytes = [
    Buffer.from(head('POST', path, { Host: 'localhost', ...json, 'Content-Length': '12' })),
    Buffer.from('{"tag":"\xff\xfe"}', 'latin1'),
  ]
  expect(await talk(server.port, bytes, (heard) => heard.includes('UTF-8'))).toStartWith('HTTP/1.1 400 ')
})

test('a body that takes too long is refused, and its connection is not held', async () => {
  await using server = await serve({ MAYFLY_HTTP_BODY_SECONDS: '1' })
  const begun = `${head('POST', path, { Host: 'localhost', ...json, 'Content-Length': '100' })}{"tag":`
  const heard = await talk(server.port, begun, (text) => text.includes('}}'))
  expect(heard).toStartWith('HTTP/1.1 400 ')
  expect(heard).toContain('must come within 1 seconds')
})

test('a client that goes away in the middle of a body harms nobody', async () => {
  await using server = await serve()
  const announced = `${head('POST', path, { Host: 'localhost', ...json, 'Content-Length': '100' })}{"tag":`
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port: server.port,
    socket: { data() {}, close: () => resolve() },
  })
  socket.write(announced)
  socket.flush()
  await Bun.sleep(20)
  socket.terminate()
  await promise
  expect((await server.call('GET', '/healthz')).status).toBe(200)
})

test('a thousand wrong fields make a short answer', () => {
  const input = bodyInput(Type.Object({}))
  const body = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, 1]))
  const { details } = refusalOf(() => input['~standard'].validate(body))
  expect(details.fields?.length).toBe(20)
})

test('a query gives numbers and yes-or-no, and each once', () => {
  const input = queryInput(
    Type.Object({ n: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })), yes: Type.Optional(Type.Boolean()) }),
  )
  const read = (query: object) => input['~standard'].validate(query).value
  expect(read({ n: '5', yes: '1' })).toEqual({ n: 5, yes: true })
  expect(read({ yes: 'false' })).toEqual({ yes: false })
  for (const wrong of [
    { n: '' },
    { n: '10' },
    { n: '0x1' },
    { n: '1e1' },
    { n: ' 1' },
    { n: ['1', '2'] },
    { yes: 'maybe' },
    { no: '1' },
  ]) {
    expect(refusalOf(() => read(wrong)).reason).toBe('invalid-request')
  }
})

test('JSON is taken by its media type with whatever parameters', () => {
  expect(jsonOf('{}', 'application/json; charset=utf-8')).toEqual({})
  expect(jsonOf('{}', 'application/merge-patch+json')).toEqual({})
  expect(refusalOf(() => jsonOf('{}', null)).reason).toBe('invalid-request')
})

function refusalOf(work: () => unknown): Refusal {
  try {
    work()
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error('nothing was refused')
}

test('an instant is one that the calendar has, in any offset', () => {
  const input = queryInput(Type.Object({ at: Type.String({ format: 'date-time' }) }))
  const read = (at: string) => input['~standard'].validate({ at }).value.at
  for (const right of [
    '2020-02-29T00:00:00Z',
    '2020-02-29T23:59:59.999+14:00',
    '2026-12-31T23:59:59-12:00',
    '2026-01-01T00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.123Z',
  ]) {
    expect(read(right)).toBe(right)
  }
  for (const wrong of [
    '2020-02-31T00:00:00Z',
    '2021-02-29T12:00:00+01:00',
    '2026-04-31T00:00:00Z',
    '2026-00-10T00:00:00Z',
  ]) {
    expect(refusalOf(() => read(wrong)).reason).toBe('invalid-request')
  }
})

// Bun shows a GET's body only where its length is announced; one in chunks is dropped before we see it.
test('the announced body of a GET has the same bound, and one in chunks is refused whatever its size', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_BODY_BYTES: '2000' })
  const known = '/mayfly/v1/mailboxes/x@mayfly.test'
  const announced = `${head('GET', known, { Host: 'localhost', 'Content-Length': '2001' })}${' '.repeat(2001)}`
  expect(await talk(server.port, announced)).toStartWith('HTTP/1.1 413 ')
  const chunked = `${head('GET', known, { Host: 'localhost', 'Transfer-Encoding': 'chunked' })}0\r\n\r\n`
  expect(await talk(server.port, chunked)).toStartWith('HTTP/1.1 413 ')
})

test('the head of a request is bounded where the config says less than Bun does', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_HEADER_BYTES: '1024' })
  const known = '/mayfly/v1/mailboxes/x@mayfly.test'
  const ask = (size: number): string => {
    const bare = head('GET', known, { Host: 'localhost', 'X-Filler': '' })
    return head('GET', known, { Host: 'localhost', 'X-Filler': 'x'.repeat(size - bare.length) })
  }
  expect(await talk(server.port, ask(1024))).toStartWith('HTTP/1.1 200 ')
  const heard = await talk(server.port, ask(1025), (text) => text.includes('}}'))
  expect(heard).toStartWith('HTTP/1.1 413 ')
  expect(heard).toContain('"reason":"too-large"')
  const long = await server.call('GET', `/mayfly/v1/search?q=${'x'.repeat(1000)}`)
  expect(long.reason).toBe('too-large')
  await using roomy = await serve()
  expect(await talk(roomy.port, ask(8000))).toStartWith('HTTP/1.1 200 ')
})
