// The native API's messages: lists, one message, marks, deletes, search, refusals.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { openapi } from '../../src/http/openapi.ts'
import { at, listIn, serve } from '../http/serve.ts'

const root = '/mayfly/v1'

test('a list shows the newest first, page by page, without what only a digest tells', async () => {
  await using server = await serve({}, { now: 0 })
  const { token, address, id } = await server.open('bob')
  for (let n = 1; n <= 5; n++) await server.mail(address, { Subject: `Mail ${n}` })
  const list = `${root}/mailboxes/${address}/messages`
  const first = await server.call('GET', `${list}?limit=2`, { token })
  expect(listIn(first.json, 'items').map((one) => at(one, 'subject'))).toEqual(['Mail 5', 'Mail 4'])
  expect(at(first.json, 'items', 0)).toEqual({
    id: expect.any(String),
    mailboxId: id,
    address,
    from: 'ann@sender.test',
    fromName: 'Ann',
    to: [address],
    subject: 'Mail 5',
    receivedAt: '1970-01-01T00:00:00.000Z',
    expiresAt: '1970-01-01T01:00:00.000Z',
    size: expect.any(Number),
    hasAttachments: false,
    seen: false,
    digest: expect.any(String),
  })
  const second = await server.call('GET', `${list}?limit=3&cursor=${first.json['next']}`, { token })
  expect(listIn(second.json, 'items').map((one) => at(one, 'subject'))).toEqual(['Mail 3', 'Mail 2', 'Mail 1'])
  expect(second.json['next']).toBeNull()
})

test('a list keeps to since, and to the tag of a tagged address', async () => {
  await using server = await serve({}, { now: Date.UTC(2026, 0, 1) })
  const { token, address } = await server.open('bob')
  await server.mail(address, { Subject: 'Old' })
  server.core.clock.now += 60_000
  await server.mail('bob+Tag@mayfly.test', { Subject: 'New' })
  const subjects = async (name: string, query = ''): Promise<unknown[]> => {
    const { json } = await server.call('GET', `${root}/mailboxes/${name}/messages${query}`, { token })
    return listIn(json, 'items').map((one) => at(one, 'subject'))
  }
  expect(await subjects(address)).toEqual(['New', 'Old'])
  expect(await subjects(address, '?since=2026-01-01T00:01:00Z')).toEqual(['New'])
  expect(await subjects(address, '?since=2026-01-01T01:01:00%2B01:00')).toEqual(['New'])
  expect(await subjects('bob+tag@mayfly.test')).toEqual(['New'])
  expect(await subjects('bob%2Btag@mayfly.test')).toEqual(['New'])
})

test.each([
  ['limit=0', 'query.limit'],
  ['limit=101', 'query.limit'],
  ['limit=x', 'query.limit'],
  ['limit=', 'query.limit'],
  ['limit=1&limit=2', 'query.limit'],
  ['since=yesterday', 'query.since'],
  ['since=2026-01-01', 'query.since'],
  ['since=2026-13-01T00:00:00Z', 'query.since'],
  ['since=2020-02-31T00:00:00Z', 'query.since'],
  ['since=2021-02-29T23:00:00-05:00', 'query.since'],
  ['page=2', 'query.page'],
  ['q[]=x', 'query."q[]"'],
  ['q=[1]&limit=x', 'query.limit'],
])('the list query %s is refused with its field', async (query, field) => {
  await using server = await serve()
  const { status, json } = await server.call('GET', `${root}/mailboxes/x@mayfly.test/messages?${query}`)
  expect(status).toBe(400)
  expect(at(json, 'error', 'fields', 0, 'path')).toBe(field)
})

test('a cursor that was made up, or is of another list, is refused', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const { json } = await server.call('GET', `${root}/mailboxes/${address}/wait?timeout=0`, { token })
  for (const cursor of ['', 'x', '%00', 'bDE=', 'l1', '../..', json['cursor'], 'x'.repeat(150)]) {
    for (const list of [`mailboxes/${address}/messages`, 'refusals']) {
      const answer = await server.call('GET', `${root}/${list}?cursor=${cursor}`, { token })
      expect(answer.status).toBe(400)
      expect(answer.reason).toBe('invalid-cursor')
    }
  }
})

test('a message alone has all that was read out of it', async () => {
  await using server = await serve({}, { now: 0 })
  const headers = {
    Subject: 'Confirm',
    To: 'Bob <bob@mayfly.test>, c@d.test',
    Cc: 'e@f.test',
    'Reply-To': 'r@s.test',
    Date: 'Thu, 01 Jan 2026 00:00:00 +0000',
    'Message-ID': '<m@n>',
    'Content-Type': 'text/html',
  }
  const id = await server.mail(
    'bob@mayfly.test',
    headers,
    '<p>Your code is 482913. <a href="https://x.test/verify?a=1">Verify</a></p>',
  )
  const { status, json } = await server.call('GET', `${root}/messages/${id}`)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    id,
    from: 'ann@sender.test',
    to: ['bob@mayfly.test', 'c@d.test'],
    cc: ['e@f.test'],
    replyTo: ['r@s.test'],
    date: '2026-01-01T00:00:00.000Z',
    messageId: '<m@n>',
    digest: 'ready',
    text: expect.stringContaining('482913'),
    html: expect.stringContaining('<a href'),
    codes: ['482913'],
    links: [{ url: 'https://x.test/verify?a=1', text: 'Verify' }],
    attachments: [],
    notes: [],
  })
  expect(json['headers']).toContainEqual({ name: 'Subject', value: 'Confirm' })
  for (const hidden of ['key', 'contentKey', 'mailboxKey', 'digestedSeq', 'envelopeFrom'])
    expect(json[hidden]).toBeUndefined()
})

test('reading does not mark as seen; a mark does, both ways', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const path = `${root}/messages/${await server.mail(address)}`
  expect((await server.call('GET', path, { token })).json['seen']).toBe(false)
  expect((await server.call('PATCH', path, { token, body: { seen: true } })).json['seen']).toBe(true)
  expect((await server.call('GET', path, { token })).json['seen']).toBe(true)
  expect((await server.call('PATCH', path, { token, body: { seen: false } })).json['seen']).toBe(false)
  for (const body of [{}, { seen: 1 }, { seen: null }, { seen: true, read: true }]) {
    expect((await server.call('PATCH', path, { token, body })).status).toBe(400)
  }
})

test('a message is deleted, and all of a mailbox, and all of a tag', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob')
  const one = await server.mail(address)
  expect((await server.call('DELETE', `${root}/messages/${one}`, { token })).status).toBe(204)
  expect((await server.call('GET', `${root}/messages/${one}`, { token })).reason).toBe('message-unknown')
  await server.mail('bob+x@mayfly.test')
  await server.mail(address, { Subject: 'Stays' })
  const count = async () =>
    listIn((await server.call('GET', `${root}/mailboxes/${address}/messages`, { token })).json, 'items').length
  expect((await server.call('DELETE', `${root}/mailboxes/bob+x@mayfly.test/messages`, { token })).status).toBe(204)
  expect(await count()).toBe(1)
  expect((await server.call('DELETE', `${root}/mailboxes/${address}/messages`, { token })).status).toBe(204)
  expect(await count()).toBe(0)
})

test("a message of a mailbox that is nobody's can be read by all and changed by none", async () => {
  await using server = await serve()
  const path = `${root}/messages/${await server.mail('free@mayfly.test')}`
  expect((await server.call('GET', path)).status).toBe(200)
  expect((await server.call('DELETE', path)).reason).toBe('forbidden')
  expect((await server.call('PATCH', path, { body: { seen: true } })).reason).toBe('forbidden')
})

test('search finds words, also begun ones, in the mailbox of the token', async () => {
  await using server = await serve()
  const [mine, other] = [await server.open('mine'), await server.open('other')]
  for (const { address, token } of [mine, other]) {
    const id = await server.mail(address, { Subject: 'Quarterly figures' })
    await server.call('GET', `${root}/messages/${id}`, { token })
  }
  const search = async (q: string) => (await server.call('GET', `${root}/search?q=${q}`, { token: mine.token })).json
  expect(listIn(await search('quarterly'), 'items').map((one) => at(one, 'address'))).toEqual([mine.address])
  expect(listIn(await search('figu'), 'items').length).toBe(1)
  expect(listIn(await search('absent'), 'items').length).toBe(0)
  expect((await server.call('GET', `${root}/search`, { token: mine.token })).status).toBe(400)
  expect((await server.call('GET', `${root}/search?q=x`)).reason).toBe('credential-missing')
})

test('no search that anyone could type is a defect', async () => {
  await using server = await serve()
  const { token } = await server.open()
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 60, unit: 'binary' }), async (q) => {
      const { status } = await server.call('GET', `${root}/search?q=${encodeURIComponent(q.toWellFormed())}`, { token })
      expect(status).toBe(200)
    }),
    { numRuns: 100 },
  )
})

test('ids of every wrong shape are unknown, never a defect', async () => {
  await using server = await serve()
  const { token, id } = await server.open()
  const known = await server.mail('bob@mayfly.test')
  const shapes = [
    'x',
    '0',
    '-1',
    'null',
    '%00',
    '..%2F..',
    known.slice(1),
    `${known}0`,
    id,
    "'--",
    'a@b@c',
    '%20',
    'é',
    'x'.repeat(3000),
  ]
  for (const shape of shapes) {
    const paths = ['', '/raw', '/html', '/attachments/0'].map((below) => `messages/${shape}${below}`)
    for (const path of paths) {
      const mine = await server.call('GET', `${root}/${path}`, { token })
      expect([path, mine.status]).toEqual([path, 404])
      const nobody = await server.call('GET', `${root}/${path}`)
      expect([path, nobody.status]).toEqual([path, 401])
    }
  }
  for (const shape of shapes.filter((one) => one !== id)) {
    const { reason } = await server.call('GET', `${root}/mailboxes/${shape}`, { token })
    expect([shape, reason]).toEqual([shape, 'mailbox-unknown'])
  }
  for (const broken of ['%FF', '%E0%A4', '%', '%zz']) {
    expect((await server.call('GET', `${root}/messages/${broken}`)).reason).toBe('route-unknown')
  }
  for (const n of ['x', '-1', '99', '1.0', '0x0', '00', '%00']) {
    expect((await server.call('GET', `${root}/messages/${known}/attachments/${n}`)).reason).toBe('attachment-unknown')
  }
  expect((await server.call('GET', `${root}/messages/${known.toUpperCase()}`)).status).toBe(200)
})

test('refused mails are shown to the mailbox they were for, and all to the operator', async () => {
  await using server = await serve({}, { now: 0 })
  const { token, address } = await server.open('bob')
  const refused = { client: '192.0.2.1', from: 'a@b.test', to: address, stage: 'rcpt', reason: 'mailbox-full' } as const
  server.core.usage.refused({ ...refused, address })
  server.core.usage.refused({ ...refused, to: 'x@y.test', address: '', reason: 'relay-denied' })
  const mine = await server.call('GET', `${root}/refusals`, { token })
  expect(mine.json).toEqual({ items: [{ ...refused, address, at: '1970-01-01T00:00:00.000Z' }], next: null })
  const operator = await server.core.mailboxes.operator()
  const first = await server.call('GET', `${root}/refusals?limit=1`, { token: operator.token })
  expect(at(first.json, 'items', 0, 'reason')).toBe('relay-denied')
  const second = await server.call('GET', `${root}/refusals?limit=1&cursor=${first.json['next']}`, {
    token: operator.token,
  })
  expect(at(second.json, 'items', 0, 'reason')).toBe('mailbox-full')
  expect(second.json['next']).toBeNull()
  expect((await server.call('GET', `${root}/refusals`)).reason).toBe('credential-missing')
})

test('a clearing that asks for some only clears nothing: it knows no parameters', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob')
  const id = await server.mail(address)
  const { status, json } = await server.call('DELETE', `${root}/mailboxes/${address}/messages?q=x&limit=1`, { token })
  expect(status).toBe(400)
  expect(at(json, 'error', 'fields')).toEqual([
    { path: 'query.q', message: 'is not known here' },
    { path: 'query.limit', message: 'is not known here' },
  ])
  expect((await server.call('GET', `${root}/messages/${id}`, { token })).status).toBe(200)
})

test('no route takes a parameter or a field that its description does not have', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob')
  const id = await server.mail(address)
  const view = await server.call('POST', `${root}/messages/${id}/view`, { token })
  const ticket = String(view.json['url']).split('/')[2] ?? ''
  const places = { mailbox: address, id, ticket, n: '0' }
  const person = { email: 'ann@tenant.test', password: 'open sesame' }
  // The body is looked at before the query.
  const needed: Record<string, object> = {
    [`POST ${root}/mailboxes/{mailbox}/token`]: { password: 'open sesame' },
    [`PATCH ${root}/messages/{id}`]: { seen: true },
    [`POST ${root}/session`]: person,
    [`PATCH ${root}/session`]: { present: 'open sesame', password: 'open sesame' },
    [`POST ${root}/invitations/accept`]: { token: 'x', ...person },
    [`POST ${root}/accounts`]: person,
    [`POST ${root}/session/reset`]: { token: 'x', password: 'open sesame' },
    [`PATCH ${root}/members/{id}`]: { role: 'member' },
    [`POST ${root}/admin/accounts`]: { email: person.email },
    [`POST ${root}/admin/blocks`]: { kind: 'sender', pattern: '*@sender.test' },
    [`POST ${root}/account/invoices`]: { plan: 'dev', rail: 'manual' },
    [`POST ${root}/checkout/{id}`]: { secret: 'x' },
    [`POST ${root}/checkout/{id}/key`]: { secret: 'x' },
    [`POST ${root}/domains`]: { name: 'own.example' },
    [`POST ${root}/webhooks`]: { url: 'https://hooks.example/mail' },
  }
  const document = await openapi('native')
  for (const [template, item] of Object.entries(Object(at(document, 'paths')))) {
    const path = Object.entries(places).reduce((text, [name, value]) => text.replace(`{${name}}`, value), template)
    for (const method of Object.keys(Object(item)).map((name) => name.toUpperCase())) {
      const body = needed[`${method} ${template}`]
      const asked = await server.call(method, `${path}?nope=1`, { token, body })
      expect([template, method, asked.status]).toEqual([template, method, 400])
      expect(listIn(asked.json, 'error', 'fields')).toContainEqual({ path: 'query.nope', message: 'is not known here' })
      // What the services of rails send is theirs to say: their signature decides.
      if (method === 'GET' || template.startsWith(`${root}/payments/`)) continue
      const sent = await server.call(method, path, { token, body: { nope: 1 } })
      expect([template, method, sent.status]).toEqual([template, method, 400])
      expect(listIn(sent.json, 'error', 'fields')).toContainEqual({ path: 'body.nope', message: 'is not known here' })
    }
  }
  expect((await server.call('GET', `${root}/messages/${id}`, { token })).status).toBe(200)
})

test('a route without fields takes no body, and an empty object', async () => {
  await using server = await serve()
  const { token, address } = await server.open('bob')
  const id = await server.mail(address)
  for (const body of [undefined, '', {}]) {
    expect((await server.call('POST', `${root}/messages/${id}/view`, { token, body })).status).toBe(201)
  }
  const remote = await server.call('POST', `${root}/messages/${id}/view?remote=1`, { token })
  expect(at(remote.json, 'error', 'fields', 0, 'path')).toBe('query.remote')
  expect((await server.call('DELETE', `${root}/messages/${id}`, { token, body: {} })).status).toBe(204)
})
