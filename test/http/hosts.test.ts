// Which Host headers are answered, over the wire.
import { expect, test } from 'bun:test'
import { Hosts } from '../../src/http/hosts.ts'
import { head, serve, talk } from './serve.ts'

const hosts = new Hosts(['mail.example'], 'https://Mayfly.Example:8443')

test.each([
  '127.0.0.1',
  '127.0.0.1:8025',
  '203.0.113.5',
  '[::1]:8025',
  '[2001:db8::1]',
  'localhost',
  'LOCALHOST:80',
  'a.localhost',
  'web',
  'nas.local',
  'nas.lan:1',
  'x.internal',
  'x.home.arpa',
  'mayfly.test',
  'mayfly.test.',
  'mail.example',
  'MAIL.example:443',
  'mayfly.example',
])('%s is answered', (host) => {
  expect(hosts.answers(host)).toBe(true)
})

test.each([
  'evil.example',
  'evil.com:8025',
  'mail.example.evil.com',
  'xmail.example',
  'sub.mail.example',
  'local.evil.com',
  '127.0.0.1.evil.com',
  '1.2.3',
  '999.1.1.1',
  'a, b',
  'user@localhost',
  'local host',
  'localhost:x',
  'localhost:80:80',
  '[::1',
  '[evil.com]',
  '[::1].evil.com',
  'é.test',
  'evil.test/x',
])('%s is not', (host) => {
  expect(hosts.answers(host)).toBe(false)
})

test('a foreign Host gets 421 on every path, in the native words', async () => {
  await using server = await serve()
  for (const path of ['/', '/healthz', '/docs', '/mayfly/v1/mailboxes/x@mayfly.test', '/nowhere']) {
    const heard = await talk(server.port, head('GET', path, { Host: 'evil.example', Connection: 'close' }), () => false)
    expect(heard).toStartWith('HTTP/1.1 421 ')
    expect(heard).toContain('"reason":"host-refused"')
  }
})

test('a credential opens a foreign Host, where the route looks at it', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const ask = (path: string, headers: Record<string, string>) =>
    talk(server.port, head('GET', path, { Host: 'evil.example', ...headers }))
  const path = `/mayfly/v1/mailboxes/${address}`
  expect(await ask(path, { Authorization: `Bearer ${token}` })).toStartWith('HTTP/1.1 200 ')
  expect(await ask(path, { 'X-API-Key': token })).toStartWith('HTTP/1.1 200 ')
  expect(await ask(path, { Authorization: 'Bearer wrong' })).toStartWith('HTTP/1.1 401 ')
  expect(await ask(path, { Authorization: 'Bearer ' })).toStartWith('HTTP/1.1 421 ')
  expect(await ask(path, { 'X-Mailbox-Tokens': token })).toStartWith('HTTP/1.1 421 ')
  expect(await ask('/healthz', { Authorization: `Bearer ${token}` })).toStartWith('HTTP/1.1 421 ')
  expect(await ask('/view/x/', { Authorization: `Bearer ${token}` })).toStartWith('HTTP/1.1 421 ')
})

test('a short host, a port, and no host at all find the same route', async () => {
  await using server = await serve()
  const path = '/mayfly/v1/mailboxes/x@mayfly.test?'
  for (const Host of ['a', 'web', 'web:80', '1.1.1.1', '[::1]:8025']) {
    expect(await talk(server.port, head('GET', path, { Host }), (heard) => heard.includes('}'))).toContain(
      '"x@mayfly.test"',
    )
  }
  const old = `GET ${path} HTTP/1.0\r\n\r\n`
  expect(await talk(server.port, old, (heard) => heard.includes('}'))).toContain('"x@mayfly.test"')
})
