import { expect, test } from 'bun:test'
import { Allowance } from '../../src/smtp/allowance.ts'
import { smtpOptions } from '../../src/smtp/options.ts'
import { testConfig } from '../core.ts'

const options = smtpOptions(testConfig().smtp)
const minute = 60_000

test('a session that is over ends, but not between the end of a mail and its reply', () => {
  const allowance = new Allowance(options, false, 0)
  allowance.mailBegan(9.5 * minute)
  expect(allowance.check(10 * minute, { size: 100_000, isBusy: false }, false)).toBe(null)
  expect(allowance.check(11 * minute, { size: 100_000, isBusy: true }, false)).toBe(null)
  expect(allowance.check(11 * minute, { size: 100_000, isBusy: false }, false)).toBe('session')
})

test('a mail is measured stretch by stretch, so that a fast begin buys no slow end', () => {
  const allowance = new Allowance(options, true, 0)
  allowance.mailBegan(0)
  expect(allowance.check(minute, { size: 20_000_000, isBusy: false }, false)).toBe(null)
  expect(allowance.check(1.5 * minute, { size: 20_000_010, isBusy: false }, false)).toBe(null)
  expect(allowance.check(2 * minute, { size: 20_000_020, isBusy: false }, false)).toBe('slow')
})

test('time in which the client waits for us does not count', () => {
  const allowance = new Allowance(options, true, 0)
  allowance.mailBegan(0)
  for (let at = 0; at <= 5 * minute; at += 1000) {
    expect(allowance.check(at, { size: 10, isBusy: true }, false)).toBe(null)
  }
  expect(allowance.check(5.5 * minute, { size: 10, isBusy: false }, false)).toBe(null)
  allowance.command(6 * minute)
  expect(allowance.check(8 * minute, null, true)).toBe(null)
  expect(allowance.check(8 * minute, null, false)).toBe('idle')
})
