import { expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { untyped } from '../../src/storage/untyped.ts'
import { LocalWriter } from '../../src/storage/writer.ts'
import { changes } from '../../src/threads/changes.ts'
import { at } from '../http/serve.ts'
import { reasonOf } from '../refused.ts'
import { isSigned, onLoopback, receiver, stage } from './receiver.ts'

const minute = 60_000
const hour = 60 * minute

test('mail is told of once it is stored, signed over the time and the body', async () => {
  await using there = receiver()
  await using here = await stage()
  const { id, secret } = await here.hook(there.url)
  expect(secret).toMatch(/^whsec_[0-9A-Za-z]{40}$/)
  const messageId = await here.mail('Your order')
  await there.until(1)
  const [got] = there.got
  if (!got) throw new Error('nothing came')
  expect(got.json).toEqual({
    id: expect.stringMatching(/^evt_[0-9a-f-]{36}$/),
    type: 'message.stored',
    seq: here.core.told.find(({ type }) => type === 'message.stored')?.seq,
    createdAt: '2026-01-01T00:00:00.000Z',
    webhookId: id,
    data: {
      message: {
        id: messageId,
        mailboxId: here.core.told.find(({ messageId: of }) => of === messageId)?.mailboxId,
        address: here.address,
        from: 'ann@sender.test',
        fromName: 'Ann',
        to: [here.address],
        subject: 'Your order',
        receivedAt: '2026-01-01T00:00:00.000Z',
        size: expect.any(Number),
        digest: 'pending',
      },
    },
  })
  expect(got.headers.get('x-webhook-id')).toBe(got.id)
  expect(got.headers.get('x-webhook-timestamp')).toBe(String(Date.UTC(2026, 0, 1) / 1000))
  expect(got.headers.get('content-type')).toBe('application/json')
  expect(got.headers.get('x-webhook-signature')).toMatch(/^sha256=[0-9a-f]{64}$/)
  expect(isSigned(got, secret)).toBe(true)
  expect(isSigned(got, 'whsec_another')).toBe(false)
  expect(isSigned({ ...got, body: got.body.replace('order', 'orders') }, secret)).toBe(false)
})

test('the digest is told of with the codes and links that are in it', async () => {
  await using there = receiver()
  await using here = await stage()
  await here.hook(there.url, { events: ['message.digested'] })
  const id = await here.mail('Sign in', 'Your code is 482913, or follow https://shop.test/verify?t=1\r\n')
  await here.core.messages.get(here.owner.caller, id)
  await there.until(1)
  expect(there.got[0]?.type).toBe('message.digested')
  expect(at(there.got[0]?.json, 'data')).toMatchObject({
    message: { id, subject: 'Sign in', digest: 'ready', hasAttachments: false },
    codes: ['482913'],
    links: [{ url: 'https://shop.test/verify?t=1' }],
  })
})

test('a webhook hears of its own mailbox, its own account and its own events only', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const other = await core.mailboxes.open(owner.caller, { localPart: 'other' }, '192.0.2.1')
  await core.webhooks.create(owner.caller, {
    url: `${there.url}/one`,
    events: ['message.stored'],
    mailbox: here.address,
  })
  await core.webhooks.create(owner.caller, { url: `${there.url}/digests`, events: ['message.digested'] })
  await core.webhooks.create(owner.caller, { url: `${there.url}/all`, events: ['message.stored'] })
  await here.mail('to the other', 'x', other.mailbox.address)
  await here.mail('to nobody', 'x', 'nobody-has-this@mayfly.test')
  await here.mail('to the one')
  await there.until(5)
  await here.settled()
  expect(there.got.map(({ path, subject }) => `${path} ${subject}`).toSorted()).toEqual([
    '/hook/all to the one',
    '/hook/all to the other',
    '/hook/digests to the one',
    '/hook/digests to the other',
    '/hook/one to the one',
  ])
  // Two webhooks that are told of the same get the same event.
  const stored = there.got.filter(({ subject, type }) => subject === 'to the one' && type === 'message.stored')
  expect(new Set(stored.map(({ id }) => id)).size).toBe(1)
})

test('first attempts go in the order of what happened, each number once', async () => {
  await using there = receiver()
  await using here = await stage()
  await here.hook(there.url)
  there.answer.by = async ({ seq }) => {
    await Bun.sleep(seq % 3)
    return new Response(null, { status: seq % 7 === 0 ? 500 : 204 })
  }
  await Promise.all(Array.from({ length: 100 }, (_, n) => here.mail(`mail ${n}`)))
  await there.until(100)
  await here.settled()
  const seqs = there.got.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((one, other) => one - other))
  expect(new Set(seqs).size).toBe(100)
})

test('a target that is gone for an hour gets everything once it is back, each with its event id', async () => {
  const there = receiver()
  await using here = await stage()
  const { id } = await here.hook(there.url)
  await there.close()
  await here.mail('one')
  await here.mail('two')
  const { caller } = here.owner
  const list = () =>
    here.core.webhooks.deliveries(caller, id, { failed: false, before: Number.MAX_SAFE_INTEGER, limit: 10 })
  const tried = async (count: number) => {
    for (;;) {
      await here.settled()
      const found = await list()
      if (found.length === 2 && found.every(({ attempts }) => attempts === count)) return found
      await Bun.sleep(1)
    }
  }
  const [second] = await tried(1)
  expect(second).toMatchObject({ state: 'waiting', statusCode: null, error: 'the connection was refused' })
  expect((second?.nextAt ?? 0) - here.core.clock.now).toBeWithin(10_000, 12_001)
  // Before its time it is not tried.
  here.core.clock.now += 9000
  here.core.delivering.retryDue()
  await tried(1)
  for (const [attempt, pause] of [10_000, minute, 5 * minute, 30 * minute].entries()) {
    here.core.clock.now += pause * 1.2
    here.core.delivering.retryDue()
    await tried(attempt + 2)
  }
  await using back = receiver(there.port)
  here.core.clock.now += 2.4 * hour
  here.core.delivering.retryDue()
  await back.until(2)
  const arrived = await tried(6)
  expect(arrived.map(({ state, statusCode, error }) => ({ state, statusCode, error }))).toEqual([
    { state: 'delivered', statusCode: 200, error: null },
    { state: 'delivered', statusCode: 200, error: null },
  ])
  expect(back.got.map(({ id: event }) => event).toSorted()).toEqual(arrived.map(({ eventId }) => eventId).toSorted())
  expect(back.got.map(({ subject }) => subject).toSorted()).toEqual(['one', 'two'])
  expect(await here.core.webhooks.get(caller, id)).toMatchObject({ failures: 0, failingSince: null, state: 'active' })
})

test('after its last attempt a delivery is kept as failed, and can be replayed alone or with all that failed', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  there.answer.by = () => new Response('no', { status: 503 })
  await here.mail('one')
  await here.mail('two')
  await here.mail('three')
  await there.until(3)
  for (let round = 2; round <= 6; round++) {
    await here.settled()
    core.clock.now += 3 * hour
    core.delivering.retryDue()
    await there.until(3 * round)
  }
  await here.settled()
  const failed = () => core.webhooks.deliveries(owner.caller, id, { failed: true, before: 1e9, limit: 10 })
  const kept = await failed()
  expect(kept.map(({ attempts, statusCode, error, nextAt }) => ({ attempts, statusCode, error, nextAt }))).toEqual(
    Array(3).fill({ attempts: 6, statusCode: 503, error: 'it answered 503', nextAt: null }),
  )
  core.clock.now += 3 * hour
  core.delivering.retryDue()
  await here.settled()
  expect(there.got).toHaveLength(18)

  there.answer.by = () => new Response()
  const [third, second, first] = kept
  expect(await core.webhooks.replay(owner.caller, id, second?.id ?? '')).toBe(1)
  await there.until(19)
  expect(there.got[18]).toMatchObject({ id: second?.eventId, subject: 'two' })
  await here.settled()
  expect(await core.webhooks.replay(owner.caller, id, null)).toBe(2)
  await there.until(21)
  await here.settled()
  expect(there.got.slice(19).map(({ id: event }) => event)).toEqual([first?.eventId ?? '', third?.eventId ?? ''])
  expect(await failed()).toEqual([])
  // One that arrived is sent once more for who asks.
  expect(await core.webhooks.replay(owner.caller, id, second?.id ?? '')).toBe(1)
  await there.until(22)
  expect(await reasonOf(core.webhooks.replay(owner.caller, id, 'not-there'))).toBe('delivery-unknown')
})

test('all that failed are replayed once each, however many, and no more where each fails again at once', async () => {
  await using there = receiver()
  await using here = await stage({ env: { ...onLoopback, MAYFLY_WEBHOOKS_ATTEMPTS: '1' } })
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  there.answer.by = () => new Response(null, { status: 500 })
  const many = 250
  for (let n = 0; n < many; n++) await here.mail(`mail ${n}`)
  await there.until(many)
  await here.settled()
  expect(await core.webhooks.replay(owner.caller, id, null)).toBe(many)
  await there.until(2 * many)
  await here.settled()
  expect(there.got).toHaveLength(2 * many)
  const first = there.got.slice(0, many).map(({ id: event }) => event)
  expect(there.got.slice(many).map(({ id: event }) => event)).toEqual(first)
  // Some of them fail again while the rest is still looked for: those are behind it.
  const writer = new LocalWriter(core.connection, changes, () => {})
  const { key: webhookKey } = await core.webhooks.get(owner.caller, id)
  const { now } = core.clock
  const again = (after: number) =>
    writer
      .run('webhooks.replay', untyped({ webhookKey, deliveryId: null, after, now }))
      .then((some) => at(some, 'last'))
  const last = Number(await again(0))
  core.connection.sqlite.run("update webhook_deliveries set state = 'failed'")
  expect(await again(last)).toBeGreaterThan(last)
})

test('the operator says how often it is tried: beyond the sixth time every two hours', async () => {
  await using there = receiver()
  await using here = await stage({ env: { ...onLoopback, MAYFLY_WEBHOOKS_ATTEMPTS: '8' } })
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  there.answer.by = () => new Response(null, { status: 500 })
  await here.mail('one')
  const pauses = [10_000, minute, 5 * minute, 30 * minute, 2 * hour, 2 * hour, 2 * hour]
  for (const [n, pause] of pauses.entries()) {
    await there.until(n + 1)
    await here.settled()
    const [one] = await core.webhooks.deliveries(owner.caller, id, { failed: false, before: 1e9, limit: 1 })
    expect([n, one?.state]).toEqual([n, 'waiting'])
    expect((one?.nextAt ?? 0) - core.clock.now).toBeWithin(pause, pause * 1.2 + 1)
    core.clock.now = one?.nextAt ?? 0
    core.delivering.retryDue()
  }
  await there.until(8)
  await here.settled()
  const [failed] = await core.webhooks.deliveries(owner.caller, id, { failed: true, before: 1e9, limit: 1 })
  expect(failed).toMatchObject({ state: 'failed', attempts: 8, nextAt: null })
})

test('a target that answers too late is tried again, with the same event, and its mail goes on', async () => {
  await using there = receiver()
  await using here = await stage({ env: { ...onLoopback, MAYFLY_WEBHOOKS_TIMEOUT_SECONDS: '1' } })
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  there.answer.by = ({ subject }) => (subject === 'slow' ? new Promise<Response>(() => {}) : new Response())
  await here.mail('slow')
  await here.mail('after it')
  await there.until(2)
  await here.settled()
  const list = () => core.webhooks.deliveries(owner.caller, id, { failed: false, before: 1e9, limit: 2 })
  expect(await list()).toMatchObject([
    { state: 'delivered', attempts: 1 },
    { state: 'waiting', attempts: 1, statusCode: null, error: 'it took too long' },
  ])
  there.answer.by = () => new Response()
  core.clock.now += minute
  core.delivering.retryDue()
  await there.until(3)
  await here.settled()
  expect(there.got.map(({ subject }) => subject)).toEqual(['slow', 'after it', 'slow'])
  expect(there.got[2]?.id).toBe(there.got[0]?.id ?? '')
  expect(await list()).toMatchObject([{ state: 'delivered' }, { state: 'delivered', attempts: 2 }])
})

test.each([
  ['closes every connection', '', 'the connection was closed'],
  ['speaks another protocol', 'SSH-2.0-x\r\n\r\n', 'it did not answer as HTTP does'],
  ['breaks off in its answer', 'HTTP/1.1 200 OK\r\nContent-Le', 'the connection was closed'],
])('a target that %s gets its mail once it is mended', async (_, said, error) => {
  const broken = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.end(said), error: () => {} },
  })
  await using here = await stage()
  const { core, owner } = here
  const { id } = await here.hook(`http://127.0.0.1:${broken.port}/hook`)
  await here.mail('one')
  const [tried] = await untilTried()
  expect(tried).toMatchObject({ state: 'waiting', statusCode: null, error })
  broken.stop(true)
  await using mended = receiver(broken.port)
  core.clock.now += minute
  core.delivering.retryDue()
  await mended.until(1)
  await here.settled()
  expect(mended.got[0]).toMatchObject({ id: tried?.eventId, subject: 'one' })

  async function untilTried() {
    for (;;) {
      await here.settled()
      const found = await core.webhooks.deliveries(owner.caller, id, { failed: false, before: 1e9, limit: 1 })
      if (found.every(({ attempts }) => attempts === 1)) return found
      await Bun.sleep(1)
    }
  }
})

test('a redirect is not followed', async () => {
  await using elsewhere = receiver()
  await using there = receiver()
  await using here = await stage()
  const { id } = await here.hook(there.url)
  there.answer.by = () => Response.redirect(elsewhere.url, 307)
  await here.mail('one')
  await there.until(1)
  await here.settled()
  const [one] = await here.core.webhooks.deliveries(here.owner.caller, id, { failed: false, before: 1e9, limit: 10 })
  expect(one).toMatchObject({ state: 'waiting', statusCode: 307, error: 'redirects are not followed' })
  expect(elsewhere.got).toEqual([])
})

test('a target that never answers holds up no other, nor its own mail', async () => {
  await using slow = receiver()
  await using quick = receiver()
  await using here = await stage()
  let release = (): void => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  slow.answer.by = async () => {
    await released
    return new Response()
  }
  for (let n = 0; n < 20; n++) await here.hook(`${slow.url}/${n}`)
  await here.hook(quick.url)
  for (let n = 0; n < 50; n++) await here.mail(`mail ${n}`)
  await quick.until(50)
  expect(slow.got).toHaveLength(20)
  release()
  await slow.until(20 * 50)
})

test('a target that failed for a day is paused, which is said; made active again it gets what waits, in order', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  there.answer.by = () => new Response(null, { status: 500 })
  for (let n = 1; n <= 19; n++) await here.mail(`mail ${n}`)
  await there.until(19)
  await here.settled()
  expect((await core.webhooks.get(owner.caller, id)).state).toBe('active')
  core.clock.now += 24 * hour
  const before = there.got.length
  await here.mail('mail 20')
  await there.until(before + 1)
  await here.settled()
  const paused = await core.webhooks.get(owner.caller, id)
  expect(paused).toMatchObject({ state: 'paused', gaveUpAt: core.clock.now, failures: 20 })
  expect(core.told.filter(({ type }) => type === 'webhook.paused')).toMatchObject([
    { accountId: owner.account.id, subjectId: id },
  ])
  const deeds = await core.usage.deeds(owner.caller, { before: 1e9, limit: 5, everybody: false })
  expect(deeds[0]).toMatchObject({ by: 'server', what: 'webhook.paused', target: id })
  expect(await core.metrics.text()).toContain('mayfly_webhooks_paused_total 1')

  await here.mail('mail 21')
  core.delivering.retryDue()
  await here.settled()
  expect(there.got).toHaveLength(20)
  there.answer.by = () => new Response()
  const resumed = await core.webhooks.change(owner.caller, id, { state: 'active' })
  expect(resumed).toMatchObject({ state: 'active', gaveUpAt: null, failures: 0 })
  await there.until(20 + 21)
  await here.settled()
  const after = there.got.slice(20).map(({ subject }) => subject)
  expect(new Set(after).size).toBe(21)
  expect(after.filter((subject) => subject !== 'mail 21')).toEqual(
    Array.from({ length: 20 }, (_, n) => `mail ${n + 1}`),
  )
})

test('while a rotated secret is good there are two signatures, the new one first', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const { id, secret } = await here.hook(there.url)
  const { secret: fresh } = await core.webhooks.rotate(owner.caller, id, { overlapHours: 1 })
  await here.mail('both')
  await there.until(1)
  core.clock.now += hour
  await here.mail('the new one')
  await there.until(2)
  const signed = there.got.map((got) => [isSigned(got, secret), isSigned(got, fresh)])
  expect(signed).toEqual([
    [true, true],
    [false, true],
  ])
  const [first = ''] = (there.got[0]?.headers.get('x-webhook-signature') ?? '').split(', ')
  const timestamp = there.got[0]?.headers.get('x-webhook-timestamp')
  const own = new Bun.CryptoHasher('sha256', fresh).update(`${timestamp}.${there.got[0]?.body}`).digest('hex')
  expect(first).toBe(`sha256=${own}`)
  await core.webhooks.rotate(owner.caller, id, { overlapHours: 0 })
  await here.mail('the newest')
  await there.until(3)
  const third = there.got[2]
  if (!third) throw new Error('nothing came')
  expect(isSigned(third, fresh)).toBe(false)
})

test('an account that is suspended or deleted sends nothing more, not even what was on its way', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  await here.hook(there.url)
  let broken = 0
  there.answer.by = () => new Promise<Response>(() => {})
  await here.mail('on its way')
  await here.mail('waits')
  await there.until(1)
  await core.accounts.change(operator, owner.account.id, { suspended: true })
  await here.settled()
  there.answer.by = () => {
    broken++
    return new Response()
  }
  core.clock.now += hour
  core.delivering.retryDue()
  await here.settled()
  expect(there.got).toHaveLength(1)
  await core.accounts.change(operator, owner.account.id, { suspended: false })
  await there.until(3)
  expect(there.got.map(({ subject }) => subject)).toEqual(['on its way', 'on its way', 'waits'])
  expect(broken).toBe(2)

  there.answer.by = () => new Response(null, { status: 500 })
  await here.mail('fails')
  await there.until(4)
  await here.settled()
  await core.accounts.delete(operator, owner.account.id)
  core.clock.now += hour
  core.delivering.retryDue()
  await here.settled()
  expect(there.got).toHaveLength(4)
  expect(core.connection.sqlite.query('select count(*) as n from webhook_deliveries').get()).toEqual({ n: 0 })
})

test('what a start finds is sent, in order', async () => {
  await using there = receiver()
  await using here = await stage()
  await here.hook(there.url)
  await here.core.delivering.stop()
  for (let n = 0; n < 5; n++) await here.mail(`mail ${n}`)
  expect(there.got).toEqual([])
  await here.core.delivering.start()
  await there.until(5)
  expect(there.got.map(({ subject }) => subject)).toEqual(['mail 0', 'mail 1', 'mail 2', 'mail 3', 'mail 4'])
})

test('what could not be noted, as on a full disk, is sent again later and not without end', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  const { sqlite } = core.connection
  sqlite.run("create trigger failing before update on webhook_deliveries begin select raise(abort, 'no'); end")
  await here.mail('one')
  await here.mail('two')
  await there.until(1)
  await here.settled()
  await Bun.sleep(50)
  const before = there.got.length
  expect(before).toBeLessThanOrEqual(3)
  sqlite.run('drop trigger failing')
  const { key } = await core.webhooks.get(owner.caller, id)
  await core.delivering.look(key)
  await there.until(before + 2)
  await here.settled()
  expect(there.got.slice(before).map(({ subject }) => subject)).toEqual(['one', 'two'])
  expect(new Set(there.got.map(({ id: event }) => event)).size).toBe(2)
})

test('a message that is deleted meanwhile is told of all the same', async () => {
  await using there = receiver()
  await using here = await stage()
  await here.hook(there.url)
  await here.core.delivering.stop()
  const id = await here.mail('gone')
  await here.core.messages.delete(here.owner.caller, id)
  await here.core.delivering.start()
  await there.until(1)
  expect(there.got[0]?.subject).toBe('gone')
})

test('a removed webhook takes its deliveries along, however many they are', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core, owner } = here
  const { id } = await here.hook(there.url)
  await core.delivering.stop()
  for (let n = 0; n < 450; n++) await here.mail(`mail ${n}`)
  await core.webhooks.remove(owner.caller, id)
  expect(await core.webhooks.list(owner.caller)).toEqual([])
  expect(core.connection.sqlite.query('select count(*) as n from webhook_deliveries').get()).toEqual({ n: 0 })
  expect(await reasonOf(core.webhooks.get(owner.caller, id))).toBe('webhook-unknown')
})

test('deliveries that arrived are forgotten after three days, all others after thirty', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core } = here
  await here.hook(there.url)
  await here.mail('arrives')
  await there.until(1)
  await here.settled()
  there.answer.by = () => new Response(null, { status: 500 })
  await here.mail('fails')
  await there.until(2)
  await here.settled()
  const kept = () =>
    core.connection.sqlite.query<{ type: string; state: string }, []>('select state from webhook_deliveries').all()
  core.clock.now += 72 * hour + 1
  while (await core.webhooks.tidy());
  expect(kept().map(({ state }) => state)).toEqual(['waiting'])
  core.clock.now += 27 * 24 * hour
  while (await core.webhooks.tidy());
  expect(kept()).toEqual([])
})

test('the operator says how long deliveries are kept', async () => {
  const kept = { MAYFLY_WEBHOOKS_DELIVERED_KEPT_HOURS: '1', MAYFLY_WEBHOOKS_KEPT_HOURS: '24' }
  await using there = receiver()
  await using here = await stage({ env: { ...onLoopback, ...kept } })
  const { core } = here
  await here.hook(there.url)
  there.answer.by = ({ subject }) => new Response(null, { status: subject === 'arrives' ? 204 : 500 })
  for (const subject of ['arrives', 'fails']) await here.mail(subject)
  await there.until(2)
  await here.settled()
  const left = async (later: number) => {
    core.clock.now += later
    while (await core.webhooks.tidy());
    return core.connection.sqlite.query<{ state: string }, []>('select state from webhook_deliveries').all().length
  }
  expect([await left(hour), await left(1), await left(23 * hour - 1), await left(1)]).toEqual([2, 1, 1, 0])
})

test('beyond so many deliveries of a webhook the oldest go, and no other webhook loses any', async () => {
  await using there = receiver()
  await using here = await stage()
  const { core } = here
  const [one] = [await here.hook(there.url), await here.hook(there.url)]
  for (let n = 0; n < 250; n++) await here.mail(`mail ${n}`)
  await there.until(500)
  await here.settled()
  const { key: webhookKey } = await core.webhooks.get(here.owner.caller, one.id)
  const cut = () =>
    new LocalWriter(core.connection, changes, () => {}).run('webhooks.cut', untyped({ webhookKey, most: 10 }))
  const rounds = [await cut(), await cut(), await cut()]
  expect(rounds.map(Boolean)).toEqual([true, false, false])
  const left = core.connection.sqlite
    .query<{ n: number; first: string }, []>(
      'select count(*) as n, min(seq) as first from webhook_deliveries group by webhook_key order by webhook_key',
    )
    .all()
  expect(left.map(({ n }) => n)).toEqual([10, 250])
  expect(Number(left[0]?.first)).toBeGreaterThan(Number(left[1]?.first))
})

test('no control character of a mail stands in what is sent', async () => {
  await using there = receiver()
  await using here = await stage()
  await here.hook(there.url)
  await here.mail('a =?utf-8?q?=C2=85=7F=1B=0Db=E2=80=A8?=')
  await there.until(1)
  expect(there.got[0]?.body).toMatch(/^[^\p{Cc}\u2028\u2029]*$/u)
})
