// Long texts travel as bytes, and are stored, checked, read and searched as any other.
import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import { travelling } from '../../src/messages/long-text.ts'
import { handedOver, pack, unpack } from '../../src/storage/parcel.ts'
import { digestCheck } from '../../src/storage/row-checks.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { deliver, mail, testCore } from '../core.ts'

const long = `grüße 😀 "quoted" \\ ${'ä long text. '.repeat(20_000)}`

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
  const core = testCore()
  const [id = ''] = await deliver(
    core,
    'box@mayfly.test',
    mail({ 'Content-Type': 'text/html; charset=utf-8' }, `<p>needle</p><p>${long}</p>`),
  )
  const read = await core.messages.get(nobody, id)
  expect(read.digest).toBe('ready')
  expect(read.html).toContain(long)
  const types = core.connection.sqlite.query(
    'select typeof(text) text, typeof(html) html, typeof(detail) detail from digests',
  )
  expect(types.all()).toEqual([{ text: 'text', html: 'text', detail: 'text' }])
  const found = await core.messages.list(nobody, 'box@mayfly.test', { limit: 10, q: 'needle' })
  expect(found.items.map((one) => one.id)).toEqual([id])
  core.close()
})

test('large bytes are handed over to the writer thread, small and shared ones are copied', () => {
  const large = new Uint8Array(100_000).fill(1)
  const small = new Uint8Array(1000).fill(2)
  const part = new Uint8Array(200_000).subarray(0, 100_000)
  const shared = new Uint8Array(new SharedArrayBuffer(100_000))
  const input = (bytes: Uint8Array) => ({ id: 1, name: 'x', input: untyped({ bytes }) })
  const parcel = pack([large, small, part, shared].map(input))
  const buffers = handedOver(parcel)
  expect(buffers).toEqual([large.buffer])
  const there = unpack(structuredClone(parcel, { transfer: buffers }))
  expect(there).toHaveLength(4)
  expect(large.byteLength).toBe(0)
  expect(small.byteLength).toBe(1000)
  expect(part.byteLength).toBe(100_000)
})
