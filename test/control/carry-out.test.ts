// Commands about accounts and keys without a server.
import { expect, test } from 'bun:test'
import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nobody, operator } from '../../src/accounts/caller.ts'
import { CannotDo } from '../../src/cannot-do.ts'
import type { Config } from '../../src/config/schema.ts'
import { carryOut, type StoreVerbName } from '../../src/control/carry-out.ts'
import type { InputOf, OutputOf } from '../../src/control/verbs.ts'
import { databaseFile, openForWriting } from '../../src/storage/database.ts'
import { DataDirectoryLock } from '../../src/storage/lock.ts'
import { temporaryDirectory, testConfig, testCore } from '../core.ts'
import { leaveDamagedLog } from '../storage/damaged-log.ts'

const ann = 'ann@example.test'
const configOf = (dataDir: string, env: Record<string, string> = {}) =>
  testConfig({ MAYFLY_SERVER_DATA_DIR: dataDir, ...env })

/** Makes a database where there is none. */
const begin = <Name extends StoreVerbName>(config: Config, name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> =>
  carryOut(config, name, input, () => {})

test('what is done without a server is there when one starts, and the lock is free again', async () => {
  using directory = temporaryDirectory()
  const config = configOf(directory.path)
  await begin(config, 'account-create', { email: ann, plan: 'pro', admin: false })
  const { key } = await begin(config, 'key-create', { email: ann })
  DataDirectoryLock.take(directory.path).release()
  const core = testCore({ file: databaseFile(directory.path) })
  const use = { origin: null, referer: null, host: null, dialect: 'native', client: '192.0.2.1' }
  expect((await core.keys.holder(key, use)).account.plan).toBe('pro')
  core.close()
})

test('a new secret for tokens, made without a server, leaves those good that are out', async () => {
  using directory = temporaryDirectory()
  const config = configOf(directory.path)
  await begin(config, 'account-create', { email: ann, admin: false })
  const file = databaseFile(directory.path)
  const before = testCore({ file })
  const { mailbox } = await before.mailboxes.open(nobody, { localPart: 'x', password: 'open sesame' }, '192.0.2.1')
  const old = await before.mailboxes.jwtOf(mailbox)
  before.close()
  // By the system's clock, as commands are.
  await carryOut(config, 'token-secret-rotate', {}, null)
  const after = testCore({ file })
  const fresh = await after.mailboxes.jwtOf(mailbox)
  expect(fresh.split('.')[0]).not.toBe(old.split('.')[0])
  for (const jwt of [old, fresh]) expect((await after.mailboxes.jwtHolder(jwt)).mailbox.id).toBe(mailbox.id)
  after.close()
})

test('where there is no database, only what begins something makes one', async () => {
  using directory = temporaryDirectory()
  const below = join(directory.path, 'below')
  for (const config of [configOf(directory.path), configOf(below)]) {
    const refused = await carryOut(config, 'account-list', {}, null).catch((error) => error)
    expect(refused).toBeInstanceOf(CannotDo)
    expect(String(refused)).toContain('there is no database in')
    expect(existsSync(databaseFile(config.server.data_dir))).toBe(false)
  }
  expect(existsSync(below)).toBe(false)
  const made: string[] = []
  for (let n = 0; n < 2; n++) await carryOut(configOf(below), 'account-invite', {}, (file) => made.push(file))
  expect(made).toEqual([databaseFile(below)])
})

const asRoot = test.skipIf(process.geteuid?.() !== 0) // nobody else can give files away
asRoot('what root makes is for the user that the data directory is of', async () => {
  using directory = temporaryDirectory()
  chownSync(directory.path, 65_534, 65_534)
  await begin(configOf(directory.path), 'account-create', { email: ann, admin: false })
  const owners = readdirSync(directory.path).map((name) => statSync(join(directory.path, name)).uid)
  expect(owners.length).toBeGreaterThan(1)
  expect(new Set(owners)).toEqual(new Set([65_534]))
})

test('a refusal is a sentence, and changes nothing', async () => {
  using directory = temporaryDirectory()
  const config = configOf(directory.path)
  await begin(config, 'account-create', { email: ann, admin: false })
  const refused = await begin(config, 'account-create', { email: ann, admin: true }).catch((error) => error)
  expect(refused).toEqual(new CannotDo('this e-mail address has an account already'))
  expect((await begin(config, 'account-list', {})).items).toHaveLength(1)
})

test('an account whose plan is gone from the config keeps its last numbers', async () => {
  using directory = temporaryDirectory()
  const gold = { MAYFLY_PLANS_TEAM_KEYS: '1' }
  await begin(configOf(directory.path, gold), 'account-create', { email: ann, plan: 'team', admin: false })
  const without = configOf(directory.path, { MAYFLY_PLANS_TEAM_ENABLED: 'false' })
  await begin(without, 'key-create', { email: ann })
  await expect(begin(without, 'key-create', { email: ann })).rejects.toThrow('no more of these are allowed')
  await expect(begin(without, 'account-set', { email: ann, plan: 'team' })).rejects.toThrow('there is no such plan')
})

test('a command with another config than the server leaves the last numbers of a plan that is gone alone', async () => {
  using directory = temporaryDirectory()
  const serving = async (env: Record<string, string>) => {
    const core = testCore({ config: configOf(directory.path, env), file: databaseFile(directory.path) })
    await core.plans.remember()
    return core
  }
  const before = await serving({ MAYFLY_PLANS_PRO_KEYS: '1' })
  await before.accounts.create(operator, { email: ann, plan: 'pro' })
  before.close()
  const gone = { MAYFLY_PLANS_PRO_ENABLED: 'false' }
  const without = await serving(gone)
  without.close()
  // To this config the plan is one that is offered, without a limit on keys.
  await begin(configOf(directory.path), 'account-list', {})
  const after = await serving(gone)
  expect(after.plans.of('pro').keys).toBe(1)
  after.close()
  const back = begin(configOf(directory.path, gone), 'account-set', { email: ann, plan: 'pro' })
  await expect(back).rejects.toThrow('there is no such plan')
})

test('what was switched while a server ran counts without one', async () => {
  using directory = temporaryDirectory()
  const config = configOf(directory.path)
  expect((await begin(config, 'account-invite', {})).usable).toBe(false)
  const core = testCore({ config, file: databaseFile(directory.path) })
  await core.switches.set(operator, { registration: 'invitation' })
  core.close()
  expect((await begin(config, 'account-invite', {})).usable).toBe(true)
})

const tls = { MAYFLY_HTTP_TLS: 'true', MAYFLY_TLS_CERT_FILE: 'cert.pem', MAYFLY_TLS_KEY_FILE: 'key.pem' }

test.each<[string, Record<string, string>, string]>([
  ['the public address', { MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example/' }, 'https://mail.example'],
  ['the listener', { MAYFLY_HTTP_LISTEN: '0.0.0.0:80' }, 'http://127.0.0.1:80'],
  ['the plain one of two', { ...tls, MAYFLY_HTTP_LISTEN_PLAIN: '[::1]:81' }, 'http://[::1]:81'],
])('a link leads to %s that the config names', async (_, env, base) => {
  using directory = temporaryDirectory()
  const { url, token } = await begin(configOf(directory.path, env), 'account-invite', {})
  expect(url).toBe(`${base}/app/invitation#${token}`)
})

test.each<[string, (dataDir: string) => void]>([
  ['whose log is damaged', leaveDamagedLog],
  [
    'without a table that its schema has',
    (dataDir) => {
      const { sqlite, close } = openForWriting(databaseFile(dataDir))
      sqlite.run('DROP TABLE refusals')
      close()
    },
  ],
])('a database %s is left alone', async (_, spoil) => {
  using directory = temporaryDirectory()
  spoil(directory.path)
  const refused = await begin(configOf(directory.path), 'account-create', { email: ann, admin: false }).catch(
    (error) => error,
  )
  expect(refused).toBeInstanceOf(CannotDo)
  expect(String(refused)).toContain('cannot be used')
  DataDirectoryLock.take(directory.path).release()
})

test('a database whose structure is damaged is refused rather than written to', async () => {
  using directory = temporaryDirectory()
  const config = configOf(directory.path)
  const file = databaseFile(directory.path)
  {
    const { sqlite, close } = openForWriting(file)
    const page = sqlite
      .query<{ page: number }, []>("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'attachments'")
      .get()?.page
    sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
    close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xee, ((page ?? 0) - 1) * 4096, (page ?? 0) * 4096))
  }
  const before = readFileSync(file)
  const refused = await begin(config, 'account-create', { email: ann, admin: false }).catch((error) => error)
  expect(refused).toBeInstanceOf(CannotDo)
  expect(String(refused)).toContain('it is damaged')
  // All but SQLite's header, where it counts transactions.
  expect(readFileSync(file).subarray(100).equals(before.subarray(100))).toBe(true)
})
