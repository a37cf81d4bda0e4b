// What the page makes of a mail's links, texts and trace fields, apart from how it shows them.
import { expect, test } from 'bun:test'
import { fieldsOf, hopsOf } from '../../src/web/app/mail/hops.ts'
import { targetOf } from '../../src/web/app/mail/link-target.ts'
import { runsOf } from '../../src/web/app/mail/linkify.ts'
import { inOneLine, withNames } from '../../src/web/app/mail/plain.ts'
import { lettersOf } from '../../src/web/app/mail/punycode.ts'

test.each([
  ['https://bank.example/login', 'https://bank.example/login', []],
  ['https://www.bank.example/login', 'bank.example', []],
  ['https://bank.example/', 'Log in to your bank', []],
  ['https://evil.example/login', 'https://bank.example/login', ['differs']],
  ['https://evil.example/login', 'www.bank.example', ['differs']],
  ['https://evil.example/login', 'bank.example/login now', ['differs']],
  ['https://evil.example/login', 'b\u200bank.example', ['differs']],
  ['https://bank.example.evil.example/', 'bank.example', ['differs']],
  ['https://bank.example@evil.example/', 'Log in', ['user']],
  ['https://bank.example:443@evil.example/', 'bank.example', ['differs', 'user']],
  ['https://xn--80ak6aa92e.com/', 'apple', ['punycode']],
  ['https://аррӏе.com/', 'apple', ['punycode']],
  ['https://203.0.113.9/x', 'x', ['address']],
  ['https://[2001:db8::1]/x', 'x', ['address']],
  ['https://3405803785/x', 'x', ['address']],
  ['http://bank.example:8080/', 'x', ['port', 'insecure']],
])('%s with the text %s is warned of: %p', (url, text, warnings) => {
  expect(targetOf(url, text)?.warnings).toEqual(warnings as never)
})

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:x',
  'x',
  '',
  '/app',
  'ftp://x.test/',
])('nobody can open %s', (url) => {
  expect(targetOf(url)).toBeNull()
})

test.each([
  'https://u:p@host.example:8443/host.example?x#y',
  'https://host.example',
  'http://a@b@c.example/',
  'https://xn--80ak6aa92e.com/x',
])('the host of %s stands out where it is, and all of it is shown', (url) => {
  const target = targetOf(url)
  expect(`${target?.before}${target?.host}${target?.behind}`).toBe(new URL(url).href)
  expect(target?.before).toMatch(/^https?:\/\/([^/]*@)?$/)
  expect(target?.host).toBe(new URL(url).hostname)
})

test.each([
  ['xn--mnchen-3ya', 'münchen'],
  ['xn--80ak6aa92e', 'аррӏе'],
  ['xn--fiqs8s', '中国'],
  ['xn--ls8h', '💩'],
  ['XN--MNCHEN-3YA', 'münchen'],
  ['plain', null],
  ['xn--', null],
  ['xn--99999999999999', null],
  ['xn--a!b', null],
])('%s is read as %s', (label, letters) => {
  expect(lettersOf(label)).toBe(letters)
})

test('addresses in a text end before what ends the sentence, and the text stays what it is', () => {
  const text =
    'See https://a.test/x. (https://b.test/y_(z)), "http://c.test/" or mailto:me@d.test; not javascript:x or https://'
  const runs = runsOf(text)
  expect(runs.flatMap(({ url }) => url ?? [])).toEqual([
    'https://a.test/x',
    'https://b.test/y_(z)',
    'http://c.test/',
    'mailto:me@d.test',
  ])
  expect(runs.map(({ text }) => text).join('')).toBe(text)
})

test('a long text without an end to its addresses is read in a moment', () => {
  const began = performance.now()
  expect(runsOf('https://'.repeat(50_000)).length).toBeGreaterThan(0)
  for (const end of ['.', ')', '].'])
    expect(runsOf(`https://x.test/${end.repeat(100_000)}`)[0]?.url).toBe('https://x.test/')
  expect(performance.now() - began).toBeLessThan(5000)
})

test('what turns the direction of reading has no effect in a name, and is named in a header', () => {
  expect(inOneLine(' a\u202eb\u2066c\r\n\td\0e ')).toBe('abc d e')
  expect(withNames('a\u202eb\r\n\u200bc\x07')).toBe('a[U+202E]b\n[U+200B]c[U+0007]')
})

test('the path of a mail goes from the first server to the last, with what each step took', () => {
  const head = [
    'Return-Path: <a@b.test>',
    'Received: from relay (relay [192.0.2.7])',
    '\tby mx.test with ESMTPS',
    '\tid 1; Sat, 21 Nov 2026 20:10:09 +0000',
    'Received: from web (unknown [10.0.0.1]) by relay (Postfix) with ESMTP id 8; Sat, 21 Nov 2026 21:08:02 +0100 (CET)',
    'Received: by nowhere',
    'Subject: x',
  ].join('\r\n')
  expect(hopsOf(fieldsOf(head))).toEqual([
    { from: null, by: 'nowhere', protocol: null, at: null, delay: null },
    {
      from: 'web (unknown [10.0.0.1])',
      by: 'relay (Postfix)',
      protocol: 'ESMTP',
      at: Date.UTC(2026, 10, 21, 20, 8, 2),
      delay: null,
    },
    {
      from: 'relay (relay [192.0.2.7])',
      by: 'mx.test',
      protocol: 'ESMTPS',
      at: Date.UTC(2026, 10, 21, 20, 10, 9),
      delay: 127_000,
    },
  ])
})
