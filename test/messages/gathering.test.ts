import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Blocks, blockBytes } from '../../src/messages/blocks.ts'
import { Gathering } from '../../src/messages/gathering.ts'
import { pieceBytes, whole } from '../../src/messages/pieces.ts'
import { deliver, testCore } from '../core.ts'

const length = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 3 * blockBytes }))

test('bytes come out as they went in, whatever their chunks, and the memory is told before it is taken', () => {
  const pool = new Blocks()
  fc.assert(
    fc.property(fc.array(length, { maxLength: 12 }), (lengths) => {
      const gathering = new Gathering(pool)
      const sent: Uint8Array[] = []
      for (const [n, bytes] of lengths.entries()) {
        if (gathering.size + bytes > pieceBytes) break
        const chunk = new Uint8Array(bytes).map((_, at) => n + at)
        const cost = gathering.costOf(bytes)
        const before = gathering.held
        gathering.add(chunk)
        sent.push(chunk)
        expect(cost).toBeGreaterThanOrEqual(0)
        expect(gathering.held).toBe(before + cost)
        expect(gathering.held).toBeGreaterThanOrEqual(gathering.size)
        expect(gathering.held).toBeLessThan(gathering.size + blockBytes)
      }
      expect(Buffer.compare(Buffer.from(whole(gathering.parts())), Buffer.concat(sent))).toBe(0)
      gathering.clear()
      expect([gathering.size, gathering.held]).toEqual([0, 0])
    }),
  )
})

test('a mail whose memory is asked for again and again is stored whole, in pieces that do not run out', async () => {
  const core = testCore()
  const bytes = Buffer.from(Array.from({ length: 6000 }, (_, n) => `line ${n} ${'x'.repeat(500)}\r\n`).join(''))
  const [recipient] = await Promise.all([core.mailboxes.accepting('box@mayfly.test', { trusted: true, size: 0 })])
  const arrival = core.messages.arrive({ from: '', recipients: [recipient], trace: () => '' })
  for (let at = 0; at < bytes.length; at += 20_000) {
    await arrival.write(bytes.subarray(at, at + 20_000))
    if (arrival.spare > 0) arrival.yield()
    expect(arrival.spare).toBe(0)
  }
  const { messageIds } = await arrival.commit()
  expect(core.gathered.held).toBe(0)
  const raw = await core.messages.raw({ kind: 'nobody' }, messageIds[0] ?? '', { trace: false })
  expect(Buffer.compare(Buffer.concat([...raw.pieces]), bytes)).toBe(0)
  expect(await deliver(core, 'box@mayfly.test', bytes)).toHaveLength(1)
  core.digesting.stop()
  core.close()
})
