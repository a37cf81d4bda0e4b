// Reading ADDRESS:PORT.
import { expect, test } from 'bun:test'
import { isPublic, parseListen } from '../../src/config/listen.ts'

test.each([
  ['127.0.0.1:8025', '127.0.0.1', 8025],
  ['0.0.0.0:25', '0.0.0.0', 25],
  ['[::1]:25', '::1', 25],
  ['[fe80::1%eth0]:25', 'fe80::1%eth0', 25],
  ['localhost:0', 'localhost', 0],
  ['MX.Mail.example:25', 'mx.mail.example', 25],
  [':25', '::', 25],
  ['*:65535', '::', 65_535],
])('%s is a place to listen', (text, host, port) => {
  expect(parseListen(text)).toEqual({ host, port })
})

test.each([
  '',
  '8025',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '127.0.0.1:025',
  '127.0.0.1:-1',
  '127.0.0.1:25x',
  '300.0.0.1:25',
  '127.1:25',
  '::1:25',
  '[::1]25',
  '[127.0.0.1]:25',
  'a b:25',
  'http://localhost:25',
  ' 127.0.0.1:25',
])('%j is no place to listen', (text) => {
  expect(parseListen(text)).toBeNull()
})

test.each([
  ['127.0.0.1', false],
  ['127.9.9.9', false],
  ['10.1.2.3', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['169.254.1.1', false],
  ['::1', false],
  ['fd00::1', false],
  ['fe80::1%eth0', false],
  ['::ffff:10.0.0.1', false],
  ['localhost', false],
  ['0.0.0.0', true],
  ['::', true],
  ['203.0.113.1', true],
  ['2001:4860::1', true],
  ['::ffff:8.8.8.8', true],
  ['100.64.0.1', true],
  ['mx.mail.example', true],
  ['', true],
])('whether %j can be reached from beyond: %j', (host, open) => {
  expect(isPublic(host)).toBe(open)
})
