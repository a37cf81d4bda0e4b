// Live streams of the native API: in order, resumed, bounded, and over when they must be.
import { expect, test } from 'bun:test'
import net from 'node:net'
import { at, type Heard, head, listen, serve, temporary, until } from '../http/serve.ts'

const mailboxes = '/mayfly/v1/mailboxes'
const address = 'x@mayfly.test'
const events = `${mailboxes}/${address}/events`

/** The next events, up to the first of that type. */
async function upTo(type: string, stream: { next: () => Promise<Heard | null> }): Promise<Heard[]> {
  const heard: Heard[] = []
  for (let one = await stream.next(); one; one = await stream.next()) {
    heard.push(one)
    if (one.event === type) break
  }
  return heard
}

test('what happens in a mailbox is told in order, with the message as a list shows it', async () => {
  await using server = await serve({}, { now: 0 })
  const stream = await listen(server, events, {})
  const id = await server.mail(address, { Subject: 'Live' })
  await server.call('GET', `/mayfly/v1/messages/${id}`)
  const heard = await upTo('message.digested', stream)
  expect(heard.map(({ event }) => event)).toEqual(['message.stored', 'message.digested'])
  const first = heard[0]
  const list = await server.call('GET', `${mailboxes}/${address}/messages`)
  expect(first?.id).toBe(String(at(first?.data, 'seq')))
  expect(first?.data).toEqual({
    seq: at(first?.data, 'seq'),
    type: 'message.stored',
    at: '1970-01-01T00:00:00.000Z',
    mailboxId: at(list.json, 'items', 0, 'mailboxId'),
    address,
    messageId: id,
    // Its digest may have been done before or after the event was told.
    message: { ...Object(at(list.json, 'items', 0)), digest: expect.any(String) },
  })
  stream.close()
  await until(() => server.core.streams.count === 0)
})

test('a stream goes on behind the last event that was read, also after a restart', async () => {
  using directory = temporary()
  const file = `${directory.path}/mayfly.db`
  let last = ''
  {
    await using server = await serve({}, { file })
    const stream = await listen(server, events, {})
    await server.mail(address, { Subject: 'One' })
    last = (await stream.next())?.id ?? ''
    await server.mail(address, { Subject: 'Two' })
  }
  await using server = await serve({}, { file })
  await server.mail(address, { Subject: 'Three' })
  const subjects = async (path: string, headers: Record<string, string>): Promise<unknown[]> => {
    const stream = await listen(server, path, headers)
    const heard: unknown[] = []
    while (heard.length < 2) {
      const one = await stream.next()
      if (one?.event === 'message.stored') heard.push(at(one.data, 'message', 'subject'))
    }
    stream.close()
    return heard
  }
  expect(await subjects(events, { 'last-event-id': last })).toEqual(['Two', 'Three'])
  expect(await subjects(`${events}?lastEventId=${last}`, {})).toEqual(['Two', 'Three'])
})

test('a stream that missed far more than may wait unread is told all of it, as it reads', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_STREAM_BUFFER_BYTES: '16384' })
  const many = 150
  const long = 'x'.repeat(900)
  for (let n = 0; n < many; n++) await server.mail(address, { Subject: `${n} ${long}` })
  const stream = await listen(server, events, { 'last-event-id': '0' })
  const heard: unknown[] = []
  while (heard.length < many) {
    const one = await stream.next()
    if (one === null) break
    if (one.event === 'message.stored') heard.push(at(one.data, 'message', 'subject'))
  }
  expect(heard).toEqual(Array.from({ length: many }, (_, n) => `${n} ${long}`))
  stream.close()
})

test('an id from before what is kept, or from the future, gets one reset and the stream goes on', async () => {
  await using server = await serve()
  const stream = await listen(server, events, { 'last-event-id': '999999' })
  const reset = await stream.next()
  expect(reset?.event).toBe('reset')
  await server.mail(address)
  const next = await stream.next()
  expect(next?.event).toBe('message.stored')
  expect(Number(next?.id)).toBeGreaterThan(Number(reset?.id))
  stream.close()
})

test.each(['x', '-1', '1.5', '1e3', '9'.repeat(16)])('the id %s was never given out', async (id) => {
  await using server = await serve()
  expect((await server.call('GET', events, { headers: { 'last-event-id': id } })).reason).toBe('invalid-cursor')
})

test('one stream follows the mailboxes of several tokens', async () => {
  await using server = await serve()
  const [one, two, three] = [await server.open('one'), await server.open('two'), await server.open('three')]
  const headers = { authorization: `Bearer ${three.token}`, 'x-mailbox-tokens': ` ${one.token}, ${two.token},` }
  const stream = await listen(server, '/mayfly/v1/events', headers)
  for (const { address } of [one, two, three]) await server.mail(address)
  const heard = [await stream.next(), await stream.next(), await stream.next()]
  expect(heard.map((event) => at(event?.data, 'address'))).toEqual([one.address, two.address, three.address])
  stream.close()
})

test('the stream of several refuses what is no token, too many, and none', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_STREAM_MAILBOXES: '2' })
  const [one, two, three] = [await server.open(), await server.open(), await server.open()]
  const ask = (tokens: string[]) =>
    server.call('GET', '/mayfly/v1/events', { headers: { 'x-mailbox-tokens': tokens.join(',') } })
  expect((await ask([one.token, 'wrong'])).reason).toBe('credential-wrong')
  expect((await ask([])).reason).toBe('credential-missing')
  expect((await ask([one.token, two.token, three.token])).status).toBe(400)
  expect(server.core.streams.count).toBe(0)
})

test('a mailbox that ends says so, and its stream is over; others of the same stream go on', async () => {
  await using server = await serve()
  const [one, two] = [await server.open('one'), await server.open('two')]
  const both = await listen(server, '/mayfly/v1/events', { 'x-mailbox-tokens': `${one.token},${two.token}` })
  const alone = await listen(server, `${mailboxes}/${one.address}/events`, { authorization: `Bearer ${one.token}` })
  await server.call('DELETE', `${mailboxes}/${one.address}`, { token: one.token })
  const heard = await upTo('gone', alone)
  expect(heard.map(({ event }) => event)).toEqual(['mailbox.deleted', 'gone'])
  expect(heard.at(-1)).toEqual({ id: null, event: 'gone', data: { address: one.address, reason: 'mailbox-unknown' } })
  expect(await alone.next()).toBeNull()
  expect((await upTo('gone', both)).at(-1)?.event).toBe('gone')
  await server.mail(two.address)
  expect((await both.next())?.event).toBe('message.stored')
  both.close()
})

test('somebody who claims an address ends the stream of strangers, who hear nothing of it', async () => {
  await using server = await serve()
  const stream = await listen(server, events, {})
  await server.open('x')
  expect(await stream.next()).toEqual({ id: null, event: 'gone', data: { address, reason: 'credential-missing' } })
  expect(await stream.next()).toBeNull()
})

test('a stream that is quiet is kept open by comments', async () => {
  await using server = await serve({}, { heartbeatMs: 5 })
  const stream = await listen(server, events, {})
  await Bun.sleep(50)
  await server.mail(address)
  expect((await stream.next())?.event).toBe('message.stored')
  expect(stream.comments()).toBeGreaterThan(1)
  stream.close()
})

test('whoever does not read is dropped, and costs no more than his bound', async () => {
  await using server = await serve({ MAYFLY_HTTP_MAX_STREAM_BUFFER_BYTES: '16384' })
  const socket = net.connect(server.port, '127.0.0.1')
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('error', () => {})
  socket.pause()
  socket.write(head('GET', events, { Host: 'localhost' }))
  await until(() => server.core.streams.count === 1)
  const reading = await listen(server, events, {})
  let heard = 0
  const reader = (async () => {
    while (await reading.next()) heard++
  })()
  const subject = 'x'.repeat(900)
  while (server.core.streams.count === 2) {
    for (let n = 0; n < 50; n++) await server.mail(address, { Subject: subject })
    await Bun.sleep(1)
  }
  expect(server.core.streams.count).toBe(1)
  expect(heard).toBeGreaterThan(0)
  const { values } = await server.core.metrics.httpRefused.get()
  expect(values.map(({ labels, value }) => [labels.reason, value])).toEqual([['stream-unread', 1]])
  socket.resume()
  await closed
  reading.close()
  await reader.catch(() => {})
})

test('streams are bounded: in all, and for each address but loopback', async () => {
  await using server = await serve({
    MAYFLY_HTTP_MAX_STREAMS: '2',
    MAYFLY_HTTP_MAX_STREAMS_PER_ADDRESS: '1',
    MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
  })
  const from = (client: string) => listen(server, events, { 'x-forwarded-for': client })
  const first = await from('192.0.2.1')
  expect((await from('192.0.2.1')).status).toBe(429)
  const second = await from('127.0.0.1')
  expect((await from('127.0.0.1')).status).toBe(503)
  first.close()
  await until(() => server.core.streams.count === 1)
  const again = await from('192.0.2.1')
  expect(again.status).toBe(200)
  again.close()
  second.close()
  await until(() => server.core.streams.count === 0)
})
