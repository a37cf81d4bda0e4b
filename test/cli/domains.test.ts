// The commands about domains, without a server: what they print where, and what they take.
import { expect, test } from 'bun:test'
import { accountCommands } from '../../src/cli/account.ts'
import { readArguments, UsageError } from '../../src/cli/arguments.ts'
import { domainCommands } from '../../src/cli/domain.ts'
import { temporaryDirectory, testConfig } from '../core.ts'
import { a, mx, nameServer, txt } from '../domains/name-server.ts'

type Said = { out: string[]; notes: string[]; code: number }

/** Runs command lines in a place of its own, where ann has an account. */
async function commandLine(env: Record<string, string> = {}) {
  const directory = temporaryDirectory()
  const config = testConfig({ MAYFLY_SMTP_HOSTNAME: 'mx.here.test', ...env, MAYFLY_SERVER_DATA_DIR: directory.path })
  const run = async (...words: string[]): Promise<Said> => {
    const { command, ...typed } = readArguments(words)
    const said: Omit<Said, 'code'> = { out: [], notes: [] }
    const terminal = {
      print: (line: string) => void said.out.push(line),
      note: (line: string) => void said.notes.push(line),
      input: new Blob([]).stream(),
    }
    const code = await new Map(Object.entries({ ...accountCommands, ...domainCommands })).get(command)?.({
      config,
      terminal,
      ...typed,
    })
    return { ...said, code: typeof code === 'number' ? code : 0 }
  }
  await run('account', 'create', '--email', 'ann@example.test')
  return { run, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

const cause = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', String)

test('a domain is added with the lines to set, looked at, listed and removed', async () => {
  await using dns = await nameServer()
  using here = await commandLine({ MAYFLY_DNS_NAMESERVERS: dns.address })
  const added = await here.run('domain', 'add', 'own.example')
  const [line = '', mail] = added.out
  expect(line).toMatch(/^_mayfly\.own\.example\. IN TXT "mayfly-\w{32}"$/)
  expect(mail).toBe('own.example. IN MX 10 mx.here.test.')
  expect(added.notes.join('\n')).toContain('*.own.example. IN MX 10 mx.here.test.')
  dns.zone['own.example'] = [mx('own.example', 'evil\u001b[2J.test')]
  expect((await here.run('domain', 'verify', 'own.example')).out).toEqual([
    'own.example is pending',
    '  TXT _mayfly.own.example: missing',
    '  MX own.example: missing, there is: 10 evil\ufffd[2j.test.',
  ])
  dns.zone['_mayfly.own.example'] = [txt('_mayfly.own.example', /"(.+)"/.exec(line)?.[1] ?? '')]
  dns.zone['own.example'] = [mx('own.example', 'mx.here.test')]
  expect((await here.run('domain', 'verify', 'OWN.example')).out[0]).toBe('own.example is verified')
  const [, row] = (await here.run('domain', 'list')).out
  expect(row).toMatch(/own\.example +ann@example\.test +verified +private/)
  const listed = JSON.parse((await here.run('domain', 'list', '--json', '--account', 'ann@example.test')).out[0] ?? '')
  expect(listed.items).toMatchObject([
    { name: 'own.example', state: 'verified', account: { owner: 'ann@example.test' } },
  ])
  expect((await here.run('domain', 'remove', 'own.example')).out).toEqual(['the domain own.example is removed'])
  expect((await here.run('domain', 'list', '--json')).out).toEqual(['{"items":[]}'])
  expect(await cause(here.run('domain', 'remove', 'own.example'))).toContain('there is no such domain')
})

test('whose it is must be said where there are several accounts', async () => {
  using here = await commandLine({ MAYFLY_DNS_MODE: 'off' })
  await here.run('account', 'create', '--email', 'ben@example.test')
  expect(await cause(here.run('domain', 'add', 'own.example'))).toContain('--account')
  for (const who of ['ann', 'ben']) {
    const added = await here.run(
      'domain',
      'add',
      'own.example',
      '--account',
      `${who}@example.test`,
      '--access',
      'claimed',
    )
    expect(added.notes.join()).toContain('dns.mode is off')
    expect(added.notes.join()).not.toContain('looked for')
  }
  expect(await cause(here.run('domain', 'verify', 'own.example', '--by-hand'))).toContain('say its id')
  const { items } = JSON.parse((await here.run('domain', 'list', '--json')).out[0] ?? '')
  const verified = await here.run('domain', 'verify', items[1].id, '--by-hand')
  expect(verified.out).toEqual(['own.example is verified'])
  expect(verified.notes.join()).toContain('vouches')
  expect(await cause(here.run('domain', 'verify', items[0].id, '--by-hand'))).toContain('CannotDo')
})

test('what cannot be is said in words', async () => {
  using here = await commandLine({ MAYFLY_DNS_MODE: 'off' })
  const added = (...words: string[]) => cause(here.run('domain', 'add', ...words))
  expect(await added('nodot')).toContain('--name must be a whole name')
  expect(await added('own.example', '--account', 'nobody@example.test')).toContain('no account has a member')
  await expect(here.run('domain', 'add', 'own.example', '--access', 'public')).rejects.toThrow(UsageError)
  await here.run('domain', 'add', 'own.example')
  expect(await added('own.example')).toContain('the account has this domain already')
})

test('the doctor prints a line for each check, what was answered where it is not fine, and the mend', async () => {
  await using dns = await nameServer({ 'mx.here.test': [a('mx.here.test', '127.0.0.1')] })
  using here = await commandLine({ MAYFLY_DNS_NAMESERVERS: dns.address, MAYFLY_DNS_TIMEOUT_SECONDS: '1' })
  const added = await here.run('domain', 'add', 'own.example')
  dns.zone['own.example'] = [mx('own.example', 'evil\u001b[2J.test')]
  const found = await here.run('domain', 'doctor', 'own.example')
  expect(found.code).toBe(1)
  const at = found.out.indexOf(
    'WRONG mx           the MX records of own.example lead to evil\ufffd[2j.test, and this server is mx.here.test',
  )
  expect(found.out.slice(at + 1, at + 3)).toEqual([
    '                   own.example MX 10 evil\ufffd[2j.test.',
    '                   → add own.example. MX 10 mx.here.test.',
  ])
  expect(found.notes).toEqual(['the mail of own.example needs mending'])
  expect(found.out.join('')).not.toContain('\u001b')
  dns.zone['_mayfly.own.example'] = [txt('_mayfly.own.example', /"(.+)"/.exec(added.out[0] ?? '')?.[1] ?? '')]
  dns.zone['own.example'] = [mx('own.example', 'mx.here.test')]
  const well = await here.run('domain', 'doctor', 'own.example', '--json')
  expect(well.code).toBe(0)
  const report = JSON.parse(well.out[0] ?? '')
  expect(report).toMatchObject({ name: 'own.example', outcome: 'note' })
  expect(report.items).toContainEqual(
    expect.objectContaining({
      check: 'reach',
      says: 'whether port 25 can be reached is looked at while the server runs',
    }),
  )
  expect(await cause(here.run('domain', 'doctor', 'none.example'))).toContain('there is no such domain')
})
