import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { Budget } from '../../src/limits/budget.ts'
import { countedAddress, Networks, plainAddress } from '../../src/limits/networks.ts'
import { Refusal } from '../../src/refusal.ts'

describe('networks', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.0/8'], true],
    ['::ffff:127.0.0.1', ['127.0.0.0/8'], true],
    ['128.0.0.1', ['127.0.0.0/8'], false],
    ['10.1.2.3', ['10.1.2.3'], true],
    ['10.1.2.4', ['10.1.2.3'], false],
    ['::1', ['::1/128', '10.0.0.0/8'], true],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['', ['0.0.0.0/0'], false],
    ['localhost', ['0.0.0.0/0'], false],
    ['1', ['0.0.0.0/0'], false],
  ])('%j in %j: %p', (address, entries, is) => {
    expect(new Networks(entries).has(address)).toBe(is)
  })

  test('clients are counted by IPv4 address or IPv6 /64', () => {
    expect(countedAddress('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(countedAddress('192.0.2.1')).toBe('192.0.2.1')
    expect(countedAddress('2001:db8:1:2:3:4:5:6')).toBe(countedAddress('2001:db8:1:2::'))
    expect(countedAddress('2001:db8:1:2::')).not.toBe(countedAddress('2001:db8:1:3::'))
    expect(plainAddress('2001:0db8:0:0::1')).toBe('2001:db8::1')
  })
})

describe('a budget of bytes', () => {
  test('is never overdrawn but by one that is larger than all of it, and everything comes back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 40 }), async (sizes) => {
        const budget = new Budget(100, 10_000)
        let holders = 0
        await Promise.all(
          sizes.map(async (size) => {
            await budget.take(size)
            holders++
            expect(budget.held <= 100 || holders === 1).toBe(true)
            await Promise.resolve()
            holders--
            budget.release(size)
          }),
        )
        expect(budget.held).toBe(0)
      }),
    )
  })

  test('refuses who finds no room in time, and forgets that he waited', async () => {
    const budget = new Budget(100, 5)
    await budget.take(60)
    const refused = await budget.take(60).catch((error) => error)
    expect(refused).toBeInstanceOf(Refusal)
    expect(refused.reason).toBe('too-busy')
    budget.release(60)
    expect(budget.held).toBe(0)
    expect(budget.tryTake(100)).toBe(true)
  })
})
