// From which pages a key may be used.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { mayComeFrom, parsePattern } from '../../src/keys/origins.ts'

const nowhere = { origin: null, referer: null, host: null }

test.each([
  ['example.com', 'https://example.com', true],
  ['example.com', 'http://example.com:8080', true],
  ['example.com', 'https://EXAMPLE.com', true],
  ['example.com', 'https://www.example.com', false],
  ['example.com', 'https://example.com.evil.test', false],
  ['example.com', 'https://notexample.com', false],
  ['example.com', 'https://evil.test/?example.com', false],
  ['example.com', 'https://example.com@evil.test', false],
  ['*.example.com', 'https://example.com', true],
  ['*.example.com', 'https://www.example.com', true],
  ['*.example.com', 'https://a.b.c.example.com', true],
  ['*.example.com', 'https://notexample.com', false],
  ['*.example.com', 'https://example.com.evil.test', false],
  ['localhost:3000', 'http://localhost:3000', true],
  ['localhost:3000', 'http://localhost:3001', false],
  ['localhost:3000', 'http://localhost', false],
  ['example.com:443', 'https://example.com', true],
  ['example.com:80', 'http://example.com', true],
  ['example.com:443', 'http://example.com', false],
  ['*.example.com:8443', 'https://a.example.com:8443', true],
  ['*.example.com:8443', 'https://a.example.com', false],
  ['[::1]:3000', 'http://[::1]:3000', true],
  ['[::1]', 'http://[::1]:3000', true],
  ['192.0.2.1', 'http://192.0.2.1', true],
  ['example.com', 'null', false],
  ['*.example.com', 'null', false],
  ['null', 'null', false],
  ['example.com', 'not a URL', false],
])('%s lets %s pass: %p', (pattern, origin, isAllowed) => {
  expect(mayComeFrom([pattern], { ...nowhere, origin })).toBe(isAllowed)
})

test('without patterns it may come from anywhere, also from nowhere', () => {
  expect(mayComeFrom([], nowhere)).toBe(true)
  expect(mayComeFrom([], { ...nowhere, origin: 'null' })).toBe(true)
  expect(mayComeFrom(['example.com'], nowhere)).toBe(false)
})

test('only the first of Origin, Referer and Host that is there is looked at', () => {
  const ours = 'https://example.com'
  const theirs = 'https://evil.test'
  const patterns = ['example.com']
  expect(mayComeFrom(patterns, { origin: theirs, referer: ours, host: 'example.com' })).toBe(false)
  expect(mayComeFrom(patterns, { origin: 'null', referer: ours, host: 'example.com' })).toBe(false)
  expect(mayComeFrom(patterns, { origin: null, referer: theirs, host: 'example.com' })).toBe(false)
  expect(mayComeFrom(patterns, { origin: ours, referer: theirs, host: 'evil.test' })).toBe(true)
  expect(mayComeFrom(patterns, { origin: null, referer: `${ours}/a/page?x=y`, host: 'evil.test' })).toBe(true)
  expect(mayComeFrom(patterns, { origin: null, referer: null, host: 'Example.com' })).toBe(true)
  expect(mayComeFrom(['example.com:8025'], { origin: null, referer: null, host: 'example.com:8025' })).toBe(true)
  expect(mayComeFrom(['example.com:8025'], { origin: null, referer: null, host: 'example.com' })).toBe(false)
})

test.each([
  ['Example.COM', 'example.com'],
  ['  example.com ', 'example.com'],
  ['https://example.com/', 'example.com'],
  ['http://localhost:3000', 'localhost:3000'],
  ['*.Example.com', '*.example.com'],
  ['[::1]:80', '[::1]:80'],
])('%p is kept as %p', (text, kept) => {
  expect(parsePattern(text)).toBe(kept)
})

test.each([
  '',
  '*',
  '*.',
  'a b',
  'a.*.com',
  'example.com/path',
  'ftp://example.com',
  'user@example.com',
  'example.com:',
  'x:123456',
])('%p is no pattern', (text) => {
  expect(parsePattern(text)).toBeNull()
})

test('whatever is sent, asking does not fail', () => {
  const text = fc.option(fc.string({ unit: 'binary' }))
  fc.assert(
    fc.property(fc.string(), text, text, text, (pattern, origin, referer, host) => {
      expect(mayComeFrom([pattern], { origin, referer, host })).toBeBoolean()
    }),
  )
})
