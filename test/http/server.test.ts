// The server itself: its ids, its log, its figures, its ports and its end.
import { expect, test } from 'bun:test'
import { CannotStart } from '../../src/cannot-start.ts'
import { printable } from '../../src/log.ts'
import { at, head, listen, serve, talk, until } from './serve.ts'

test('every answer bears a request id: a sane one of the client, else ours', async () => {
  await using server = await serve()
  const given = await server.call('GET', '/mayfly/v1/nope', { headers: { 'x-request-id': 'trace-1.2:3' } })
  expect(given.headers.get('x-request-id')).toBe('trace-1.2:3')
  expect(at(given.json, 'error', 'requestId')).toBe('trace-1.2:3')
  for (const strange of ['a b', '<script>', 'x'.repeat(129), '"']) {
    const { headers } = await server.call('GET', '/healthz', { headers: { 'x-request-id': strange } })
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  }
})

test('every answer says that it must not be sniffed, framed elsewhere, referred to or kept', async () => {
  await using server = await serve()
  for (const path of ['/', '/healthz', '/nope', '/mayfly/v1/nope', '/mayfly/v1/mailboxes/x@mayfly.test']) {
    const { headers } = await server.call('GET', path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('a port that is taken, and an address that is not ours, are told in a sentence', async () => {
  await using server = await serve()
  const taken = serve({ MAYFLY_HTTP_LISTEN: `127.0.0.1:${server.port}` })
  await expect(taken).rejects.toThrow(`HTTP cannot listen on 127.0.0.1:${server.port}: another program has this port`)
  const foreign = serve({ MAYFLY_HTTP_LISTEN: '192.0.2.1:0' })
  await expect(foreign).rejects.toThrow('HTTP cannot listen on 192.0.2.1:0: this machine has no such address')
  await expect(foreign).rejects.toBeInstanceOf(CannotStart)
})

test('a name that does not resolve is told as such', async () => {
  const nowhere = serve({ MAYFLY_HTTP_LISTEN: 'nohost.invalid:0' })
  await expect(nowhere).rejects.toThrow('HTTP cannot listen on nohost.invalid:0: this name does not resolve')
  await expect(nowhere).rejects.toBeInstanceOf(CannotStart)
  await using server = await serve({ MAYFLY_HTTP_LISTEN: 'localhost:0' })
  expect((await fetch(`http://localhost:${server.port}/healthz`)).status).toBe(200)
})

test('several listeners answer alike', async () => {
  await using server = await serve({ MAYFLY_HTTP_LISTEN: '127.0.0.1:0,127.0.0.2:0' })
  expect(server.http.addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.2'])
  for (const { host, port } of server.http.addresses) {
    expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
  }
})

test('the log has one line a request, and nothing secret: no token, ticket, query or path', async () => {
  await using server = await serve()
  const { token, address } = await server.open('secretive', { password: 'open sesame' })
  const id = await server.mail(address)
  const { json } = await server.call('POST', `/mayfly/v1/messages/${id}/view`, { token })
  const ticket = String(json['url']).split('/')[2] ?? ''
  await server.call('GET', `${json['url']}?remote=1`)
  await server.call('GET', `/mayfly/v1/mailboxes/${address}/messages?q=hush`, { headers: { 'x-api-key': token } })
  await server.call('POST', `/mayfly/v1/mailboxes/${address}/token`, { body: { password: 'open sesame' } })
  await server.call('GET', `/view/${ticket}x/`)
  expect(server.logged.length).toBe(6)
  const log = server.logged.join('')
  for (const secret of [token, ticket, 'open sesame', 'hush']) expect(log).not.toContain(secret)
  expect(log).toContain('"route":"/view/:ticket/"')
})

test('a defect is 500 with nothing of its cause, which the log has under the request id', async () => {
  await using server = await serve()
  server.core.mailboxes.see = () => Promise.reject(new Error('the secret of the defect'))
  const { status, json, body, headers } = await server.call('GET', '/mayfly/v1/mailboxes/x@mayfly.test')
  expect(status).toBe(500)
  expect(json).toEqual({
    error: {
      reason: 'internal',
      message: 'Something went wrong on the server.',
      requestId: headers.get('x-request-id'),
    },
  })
  expect(body).not.toContain('secret of the defect')
  const line = server.logged.find((one) => one.includes('secret of the defect')) ?? ''
  expect(line).toContain(String(headers.get('x-request-id')))
})

test('requests are counted by route, method and status, whatever paths are made up', async () => {
  await using server = await serve()
  for (const name of ['a', 'b', 'c']) await server.call('GET', `/mayfly/v1/mailboxes/${name}@mayfly.test`)
  for (const path of ['/x1', '/x2', '/mayfly/v1/x3', '/mayfly/v1/x4?x=1']) await server.call('GET', path)
  const { body } = await server.call('GET', '/metrics')
  const lines = body.split('\n').filter((line) => line.startsWith('mayfly_http_requests_total{'))
  expect(lines.toSorted()).toEqual([
    'mayfly_http_requests_total{route="/mayfly/v1/mailboxes/:mailbox",method="GET",status="200"} 3',
    'mayfly_http_requests_total{route="native",method="GET",status="404"} 2',
    'mayfly_http_requests_total{route="site",method="GET",status="404"} 2',
  ])
})

test('what was refused is counted by its reason, a wait that nothing answered included', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_BODY_BYTES: '2000' })
  const box = '/mayfly/v1/mailboxes/x@mayfly.test'
  await server.call('GET', `${box}/wait?timeout=0`)
  await server.mail('x@mayfly.test')
  await server.call('GET', `${box}/wait?timeout=0&expect=none`)
  await server.call('GET', `${box}?colour=red`)
  await server.call('POST', '/mayfly/v1/mailboxes', { body: { tag: 'x'.repeat(3000) } })
  await server.call('GET', '/nowhere')
  await server.call('GET', box, { headers: { host: 'evil.example' } })
  await server.call('GET', box, { token: 'wrong' })
  const { body } = await server.call('GET', '/metrics')
  const counted = [...body.matchAll(/^mayfly_http_refused_total\{reason="([\w-]+)"\} (\d+)$/gm)]
  expect(counted.map(([, reason, count]) => `${reason} ${count}`).toSorted()).toEqual([
    'credential-wrong 1',
    'host-refused 1',
    'invalid-request 1',
    'message-not-arrived 1',
    'message-unexpected 1',
    'route-unknown 1',
    'too-large 1',
  ])
})

test('metrics are for the networks of the config: to others there is no such route', async () => {
  await using server = await serve({
    MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
    MAYFLY_HTTP_METRICS_NETWORKS: '127.0.0.1,10.0.0.0/8',
  })
  const ask = (client: string) => server.call('GET', '/metrics', { headers: { 'x-forwarded-for': client } })
  expect((await server.call('GET', '/metrics')).status).toBe(200)
  expect((await ask('10.1.2.3')).status).toBe(200)
  expect((await ask('203.0.113.5')).reason).toBe('route-unknown')
  expect((await ask('10.1.2.3, 203.0.113.5')).status).toBe(404)
})

test('healthz says that it lives, readyz why it is not ready', async () => {
  await using server = await serve()
  expect((await server.call('GET', '/readyz')).json).toEqual({ ready: true })
  server.core.room.shortage = 'the disk has 5 bytes left'
  expect((await server.call('GET', '/healthz')).status).toBe(200)
  const { status, json } = await server.call('GET', '/readyz')
  expect(status).toBe(503)
  expect(json).toEqual({ ready: false, reason: 'the disk has 5 bytes left' })
})

test('HEAD answers as GET does, without a body', async () => {
  await using server = await serve()
  const heard = await talk(
    server.port,
    head('HEAD', '/mayfly/v1/mailboxes/x@mayfly.test', { Host: 'localhost', Connection: 'close' }),
    () => false,
  )
  expect(heard).toStartWith('HTTP/1.1 200 ')
  expect(heard).toEndWith('\r\n\r\n')
  for (const path of ['wait', 'events']) {
    expect((await server.call('HEAD', `/mayfly/v1/mailboxes/x@mayfly.test/${path}`)).status).toBe(404)
  }
})

test.each(['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])(
  '%s on what can only be read is a route that nobody knows',
  async (method) => {
    await using server = await serve()
    for (const path of ['/', '/healthz', '/openapi.json', '/mayfly/v1/search', '/view/x/']) {
      expect((await server.call(method, path)).reason).toBe('route-unknown')
    }
  },
)

test.each([
  '/nope',
  '/mayfly',
  '/mayfly/v2',
  '/mayfly/v1',
  '/mayfly/v1/',
  '/mayfly/v1x/mailboxes',
  '/mayfly/v1/mailboxes/a@b.test/nope',
  '/mayfly/v1/keys/one/two',
  '/mayfly/v1/accounts',
  '//mayfly/v1/mailboxes',
  '/openapi/nope.json',
  '/docs/nope',
  '/docs/../../etc/passwd',
  '/%00',
  '/%E0%A4',
])('%s is 404 in the native words', async (path) => {
  await using server = await serve()
  const heard = await talk(server.port, head('GET', path, { Host: 'localhost', Connection: 'close' }), () => false)
  expect(heard).toStartWith('HTTP/1.1 404 ')
  expect(heard).toContain('"reason":"route-unknown"')
})

test('no byte of a request comes back in a header, but a sane request id', async () => {
  await using server = await serve()
  const { token } = await server.open()
  for (const path of ['/mayfly/v1/mailboxes/%0d%0aX-Evil:%201', '/mayfly/v1/messages/%0d%0aX-Evil:%201/raw']) {
    const { headers } = await server.call('GET', path, { token })
    for (const [, value] of headers) expect(printable(value)).toBe(value)
    expect(headers.get('x-evil')).toBeNull()
  }
})

test('a stop answers who waits, ends streams and closes the port', async () => {
  await using server = await serve()
  const waiting = server.call('GET', '/mayfly/v1/mailboxes/x@mayfly.test/wait?timeout=100')
  const stream = await listen(server, '/mayfly/v1/mailboxes/x@mayfly.test/events', {})
  await until(() => server.core.waits.count === 1 && server.core.streams.count === 1)
  await server.http.stop()
  const { status, reason, json } = await waiting
  expect(status).toBe(404)
  expect(reason).toBe('message-not-arrived')
  expect(json['cursor']).toBeString()
  expect(await stream.next()).toBeNull()
  expect(server.core.streams.count).toBe(0)
  await expect(server.call('GET', '/healthz')).rejects.toThrow()
})
