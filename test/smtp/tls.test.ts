import { expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { certificateFromFiles, selfSigned } from '../../src/certificate.ts'
import { temporaryDirectory } from '../core.ts'
import { openDoor } from './door.ts'
import { greeted, inData, type Talk, talk } from './talk.ts'

const now = Date.UTC(2026, 0, 1)
const year = 365 * 86_400_000

const fingerprint = (client: Talk): string => {
  const socket = client.socket()
  return socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : ''
}

test('after STARTTLS nothing said before counts: neither the greeting nor the mail that was begun', async () => {
  await using door = await openDoor()
  const client = await greeted(door.port)
  await client.ask('AUTH PLAIN AA==')
  await client.ask('MAIL FROM:<a@b.test>')
  await client.ask('RCPT TO:<box@mayfly.test>')
  await client.startTls()
  expect(await client.ask('DATA')).toStartWith('503')
  expect(await client.ask('EHLO client.example')).not.toContain('STARTTLS')
  expect(await client.ask('DATA')).toStartWith('503')
  expect(await client.ask('STARTTLS')).toStartWith('503')
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
  expect(door.stored()[0]?.trace).toContain('with ESMTPS\r\n')
})

test('mail is taken before the certificate is there, and STARTTLS waits for it', async () => {
  const { promise: isMade, resolve: made } = Promise.withResolvers<void>()
  await using door = await openDoor({}, { later: (certificate) => isMade.then(() => certificate) })
  const plain = await greeted(door.port)
  await inData(plain)
  expect(await plain.ask('\r\nhello\r\n.')).toStartWith('250')
  const client = await greeted(door.port)
  const started = client.startTls()
  expect(await plain.ask('NOOP')).toStartWith('250')
  expect(client.socket()).not.toBeInstanceOf(TLSSocket)
  made()
  await started
  expect(fingerprint(client)).toBe(new X509Certificate(door.certificate.cert).fingerprint256)
  expect(await client.ask('EHLO client.example')).not.toContain('STARTTLS')
})

test('where no certificate can be had STARTTLS is refused for now, and the session goes on without', async () => {
  const { promise: isMade, reject } = Promise.withResolvers<never>()
  await using door = await openDoor({}, { later: () => isMade })
  const client = await greeted(door.port)
  const asked = client.ask('STARTTLS')
  reject(new Error('no room'))
  expect(await asked).toStartWith('454 4.7.0')
  await inData(client)
  expect(await client.ask('\r\nhello\r\n.')).toStartWith('250')
})

test('a certificate is made at the first start, with a key that only its owner reads, and kept', async () => {
  using directory = temporaryDirectory()
  const made = await selfSigned(directory.path, 'mx.example.test', now)
  const certificate = new X509Certificate(made.cert)
  expect(certificate.subjectAltName).toBe('DNS:mx.example.test')
  expect(certificate.publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' })
  expect(statSync(join(directory.path, 'smtp-key.pem')).mode & 0o777).toBe(0o600)
  expect(await selfSigned(directory.path, 'mx.example.test', now + year)).toEqual(made)
})

test('a certificate near its end, for another name or damaged is made anew', async () => {
  using directory = temporaryDirectory()
  const first = await selfSigned(directory.path, 'mx.example.test', now)
  const renewed = await selfSigned(directory.path, 'mx.example.test', now + 10 * year)
  expect(renewed).not.toEqual(first)
  const renamed = await selfSigned(directory.path, 'other.example.test', now + 10 * year)
  expect(renamed).not.toEqual(renewed)
  await Bun.write(join(directory.path, 'smtp-cert.pem'), first.cert)
  expect(await selfSigned(directory.path, 'mx.example.test', now)).not.toEqual(first)
})

test("the operator's certificate is used, and one that cannot be is said", async () => {
  using directory = temporaryDirectory()
  using other = temporaryDirectory()
  const { cert } = await selfSigned(directory.path, 'mx.example.test', Date.now())
  await selfSigned(other.path, 'mx.example.test', Date.now())
  const [certFile, keyFile, otherKey] = [
    join(directory.path, 'smtp-cert.pem'),
    join(directory.path, 'smtp-key.pem'),
    join(other.path, 'smtp-key.pem'),
  ]
  await using door = await openDoor({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile })
  const client = await greeted(door.tlsPort, { tls: true })
  expect(fingerprint(client)).toBe(new X509Certificate(cert).fingerprint256)
  await expect(certificateFromFiles(certFile, otherKey)).rejects.toThrow('is not the key of')
  await expect(certificateFromFiles(certFile, '/nowhere/key.pem')).rejects.toThrow('cannot be read')
  await expect(certificateFromFiles(keyFile, keyFile)).rejects.toThrow('is not PEM')
})

test('a new certificate is for new connections; those that are open go on', async () => {
  await using door = await openDoor()
  using directory = temporaryDirectory()
  const before = await greeted(door.tlsPort, { tls: true })
  const waiting = await greeted(door.port)
  const fresh = await selfSigned(directory.path, 'mx.example.test', Date.now())
  door.server.useCertificate(fresh)
  const expected = new X509Certificate(fresh.cert).fingerprint256
  expect(fingerprint(await greeted(door.tlsPort, { tls: true }))).toBe(expected)
  await waiting.startTls()
  expect(fingerprint(waiting)).toBe(expected)
  expect(fingerprint(before)).not.toBe(expected)
  expect(fingerprint(before)).toBe(new X509Certificate(door.certificate.cert).fingerprint256)
  await inData(before)
  expect(await before.ask('\r\nhello\r\n.')).toStartWith('250')
})

test('a handshake that breaks or never comes takes no place for long', async () => {
  await using door = await openDoor({ SMTP_IDLE_SECONDS: '1' })
  const garbage = await talk(door.tlsPort)
  garbage.send('EHLO client.example\r\n')
  const silent = await talk(door.tlsPort)
  const after = await greeted(door.port)
  await after.ask('STARTTLS')
  after.send('this is no handshake\r\n')
  for (const client of [garbage, silent, after]) await client.rest()
  while ((await door.connections()) > 0) await Bun.sleep(5)
})
