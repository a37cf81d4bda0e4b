// Mail.cx: the live socket, as clients that this project did not write hear it.
import { describe, expect, test } from 'bun:test'
import net from 'node:net'
import { join } from 'node:path'
import { nobody, operator } from '../../src/accounts/caller.ts'
import { selfSigned } from '../../src/certificate.ts'
import { Following } from '../../src/dialects/mailcx/following.ts'
import { withoutServer } from '../../src/http/dialect.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, head, temporary } from '../http/serve.ts'
import { day, type MailcxServer, mailcxServer } from './mailcx-server.ts'

type Client = {
  say: (what: unknown) => void
  /** The next message; null once it is closed. */
  hear: () => Promise<unknown>
  closed: Promise<number>
  close: () => void
}

function connect({ port }: Pick<MailcxServer, 'port'>, headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/ws`, { headers })
  const heard: unknown[] = []
  let wake = (): void => {}
  let isClosed = false
  socket.onmessage = ({ data }) => {
    heard.push(JSON.parse(String(data)))
    wake()
  }
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => {
      isClosed = true
      wake()
      resolve(code)
    }
  })
  const hear = async (): Promise<unknown> => {
    while (heard.length === 0 && !isClosed) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return heard.shift() ?? null
  }
  const say = (what: unknown): void => socket.send(typeof what === 'string' ? what : JSON.stringify(what))
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve({ say, hear, closed, close: () => socket.close() })
    socket.onerror = () => reject(new Error('no WebSocket'))
  })
}

async function following(server: MailcxServer, token: string): Promise<Client> {
  const client = await connect(server)
  client.say({ type: 'auth', token })
  expect(await client.hear()).toEqual({ type: 'auth_ok' })
  return client
}

/** Its last word, and the code with which it was closed. */
const ending = async ({ hear, closed }: Client): Promise<[unknown, number]> => [at(await hear(), 'error'), await closed]

describe('who signs in over the socket', () => {
  test('hears of each mail of the mailbox, in order, and of no other', async () => {
    await using server = await mailcxServer()
    const { id, address, token } = await server.make('user@mayfly.test')
    const other = await server.make('other@mayfly.test')
    const client = await following(server, token)
    const mails: string[] = []
    for (let n = 0; n < 5; n++) {
      mails.push(await server.mail(address, { Subject: `${n}` }))
      await server.mail(other.address)
    }
    expect(await client.hear()).toEqual({
      type: 'new_email',
      id: mails[0],
      sender: 'sender@example.test',
      from: 'Ann <ann@sender.test>',
      subject: '0',
      preview_text: 'Hello.',
      size: expect.any(Number),
      created_at: '2026-01-01T00:00:00Z',
      account_id: id,
      address,
    })
    for (const mail of mails.slice(1)) expect(at(await client.hear(), 'id')).toBe(mail)
    client.close()
  })

  test('is refused without a good token', async () => {
    await using server = await mailcxServer()
    const { secret } = await tenant(server.core, { key: { prefix: 'tm_pro_' } })
    const refused = async (what: unknown) => {
      const client = await connect(server)
      client.say(what)
      return ending(client)
    }
    for (const token of ['x', '', secret, 'eyJ.x.y'])
      expect([token, ...(await refused({ type: 'auth', token }))]).toEqual([token, 'invalid_token', 1008])
    for (const what of ['{', '[]', 'null', {}, { type: 'auth' }, { type: 'auth', token: 5 }, { type: 'x', token: 'x' }])
      expect([what, ...(await refused(what))]).toEqual([what, 'invalid_auth_message', 1008])
  })

  test('has three connections at once, and another one when one of them ends', async () => {
    await using server = await mailcxServer()
    const { token } = await server.make('user@mayfly.test')
    const other = await server.make('other@mayfly.test')
    const three = [await following(server, token), await following(server, token), await following(server, token)]
    const fourth = await connect(server)
    fourth.say({ type: 'auth', token })
    expect(await ending(fourth)).toEqual(['too_many_connections', 1013])
    await following(server, other.token)
    three[0]?.close()
    await three[0]?.closed
    await following(server, token)
  })

  test('is let go when the mailbox ends, gets another password, or its account is suspended', async () => {
    await using server = await mailcxServer()
    const { secret, account, caller } = await tenant(server.core)
    const ends: ((id: string, token: string) => Promise<unknown>)[] = [
      (_, token) => server.call('DELETE', '/api/me', { token }),
      (id) => server.core.mailboxes.resetPassword(caller, id, 'a new one'),
      (id) => server.core.mailboxes.endAll(caller, [id], 'active'),
      () => server.core.accounts.setSuspended(operator, account.id, true),
    ]
    for (const [n, end] of ends.entries()) {
      const { id, token } = await server.make(`m${n}@mayfly.test`, secret)
      const client = await following(server, token)
      await end(id, token)
      expect([n, ...(await ending(client))]).toEqual([n, 'invalid_token', 1008])
    }
  })

  test('hears nothing more once the token has run out', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const client = await following(server, token)
    server.core.clock.now += 7 * day
    await server.mail(address)
    expect(await ending(client)).toEqual(['invalid_token', 1008])
  })
})

test('who says nothing is let go', async () => {
  const said: string[] = []
  const closed = await new Promise<number>((resolve) => {
    const options = { authMs: 5, mayCome: true, take: () => null, ended: () => {} }
    const silent = new Following(withoutServer, options)
    silent.began({ send: (text) => said.push(text), close: resolve })
  })
  expect([closed, said.map((text) => at(JSON.parse(text), 'error'))]).toEqual([1008, ['invalid_auth_message']])
})

test('pages of other origins are refused, those of this server and of the settings are not', async () => {
  await using server = await mailcxServer({ MAYFLY_HTTP_CORS_ORIGINS: 'https://app.example' })
  const { token } = await server.make('user@mayfly.test')
  expect(await ending(await connect(server, { origin: 'https://evil.example' }))).toEqual(['origin_not_allowed', 1008])
  for (const origin of ['https://app.example', server.url]) {
    const client = await connect(server, { origin })
    client.say({ type: 'auth', token })
    expect([origin, await client.hear()]).toEqual([origin, { type: 'auth_ok' }])
  }
})

test('what asks for no socket is told so, and so is everybody while the API is off', async () => {
  await using server = await mailcxServer()
  expect((await server.call('GET', '/api/ws')).json).toMatchObject({ error: 'invalid_request' })
  const half = { headers: { upgrade: 'websocket', connection: 'upgrade' } }
  expect((await server.call('GET', '/api/ws', half)).status).toBe(400)
  await server.core.switches.set(operator, { developerApi: false })
  expect((await server.call('GET', '/api/ws')).status).toBe(503)
  expect(await connect(server).catch(() => 'refused')).toBe('refused')
})

const handshake = {
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** A text of a client as one frame (RFC 6455 §5.2), masked with zeros. */
const framed = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0xfe, text.length >> 8, text.length & 255, 0, 0, 0, 0]), Buffer.from(text)])

test('who reads too slowly is dropped and counted, and who leaves is not', async () => {
  await using server = await mailcxServer({ MAYFLY_HTTP_MAX_STREAM_BUFFER_BYTES: '16384' })
  const { address, token } = await server.make('user@mayfly.test')
  const leaving = await following(server, token)
  const reading = await following(server, token)
  const slow = net.connect(server.port, '127.0.0.1')
  const isOver = new Promise((resolve) => slow.on('close', resolve))
  slow.on('error', () => {})
  slow.write(head('GET', '/api/ws', { Host: 'localhost', ...handshake }))
  await new Promise((resolve) => slow.once('data', resolve))
  slow.write(framed(JSON.stringify({ type: 'auth', token })))
  await new Promise((resolve) => slow.once('data', resolve))
  slow.pause()
  leaving.close()
  await leaving.closed
  const unread = async () => {
    const { values } = await server.core.metrics.httpRefused.get()
    return values.map(({ labels, value }) => [labels.reason, value])
  }
  await server.mail(address, { Subject: 'x'.repeat(900) })
  await reading.hear()
  const stored = server.core.told.findLast(({ type }) => type === 'message.stored')
  if (!stored) throw new Error('nothing was told')
  // As often as it takes to fill what the system keeps for both sides: telling it again is quicker than storing more.
  let pushes = 0
  while ((await unread()).length === 0 && pushes < 20_000) {
    server.core.events.tell(Array(100).fill(stored))
    for (let n = 0; n < 100; n++) await reading.hear()
    pushes += 100
  }
  // And it costs the others nothing.
  const id = await server.mail(address)
  expect(at(await reading.hear(), 'id')).toBe(id)
  expect(await unread()).toEqual([['socket-unread', 1]])
  slow.resume()
  await isOver
})

test.each([
  ['on loopback', '127.0.0.1:0'],
  ['behind the gate', '0.0.0.0:0'],
])('a server that stops says so, %s', async (_, listen) => {
  await using server = await mailcxServer({ MAYFLY_HTTP_LISTEN: listen })
  const { address, token } = await server.make('user@mayfly.test')
  const client = await following(server, token)
  const silent = await connect(server)
  const id = await server.mail(address)
  expect(at(await client.hear(), 'id')).toBe(id)
  await server.http.stop()
  expect([await client.closed, await silent.closed]).toEqual([1001, 1001])
})

test('it is there over TLS, too', async () => {
  using directory = temporary()
  await selfSigned(directory.path, 'localhost', Date.now())
  await using server = await mailcxServer({
    MAYFLY_HTTP_TLS: 'true',
    MAYFLY_TLS_CERT_FILE: join(directory.path, 'smtp-cert.pem'),
    MAYFLY_TLS_KEY_FILE: join(directory.path, 'smtp-key.pem'),
  })
  const wish = { localPart: 'user', password: 'open sesame' }
  const { mailbox } = await server.core.mailboxes.open(nobody, wish, '192.0.2.1')
  const token = await server.core.mailboxes.jwtOf(mailbox)
  const socket = new WebSocket(`wss://127.0.0.1:${server.port}/api/ws`, { tls: { rejectUnauthorized: false } })
  const said: string[] = []
  const pushed = Promise.withResolvers<void>()
  const isIn = Promise.withResolvers<void>()
  socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', token }))
  socket.onmessage = ({ data }) => {
    said.push(String(data))
    if (said.length === 1) isIn.resolve()
    else pushed.resolve()
  }
  await isIn.promise
  const id = await server.mail(mailbox.address)
  await pushed.promise
  expect(said[1]).toContain(id)
  socket.close()
})

const hasNode = Bun.which('node') !== null

test.skipIf(!hasNode)("a client of Node's ws hears of a mail", async () => {
  await using server = await mailcxServer({ MAYFLY_HTTP_LISTEN: '0.0.0.0:0' })
  const { address, token } = await server.make('user@mayfly.test')
  const program = `
    const { WebSocket } = require('ws')
    const socket = new WebSocket('ws://127.0.0.1:${server.port}/api/ws')
    socket.on('open', () => socket.send(JSON.stringify({ type: 'auth', token: '${token}' })))
    socket.on('message', (data) => {
      console.log(String(data))
      if (JSON.parse(data).type === 'new_email') socket.close()
    })
    socket.on('close', (code) => console.log('closed', code))`
  const node = Bun.spawn(['node', '-e', program], {
    cwd: join(import.meta.dir, '..'),
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const reader = node.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let printed = ''
  const until = async (part: string): Promise<void> => {
    while (!printed.includes(part)) {
      const { done, value } = await reader.read()
      if (done) throw new Error(`it ended: ${printed}`)
      printed += value
    }
  }
  await until('auth_ok')
  const id = await server.mail(address, { Subject: 'Grüße' })
  await until('closed')
  expect(printed).toContain(`"id":"${id}"`)
  expect(printed).toMatch(/closed 100[05]/)
  expect(await node.exited).toBe(0)
})
