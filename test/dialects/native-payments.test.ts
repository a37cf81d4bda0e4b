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
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-.*script-src 'sha256-/)
  expect(body).toContain('<h1 id="title">')
  expect((await server.call('HEAD', `/app/checkout/${id}`)).status).toBe(200)
  expect((await server.call('POST', `/app/checkout/${id}`)).status).toBe(404)
  // What is no order's page is for the page of the server to say so.
  for (const path of ['/app/checkout', '/app/checkout/', '/app/checkout/a/b', '/app/checkout/%3Cscript%3E'])
    expect((await server.call('GET', path)).body).toContain('<div id="root">')
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
