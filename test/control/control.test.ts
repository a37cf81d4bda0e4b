import { describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CannotDo } from '../../src/cannot-do.ts'
import { ask, perform } from '../../src/control/client.ts'
import { openControl } from '../../src/control/server.ts'
import type { Ground } from '../../src/control/verb.ts'
import { openLog } from '../../src/log.ts'
import { Refusal } from '../../src/refusal.ts'
import { DataDirectoryLock } from '../../src/storage/lock.ts'
import { temporaryDirectory, testCore } from '../core.ts'

const log = openLog({ level: 'silent', format: 'json' })
const status = { version: '1.2.3', pid: 1, startedAt: 0, http: [], smtp: [], shortage: null }
const made = { file: '/b', bytes: 1, seconds: 0.5 }

const { accounts, signIns, links, keys, domains, jwts, payments } = testCore()
const ground = (more: Partial<Ground> = {}): Ground => ({
  backups: { make: async () => made },
  status: () => status,
  accounts,
  signIns,
  links,
  keys,
  domains,
  jwts,
  payments,
  isServing: true,
  pageUrl: 'http://mayfly.test',
  ...more,
})

const whatHappened = (work: Promise<unknown>) => work.catch((error: unknown) => error)

/** A backup that only ends when it is told to; `begun` and `ended` say how far it is. */
function endlessBackup() {
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const make: Ground['backups']['make'] = (_, signal) =>
    new Promise((_, reject) => {
      begun.resolve()
      signal.addEventListener('abort', () => {
        ended.resolve()
        reject(new CannotDo('the backup was stopped'))
      })
    })
  return { begun, ended, backups: { make } }
}

/** Posts whatever it likes, as another program might. */
const post = (dataDir: string, path: string, body: string) =>
  fetch(`http://mayfly/${path}`, { unix: join(dataDir, 'control.sock'), method: 'POST', body })

describe('the control socket', () => {
  test('has the running server do a verb, and is for its owner alone', async () => {
    using directory = temporaryDirectory()
    const control = await openControl(directory.path, ground(), log)
    expect(await ask(directory.path, 'status', {})).toEqual({ done: status })
    expect(statSync(join(directory.path, 'control.sock')).mode & 0o777).toBe(0o600)
    await control.stop()
    expect(existsSync(join(directory.path, 'control.sock'))).toBe(false)
    expect(await ask(directory.path, 'status', {})).toBeNull()
  })

  test('works however deep the data directory lies', async () => {
    using directory = temporaryDirectory()
    const deep = join(directory.path, 'deep'.repeat(30), 'deeper'.repeat(30))
    mkdirSync(deep, { recursive: true })
    const control = await openControl(deep, ground(), log)
    expect(await ask(deep, 'status', {})).toEqual({ done: status })
    await control.stop()
  })

  test('brings an expected no as its sentence, and a defect as one', async () => {
    using directory = temporaryDirectory()
    const refusing = ground({ backups: { make: () => Promise.reject(new CannotDo('not today')) } })
    let control = await openControl(directory.path, refusing, log)
    expect(await whatHappened(ask(directory.path, 'backup', { file: '/b' }))).toEqual(new CannotDo('not today'))
    await control.stop()
    const broken = ground({ backups: { make: () => Promise.reject(new TypeError('a defect')) } })
    control = await openControl(directory.path, broken, log)
    expect(String(await whatHappened(ask(directory.path, 'backup', { file: '/b' })))).toContain(
      'the running server failed: a defect',
    )
    await control.stop()
  })

  test('brings what a service refuses as a sentence too', async () => {
    using directory = temporaryDirectory()
    const control = await openControl(directory.path, ground(), log)
    const refused = (work: Promise<unknown>) =>
      whatHappened(work).then((error) => error instanceof CannotDo && error.message)
    expect(await refused(ask(directory.path, 'account-suspend', { email: 'nobody@example.test' }))).toStartWith(
      'no account has a member with this e-mail address',
    )
    expect(await refused(ask(directory.path, 'key-revoke', { id: 'x' }))).toStartWith('there is no such key')
    expect(await refused(ask(directory.path, 'account-create', { email: 'nobody', admin: false }))).toBe(
      '--email must be an e-mail address',
    )
    await control.stop()
  })

  test('takes no more than a verb needs, and nothing that it does not know', async () => {
    using directory = temporaryDirectory()
    const control = await openControl(directory.path, ground(), log)
    const said = async (path: string, body: string) => (await post(directory.path, path, body)).text()
    expect(await said('fly', '{}')).toContain('another version')
    for (const name of ['toString', '__proto__', '']) expect(await said(name, '{}')).toContain('cannot')
    for (const body of ['', '{', 'null', '{"file":1}', '{"file":"/b","more":1}', `{"file":"${'x'.repeat(5000)}"}`]) {
      expect(await said('backup', body)).toContain('"cannot"')
    }
    const large = await post(directory.path, 'backup', 'x'.repeat(100_000)).then(
      ({ status }) => status,
      () => 'cut off',
    )
    expect([413, 'cut off']).toContain(large)
    expect(await ask(directory.path, 'status', {})).toEqual({ done: status })
    await control.stop()
  })

  test('ends a verb when whoever asked has gone', async () => {
    using directory = temporaryDirectory()
    const { begun, ended, backups } = endlessBackup()
    const control = await openControl(directory.path, ground({ backups }), log)
    const leaving = new AbortController()
    const asked = whatHappened(
      fetch('http://mayfly/backup', {
        unix: join(directory.path, 'control.sock'),
        method: 'POST',
        body: '{"file":"/b"}',
        signal: leaving.signal,
      }),
    )
    await begun.promise
    leaving.abort()
    await ended.promise
    await asked
    await control.stop()
  })

  test('tells who asked that the server stops, before it does', async () => {
    using directory = temporaryDirectory()
    const { begun, backups } = endlessBackup()
    const control = await openControl(directory.path, ground({ backups }), log)
    const asked = whatHappened(ask(directory.path, 'backup', { file: '/b' }))
    await begun.promise
    await control.stop()
    expect(await asked).toEqual(new CannotDo('the backup was stopped'))
  })

  test('takes the place of the socket that a crashed server left', async () => {
    using directory = temporaryDirectory()
    const socket = join(directory.path, 'control.sock')
    // A process that dies with its socket open.
    const crashing = `Bun.serve({ unix: ${JSON.stringify(socket)}, fetch: () => new Response() }); process.kill(process.pid, 'SIGKILL')`
    await Bun.spawn([process.execPath, '-e', crashing]).exited
    expect(existsSync(socket)).toBe(true)
    expect(await ask(directory.path, 'status', {})).toBeNull()
    const control = await openControl(directory.path, ground(), log)
    expect(await ask(directory.path, 'status', {})).toEqual({ done: status })
    await control.stop()
  })

  test('leaves a file alone that is no socket, and says so', async () => {
    using directory = temporaryDirectory()
    const socket = join(directory.path, 'control.sock')
    writeFileSync(socket, 'mine')
    const error = await whatHappened(openControl(directory.path, ground(), log))
    expect(error).toBeInstanceOf(CannotDo)
    expect(String(error)).toContain('is no socket')
    expect(await Bun.file(socket).text()).toBe('mine')
  })
})

describe('a command', () => {
  test('does the verb itself without a server, with the lock in its hand', async () => {
    using directory = temporaryDirectory()
    const alone = async () => {
      expect(() => DataDirectoryLock.take(directory.path)).toThrow('another Mayfly')
      return status
    }
    expect(await perform(directory.path, 'status', {}, alone)).toEqual(status)
    DataDirectoryLock.take(directory.path).release()
  })

  test('says what a service refused as a sentence without a server too', async () => {
    using directory = temporaryDirectory()
    const refused = () => Promise.reject(new Refusal('email-taken'))
    expect(await whatHappened(perform(directory.path, 'status', {}, refused))).toEqual(
      new CannotDo('this e-mail address has an account already'),
    )
    DataDirectoryLock.take(directory.path).release()
  })

  test('waits for a server that is only starting', async () => {
    using directory = temporaryDirectory()
    const lock = DataDirectoryLock.take(directory.path)
    const asked = perform(directory.path, 'status', {}, () => Promise.reject(new Error('there is a server')))
    await Bun.sleep(150)
    const control = await openControl(directory.path, ground(), log)
    expect(await asked).toEqual(status)
    await control.stop()
    lock.release()
  })
})
