// Attachments with names and types that somebody would give them to do harm, in the ways in which mail can write them.

export type Hostile = { name: string; type: string; header: string }

const pieces = [
  '/',
  '\\',
  '..',
  '../',
  '..\\',
  '%2e%2e%2f',
  '%00',
  '\0',
  '\x01',
  '\x1b[31m',
  '\x7f',
  '\x85',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '"',
  "'",
  '`',
  ';',
  ':',
  '|',
  '<',
  '>',
  '?',
  '*',
  '&',
  '$(id)',
  '\r\n',
  '\r\nX-Evil: 1\r\n',
  '\nSet-Cookie: a=b',
  '\r\n\r\n<script>',
  '.',
  ' ',
  '~',
  '-',
  '#',
  '%',
  '=',
  '?=',
  'C:',
  'file://',
  'con',
  'NUL',
  'aux.',
  'LPT1',
  'com1.txt',
  '.htaccess',
  '.html',
  '.svg',
  '.exe',
  '.pdf',
  'etc/passwd',
  'a',
  'Übersicht',
  '文件',
  '😀',
  '\ud800',
  '\u2028',
  '\uff0f',
  '\u2215',
  '\u2044',
  'x'.repeat(300),
  '.'.repeat(300),
  '/'.repeat(200),
  "UTF-8''",
  "utf-8'en'%2e",
  '; filename="b.html"',
]

const types = [
  'text/html',
  'TEXT/HTML',
  'text/html; charset=utf-7',
  'application/xhtml+xml',
  'image/svg+xml',
  'IMAGE/SVG+XML; x="y"',
  'text/xml',
  'application/xml',
  'application/pdf',
  'application/javascript',
  'text/javascript',
  'text/ecmascript',
  'application/x-javascript',
  'text/css',
  'text/vbscript',
  'application/x-shockwave-flash',
  'application/hta',
  'multipart/x-mixed-replace',
  'message/rfc822',
  'message/external-body',
  'text/x-component',
  'application/wasm',
  'text/cache-manifest',
  'application/manifest+json',
  'image/png',
  'image/gif',
  'IMAGE/JPEG',
  'image/webp',
  'image/bmp',
  'image/x-icon',
  'image/avif',
  'text/plain',
  'text/xsl',
  'application/rss+xml',
  'application/mathml+xml',
  'application/octet-stream',
  'a',
  '/',
  'text/',
  'text/html\t',
  'text/html,image/png',
  'image/png text/html',
  '*/*',
  'image/png\0text/html',
  'application/x-msdownload',
  'video/mp4',
  'application/vnd.oasis.opendocument.text',
  'x'.repeat(400),
]

/** Numbers that are the same in every run. */
export function numbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

const quoted = (name: string): string => `"${name.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&')}"`

/** The ways to write a name: as it is, quoted, by RFC 2231 whole and in parts, by RFC 2047, in both headers. */
const ways: ((name: string) => { disposition: string; type: string })[] = [
  (name) => ({ disposition: `attachment; filename=${quoted(name)}`, type: '' }),
  (name) => ({ disposition: `attachment; filename=${name}`, type: '' }),
  (name) => ({ disposition: `attachment; filename*=UTF-8''${percent(name)}`, type: '' }),
  (name) => ({
    disposition: `attachment; filename*0*=UTF-8''${percent(name.slice(0, 3))}; filename*1*=${percent(name.slice(3))}`,
    type: '',
  }),
  (name) => ({ disposition: `attachment; filename="=?utf-8?B?${Buffer.from(name).toString('base64')}?="`, type: '' }),
  (name) => ({ disposition: 'attachment', type: `; name*=utf-8'x'${percent(name)}` }),
  (name) => ({ disposition: `inline; filename*=UTF-8''${percent(name)}`, type: `; name=${quoted('b.html')}` }),
  (name) => ({ disposition: `INLINE; FileName=${quoted(name)}; filename=${quoted('/etc/passwd')}`, type: '' }),
]

/** So many of them, no two alike but by chance. */
export function hostileAttachments(count: number, seed: number): Hostile[] {
  const below = numbers(seed)
  const one = <Item>(items: readonly Item[], fallback: Item): Item => items[below(items.length)] ?? fallback
  return Array.from({ length: count }, (_, n) => {
    const name = Array.from({ length: 1 + below(6) }, () => one(pieces, 'a')).join('')
    const type = types[n % types.length] ?? 'text/html'
    const { disposition, type: more } = one(ways, () => ({ disposition: 'attachment', type: '' }))(name)
    return { name, type, header: `Content-Type: ${type}${more}\r\nContent-Disposition: ${disposition}\r\n` }
  })
}

/** One mail with all of these, each with this body. */
export function mailOf(attachments: readonly Hostile[], body: string): string {
  const parts = attachments.map(
    ({ header }) =>
      `--b\r\n${header}Content-Transfer-Encoding: base64\r\n\r\n${Buffer.from(body).toString('base64')}\r\n`,
  )
  return `Subject: hostile\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n${parts.join('')}--b--\r\n`
}
