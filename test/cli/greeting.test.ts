import { expect, test } from 'bun:test'
import { greeting } from '../../src/cli/greeting.ts'

const listening = {
  http: [{ host: '0.0.0.0', port: 8025, tls: false }],
  smtp: [{ host: '127.0.0.1', port: 1025, tls: false }],
  openDomain: 'mayfly.test',
  operator: { address: 'postmaster@mayfly.test', token: 'mbx_1' },
  adminLink: 'inv_1',
  publicUrl: null,
}

test('a first start prints the link that makes the admin, and later ones do not', () => {
  expect(greeting(listening)).toContain('http://127.0.0.1:8025/app/invitation#inv_1')
  expect(greeting({ ...listening, publicUrl: 'https://mail.example' })).toContain(
    'https://mail.example/app/invitation#inv_1',
  )
  expect(greeting({ ...listening, adminLink: null })).not.toContain('/app/')
})

test('it says where the server listens, as it listens there', () => {
  expect(greeting(listening)).toStartWith('HTTP  http://0.0.0.0:8025/\nSMTP  127.0.0.1:1025\n')
})
