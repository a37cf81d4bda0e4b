// Long texts travel as bytes, and are stored, checked, read and searched as any other.
import { expect, test } from 'bun:test'
import { travelling } from '../../src/messages/long-text.ts'
import { handedOver, pack, unpack } from '../../src/storage/parcel.ts'
import { digestCheck } from '../../src/storage/row-checks.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { at, listIn, serve } from '../http/serve.ts'

const long = `grüße 😀 "quoted" \\ ${'ä long text. '.repeat(20_000)}`

const page = `<p>needle</p><p>${long}</p>`

test('the check value of a digest is the same for texts as for their bytes', () => {
  const bytes = travelling(long)
  expect(bytes).toBeInstanceOf(Uint8Array)
  const rows = [
    { contentKey: 7, text: long, html: null, detail: '{}' },
    { contentKey: 7, text: bytes, html: null, detail: '{}' },
    { contentKey: 7, text: null, html: bytes, detail: '{}' },
  ]
  const [asText, asBytes, elsewhere] = rows.map(digestCheck)
  expect(asBytes).toBe(asText ?? 0)
  expect(elsewhere).not.toBe(asText ?? 0)
  // What earlier versions wrote.
  expect(asText).toBe(Bun.hash.crc32(`7\u001f${long}\u001f\u001e{}\u001f`))
})

test('a long text is read as it was written, and is a text in the database', async () => {
  await using server = await serve()
  const id = await server.mail('box@mayfly.test', { 'Content-Type': 'text/html; charset=utf-8' }, page)
  const { json, body } = await server.call('GET', `/mayfly/v1/messages/${id}`)
  expect([json['digest'], json['html']]).toEqual(['ready', page])
  expect(json['text']).toContain('needle')
  // As it would be if it were short.
  expect(JSON.stringify(json)).toBe(body)
  const types = server.core.connection.sqlite.query(
    'select typeof(text) text, typeof(html) html, typeof(detail) detail from digests',
  )
  expect(types.all()).toEqual([{ text: 'text', html: 'text', detail: 'text' }])
  const found = await server.call('GET', '/mayfly/v1/mailboxes/box@mayfly.test/messages?q=needle')
  expect(at(found.json, 'items', 0, 'id')).toBe(id)
  const shown = await server.call('GET', `/mayfly/v1/messages/${id}/html`)
  expect(shown.body).toStartWith('<!doctype html>')
  expect(shown.body).toContain(long.slice(-1000))
})

test('a wait looks into long texts, and answers them with short ones', async () => {
  await using server = await serve()
  await server.mail('box@mayfly.test', { 'Content-Type': 'text/html; charset=utf-8' }, page)
  await server.mail('box@mayfly.test', {}, 'a short needle')
  await server.mail('box@mayfly.test', { 'Content-Type': 'text/html; charset=utf-8' }, page.replace('needle', 'pin'))
  const wait = (query: string) => server.call('GET', `/mayfly/v1/mailboxes/box@mayfly.test/wait?timeout=0&${query}`)
  const both = await wait('text=NEEDLE&count=2')
  // Digests end in no certain order.
  expect(new Set(listIn(both.json, 'messages').map((one) => at(one, 'html')))).toEqual(new Set([page, null]))
  expect(JSON.stringify(both.json)).toBe(both.body)
  expect((await wait('text=needle&count=3')).status).toBe(404)
  const unwished = await wait('text=pin&expect=none')
  expect([unwished.status, unwished.reason]).toEqual([409, 'message-unexpected'])
  expect(at(unwished.json, 'messages', 0, 'html')).toContain('pin')
})

test('an answer breaks off where a long text is not there any more', async () => {
  await using server = await serve()
  const id = await server.mail('box@mayfly.test', { 'Content-Type': 'text/html; charset=utf-8' }, page)
  const { messages } = server.core
  const get = messages.get.bind(messages)
  messages.get = async (...asked) => {
    const found = await get(...asked)
    server.core.connection.sqlite.run('delete from digests')
    return found
  }
  const outcome = await server.call('GET', `/mayfly/v1/messages/${id}`).catch((error) => error)
  expect(outcome).toBeInstanceOf(Error)
})

test('large bytes are handed over to the writer thread, small and shared ones are copied', () => {
  const large = new Uint8Array(100_000).fill(1)
  const small = new Uint8Array(1000).fill(2)
  const part = new Uint8Array(200_000).subarray(0, 100_000)
  const shared = new Uint8Array(new SharedArrayBuffer(100_000))
  const input = (bytes: Uint8Array) => ({ id: 1, name: 'x', input: untyped({ bytes }) })
  const parcel = pack([large, small, part, shared].map(input))
  const buffers = handedOver(parcel)
  expect(buffers).toEqual([parcel.small.buffer, large.buffer])
  const there = unpack(structuredClone(parcel, { transfer: buffers }))
  expect(there).toEqual([new Uint8Array(100_000).fill(1), small, part, shared].map(input))
  expect(large.byteLength).toBe(0)
  expect(small.byteLength).toBe(1000)
  expect(part.byteLength).toBe(100_000)
})
