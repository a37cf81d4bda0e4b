// Mail that is made of what a client wrote: whatever that is, it is one mail, and says no more than it should.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  composedSize,
  compose as composing,
  injectionTrace,
  isOneLine,
  readSender,
} from '../../src/messages/compose.ts'
import { digest } from '../../src/messages/digest.ts'

const compose = async (...letter: Parameters<typeof composing>): Promise<Buffer> => {
  const parts: Uint8Array[] = []
  for await (const part of composing(...letter)) parts.push(part)
  return Buffer.concat(parts)
}

const to = 'box@mayfly.test'
const at = Date.UTC(2026, 0, 1)
const ann = { name: 'Ann', address: 'ann@sender.test' }

/** A mail that is nothing but one file has two more. */
const ours = [
  'From',
  'To',
  'Subject',
  'Date',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Disposition',
  'Content-Transfer-Encoding',
]

const headNames = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('latin1')
    .split('\r\n\r\n', 1)[0]
    ?.split('\r\n')
    .filter((line) => !/^[ \t]/.test(line))
    .map((line) => line.slice(0, line.indexOf(':'))) ?? []

test('a text, an html and files are read as they were written', async () => {
  const files = [
    { name: 'grü ß.png', type: 'image/PNG; x=y', bytes: new Uint8Array([0, 13, 10, 255]) },
    { name: '', type: 'no type', bytes: new Uint8Array() },
    { name: 'mail.eml', type: 'message/rfc822', bytes: Buffer.from('Subject: inner\n\nHi.') },
    { name: 'x.txt', type: 'multipart/mixed; boundary=x', bytes: Buffer.from('--x\n\n--x--') },
  ]
  const bytes = await compose(ann, { subject: 'Grüße', body: 'One\nTwo\r\nThree\rFour', files }, { to, at })
  const read = await digest(bytes)
  expect(read.text).toBe('One\nTwo\nThree\nFour')
  expect(read.html).toBeNull()
  expect(read.date).toBe(at)
  expect(read.headers).toContainEqual({ name: 'To', value: to })
  expect(read.attachments.map(({ name, type, size }) => [name, type, size])).toEqual([
    ['grü ß.png', 'image/png', 4],
    [expect.any(String), 'application/octet-stream', 0],
    // Of bytes of no known kind the name says what they are.
    ['mail.eml', 'message/rfc822', 19],
    ['x.txt', 'text/plain', 10],
  ])
  const html = await digest(await compose(ann, { subject: '', body: '<p>Hi <b>Ann</b></p>', files: [] }, { to, at }))
  expect(html.html).toContain('<p>Hi <b>Ann</b></p>')
  expect(html.text).toContain('Hi')
})

test('a text that only speaks of "<" stays a text', async () => {
  for (const body of ['1 < 2 and 3 > 2', 'Ann <ann@sender.test> wrote', 'a <b', '<thing>', '']) {
    expect((await digest(await compose(ann, { subject: 'x', body, files: [] }, { to, at }))).html).toBeNull()
  }
  for (const body of ['<!DOCTYPE html><title>x</title>', 'Hello<br>Ann', '<a href="https://x.test">x</a>', '<P\n>x']) {
    expect((await digest(await compose(ann, { subject: 'x', body, files: [] }, { to, at }))).html).not.toBeNull()
  }
})

test('a sender is one address, with a name or without', () => {
  expect(readSender('Ann <Ann@Sender.test>')).toEqual({ name: 'Ann', address: 'Ann@Sender.test' })
  expect(readSender(' ann@sender.test ')).toEqual({ name: '', address: 'ann@sender.test' })
  expect(readSender('"Doe, Ann" <ann@sender.test>')).toEqual({ name: 'Doe, Ann', address: 'ann@sender.test' })
  for (const text of [
    '',
    ' ',
    'Ann',
    'Ann <>',
    '@sender.test',
    'ann@',
    'a@b.test, c@d.test',
    'Team: a@b.test, c@d.test;',
    'a@b.test\r\nBcc: c@d.test',
    'a@b.test\nBcc: c@d.test',
    'Ann\r\nBcc: c@d.test <a@b.test>',
    'a\0@b.test',
    'a b@c d',
    `${'x'.repeat(65)}@b.test`,
  ]) {
    expect([text, readSender(text)]).toEqual([text, null])
  }
})

test('no text makes a header, or a part, of its own', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom(
          '\r\n',
          '\n',
          '\r',
          'X-Evil: 1',
          '\0',
          'ü',
          '"',
          ';',
          '=?utf-8?Q?=0D=0AX-Evil:_1?=',
          '%0D%0A',
          'a',
          ' ',
          '--',
          '\u2028',
          '\u0085',
        ),
      )
      .map((parts) => parts.join('')),
  )
  return fc.assert(
    fc.asyncProperty(text, text, text, text, async (name, subject, body, file) => {
      const files = [{ name: file, type: file, bytes: Buffer.from(body) }]
      const bytes = await compose({ name, address: 'a@b.test' }, { subject, body, files }, { to, at })
      expect(headNames(bytes).filter((field) => !ours.includes(field))).toEqual([])
      const read = await digest(bytes)
      expect(read.headers.some((header) => /evil/i.test(header.name))).toBe(false)
      expect(read.attachments.map(({ size }) => size)).toEqual([Buffer.from(body).byteLength])
      expect(/(^|[^\r])\n|\r(?!\n)/.test(bytes.toString('latin1'))).toBe(false)
    }),
    { numRuns: 200 },
  )
})

test('what has an end of line in it is not one line', () => {
  for (const text of ['a\rb', 'a\nb', 'a\0', '\u0085', '\x7f']) expect(isOneLine(text)).toBe(false)
  expect(isOneLine('Grüße, 🦟')).toBe(true)
})

test('the trace says that no SMTP client sent it', () => {
  expect(injectionTrace('a@b.test', { by: 'mx.mayfly.test', to, at })('ID')).toBe(
    'Return-Path: <a@b.test>\r\nReceived: by mx.mayfly.test (injected by its API) with HTTP\r\n' +
      '\tid ID\r\n\tfor <box@mayfly.test>;\r\n\tThu, 01 Jan 2026 00:00:00 +0000\r\n',
  )
})

test('how large a mail will be is known before it is made', async () => {
  for (const size of [0, 1, 57, 1000, 1_000_000]) {
    const files = [{ name: 'x.bin', type: 'application/x', bytes: new Uint8Array(size) }]
    const bytes = await compose(ann, { subject: 'x', body: 'Hello.', files }, { to, at })
    expect(bytes.byteLength - composedSize({ body: 'Hello.', files })).toBeWithin(0, 1000)
  }
})
