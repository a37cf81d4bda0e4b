// The doors by which rails tell of payments, the calls of the page that hands a key out, and who sees which invoices.
import { expect, test } from 'bun:test'
import { nobody } from '../../src/accounts/caller.ts'
import type { Notice, RailName } from '../../src/payments/rail.ts'
import { ulidOf } from '../../src/ulid.ts'
import { firstAdmin } from '../accounts/team.ts'
import { tenant } from '../accounts/tenant.ts'
import { at, listIn, type Serving, serve } from '../http/serve.ts'
import { called, forged, scriptedRails } from '../payments/scripted-rail.ts'

const api = '/mayfly/v1'

async function shop(without: RailName[] = []) {
  const { rails, ...scripted } = scriptedRails(...without)
  const server = await serve({ MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example' }, { rails })
  return { ...server, ...scripted }
}

async function ordered({ core }: Serving, rail: RailName = 'manual') {
  const returnTo = (id: string): string => `https://mail.example/app/checkout/${id}`
  const wish = { plan: 'dev', rail, client: '192.0.2.1', returnTo }
  const { invoice, checkoutUrl } = await core.payments.order(nobody, wish)
  return { id: invoice.id, secret: checkoutUrl.split('#')[1] ?? '' }
}

const paid = (invoiceId: string, id = 'n1'): Notice => ({
  id,
  invoiceId,
  at: 0,
  what: 'paid',
  until: null,
  subscription: null,
})

const post = (server: Serving, rail: string, { body, headers }: ReturnType<typeof called>, more = {}) =>
  server.call('POST', `${api}/payments/${rail}`, {
    body: new TextDecoder().decode(body),
    headers: { ...Object.fromEntries(headers), ...more },
  })

test('what a service tells is taken with its signature alone, whatever host name it calls that is ours', async () => {
  await using server = await shop()
  const { id } = await ordered(server, 'stripe')
  const answer = await post(server, 'stripe', called(paid(id)), { host: 'mail.example' })
  expect([answer.status, answer.body]).toEqual([204, ''])
  expect((await server.core.payments.get({ kind: 'operator' }, id)).state).toBe('paid')
  // Again, for nobody's invoice, and what is nothing to us: it looks the same.
  for (const notice of [paid(id), paid(server.core.outside.uuid()), null])
    expect((await post(server, 'stripe', called(notice))).status).toBe(204)
  expect(await server.core.metrics.text()).toMatch(
    /mayfly_payment_notices_total\{rail="stripe",what="paid",outcome="again"\} 1/,
  )
})

test('what nobody signed is refused, and tells nothing of what is there', async () => {
  await using server = await shop(['lightning'])
  const { id } = await ordered(server, 'stripe')
  const known = await post(server, 'stripe', forged(paid(id)))
  const unknown = await post(server, 'stripe', forged(paid(server.core.outside.uuid())))
  expect([known.status, known.reason]).toEqual([401, 'credential-wrong'])
  expect(at(unknown.json, 'error', 'message')).toBe(at(known.json, 'error', 'message'))
  for (const body of ['', '{', '\u0000', 'x'.repeat(1000)])
    expect((await server.call('POST', `${api}/payments/stripe`, { body })).status).toBe(401)
  expect((await server.core.payments.get({ kind: 'operator' }, id)).state).toBe('pending')
  // So that it is tried again once it is set up.
  expect((await post(server, 'lightning', called(paid(id)))).status).toBe(503)
  for (const path of ['payments/manual', 'payments/gold', 'payments'])
    expect((await server.call('POST', `${api}/${path}`, { body: '{}' })).status).toBe(404)
  expect((await server.call('GET', `${api}/payments/stripe`)).status).toBe(404)
})

test('a body beyond 256 KiB is refused', async () => {
  await using server = await shop()
  const body = 'x'.repeat(256 * 1024 + 1)
  expect((await server.call('POST', `${api}/payments/stripe`, { body })).status).toBe(413)
  expect((await server.call('POST', `${api}/payments/stripe`, { body: body.slice(1) })).status).toBe(401)
})

test('whoever forges much is slowed down, and no service that signs', async () => {
  const { rails } = scriptedRails()
  await using server = await serve(
    { MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: '1', MAYFLY_PLANS_ANONYMOUS_BURST: '3' },
    { rails },
  )
  const { id } = await ordered(server, 'stripe')
  const statuses: number[] = []
  for (let n = 0; n < 4; n++) statuses.push((await post(server, 'stripe', forged(paid(id)))).status)
  expect(statuses).toEqual([401, 401, 401, 429])
  for (let n = 0; n < 4; n++) expect((await post(server, 'stripe', called(paid(id, `n${n}`)))).status).toBe(204)
})

test('the page is told how it stands as often as it asks, and gets the key once', async () => {
  await using server = await shop()
  const { id, secret } = await ordered(server)
  const look = async (name = id) => server.call('POST', `${api}/checkout/${name}`, { body: { secret } })
  const press = () => server.call('POST', `${api}/checkout/${ulidOf(id)}/key`, { body: { secret } })
  expect((await look()).json).toMatchObject({
    plan: 'dev',
    rail: 'manual',
    state: 'pending',
    key: 'none',
    checkoutUrl: null,
  })
  expect(await press()).toMatchObject({ status: 409, reason: 'invoice-unpaid' })
  await server.core.payments.payByHand({ kind: 'operator' }, id)
  for (const name of [id, ulidOf(id), ulidOf(id).toLowerCase()])
    expect((await look(name)).json).toMatchObject({ state: 'paid', key: 'ready' })
  const presses = await Promise.all(Array.from({ length: 100 }, press))
  expect(presses.map(({ status }) => status).toSorted()).toEqual([201, ...Array.from({ length: 99 }, () => 409)])
  const token = String(presses.find(({ status }) => status === 201)?.json['key'])
  expect((await server.call('GET', `${api}/account`, { token })).json).toMatchObject({ plan: 'dev' })
  expect((await look()).json).toMatchObject({ key: 'shown' })
  expect(server.logged.join('\n')).not.toContain(token)
  expect(server.logged.join('\n')).not.toContain(secret)
})

test('the page of a stripe order is told where it is paid', async () => {
  await using server = await shop()
  const { id } = await ordered(server, 'stripe')
  const secret = server.stripe.begun[0]?.returnUrl.split('#')[1]
  const { json } = await server.call('POST', `${api}/checkout/${id}`, { body: { secret } })
  expect(json['checkoutUrl']).toBe('https://stripe.example/pay/1')
})

test('without the secret there is nothing to see', async () => {
  await using server = await shop()
  const [one, other] = [await ordered(server), await ordered(server)]
  for (const path of ['', '/key']) {
    for (const [id, secret] of [
      [one.id, other.secret],
      [one.id, 'x'],
      ['x', one.secret],
      [server.core.outside.uuid(), one.secret],
    ]) {
      const { status, reason } = await server.call('POST', `${api}/checkout/${id}${path}`, { body: { secret } })
      expect([status, reason]).toEqual([404, 'invoice-unknown'])
    }
    for (const body of [{}, { secret: '' }, { secret: 5 }, { secret: 'x'.repeat(101) }, { secret: 'x', colour: 'red' }])
      expect((await server.call('POST', `${api}/checkout/${one.id}${path}`, { body })).status).toBe(400)
  }
})

test('the page is of no origin but ours, is kept by nobody, and runs nothing but its own', async () => {
  await using server = await shop()
  const { id } = await ordered(server)
  const { headers, status, body } = await server.call('GET', `/app/checkout/${ulidOf(id)}`)
  expect([status, headers.get('cache-control'), headers.get('referrer-policy')]).toEqual([
    200,
    'no-store',
    'no-referrer',
  ])
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /)
  expect(body).toContain('<div id="root">')
  expect((await server.call('HEAD', `/app/checkout/${id}`)).status).toBe(200)
  expect((await server.call('POST', `/app/checkout/${id}`)).status).toBe(404)
  // Nothing of what stands in its address stands in it.
  expect((await server.call('GET', '/app/checkout/%3Cscript%3E')).body).toBe(body)
})

test('members see the invoices of their account, admins all, and mark them paid', async () => {
  await using server = await shop()
  const admin = await firstAdmin(server)
  const { caller, secret } = await tenant(server.core, { plan: 'free' })
  const returnTo = (id: string): string => `https://mail.example/app/checkout/${id}`
  const wish = { plan: 'team', client: '192.0.2.1', returnTo }
  const first = await server.core.payments.order(caller, { ...wish, rail: 'stripe' })
  const other = await ordered(server)
  const own = () => server.call('GET', `${api}/account/invoices`, { token: secret })
  expect((await own()).json).toEqual({
    items: [
      {
        id: first.invoice.id,
        plan: 'team',
        rail: 'stripe',
        state: 'pending',
        createdAt: '2026-01-01T00:00:00.000Z',
        expiresAt: '2026-01-02T00:00:00.000Z',
        paidAt: null,
        paidUntil: null,
        keyId: caller.key?.id,
        price: null,
        checkoutUrl: 'https://stripe.example/pay/1',
      },
    ],
    next: null,
  })
  const ids = async (path: string) => listIn((await admin.call('GET', path)).json, 'items').map((one) => at(one, 'id'))
  expect(await ids('admin/invoices')).toEqual([other.id, first.invoice.id])
  const { json } = await admin.call('GET', 'admin/invoices?limit=1')
  expect(await ids(`admin/invoices?limit=1&cursor=${json['next']}`)).toEqual([first.invoice.id])
  expect((await server.call('GET', `${api}/admin/invoices`, { token: secret })).status).toBe(403)
  const pay = (id: string) => admin.call('POST', `admin/invoices/${id}/pay`)
  expect((await server.call('POST', `${api}/admin/invoices/${other.id}/pay`, { token: secret })).status).toBe(403)
  expect((await pay(ulidOf(first.invoice.id))).json).toMatchObject({
    state: 'paid',
    accountId: caller.account.id,
    paidUntil: '2026-01-31T00:00:00.000Z',
    wasPaid: false,
  })
  expect((await pay(first.invoice.id)).json).toMatchObject({ wasPaid: true })
  for (const id of ['x', server.core.outside.uuid()]) expect((await pay(id)).reason).toBe('invoice-unknown')
  expect((await own()).json).toMatchObject({ items: [{ state: 'paid' }] })
  const trail = listIn((await admin.call('GET', 'admin/audit')).json, 'items')
  expect(trail.find((one) => at(one, 'what') === 'invoice.paid')).toMatchObject({
    by: 'member',
    target: first.invoice.id,
    accountId: caller.account.id,
    detail: { plan: 'team', rail: 'stripe' },
  })
})

test('an account orders a plan by key or as a member, and sees what it asks for; another sees nothing of it', async () => {
  await using server = await shop()
  const member = await firstAdmin(server)
  const { secret: token, caller } = await tenant(server.core, { plan: 'free' })
  const { secret: other } = await tenant(server.core, { plan: 'free' })
  const order = (body: object, as: object = { token }) =>
    server.call('POST', `${api}/account/invoices`, { body, ...as })
  const { status, json } = await order({ plan: 'dev', rail: 'lightning' })
  expect([status, json]).toEqual([
    201,
    {
      id: expect.any(String),
      plan: 'dev',
      rail: 'lightning',
      state: 'pending',
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      paidAt: null,
      paidUntil: null,
      keyId: caller.key?.id,
      price: { amount: '4.5', currency: 'EUR' },
      checkoutUrl: 'https://lightning.example/pay/1',
    },
  ])
  const one = (id: unknown, as: object = { token }) => server.call('GET', `${api}/account/invoices/${id}`, as)
  expect((await one(json['id'])).json).toEqual(json)
  expect((await one(ulidOf(String(json['id'])))).json).toEqual(json)
  for (const [as, answer] of [
    [{ token: other }, '404 invoice-unknown'],
    [{}, '401 credential-missing'],
  ] as const) {
    const { status, reason } = await one(json['id'], as)
    expect(`${status} ${reason}`).toBe(answer)
  }
  expect((await one('x')).reason).toBe('invoice-unknown')
  // It is the account's that has the plan when it is paid, and nobody's else.
  await member.call('POST', `admin/invoices/${json['id']}/pay`)
  const planOf = async (token: string) => (await server.call('GET', `${api}/account`, { token })).json['plan']
  expect([await planOf(token), await planOf(other)]).toEqual(['dev', 'free'])
  expect((await one(json['id'])).json).toMatchObject({ state: 'paid', checkoutUrl: null, price: { amount: '4.5' } })
  // A member, of the rail that nobody pays at: the address of its page is told this once.
  const asked = await member.call('POST', 'account/invoices', { plan: 'team', rail: 'manual' })
  expect(asked.json).toMatchObject({ keyId: null, price: null, rail: 'manual' })
  expect(asked.json['checkoutUrl']).toMatch(/^https:\/\/mail\.example\/app\/checkout\/\w{26}#\w{40}$/)
  expect((await member.call('GET', `account/invoices/${asked.json['id']}`)).json['checkoutUrl']).toBeNull()
  // What is no order.
  for (const [body, reason] of [
    [{ plan: 'anonymous', rail: 'manual' }, 'plan-unknown'],
    [{ plan: 'nothing', rail: 'manual' }, 'plan-unknown'],
    [{ plan: 'free', rail: 'stripe' }, 'plan-unsold'],
    [{ plan: 'dev', rail: 'gold' }, 'invalid-request'],
    [{ plan: 'dev' }, 'invalid-request'],
    [{ plan: 'dev', rail: 'manual', accountId: caller.account.id }, 'invalid-request'],
  ] as const)
    expect((await order(body)).reason).toBe(reason)
  expect((await order({ plan: 'dev', rail: 'manual' }, {})).status).toBe(401)
  server.stripe.isDown = true
  expect((await order({ plan: 'dev', rail: 'stripe' })).reason).toBe('rail-unavailable')
})

test('anybody is told by which services plans are paid for, and at which prices', async () => {
  await using server = await shop()
  const { json } = await server.call('GET', `${api}/server`)
  const offers = (plan: string) =>
    at(
      listIn(json, 'plans').find((one) => at(one, 'name') === plan),
      'offers',
    )
  expect(offers('free')).toEqual([])
  expect(offers('dev')).toEqual([
    { rail: 'stripe', price: null, days: null },
    { rail: 'lightning', price: { amount: '4.5', currency: 'EUR' }, days: 30 },
  ])
})

test('all invoices are listed by their state as it is now, page by page', async () => {
  await using server = await shop()
  const admin = await firstAdmin(server)
  const { id: old } = await ordered(server)
  server.core.clock.now += 2 * 86_400_000
  const { id: first } = await ordered(server)
  const { id: second } = await ordered(server)
  await admin.call('POST', `admin/invoices/${first}/pay`)
  const { id: third } = await ordered(server)
  const ids = async (query: string) =>
    listIn((await admin.call('GET', `admin/invoices?${query}`)).json, 'items').map((one) => at(one, 'id'))
  expect(await ids('state=pending')).toEqual([third, second])
  expect(await ids('state=paid')).toEqual([first])
  // Nobody paid it in time, and no clock has said so yet.
  expect(await ids('state=expired')).toEqual([old])
  const { json } = await admin.call('GET', 'admin/invoices?state=pending&limit=1')
  expect(await ids(`state=pending&limit=1&cursor=${json['next']}`)).toEqual([second])
  expect((await admin.call('GET', `admin/invoices?cursor=${json['next']}`)).reason).toBe('invalid-cursor')
  expect((await admin.call('GET', 'admin/invoices?state=void')).reason).toBe('invalid-request')
})
