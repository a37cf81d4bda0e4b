// Very many domains looked at again: a few at once, so many questions a second, in memory that does not grow. With
// MAYFLY_PROVE=full they are ten thousand; `scripts/bench domains` does the same with the executable.
import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { tenant } from '../accounts/tenant.ts'
import { testConfig, testCore } from '../core.ts'
import { size } from '../promises/promise.ts'
import { nameServer } from './name-server.ts'

const accounts = 10
const ofEach = size(100, 1000)
const perSecond = size(1000, 4000)

test(`${accounts * ofEach} domains are looked at again at the pace that is set`, async () => {
  await using dns = await nameServer()
  const config = testConfig({
    MAYFLY_DNS_NAMESERVERS: dns.address,
    MAYFLY_DNS_QUERIES_PER_SECOND: String(perSecond),
    MAYFLY_DNS_FIRST_CHECK_SECONDS: '1',
  })
  const core = testCore({ config })
  for (let at = 0; at < accounts; at++) {
    const { account } = await tenant(core)
    for (let n = 0; n < ofEach; n++) await core.domains.addFor(operator, account.id, `d${n}.a${at}.example`)
  }
  const there = await core.domains.listAll(operator, { after: 0, limit: 100_000 })
  core.clock.now += 60_000
  Bun.gc(true)
  const before = process.memoryUsage().heapUsed
  const began = performance.now()
  await core.domains.checkDue()
  const seconds = (performance.now() - began) / 1000
  const looked = await core.domains.listAll(operator, { after: 0, limit: 100_000 })
  expect(looked.filter(({ tries }) => tries === 1)).toHaveLength(there.length)
  // What the first second allows is asked at once; timers are early by a millisecond at most.
  expect(seconds).toBeGreaterThan(dns.asked.length / perSecond - 1.01)
  // Of each domain the MX, and TXT at two places.
  expect(dns.asked.length).toBe(3 * there.length)
  // Two look-ups for each of those at once.
  expect(dns.mostAtOnce()).toBeLessThanOrEqual(32)
  dns.asked.length = 0
  Bun.gc(true)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50_000_000)
  core.close()
})
