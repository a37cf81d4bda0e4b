import { expect, test } from 'bun:test'
import type { Domains } from '../../src/domains/service.ts'
import { testConfig, testCore } from '../core.ts'

const serving = (...names: string[]): Domains =>
  testCore({ config: testConfig({ MAYFLY_DOMAINS: names.join(',') }) }).domains

test('a domain is served by its own name, else by the nearest parent, else by "*"', () => {
  const domains = serving('*.mail.test', 'a.mail.test', '*.deep.mail.test', 'own.test', '*')
  const by = (domain: string) => domains.serving(domain)?.rule.name
  expect(by('a.mail.test')).toBe('a.mail.test')
  expect(by('b.mail.test')).toBe('*.mail.test')
  expect(by('x.deep.mail.test')).toBe('*.deep.mail.test')
  expect(by('x.y.mail.test')).toBe('*.mail.test')
  expect(by('deep.mail.test')).toBe('*.mail.test')
  expect(by('mail.test')).toBe('*')
  expect(domains.primary()).toBe('a.mail.test')
  expect(domains.names()).toEqual(['a.mail.test', 'own.test'])
})

test('what no entry names is not served', () => {
  const domains = serving('own.test', '*.own.test')
  for (const domain of ['wn.test', 'notown.test', 'test', 'own.test.evil.test'])
    expect(domains.serving(domain)).toBeNull()
})

test('only "*" is for trusted networks alone', () => {
  const domains = serving('own.test', '*.own.test', '*')
  const strangers = (domain: string) => {
    const served = domains.serving(domain)
    return served !== null && domains.servesStrangers(served)
  }
  expect([strangers('own.test'), strangers('a.own.test'), strangers('else.test')]).toEqual([true, true, false])
})
