import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { digest } from '../../src/messages/digest.ts'

const encode = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const mail = (...lines: string[]) => encode(lines.join('\r\n'))

describe('a mail is read', () => {
  test('with text, html, an inline image and an attachment', async () => {
    const read = await digest(
      mail(
        'From: "Shop, The" <Noreply@Shop.Example.TEST>',
        'To: Jane <jane@inbox.test>, Friends: bob@x.test, "C" <c@x.test>;',
        'Cc: d@x.test',
        'Reply-To: help@shop.test',
        'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
        ' and more',
        'Date: Fri, 20 Nov 2026 11:02:11 +0100',
        'Message-ID: <1@shop.test>',
        'List-Unsubscribe: <mailto:u@shop.test>, <https://shop.test/u?x=1>',
        'Content-Type: multipart/mixed; boundary=m',
        '',
        'preamble',
        '--m',
        'Content-Type: multipart/alternative; boundary=a',
        '',
        '--a',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Your code is 482913. =E2=9C=93',
        '--a',
        'Content-Type: multipart/related; boundary=r',
        '',
        '--r',
        'Content-Type: text/html',
        '',
        '<p>Your code is 482913.</p><a href="https://shop.test/verify?a=1&amp;b=2">Verify</a><img src="cid:logo">',
        '--r',
        'Content-Type: image/png; name=logo.png',
        'Content-ID: <logo>',
        'Content-Transfer-Encoding: base64',
        '',
        'AAEC',
        '--r--',
        '--a--',
        '--m',
        'Content-Type: application/pdf',
        'Content-Disposition: attachment; filename="../in/voice.pdf"',
        '',
        'abcd',
        '--m--',
      ),
    )
    expect(read).toMatchObject({
      from: [{ name: 'Shop, The', address: 'Noreply@shop.example.test' }],
      to: [
        { name: 'Jane', address: 'jane@inbox.test' },
        { name: '', address: 'bob@x.test' },
        { name: 'C', address: 'c@x.test' },
      ],
      cc: [{ name: '', address: 'd@x.test' }],
      replyTo: [{ name: '', address: 'help@shop.test' }],
      subject: 'Grüße and more',
      date: Date.UTC(2026, 10, 20, 10, 2, 11),
      messageId: '<1@shop.test>',
      listUnsubscribe: ['mailto:u@shop.test', 'https://shop.test/u?x=1'],
      text: 'Your code is 482913. ✓',
      attachments: [
        { index: 0, name: 'logo.png', type: 'image/png', size: 3, contentId: 'logo', inline: true },
        { index: 1, name: 'voice.pdf', type: 'application/pdf', size: 4, contentId: null, inline: false },
      ],
      codes: ['482913'],
      links: [{ url: 'https://shop.test/verify?a=1&b=2', text: 'Verify' }],
      notes: [],
    })
    expect(read.html).toContain('<img src="cid:logo">')
    expect(read.headers[4]).toEqual({ name: 'Subject', value: 'Grüße and more' })
  })

  test('that has html alone, with text made from it, its code in a table cell', async () => {
    const { text, codes } = await digest(
      mail(
        'Subject: Sign in',
        'Content-Type: text/html',
        '',
        '<title>no</title><p>Your sign-in&nbsp;code:</p><table><tr><td><b>X7K-9QZ</b></td></tr></table>',
        '<ul><li>one<li>two</ul><a href="https://a.test/">here</a>',
      ),
    )
    expect(text).toBe('Your sign-in code:\n\nX7K-9QZ\n\n- one\n- two\n\nhere [https://a.test/]')
    expect(codes).toEqual(['X7K-9QZ'])
  })

  test('whose plain body says nothing: the code of the html counts', async () => {
    const { codes, text } = await digest(
      mail(
        'Content-Type: multipart/alternative; boundary=a',
        '',
        '--a',
        '',
        'Please look at the html.',
        '--a',
        'Content-Type: text/html',
        '',
        '<p>Your code is <b>482913</b></p>',
        '--a--',
      ),
    )
    expect(text).toBe('Please look at the html.')
    expect(codes).toEqual(['482913'])
  })

  test('that is made of several bodies', async () => {
    const { text, html } = await digest(
      mail(
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a',
        '',
        '1 < 2',
        '--a',
        'Content-Type: text/html',
        '',
        '<p>two</p>',
        '--a--',
      ),
    )
    expect(text).toBe('1 < 2\ntwo')
    expect(html).toBe('<div style="white-space:pre-wrap">1 &lt; 2</div><br>\n<p>two</p>')
  })

  test('with a mail in it, which is an attachment', async () => {
    const { attachments } = await digest(
      mail('Content-Type: multipart/digest; boundary=a', '', '--a', '', 'Subject: in', '', 'x', '--a--'),
    )
    expect(attachments).toMatchObject([{ name: 'attachment-1.eml', type: 'message/rfc822' }])
  })

  test('whose delimiters are padded, or left open', async () => {
    const { text, attachments } = await digest(
      mail(
        'Content-Type: multipart/mixed; boundary=a',
        '',
        '--a \t',
        'Content-Type: multipart/mixed; boundary=b',
        '',
        '--b',
        '',
        'one',
        '--a',
        'Content-Type: image/png',
        '',
        'x',
        '--a-- ',
      ),
    )
    expect(text).toBe('one')
    expect(attachments).toMatchObject([{ type: 'image/png', size: 1 }])
  })
})

test.each([
  ['nothing at all', '', { text: '', html: null, subject: '', from: [] }],
  ['no header', '\r\nhello', { text: 'hello', headers: [] }],
  ['no body', 'Subject: x', { subject: 'x', text: '' }],
  ['bare LF', 'Subject: x\nFrom: a@B.test\n\nhello\nyou', { subject: 'x', text: 'hello\nyou' }],
  ['NUL bytes', 'Subject: a\0b\r\n\r\nc\0d', { subject: 'a b', text: 'cd' }],
  ['an unknown charset', 'Content-Type: text/plain; charset=x-nobody\r\n\r\nGr\xfc\xdfe', { text: 'Grüße' }],
  ['no field, all body', 'Hello there.\r\nHow are you?\r\n', { text: 'Hello there.\nHow are you?\n' }],
  [
    'a boundary that ends in blanks',
    'Content-Type: multipart/mixed; boundary="b  "\r\n\r\n--b  \r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b  --\r\n',
    { text: 'one\ntwo' },
  ],
  ['no charset and UTF-8', '\r\nGr\xc3\xbc\xc3\x9fe', { text: 'Grüße' }],
  ['a rare charset', 'Content-Type: text/plain; charset=cp437\r\n\r\n\x81', { text: 'ü' }],
  ['utf-7, which is taken for ASCII', 'Content-Type: text/plain; charset=UTF-7\r\n\r\n+APY-', { text: '+APY-' }],
  ['an unknown encoding', 'Content-Transfer-Encoding: x-uue\r\n\r\nhi', { text: 'hi' }],
  ['broken base64', 'Content-Transfer-Encoding: base64\r\n\r\naGk*=!', { text: 'hi' }],
  ['broken quoted-printable', 'Content-Transfer-Encoding: quoted-printable\r\n\r\na=ZZ=', { text: 'a=ZZ' }],
  ['a broken encoded-word', 'Subject: =?utf-8?q?=C3?= =?x?y?z?=\r\n\r\n', { text: '' }],
  ['an encoded line break', 'Subject: =?utf-8?q?a=0D=0ABcc:_b?=\r\n\r\n', { subject: 'a Bcc: b' }],
  ['raw bytes in an encoded-word', 'Subject: =?iso-8859-1?q?Fr\xf6sche?=\r\n\r\n', { subject: 'Frösche' }],
  ['an mbox line', 'From jane Mon Jan 1\r\nSubject: x\r\n\r\n', { subject: 'x', from: [] }],
  ['multipart without parts', 'Content-Type: multipart/mixed; boundary=a\r\n\r\nx', { text: null, html: null }],
])('a digest is made of a mail with %s', async (_, source, expected) => {
  expect(await digest(encode(source))).toMatchObject(expected)
})

describe('bounds leave what came before, and a note', () => {
  const multipart = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'

  test('depth', async () => {
    let source = 'Content-Type: multipart/mixed; boundary=b0\r\n\r\n'
    for (let at = 0; at < 60; at++) {
      source += `--b${at}\r\n\r\nlevel ${at}\r\n--b${at}\r\nContent-Type: multipart/mixed; boundary=b${at + 1}\r\n\r\n`
    }
    const { notes, text } = await digest(encode(source))
    expect(notes).toEqual(['mime-too-deep'])
    expect(text).toContain('level 31')
    expect(text).not.toContain('level 32')
  })

  test('parts', async () => {
    const { notes, text } = await digest(encode(multipart + '--b\r\n\r\nhi\r\n'.repeat(2_000)))
    expect(notes).toEqual(['too-many-parts'])
    expect(text?.split('\n').filter((line) => line === 'hi')).toHaveLength(499)
  })

  test('attachments', async () => {
    const { notes, attachments } = await digest(
      encode(multipart + '--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(130)),
    )
    expect(notes).toEqual(['too-many-attachments'])
    expect(attachments.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, at) => at))
  })

  test('text, html and bodies', async () => {
    const text = await digest(encode(`\r\n${'a'.repeat(2_000_000)}`))
    expect([text.notes, text.text?.length]).toEqual([['text-cut'], 1_048_576])
    const html = await digest(encode(`Content-Type: text/html\r\n\r\n${'<p>a</p>'.repeat(700_000)}`))
    expect([html.notes, html.html?.length]).toEqual([['text-cut', 'html-cut'], 4_194_304])
    const long = await digest(encode(`\r\n${'a line of text\r\n'.repeat(700_000)}`))
    expect(long.notes).toEqual(['body-too-long', 'text-cut'])
    const deep = await digest(encode(`Content-Type: text/html\r\n\r\nhi${'<div>'.repeat(100_000)}`))
    expect([deep.notes, deep.text]).toEqual([['html-too-deep'], 'hi'])
  })

  test('headers and addresses', async () => {
    const many = await digest(encode(`${'X-A: b\r\n'.repeat(2_000)}\r\nx`))
    expect([many.notes, many.headers.length, many.text]).toEqual([['headers-cut'], 1_000, 'x'])
    const long = await digest(encode(`Subject: ${'a'.repeat(300_000)}\r\n\r\nx`))
    expect([long.notes, long.subject.length]).toEqual([['headers-cut'], 1_000])
    const endless = await digest(encode('X-A: b\r\n'.repeat(200_000)))
    expect(endless.notes).toContain('mime-unreadable')
    const groups = await digest(encode(`To: ${'g:'.repeat(100_000)}\r\n\r\nx`))
    expect(groups.text).toBe('x')
    const to = await digest(encode(`To: ${'a@b.test, '.repeat(3_000)}\r\n\r\nx`))
    expect(to.to).toHaveLength(500)
  })
})

test('any bytes whatever give a digest', async () => {
  const piece = fc.constantFrom(
    ...[
      'From: ',
      'To: ',
      'Subject: ',
      'Date: ',
      'Content-Type: ',
      'multipart/mixed; boundary=b',
      'text/html',
      ';',
      '\r\n',
      '\n',
    ],
    ...[
      '\r\n\r\n',
      '--b',
      '--',
      '--b--',
      'Content-Transfer-Encoding: base64',
      'quoted-printable',
      '=?utf-8?q?',
      '?=',
      '=',
      '<',
    ],
    ...[
      '>',
      '@',
      '"',
      ',',
      ':',
      '(',
      '\\',
      '\0',
      '\xff',
      ' ',
      '\t',
      'charset=',
      'utf-16',
      'iso-2022-jp',
      '\x1b$B',
      'message/rfc822',
    ],
    ...[
      'Content-Disposition: attachment; filename*0*=',
      "utf-8''%ff",
      'Content-ID: <x>',
      'format=flowed',
      '1234',
      'code',
    ],
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      const read = await digest(encode(pieces.join('')))
      expect(/[\0-\x1f\x7f]/.test([read.subject, ...read.headers.map(({ value }) => value)].join(''))).toBe(false)
      for (const { name, type } of read.attachments)
        expect([name === '', /[\0-\x1f\\/]/.test(name), type.includes('/')]).toEqual([false, false, true])
      expect(JSON.stringify(read).isWellFormed()).toBe(true)
    }),
    { numRuns: 1_500 },
  )
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
      expect(await digest(bytes)).toHaveProperty('notes')
    }),
    { numRuns: 300 },
  )
})
