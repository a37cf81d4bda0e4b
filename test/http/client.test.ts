// Who the client is behind proxies: only what a trusted proxy says is believed.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { clientAddress } from '../../src/http/client.ts'
import { Networks } from '../../src/limits/networks.ts'

const proxies = new Networks(['10.0.0.0/8', '2001:db8:1::/48'])

test('without a trusted proxy the peer is the client, whatever the header says', () => {
  expect(clientAddress('192.0.2.1', '198.51.100.7', proxies)).toBe('192.0.2.1')
  expect(clientAddress('192.0.2.1', '198.51.100.7', new Networks([]))).toBe('192.0.2.1')
})

test('a chain is read from the right up to the first that is no trusted proxy', () => {
  expect(clientAddress('10.0.0.1', '203.0.113.9, 198.51.100.7, 10.0.0.2', proxies)).toBe('198.51.100.7')
  expect(clientAddress('2001:db8:1::5', '198.51.100.7', proxies)).toBe('198.51.100.7')
})

test('ports and brackets are cut off, and one address has one spelling', () => {
  expect(clientAddress('10.0.0.1', '198.51.100.7:4711', proxies)).toBe('198.51.100.7')
  expect(clientAddress('10.0.0.1', '[2001:DB8::1]:4711', proxies)).toBe('2001:db8::1')
  expect(clientAddress('10.0.0.1', '2001:db8:0:0::1', proxies)).toBe('2001:db8::1')
  expect(clientAddress('::ffff:192.0.2.1', null, proxies)).toBe('192.0.2.1')
})

test('an entry that is no address ends the search at the proxy that sent it', () => {
  expect(clientAddress('10.0.0.1', '198.51.100.7, unknown', proxies)).toBe('10.0.0.1')
  expect(clientAddress('10.0.0.1', '', proxies)).toBe('10.0.0.1')
  expect(clientAddress('10.0.0.1', '[', proxies)).toBe('10.0.0.1')
})

test('of an endless header the end is read: what a proxy adds behind what the client sent', () => {
  expect(clientAddress('10.0.0.1', `${'x'.repeat(5000)}, 198.51.100.7`, proxies)).toBe('198.51.100.7')
  expect(clientAddress('10.0.0.1', `${'10.0.0.2, '.repeat(1000)}198.51.100.7`, proxies)).toBe('198.51.100.7')
  expect(clientAddress('10.0.0.1', '198.51.100.7,'.repeat(1000), proxies)).toBe('10.0.0.1')
})

test('what the client puts further left never makes a difference', () =>
  fc.assert(
    fc.property(fc.string(), (forged) => {
      expect(clientAddress('10.0.0.1', `${forged}, 198.51.100.7`, proxies)).toBe('198.51.100.7')
    }),
  ))
