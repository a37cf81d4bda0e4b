// Limits over HTTP: exact with many calls at once, what headers say, and whose calls count together.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { plansOf } from '../../src/plans/from-config.ts'
import { testConfig } from '../core.ts'
import { joined, tenant } from '../keys/tenants.ts'
import { type Answer, at, type Serving, serve, temporary } from './serve.ts'

const api = '/mayfly/v1'
const noon = Date.UTC(2026, 0, 31, 12)

const many = (n: number, call: (n: number) => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: n }, (_, at) => call(at)))
const counted = (answers: Answer[], status: number): number => answers.filter((one) => one.status === status).length
const limitOf = ({ headers }: Answer): (string | null)[] =>
  ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'].map((name) => headers.get(name))

const account = (server: Serving, token: string) => () => server.call('GET', `${api}/account`, { token })

test('of 1,000 calls at once exactly as many pass as the day has', async () => {
  await using server = await serve({ MAYFLY_PLANS_TEAM_REQUESTS_PER_DAY: '100' }, { now: noon })
  const { secret } = await tenant(server.core, 'team')
  const answers = await many(1000, account(server, secret))
  expect([counted(answers, 200), counted(answers, 429)]).toEqual([100, 900])
  const remaining = answers.filter(({ status }) => status === 200).map((one) => Number(limitOf(one)[1]))
  expect(remaining.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
  const midnight = String(Date.UTC(2026, 1, 1) / 1000)
  expect(limitOf(answers.find(({ status }) => status === 429) ?? answers[0] ?? never())).toEqual([
    '100',
    '0',
    midnight,
    String(12 * 3600),
  ])
})

test('of 1,000 calls at once exactly a burst passes', async () => {
  const env = { MAYFLY_PLANS_PREMIUM_REQUESTS_PER_MINUTE: '1', MAYFLY_PLANS_PREMIUM_BURST: '100' }
  await using server = await serve(env, { now: noon })
  const { secret } = await tenant(server.core, 'premium')
  const answers = await many(1000, account(server, secret))
  expect([counted(answers, 200), counted(answers, 429)]).toEqual([100, 900])
  const [limit, remaining, reset, wait] = limitOf(answers.find(({ status }) => status === 429) ?? never())
  expect([limit, remaining]).toEqual(['100', '0'])
  expect(Number(wait)).toBeWithin(50, 61)
  expect(Number(reset)).toBe(noon / 1000 + Number(wait))
})

test('of 1,000 mailboxes at once exactly as many are opened as may be active, and as many in a day', async () => {
  const plenty = { MAYFLY_PLANS_TEAM_BURST: '5000', MAYFLY_PLANS_TEAM_INBOXES_PER_DAY: '1000' }
  await using server = await serve({ ...plenty, MAYFLY_PLANS_TEAM_ACTIVE_MAILBOXES: '100' }, { now: noon })
  const { secret } = await tenant(server.core, 'team')
  const open = () => server.call('POST', `${api}/mailboxes`, { token: secret, body: {} })
  const answers = await many(1000, open)
  expect([counted(answers, 201), counted(answers, 429)]).toEqual([100, 900])
  const used = async () => at((await account(server, secret)()).json, 'used')
  expect(await used()).toMatchObject({ inboxesToday: 100, activeMailboxes: 100 })

  await server.core.plans.replace(
    plansOf(
      testConfig({
        ...plenty,
        MAYFLY_PLANS_TEAM_ACTIVE_MAILBOXES: 'unlimited',
        MAYFLY_PLANS_TEAM_INBOXES_PER_DAY: '150',
      }).plans,
    ),
  )
  const more = await many(500, open)
  expect([counted(more, 201), counted(more, 429)]).toEqual([50, 450])
  expect(more.find(({ status }) => status === 429)).toMatchObject({ reason: 'quota-exceeded' })
  expect(await used()).toMatchObject({ inboxesToday: 150, activeMailboxes: 150 })
})

test('headers speak of the day, else of the month, else of the minute; without a limit there are none', async () => {
  await using server = await serve({}, { now: noon })
  const { core } = server
  const said = async (plan: string) => limitOf(await account(server, (await tenant(core, plan)).secret)())
  const midnight = String(Date.UTC(2026, 1, 1) / 1000)
  expect(await said('free')).toEqual(['100', '99', midnight, null])
  expect(await said('dev')).toEqual(['50000', '49999', midnight, null])
  expect(await said('unlimited')).toEqual([null, null, null, null])
  await core.plans.replace(plansOf(testConfig({ MAYFLY_PLANS_FREE_REQUESTS_PER_DAY: 'unlimited' }).plans))
  expect(await said('free')).toEqual(['100', '99', String(noon / 1000 + 1), null])
})

test('all members and keys of an account count together, what fails too; another account by itself', async () => {
  await using server = await serve({ MAYFLY_PLANS_TEAM_REQUESTS_PER_DAY: '6' }, { now: noon })
  const ours = await tenant(server.core, 'team')
  const theirs = await tenant(server.core, 'team')
  const { made } = await joined(server.core, ours, 'member@tenant.test')
  const statuses: number[] = []
  for (const token of [ours.secret, made.secret, ours.secret, made.secret]) {
    statuses.push((await server.call('GET', `${api}/account`, { token })).status)
  }
  statuses.push((await server.call('GET', `${api}/keys/unknown`, { token: ours.secret })).status)
  statuses.push((await server.call('GET', `${api}/keys?limit=0`, { token: ours.secret })).status)
  statuses.push((await server.call('GET', `${api}/account`, { token: made.secret })).status)
  expect(statuses).toEqual([200, 200, 200, 200, 404, 400, 429])
  expect((await account(server, theirs.secret)()).status).toBe(200)
})

test('a call under an Idempotency-Key counts once, and its repetition too', async () => {
  await using server = await serve({ MAYFLY_PLANS_TEAM_REQUESTS_PER_DAY: '3' }, { now: noon })
  const { secret } = await tenant(server.core, 'team')
  const headers = { 'idempotency-key': 'one' }
  const make = () => server.call('POST', `${api}/keys`, { token: secret, body: {}, headers })
  const [first, second, third, fourth] = [await make(), await make(), await make(), await make()]
  expect([first, second, third, fourth].map(({ status }) => status)).toEqual([201, 201, 201, 429])
  expect([first, second, third, fourth].map((one) => limitOf(one)[1])).toEqual(['2', '1', '0', '0'])
  expect(second.json['id']).toBe(first.json['id'])
})

test('the page has a limit of its own: neither uses up the other', async () => {
  const env = {
    MAYFLY_PLANS_TEAM_REQUESTS_PER_DAY: '2',
    MAYFLY_PAGE_REQUESTS_PER_MINUTE: '1',
    MAYFLY_PAGE_BURST: '4',
  }
  await using server = await serve(env, { now: noon })
  const { secret, owner, email } = await tenant(server.core, 'team')
  const { token: link } = await server.core.links.passwordLink(owner, owner.member?.id ?? '')
  await server.call('POST', `${api}/session/reset`, { body: { token: link, password: 'open sesame' } })
  const signedIn = await server.call('POST', `${api}/session`, { body: { email, password: 'open sesame' } })
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const page = () => server.call('GET', `${api}/account`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  const clicks = [await page(), await page(), await page(), await page(), await page()]
  expect(clicks.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429])
  expect(limitOf(clicks[0] ?? never()).slice(0, 3)).toEqual([null, null, null])
  expect(Number(limitOf(clicks[4] ?? never())[3])).toBeWithin(50, 61)
  const calls = [await account(server, secret)(), await account(server, secret)(), await account(server, secret)()]
  expect(calls.map(({ status }) => status)).toEqual([200, 200, 429])
})

test('who has no account is counted by his address: as a trusted proxy says it, not as he does', async () => {
  const strict = { MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_DAY: '2' }
  const asked = async (server: Serving, forwarded?: string) =>
    (
      await server.call('GET', `${api}/mailboxes/free@mayfly.test/messages`, {
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      })
    ).status
  {
    await using server = await serve({ ...strict, MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }, { now: noon })
    expect([
      await asked(server, '192.0.2.1'),
      await asked(server, '192.0.2.1'),
      await asked(server, '192.0.2.1'),
    ]).toEqual([200, 200, 429])
    expect(await asked(server, '192.0.2.2')).toBe(200)
    // What stands left of the proxy's own word was made up.
    expect(await asked(server, '203.0.113.5, 192.0.2.1')).toBe(429)
    expect([
      await asked(server, '2001:db8::1'),
      await asked(server, '2001:db8::2'),
      await asked(server, '2001:db8::3'),
    ]).toEqual([200, 200, 429])
    expect(await asked(server, '2001:db8:0:1::1')).toBe(200)
  }
  await using server = await serve(strict, { now: noon })
  expect([
    await asked(server, '192.0.2.1'),
    await asked(server, '192.0.2.2'),
    await asked(server, '192.0.2.3'),
  ]).toEqual([200, 200, 429])
})

test('of 1,000 calls at once from one address exactly as many pass as it may make; mailboxes by themselves', async () => {
  const env = {
    MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_DAY: '200',
    MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '50',
  }
  await using server = await serve(env, { now: noon })
  const answers = await many(1000, () => server.call('POST', `${api}/mailboxes`, { body: {} }))
  const reasons = (reason: string) => answers.filter((one) => one.reason === reason).length
  expect([counted(answers, 201), reasons('quota-exceeded'), reasons('rate-exceeded')]).toEqual([50, 150, 800])
})

test('the next day, the next month and another plan begin when they do, over a restart too', async () => {
  using directory = temporary()
  const file = join(directory.path, 'mayfly.db')
  const env = { MAYFLY_PLANS_TEAM_REQUESTS_PER_DAY: '3', MAYFLY_PLANS_TEAM_REQUESTS_PER_MONTH: '4' }
  let secret = ''
  {
    await using server = await serve(env, { now: noon, file })
    secret = (await tenant(server.core, 'team')).secret
    expect((await many(5, account(server, secret))).map(({ status }) => status).toSorted()).toEqual([
      200, 200, 200, 429, 429,
    ])
    await server.core.usage.flush()
  }
  await using server = await serve(env, { now: noon + 3_600_000, file })
  await server.core.usage.load()
  const call = account(server, secret)
  expect((await call()).status).toBe(429)
  server.core.clock.now = Date.UTC(2026, 1, 1)
  expect((await many(5, call)).filter(({ status }) => status === 200).length).toBe(3)
  server.core.clock.now = Date.UTC(2026, 1, 2)
  const [last, refused] = [await call(), await call()]
  expect([last.status, refused.status]).toEqual([200, 429])
  expect(limitOf(refused).slice(0, 3)).toEqual(['4', '0', String(Date.UTC(2026, 2, 1) / 1000)])
})

function never(): never {
  throw new Error('there was no such answer')
}
