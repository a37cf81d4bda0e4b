import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { attachmentName, contentDisposition, safeName, writtenDisposition } from '../../src/messages/file-name.ts'

test.each([
  ['report.pdf', 'report.pdf'],
  ['/etc/passwd', 'passwd'],
  ['..\\..\\evil.exe', 'evil.exe'],
  ['..', ''],
  ['.htaccess', 'htaccess'],
  ['a\r\nb\0.txt', 'ab.txt'],
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['a"b<c>:d|?*.txt', 'a_b_c__d___.txt'],
  ['con.txt', '_con.txt'],
  ['LPT1', '_LPT1'],
  ['name. . ', 'name'],
  ['Übersicht 1.pdf', 'Übersicht 1.pdf'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(116)}.pdf`],
  ['C:\\TEMP\\a.png', 'a.png'],
])('%p becomes %p', (written, safe) => {
  expect(safeName(written)).toBe(safe)
})

test('an attachment without a name gets one by its place and type', () => {
  expect(attachmentName(null, 0, 'image/png')).toBe('attachment-1.png')
  expect(attachmentName('///', 2, 'message/rfc822')).toBe('attachment-3.eml')
  expect(attachmentName(null, 1, 'x/y')).toBe('attachment-2.bin')
})

test.each([
  ['a.txt', 'attachment; filename="a.txt"'],
  ['Übersicht.pdf', `attachment; filename="_bersicht.pdf"; filename*=UTF-8''%C3%9Cbersicht.pdf`],
  ["it's 100%.txt", `attachment; filename="it's 100_.txt"; filename*=UTF-8''it%27s%20100%25.txt`],
  ['', 'attachment; filename="attachment"'],
])('%p is said as %p', (name, header) => {
  expect(contentDisposition(name, 'attachment')).toBe(header)
})

test('no name holds a path, a control character or a quote, nor breaks out of its header', () => {
  const nasty = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        '/',
        '\\',
        '"',
        '\r\n',
        '\0',
        '..',
        '.',
        ' ',
        ';',
        '%',
        "'",
        '\u202e',
        '\ud800',
        'con',
        '😀',
        'x'.repeat(200),
      ),
    ),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(nasty, (pieces) => {
      const written = pieces.join('')
      const name = safeName(written)
      expect(/[/\\"\0-\x1f\x7f-\x9f<>:|?*]|^\.|[. ]$/.test(name)).toBe(false)
      expect([name.length <= 130, name.isWellFormed(), safeName(name)]).toEqual([true, true, name])
      expect(attachmentName(written, 0, 'x/y')).not.toBe('')
      expect(contentDisposition(written, 'inline')).toMatch(
        /^inline; filename="[ !#$&'()+,\-.0-9;=@A-Z[\]^_`a-z{}~]+"(?:; filename\*=UTF-8''(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+)?$/,
      )
    }),
    { numRuns: 3_000 },
  )
})

test('a name as it was written has no control characters and no path, and is one header', () => {
  const name = fc.string({ unit: 'binary', maxLength: 400 })
  fc.assert(
    fc.property(name, (written) => {
      const header = writtenDisposition(written, 'attachment')
      expect(header).toMatch(/^attachment; filename="[^"\\\\/]+"(; filename\*=UTF-8''[\w!#$&+.^`|~%-]+)?$/)
      expect(header).toMatch(/^[\x20-\x7e]+$/)
      expect(header).not.toMatch(/%(?:[01][0-9A-F]|7F|2F|5C)/)
    }),
  )
  expect(writtenDisposition('', 'inline')).toBe('inline; filename="attachment"')
  expect(writtenDisposition('.. a: "b"?.txt', 'inline')).toBe(
    `inline; filename=".. a_ _b__.txt"; filename*=UTF-8''..%20a%3A%20%22b%22%3F.txt`,
  )
})
