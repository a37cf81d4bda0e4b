import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, type Serving, serve } from './serve.ts'

// Behind a proxy the test may come from anywhere.
const proxied = { MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }
const stranger = { 'x-forwarded-for': '203.0.113.5' }

const ask = ({ call }: Serving, headers: Record<string, string> = {}) => call('GET', '/metrics', { headers })

describe('metrics', () => {
  test.each([
    ['127.0.0.1', 200],
    ['10.1.2.3', 200],
    ['192.168.1.2', 200],
    ['fd00::1', 200],
    ['203.0.113.5', 404],
    ['2001:db8::1', 404],
  ])('are answered to %s with %d, without a key', async (client, status) => {
    await using server = await serve(proxied)
    expect((await ask(server, { 'x-forwarded-for': client })).status).toBe(status)
  })

  test.each([
    ['authorization', (key: string) => `Bearer ${key}`],
    ['authorization', (key: string) => `bearer  ${key}`.replace('  ', ' ')],
    ['x-api-key', (key: string) => key],
  ])("are answered to an admin's key in %s from anywhere", async (header, value) => {
    await using server = await serve(proxied)
    const { secret, caller } = await tenant(server.core, { admin: true })
    const answer = await ask(server, { ...stranger, [header]: value(secret) })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('mayfly_mails_accepted_total')
    const [used] = await server.core.keys.listFor(operator, caller.account.id, { after: 0, limit: 1 })
    expect(used?.requests).toBe(1)
  })

  test("are answered to an admin's key at a host of another name too, as keyed calls are", async () => {
    await using server = await serve(proxied)
    const { secret } = await tenant(server.core, { admin: true })
    const host = { ...stranger, host: 'metrics.example' }
    expect((await ask(server, { ...host, 'x-api-key': secret })).status).toBe(200)
    expect((await ask(server, host)).status).toBe(421)
  })

  test('have no route for any other credential: the answer is the same as for none', async () => {
    await using server = await serve(proxied)
    const { core } = server
    const plain = await tenant(core)
    const scoped = await tenant(core, { admin: true, key: { scopes: ['mailboxes'] } })
    const bound = await tenant(core, { admin: true, key: { domains: ['mayfly.test'] } })
    const foreign = await tenant(core, { admin: true, key: { dialects: ['mailcx'] } })
    const browsers = await tenant(core, { admin: true, key: { origins: ['app.example'] } })
    const revoked = await tenant(core, { admin: true })
    await core.keys.revoke(operator, revoked.caller.key?.id ?? '')
    const { token } = await server.open()
    const none = (await ask(server, stranger)).reason
    expect(none).toBe('route-unknown')
    const secrets = [plain, scoped, bound, foreign, browsers, revoked].map(({ secret }) => secret)
    for (const one of [...secrets, token, 'mayfly_wrong', '', 'x'.repeat(5000)]) {
      const answer = await ask(server, { ...stranger, authorization: `Bearer ${one}` })
      expect([answer.status, answer.reason, at(answer.json, 'error', 'message')]).toEqual([
        404,
        none,
        at((await ask(server, stranger)).json, 'error', 'message'),
      ])
    }
    const admin = await tenant(core, { admin: true })
    const both = { ...stranger, authorization: 'Basic eDp5', 'x-api-key': admin.secret }
    expect((await ask(server, both)).status).toBe(404)
  })
})
