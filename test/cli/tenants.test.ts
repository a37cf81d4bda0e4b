// The commands about accounts and keys, without a server: what they print where, and what they take.
import { describe, expect, test } from 'bun:test'
import { accountCommands } from '../../src/cli/account.ts'
import { readArguments, UsageError } from '../../src/cli/arguments.ts'
import { keyCommands } from '../../src/cli/key.ts'
import { temporaryDirectory, testConfig } from '../core.ts'

type Said = { out: string[]; notes: string[] }

/** Runs command lines in a place of its own. */
function commandLine(env: Record<string, string> = {}) {
  const directory = temporaryDirectory()
  const config = testConfig({ ...env, MAYFLY_SERVER_DATA_DIR: directory.path })
  return {
    run: async (words: string[], input = ''): Promise<Said> => {
      const { command, ...typed } = readArguments(words)
      const said: Said = { out: [], notes: [] }
      const terminal = {
        print: (line: string) => void said.out.push(line),
        note: (line: string) => void said.notes.push(line),
        input: new Blob([input]).stream(),
      }
      const known = new Map(Object.entries({ ...accountCommands, ...keyCommands }))
      await known.get(command)?.({ config, terminal, ...typed })
      return said
    },
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

const ann = 'ann@example.test'
const account = ['account', 'create', '--email', ann]
const create = ['key', 'create', '--account', ann]
const idIn = ({ notes }: Said): string => /the key (\S+),/.exec(notes.join())?.[1] ?? ''

describe('what is shown once', () => {
  test('stands alone on standard output: a key, its new secret, a link', async () => {
    using here = commandLine()
    await here.run(account)
    const made = await here.run([...create, '--prefix', 'mf_'])
    expect(made.out).toEqual([expect.stringMatching(/^mf_[0-9A-Za-z]{30}$/)])
    const rotated = await here.run(['key', 'rotate', idIn(made), '--overlap', '1.5'])
    expect(rotated.out).toEqual([expect.stringMatching(/^mf_[0-9A-Za-z]{30}$/)])
    expect(rotated.out).not.toEqual(made.out)
    expect(rotated.notes[0]).toContain('the old one is good until')
    expect((await here.run(['account', 'invite'])).out).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:8025\/app\/invitation#inv_\w{40}$/),
    ])
    expect((await here.run(['account', 'password', '--email', ann, '--link'])).out).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:8025\/app\/password#pwd_\w{40}$/),
    ])
  })

  test('is in no list', async () => {
    using here = commandLine()
    await here.run(account)
    const { out } = await here.run(create)
    const listed = [...(await here.run(['key', 'list'])).out, ...(await here.run(['key', 'list', '--json'])).out].join()
    expect(listed).toContain(out[0]?.slice(-4) ?? 'none')
    expect(listed).not.toContain(out[0] ?? '')
  })
})

test('keys of all accounts are listed with the account of each', async () => {
  using here = commandLine()
  const bob = 'bob@example.test'
  for (const email of [ann, bob]) {
    await here.run(['account', 'create', '--email', email])
    await here.run(['key', 'create', '--account', email, '--name', 'CI'])
  }
  const { out } = await here.run(['key', 'list'])
  expect(out[0]).toMatch(/^ID +KEY +ACCOUNT +NAME /)
  expect(out.slice(1).map((line) => line.split(/ {2,}/)[2])).toEqual([ann, bob])
  const { items } = JSON.parse((await here.run(['key', 'list', '--json'])).out[0] ?? '')
  const accounts = JSON.parse((await here.run(['account', 'list', '--json'])).out[0] ?? '').items
  expect(items.map(({ account: of }: { account: unknown }) => of)).toEqual(
    accounts.map(({ id, owner }: { id: string; owner: string }) => ({ id, owner })),
  )
})

describe('an invitation to a new account', () => {
  const told = async (env: Record<string, string>) => {
    using here = commandLine(env)
    const plain = await here.run(['account', 'invite'])
    const { usable } = JSON.parse((await here.run(['account', 'invite', '--json'])).out[0] ?? '')
    return { usable, isSaid: plain.notes.some((note) => note.includes('refused while registration is off')) }
  }

  test('says that it is refused while registration is off', async () => {
    expect(await told({})).toEqual({ usable: false, isSaid: true })
  })

  test('says nothing of it where registration is by invitation', async () => {
    expect(await told({ MAYFLY_SERVER_REGISTRATION: 'invitation' })).toEqual({ usable: true, isSaid: false })
  })
})

describe('with --json', () => {
  test('each command prints one line of JSON and no note of what it did', async () => {
    using here = commandLine()
    const answer = async (words: string[], input?: string): Promise<Record<string, unknown>> => {
      const { out } = await here.run([...words, '--json'], input)
      expect(out).toHaveLength(1)
      return JSON.parse(out[0] ?? '')
    }
    expect(await answer([...account, '--password-stdin'], 'long enough\n')).toMatchObject({ plan: 'unlimited' })
    expect(await answer(['account', 'list'])).toMatchObject({ items: [{ owner: ann, members: 1, state: 'active' }] })
    expect(await answer(['account', 'set', '--email', ann, '--plan', 'pro'])).toMatchObject({ plan: 'pro' })
    expect(await answer(['account', 'suspend', '--email', ann])).toMatchObject({ state: 'suspended' })
    expect(await answer(['account', 'resume', '--email', ann])).toMatchObject({ state: 'active' })
    expect(await answer(['account', 'password', '--email', ann, '--password-stdin'], 'long enough')).toMatchObject({
      email: ann,
    })
    expect(await answer(['account', 'invite'])).toMatchObject({ url: expect.stringContaining('/app/invitation#') })
    const made = await answer(create)
    const id = String(made['id'])
    expect(made['key']).toStartWith('mayfly_')
    expect(await answer(['key', 'set', id, '--name', 'CI'])).toMatchObject({ id, name: 'CI' })
    const rotated = await answer(['key', 'rotate', id])
    expect(rotated).toMatchObject({ id, name: 'CI' })
    expect(Date.parse(String(rotated['previousSecretUntil']))).toBeLessThanOrEqual(Date.now())
    expect(await answer(['key', 'revoke', id])).toEqual({})
    expect(await answer(['account', 'delete', '--email', ann])).toEqual({})
  })
})

describe('the fields of a key', () => {
  test('are set one by one, and back', async () => {
    using here = commandLine()
    await here.run(account)
    const lists = ['--origins', 'a.test, *.b.test:80,', '--dialects', 'native,mailcx', '--domains', 'mayfly.test']
    const wish = [...create, ...lists, '--scopes', 'mailboxes,keys', '--expires', '2999-12-31T12:00+02:00', '--json']
    const made = JSON.parse((await here.run(wish)).out[0] ?? '')
    const fields = {
      origins: ['a.test', '*.b.test:80'],
      dialects: ['native', 'mailcx'],
      domains: ['mayfly.test'],
      scopes: ['mailboxes', 'keys'],
      expiresAt: '2999-12-31T10:00:00.000Z',
    }
    expect(made).toMatchObject(fields)
    const set = async (...words: string[]) =>
      JSON.parse((await here.run(['key', 'set', made.id, ...words, '--json'])).out[0] ?? '')
    expect(await set('--name', 'CI')).toMatchObject({ ...fields, name: 'CI' })
    expect(await set('--expires', 'never')).toMatchObject({ ...fields, expiresAt: null })
    expect(await set('--expires', '2999-01-01')).toMatchObject({ expiresAt: '2999-01-01T00:00:00.000Z' })
    expect(await set('--origins', '', '--dialects', '', '--domains', '', '--scopes', 'all')).toMatchObject({
      origins: [],
      dialects: [],
      domains: [],
      scopes: null,
    })
  })

  test.each<[string, string]>([
    ['--expires', 'tomorrow'],
    ['--expires', '2999-02-31'],
    ['--expires', '2999-13-01'],
    ['--expires', '2999-01-01T25:00Z'],
    ['--expires', ''],
    ['--prefix', 'sk_'],
    ['--prefix', 'toString'],
    ['--scopes', 'mailboxes,everything'],
    ['--scopes', 'all,mailboxes'],
    ['--scopes', ''],
  ])('%s %s is wrong usage', async (option, value) => {
    using here = commandLine()
    expect(await here.run([...create, option, value]).catch((error) => error)).toBeInstanceOf(UsageError)
  })

  test.each<[string[], string]>([
    [[...create, '--expires', '2001-01-01'], '--expires must lie in the future'],
    [[...create, '--origins', 'a.test,no origin'], '--origins must be a host'],
    [[...create, '--dialects', 'smtp'], '--dialects must be one of native'],
    [[...create, '--name', ' '], '--name must be 1 to 100 characters'],
    [['key', 'create', '--account', 'bob@example.test'], 'no account has a member with this e-mail address'],
    [['key', 'rotate', 'x'], 'there is no such key'],
    [['account', 'set', '--email', ann, '--plan', 'gold'], 'there is no such plan'],
    [account, 'this e-mail address has an account already'],
  ])('%p is refused with a sentence', async (words, sentence) => {
    using here = commandLine()
    await here.run(account)
    const refused = await here.run(words).catch((error) => error)
    expect(refused).toMatchObject({ name: 'CannotDo', message: expect.stringContaining(sentence) })
  })

  test.each(['-1', 'x', '', '1e1'])('an overlap of "%s" is wrong usage', async (hours) => {
    using here = commandLine()
    const rotate = here.run(['key', 'rotate', 'x', `--overlap=${hours}`])
    expect(await rotate.catch((error) => error)).toBeInstanceOf(UsageError)
  })

  test('an overlap of more than three days is refused', async () => {
    using here = commandLine()
    await here.run(account)
    const id = idIn(await here.run(create))
    await expect(here.run(['key', 'rotate', id, '--overlap', '73'])).rejects.toThrow('--overlap must be 0 to 72')
  })
})
