// What a key looks like, before anybody asks whose it is.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { hasPrefix, looksLikeKey, makeKey, prefixes } from '../../src/keys/key.ts'
import { realOutside } from '../../src/outside.ts'

const forms: Record<string, RegExp> = {
  mayfly_: /^mayfly_[0-9A-Za-z]{40}$/,
  dm_live_: /^dm_live_[0-9A-Za-z]{40}$/,
  r2m_: /^r2m_[0-9A-Za-z]{40}$/,
  mmak_: /^mmak_[A-Z2-7]{52}$/,
  tm_pro_: /^tm_pro_[0-9A-Za-z]{32}$/,
  mf_: /^mf_[0-9A-Za-z]{30}$/,
}

test('each prefix has its own form, and the first and the last four characters after it are what is shown', () => {
  expect(new Set<string>(prefixes)).toEqual(new Set(Object.keys(forms)))
  for (const prefix of prefixes) {
    for (let n = 0; n < 50; n++) {
      const { secret, head, tail } = makeKey(realOutside, prefix)
      expect(secret).toMatch(forms[prefix] ?? /^$/)
      expect(secret.slice(prefix.length, prefix.length + 4)).toBe(head)
      expect(secret.slice(-4)).toBe(tail)
      expect(looksLikeKey(secret)).toBe(true)
    }
  }
})

test('all characters of its alphabet come up, about equally often', () => {
  for (const [prefix, letters] of [
    ['mmak_', 32],
    ['mayfly_', 62],
  ] as const) {
    const counted = new Map<string, number>()
    let all = 0
    for (let n = 0; n < 2000; n++) {
      for (const letter of makeKey(realOutside, prefix).secret.slice(prefix.length)) {
        counted.set(letter, (counted.get(letter) ?? 0) + 1)
        all++
      }
    }
    expect(counted.size).toBe(letters)
    for (const times of counted.values()) {
      expect(times / (all / letters)).toBeGreaterThan(0.8)
      expect(times / (all / letters)).toBeLessThan(1.2)
    }
  }
})

test('a key that lost, gained or changed a character of its form is none, however long it is', () => {
  for (const prefix of prefixes) {
    const { secret } = makeKey(realOutside, prefix)
    const other = prefixes.find(
      (one) => one !== prefix && forms[one]?.source.slice(-15) !== forms[prefix]?.source.slice(-15),
    )
    for (const wrong of [
      secret.slice(0, -1),
      `${secret}A`,
      secret.slice(0, prefix.length),
      `${secret.slice(0, -1)}-`,
      `${secret.slice(0, -1)}\n`,
      `${secret.slice(0, -1)}é`,
      secret.toLowerCase().replace(prefix, prefix.toUpperCase()),
      ` ${secret}`,
      `${other}${secret.slice(prefix.length)}`,
      prefix + 'A'.repeat(1_000_000),
    ]) {
      expect(looksLikeKey(wrong)).toBe(false)
    }
    expect(hasPrefix(`${prefix}anything`)).toBe(true)
  }
  expect(looksLikeKey('')).toBe(false)
  expect(hasPrefix('mbx_anything')).toBe(false)
})

test('any text at all can be asked about', () => {
  fc.assert(
    fc.property(fc.constantFrom(...prefixes, ''), fc.string({ unit: 'binary', maxLength: 80 }), (prefix, text) => {
      const isOne = Object.values(forms).some((form) => form.test(prefix + text) && !text.endsWith('\n'))
      expect(looksLikeKey(prefix + text)).toBe(isOne)
    }),
  )
})
