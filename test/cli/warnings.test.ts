import { expect, test } from 'bun:test'
import { warnings } from '../../src/cli/warnings.ts'
import { testConfig } from '../core.ts'

const said = (env: Record<string, string>) => warnings(testConfig(env)).length

test('HTTP beyond this machine without TLS and without a proxy is said', () => {
  expect(said({})).toBe(0)
  expect(said({ MAYFLY_HTTP_LISTEN: '[::1]:8025,localhost:8026' })).toBe(0)
  for (const listen of ['0.0.0.0:8025', '[::]:8025', ':8025', '192.168.1.5:80', '127.0.0.1:8025,10.0.0.1:8025']) {
    expect(said({ MAYFLY_HTTP_LISTEN: listen })).toBe(1)
  }
  expect(warnings(testConfig({ MAYFLY_HTTP_LISTEN: '127.0.0.1:8025,10.0.0.1:8025' }))[0]).toContain(
    'on 10.0.0.1:8025 without',
  )
  expect(said({ MAYFLY_HTTP_LISTEN: '0.0.0.0:8025', MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' })).toBe(0)
})
