// Promise 15: a tenant sees nothing of another. Every operation of the OpenAPI document × every id of one tenant, in the
// hands of another, answers exactly as for an id that does not exist; an operation without a case fails. Addresses are
// compared in a domain where only opened mailboxes take mail: in a public one, a free address is there for everybody.
import { expect, test } from 'bun:test'
import { ulidOf, uuidOf } from '../../src/ulid.ts'
import { api, firstAdmin, joined, keyOf, mustBe, owner, type Person, password } from '../accounts/team.ts'
import { temporaryDirectory } from '../core.ts'
import { at, listen, listIn, type Serving, serve } from '../http/serve.ts'
import { figures } from './promise.ts'

/** What it needs beside the ids in its path. */
type Case = { body?: (team: World) => object; query?: string; last?: true }

const none: Case = {}
const cases: Record<string, Case> = {
  'POST /mayfly/v1/mailboxes': { body: () => ({}) },
  'GET /mayfly/v1/mailboxes': none,
  'GET /mayfly/v1/mailboxes/{mailbox}': none,
  'PATCH /mayfly/v1/mailboxes/{mailbox}': { body: () => ({ tag: 'taken' }) },
  'DELETE /mayfly/v1/mailboxes/{mailbox}': { query: 'permanent=true' },
  'POST /mayfly/v1/mailboxes/{mailbox}/restore': none,
  'POST /mayfly/v1/mailboxes/{mailbox}/token': { body: () => ({ password: 'not this one' }) },
  'GET /mayfly/v1/mailboxes/{mailbox}/messages': { query: 'q=secret' },
  'DELETE /mayfly/v1/mailboxes/{mailbox}/messages': none,
  'GET /mayfly/v1/mailboxes/{mailbox}/wait': { query: 'timeout=0' },
  'GET /mayfly/v1/mailboxes/{mailbox}/events': { query: 'lastEventId=0' },
  'GET /mayfly/v1/events': { query: 'lastEventId=0' },
  'GET /mayfly/v1/messages/{id}': none,
  'PATCH /mayfly/v1/messages/{id}': { body: () => ({ seen: true }) },
  'DELETE /mayfly/v1/messages/{id}': none,
  'GET /mayfly/v1/messages/{id}/raw': none,
  'GET /mayfly/v1/messages/{id}/html': none,
  'GET /mayfly/v1/messages/{id}/parts': none,
  'GET /mayfly/v1/messages/{id}/attachments/{n}': none,
  'POST /mayfly/v1/messages/{id}/view': none,
  'GET /mayfly/v1/search': { query: 'q=secret' },
  'GET /mayfly/v1/refusals': none,
  'GET /view/{ticket}/': none,
  'GET /view/{ticket}/attachments/{n}': none,
  'POST /mayfly/v1/session': { body: ({ theirs }) => ({ email: theirs.owner.email, password }) },
  'GET /mayfly/v1/server': none,
  'GET /mayfly/v1/session': none,
  'PATCH /mayfly/v1/session': { body: () => ({ present: password, password }), last: true },
  'DELETE /mayfly/v1/session': { last: true },
  'GET /mayfly/v1/sessions': none,
  'DELETE /mayfly/v1/sessions': { last: true },
  'DELETE /mayfly/v1/sessions/{id}': none,
  'POST /mayfly/v1/session/reset': { body: () => ({ token: 'pwd_wrong', password }), last: true },
  'POST /mayfly/v1/invitations/accept': {
    body: () => ({ token: 'inv_wrong', email: 'x@b.test', password }),
    last: true,
  },
  'POST /mayfly/v1/accounts': { body: () => ({ email: 'x@b.test', password }) },
  'GET /mayfly/v1/account': none,
  'GET /mayfly/v1/account/usage': none,
  'GET /mayfly/v1/account/audit': none,
  'GET /mayfly/v1/account/invoices': none,
  'POST /mayfly/v1/account/invoices': { body: () => ({ plan: 'dev', rail: 'manual' }), last: true },
  'GET /mayfly/v1/account/invoices/{id}': none,
  'GET /mayfly/v1/admin/invoices': none,
  'POST /mayfly/v1/admin/invoices/{id}/pay': none,
  'POST /mayfly/v1/checkout/{id}': { body: () => ({ secret: 'wrong' }) },
  'POST /mayfly/v1/checkout/{id}/key': { body: () => ({ secret: 'wrong' }) },
  'POST /mayfly/v1/payments/stripe': none,
  'POST /mayfly/v1/payments/lightning': none,
  'GET /mayfly/v1/members': none,
  'PATCH /mayfly/v1/members/{id}': { body: () => ({ role: 'member' }) },
  'DELETE /mayfly/v1/members/{id}': none,
  'POST /mayfly/v1/members/{id}/password-link': none,
  'GET /mayfly/v1/invitations': none,
  'POST /mayfly/v1/invitations': { body: () => ({}) },
  'DELETE /mayfly/v1/invitations/{id}': none,
  'GET /mayfly/v1/keys': none,
  'POST /mayfly/v1/keys': { body: () => ({}) },
  'GET /mayfly/v1/keys/{id}': none,
  'PATCH /mayfly/v1/keys/{id}': { body: () => ({ name: 'taken' }) },
  'DELETE /mayfly/v1/keys/{id}': none,
  'POST /mayfly/v1/keys/{id}/rotate': none,
  'GET /mayfly/v1/webhooks': none,
  // It hears of nothing that is not its own account's: test/webhooks.
  'POST /mayfly/v1/webhooks': { body: () => ({ url: 'https://192.88.100.1/hook' }) },
  'GET /mayfly/v1/webhooks/{id}': none,
  'PATCH /mayfly/v1/webhooks/{id}': { body: () => ({ state: 'paused' }) },
  'DELETE /mayfly/v1/webhooks/{id}': none,
  'POST /mayfly/v1/webhooks/{id}/rotate': none,
  'GET /mayfly/v1/webhooks/{id}/deliveries': none,
  'POST /mayfly/v1/webhooks/{id}/test': none,
  'POST /mayfly/v1/webhooks/{id}/replay': none,
  'GET /mayfly/v1/domains': none,
  // Others may want the same one, and learn nothing of each other: test/domains.
  'POST /mayfly/v1/domains': { body: () => ({ name: 'domain-of-theirs.example' }) },
  'GET /mayfly/v1/domains/{domain}': none,
  'PATCH /mayfly/v1/domains/{domain}': { body: () => ({ access: 'claimed' }) },
  'DELETE /mayfly/v1/domains/{domain}': { query: 'confirm=1000' },
  'POST /mayfly/v1/domains/{domain}/verify': none,
  'GET /mayfly/v1/domains/{domain}/doctor': none,
  'GET /mayfly/v1/admin/domains': none,
  'GET /mayfly/v1/admin/domains/{domain}/doctor': none,
  'POST /mayfly/v1/admin/domains/{domain}/verify': { body: () => ({ byHand: true }) },
  'DELETE /mayfly/v1/admin/domains/{domain}': { query: 'confirm=1000' },
  'GET /mayfly/v1/admin/accounts': none,
  'GET /mayfly/v1/admin/accounts/{id}': none,
  'GET /mayfly/v1/admin/accounts/{id}/usage': none,
  'GET /mayfly/v1/admin/accounts/{id}/members': none,
  'GET /mayfly/v1/admin/accounts/{id}/keys': none,
  'GET /mayfly/v1/admin/accounts/{id}/domains': none,
  'GET /mayfly/v1/admin/health': none,
  'GET /mayfly/v1/admin/doctor': none,
  'GET /mayfly/v1/admin/plans': none,
  'POST /mayfly/v1/admin/accounts': { body: () => ({ email: 'x@b.test' }) },
  'PATCH /mayfly/v1/admin/accounts/{id}': { body: () => ({ suspended: true }) },
  'DELETE /mayfly/v1/admin/accounts/{id}': none,
  'POST /mayfly/v1/admin/invitations': none,
  'GET /mayfly/v1/admin/usage': none,
  'GET /mayfly/v1/admin/refusals': none,
  'GET /mayfly/v1/admin/audit': none,
  'GET /mayfly/v1/admin/settings': none,
  'PATCH /mayfly/v1/admin/settings': { body: () => ({ registration: 'open' }) },
  'GET /mayfly/v1/admin/invitations': none,
  'DELETE /mayfly/v1/admin/invitations/{id}': none,
  'GET /mayfly/v1/admin/blocks': none,
  'POST /mayfly/v1/admin/blocks': { body: () => ({ kind: 'sender', pattern: 'evil.test' }) },
  'DELETE /mayfly/v1/admin/blocks/{id}': none,
}

/** What a mail, a mailbox or a whole tenant is known by. */
type Box = { id: string; address: string; token: string; message: string; attachment: string; ticket: string }
type Tenant = {
  owner: Person
  member: Person
  ownerKey: { id: string; key: string }
  memberKey: { id: string; key: string }
  box: Box
  archived: { id: string; address: string }
  invitation: string
  invoice: string
  webhook: { id: string; secret: string; path: string }
  domain: { id: string; name: string; token: string }
  block: string
}
type World = {
  server: Serving
  mine: Tenant
  theirs: Tenant
  anonymous: Box
  public: Box
  stranger: Box
  operators: string
}

const body = (words: string) =>
  `--b\r\nContent-Type: text/html\r\n\r\n<p>${words}</p>\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nx\r\n--b--\r\n`

async function mailed(
  server: Serving,
  box: { id: string; address: string; token: string },
  words: string,
): Promise<Box> {
  const headers = { Subject: words, 'Content-Type': 'multipart/mixed; boundary=b' }
  const message = await server.mail(box.address, headers, body(words))
  const { token } = box
  const shown = mustBe(200, await server.call('GET', `${api}/messages/${message}`, { token }))
  const view = mustBe(201, await server.call('POST', `${api}/messages/${message}/view`, { token }))
  return {
    ...box,
    message,
    attachment: String(at(shown.json, 'attachments', 0, 'id')),
    ticket: String(view.json['url']).split('/')[2] ?? '',
  }
}

async function opened(
  server: Serving,
  wish: object,
  key?: string,
): Promise<{ id: string; address: string; token: string }> {
  const call = { body: { password: 'open sesame', ...wish }, ...(key === undefined ? {} : { token: key }) }
  const { json } = mustBe(201, await server.call('POST', `${api}/mailboxes`, call))
  const address = String(json['address'])
  const signed = await server.call('POST', `${api}/mailboxes/${address}/token`, { body: { password: 'open sesame' } })
  return { id: String(json['id']), address, token: String(mustBe(201, signed).json['token']) }
}

async function tenant(server: Serving, admin: Person, name: string): Promise<Tenant> {
  const boss = await owner(server, admin, `owner-of-${name}@b.test`)
  const member = await joined(server, boss, `member-of-${name}@b.test`)
  const [ownerKey, memberKey] = [await keyOf(boss, { name: `owners-key-of-${name}` }), await keyOf(member)]
  const domain = 'claimed.test'
  const box = await opened(server, { localPart: `box-of-${name}`, domain }, ownerKey.key)
  const archived = await opened(server, { localPart: `archived-of-${name}`, domain, recoverable: true }, ownerKey.key)
  mustBe(204, await server.call('DELETE', `${api}/mailboxes/${archived.id}`, { token: ownerKey.key }))
  const path = `/hook-of-${name}`
  const hook = mustBe(201, await boss.call('POST', 'webhooks', { url: `https://192.88.100.1${path}` }))
  const custom = mustBe(201, await boss.call('POST', 'domains', { name: `domain-of-${name}.example` }))
  const invitation = mustBe(201, await boss.call('POST', 'invitations', { email: `invited-by-${name}@b.test` }))
  const ordered = await server.call('POST', '/keys', { token: ownerKey.key, body: { plan: 'dev', rail: 'manual' } })
  return {
    owner: boss,
    member,
    ownerKey,
    memberKey,
    box: await mailed(server, box, `secret words of ${name}`),
    archived,
    invitation: String(invitation.json['id']),
    invoice: uuidOf(String(mustBe(200, ordered).json['invoice_id'])) ?? '',
    webhook: { id: String(hook.json['id']), secret: String(hook.json['secret']), path },
    domain: {
      id: String(custom.json['id']),
      name: String(custom.json['name']),
      token: String(at(custom.json, 'records', 0, 'value')),
    },
    block: '',
  }
}

async function world(directory: string): Promise<World> {
  const file = `${directory}/mayfly.toml`
  await Bun.write(
    file,
    '[[domains]]\nname = "mayfly.test"\n[[domains]]\nname = "claimed.test"\naccess = "claimed"\n[page]\nrequests_per_minute = 100000\nburst = 100000\n',
  )
  const server = await serve({ MAYFLY_CONFIG: file })
  const admin = await firstAdmin(server)
  const [mine, theirs] = [await tenant(server, admin, 'ann'), await tenant(server, admin, 'ben')]
  const rule = mustBe(201, await admin.call('POST', 'admin/blocks', { kind: 'sender', pattern: 'nobody.test' }))
  const domain = 'claimed.test'
  const anonymous = await mailed(
    server,
    await opened(server, { localPart: 'anonymous-of-ann', domain }),
    'secret of ann',
  )
  const stranger = await mailed(server, await opened(server, { localPart: 'stranger', domain }), 'secret of a stranger')
  const shared = await opened(server, { localPart: 'public-of-ann' }, mine.ownerKey.key)
  const operators = (await server.core.mailboxes.operator()).mailbox.id
  return {
    server,
    mine: { ...mine, block: String(rule.json['id']) },
    theirs,
    anonymous,
    public: await mailed(server, shared, 'secret of ann, too'),
    stranger,
    operators,
  }
}

/** The other tenant's credentials, and nobody's. */
const handsOf = ({ theirs, stranger }: World): Record<string, Record<string, string>> => ({
  'key of an owner': { authorization: `Bearer ${theirs.ownerKey.key}` },
  'key of a member': { 'x-api-key': theirs.memberKey.key },
  'cookie of an owner': theirs.owner.headers,
  'cookie of a member': theirs.member.headers,
  'token of a mailbox': { authorization: `Bearer ${theirs.box.token}` },
  'token of an anonymous mailbox': { authorization: `Bearer ${stranger.token}` },
  nobody: {},
})

const missing = '01a1fbdb-9489-712a-87b5-5b560395fe4a'
const missingAddress = 'not-there@claimed.test'

/** A foreign thing, and what is like it but does not exist: every way to fill the parameters of a path. */
type Pair = { foreign: Record<string, string>; unknown: Record<string, string> }

function pairsOf(path: string, made: World): Pair[] {
  const { mine, theirs, anonymous, public: shared, operators } = made
  const ids = (name: string, values: string[], twin = missing): Pair[] =>
    values.map((value) => ({ foreign: { [name]: value }, unknown: { [name]: twin } }))
  const boxes = [mine.box, anonymous, shared]
  if (path.includes('{mailbox}')) {
    return [
      ...ids('mailbox', [mine.box.id, mine.box.id.toUpperCase(), mine.archived.id, anonymous.id, shared.id, operators]),
      ...ids('mailbox', [mine.box.address, mine.archived.address, anonymous.address], missingAddress),
      ...ids('mailbox', [mine.box.address.replace('@', '+tag@')], missingAddress.replace('@', '+tag@')),
    ]
  }
  if (path.includes('/messages/{id}')) {
    return boxes.flatMap(({ message, attachment }) =>
      ['0', attachment].map((n) => ({ foreign: { id: message, n }, unknown: { id: missing, n } })),
    )
  }
  // A ticket is a credential of its own; with it, only what is in its message can be had.
  if (path.includes('{ticket}')) {
    return boxes.map(({ attachment: n }) => ({
      foreign: { ticket: theirs.box.ticket, n },
      unknown: { ticket: theirs.box.ticket, n: missing },
    }))
  }
  if (path.includes('/sessions/')) return ids('id', [mine.owner.sessionId, mine.member.sessionId])
  if (path.includes('/members/')) return ids('id', [mine.owner.memberId, mine.member.memberId])
  if (path.includes('/invitations/')) return ids('id', [mine.invitation])
  if (path.includes('/keys/')) return ids('id', [mine.ownerKey.id, mine.memberKey.id])
  if (path.includes('/domains/')) {
    return [...ids('domain', [mine.domain.id]), ...ids('domain', [mine.domain.name], 'not-there.example')]
  }
  if (path.includes('/webhooks/')) return ids('id', [mine.webhook.id])
  if (path.includes('/accounts/')) return ids('id', [mine.owner.accountId])
  if (path.includes('/blocks/')) return ids('id', [mine.block])
  if (path.includes('/invoices/') || path.includes('/checkout/')) return ids('id', [mine.invoice, ulidOf(mine.invoice)])
  throw new Error(`no ids for ${path}`)
}

const filled = (path: string, values: Record<string, string>): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''))

/** All that nobody else may see of a tenant. */
const secretsOf = ({ mine, anonymous, public: shared }: World): string[] => [
  ...Object.values(mine.box),
  ...Object.values(anonymous),
  ...Object.values(shared),
  ...Object.values(mine.archived),
  ...Object.values(mine.ownerKey),
  ...Object.values(mine.memberKey),
  mine.owner.email,
  mine.owner.memberId,
  mine.owner.accountId,
  mine.owner.sessionId,
  mine.member.email,
  mine.member.memberId,
  mine.member.sessionId,
  mine.invitation,
  mine.invoice,
  ...Object.values(mine.webhook),
  ...Object.values(mine.domain),
  'owners-key-of-ann',
  'invited-by-ann',
  'of ann',
]

const operations = await (async () => {
  await using server = await serve()
  const { json } = await server.call('GET', '/openapi.json')
  return Object.entries(Object(at(json, 'paths'))).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map((method) => ({
      method: method.toUpperCase(),
      path,
      name: `${method.toUpperCase()} ${path}`,
    })),
  )
})()

/** What an owner sees of his account: it must be the same afterwards. */
async function seenBy({ server, mine, anonymous }: World): Promise<unknown> {
  const token = mine.ownerKey.key
  const lists = [
    'mailboxes',
    'members',
    'invitations',
    'webhooks',
    'domains',
    'account/audit?limit=100',
    `messages/${mine.box.message}`,
  ]
  const seen = await Promise.all(
    lists.map(async (path) => (await server.call('GET', `${api}/${path}`, { token })).json),
  )
  const sessions = await Promise.all(
    [mine.owner, mine.member].map(async (one) => (await one.call('GET', 'session')).json),
  )
  const keys = listIn((await mine.owner.call('GET', 'keys')).json, 'items').map((one) => [
    at(one, 'name'),
    at(one, 'start'),
    at(one, 'revokedAt'),
  ])
  const letter = await server.call('GET', `${api}/messages/${anonymous.message}`, { token: anonymous.token })
  return { seen, sessions, keys, letter: letter.json, settings: server.core.switches.now }
}

test('promise 15: every operation has a case, and every case an operation', () => {
  expect(Object.keys(cases).toSorted()).toEqual(operations.map(({ name }) => name).toSorted())
})

test('promise 15: what is foreign answers exactly as what does not exist, in every operation and in all hands', async () => {
  using directory = temporaryDirectory()
  const made = await world(directory.path)
  await using server = made.server
  const secrets = secretsOf(made)
  const before = await seenBy(made)
  let compared = 0
  const ask = async (method: string, path: string, { body, query }: Case, headers: Record<string, string>) => {
    const leaving = new AbortController()
    const sent = body && method !== 'GET' && method !== 'HEAD' ? JSON.stringify(body(made)) : null
    const response = await fetch(`${server.url}${path}${query && !path.startsWith('/view/') ? `?${query}` : ''}`, {
      method,
      headers: { ...headers, ...(sent === null ? {} : { 'content-type': 'application/json' }) },
      ...(sent === null ? {} : { body: sent }),
      signal: leaving.signal,
    })
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
    const text = isStream ? 'a stream' : await response.text()
    leaving.abort()
    return {
      status: response.status,
      headers: [...response.headers.keys()].toSorted(),
      length: response.headers.get('content-length'),
      text: text.replace(/"requestId":"[^"]+"/, ''),
    }
  }
  for (const { method, path, name } of operations.filter(({ path }) => /\{(?!ticket\}\/$)/.test(path))) {
    const one = cases[name]
    if (!one) throw new Error(`${name} has no case`)
    for (const [hand, headers] of Object.entries(handsOf(made))) {
      for (const { foreign, unknown } of pairsOf(path, made)) {
        for (const how of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
          const answer = await ask(how, filled(path, foreign), one, headers)
          const twin = await ask(how, filled(path, unknown), one, headers)
          expect({ name, hand, foreign, ...answer }).toEqual({ name, hand, foreign, ...twin })
          expect([name, hand, foreign, [401, 403, 404].includes(answer.status)]).toEqual([name, hand, foreign, true])
          for (const secret of secrets) expect(answer.text).not.toContain(secret)
          compared++
        }
      }
    }
  }
  expect(await seenBy(made)).toEqual(before)
  figures(`${operations.length} operations, ${compared} answers compared`)
})

test('promise 15: lists, sums and all else without an id hold nothing foreign', async () => {
  using directory = temporaryDirectory()
  const made = await world(directory.path)
  await using server = made.server
  const secrets = secretsOf(made)
  const before = await seenBy(made)
  const without = operations.filter(({ path }) => !path.includes('{') && path !== `${api}/events`)
  for (const { method, path, name } of without.toSorted(
    (one, other) => Number(cases[one.name]?.last ?? false) - Number(cases[other.name]?.last ?? false),
  )) {
    for (const [hand, headers] of Object.entries(handsOf(made))) {
      const { body, query } = cases[name] ?? none
      const { body: text } = await server.call(method, query ? `${path}?${query}` : path, {
        headers,
        ...(body ? { body: body(made) } : {}),
      })
      for (const secret of secrets)
        expect([name, hand, text]).not.toEqual([name, hand, expect.stringContaining(secret)])
    }
  }
  expect(await seenBy(made)).toEqual(before)
})

test('promise 15: an address of another tenant in a public domain is refused to all others', async () => {
  using directory = temporaryDirectory()
  const made = await world(directory.path)
  await using server = made.server
  for (const { method, path, name } of operations.filter(({ path }) => path.includes('{mailbox}'))) {
    for (const [hand, headers] of Object.entries(handsOf(made))) {
      const { body, query } = cases[name] ?? none
      const url = filled(path, { mailbox: made.public.address })
      const { status } = await server.call(method, query ? `${url}?${query}` : url, {
        headers,
        ...(body ? { body: body(made) } : {}),
      })
      const due = hand === 'nobody' || path.endsWith('/token') ? 401 : 404
      expect([name, hand, status]).toEqual([name, hand, due])
    }
  }
})

test("promise 15: another tenant's key in a body, and his cursors, are what was made up", async () => {
  using directory = temporaryDirectory()
  const { server: made, mine, theirs } = await world(directory.path)
  await using server = made
  const remove = async (id: string) => {
    const { status, reason } = await theirs.owner.call('DELETE', `members/${theirs.member.memberId}`, {
      revokeKeys: [id],
    })
    return [status, reason]
  }
  expect(await remove(mine.memberKey.id)).toEqual(await remove(missing))
  expect((await theirs.member.call('GET', 'session')).status).toBe(200)
  await server.mail(mine.box.address, { Subject: 'secret of ann' })
  await server.mail(theirs.box.address, { Subject: 'secret of ben' })
  await opened(server, {}, mine.ownerKey.key)
  const lists = ['mailboxes', 'keys', 'account/audit', 'search?q=secret', 'mailboxes/{}/messages'].map((path) => {
    const url = (address: string) => `${api}/${path.replace('{}', address)}${path.includes('?') ? '&' : '?'}limit=1`
    return { mine: url(mine.box.address), theirs: url(theirs.box.address) }
  })
  for (const list of lists) {
    const { json } = await server.call('GET', list.mine, { token: mine.ownerKey.key })
    expect([list.mine, json['next']]).toEqual([list.mine, expect.any(String)])
    const answer = await server.call('GET', `${list.theirs}&cursor=${json['next']}`, { token: theirs.ownerKey.key })
    expect([list.theirs, answer.status, answer.reason]).toEqual([list.theirs, 400, 'invalid-cursor'])
  }
  const waited = await server.call('GET', `${api}/mailboxes/${mine.box.address}/wait?timeout=0`, {
    token: mine.ownerKey.key,
  })
  const after = await server.call(
    'GET',
    `${api}/mailboxes/${theirs.box.address}/wait?timeout=0&after=${waited.json['cursor']}`,
    { token: theirs.ownerKey.key },
  )
  expect([after.status, after.reason]).toEqual([400, 'invalid-cursor'])
})

test("promise 15: streams and waits bring nothing of another tenant's, of before or of now", async () => {
  using directory = temporaryDirectory()
  const made = await world(directory.path)
  await using server = made.server
  const { mine, theirs, anonymous, stranger } = made
  const secrets = secretsOf(made)
  const wait = (headers: Record<string, string>, address: string) =>
    server.call('GET', `${api}/mailboxes/${address}/wait?subject=sentinel&timeout=60`, { headers })
  const { nobody, ...hands } = handsOf(made)
  expect((await server.call('GET', `${api}/events`, { headers: nobody ?? {} })).status).toBe(401)
  const following = await Promise.all(
    Object.entries(hands).flatMap(([hand, headers]) => {
      const address = hand === 'token of an anonymous mailbox' ? stranger.address : theirs.box.address
      return ['events', `mailboxes/${address}/events`].map(async (path) => ({
        stream: await listen(server, `${api}/${path}`, { ...headers, 'last-event-id': '0' }),
        waited: wait(headers, address),
      }))
    }),
  )
  for (const { address } of [mine.box, anonymous, made.public, theirs.box, stranger]) {
    await server.mail(address, {
      Subject: address === theirs.box.address || address === stranger.address ? 'sentinel' : 'secret of ann',
    })
  }
  for (const { stream, waited } of following) {
    let text = ''
    for (let count = 0; !text.includes('sentinel'); count++) {
      const heard = await stream.next()
      if (heard === null || count > 1000) throw new Error(`the stream ended without it: ${text}`)
      text += JSON.stringify(heard)
    }
    const { status, body: answer } = await waited
    expect(status).toBe(200)
    for (const secret of secrets) {
      expect(text).not.toContain(secret)
      expect(answer).not.toContain(secret)
    }
    stream.close()
  }
})

test('promise 15: the same Idempotency-Key of two tenants is two calls', async () => {
  using directory = temporaryDirectory()
  const made = await world(directory.path)
  await using server = made.server
  const post = (headers: Record<string, string>) =>
    server.call('POST', `${api}/mailboxes`, { body: {}, headers: { ...headers, 'idempotency-key': 'same' } })
  const first = mustBe(201, await post({ authorization: `Bearer ${made.mine.ownerKey.key}` }))
  for (const [hand, headers] of Object.entries(handsOf(made))) {
    const { json } = mustBe(201, await post(headers))
    expect([hand, json['id']]).not.toEqual([hand, first.json['id']])
  }
})
