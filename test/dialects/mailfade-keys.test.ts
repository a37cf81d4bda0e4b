// How MailFade sells keys: an order, what became of it, and the key that works, lapses and is paid again.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import type { RailName } from '../../src/payments/rail.ts'
import { ulidOf, uuidOf } from '../../src/ulid.ts'
import { tenant } from '../accounts/tenant.ts'
import { type Answer, type Call, serve } from '../http/serve.ts'
import { called, scriptedRails } from '../payments/scripted-rail.ts'

const day = 86_400_000
const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const said = ({ status, json }: Answer): string => `${status} ${json['error'] ?? ''}`.trim()

async function selling(env: Record<string, string> = {}, without: RailName[] = []) {
  const scripted = scriptedRails(...without)
  const server = await serve(env, { rails: scripted.rails })
  let heard = 0
  return {
    ...server,
    ...scripted,
    order: (body: unknown, wish: Call = {}) => server.call('POST', '/keys', { body, ...wish }),
    get: (path: string, wish: Call = {}) => server.call('GET', path, wish),
    /** The rail's service tells that it was paid, once. */
    tell: async (rail: RailName, invoiceId: string) => {
      const at = server.core.clock.now
      const { body, headers } = called({
        id: `n${++heard}`,
        invoiceId,
        at,
        what: 'paid',
        until: null,
        subscription: null,
      })
      return server.call('POST', `/mayfly/v1/payments/${rail}`, {
        body: new TextDecoder().decode(body),
        headers: Object.fromEntries(headers),
      })
    },
  }
}

describe('an order', () => {
  test('answers the invoice, the rail and where it is paid, by card if nothing is said', async () => {
    await using server = await selling({ MAYFLY_SERVER_PUBLIC_URL: 'https://mail.example' })
    const { status, json } = await server.order({ plan: 'dev' })
    expect([status, json]).toEqual([
      200,
      {
        invoice_id: expect.stringMatching(ulid),
        rail: 'stripe',
        checkout_url: 'https://stripe.example/pay/1',
      },
    ])
    expect(server.stripe.begun[0]?.returnUrl).toMatch(
      new RegExp(`^https://mail\\.example/app/checkout/${json['invoice_id']}#\\w{40}$`),
    )
    expect((await server.order({ plan: 'Team', rail: 'lightning' })).json).toMatchObject({ rail: 'lightning' })
    expect((await server.order({ plan: 'dev', rail: null })).json).toMatchObject({ rail: 'stripe' })
  })

  test('by hand leads to its own page, at the host that was called', async () => {
    await using server = await selling()
    const { json } = await server.order({ plan: 'dev', rail: 'manual' })
    expect(json['checkout_url']).toMatch(new RegExp(`^${server.url}/app/checkout/${json['invoice_id']}#\\w{40}$`))
  })

  test.each([
    ['{', '400 invalid_json'],
    ['', '400 invalid_json'],
    ['[]', '400 invalid_json'],
    ['null', '400 invalid_json'],
    ['{}', '400 invalid_plan'],
    ['{"plan":5,"rail":"nope"}', '400 invalid_plan'],
    ['{"plan":"gold","rail":"nope"}', '400 invalid_plan'],
    ['{"plan":"anonymous"}', '400 invalid_plan'],
    ['{"plan":"free","rail":"nope"}', '400 invalid_rail'],
    ['{"plan":"dev","rail":5}', '400 invalid_rail'],
    ['{"plan":"free","rail":"lightning"}', '503 lightning_unavailable'],
    ['{"plan":"free","rail":"stripe"}', '400 invalid_plan'],
    ['{"plan":"dev","colour":"red"}', '200'],
  ])('of %s is %s', async (body, due) => {
    await using server = await selling({}, ['lightning'])
    expect(said(await server.order(body))).toBe(due)
  })

  test('that cannot be read is refused with what is wrong with it', async () => {
    await using server = await selling()
    const hint = async (body: string, type: string) => {
      const response = await fetch(`${server.url}/keys`, { method: 'POST', headers: { 'Content-Type': type }, body })
      return response.json()
    }
    expect(await hint('{', 'application/json')).toEqual({ error: 'invalid_json', hint: 'The body must be JSON.' })
    expect(await hint('[]', 'application/json')).toEqual({
      error: 'invalid_json',
      hint: 'The body must be a JSON object.',
    })
    expect(await hint('{"plan":"dev"}', 'text/plain')).toEqual({
      error: 'invalid_json',
      hint: '"Content-Type" must be application/json.',
    })
  })

  test('by a rail that is not set up, or does not answer, is its 503', async () => {
    await using server = await serve()
    const order = (rail: string) => server.call('POST', '/keys', { body: { plan: 'dev', rail } })
    expect(said(await order('stripe'))).toBe('503 stripe_unavailable')
    expect(said(await order('lightning'))).toBe('503 lightning_unavailable')
    expect(said(await order('manual'))).toBe('200')
    await using other = await selling()
    other.stripe.isDown = true
    expect(said(await other.order({ plan: 'dev' }))).toBe('503 stripe_unavailable')
  })

  test('with a key that is none is refused, and so is the page of another site without one', async () => {
    await using server = await selling()
    expect(said(await server.order({ plan: 'dev' }, { token: 'mf_nothing' }))).toBe('401 missing_or_invalid_key')
    const headers = { origin: 'https://elsewhere.example' }
    expect(said(await server.order({ plan: 'dev' }, { headers }))).toBe('401 missing_or_invalid_key')
    const { secret } = await tenant(server.core)
    expect(said(await server.order({ plan: 'dev' }, { headers, token: secret }))).toBe('200')
  })

  test('is refused once too many wait to be paid', async () => {
    await using server = await selling()
    for (let n = 0; n < 20; n++) expect(said(await server.order({ plan: 'dev' }))).toBe('200')
    const refused = await server.order({ plan: 'dev' })
    expect(said(refused)).toBe('429 quota_exhausted')
    expect(Number(refused.headers.get('retry-after'))).toBe(86_400)
    const { secret } = await tenant(server.core)
    expect(said(await server.order({ plan: 'dev' }, { token: secret }))).toBe('200')
  })

  test('costs none of the requests without a key, and is let through when those of the key are used up', async () => {
    const env = {
      MAYFLY_DIALECTS_MAILFADE_REQUESTS_PER_DAY_PER_IP: '1',
      MAYFLY_PLANS_DEV_REQUESTS_PER_MONTH: '2',
    }
    await using server = await selling(env)
    for (let n = 0; n < 3; n++) {
      const { json } = await server.order({ plan: 'dev' })
      expect(said(await server.get(`/keys/${json['invoice_id']}`))).toBe('200')
    }
    const { secret } = await tenant(server.core, { plan: 'dev' })
    const left = async () =>
      (await server.order({ plan: 'team' }, { token: secret })).headers.get('x-ratelimit-remaining')
    expect([await left(), await left(), await left()]).toEqual(['1', '0', '0'])
    expect(said(await server.get('/inbox/a@mayfly.test', { token: secret }))).toBe('429 quota_exhausted')
  })
})

test('an order is pending, then paid with the id of its key; that key opens what needs one', async () => {
  await using server = await selling()
  const { json } = await server.order({ plan: 'dev', rail: 'lightning' })
  const place = `/keys/${json['invoice_id']}`
  const about = { invoice_id: json['invoice_id'], rail: 'lightning', plan: 'dev' }
  expect((await server.get(place)).json).toEqual({ ...about, status: 'pending' })
  const invoiceId = uuidOf(String(json['invoice_id'])) ?? ''
  expect((await server.tell('lightning', invoiceId)).status).toBe(204)
  const paid = (await server.get(place.toLowerCase())).json
  expect(paid).toEqual({ ...about, status: 'paid', key_id: expect.stringMatching(ulid) })
  expect(Object.keys(paid)).toEqual(['invoice_id', 'rail', 'plan', 'status', 'key_id'])
  const secret = server.lightning.begun[0]?.returnUrl.split('#')[1] ?? ''
  const handed = await server.call('POST', `/mayfly/v1/checkout/${json['invoice_id']}/key`, { body: { secret } })
  expect(handed.json['id']).toBe(uuidOf(String(paid['key_id'])))
  const token = String(handed.json['key'])
  const inbox = await server.get('/inbox/a@mayfly.test', { token })
  expect([inbox.status, inbox.headers.get('x-ratelimit-limit')]).toEqual([200, '50000'])

  // A month later it has run out, and is paid again with that very key.
  server.core.clock.now += 30 * day
  await server.core.payments.runOut()
  expect(said(await server.get('/inbox/a@mayfly.test', { token }))).toBe('402 key_inactive')
  const again = (await server.order({ plan: 'dev', rail: 'lightning' }, { token })).json
  expect(said(await server.get(`/keys/${again['invoice_id']}`, { token }))).toBe('200')
  await server.tell('lightning', uuidOf(String(again['invoice_id'])) ?? '')
  expect(said(await server.get('/inbox/a@mayfly.test', { token }))).toBe('200')
  expect((await server.get(`/keys/${again['invoice_id']}`, { token })).json).toMatchObject({ key_id: paid['key_id'] })
})

test('an order that nobody pays is expired after a day', async () => {
  await using server = await selling()
  const { json } = await server.order({ plan: 'dev', rail: 'manual' })
  server.core.clock.now += day
  expect((await server.get(`/keys/${json['invoice_id']}`)).json).toMatchObject({ status: 'expired' })
})

test('an order with a key is shown to keys of its account alone', async () => {
  await using server = await selling()
  const [one, other] = [await tenant(server.core), await tenant(server.core)]
  const { json } = await server.order({ plan: 'dev' }, { token: one.secret })
  const place = `/keys/${json['invoice_id']}`
  expect(said(await server.get(place, { token: one.secret }))).toBe('200')
  expect(said(await server.get(place, { token: other.secret }))).toBe('404 not_found')
  expect(said(await server.get(place))).toBe('401 key_required')
  await server.core.payments.payByHand(operator, uuidOf(String(json['invoice_id'])) ?? '')
  const paid = (await server.get(place, { token: one.secret })).json
  expect(paid).toMatchObject({ status: 'paid', key_id: ulidOf(one.caller.key?.id ?? '') })
})

test.each(['x', ulidOf('01900000-0000-7000-8000-000000000000'), '01900000-0000-7000-8000-000000000000', '%00'])(
  'the order %s is not there',
  async (id) => {
    await using server = await selling()
    expect(said(await server.get(`/keys/${id}`))).toBe('404 not_found')
  },
)

test('a suspended account orders nothing', async () => {
  await using server = await selling()
  const { caller, secret } = await tenant(server.core)
  await server.core.accounts.setSuspended(operator, caller.account.id, true)
  expect(said(await server.order({ plan: 'dev' }, { token: secret }))).toBe('402 key_inactive')
})
