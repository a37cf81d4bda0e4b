// A renewed certificate is taken up by a running server, however it is put there, and nobody is cut off for it.
import { expect, test } from 'bun:test'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { type Certificate, selfSigned } from '../../src/certificate.ts'
import { fingerprintOf, secureLine } from '../http/secure.ts'
import { greeted, inData, type Talk } from '../smtp/talk.ts'
import { type Directory, emptyDirectory, json, type Running, run, serve } from './launch.ts'

/** A certificate of its own for each call. */
async function fresh(): Promise<Certificate> {
  using directory = emptyDirectory()
  const made = await selfSigned(directory.path, 'mx.example.test', Date.now())
  return made
}

const environment = {
  MAYFLY_HTTP_TLS: 'true',
  MAYFLY_HTTP_LISTEN_PLAIN: '127.0.0.1:0',
  MAYFLY_SMTP_LISTEN_TLS: '127.0.0.1:0',
  MAYFLY_TLS_CERT_FILE: 'live/cert.pem',
  MAYFLY_TLS_KEY_FILE: 'live/key.pem',
}

/** As certbot and Kubernetes do it: a new folder, then the link to it swapped. */
function put({ path }: Directory, { cert, key }: Certificate, name: string): void {
  mkdirSync(join(path, name))
  writeFileSync(join(path, name, 'cert.pem'), cert)
  writeFileSync(join(path, name, 'key.pem'), key)
  symlinkSync(name, join(path, 'next'))
  renameSync(join(path, 'next'), join(path, 'live'))
}

async function presented(server: Running): Promise<string[]> {
  const http = await secureLine(server.http)
  const smtp = await greeted(server.smtps, { tls: true })
  const starttls = await greeted(server.smtp)
  await starttls.startTls()
  const seen = [http.fingerprint, ...[smtp, starttls].map(fingerprint)]
  for (const { close } of [http, { close: smtp.hangUp }, { close: starttls.hangUp }]) close()
  return seen
}

const fingerprint = (talk: Talk): string => {
  const socket = talk.socket()
  return socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint256 : ''
}

/** Until the log has this; the test's own time limit is the only clock. */
async function logged(server: Running, text: string): Promise<void> {
  while (!server.log().includes(text)) await Bun.sleep(20)
}

test('a new certificate is for new connections; a keep-alive one, a stream and a mail on its way go on', async () => {
  using directory = emptyDirectory()
  const [first, second] = [await fresh(), await fresh()]
  put(directory, first, 'first')
  await using server = await serve(directory, { ...environment, MAYFLY_TLS_WATCH_SECONDS: '1' })
  const keepAlive = await secureLine(server.http)
  expect(keepAlive.fingerprint).toBe(fingerprintOf(first))
  expect(keepAlive.socket.alpnProtocol).toBe('http/1.1')
  expect(await keepAlive.get('/healthz')).toStartWith('HTTP/1.1 200 ')
  const stream = await secureLine(server.http)
  stream.socket.write('GET /mayfly/v1/mailboxes/box@mayfly.test/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await stream.hear('retry: 2000')
  const smtp = await greeted(server.smtps, { tls: true })
  await inData(smtp)
  smtp.send('Subject: on its way\r\n\r\n')

  put(directory, second, 'second')
  await logged(server, 'a new certificate is in use')
  expect(await presented(server)).toEqual(Array(3).fill(fingerprintOf(second)))

  expect(await keepAlive.get('/healthz')).toStartWith('HTTP/1.1 200 ')
  expect(await smtp.ask('hello\r\n.')).toStartWith('250')
  expect(await stream.hear('on its way')).toContain('event: message.')
  for (const one of [keepAlive, stream]) one.close()
  smtp.hangUp()
}, 60_000)

test('while the two files do not fit, or are broken, the old one stays; that is said once', async () => {
  using directory = emptyDirectory()
  const [first, second] = [await fresh(), await fresh()]
  put(directory, first, 'first')
  await using server = await serve(directory, { ...environment, MAYFLY_TLS_WATCH_SECONDS: '1' })
  const [certFile, keyFile] = [join(directory.path, 'first/cert.pem'), join(directory.path, 'first/key.pem')]
  const refusals = (): number => server.log().split('the old one stays').length - 1
  const steps: [() => void, string][] = [
    [() => writeFileSync(certFile, second.cert), 'is not the key of'],
    [() => writeFileSync(certFile, `${second.cert}${second.cert.slice(0, 300)}`), 'is not PEM'],
    [() => rmSync(certFile), 'cannot be read'],
  ]
  for (const [step, said] of steps) {
    step()
    await logged(server, said)
    expect(await presented(server)).toEqual(Array(3).fill(fingerprintOf(first)))
  }
  const before = refusals()
  await Bun.sleep(2500)
  expect(refusals()).toBe(before)
  writeFileSync(certFile, second.cert)
  writeFileSync(keyFile, second.key)
  await logged(server, 'a new certificate is in use')
  expect(await presented(server)).toEqual(Array(3).fill(fingerprintOf(second)))
}, 60_000)

test('SIGHUP looks at the files at once', async () => {
  using directory = emptyDirectory()
  const second = await fresh()
  put(directory, await fresh(), 'first')
  await using server = await serve(directory, { ...environment, MAYFLY_TLS_WATCH_SECONDS: '3600' })
  put(directory, second, 'second')
  process.kill(server.pid, 'SIGHUP')
  await logged(server, 'a new certificate is in use')
  expect(await presented(server)).toEqual(Array(3).fill(fingerprintOf(second)))
}, 60_000)

test('files that cannot be used keep the server from starting, in a sentence', async () => {
  using directory = emptyDirectory()
  const started = await run(directory, ['serve'], environment)
  expect(started.code).toBe(1)
  expect(started.err).toMatch(/^mayfly: tls\.cert_file \S+live\/cert\.pem cannot be read: .*\n$/)
  const checked = await run(directory, ['check'], { MAYFLY_HTTP_TLS: 'true' })
  expect(checked.code).toBe(1)
  expect(checked.err).toContain('tls.cert_file: expected the file of the certificate, since http.tls is on')
})

test('the greeting names each listener as it is, and its lines go where no certificate is needed', async () => {
  using directory = emptyDirectory()
  put(directory, await fresh(), 'first')
  await using server = await serve(directory, environment)
  const [tls, plain] = [...server.greeting.matchAll(/^HTTP {2}(https?:\/\/127\.0\.0\.1:\d+)\/$/gm)].map(
    ([, url]) => url,
  )
  expect([tls, plain]).toEqual([expect.stringMatching(/^https:/), expect.stringMatching(/^http:/)])
  expect(server.greeting).toContain(`curl -sS '${plain}/mayfly/v1/`)
  const overTls = await fetch(`${tls}/healthz`, { tls: { rejectUnauthorized: false } })
  expect(overTls.headers.get('strict-transport-security')).toBe('max-age=15552000')
  const inPlain = await fetch(`${plain}/healthz`)
  expect(await json(`${plain}/healthz`)).toEqual({ alive: true })
  expect(inPlain.headers.get('strict-transport-security')).toBeNull()
})

test('a SIGHUP while the server starts does not end it', async () => {
  using directory = emptyDirectory()
  // The config is a pipe, so that the start waits for its end, and the signal comes in the middle.
  const [config, pid] = [join(directory.path, 'mayfly.toml'), join(directory.path, 'process')]
  expect(Bun.spawnSync(['mkfifo', config]).success).toBe(true)
  const script = 'exec 3>"$1"; kill -HUP "$(cat "$2")"; sleep 0.5; exec 3>&-'
  await using writer = Bun.spawn(['sh', '-c', script, 'sh', config, pid])
  await using server = await serve(directory, {}, ['sh', '-c', 'echo $$ >"$0"; exec "$@"', pid])
  expect(await writer.exited).toBe(0)
  expect(server.greeting).toContain('HTTP')
})
