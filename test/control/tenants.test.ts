// Commands about accounts and keys beside a running server: what they answer, and that it is in force at once.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { ask } from '../../src/control/client.ts'
import { openControl } from '../../src/control/server.ts'
import type { InputOf, OutputOf, VerbName } from '../../src/control/verbs.ts'
import { openLog } from '../../src/log.ts'
import { uuidOf } from '../../src/ulid.ts'
import { temporaryDirectory } from '../core.ts'
import { at, listIn, type Serving, serve } from '../http/serve.ts'

type Commanded = Serving & {
  /** Has a verb done, through the socket. */
  command: <Name extends VerbName>(name: Name, input: InputOf<Name>) => Promise<OutputOf<Name>>
}

async function commanded(): Promise<Commanded> {
  const serving = await serve({ MAYFLY_SERVER_REGISTRATION: 'invitation' })
  const directory = temporaryDirectory()
  const { accounts, signIns, links, keys, domains, jwts, payments } = serving.core
  const to = { write: (line: string) => void serving.logged.push(line) }
  const ground = {
    backups: { make: () => Promise.reject(new Error('no backup is made here')) },
    status: () => {
      throw new TypeError('a defect')
    },
    accounts,
    signIns,
    links,
    keys,
    domains,
    jwts,
    payments,
    isServing: true,
    pageUrl: 'https://mail.example',
  }
  const control = await openControl(directory.path, ground, openLog({ level: 'debug', format: 'json', to }))
  return {
    ...serving,
    command: async (name, input) => {
      const answer = await ask(directory.path, name, input)
      if (!answer) throw new Error('nobody listens')
      return answer.done
    },
    [Symbol.asyncDispose]: async () => {
      await control.stop()
      directory[Symbol.dispose]()
      await serving[Symbol.asyncDispose]()
    },
  }
}

const ann = 'ann@example.test'

/** A key by which the native API takes its bearer for an admin. */
async function adminKey({ command }: Pick<Commanded, 'command'>): Promise<string> {
  await command('account-create', { email: 'admin@example.test', admin: true })
  return (await command('key-create', { email: 'admin@example.test' })).key
}

describe('what a command prints as JSON is what the native API answers', () => {
  test('for a list of accounts', async () => {
    await using server = await commanded()
    const token = await adminKey(server)
    await server.command('account-create', { email: ann, plan: 'free', admin: false })
    await server.command('account-suspend', { email: ann })
    const { json } = await server.call('GET', '/mayfly/v1/admin/accounts', { token })
    const { items } = await server.command('account-list', {})
    expect(items).toHaveLength(2)
    expect<unknown[]>(items).toEqual(listIn(json, 'items'))
  })

  test('for an account, a member, a link', async () => {
    await using server = await commanded()
    const token = await adminKey(server)
    const { id } = await server.command('account-create', { email: ann, plan: 'free', admin: false })
    const changed = await server.command('account-set', { email: ann, plan: 'pro' })
    const patched = await server.call('PATCH', `/mayfly/v1/admin/accounts/${id}`, { token, body: { plan: 'pro' } })
    expect(patched.json).toEqual(changed)
    const members = await server.call('GET', '/mayfly/v1/members', { token })
    const member = await server.command('account-password', { email: 'admin@example.test', password: 'long enough' })
    expect(listIn(members.json, 'items')).toEqual([member])
    const link = await server.command('account-invite', {})
    const invited = await server.call('POST', '/mayfly/v1/admin/invitations', { token, body: {} })
    expect(Object.keys(link)).toEqual(Object.keys(invited.json))
  })

  test('for keys', async () => {
    await using server = await commanded()
    const token = await adminKey(server)
    const wish = { name: 'CI', origins: ['*.example.com'], dialects: ['native'], domains: ['mayfly.test'] }
    const email = 'admin@example.test'
    const made = await server.command('key-create', { email, ...wish, scopes: ['mailboxes'], expiresAt: 4e12 })
    const madeThere = await server.call('POST', '/mayfly/v1/keys', { token, body: wish })
    expect(Object.keys(made)).toEqual(Object.keys(madeThere.json))
    await server.command('key-rotate', { id: made.id, overlapHours: 1 })
    await server.command('key-revoke', { id: String(madeThere.json['id']) })
    const { json } = await server.call('GET', '/mayfly/v1/keys', { token })
    const { items } = await server.command('key-list', { email })
    expect(items).toHaveLength(3)
    // Reading the list was one more call of the key that read it.
    const unused = (some: readonly unknown[]): unknown =>
      JSON.parse(JSON.stringify(some), (name, value) => (name === 'requests' || name === 'lastUsedAt' ? null : value))
    // The command line sees the keys of all, so it says whose each is.
    expect(unused(items.map(({ account: _, ...key }) => key))).toEqual(unused(listIn(json, 'items')))
    expect(new Set(items.map(({ account }) => account.owner))).toEqual(new Set([email]))
    const set = await server.command('key-set', { id: made.id, name: 'CD' })
    expect((await server.call('GET', `/mayfly/v1/keys/${made.id}`, { token })).json).toEqual(set)
  })
})

describe('by its id', () => {
  test('an account without members has its keys listed, and gets one that is its own', async () => {
    await using server = await commanded()
    await adminKey(server)
    const { json } = await server.call('POST', '/keys', { body: { plan: 'dev', rail: 'manual' } })
    const { id, accountId } = await server.command('invoice-pay', { id: uuidOf(String(json['invoice_id'])) ?? '' })
    const secret = String(json['checkout_url']).split('#')[1]
    const bought = await server.call('POST', `/mayfly/v1/checkout/${id}/key`, { body: { secret } })
    const email = accountId ?? ''
    const { id: made, key: token, maker } = await server.command('key-create', { email })
    expect(maker).toBe('')
    expect((await server.call('GET', '/mayfly/v1/account', { token })).json['id']).toBe(accountId)
    const account = { id: accountId, owner: null }
    expect(await server.command('key-list', { email })).toMatchObject({
      items: [
        { id: bought.json['id'], account },
        { id: made, account },
      ],
    })
  })

  test('an account with members gets one for its first owner', async () => {
    await using server = await commanded()
    const { id } = await server.command('account-create', { email: ann, admin: false })
    expect((await server.command('key-create', { email: id })).maker).toBe(ann)
    await expect(server.command('key-create', { email: uuidOf('01HF5ZZZZZZZZZZZZZZZZZZZZZ') ?? '' })).rejects.toThrow(
      'no account has',
    )
  })
})

describe('a command takes effect at once', () => {
  const use = ({ call }: Serving, token: string) => call('GET', '/mayfly/v1/account', { token })

  test('in a key that was used just before: changed, rotated with overlap, revoked', async () => {
    await using server = await commanded()
    await server.command('account-create', { email: ann, admin: false })
    const { id, key } = await server.command('key-create', { email: ann })
    expect((await use(server, key)).status).toBe(200)
    await server.command('key-set', { id, dialects: ['mailfade'] })
    expect((await use(server, key)).status).toBe(403)
    await server.command('key-set', { id, dialects: [] })
    expect((await use(server, key)).status).toBe(200)
    const rotated = await server.command('key-rotate', { id, overlapHours: 2 })
    expect((await use(server, key)).status).toBe(200)
    expect((await use(server, rotated.key)).status).toBe(200)
    server.core.clock.now += 2 * 3_600_000
    expect((await use(server, key)).status).toBe(401)
    expect((await use(server, rotated.key)).status).toBe(200)
    await server.command('key-revoke', { id })
    expect((await use(server, rotated.key)).reason).toBe('key-inactive')
  })

  test('in an account: another plan, suspended, resumed, deleted', async () => {
    await using server = await commanded()
    await server.command('account-create', { email: ann, plan: 'free', admin: false })
    const { key } = await server.command('key-create', { email: ann })
    expect(at((await use(server, key)).json, 'limits', 'requestsPerDay')).toBe(100)
    await server.command('account-set', { email: 'Ann@Example.test ', plan: 'pro' })
    expect(at((await use(server, key)).json, 'limits', 'requestsPerDay')).toBe(10_000)
    await server.command('account-suspend', { email: ann })
    expect((await use(server, key)).reason).toBe('account-suspended')
    await server.command('account-resume', { email: ann })
    expect((await use(server, key)).status).toBe(200)
    await server.command('account-delete', { email: ann })
    expect((await use(server, key)).status).toBe(401)
    expect(await server.command('account-list', {})).toEqual({ items: [] })
  })

  test('in a live stream, which ends when its key is revoked', async () => {
    await using server = await commanded()
    await server.command('account-create', { email: ann, admin: false })
    const { id, key } = await server.command('key-create', { email: ann })
    const headers = { authorization: `Bearer ${key}` }
    const opened = await server.call('POST', '/mayfly/v1/mailboxes', { token: key, body: {} })
    const stream = await fetch(`${server.url}/mayfly/v1/mailboxes/${String(opened.json['id'])}/events`, { headers })
    expect(stream.status).toBe(200)
    await server.command('key-revoke', { id })
    // It comes to an end.
    await stream.text()
  })

  test('in a password: who was signed in is so no more', async () => {
    await using server = await commanded()
    await server.command('account-create', { email: ann, password: 'the first one', admin: false })
    const signIn = (password: string) => server.call('POST', '/mayfly/v1/session', { body: { email: ann, password } })
    const signedIn = await signIn('the first one')
    const headers = { cookie: signedIn.headers.get('set-cookie')?.split(';')[0] ?? '' }
    expect((await server.call('GET', '/mayfly/v1/session', { headers })).status).toBe(200)
    await server.command('account-password', { email: ann, password: 'the second one' })
    expect((await server.call('GET', '/mayfly/v1/session', { headers })).status).toBe(401)
    expect((await signIn('the first one')).status).toBe(401)
    expect((await signIn('the second one')).status).toBe(201)
  })
})

describe('a link that a command prints', () => {
  test('lets somebody make an account, on the plan and for the address that it says, once', async () => {
    await using server = await commanded()
    const { url, token } = await server.command('account-invite', { email: ann, plan: 'pro' })
    expect(url).toBe(`https://mail.example/app/invitation#${token}`)
    const accept = (email: string) => server.core.links.accept(visitor, token, { email, password: 'long enough' })
    await expect(accept('bob@example.test')).rejects.toThrow('forbidden')
    expect((await accept(ann)).caller.account.plan).toBe('pro')
    await expect(accept(ann)).rejects.toThrow('invitation-unknown')
  })

  test('sets a password', async () => {
    await using server = await commanded()
    await server.command('account-create', { email: ann, admin: false })
    const { url, token } = await server.command('account-password-link', { email: ann })
    expect(url).toBe(`https://mail.example/app/password#${token}`)
    await server.core.links.resetPassword(visitor, token, 'long enough')
    expect((await server.core.signIns.signIn(visitor, ann, 'long enough')).caller.member?.email).toBe(ann)
  })

  const visitor = { client: '192.0.2.1', agent: 'a test' }
})

test('the link to become the first admin is good no more once a command made one', async () => {
  await using server = await commanded()
  const first = await server.core.links.adminLink()
  await server.command('account-create', { email: ann, admin: false })
  expect(await server.core.links.adminLink()).not.toBeNull()
  const second = await server.core.links.adminLink()
  await server.command('account-create', { email: 'admin@example.test', admin: true })
  for (const link of [first, second]) {
    const accepted = server.core.links.accept({ client: '192.0.2.1', agent: '' }, link?.token ?? '', {
      email: 'thief@example.test',
      password: 'long enough',
    })
    expect(await accepted.catch(String)).toContain('invitation-unknown')
  }
})

test('a list is whole, however long it is', async () => {
  await using server = await commanded()
  await server.command('account-create', { email: ann, admin: false })
  const made: string[] = []
  for (let n = 0; n < 201; n++)
    made.push((await server.core.keys.createFor(operator, ann, { name: `key ${n}` })).key.id)
  const { items } = await server.command('key-list', {})
  expect(items.map(({ id }) => id)).toEqual(made)
})

test('a list of the keys of one account has those of no other', async () => {
  await using server = await commanded()
  for (const email of [ann, 'bob@example.test']) {
    await server.command('account-create', { email, admin: false })
    await server.command('key-create', { email, name: `of ${email}` })
  }
  const { items } = await server.command('key-list', { email: ann })
  expect(items.map(({ name, maker }) => [name, maker])).toEqual([[`of ${ann}`, ann]])
})

test('no password, key or link gets into the log, also where a command fails', async () => {
  await using server = await commanded()
  const password = 'correct horse battery'
  await server.command('account-create', { email: ann, password, admin: false })
  await server.command('account-create', { email: ann, password, admin: false }).catch(() => {})
  await server.command('account-password', { email: 'nobody@example.test', password }).catch(() => {})
  const { id, key } = await server.command('key-create', { email: ann })
  const rotated = await server.command('key-rotate', { id, overlapHours: 1 })
  const link = await server.command('account-password-link', { email: ann })
  const invitation = await server.command('account-invite', {})
  await server.command('status', {}).catch(() => {})
  const log = server.logged.join('')
  expect(log).toContain('"verb":"account-password-link"')
  expect(log).toContain('a defect')
  for (const secret of [password, key, rotated.key, link.token, invitation.token]) expect(log).not.toContain(secret)
})

test('the audit trail says that it was the command line', async () => {
  await using server = await commanded()
  const token = await adminKey(server)
  await server.command('key-revoke', { id: (await server.command('key-create', { email: 'admin@example.test' })).id })
  const { json } = await server.call('GET', '/mayfly/v1/admin/audit', { token })
  const deeds = listIn(json, 'items').map((deed) => [at(deed, 'by'), at(deed, 'actor'), at(deed, 'what')])
  expect(deeds).toEqual([
    ['command', 'command line', 'key.revoked'],
    ['command', 'command line', 'key.created'],
    ['command', 'command line', 'key.created'],
    ['command', 'command line', 'account.created'],
  ])
})
