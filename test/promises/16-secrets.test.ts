// Promise 16: no key, mailbox token, session, one-time link or password stands on the disk or in a log. The database file,
// its log and the lines at level debug are searched after a round of everything that makes or takes a secret.
import { expect, test } from 'bun:test'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { prefixes } from '../../src/keys/key.ts'
import { uuidOf } from '../../src/ulid.ts'
import {
  accept,
  api,
  firstAdmin,
  joined,
  keyOf,
  mustBe,
  owner,
  type Person,
  password,
  personOf,
  signedIn,
  signIn,
} from '../accounts/team.ts'
import { temporaryDirectory } from '../core.ts'
import { at, type Serving, serve } from '../http/serve.ts'
import { figures } from './promise.ts'

type Secrets = Map<string, string>

/** What of a secret must stand nowhere: all behind its prefix, however it is framed. */
const needle = (secret: string): string => secret.slice(secret.indexOf('_') + 1)

const cookieValue = ({ cookie }: Person): string => cookie.slice(cookie.indexOf('=') + 1)

/** Makes and takes secrets of each kind, in the right places and in wrong ones. */
async function everything(server: Serving): Promise<Secrets> {
  const secrets: Secrets = new Map()
  const keep = (name: string, secret: unknown): string => {
    if (typeof secret !== 'string' || needle(secret).length < 8) throw new Error(`${name} is no secret`)
    secrets.set(name, secret)
    return secret
  }
  const passwords = { present: 'a.password.that.is.set', next: 'the.next.password', reset: 'the.password.of.a.link' }
  keep('the password of all', password)
  for (const [name, secret] of Object.entries(passwords)) keep(`the password "${name}"`, secret)
  const { call } = server

  const link = await server.core.links.adminLink()
  keep('a former admin link', link?.token)
  const admin = await firstAdmin(server)
  keep("an admin's session", cookieValue(admin))
  const boss = await owner(server, admin, 'boss@b.test')
  keep("an owner's session", cookieValue(boss))

  const open = mustBe(201, await boss.call('POST', 'invitations', { email: 'later@b.test' }))
  keep('an open invitation', open.json['token'])
  const taken = mustBe(201, await boss.call('POST', 'invitations', {}))
  keep('an invitation that was taken', taken.json['token'])
  const mate = personOf(server, await accept(server, String(taken.json['token']), 'mate@b.test', passwords.present))
  keep("a member's session", cookieValue(mate))
  const forAccount = mustBe(201, await admin.call('POST', 'admin/invitations', {}))
  keep('an invitation to an account', forAccount.json['token'])
  const registered = await call('POST', `${api}/accounts`, {
    body: { email: 'self@b.test', password: passwords.present },
  })
  keep('the session of one who registered', cookieValue(personOf(server, registered)))

  mustBe(200, await mate.call('PATCH', 'session', { present: passwords.present, password: passwords.next }))
  keep('another session', cookieValue(await signedIn(server, mate.email, passwords.next)))
  const used = mustBe(201, await boss.call('POST', `members/${mate.memberId}/password-link`))
  keep('a password link that was used', used.json['token'])
  const done = await call('POST', `${api}/session/reset`, {
    body: { token: used.json['token'], password: passwords.reset },
  })
  keep('the session of a password link', cookieValue(personOf(server, done)))
  const unused = mustBe(201, await boss.call('POST', `members/${mate.memberId}/password-link`))
  keep('an open password link', unused.json['token'])

  for (const prefix of prefixes) {
    const { id, key } = await keyOf(boss, { prefix, name: prefix })
    keep(`a key ${prefix}`, key)
    mustBe(200, await call('GET', `${api}/account`, { token: key }))
    mustBe(200, await call('PATCH', `${api}/keys/${id}`, { token: key, body: { name: 'changed' } }))
    const rotated = mustBe(
      201,
      await call('POST', `${api}/keys/${id}/rotate`, { token: key, body: { overlapHours: 1 } }),
    )
    keep(`a rotated key ${prefix}`, rotated.json['key'])
  }
  const gone = await keyOf(boss)
  keep('a revoked key', gone.key)
  mustBe(204, await boss.call('DELETE', `keys/${gone.id}`))
  const left = await joined(server, boss, 'left@b.test')
  const kept = await keyOf(left)
  keep("a removed member's key", kept.key)
  mustBe(204, await boss.call('DELETE', `members/${left.memberId}`, { revokeKeys: [kept.id] }))

  const anonymous = await server.open('box', { password: passwords.present })
  keep("an anonymous mailbox's token", anonymous.token)
  const body = { password: passwords.present }
  const signed = mustBe(201, await call('POST', `${api}/mailboxes/${anonymous.address}/token`, { body }))
  keep("a mailbox's second token", signed.json['token'])
  const message = await server.mail(anonymous.address, { Subject: 'Hello' })
  const view = mustBe(201, await call('POST', `${api}/messages/${message}/view`, { token: anonymous.token }))
  const ticket = String(view.json['url'])
  keep('a ticket', `_${ticket.split('/')[2]}`)
  mustBe(200, await call('GET', ticket))
  keep("the operator's token", (await server.core.mailboxes.operator()).token)

  const ordered = mustBe(200, await call('POST', '/keys', { body: { plan: 'dev', rail: 'manual' } }))
  const invoice = uuidOf(String(ordered.json['invoice_id']))
  const secret = keep("an order's secret", String(ordered.json['checkout_url']).split('#')[1])
  mustBe(200, await admin.call('POST', `admin/invoices/${invoice}/pay`))
  mustBe(200, await call('POST', `${api}/checkout/${invoice}`, { body: { secret } }))
  const bought = mustBe(201, await call('POST', `${api}/checkout/${invoice}/key`, { body: { secret } }))
  keep('a bought key', bought.json['key'])

  // In wrong places: as the name of something, in a query, in the field beside, with a typing error, too long.
  for (const secret of [...secrets.values()]) {
    const id = encodeURIComponent(secret)
    await call('GET', `${api}/mailboxes/${id}`)
    await call('GET', `${api}/nothing/${id}?key=${id}`, { token: boss.cookie })
    await boss.call('GET', `search?q=${id}`)
    await boss.call('DELETE', `keys/${id}`)
    await call('GET', `${api}/account`, { token: `${secret}x` })
    await call('GET', `${api}/account`, { headers: { authorization: secret } })
    await call('GET', `${api}/account`, { headers: { cookie: `mayfly=${secret}` } })
  }
  await signIn(server, passwords.reset, passwords.reset)
  await signIn(server, 'boss@b.test', `${passwords.reset}x`)
  await accept(server, `${open.json['token']}x`, 'x@b.test')
  await server.core.usage.flush()
  await server.core.keys.flush()
  await server.core.signIns.tidy()
  await boss.call('DELETE', 'session')
  return secrets
}

/** Every file of a directory with its bytes, as Latin-1. */
const filesIn = (directory: string): { name: string; text: string }[] =>
  readdirSync(directory)
    .filter((name) => statSync(join(directory, name)).isFile())
    .map((name) => ({ name, text: readFileSync(join(directory, name)).toString('latin1') }))

test('promise 16: no secret stands in the database, in its log, or in a line of the log', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'mayfly.db')
  const server = await serve({ MAYFLY_SERVER_REGISTRATION: 'open' }, { file })
  const secrets = await everything(server)
  const whileRunning = filesIn(directory.path)
  // What is looked for would be found.
  expect(whileRunning.map(({ name }) => name)).toContain('mayfly.db-wal')
  expect(whileRunning.some(({ text }) => text.includes('boss@b.test'))).toBe(true)
  expect(whileRunning.some(({ text }) => text.includes('$argon2id$v=19$m='))).toBe(true)
  const log = server.logged.join('')
  expect(log).toContain('/mayfly/v1/mailboxes/:mailbox')
  await server[Symbol.asyncDispose]()
  const places = [...whileRunning, ...filesIn(directory.path), { name: 'the log', text: log }]
  const found = [...secrets].flatMap(([what, secret]) =>
    places.filter(({ text }) => text.includes(needle(secret))).map(({ name }) => `${what} in ${name}`),
  )
  expect(found).toEqual([])
  figures(`${secrets.size} secrets, ${places.length} files and logs, none found`)
}, 120_000)

test('promise 16: what is answered shows a secret once, where it is made', async () => {
  await using server = await serve()
  const admin = await firstAdmin(server)
  const { id, key } = await keyOf(admin)
  const { json } = mustBe(201, await admin.call('POST', 'invitations', {}))
  const answers = await Promise.all(
    [
      'keys',
      `keys/${id}`,
      'invitations',
      'sessions',
      'session',
      'members',
      'account',
      'account/audit',
      'admin/audit',
    ].map(async (path) => (await admin.call('GET', path)).body),
  )
  const shown = await admin.call('GET', `keys/${id}`)
  expect(at(shown.json, 'start')).toBe(key.slice('mayfly_'.length, 'mayfly_'.length + 4))
  for (const answer of answers) {
    for (const secret of [key, String(json['token']), cookieValue(admin)]) expect(answer).not.toContain(needle(secret))
    expect(answer).not.toContain('$argon2')
  }
})
