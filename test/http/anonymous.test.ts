import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { type Answer, type Serving, serve } from './serve.ts'

const open = ({ call }: Serving, client: string, token?: string): Promise<Answer> =>
  call('POST', '/mayfly/v1/mailboxes', {
    headers: { 'x-forwarded-for': client },
    body: {},
    ...(token === undefined ? {} : { token }),
  })

const said = async (answer: Promise<Answer>) => {
  const { status, reason } = await answer
  return reason === undefined ? status : `${status} ${reason}`
}

describe('without a key', () => {
  test('so many mailboxes are open at once for an IPv4 address or IPv6 /64, as trusted proxies tell it', async () => {
    await using server = await serve({
      MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
      MAYFLY_PLANS_ANONYMOUS_ACTIVE_MAILBOXES: '2',
    })
    expect(await said(open(server, '2001:db8:1:2::1'))).toBe(201)
    expect(await said(open(server, '2001:db8:1:2:3:4:5:6'))).toBe(201)
    expect(await said(open(server, '2001:db8:1:2::7'))).toBe('429 mailboxes-exhausted')
    expect(await said(open(server, '2001:db8:1:3::7'))).toBe(201)
    const many = await Promise.all(Array.from({ length: 50 }, () => said(open(server, '198.51.100.1'))))
    expect(many.filter((one) => one === 201)).toHaveLength(2)
    const { secret } = await tenant(server.core)
    expect(await said(open(server, '198.51.100.1', secret))).toBe(201)
  })

  test('so many are opened in a day', async () => {
    await using server = await serve({
      MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
      MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '2',
    })
    for (const client of ['2001:db8:1:2::1', '2001:db8:1:2::2']) expect(await said(open(server, client))).toBe(201)
    expect(await said(open(server, '2001:db8:1:2::3'))).toBe('429 quota-exceeded')
    expect(await said(open(server, '2001:db8:1:4::3'))).toBe(201)
  })

  test('none is opened where that is off, and with a key it is', async () => {
    await using server = await serve({ MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' })
    expect(await said(open(server, '127.0.0.1'))).toBe('401 credential-missing')
    const { token } = await server.core.mailboxes.operator()
    expect(await said(open(server, '127.0.0.1', token))).toBe('401 credential-missing')
    const { secret } = await tenant(server.core)
    expect(await said(open(server, '127.0.0.1', secret))).toBe(201)
  })
})
