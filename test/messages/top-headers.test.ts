import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { contacts } from '../../src/messages/contacts.ts'
import { mailDate } from '../../src/messages/mail-date.ts'
import { topHeaders } from '../../src/messages/top-headers.ts'

const encode = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

test('what a list shows is read from the head alone', () => {
  expect(
    topHeaders(
      encode(
        'Received: by x\r\nFROM: =?utf-8?b?w5xiZXI=?= <Me@Example.TEST>\r\nto: a@b.test,\r\n\tUndisclosed: "C, D" <c@d.test>;\r\nTo: e@f.test\r\nSubject: one\r\n  two\r\nSubject: other\r\nDate: 20 Nov 26 10:00 EST\r\nMessage-Id:\r\n <x@y> (z)\r\n\r\nTo: body@x.test',
      ),
    ),
  ).toEqual({
    from: { name: 'Über', address: 'Me@example.test' },
    to: [
      { name: '', address: 'a@b.test' },
      { name: 'C, D', address: 'c@d.test' },
      { name: '', address: 'e@f.test' },
    ],
    subject: 'one two',
    date: Date.UTC(2026, 10, 20, 15, 0),
    messageId: '<x@y>',
  })
})

test('what is missing is null or empty', () => {
  const nothing = { from: null, to: [], subject: '', date: null, messageId: null }
  expect(topHeaders(new Uint8Array())).toEqual(nothing)
  expect(topHeaders(encode('\r\nSubject: x'))).toEqual(nothing)
  expect(topHeaders(encode('Subject\r\n: x\r\n folded\r\nDate: soon\r\nFrom: \r\n'))).toEqual(nothing)
})

test('an address is never made of encoded words', () => {
  const { from } = topHeaders(encode('From: =?utf-8?q?evil=40x.test?=@y.test\r\n'))
  expect(from?.address ?? '').not.toContain('evil@x.test')
})

test('lists and long values are cut', () => {
  const { to, subject } = topHeaders(
    encode(`To: ${'a@b.test, '.repeat(300)}\r\nSubject: ${'😀'.length}${'x'.repeat(3_000)}\r\n\r\n`),
  )
  expect([to.length, subject.length]).toEqual([100, 1_000])
})

test.each([
  ['Fri, 20 Nov 2026 10:02:11 +0000', '2026-11-20T10:02:11.000Z'],
  ['20 Nov 2026 10:02:11 -0730 (comment)', '2026-11-20T17:32:11.000Z'],
  ['Fri, 20 November 99 10:02 PDT', '1999-11-20T17:02:00.000Z'],
  ['2026-11-20T10:02:11Z', '2026-11-20T10:02:11.000Z'],
  ['Fri, 32 Nov 2026 10:02:11 +0000', null],
  ['Fri, 20 Foo 2026 10:02:11 +0000', null],
  ['yesterday', null],
  ['', null],
])('the date %p is %p', (written, iso) => {
  const at = mailDate(written)
  expect(at === null ? null : new Date(at).toISOString()).toBe(iso)
})

test('no head makes it throw, and nothing it says holds a control character', () => {
  const piece = fc.constantFrom(
    ...[
      'From: ',
      'To: ',
      'Subject: ',
      'Date: ',
      'Message-ID: ',
      '\r\n',
      '\n',
      ' ',
      '\t',
      '=?utf-8?q?',
      '=0D=0A',
      '?=',
      '<',
      '>',
    ],
    ...['"', ',', ';', ':', '@', '(', ')', '\\', '\0', '\x1b', '\xff', 'a', '1 jan 2020 10:00', 'g:', '=?x?b?AAA='],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { from, to, subject, messageId } = topHeaders(encode(pieces.join('')))
      const said = [
        subject,
        messageId,
        ...[from, ...to].flatMap((contact) => (contact ? [contact.name, contact.address] : [])),
      ]
      expect(/[\0-\x1f\x7f]/.test(said.join(''))).toBe(false)
    }),
    { numRuns: 3_000 },
  )
})

test('hostile heads come to an end', () => {
  for (const piece of [
    'To: g:',
    'To: "a" <a@b>,\n',
    'From: <\n',
    '\n ',
    'a: b\n',
    'Subject: =?utf-8?q?a?= ',
    'To: (',
    'Date: 1   ',
  ]) {
    expect(topHeaders(encode(piece.repeat(262_144 / piece.length))).to.length).toBeLessThanOrEqual(100)
  }
})

test('a contact in the most common form is read as it is in any other form', () => {
  const part = fc.string({ unit: fc.constantFrom(..."ab9_!#$%&'*+/=?^`{|}~.- "), minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(part, part, part, (name, local, domain) => {
      const raw = `${name} <${local}@${domain}>`
      // White space at the end is all that keeps this one from the short way.
      expect(contacts(raw, 1, 2000)).toEqual(contacts(`${raw} `, 1, 2000))
    }),
    { numRuns: 2000 },
  )
})
