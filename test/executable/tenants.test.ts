// Accounts and keys by the command line, beside a running server and without one.
import { describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Directory, emptyDirectory, json, type Running, run, serve } from './launch.ts'

const ann = 'ann@example.test'

/** What a command that must succeed printed, without the end of the line. */
async function said(directory: Directory, words: string, input = ''): Promise<string> {
  const { code, out, err } = await run(directory, words.split(' '), {}, input)
  if (code !== 0) throw new Error(`mayfly ${words} ended with ${code}: ${err}`)
  return out.replace(/\n$/, '')
}

const items = async (directory: Directory, words: string): Promise<Record<string, unknown>[]> =>
  JSON.parse(await said(directory, `${words} --json`)).items

const idOfOnlyKey = async (directory: Directory): Promise<string> =>
  String((await items(directory, `key list --account ${ann}`))[0]?.['id'])

/** What the native API answers to a key. */
async function use({ api }: Running, key: string, path = '/account'): Promise<number> {
  const answer = await fetch(api + path, { headers: { authorization: `Bearer ${key}` } })
  await answer.body?.cancel()
  return answer.status
}

const signIn = ({ api }: Running, password: string): Promise<Response> =>
  fetch(`${api}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ann, password }),
  })

describe('beside a running server', () => {
  test('an account and a key are made, used, changed, rotated with overlap and revoked, each in force within a second', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory)
    expect(await said(directory, `account create --email ${ann} --plan pro`)).toContain(ann)
    const made = await run(directory, ['key', 'create', '--account', ann, '--name', 'CI', '--prefix', 'r2m_'])
    expect(made.out).toMatch(/^r2m_[0-9A-Za-z]{40}\n$/)
    const key = made.out.trim()
    const id = await idOfOnlyKey(directory)
    expect(made.err).toContain(id)
    expect(await use(server, key)).toBe(200)

    const withinASecond = async (words: string, secret: string, status: number): Promise<string> => {
      const out = await said(directory, words)
      const done = performance.now()
      expect(await use(server, secret)).toBe(status)
      expect(performance.now() - done).toBeLessThan(1000)
      return out
    }
    await withinASecond(`key set ${id} --dialects mailfade`, key, 403)
    await withinASecond(`key set ${id} --dialects native,mailfade --name CD`, key, 200)
    const second = await withinASecond(`key rotate ${id} --overlap 1`, key, 200)
    expect(await use(server, second)).toBe(200)
    const third = await withinASecond(`key rotate ${id}`, second, 401)
    expect(await use(server, key)).toBe(401)
    expect(await use(server, third)).toBe(200)
    await withinASecond(`account suspend --email ${ann}`, third, 403)
    await withinASecond(`account resume --email ${ann}`, third, 200)
    await withinASecond(`key revoke ${id}`, third, 401)
    expect(await items(directory, 'key list')).toMatchObject([
      { id, name: 'CD', prefix: 'r2m_', revokedAt: expect.any(String) },
    ])
    for (const secret of [key, second, third]) expect(server.log()).not.toContain(secret)
  })

  test('a password comes from standard input, and signs in', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory)
    await said(directory, `account create --email ${ann} --password-stdin --admin`, 'correct horse\nnot this\n')
    expect((await signIn(server, 'correct horse')).status).toBe(201)
    await said(directory, `account password --email ${ann} --password-stdin`, 'battery staple')
    expect((await signIn(server, 'correct horse')).status).toBe(401)
    expect((await signIn(server, 'battery staple')).status).toBe(201)
    const refused = await run(directory, ['account', 'password', '--email', ann, '--password-stdin'])
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no password on standard input') })
    expect(server.log()).not.toContain('correct horse')
    expect(server.log()).not.toContain('battery staple')
  })

  test('a link leads to the server that runs', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory)
    const link = new URL(await said(directory, 'account invite --plan hobbyist'))
    expect(link.origin + link.pathname).toBe(`http://127.0.0.1:${server.http}/app/invitation`)
    expect(server.greeting).toContain(`Become the admin, once: http://127.0.0.1:${server.http}/app/invitation#inv_`)
  })

  test('the JSON of a list is whole, also when it is long and whoever reads it is slow', async () => {
    using directory = emptyDirectory()
    await using server = await serve(directory)
    await said(directory, `account create --email ${ann}`)
    const key = await said(directory, `key create --account ${ann}`)
    const headers = { authorization: `Bearer ${key}` }
    const name = 'x'.repeat(100)
    for (let n = 0; n < 400; n++) await json(`${server.api}/keys`, { headers, body: { name } })
    expect(await items(directory, 'key list')).toHaveLength(401)
  })
})

describe('without a server', () => {
  test('the same commands work, before the first start too, and hold in the server that starts then', async () => {
    using directory = emptyDirectory()
    const first = await run(directory, ['account', 'create', '--email', ann, '--admin', '--plan', 'pro'])
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('there was no database yet') })
    const key = await said(directory, `key create --account ${ann}`)
    const id = await idOfOnlyKey(directory)
    const rotated = await said(directory, `key rotate ${id} --overlap 2`)
    await said(directory, `key set ${id} --domains mayfly.test`)
    const revoked = await said(directory, `key create --account ${ann}`)
    const list = await items(directory, 'key list')
    await said(directory, `key revoke ${String(list[1]?.['id'])}`)
    await said(directory, `account set --email ${ann} --plan team`)
    {
      await using server = await serve(directory)
      expect(server.greeting).not.toContain('Become the admin')
      expect(await use(server, key)).toBe(200)
      expect(await use(server, rotated)).toBe(200)
      expect(await use(server, revoked)).toBe(401)
      expect(await items(directory, 'account list')).toMatchObject([{ owner: ann, plan: 'team' }])
    }
    // That one was killed.
    await said(directory, `account suspend --email ${ann}`)
    await using server = await serve(directory)
    expect(await use(server, rotated)).toBe(403)
  })

  test('no secret stands in what they leave on the disk', async () => {
    using directory = emptyDirectory()
    const password = 'correct horse battery staple'
    await said(directory, `account create --email ${ann} --password-stdin`, password)
    const key = await said(directory, `key create --account ${ann}`)
    const link = new URL(await said(directory, `account password --email ${ann} --link`)).hash.slice(1)
    const data = join(directory.path, 'mayfly-data')
    for (const name of readdirSync(data)) {
      const bytes = Buffer.from(await Bun.file(join(data, name)).arrayBuffer())
      for (const secret of [password, key, key.slice('mayfly_'.length), link])
        expect(bytes.includes(secret)).toBe(false)
    }
  })
})

test('a refusal ends with 1 and wrong usage with 2, each with a sentence on standard error alone', async () => {
  using directory = emptyDirectory()
  const ended = async (words: string) => {
    const { code, out, err } = await run(directory, words.split(' '))
    expect(out).toBe('')
    expect(err).toStartWith('mayfly: ')
    expect(err).not.toContain('    at ')
    return code
  }
  expect(await ended('account list')).toBe(1)
  await said(directory, `account create --email ${ann}`)
  expect(await ended(`account create --email ${ann}`)).toBe(1)
  expect(await ended('account set --email nobody@example.test --plan pro')).toBe(1)
  expect(await ended(`account set --email ${ann} --plan gold`)).toBe(1)
  expect(await ended(`key create --account ${ann} --dialects smtp`)).toBe(1)
  expect(await ended('key revoke 0')).toBe(1)
  expect(await ended(`account set --email ${ann}`)).toBe(2)
  expect(await ended(`account password --email ${ann} --link --password-stdin`)).toBe(2)
  expect(await ended(`key create --account ${ann} --expires soon`)).toBe(2)
  await using _server = await serve(directory)
  expect(await ended('key revoke 0')).toBe(1)
  expect(await ended(`account create --email ${ann}`)).toBe(1)
})

test('the doctor says that accounts are on a plan that the config has no more', async () => {
  using directory = emptyDirectory()
  const free = { MAYFLY_HTTP_LISTEN: '127.0.0.1:0', MAYFLY_SMTP_LISTEN: '127.0.0.1:0' }
  const config = Bun.file(join(directory.path, 'mayfly.toml'))
  await config.write('[plans.gold]\nkeys = 1\n')
  await said(directory, `account create --email ${ann} --plan gold`)
  await config.write('')
  await said(directory, `key create --account ${ann}`)
  expect(await run(directory, ['key', 'create', '--account', ann])).toMatchObject({
    code: 1,
    err: expect.stringContaining('no more of these are allowed'),
  })
  const { code, out } = await run(directory, ['doctor'], free)
  expect(out).toContain('1 account is on the plan gold, which the config has no more')
  expect(code).toBe(0)
})
