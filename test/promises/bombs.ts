// Mails made to cost their reader as much as they can, each of about so many bytes.

export type Bomb = (bytes: number) => Buffer

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** As much of `text` as fits. */
const filled = (text: string, bytes: number): string => text.repeat(Math.max(1, Math.floor(bytes / text.length)))

/** A header may have 256 KiB and 1,000 lines: what goes into one is as much as SMTP takes. */
const inHeader = (text: string, bytes: number): string => filled(text, Math.min(bytes, 250_000))

const mail =
  (headers: string, body: string, start = '', end = ''): Bomb =>
  (bytes) =>
    latin1(`From: bomb@sender.test\r\nSubject: bomb\r\n${headers}\r\n\r\n${start}${filled(body, bytes)}${end}`)

const text = (body: string, more = ''): Bomb => mail(`Content-Type: text/plain; charset=utf-8${more}`, body)
const html = (body: string, start = '', end = ''): Bomb => mail('Content-Type: text/html', body, start, end)
const encoded = (encoding: string, body: string, type = 'text/plain'): Bomb =>
  mail(`Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}`, body)
const charset = (name: string, body: string): Bomb => mail(`Content-Type: text/plain; charset=${name}`, body)
const mixed = (part: string): Bomb =>
  mail('Content-Type: multipart/mixed; boundary=b', `--b\r\n${part}\r\n`, '', '--b--')
const headers =
  (make: (bytes: number) => string): Bomb =>
  (bytes) =>
    Buffer.concat([latin1(`Subject: bomb\r\n${make(bytes)}\r\n\r\n`), latin1(filled(`${'x'.repeat(70)}\r\n`, bytes))])

const lines = (make: (n: number) => string, most: number): string =>
  Array.from({ length: most }, (_, n) => make(n)).join('\r\n')

/** Parts within parts, each with a boundary of its own. */
const nested = (depth: number, bytes: number): string => {
  const opened = lines((n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}`, depth)
  return `${opened}\r\n\r\n${filled('deep\r\n', bytes)}`
}

const base64 = (decoded: string): string => latin1(decoded).toString('base64')

export const bombs: [name: string, bomb: Bomb][] = [
  ['utf-7', charset('utf-7', '+ADw-script+AD4-')],
  ['two megabytes of <div> and more', html('<div>')],
  ['quoted-printable', encoded('quoted-printable', '=41=C3=A9=\r\n')],
  ['groups in groups', headers((bytes) => `To: ${inHeader('g:', bytes)}`)],
  ['parts within parts', (bytes) => latin1(`Subject: bomb\r\n${nested(1000, bytes)}`)],
  ['thousands of attachments', mixed('Content-Disposition: attachment; filename=a.txt\r\n\r\nx')],
  [
    'mails within mails',
    (bytes) =>
      latin1(
        `Subject: bomb\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(1000)}Subject: inner\r\n\r\n${filled('x\r\n', bytes)}`,
      ),
  ],
  ['a million links', html('<a href="https://a.test/verify?n=1">verify</a> ')],
  ['one line without end', text('x')],
  ['quotes', text('>>>> > quoted \r\n', '; format=flowed')],

  ['a million <', html('<')],
  ['list items', html('<li>')],
  ['open comments', html('<!-- a ')],
  ['style attributes', html('<p style="background:url(https://a.test/x);color:expression(1)">x</p>')],
  ['style sheets', html('a{b:url(c)}/*', '<style>', '</style>')],
  ['css escapes', html('\\75\\72\\6c(', '<style>', '</style>')],
  ['entities', html('&amp;&#x41;&#65;&notanentity;')],
  ['data urls', html('iVBORw0KGgo', '<img src="data:image/png;base64,', '">')],
  ['tables in tables', html('<table><tr><td>')],
  ['attributes', html('a="b" ', '<p ', '>')],
  ['cells that close nothing', html('</td></tr></p></div>')],
  ['formatting left open', html('<b><i><a href=x>')],
  ['codes', text('Your code is 482913. ')],
  ['addresses in the text', text('a.b-c+d@e-f.test ')],
  ['urls in the text', text('https://a.test/(((((( ')],

  ['base64 with junk', encoded('base64', 'QUJD*!\r\n=QQ==')],
  ['base64 of html', encoded('base64', `${base64('<p>hello</p><div>')}\r\n`, 'text/html')],
  [
    'winmail.dat',
    encoded('base64', `${base64('\x78\x9f\x3e\x22'.repeat(12))}\r\n`, 'application/ms-tnef; name=winmail.dat'),
  ],
  ['iso-2022-jp', charset('iso-2022-jp', '\x1b$B$"\x1b(B')],
  ['big5', charset('big5', '\xa4\xa4\x80\xff')],
  ['a rare charset', charset('cp437', '\x81\x82\x83')],
  ['a charset that nobody knows', charset('klingon-8', '\xe9\xff\xfe')],
  ['utf-32', charset('utf-32', '\x00\x00\x00A')],

  [
    'a boundary as long as may be',
    (bytes) => {
      const boundary = 'b'.repeat(990)
      return latin1(
        `Subject: bomb\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${filled(`--${boundary}x\r\n`, bytes)}`,
      )
    },
  ],
  ['what is nearly a boundary', mixed(`\r\n${'--bb\r\n--b-\r\n--\r\n- --b\r\n'.repeat(100)}`)],
  ['boundaries soup', mail('Content-Type: multipart/mixed; boundary=b', '--b\r\n--b--\r\n--b \r\n')],
  ['headers of a part without end', mail('Content-Type: multipart/mixed; boundary=b', 'X-A: b\r\n', '--b\r\n')],
  [
    'parameters without end',
    mail(
      `Content-Type: multipart/mixed; boundary=b`,
      'name*0=a;name*1*=%41; ',
      '--b\r\nContent-Type: application/x; ',
      '\r\n\r\nx\r\n--b--',
    ),
  ],
  ['encoded words', headers((bytes) => `Subject: ${inHeader('=?utf-8?B?YQ==?= ', bytes)}`)],
  ['References', headers((bytes) => `References: ${inHeader('<a@b.test> ', bytes)}`)],
  ['recipients', headers((bytes) => `To: ${inHeader('"a" <a@b.test>, ', bytes)}`)],
  ['quotes and brackets in an address', headers((bytes) => `To: ${inHeader('"\\"(<', bytes)}`)],
  ['a thousand header lines', headers(() => lines((n) => `X-${n}: ${'=?utf-8?Q?a?= '.repeat(15)}`, 990))],
  [
    'calendars',
    mail('Content-Type: text/calendar; method=REQUEST', 'BEGIN:VEVENT\r\nATTENDEE:mailto:a@b.test\r\nEND:VEVENT\r\n'),
  ],
  ['empty lines', text('\r\n')],
  ['NULs', text('\0')],
  ['lone CRs', text('\r')],
  [
    'alternatives',
    mail('Content-Type: multipart/alternative; boundary=b', '--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n'),
  ],
  [
    'related parts that are asked for',
    mail(
      'Content-Type: multipart/related; boundary=b',
      '<img src="cid:a">',
      '--b\r\nContent-Type: text/html\r\n\r\n',
      `\r\n${'--b\r\nContent-Type: image/png\r\nContent-ID: <a>\r\n\r\nx\r\n'.repeat(200)}--b--`,
    ),
  ],
]
