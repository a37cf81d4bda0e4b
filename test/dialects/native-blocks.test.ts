import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn, serve } from '../http/serve.ts'

const path = '/mayfly/v1/admin/blocks'

test('block rules are made, listed and taken back by an admin, and in force at once', async () => {
  await using server = await serve()
  const { blocks } = server.core
  const { secret: token } = await tenant(server.core, { admin: true })
  const body = { kind: 'sender', pattern: ' News*@Bücher.Example ', note: 'why' }
  const made = await server.call('POST', path, { token, body })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({ kind: 'sender', pattern: 'news*@xn--bcher-kva.example', note: 'why' })
  expect(blocks.refusesSender('newsletter@xn--bcher-kva.example')).toBe(true)
  expect(listIn((await server.call('GET', path, { token })).json, 'items')).toEqual([made.json])
  expect((await server.call('DELETE', `${path}/${made.json['id']}`, { token })).status).toBe(204)
  expect(blocks.refusesSender('newsletter@xn--bcher-kva.example')).toBe(false)
  expect((await server.call('DELETE', `${path}/${made.json['id']}`, { token })).reason).toBe('block-unknown')
})

test.each([
  ['sender', '*', 'this would refuse all mail'],
  ['sender', '@', 'must be an address'],
  ['network', '192.0.2.0/99', 'must be a network'],
])('a rule for a %s with the pattern %j is refused with what it should be: %s', async (kind, pattern, complaint) => {
  await using server = await serve()
  const { secret: token } = await tenant(server.core, { admin: true })
  const { status, reason, json } = await server.call('POST', path, { token, body: { kind, pattern } })
  expect([status, reason, at(json, 'error', 'fields', 0, 'path')]).toEqual([400, 'invalid-request', 'body.pattern'])
  expect(at(json, 'error', 'fields', 0, 'message')).toContain(complaint)
})

test('block rules are told to admins alone', async () => {
  await using server = await serve()
  const { secret: token } = await tenant(server.core)
  expect((await server.call('GET', path, { token })).reason).toBe('forbidden')
  expect((await server.call('GET', path)).reason).toBe('credential-missing')
  expect((await server.call('POST', path, { token, body: { kind: 'sender', pattern: 'a.example' } })).reason).toBe(
    'forbidden',
  )
})
