// Waiting for a mail through the native API.
import { expect, test } from 'bun:test'
import { at, head, listIn, type Serving, serve, until } from '../http/serve.ts'

const mailboxes = '/mayfly/v1/mailboxes'
const address = 'x@mayfly.test'

const wait = ({ call }: Serving, query: string, name = address, token?: string) =>
  call('GET', `${mailboxes}/${name}/wait?${query}`, token === undefined ? {} : { token })

const subjects = (json: unknown): unknown[] => listIn(json, 'messages').map((one) => at(one, 'subject'))

test('a wait is answered when the mail comes, with its codes and links', async () => {
  await using server = await serve()
  const waiting = wait(server, 'timeout=100&has=code,link')
  await until(() => server.core.waits.count === 1)
  await server.mail(address, { Subject: 'No code' })
  const id = await server.mail(address, { Subject: 'Code' }, 'Your code is 482913: https://x.test/verify\r\n')
  const { status, json } = await waiting
  expect(status).toBe(200)
  expect(Object.keys(json)).toEqual(['messages', 'codes', 'links', 'cursor'])
  expect(json['codes']).toEqual(['482913'])
  expect(at(json, 'links', 0, 'url')).toBe('https://x.test/verify')
  expect(at(json, 'messages', 0)).toEqual((await server.call('GET', `/mayfly/v1/messages/${id}`)).json)
})

test('a wait begins with what is there, and the next behind the cursor: no mail is lost between two', async () => {
  await using server = await serve()
  for (const Subject of ['One', 'Two']) await server.mail(address, { Subject })
  const first = await wait(server, 'timeout=0')
  expect(subjects(first.json)).toEqual(['One'])
  await server.mail(address, { Subject: 'Three' })
  const rest = await wait(server, `timeout=100&count=2&after=${first.json['cursor']}`)
  expect(subjects(rest.json)).toEqual(['Two', 'Three'])
  const none = await wait(server, `timeout=0&after=${rest.json['cursor']}`)
  expect(none.json['cursor']).toBe(rest.json['cursor'])
})

test('nothing came: 404 with an empty list and a cursor to go on from', async () => {
  await using server = await serve()
  const { status, json, headers } = await wait(server, 'timeout=0')
  expect(status).toBe(404)
  expect(json).toEqual({
    error: {
      reason: 'message-not-arrived',
      message: 'No such message came in time.',
      requestId: headers.get('x-request-id'),
    },
    messages: [],
    codes: [],
    links: [],
    cursor: expect.any(String),
  })
})

test('expect=none holds for the whole time, or is 409 with the message at once', async () => {
  await using server = await serve()
  const quiet = await wait(server, 'timeout=0.05&expect=none')
  expect(quiet.status).toBe(200)
  expect(quiet.json['messages']).toEqual([])
  const waiting = wait(server, 'timeout=100&expect=none&subject=late')
  await until(() => server.core.waits.count === 1)
  await server.mail(address, { Subject: 'Too LATE' })
  const { status, reason, json } = await waiting
  expect(status).toBe(409)
  expect(reason).toBe('message-unexpected')
  expect(subjects(json)).toEqual(['Too LATE'])
})

test.each([
  ['from=ANN', true],
  ['from=sender.test', true],
  ['from=bob', false],
  ['subject=hell', true],
  ['subject=hell&text=WORLD', true],
  ['subject=hell&text=absent', false],
  ['has=link', false],
  ['has=attachment', false],
  ['has=code,link', false],
])('a wait for %s matches: %p', async (query, matches) => {
  await using server = await serve()
  await server.mail(address, { Subject: 'Hello' }, 'The whole world.\r\n')
  expect((await wait(server, `timeout=0&${query}`)).status).toBe(matches ? 200 : 404)
})

test.each([
  ['timeout=121', 'query.timeout'],
  ['timeout=-1', 'query.timeout'],
  ['timeout=soon', 'query.timeout'],
  ['count=0', 'query.count'],
  ['count=101', 'query.count'],
  ['has=codes', 'query.has'],
  ['has=', 'query.has'],
  ['expect=some', 'query.expect'],
  ['subjct=x', 'query.subjct'],
])('a wait with %s is refused with its field', async (query, field) => {
  await using server = await serve()
  const { status, json } = await wait(server, query)
  expect(status).toBe(400)
  expect(at(json, 'error', 'fields', 0, 'path')).toBe(field)
})

test('a cursor that was made up, or lies in the future, is refused', async () => {
  await using server = await serve()
  for (const after of ['x', 'd3p6eg', 'bDA', Buffer.from('w99').toString('base64url')]) {
    expect((await wait(server, `timeout=0&after=${after}`)).reason).toBe('invalid-cursor')
  }
})

test('a tagged address waits for mail to that very address', async () => {
  await using server = await serve()
  const waiting = wait(server, 'timeout=100', 'x%2Brun7@mayfly.test')
  await until(() => server.core.waits.count === 1)
  await server.mail(address, { Subject: 'Untagged' })
  await server.mail('x+run7@mayfly.test', { Subject: 'Tagged' })
  expect(subjects((await waiting).json)).toEqual(['Tagged'])
})

test('a client that goes away ends its wait', async () => {
  await using server = await serve()
  const leaving = new AbortController()
  const path = `${mailboxes}/${address}/wait?timeout=100`
  const waiting = server.call('GET', path, { signal: leaving.signal })
  await until(() => server.core.waits.count === 1)
  leaving.abort()
  await expect(waiting).rejects.toThrow()
  await until(() => server.core.waits.count === 0)
})

test('a mailbox that ends ends its waits, and one that is claimed those of strangers', async () => {
  await using server = await serve()
  const { token, address: mine } = await server.open('mine')
  const own = wait(server, 'timeout=100', mine, token)
  const stranger = wait(server, 'timeout=100', 'free@mayfly.test')
  await until(() => server.core.waits.count === 2)
  await server.call('DELETE', `${mailboxes}/${mine}`, { token })
  expect((await own).reason).toBe('mailbox-unknown')
  await server.open('free')
  expect((await stranger).reason).toBe('credential-missing')
})

test('waits are bounded: in all, and for each address but loopback', async () => {
  await using server = await serve({
    MAYFLY_HTTP_MAX_WAITS: '3',
    MAYFLY_HTTP_MAX_WAITS_PER_ADDRESS: '1',
    MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
  })
  const from = (client: string, query = 'timeout=100') =>
    server.call('GET', `${mailboxes}/${address}/wait?${query}`, { headers: { 'x-forwarded-for': client } })
  const held = [from('192.0.2.1'), from('2001:db8::1')]
  await until(() => server.core.waits.count === 2)
  const second = await from('192.0.2.1')
  expect(second.status).toBe(429)
  expect(second.headers.get('retry-after')).toBe('1')
  expect((await from('2001:db8::ffff')).reason).toBe('rate-exceeded')
  held.push(from('127.0.0.1'))
  await until(() => server.core.waits.count === 3)
  expect((await from('127.0.0.1')).reason).toBe('too-busy')
  await server.mail(address)
  for (const one of held) expect((await one).status).toBe(200)
  expect((await from('192.0.2.1', 'timeout=0')).status).toBe(200)
})

test('two thousand wait at once and each gets its own mail', async () => {
  const many = 2000
  await using server = await serve()
  const answers: string[] = Array.from({ length: many }, () => '')
  let answered = 0
  // One socket each, since `fetch` holds back beyond 256.
  const sockets = await Promise.all(
    answers.map((_, index) =>
      Bun.connect({
        hostname: '127.0.0.1',
        port: server.port,
        socket: {
          open: (socket) => {
            socket.write(head('GET', `${mailboxes}/w${index}@mayfly.test/wait?timeout=100`, { Host: 'localhost' }))
          },
          data: (_, bytes) => {
            if (answers[index] === '') answered++
            answers[index] += bytes.toString('latin1')
          },
        },
      }),
    ),
  )
  await until(() => server.core.waits.count === many)
  for (let index = 0; index < many; index++) await server.mail(`w${index}@mayfly.test`, { Subject: `Mail ${index}.` })
  await until(() => answered === many)
  answers.forEach((answer, index) => {
    expect(answer).toStartWith('HTTP/1.1 200 ')
    expect(answer).toContain(`"Mail ${index}."`)
  })
  expect(server.core.waits.count).toBe(0)
  for (const socket of sockets) socket.end()
})
