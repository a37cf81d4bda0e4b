import { describe, expect, test } from 'bun:test'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { certificate } from '../../../src/cli/doctor/certificate.ts'
import { clock } from '../../../src/cli/doctor/clock.ts'
import { database, sqlite } from '../../../src/cli/doctor/database.ts'
import { disk } from '../../../src/cli/doctor/disk.ts'
import { ports } from '../../../src/cli/doctor/ports.ts'
import { carriedOut, type Finding, line } from '../../../src/finding.ts'
import { databaseFile, openForWriting } from '../../../src/storage/database.ts'
import { migrations } from '../../../src/storage/migrations/index.ts'
import { temporaryDirectory, testConfig } from '../../core.ts'
import { leaveDamagedLog } from '../../storage/damaged-log.ts'

const said = (findings: Finding[]) => findings.map(({ level, says }) => `${level} ${says}`)
const running = { version: '1', pid: 1, startedAt: 0, http: [], smtp: [], shortage: null }

test('a finding is a line, with how to mend it below', () => {
  expect(line({ check: 'disk', level: 'ok', says: 'fine' })).toBe('ok    disk         fine')
  expect(line({ check: 'disk', level: 'wrong', says: 'full', mend: 'make room' })).toBe(
    'WRONG disk         full\n                   → make room',
  )
})

test('a check that cannot be carried out is itself something wrong, and the others go on', async () => {
  const [found] = await carriedOut('disk', () => {
    throw new Error('a surprise')
  })
  expect(found).toMatchObject({ check: 'disk', level: 'wrong', says: expect.stringContaining('a surprise') })
})

describe('the doctor on the disk', () => {
  const looked = (dataDir: string, env: Record<string, string> = {}) =>
    said(disk(testConfig({ MAYFLY_SERVER_DATA_DIR: dataDir, MAYFLY_STORAGE_MIN_FREE_BYTES: '0', ...env })))

  test('finds fine what the server makes', () => {
    using directory = temporaryDirectory()
    openForWriting(databaseFile(directory.path)).close()
    chmodSync(databaseFile(directory.path), 0o600)
    const [rights, room] = looked(directory.path, { MAYFLY_STORAGE_MAX_BYTES: '16777216' })
    expect(rights).toEndWith("is its owner's alone")
    expect(room).toStartWith('ok ')
  })

  test('says which file others may read', () => {
    using directory = temporaryDirectory()
    writeFileSync(databaseFile(directory.path), '')
    chmodSync(databaseFile(directory.path), 0o644)
    chmodSync(directory.path, 0o755)
    expect(looked(directory.path).slice(0, 2)).toEqual([
      `wrong others than its owner have rights to ${databaseFile(directory.path)}`,
      `note others than its owner may look into ${directory.path}`,
    ])
  })

  test('says when there is too little room for mail', () => {
    using directory = temporaryDirectory()
    expect(looked(directory.path, { MAYFLY_STORAGE_MIN_FREE_BYTES: `${2 ** 50}` })[1]).toContain('no mail is taken')
    expect(looked(directory.path, { MAYFLY_STORAGE_MAX_BYTES: `${2 ** 50}` })[1]).toStartWith('note ')
    writeFileSync(databaseFile(directory.path), Buffer.alloc(17_000_000), { mode: 0o600 })
    expect(looked(directory.path, { MAYFLY_STORAGE_MAX_BYTES: '16777216' })[1]).toContain('storage.max_bytes')
  })

  test('looks at the disk of a directory that is yet to be made', () => {
    using directory = temporaryDirectory()
    expect(looked(join(directory.path, 'a/b'))[0]).toStartWith('note the data directory')
  })
})

describe('the doctor on the clock', () => {
  const year = (n: number) => () => Date.UTC(n, 5, 1)

  test.each([[1970], [2020], [2150]])('does not believe the year %d', async (n) => {
    expect(said(await clock(year(n), null))[0]).toStartWith('wrong the clock says')
  })

  test('finds out that it went back behind the newest event', async () => {
    expect(said(await clock(Date.now, Date.now() + 3_600_000))[0]).toEndWith('it went back')
    expect(said(await clock(Date.now, Date.now()))[0]).toStartWith('ok ')
  })

  test('sees a jump', async () => {
    const began = performance.now()
    const jumping = () => Date.now() + (performance.now() - began > 50 ? 100_000 : 0)
    expect(said(await clock(jumping, null))[0]).toContain('jumped')
  })
})

describe('the doctor on the certificate', () => {
  const day = 86_400_000
  const now = Date.now()

  async function files(directory: string, name: string, days: number) {
    const made = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(now - 100 * day),
      notAfterDate: new Date(now + days * day),
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    })
    const [cert, key] = [join(directory, `${name}.pem`), join(directory, `${name}-key.pem`)]
    writeFileSync(cert, made.cert)
    writeFileSync(key, made.private)
    return { MAYFLY_TLS_CERT_FILE: cert, MAYFLY_TLS_KEY_FILE: key }
  }
  const looked = (env: Record<string, string>) =>
    certificate(testConfig({ MAYFLY_SMTP_HOSTNAME: 'mx.mail.net', ...env }), now).then(said)

  test('finds a good one good, and notes that it is self-signed', async () => {
    using directory = temporaryDirectory()
    expect(await looked(await files(directory.path, 'mx.mail.net', 100))).toEqual([
      expect.stringContaining('ok it is good until'),
      'ok it is for mx.mail.net',
      expect.stringContaining('note it is self-signed'),
    ])
    expect((await looked({}))[0]).toStartWith('note SMTP uses a self-signed certificate')
  })

  test('says when it ended, or ends soon', async () => {
    using directory = temporaryDirectory()
    expect((await looked(await files(directory.path, 'mx.mail.net', -1)))[0]).toStartWith('wrong it ended on')
    expect((await looked(await files(directory.path, 'mx.mail.net', 5)))[0]).toStartWith('wrong it ends in ')
  })

  test('warns as late as the server does: two weeks before the end', async () => {
    using directory = temporaryDirectory()
    expect((await looked(await files(directory.path, 'mx.mail.net', 15)))[0]).toStartWith('ok it is good until')
    expect((await looked(await files(directory.path, 'mx.mail.net', 13)))[0]).toStartWith('wrong it ends in ')
  })

  test('refuses a chain that the server refuses, cut off behind the first', async () => {
    using directory = temporaryDirectory()
    const env = await files(directory.path, 'mx.mail.net', 100)
    const first = readFileSync(env.MAYFLY_TLS_CERT_FILE, 'utf8')
    writeFileSync(env.MAYFLY_TLS_CERT_FILE, `${first}\n${first.slice(0, first.length >> 1)}`)
    expect(await looked(env)).toEqual([expect.stringMatching(/^wrong tls.cert_file .* is not PEM/)])
  })

  test('says for which name it is not, the one of the page too', async () => {
    using directory = temporaryDirectory()
    const env = await files(directory.path, 'mx.mail.net', 100)
    const web = { ...env, MAYFLY_HTTP_TLS: 'true', MAYFLY_SERVER_PUBLIC_URL: 'https://mail.net' }
    expect((await looked(web))[1]).toBe('wrong it is not for mail.net, but for DNS:mx.mail.net')
    expect((await looked({ ...env, MAYFLY_SMTP_HOSTNAME: 'mx.other.net' }))[1]).toStartWith(
      'wrong it is not for mx.other.net',
    )
  })

  test('says what is missing, no PEM, or of another pair', async () => {
    using directory = temporaryDirectory()
    const one = await files(directory.path, 'mx.mail.net', 100)
    const other = await files(directory.path, 'other.net', 100)
    expect(await looked({ ...one, MAYFLY_TLS_KEY_FILE: other.MAYFLY_TLS_KEY_FILE })).toEqual([
      expect.stringContaining('is not the key of tls.cert_file'),
    ])
    writeFileSync(one.MAYFLY_TLS_CERT_FILE, 'x')
    const missing = { ...one, MAYFLY_TLS_KEY_FILE: join(directory.path, 'none') }
    expect(await looked(missing)).toEqual([
      expect.stringContaining('is not PEM'),
      expect.stringContaining('cannot be read: there is no such file'),
    ])
  })
})

describe('the doctor on the database', () => {
  test('finds its own SQLite fit', () => {
    expect(said(sqlite())[0]).toMatch(/^ok SQLite \d/)
  })

  test('finds a whole one whole, an older schema worth a note, and a newer one wrong', () => {
    using directory = temporaryDirectory()
    const { sqlite: handle, close } = openForWriting(databaseFile(directory.path))
    const looked = () => said(database(directory.path).findings)
    expect(looked()).toEqual(['ok it is whole (integrity_check)'])
    handle.run('DROP TABLE refusals')
    expect(looked()[0]).toStartWith('wrong it is damaged: its tables are not those of schema')
    using older = temporaryDirectory()
    openForWriting(databaseFile(older.path), migrations.slice(0, 1)).close()
    expect(said(database(older.path).findings)[1]).toStartWith('note it has schema 1')
    handle.run('PRAGMA user_version = 9999')
    expect(looked()[0]).toStartWith('wrong it has schema 9999')
    close()
  })

  test('counts the messages that are damaged', () => {
    using directory = temporaryDirectory()
    const { sqlite: handle, close } = openForWriting(databaseFile(directory.path))
    handle.run('PRAGMA foreign_keys = OFF')
    handle.run(
      "INSERT INTO messages (id, mailbox_key, content_key, address, size, received_at, seen) VALUES ('m', 1, 1, 'a@b.c', 1, 1, 0)",
    )
    close()
    expect(said(database(directory.path).findings)).toEqual([
      'wrong 1 message is not as written: what is damaged is refused',
    ])
  })

  test('says that it is damaged, or no database at all', async () => {
    using directory = temporaryDirectory()
    const file = databaseFile(directory.path)
    expect(said(database(directory.path).findings)[0]).toStartWith('note there is none yet')
    openForWriting(file).close()
    const bytes = Buffer.from(await Bun.file(file).arrayBuffer())
    writeFileSync(file, bytes.fill(0xee, 5 * 4096))
    expect(said(database(directory.path).findings)[0]).toMatch(/^wrong it (is damaged|cannot be read)/)
    writeFileSync(file, 'x'.repeat(5000))
    expect(said(database(directory.path).findings)[0]).toStartWith('wrong it cannot be read')
  })

  test('says that the middle of its log is damaged, which SQLite passes over', () => {
    using directory = temporaryDirectory()
    leaveDamagedLog(directory.path)
    expect(said(database(directory.path).findings)).toEqual([
      expect.stringContaining('wrong it is damaged: its write-ahead log is damaged at frame'),
    ])
  })

  test('does not take one that it cannot get at for none', () => {
    using directory = temporaryDirectory()
    writeFileSync(join(directory.path, 'file'), '')
    expect(said(database(join(directory.path, 'file')).findings)[0]).toStartWith('wrong it was not looked at')
  })

  test('knows when the newest event was', () => {
    using directory = temporaryDirectory()
    const { sqlite: handle, close } = openForWriting(databaseFile(directory.path))
    expect(database(directory.path).lastEventAt).toBeNull()
    for (const at of [5, 7])
      handle.run("INSERT INTO events (at, type, mailbox_id, address, unclaimed) VALUES (?, 'x', 'm', 'a', 0)", [at])
    expect(database(directory.path).lastEventAt).toBe(7)
    close()
  })
})

/** A server on loopback that says this line. */
async function greeter(text: string) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const place = server.address()
  return {
    port: typeof place === 'object' && place !== null ? place.port : 0,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

describe('the doctor on ports', () => {
  test('tries those of a server that does not run', async () => {
    await using other = await greeter('')
    const config = testConfig({ MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: `127.0.0.1:${other.port}` })
    expect(said(await ports(config, null))).toEqual([
      'ok HTTP can listen on 127.0.0.1:0',
      `wrong SMTP cannot listen on 127.0.0.1:${other.port}: another program has this port`,
    ])
  })

  test('looks at every kind of address, and names the key of one that is taken', async () => {
    await using one = await greeter('')
    await using other = await greeter('')
    const config = testConfig({
      MAYFLY_HTTP_LISTEN: '127.0.0.1:0',
      MAYFLY_HTTP_LISTEN_PLAIN: `127.0.0.1:${one.port}`,
      MAYFLY_SMTP_LISTEN: '127.0.0.1:0',
      MAYFLY_SMTP_LISTEN_TLS: `127.0.0.1:${other.port}`,
    })
    const mends = (await ports(config, null)).flatMap(({ mend }) => mend ?? [])
    expect(mends).toEqual(['end that program, or set http.listen_plain', 'end that program, or set smtp.listen_tls'])
  })

  test('believes a running server', async () => {
    const config = testConfig({ MAYFLY_HTTP_LISTEN: '127.0.0.1:8025', MAYFLY_SMTP_LISTEN: '127.0.0.1:1025' })
    const at = (port: number) => [{ host: '127.0.0.1', port, tls: false }]
    expect(said(await ports(config, { ...running, http: at(8025), smtp: at(26) }))).toEqual([
      'ok HTTP listens on 127.0.0.1:8025',
      'note SMTP is to listen on 127.0.0.1:1025, and the running server listens on port 26',
    ])
  })
})
