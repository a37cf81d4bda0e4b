import { expect, test } from 'bun:test'
import { covers } from '../../src/keys/rights.ts'

const all = { scopes: null, origins: [], domains: [], dialects: [], expiresAt: null }

test('what has no bound covers everything, and is covered by nothing that has one', () => {
  const bounds = [
    { scopes: ['keys'] },
    { scopes: [] },
    { origins: ['a.test'] },
    { domains: ['a.test'] },
    { dialects: ['native'] },
    { expiresAt: 1 },
  ]
  for (const bound of bounds) {
    expect(covers(all, { ...all, ...bound })).toBe(true)
    expect(covers({ ...all, ...bound }, all)).toBe(false)
    expect(covers({ ...all, ...bound }, { ...all, ...bound })).toBe(true)
  }
})

test('a part of a list is covered by it, more than it is not; an earlier end, not a later one', () => {
  const two = { ...all, scopes: ['keys', 'team'], domains: ['a.test', 'b.test'], expiresAt: 5 }
  expect(covers(two, { ...two, scopes: ['team'], domains: ['b.test'], expiresAt: 4 })).toBe(true)
  expect(covers(two, { ...two, scopes: [] })).toBe(true)
  expect(covers(two, { ...two, scopes: ['team', 'webhooks'] })).toBe(false)
  expect(covers(two, { ...two, domains: ['a.test', 'c.test'] })).toBe(false)
  expect(covers(two, { ...two, domains: [] })).toBe(false)
  expect(covers(two, { ...two, expiresAt: 6 })).toBe(false)
})
