import { describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { type SanitiseOptions, sanitise, sanitiseCounting } from '../../src/messages/sanitise.ts'

const local: SanitiseOptions = { remote: false, inlineUrl: (id) => (id === 'logo@x' ? '/view/t/inline/0' : null) }
const remote: SanitiseOptions = { ...local, remote: true }

const FORBIDDEN = new Set(
  'script iframe frame frameset object embed applet form input button textarea select option base link meta svg math audio video noscript template portal dialog marquee'.split(
    ' ',
  ),
)

/** What is wrong with sanitised html, as a parser sees it. */
function faults(html: string, fetches: boolean): string[] {
  const found: string[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      if (FORBIDDEN.has(name)) found.push(`<${name}>`)
      for (const [attribute, value] of Object.entries(attributes)) {
        if (/^on|^formaction|^xlink|^action$|^srcdoc$/.test(attribute)) found.push(`${name} ${attribute}`)
        // Words that are shown, or kept for the page to ask about; no browser takes them for addresses.
        if (/^data-blocked-|^(?:title|alt|id|name|class|summary)$/.test(attribute)) continue
        const plain = value.replace(/[\0- ]/g, '').toLowerCase()
        if (/^(?:javascript|vbscript|file|blob|data:text|data:image\/svg)/.test(plain))
          found.push(`${attribute}=${value}`)
        if (
          !fetches &&
          /^(?:src|srcset|background|poster)$/.test(attribute) &&
          !/^(?:\/view\/|data:image\/)/.test(plain)
        ) {
          found.push(`${attribute}=${value}`)
        }
        if (attribute === 'style') cssFaults(value, fetches, found)
      }
    },
    ontext(text) {
      if (parserInStyle) cssFaults(text, fetches, found)
    },
    onopentagname(name) {
      parserInStyle = name === 'style'
    },
    onclosetag() {
      parserInStyle = false
    },
  })
  let parserInStyle = false
  parser.write(html)
  parser.end()
  return found
}

function cssFaults(css: string, fetches: boolean, found: string[]): void {
  if (/@import|expression\s*\(|javascript:|-moz-binding|behavior\s*:|\\|\/\*/i.test(css)) found.push(css)
  if (!fetches && /url\s*\((?!"(?:data:image\/(?:png|gif|jpe?g|webp)|\/view\/))/i.test(css)) found.push(css)
}

const payloads = join(import.meta.dir, '../../../shared/corpus/html/dompurify-payloads.json')

describe.if(existsSync(payloads))('hostile html (skipped where ../shared/corpus is absent: its payloads)', () => {
  const rows: unknown = existsSync(payloads) ? JSON.parse(readFileSync(payloads, 'utf8')) : []
  const all = Array.isArray(rows) ? rows.map((row: { payload?: unknown }) => String(row.payload)) : []
  test.each([
    ['without remote content', local],
    ['with remote content', remote],
  ])('nothing of any payload runs or fetches, %s', (_, options) => {
    expect(all.length).toBeGreaterThan(200)
    for (const payload of all) {
      const html = sanitise(payload, options)
      expect({ payload, faults: faults(html, options.remote) }).toEqual({ payload, faults: [] })
      // Once more, as a browser would that reads what was written.
      expect({ payload, faults: faults(sanitise(html, options), options.remote) }).toEqual({ payload, faults: [] })
    }
  })
})

test.each([
  ['<p onclick="x()">Hi <script>x()</script></p>', '<p>Hi </p>'],
  [
    '<a href="https://a.test/?x=1&amp;y=2">go</a>',
    '<a href="https://a.test/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">go</a>',
  ],
  ['<a href=" java\nscript:x()" target="_self">go</a>', '<a target="_blank" rel="noopener noreferrer nofollow">go</a>'],
  ['<a href="/relative">go</a>', '<a target="_blank" rel="noopener noreferrer nofollow">go</a>'],
  ['<img src="https://a.test/p.png" alt="x">', '<img data-blocked-src="https://a.test/p.png" alt="x" />'],
  ['<img src="//a.test/p.png">', '<img data-blocked-src="//a.test/p.png" />'],
  ['<img src="cid:logo@x">', '<img src="/view/t/inline/0" />'],
  ['<img src="cid:logo%40x">', '<img src="/view/t/inline/0" />'],
  ['<img src="cid:gone@x">', '<img />'],
  ['<img src="data:image/png;base64,AA==">', '<img src="data:image/png;base64,AA==" />'],
  ['<img src="data:image/svg+xml;base64,AA==">', '<img />'],
  ['<td background="https://a.test/b.png">x</td>', '<td data-blocked-background="https://a.test/b.png">x</td>'],
  ['<body bgcolor="#fff"><p>x</p></body>', '<div bgcolor="#fff"><p>x</p></div>'],
  ['<p style="color:red;background:url(https://a.test/x)">x</p>', '<p style="color:red;background:blocked()">x</p>'],
  ['<p style="background:u\\72l(https://a.test/x)">x</p>', '<p style="background:blocked()">x</p>'],
  ['<p style="width:expr/**/ession(x())">x</p>', '<p style="width:expr ession(x())">x</p>'],
  ['<p style="background:url(cid:logo@x)">x</p>', '<p style="background:url(&quot;/view/t/inline/0&quot;)">x</p>'],
  ['<style>p{color:red}</style><p>x</p>', '<style>p{color:red}</style>\n<p>x</p>'],
  [
    '<style>@import "https://a.test/x.css";p{color:red}</style>',
    '<style>@blocked  "https://a.test/x.css";p{color:red}</style>\n',
  ],
  ['<style>p{x:"</style><script>x()</script>"}</style>', '<style>p{x:"</style>\n"}'],
  ['<form action="https://a.test"><input name="q"><button>Send</button></form>', 'Send'],
  ['<meta http-equiv="refresh" content="0;url=https://a.test"><base href="https://a.test">x', 'x'],
  ['<svg><a xlink:href="javascript:x()">x</a></svg><math><mi>y</mi></math>z', 'z'],
])('%s', (html, safe) => {
  expect(sanitise(html, local)).toBe(safe)
})

test('remote content is let through when the reader asks for it, and counted when not', () => {
  const html =
    '<style>p{background:url(https://a.test/1)}</style><img src="https://a.test/2"><img srcset="https://a.test/3 1x, https://a.test/4 2x"><td background="//a.test/5">x</td>'
  expect(sanitiseCounting(html, local).blocked).toBe(5)
  const shown = sanitiseCounting(html, remote)
  expect(shown.blocked).toBe(0)
  expect(shown.html).toContain('url("https://a.test/1")')
  expect(shown.html).toContain('src="https://a.test/2"')
  expect(shown.html).toContain('srcset="https://a.test/3 1x, https://a.test/4 2x"')
  expect(shown.html).toContain('background="https://a.test/5"')
})

test('no mix of pieces gets through', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '"',
      "'",
      '/',
      '\\',
      '<style>',
      '</style>',
      '<img src=',
      '<a href=',
      'url(',
      ')',
      '@import ',
      '/*',
      '*/',
    ],
    ...[
      'javascript:',
      'onerror=x',
      ' ',
      '\n',
      '\0',
      '&#106;',
      '\\75 rl(',
      'https://a.test/x',
      '<svg>',
      '<!--',
      '-->',
      ';',
      '{',
      '}',
    ],
    ...['<p style="', '<title>', '<textarea>', '<noscript>', '<math>', '<script>', '<template>', ']]>', '<![CDATA['],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      expect(faults(sanitise(pieces.join(''), local), false)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

test('hostile html comes to an end', () => {
  const deep = '<b>'.repeat(50_000) + '</i>'.repeat(50_000)
  for (const html of [
    deep,
    '<div>'.repeat(200_000),
    '<'.repeat(200_000),
    '<style>'.repeat(50_000),
    '<a '.repeat(100_000),
  ]) {
    expect(sanitise(html, local).length).toBeLessThan(2_000_000)
  }
  for (const piece of ['url(', 'url("', '/*', '\\', '@import', 'u\\72l(']) {
    expect(sanitise(`<style>${piece.repeat(100_000)}</style><p style='${piece.repeat(10_000)}'>`, local)).not.toContain(
      'url(',
    )
  }
})

test('a million tags are cut off, not read to their end', () => {
  const safe = sanitise('<b>x</b>'.repeat(500_000), { remote: false, inlineUrl: () => null })
  expect(safe.startsWith('<b>x</b>')).toBe(true)
  expect(safe.length).toBeLessThan(1_500_000)
})
