// Mail.cx: webhooks, as their maker and their receiver see them.
import { expect, spyOn, test } from 'bun:test'
import { digestJobs } from '../../src/messages/jobs.ts'
import { JobFailed } from '../../src/storage/job.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn } from '../http/serve.ts'
import { isSigned, onLoopback, receiver } from '../webhooks/receiver.ts'
import { mailcxServer, said } from './mailcx-server.ts'

const hooks = '/pro/api/webhooks'
const native = '/mayfly/v1/webhooks'
const anyId = '01900000-0000-7000-8000-000000000000'
const second = 1000
const hour = 3600 * second

async function hookServer(env: Record<string, string> = onLoopback, plan = 'pro') {
  const server = await mailcxServer(env)
  // Calls come as they come: the limit of so many a second is not of these tests.
  let elapsed = 0
  server.core.outside.elapsed = () => (elapsed += second)
  await server.core.delivering.start()
  const owner = await tenant(server.core, { plan, key: { prefix: 'tm_pro_' } })
  const ask = (method: string, path: string, body?: unknown) =>
    server.call(method, path, { token: owner.secret, ...(body === undefined ? {} : { body }) })
  const hook = async (url: string) => {
    const { status, json, body } = await ask('POST', hooks, { url, events: ['email.received'] })
    if (status !== 201) throw new Error(body)
    return { id: String(json['id']), secret: String(json['secret']), path: `${hooks}/${json['id']}` }
  }
  const listed = async () => at((await ask('GET', hooks)).json, 'webhooks', 0)
  return {
    ...server,
    ...owner,
    ask,
    hook,
    listed,
    settled: () => server.core.delivering.settled(),
    [Symbol.asyncDispose]: async () => {
      await server.core.delivering.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('one is made with a secret that is shown once, and told of mail once it was read', async () => {
  await using there = receiver()
  await using server = await hookServer()
  const box = await server.make('user@mayfly.test', server.secret)
  const made = await server.ask('POST', hooks, { url: there.url, events: ['email.received'] })
  const { secret, ...shown } = made.json
  expect(secret).toMatch(/^whsec_[0-9A-Za-z]{40}$/)
  expect([made.status, shown]).toEqual([
    201,
    {
      id: expect.any(String),
      url: there.url,
      events: ['email.received'],
      status: 'active',
      failure_count: 0,
      last_triggered_at: null,
      created_at: '2026-01-01T00:00:00Z',
    },
  ])
  const text = `Your   code\r\nis 482913. ${'x'.repeat(200)}\r\n`
  const mail = await server.mail(
    'user+shop@mayfly.test',
    { From: '"Ann, of X" <Ann@SENDER.test>', Subject: 'hi' },
    text,
  )
  await there.until(1)
  const [got] = there.got
  if (!got) throw new Error('nothing came')
  const { json } = await server.call('GET', '/api/messages', { token: box.token })
  const item = at(json, 'messages', 0)
  expect(got.json).toEqual({
    id: expect.stringMatching(/^evt_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    type: 'email.received',
    created_at: '2026-01-01T00:00:00Z',
    data: {
      email_id: mail,
      account_id: box.id,
      address: 'user@mayfly.test',
      from: '"Ann, of X" <Ann@sender.test>',
      sender: 'sender@example.test',
      subject: 'hi',
      preview_text: `Your code is 482913. ${'x'.repeat(79)}`,
      size: at(item, 'size'),
      created_at: '2026-01-01T00:00:00Z',
    },
  })
  // The same words as in the list.
  for (const name of ['from', 'sender', 'subject', 'preview_text', 'created_at'])
    expect([name, at(got.json, 'data', name)]).toEqual([name, at(item, name)])
  expect(got.headers.get('x-webhook-id')).toBe(got.id)
  expect(got.headers.get('x-webhook-timestamp')).toBe(String(Date.UTC(2026, 0, 1) / 1000))
  expect(got.headers.get('x-webhook-signature')).toMatch(/^sha256=[0-9a-f]{64}$/)
  expect(isSigned(got, String(secret))).toBe(true)
  await server.settled()
  const after = await server.ask('GET', hooks)
  expect(after.json).toEqual({ webhooks: [{ ...shown, last_triggered_at: '2026-01-01T00:00:00Z' }] })
  const deliveries = await server.ask('GET', `${hooks}/${shown['id']}/deliveries`)
  expect([deliveries.status, deliveries.json]).toEqual([
    200,
    {
      deliveries: [
        {
          id: expect.any(String),
          event_type: 'email.received',
          event_id: got.id,
          status_code: 200,
          error: null,
          attempt: 1,
          duration_ms: expect.any(Number),
          created_at: '2026-01-01T00:00:00Z',
        },
      ],
    },
  ])
})

test('a mail that could not be read is told of all the same, without a preview', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  await server.hook(there.url)
  using _ = spyOn(digestJobs, 'messages.digest').mockImplementation(() => {
    throw new JobFailed('the thread died')
  })
  await server.mail('user@mayfly.test', { Subject: 'odd' })
  await there.until(1)
  expect(there.got[0]).toMatchObject({ type: 'email.received', subject: 'odd' })
  expect(at(there.got[0]?.json, 'data', 'preview_text')).toBeNull()
})

test('it hears of the mail of all mailboxes of its account, each once, and of no other', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('first@mayfly.test', server.secret)
  await server.make('second@mayfly.test', server.secret)
  await server.make('nobodys@mayfly.test')
  await server.make('strangers@mayfly.test', (await tenant(server.core)).secret)
  await server.hook(there.url)
  for (const name of ['nobodys', 'strangers', 'first', 'second']) await server.mail(`${name}@mayfly.test`)
  await there.until(2)
  await server.settled()
  expect(there.got.map(({ json }) => at(json, 'data', 'address'))).toEqual(['first@mayfly.test', 'second@mayfly.test'])
})

test('an account has one, also if it asks for two at the same time, and no more than its plan allows', async () => {
  await using server = await hookServer(onLoopback, 'unlimited')
  const make = () => server.ask('POST', hooks, { url: 'https://8.8.8.8/hook' })
  const [one, other] = await Promise.all([make(), make()])
  expect([one.status, other.status].toSorted()).toEqual([201, 403])
  expect(said(await make())).toBe('403 webhook_limit_reached')
  // Those of the native API are not counted in this limit, and this one is in the plan's.
  expect((await server.ask('POST', native, { url: 'https://8.8.8.8/hook' })).status).toBe(201)
  await using small = await hookServer(onLoopback, 'hobbyist')
  expect((await small.ask('POST', native, { url: 'https://8.8.8.8/hook' })).status).toBe(201)
  expect(said(await small.ask('POST', hooks, { url: 'https://8.8.8.8/hook' }))).toBe('403 webhook_limit_reached')
})

test('what is no webhook is refused', async () => {
  await using server = await hookServer({})
  const refused = async (body: unknown) => said(await server.ask('POST', hooks, body))
  const urls = [
    'http://8.8.8.8/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://[::1]/',
    'https://a@b.test/',
    'x',
  ]
  for (const url of [...urls, '', 5, {}]) expect([url, await refused({ url })]).toEqual([url, '400 invalid_request'])
  for (const events of [[], ['message.stored'], 'email.received', [5], ['email.received', 'x']])
    expect([events, await refused({ url: 'https://8.8.8.8/', events })]).toEqual([events, '400 invalid_request'])
  expect(await refused({})).toBe('400 invalid_request')
  expect((await server.ask('POST', hooks, { url: 'http://8.8.8.8/' })).json).toEqual({
    error: 'invalid_request',
    message: '"url" must begin with https://.',
  })
  expect(await server.listed()).toBeUndefined()
  const { token } = await server.make('user@mayfly.test', server.secret)
  expect(said(await server.call('GET', hooks, { token }))).toBe('401 invalid_token')
})

test('it is one of the native webhooks, and a native one is none of these', async () => {
  await using there = receiver()
  await using server = await hookServer(onLoopback, 'unlimited')
  await server.make('user@mayfly.test', server.secret)
  const { id, path } = await server.hook(there.url)
  const other = await server.ask('POST', native, { url: `${there.url}/native`, events: ['message.stored'] })
  const items = listIn((await server.ask('GET', native)).json, 'items')
  expect(items).toMatchObject([
    { id, form: 'mailcx', events: ['email.received'], mailbox: null },
    { id: other.json['id'], form: 'native', events: ['message.stored'] },
  ])
  expect(listIn((await server.ask('GET', hooks)).json, 'webhooks').map((one) => at(one, 'id'))).toEqual([id])
  for (const [method, below] of [
    ['DELETE', ''],
    ['POST', '/rotate'],
    ['GET', '/deliveries'],
  ] as const)
    expect(said(await server.ask(method, `${hooks}/${other.json['id']}${below}`))).toBe('404 not_found')
  // It keeps its words, whoever changes it.
  const events = await server.ask('PATCH', `${native}/${id}`, { events: ['message.stored'] })
  expect([events.status, events.reason]).toEqual([400, 'invalid-request'])
  expect((await server.ask('PATCH', `${native}/${id}`, { state: 'paused' })).json).toMatchObject({ state: 'paused' })
  expect(await server.listed()).toMatchObject({ status: 'failed', failure_count: 0 })
  // Who paused it, and not its failures, must be asked to go on.
  await server.ask('POST', `${path}/rotate`)
  expect(await server.listed()).toMatchObject({ status: 'failed' })
  await server.mail('user@mayfly.test', { Subject: 'waits' })
  await there.until(1)
  await server.settled()
  expect(there.got.map(({ path: to }) => to)).toEqual(['/hook/native'])
  await server.ask('PATCH', `${native}/${id}`, { state: 'active' })
  await there.until(2)
  expect(there.got[1]).toMatchObject({ path: '/hook', type: 'email.received', subject: 'waits' })
  await server.settled()
  const deliveries = await server.ask('GET', `${native}/${id}/deliveries`)
  expect(listIn(deliveries.json, 'items')).toMatchObject([{ type: 'email.received', state: 'delivered' }])
  expect((await server.ask('DELETE', `${native}/${id}`)).status).toBe(204)
  expect(await server.listed()).toBeUndefined()
})

test('after a rotation the new secret signs alone where the old one did, and the old one beside it for a day', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  const { id, secret, path } = await server.hook(there.url)
  const rotated = await server.ask('POST', `${path}/rotate`)
  expect([rotated.status, rotated.json]).toEqual([200, { id, secret: expect.stringMatching(/^whsec_\w{40}$/) }])
  const fresh = String(rotated.json['secret'])
  expect(fresh).not.toBe(secret)
  await server.mail('user@mayfly.test')
  await there.until(1)
  server.core.clock.now += 24 * hour
  await server.mail('user@mayfly.test')
  await there.until(2)
  const [both, one] = there.got
  if (!both || !one) throw new Error('nothing came')
  expect(both.headers.get('x-webhook-signature')).toMatch(/^sha256=[0-9a-f]{64}$/)
  expect([isSigned(both, fresh), isSigned(both, secret)]).toEqual([true, false])
  const previous = new Headers({ ...Object.fromEntries(both.headers.entries()) })
  previous.set('x-webhook-signature', both.headers.get('x-webhook-signature-previous') ?? '')
  expect(isSigned({ ...both, headers: previous }, secret)).toBe(true)
  expect(isSigned(one, fresh)).toBe(true)
  expect(one.headers.has('x-webhook-signature-previous')).toBe(false)
})

test('twenty failures in a row make it failed; a rotation has it begin anew with what waits', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  const { id, path } = await server.hook(there.url)
  there.answer.by = () => new Response(null, { status: 500 })
  for (let n = 1; n <= 19; n++) await server.mail('user@mayfly.test', { Subject: `mail ${n}` })
  await there.until(19)
  await server.settled()
  expect(await server.listed()).toMatchObject({ status: 'active', failure_count: 19 })
  await server.mail('user@mayfly.test', { Subject: 'mail 20' })
  await there.until(20)
  await server.settled()
  expect(await server.listed()).toMatchObject({ status: 'failed', failure_count: 20 })
  expect(server.core.told.filter(({ type }) => type === 'webhook.paused')).toMatchObject([{ subjectId: id }])
  const line = server.core.logged.find((one) => one.includes('keeps failing'))
  expect(JSON.parse(line ?? '{}')).toMatchObject({
    webhookId: id,
    accountId: server.account.id,
    host: new URL(there.url).host,
  })
  await server.mail('user@mayfly.test', { Subject: 'mail 21' })
  await server.settled()
  expect(there.got).toHaveLength(20)
  there.answer.by = () => new Response()
  // At once: the time of the next attempts has not come.
  expect((await server.ask('POST', `${path}/rotate`)).status).toBe(200)
  expect(await server.listed()).toMatchObject({ status: 'active', failure_count: 0 })
  await there.until(41)
  await server.settled()
  expect(new Set(there.got.slice(20).map(({ subject }) => subject)).size).toBe(21)
  const events = new Map(there.got.slice(0, 20).map(({ subject, id: event }) => [subject, event]))
  for (const { subject, id: event } of there.got.slice(20, 41)) expect(events.get(subject) ?? event).toBe(event)
})

test('a success between begins the count anew, and a rotation does', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  const { path } = await server.hook(there.url)
  const mail = async (status: number) => {
    const count = there.got.length + 1
    there.answer.by = () => new Response(null, { status })
    await server.mail('user@mayfly.test')
    await there.until(count)
    await server.settled()
    return at(await server.listed(), 'failure_count')
  }
  expect([await mail(500), await mail(500), await mail(204), await mail(500)]).toEqual([1, 2, 0, 1])
  await server.ask('POST', `${path}/rotate`)
  expect(await server.listed()).toMatchObject({ status: 'active', failure_count: 0 })
})

test('the last twenty deliveries are listed, the newest first, with why they failed', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  const { path } = await server.hook(there.url)
  for (let n = 0; n < 22; n++) await server.mail('user@mayfly.test')
  await there.until(22)
  there.answer.by = () => new Response(null, { status: 503 })
  await server.mail('user@mayfly.test')
  await there.until(23)
  await server.settled()
  const deliveries = listIn((await server.ask('GET', `${path}/deliveries`)).json, 'deliveries')
  expect(deliveries.map((one) => at(one, 'event_id'))).toEqual(
    there.got
      .slice(-20)
      .reverse()
      .map(({ id }) => id),
  )
  expect(deliveries[0]).toMatchObject({ status_code: 503, error: 'it answered 503', attempt: 1 })
  server.core.clock.now += 12 * second
  server.core.delivering.retryDue()
  await there.until(24)
  await server.settled()
  const [tried] = listIn((await server.ask('GET', `${path}/deliveries`)).json, 'deliveries')
  expect(tried).toMatchObject({ event_id: there.got[23]?.id, attempt: 2 })
  expect(there.got[23]?.id).toBe(there.got[22]?.id ?? '')
})

test('it is removed, and what is not there, or is of another account, is not found', async () => {
  await using there = receiver()
  await using server = await hookServer()
  await server.make('user@mayfly.test', server.secret)
  const { path } = await server.hook(there.url)
  const stranger = await tenant(server.core)
  const calls = [
    ['POST', '/rotate'],
    ['GET', '/deliveries'],
    ['DELETE', ''],
  ] as const
  for (const [method, below] of calls) {
    expect(said(await server.call(method, `${path}${below}`, { token: stranger.secret }))).toBe('404 not_found')
    for (const id of [anyId, 'x'])
      expect(said(await server.ask(method, `${hooks}/${id}${below}`))).toBe('404 not_found')
  }
  expect((await server.ask('GET', `${path.toUpperCase().replace(hooks.toUpperCase(), hooks)}/deliveries`)).status).toBe(
    200,
  )
  const gone = await server.ask('DELETE', path)
  expect([gone.status, gone.body]).toEqual([204, ''])
  for (const [method, below] of calls) expect(said(await server.ask(method, `${path}${below}`))).toBe('404 not_found')
  await server.mail('user@mayfly.test')
  await server.settled()
  expect(there.got).toEqual([])
  // And there is room for another.
  await server.hook(there.url)
})
