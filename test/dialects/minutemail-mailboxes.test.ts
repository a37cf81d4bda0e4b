// MinuteMail's mailboxes and their archive, over HTTP against a real server.
import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { listIn } from '../http/serve.ts'
import { minuteServer } from './minute-server.ts'

const path = '/v1/mailboxes'
const archive = '/v1/archived-mailboxes'
const start = '2026-01-01T00:00:00Z'
const minute = 60_000
const unknown = '01900000-0000-7000-8000-000000000000'

describe('a mailbox', () => {
  test('lives for half an hour unless the call says otherwise', async () => {
    await using server = await minuteServer('free')
    const { status, json, headers } = await server.ask('POST', path)
    expect(status).toBe(201)
    expect(json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      alias: expect.stringMatching(/^[^@]+$/),
      domain: 'mayfly.test',
      address: `${json['alias']}@mayfly.test`,
      recoverable: false,
      permanent: false,
      tag: null,
      owner: server.owner.account.id,
      messageCount: 0,
      expiresAt: '2026-01-01T00:30:00Z',
      createdAt: start,
    })
    expect(headers.get('x-ratelimit-remaining')).toBe('99')
    expect((await server.ask('GET', `${path}/${json['id']}`)).json).toEqual(json)
  })

  test('lives as long by default as the config says, cut to the plan', async () => {
    await using server = await minuteServer('free', {
      MAYFLY_DIALECTS_MINUTEMAIL_DEFAULT_TTL_MINUTES: '45',
      MAYFLY_PLANS_FREE_MAX_TTL_MINUTES: '40',
    })
    expect((await server.ask('POST', path)).json['expiresAt']).toBe('2026-01-01T00:40:00Z')
    expect(await server.said('POST', path, { body: { expiresIn: 41 } })).toBe('400 bad_request')
  })

  test.each([
    [1, '00:01:00'],
    [60, '01:00:00'],
    ['20', '00:20:00'],
    ['20m', '00:20:00'],
    ['1h', '01:00:00'],
    ['0h45m', '00:45:00'],
    ['0.5h', '00:30:00'],
    ['90s', '00:02:00'],
    ['1s', '00:01:00'],
    ['3600s', '01:00:00'],
  ])('lives for %p', async (expiresIn, end) => {
    await using server = await minuteServer()
    const { json } = await server.ask('POST', path, { body: { expiresIn } })
    expect(json['expiresAt']).toBe(`2026-01-01T${end}Z`)
  })

  test('lives for nothing else than one to sixty minutes', async () => {
    await using server = await minuteServer()
    for (const expiresIn of [
      0,
      61,
      -1,
      1.5,
      '0',
      '61',
      '0m',
      '1h1m',
      '1h30m',
      '2h',
      '3601s',
      '-5m',
      ' ',
      '',
      'm',
      '5x',
      '1e1',
      true,
      [30],
      {},
    ]) {
      const said = await server.said('POST', path, { body: { expiresIn } })
      expect([expiresIn, said]).toEqual([expiresIn, '400 bad_request'])
    }
  })

  test('has no end where the plan has that', async () => {
    await using server = await minuteServer('pro')
    const { json, status } = await server.ask('POST', path, { body: { noExpiration: true } })
    expect([status, json['permanent'], json['expiresAt']]).toEqual([201, true, null])
    expect(await server.said('POST', path, { body: { noExpiration: true, expiresIn: 5 } })).toBe('400 bad_request')
    expect(await server.said('POST', path, { body: { noExpiration: false, expiresIn: 5 } })).toBe('201')
    const free = await tenant(server.core, { plan: 'free' })
    expect(await server.said('POST', path, { body: { noExpiration: true }, token: free.secret })).toBe('403 forbidden')
  })

  test('is on the domain that was asked for', async () => {
    await using server = await minuteServer('unlimited', { MAYFLY_DOMAINS: 'one.test,two.test' })
    expect((await server.ask('POST', path, { body: { domain: 'TWO.test' } })).json['domain']).toBe('two.test')
    expect((await server.ask('POST', path, { body: {} })).json['domain']).toBe('one.test')
    expect(await server.said('POST', path, { body: { domain: 'three.test' } })).toBe('400 bad_request')
    expect(await server.said('POST', path, { body: { domain: 'a..b' } })).toBe('400 bad_request')
    const bound = await tenant(server.core, { key: { domains: ['two.test'] } })
    expect((await server.ask('POST', path, { body: {}, token: bound.secret })).json['domain']).toBe('two.test')
    const refused = await server.ask('POST', path, { body: { domain: 'one.test' }, token: bound.secret })
    expect([refused.status, refused.json['error']]).toEqual([403, 'forbidden'])
    expect(refused.json['message']).not.toContain('authorized for this domain')
  })

  test('is recoverable only with a tag', async () => {
    await using server = await minuteServer()
    expect(await server.said('POST', path, { body: { recoverable: true } })).toBe('400 bad_request')
    expect(await server.said('POST', path, { body: { recoverable: true, tag: '' } })).toBe('400 bad_request')
    const { json } = await server.ask('POST', path, { body: { recoverable: true, tag: 'signup' } })
    expect(json).toMatchObject({ recoverable: true, tag: 'signup' })
    expect((await server.ask('POST', path, { body: { tag: 'mine' } })).json['tag']).toBe('mine')
  })

  test('is refused for what is wrong in the body, and made in spite of what is not known', async () => {
    await using server = await minuteServer()
    for (const body of [
      '{',
      '[]',
      '"x"',
      '5',
      { domain: 5 },
      { recoverable: 'yes' },
      { tag: {} },
      { noExpiration: 1 },
    ]) {
      expect(await server.said('POST', path, { body })).toBe('400 bad_request')
    }
    const plain = { headers: { 'content-type': 'text/plain' } }
    expect(await server.said('POST', path, { body: '{}', ...plain })).toBe('400 bad_request')
    expect(await server.said('POST', path, { body: `{"tag":"${'x'.repeat(1_100_000)}"}` })).toBe('413 bad_request')
    const form = new FormData()
    form.set('domain', 'mayfly.test')
    const headers = { authorization: `Bearer ${server.owner.secret}` }
    expect((await fetch(server.url + path, { method: 'POST', headers, body: form })).status).toBe(400)
    expect(await server.ids(path)).toEqual([])
    expect(await server.said('POST', path, { body: { constructor: 1, toString: 'x' } })).toBe('201')
    expect(await server.said('POST', path, { body: { unknown: [1], domain: null, expiresIn: null } })).toBe('201')
    expect((await server.ids(path)).length).toBe(2)
  })

  test('goes when it is deleted', async () => {
    await using server = await minuteServer()
    const { id } = await server.made()
    const { status, body, headers } = await server.ask('DELETE', `${path}/${id}`)
    expect([status, body, headers.get('content-type')]).toEqual([204, '', null])
    expect(headers.get('x-ratelimit-remaining')).toBe('1000000')
    expect(await server.said('GET', `${path}/${id}`)).toBe('404 not_found')
    expect(await server.said('DELETE', `${path}/${id}`)).toBe('404 not_found')
    expect(await server.ids(archive)).toEqual([])
  })
})

describe('the list of mailboxes', () => {
  test('has the active ones, oldest first', async () => {
    await using server = await minuteServer()
    expect((await server.ask('GET', path)).json).toEqual({ items: [] })
    const one = await server.made({ expiresIn: 60 })
    server.core.clock.now += minute
    const two = await server.made({ expiresIn: 5 })
    const three = await server.made({ recoverable: true, tag: 'x', expiresIn: 5 })
    await server.mail(one.address)
    expect(await server.ids(path)).toEqual([one.id, two.id, three.id])
    const { json } = await server.ask('GET', path)
    expect(listIn(json, 'items')).toEqual([
      (await server.ask('GET', `${path}/${one.id}`)).json,
      (await server.ask('GET', `${path}/${two.id}`)).json,
      (await server.ask('GET', `${path}/${three.id}`)).json,
    ])
    expect(json).toMatchObject({ items: [{ messageCount: 1 }, { messageCount: 0 }, { messageCount: 0 }] })
    server.core.clock.now += 5 * minute
    expect(await server.ids(path)).toEqual([one.id])
  })

  test('is in the order of creation too where mail came to an address first', async () => {
    await using server = await minuteServer()
    await server.mail('early@mayfly.test')
    const one = await server.made()
    server.core.clock.now += minute
    const { caller } = server.owner
    const { mailbox } = await server.core.mailboxes.open(caller, { localPart: 'early' }, caller.client)
    expect(await server.ids(path)).toEqual([one.id, mailbox.id])
  })

  test('is of one address if it is asked for', async () => {
    await using server = await minuteServer()
    const one = await server.made()
    await server.made()
    const of = (address: string) => server.ids(`${path}?address=${address}`)
    expect(await of(one.address)).toEqual([one.id])
    expect(await of(one.address.replace('@', '%40').toUpperCase())).toEqual([one.id])
    expect(await of('nobody@mayfly.test')).toEqual([])
    expect(await of('nonsense')).toEqual([])
    expect(await of(one.address.replace('@', '%2Btag@'))).toEqual([])
    expect((await of('')).length).toBe(2)
    expect((await server.ids(`${path}?page=3`)).length).toBe(2)
  })

  test('has nothing of others, nor of other domains than the key is for', async () => {
    await using server = await minuteServer('unlimited', { MAYFLY_DOMAINS: 'one.test,two.test' })
    const one = await server.made({ domain: 'one.test' })
    const two = await server.made({ domain: 'two.test' })
    const { caller } = server.owner
    const bound = await server.core.keys.create(caller, { domains: ['one.test'] })
    const { json } = await server.ask('GET', path, { token: bound.secret })
    expect(listIn(json, 'items')).toMatchObject([{ id: one.id }])
    for (const method of ['GET', 'DELETE']) {
      const refused = await server.ask(method, `${path}/${two.id}`, { token: bound.secret })
      expect([refused.status, refused.json['error']]).toEqual([403, 'forbidden'])
      expect(refused.json['message']).not.toContain('authorized for this domain')
    }
    const other = await tenant(server.core)
    expect((await server.ask('GET', path, { token: other.secret })).json).toEqual({ items: [] })
  })
})

test('several mailboxes are deleted together, or none of them', async () => {
  await using server = await minuteServer()
  const [one, two, kept] = [
    await server.made(),
    await server.made({ recoverable: true, tag: 'x' }),
    await server.made(),
  ]
  const other = await tenant(server.core)
  const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
  const ended = (ids: unknown[]) => server.said('DELETE', path, { body: { ids } })
  expect(await ended([one.id, unknown])).toBe('404 not_found')
  expect(await ended([one.id, 'nonsense'])).toBe('404 not_found')
  expect(await ended([one.id, foreign.mailbox.id])).toBe('403 forbidden')
  expect(await server.ids(path)).toEqual([one.id, two.id, kept.id])
  expect(await ended([one.id, two.id.toUpperCase(), one.id])).toBe('204')
  expect(await server.ids(path)).toEqual([kept.id])
  expect(await server.ids(archive)).toEqual([two.id])
  expect(await ended([two.id])).toBe('404 not_found')
  expect(await ended([])).toBe('204')
  expect(await server.ids(path)).toEqual([kept.id])
})

test.each([
  ['DELETE', path],
  ['DELETE', archive],
  ['DELETE', `${path}/:box/mails`],
  ['DELETE', `${path}/:box/mails/:mail/attachments`],
])('%s %s wants a list of at most a thousand ids', async (method, template) => {
  await using server = await minuteServer()
  const box = await server.made()
  const mail = await server.mail(box.address)
  const where = template.replace(':box', box.id).replace(':mail', mail)
  for (const body of [undefined, '{', {}, [], { ids: 'x' }, { ids: [1] }, { ids: null }, { ids: {} }]) {
    expect(await server.said(method, where, body === undefined ? {} : { body })).toBe('400 bad_request')
  }
  const many = Array.from({ length: 1001 }, () => unknown)
  expect(await server.said(method, where, { body: { ids: many } })).toBe('400 bad_request')
  const wrongType = { body: '{"ids":[]}', headers: { 'content-type': 'text/plain' } }
  expect(await server.said(method, where, wrongType)).toBe('400 bad_request')
  expect(await server.said(method, where, { body: { ids: [], more: 1 } })).toBe('204')
})

describe('a recoverable mailbox', () => {
  test('goes to the archive when its time is over or it is deleted', async () => {
    await using server = await minuteServer()
    const one = await server.made({ recoverable: true, tag: 'first', expiresIn: 5 })
    server.core.clock.now += minute
    const two = await server.made({ recoverable: true, tag: 'second' })
    await server.mail(one.address)
    server.core.clock.now += 4 * minute
    expect(await server.said('DELETE', `${path}/${two.id}`)).toBe('204')
    const { json } = await server.ask('GET', archive)
    const [alias] = one.address.split('@')
    const item = {
      id: one.id,
      alias,
      domain: 'mayfly.test',
      tag: 'first',
      owner: server.owner.account.id,
      createdAt: start,
    }
    expect(json).toEqual({ items: [item, expect.objectContaining({ id: two.id })] })
    expect((await server.ask('GET', `${archive}/${one.id}`)).json).toEqual(item)
    expect(await server.said('GET', `${path}/${one.id}`)).toBe('404 not_found')
    expect(await server.said('GET', `${path}/${one.id}/mails`)).toBe('404 not_found')
  })

  test('is opened again at the same address, without its mail', async () => {
    await using server = await minuteServer()
    const box = await server.made({ recoverable: true, tag: 'x' })
    await server.mail(box.address)
    await server.ask('DELETE', `${path}/${box.id}`)
    server.core.clock.now += 10 * minute
    const { status, json } = await server.ask('POST', `${archive}/${box.id}/reactivate`)
    expect(status).toBe(201)
    expect(json).toMatchObject({
      address: box.address,
      recoverable: true,
      tag: 'x',
      messageCount: 0,
      createdAt: '2026-01-01T00:10:00Z',
      expiresAt: '2026-01-01T00:40:00Z',
    })
    expect(json['id']).not.toBe(box.id)
    expect(await server.ids(archive)).toEqual([])
    expect(await server.ids(path)).toEqual([json['id']])
    expect((await server.ask('GET', `${path}/${json['id']}/mails`)).json).toEqual({ items: [] })
    expect(await server.said('POST', `${archive}/${box.id}/reactivate`)).toBe('404 not_found')
  })

  test('is opened again for as long as is asked', async () => {
    await using server = await minuteServer()
    const box = await server.made({ recoverable: true, tag: 'x' })
    await server.ask('DELETE', `${path}/${box.id}`)
    const again = `${archive}/${box.id}/reactivate`
    for (const body of [{ expiresIn: 61 }, { expiresIn: 'x' }, '{', '[]']) {
      expect(await server.said('POST', again, { body })).toBe('400 bad_request')
    }
    const { json } = await server.ask('POST', again, { body: { expiresIn: '5m' } })
    expect(json['expiresAt']).toBe('2026-01-01T00:05:00Z')
  })

  test('is not opened again while its address is in use', async () => {
    await using server = await minuteServer()
    const { caller } = server.owner
    const wish = { localPart: 'same', recoverable: true, tag: 'x' }
    const { mailbox } = await server.core.mailboxes.open(caller, wish, caller.client)
    await server.ask('DELETE', `${path}/${mailbox.id}`)
    await server.core.mailboxes.open(caller, { localPart: 'same' }, caller.client)
    expect(await server.said('POST', `${archive}/${mailbox.id}/reactivate`)).toBe('409 conflict')
  })

  test('is forgotten when it is deleted from the archive, alone or with others', async () => {
    await using server = await minuteServer()
    const wish = { recoverable: true, tag: 'x' }
    const [one, two, three, open] = [
      await server.made(wish),
      await server.made(wish),
      await server.made(wish),
      await server.made(),
    ]
    await server.ask('DELETE', path, { body: { ids: [one.id, two.id, three.id] } })
    const bulk = (ids: string[]) => server.said('DELETE', archive, { body: { ids } })
    expect(await bulk([one.id, unknown])).toBe('404 not_found')
    expect(await bulk([one.id, open.id])).toBe('404 not_found')
    expect(await server.ids(archive)).toEqual([one.id, two.id, three.id])
    expect(await server.said('DELETE', `${archive}/${one.id}`)).toBe('204')
    expect(await server.said('DELETE', `${archive}/${one.id}`)).toBe('404 not_found')
    expect(await server.said('DELETE', `${archive}/${open.id}`)).toBe('404 not_found')
    expect(await bulk([two.id, three.id])).toBe('204')
    expect(await server.ids(archive)).toEqual([])
    expect(await server.ids(path)).toEqual([open.id])
  })
})

test('the plan bounds how many mailboxes are active and how many are recoverable', async () => {
  await using server = await minuteServer('free')
  const wish = { recoverable: true, tag: 'x' }
  for (let n = 0; n < 3; n++) await server.made(wish)
  const refused = await server.ask('POST', path, { body: {} })
  expect([refused.status, refused.json['error'], refused.headers.get('x-ratelimit-remaining')]).toEqual([
    429,
    'quota_exceeded',
    '96',
  ])
  const ids = await server.ids(path)
  await server.ask('DELETE', path, { body: { ids } })
  for (let n = 0; n < 2; n++) await server.made(wish)
  expect(await server.said('POST', path, { body: wish })).toBe('429 quota_exceeded')
  await server.made()
  expect(await server.said('POST', `${archive}/${ids[0]}/reactivate`)).toBe('429 quota_exceeded')
})

test("what is another tenant's is forbidden, and what nobody has is not found", async () => {
  await using server = await minuteServer()
  const other = await tenant(server.core)
  const opened = async (wish: object) => (await server.core.mailboxes.open(other.caller, wish, '192.0.2.1')).mailbox
  const [active, archived, gone] = [await opened({}), await opened({ recoverable: true }), await opened({})]
  await server.core.mailboxes.end(other.caller, archived.id, { permanent: false })
  await server.core.mailboxes.end(other.caller, gone.id, { permanent: true })
  const calls = [
    ['GET', `${path}/ID`],
    ['DELETE', `${path}/ID`],
    ['GET', `${path}/ID/mails`],
    ['DELETE', `${path}/ID/mails/${unknown}`],
    ['GET', `${archive}/ID`],
    ['DELETE', `${archive}/ID`],
    ['POST', `${archive}/ID/reactivate`],
  ] as const
  const said = (id: string) => Promise.all(calls.map(([method, where]) => server.said(method, where.replace('ID', id))))
  expect(await said(active.id)).toEqual(calls.map(() => '403 forbidden'))
  expect(await said(archived.id)).toEqual(calls.map(() => '403 forbidden'))
  expect(await said(gone.id)).toEqual(calls.map(() => '404 not_found'))
  expect(await said(unknown)).toEqual(calls.map(() => '404 not_found'))
  expect(await said('nonsense')).toEqual(calls.map(() => '404 not_found'))
  expect(await said('%2e%2e')).toEqual(calls.map(() => '404 not_found'))
  expect(await said(active.address)).toEqual(calls.map(() => '404 not_found'))
  expect((await server.core.mailboxes.ofAccount(other.caller, active.id, 'active')).id).toBe(active.id)
})
