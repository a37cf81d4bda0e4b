// `mayfly check`, and the certificate that a config names.
import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, selfSigned } from '../../src/certificate.ts'
import { check } from '../../src/cli/check.ts'
import { temporaryDirectory } from '../core.ts'

const now = Date.now()
const day = 86_400_000

/** Checks a config that names these two files; null: a file that is not there. */
async function checked(cert: string | null, key: string | null) {
  using directory = temporaryDirectory()
  if (cert !== null) writeFileSync(join(directory.path, 'cert.pem'), cert)
  if (key !== null) writeFileSync(join(directory.path, 'key.pem'), key)
  writeFileSync(join(directory.path, 'mayfly.toml'), '[tls]\ncert_file = "cert.pem"\nkey_file = "key.pem"\n')
  const said: string[] = []
  const hear = (line: string): void => void said.push(line.replaceAll(`${directory.path}/`, ''))
  return { code: await check({ env: {}, cwd: directory.path }, now, hear, hear), said }
}

/** `at`: when it was made. */
async function certificate(at = now): Promise<Certificate> {
  using directory = temporaryDirectory()
  return await selfSigned(directory.path, 'mx.example.test', at)
}

test('a certificate and its key are fine', async () => {
  const { cert, key } = await certificate()
  expect(await checked(cert, key)).toEqual({ code: 0, said: ['mayfly.toml is fine'] })
})

test('files that are missing, or no PEM, are said with their keys, both at once', async () => {
  const { cert, key } = await certificate()
  expect(await checked(null, null)).toEqual({
    code: 1,
    said: [
      'tls.cert_file cert.pem cannot be read: there is no such file or directory; tls.key_file key.pem cannot be read: there is no such file or directory',
    ],
  })
  expect(await checked('no certificate', key)).toEqual({
    code: 1,
    said: ['tls.cert_file cert.pem is not PEM, or not a whole certificate'],
  })
  expect(await checked(cert, '')).toEqual({
    code: 1,
    said: ['tls.key_file key.pem is not PEM, or not a private key without a passphrase'],
  })
  expect((await checked(cert.slice(0, 300), key)).code).toBe(1)
})

test('the key of another certificate is said to be one', async () => {
  const { cert } = await certificate()
  const { key } = await certificate()
  expect(await checked(cert, key)).toEqual({
    code: 1,
    said: ['tls.key_file key.pem is not the key of tls.cert_file cert.pem'],
  })
})

test('one that has ended, or ends soon, is a warning', async () => {
  const made = async (at: number) => {
    const { cert, key } = await certificate(at)
    return checked(cert, key)
  }
  expect(await made(now - 4000 * day)).toEqual({
    code: 0,
    said: [
      expect.stringMatching(/^warning: tls.cert_file cert.pem ended on 20\d\d-\d\d-\d\d: /),
      'mayfly.toml is fine',
    ],
  })
  expect((await made(now - 3645 * day)).said[0]).toMatch(/^warning: tls.cert_file cert.pem ends on /)
})
