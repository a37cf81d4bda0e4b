// The OpenAPI documents, and where the guides stand.
import { expect, test } from 'bun:test'
import { CannotStart } from '../../src/cannot-start.ts'
import { answers } from '../../src/dialects/native/errors.ts'
import { dialectNames } from '../../src/http/dialects.ts'
import { openapi } from '../../src/http/openapi.ts'
import { at, listIn, serve } from './serve.ts'

const record = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : []

test('the document is the same with and without a server, at both of its places', async () => {
  await using server = await serve()
  const document = JSON.parse(JSON.stringify(await openapi('native')))
  expect((await server.call('GET', '/openapi.json')).json).toEqual(document)
  expect((await server.call('GET', '/openapi/native.json')).json).toEqual(document)
})

test('an unknown dialect is told with those there are', async () => {
  await expect(openapi('pigeon')).rejects.toThrow('there is no dialect "pigeon"; there are: native')
  await expect(openapi('pigeon')).rejects.toBeInstanceOf(CannotStart)
  await expect(openapi('constructor')).rejects.toThrow('there is no dialect')
})

test('every operation has a summary, an id of its own, its parameters, its answers and its refusals', async () => {
  const document = await openapi('native')
  expect(at(document, 'openapi')).toBe('3.1.0')
  const ids: unknown[] = []
  for (const [path, item] of record(at(document, 'paths'))) {
    for (const [method, operation] of record(item)) {
      expect(['get', 'post', 'put', 'patch', 'delete']).toContain(method)
      expect(at(operation, 'summary')).toBeString()
      ids.push(at(operation, 'operationId'))
      const named = listIn(operation, 'parameters')
        .filter((one) => at(one, 'in') === 'path')
        .map((one) => at(one, 'name'))
      expect(named.map((name) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      const statuses = record(at(operation, 'responses')).map(([status]) => Number(status))
      expect(statuses.some((status) => status < 300)).toBe(true)
      for (const status of [400, 413, 421, 500]) expect(statuses).toContain(status)
      for (const requirement of listIn(operation, 'security')) {
        for (const [scheme] of record(requirement))
          expect(at(document, 'components', 'securitySchemes', scheme)).toBeDefined()
      }
    }
  }
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(20)
})

test('every reference leads to a schema', async () => {
  const text = JSON.stringify(await openapi('native'))
  const document = JSON.parse(text)
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name ?? '')
  expect(names.length).toBeGreaterThan(20)
  for (const name of new Set(names)) expect(at(document, 'components', 'schemas', name)).toBeDefined()
  expect(text.match(/"\$ref":"(?!#\/components\/schemas\/\w+")/g)).toBeNull()
})

test("a foreign API's document says what its calls take, answer and refuse, by schemas that it has", async () => {
  for (const name of dialectNames.filter((one) => one !== 'native')) {
    const text = JSON.stringify(await openapi(name))
    const document = JSON.parse(text)
    for (const [, schema] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(at(document, 'components', 'schemas', schema ?? '')).toBeDefined()
    expect(text.match(/"\$ref":"(?!#\/components\/schemas\/\w+")/g)).toBeNull()
    const operations = record(at(document, 'paths')).flatMap(([path, item]) =>
      record(item).map(([method, operation]) => ({ path, method, operation })),
    )
    const ids = operations.map(({ operation }) => at(operation, 'operationId'))
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(2)
    for (const { path, operation } of operations) {
      expect(at(operation, 'summary')).toBeString()
      const parameters = listIn(operation, 'parameters').filter((one) => at(one, 'in') === 'path')
      expect(parameters.map((one) => `{${at(one, 'name')}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
      for (const one of parameters) expect(at(one, 'schema', 'maxLength')).toBeNumber()
      const statuses = record(at(operation, 'responses')).map(([status]) => Number(status))
      expect(statuses.some((status) => status < 300)).toBe(true)
      if (listIn(operation, 'security').length > 0)
        // MailFade has no 403: who may not is none, or has not paid.
        for (const status of [401, name === 'mailfade' ? 402 : 403, 429, 500, 503]) expect(statuses).toContain(status)
    }
  }
})

test('every refusal has a status that a refusal can have, and a sentence', () => {
  for (const [status, message] of Object.values(answers)) {
    expect([400, 401, 403, 404, 409, 413, 421, 429, 500, 503]).toContain(status)
    expect(message).toMatch(/^[A-Z].*\.$/)
  }
})

test('the guides stand at their places, also of an API that is switched off, whose document then is not there', async () => {
  await using server = await serve({ MAYFLY_DIALECTS_MAILFADE_ENABLED: 'false' })
  const places = dialectNames.flatMap((name) => [`/docs/${name}`, `/docs/${name}/`, `/docs/${name}/calls`])
  for (const path of ['/docs', '/docs/', ...places]) {
    const { status, body, headers } = await server.call('GET', path)
    expect([path, status]).toEqual([path, 200])
    expect(body).toContain('id="facts"')
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
  }
  for (const path of ['/docs/pigeon', '/docs/native/nothing', '/docs/swagger-ui.js', '/openapi/mailfade.json'])
    expect([path, (await server.call('GET', path)).status]).toEqual([path, 404])
})

test('what every call of a method may meet stands with each: a foreign origin, a key that was used', async () => {
  // A credential may be bound to origins, also on a GET.
  const isBound = (operation: unknown) => listIn(operation, 'security').length > 0
  const document = await openapi('native')
  for (const [, item] of record(at(document, 'paths'))) {
    for (const [method, operation] of record(item)) {
      const said = (status: string) => String(at(operation, 'responses', status, 'description') ?? '').split(', ')
      expect(said('403').includes('origin-refused')).toBe(method !== 'get' || isBound(operation))
      expect(said('409').includes('idempotency-mismatch')).toBe(method === 'post')
      const names = listIn(operation, 'parameters').map((one) => at(one, 'name'))
      expect(names.filter((name) => name === 'Idempotency-Key').length).toBe(method === 'post' ? 1 : 0)
      expect(new Set(names).size).toBe(names.length)
      for (const status of ['403', '409']) expect(new Set(said(status)).size).toBe(said(status).length)
    }
  }
  const restored = at(document, 'paths', '/mayfly/v1/mailboxes/{mailbox}/restore', 'post', 'responses')
  expect(at(restored, '403', 'description')).toBe('forbidden, account-suspended, origin-refused')
})

test('the 404 of a wait is a wait without mail, or a plain refusal', async () => {
  const responses = at(await openapi('native'), 'paths', '/mayfly/v1/mailboxes/{mailbox}/wait', 'get', 'responses')
  expect(at(responses, '404', 'description')).toBe('message-not-arrived, mailbox-unknown')
  expect(at(responses, '404', 'content', 'application/json', 'schema')).toEqual({
    anyOf: [{ $ref: '#/components/schemas/WaitRefused' }, { $ref: '#/components/schemas/Error' }],
  })
  expect(at(responses, '409', 'content', 'application/json', 'schema')).toEqual({
    $ref: '#/components/schemas/WaitRefused',
  })
})

test('what any call with a credential may meet stands with each: a key that is over, a limit, an API switched off', async () => {
  const document = await openapi('native')
  for (const [, item] of record(at(document, 'paths'))) {
    for (const [, operation] of record(item)) {
      if (listIn(operation, 'security').length === 0) continue
      const said = (status: string) => String(at(operation, 'responses', status, 'description') ?? '').split(', ')
      expect(said('401')).toEqual(expect.arrayContaining(['credential-missing', 'credential-wrong', 'key-inactive']))
      expect(said('403')).toContain('account-suspended')
      expect(said('429')).toContain('rate-exceeded')
      expect(said('503')).toContain('api-off')
    }
  }
})

test('a field with a default need not be sent', async () => {
  const paths = at(await openapi('native'), 'paths')
  const bodyOf = (path: string) => at(paths, `/mayfly/v1/${path}`, 'post', 'requestBody')
  const rotation = bodyOf('keys/{id}/rotate')
  expect(at(rotation, 'required')).toBe(false)
  expect(at(rotation, 'content', 'application/json', 'schema', 'required')).toBeUndefined()
  const made = bodyOf('admin/accounts')
  expect(at(made, 'required')).toBe(true)
  expect(at(made, 'content', 'application/json', 'schema', 'required')).toEqual(['email'])
})

test('a route without parameters or fields has none in the document', async () => {
  const clear = at(await openapi('native'), 'paths', '/mayfly/v1/mailboxes/{mailbox}/messages', 'delete')
  expect(listIn(clear, 'parameters').map((one) => at(one, 'name'))).toEqual(['mailbox'])
  expect(at(clear, 'requestBody')).toBeUndefined()
})
