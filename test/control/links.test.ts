import { expect, test } from 'bun:test'
import { linkTo, pageUrl } from '../../src/control/links.ts'

const at = (host: string, port: number, tls = false) => ({ host, port, tls })

test('the page is where the config says, else at the listener that this machine can try', () => {
  const http = [at('0.0.0.0', 443, true), at('127.0.0.1', 8025)]
  expect(pageUrl('https://mail.example/', http)).toBe('https://mail.example')
  expect(pageUrl('https://example.test/mail', http)).toBe('https://example.test/mail')
  expect(pageUrl(null, http)).toBe('http://127.0.0.1:8025')
  expect(pageUrl(null, [at('::', 443, true)])).toBe('https://[::1]:443')
  expect(pageUrl(null, [at('0.0.0.0', 80)])).toBe('http://127.0.0.1:80')
})

test("a link's secret stands behind the #, where no server sees it", () => {
  expect(new URL(linkTo('https://mail.example', 'password', 'pwd_x')).hash).toBe('#pwd_x')
})
