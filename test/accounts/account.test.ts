// E-mail addresses that people sign in with.
import { expect, test } from 'bun:test'
import { parseEmail } from '../../src/accounts/account.ts'

test('an address has one spelling', () => {
  expect(parseEmail(' Ann.Example@Example.TEST ')).toBe('ann.example@example.test')
  expect(parseEmail('jose\u0301@b.test')).toBe('josé@b.test')
})

test.each([
  '',
  'ann',
  '@b.test',
  'ann@',
  'a b@c.test',
  'ann@b@c.test',
  '<ann@b.test>',
  'ann\r\nBcc: x@b.test',
  'ann\u0000@b.test',
  'ann\u202e@b.test',
  `${'x'.repeat(65)}@b.test`,
  `ann@${'x'.repeat(190)}`,
])('%j is none', (text) => {
  expect(parseEmail(text)).toBeNull()
})
