import { expect, test } from 'bun:test'
import { Tops } from '../../src/messages/tops.ts'

const row = (
  key: number,
  { checkValue = 7, subject = 'Hello' }: { checkValue?: number | null; subject?: string } = {},
) => ({
  key,
  state: 'kept' as const,
  refs: 1,
  size: 10,
  checksum: '',
  trace: '',
  envelopeFrom: 'a@sender.test',
  fromName: 'A',
  fromAddress: 'a@sender.test',
  to: [{ name: 'B', address: 'b@mayfly.test' }],
  subject,
  date: null,
  messageId: null,
  digest: 'pending' as const,
  tries: 0,
  attachmentCount: 0,
  checkValue,
})

test('what a list shows of a content is kept for as long as its row has the same check value', () => {
  const tops = new Tops()
  const top = tops.keep(row(1))
  expect(top).toEqual({
    fromName: 'A',
    fromAddress: 'a@sender.test',
    to: [{ name: 'B', address: 'b@mayfly.test' }],
    envelopeFrom: 'a@sender.test',
    subject: 'Hello',
    attachmentCount: 0,
    digest: 'pending',
  })
  expect(tops.of(1, 7)).toBe(top)
  expect(tops.of(1, 8)).toBeNull()
  expect(tops.of(2, 7)).toBeNull()
})

test('a content without a check value is read each time: nobody could see that it changed', () => {
  const tops = new Tops()
  tops.keep(row(1, { checkValue: null }))
  expect(tops.of(1, null)).toBeNull()
})

test('neither many contents nor long ones fill the memory', () => {
  const tops = new Tops()
  tops.keep(row(1, { subject: 'x'.repeat(2000) }))
  expect(tops.of(1, 7)).toBeNull()
  tops.keep(row(2))
  tops.keep(row(3))
  for (let key = 4; key < 4 + 4094; key++) {
    tops.keep(row(key))
    tops.of(2, 7)
  }
  expect(tops.of(3, 7)).not.toBeNull()
  tops.keep(row(10_000))
  tops.keep(row(10_001))
  expect(tops.of(2, 7)).not.toBeNull()
  expect(tops.of(4, 7)).toBeNull()
})
