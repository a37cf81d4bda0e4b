import { expect, test } from 'bun:test'
import { links } from '../../src/messages/links.ts'

test.each<[what: string, html: string | null, text: string | null, expected: [string, string][]]>([
  ['nothing', null, null, []],
  [
    'an anchor',
    '<a href="https://a.test/x?y=1&amp;z=2"> Go <b>there</b>\n now </a>',
    null,
    [['https://a.test/x?y=1&z=2', 'Go there now']],
  ],
  [
    'an image in an anchor',
    '<a href="https://a.test/"><img alt=" Shop  Inc "></a>',
    null,
    [['https://a.test/', 'Shop Inc']],
  ],
  ['an anchor without words', '<a href=https://a.test/></a>', null, [['https://a.test/', 'https://a.test/']]],
  [
    'the same place twice',
    '<a href="https://a.test/"></a><a href="https://a.test/">Home</a>',
    'https://a.test/',
    [['https://a.test/', 'Home']],
  ],
  [
    'other schemes',
    '<a href="mailto:a@b.test">m</a><a href="javascript:x()">j</a><a href="/rel">r</a><a href="#x">h</a>',
    'ftp://a.test',
    [],
  ],
  ['entities and line ends', '<a href="https&#58;//a.test/&#x61;\n/b">x</a>', null, [['https://a.test/a/b', 'x']]],
  [
    'text',
    null,
    'See https://a.test/x, or (http://b.test/y).',
    [
      ['https://a.test/x', 'https://a.test/x'],
      ['http://b.test/y', 'http://b.test/y'],
    ],
  ],
  [
    'brackets',
    null,
    '<https://a.test/x> [https://b.test] https://c.test/a_(b) "https://d.test/q?x=[1]".',
    [
      ['https://a.test/x', 'https://a.test/x'],
      ['https://b.test', 'https://b.test'],
      ['https://c.test/a_(b)', 'https://c.test/a_(b)'],
      ['https://d.test/q?x=[1]', 'https://d.test/q?x=[1]'],
    ],
  ],
  ['East Asian text', null, '请点击https://a.test/x?y=1。谢谢', [['https://a.test/x?y=1', 'https://a.test/x?y=1']]],
  ['no host', null, 'https:// http://? https://x', [['https://x', 'https://x']]],
  [
    'scripts and sheets',
    '<script>"<a href=https://a.test>x</a>"</script><style>a{}</style><a href="https://b.test">x</a>',
    null,
    [['https://b.test', 'x']],
  ],
])('links are found in %s', (_, html, text, expected) => {
  expect(links(html, text)).toEqual(expected.map(([url, says]) => ({ url, text: says })))
})

test.each([
  ['https://a.test/verify/123', 'Click'],
  ['https://a.test/?token=123', 'Click'],
  ['https://a.test/x', 'Verify your email'],
  ['https://a.test/x', 'E-Mail-Adresse bestätigen'],
  ['https://a.test/x', 'Réinitialiser le mot de passe'],
  ['https://a.test/x', 'Подтвердить адрес'],
  ['https://a.test/x', '验证邮箱'],
  ['https://a.test/x', 'メールアドレスを確認'],
  ['https://a.test/x', 'تأكيد البريد'],
])('%s (%s) comes before the rest', (url, text) => {
  const html = `<a href="https://a.test/home">Home</a><a href="https://a.test/unsubscribe?token=1">Unsubscribe</a><a href="${url}">${text}</a><a href="https://a.test/blog">Blog</a>`
  expect(links(html, null).map((link) => link.url)).toEqual([
    url,
    'https://a.test/home',
    'https://a.test/unsubscribe?token=1',
    'https://a.test/blog',
  ])
})

test('there are at most 200, and none is longer than 2,000 characters', () => {
  const many = Array.from({ length: 300 }, (_, at) => `https://a.test/${at}`).join('\n')
  expect(links(null, `${many}\nhttps://a.test/verify`)).toHaveLength(200)
  expect(links(null, `${many}\nhttps://a.test/verify`)[0]?.url).toBe('https://a.test/verify')
  expect(links(`<a href="https://a.test/${'x'.repeat(2_000)}">x</a>`, `https://a.test/${'y'.repeat(2_000)}`)).toEqual(
    [],
  )
})

test('closing brackets behind a link are cut off, however many', () => {
  const line = `http://a.test/${')'.repeat(1_900)}`
  expect(links(null, `${line}\n`.repeat(500))).toEqual([{ url: 'http://a.test/', text: 'http://a.test/' }])
  expect(links(null, `http://a.test/(b)[1]${'])'.repeat(900)}...`)[0]?.url).toBe('http://a.test/(b)[1]')
})

test('hostile input comes to an end', () => {
  for (const piece of [
    'https://',
    'http://a.',
    '(',
    'https://a.test/(',
    'https://a.test/) ',
    '.',
    'https://a.test/.',
  ]) {
    expect(links(null, piece.repeat(150_000)).length).toBeLessThanOrEqual(200)
  }
  for (const piece of ['<a href=https://a.test>', '<a ', '<b>', '</i>', '<', '&', '<a href="']) {
    expect(links(piece.repeat(150_000), null).length).toBeLessThanOrEqual(200)
  }
})
