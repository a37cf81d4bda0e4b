// Passwords: dear to hash, so few at a time.
import { expect, test } from 'bun:test'
import { Passwords } from '../../src/accounts/passwords.ts'
import { realOutside } from '../../src/outside.ts'

test('a hash is argon2id with 19 MiB and two passes, and says nothing of the password', async () => {
  const hash = await new Passwords(realOutside).hash('correct horse')
  expect(hash).toStartWith('$argon2id$v=19$m=19456,t=2,p=1$')
  expect(hash).not.toContain('horse')
  expect(await new Passwords(realOutside).hash('correct horse')).not.toBe(hash)
})

test('a password matches its hash only, and the empty one none', async () => {
  const passwords = new Passwords(realOutside)
  const hash = await passwords.hash('correct horse')
  expect(await passwords.matches('correct horse', hash)).toBe(true)
  expect(await passwords.matches('correct horse ', hash)).toBe(false)
  expect(await passwords.matches('', hash)).toBe(false)
  expect(await passwords.matches('correct horse', null)).toBe(false)
})

test('two are hashed at a time, a hundred wait, and whoever comes then is told so', async () => {
  const passwords = new Passwords(realOutside)
  const all = await Promise.allSettled(Array.from({ length: 110 }, () => passwords.matches('', null)))
  const refused = all.filter((one) => one.status === 'rejected')
  expect(refused).toHaveLength(8)
  for (const { reason } of refused) expect(reason).toMatchObject({ reason: 'too-busy' })
  // The next one has room again.
  expect(await passwords.matches('', null)).toBe(false)
})
