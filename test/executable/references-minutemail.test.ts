// What MinuteMail's reference page says, held against the executable: how a key looks and is sent, where it may be used
// from, what is left of the limits, how long a mailbox lives, and what an error is.
import { describe, expect, test } from 'bun:test'
import { json } from './launch.ts'
import { email, type Replay, replaying, said } from './replay.ts'

const page = {
  host: 'api.minutemail.co',
  key: 'mmak_FKI5IKBJ4FSZJLUFGJ3IMF4A55W2OZW7YMLWD3JI33IVUGDEJXLQ',
  prefix: 'mmak_',
}
const header = 'Authorization: Bearer mmak_FKI5IKBJ4FSZJLUFGJ3IMF4A55W2OZW7YMLWD3JI33IVUGDEJXLQ'
const base = 'https://api.minutemail.co/v1'

const minutemail = (plan: string): Promise<Replay> => replaying(page, { domains: 'minutemail.cc', plan })

type Said = { status: number; left: number; type: string | null; body: string }

/** A call with the account's key. */
async function ask(
  { server, key }: Replay,
  path: string,
  {
    method = 'GET',
    body,
    headers = {},
  }: { method?: string; body?: object | string; headers?: Record<string, string> } = {},
): Promise<Said> {
  const answer = await fetch(`http://127.0.0.1:${server.http}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const left = answer.headers.get('x-ratelimit-remaining')
  return {
    status: answer.status,
    left: left === null ? Number.NaN : Number(left),
    type: answer.headers.get('content-type'),
    body: await answer.text(),
  }
}

const boxes = '/v1/mailboxes'
const opened = (replay: Replay, body: object = {}) => ask(replay, boxes, { method: 'POST', body })
const idIn = (body: string): string => JSON.parse(body).id

const refusal = (code: string) =>
  expect.stringMatching(new RegExp(`^\\{"error":"${code}","message":"([^"\\\\]|\\\\")+"\\}$`))

test('a key is mmak_ and 52 characters of base32, in the header that the page shows', async () => {
  await using replay = await minutemail('pro')
  expect(replay.key).toMatch(/^mmak_[A-Z2-7]{52}$/)
  expect(replay.key).toHaveLength(page.key.length)
  const listed = await replay.curl(`curl ${base}/mailboxes -H "${header}"`)
  expect([listed.status, listed.shown]).toEqual([200, '{"items":[]}'])
  for (const wrong of ['', `-H "${header}A"`, '-H "Authorization: Bearer mmak_"', `-H "X-API-Key: ${page.key}"`]) {
    const { status, shown } = await replay.curl(`curl ${base}/mailboxes ${wrong}`)
    expect([wrong, status, shown]).toEqual([wrong, 401, refusal('unauthorized')])
  }
})

test('a mailbox and its mail, with times in whole seconds', async () => {
  await using replay = await minutemail('pro')
  const made = await replay.curl(`curl -X POST ${base}/mailboxes -H "${header}" \\
  -H "Content-Type: application/json" -d '{"expiresIn":30}'`)
  expect([made.status, made.shown]).toEqual([
    201,
    '{"id":UUID,"alias":"RANDOM","domain":"minutemail.cc","address":"RANDOM@minutemail.cc","recoverable":false,' +
      '"permanent":false,"tag":null,"owner":UUID,"messageCount":0,"expiresAt":SECOND,"createdAt":SECOND}',
  ])
  const { id, address } = Object(made.json)
  for (const subject of ['first', 'second']) await replay.mail(address, { subject, text: 'Hi' })
  const mail = (subject: string) =>
    `{"id":UUID,"mailboxId":UUID,"sender":"ann@sender.test","from":"ann@sender.test","subject":"${subject}",` +
    '"body":"Hi\\n","text":"Hi\\n","html":"","hasAttachments":false,"attachments":[],"receivedAt":SECOND,"expiresAt":SECOND}'
  const mails = await replay.curl(`curl ${base}/mailboxes/${id}/mails -H "${header}"`)
  expect([mails.status, mails.shown]).toEqual([200, `{"items":[${mail('second')},${mail('first')}]}`])
  const deleted = await ask(replay, `${boxes}/${id}`, { method: 'DELETE' })
  expect([deleted.status, deleted.body, deleted.type]).toEqual([204, '', null])
})

describe('restrictions to domains', () => {
  const restricted = async (replay: Replay, origins: string): Promise<void> => {
    const list = await said(replay.directory, ['key', 'list', '--account', email, '--json'])
    await said(replay.directory, ['key', 'set', JSON.parse(list).items[0].id, '--origins', origins])
  }

  // Each as the page has it: what it matches, and what it therefore does not.
  test.each([
    ['example.com', ['example.com'], ['app.example.com', 'example.org', 'notexample.com']],
    ['*.example.com', ['app.example.com', 'sub.example.com', 'example.com'], ['example.org', 'notexample.com']],
    ['localhost:3000', ['localhost:3000'], ['localhost:3001', 'localhost']],
  ])('%s matches what the page says, in Origin, Referer and Host', async (pattern, there, elsewhere) => {
    await using replay = await minutemail('pro')
    await restricted(replay, pattern)
    const from = async (name: string, value: string) => {
      const { status, body } = await ask(replay, boxes, { headers: { [name]: value } })
      return [name, value, status, status === 200 ? '' : body]
    }
    const refused = '{"error":"forbidden","message":"API key not authorized for this domain"}'
    const waysFrom = (host: string): [string, string][] => [
      ['Origin', `http://${host}`],
      ['Referer', `http://${host}/page?a=b`],
      ['Host', host],
    ]
    for (const way of there.flatMap(waysFrom)) expect(await from(...way)).toEqual([...way, 200, ''])
    for (const way of elsewhere.flatMap(waysFrom)) expect(await from(...way)).toEqual([...way, 403, refused])
  })

  test('without any, a key is good from anywhere', async () => {
    await using replay = await minutemail('pro')
    await restricted(replay, 'example.com')
    expect((await ask(replay, boxes, { headers: { origin: 'https://anywhere.test' } })).status).toBe(403)
    await restricted(replay, '')
    expect((await ask(replay, boxes, { headers: { origin: 'https://anywhere.test' } })).status).toBe(200)
  })
})

// From the page's tables.
test.each([
  ['free', 60, 100, 100, 3, 5],
  ['hobbyist', 120, 200, 1000, 10, 20],
  ['pro', 600, 1000, 10_000, 50, 200],
  ['team', 1200, 2000, 50_000, 200, 1000],
])('the plan %s has the limits of the page', async (plan, perMinute, burst, perDay, active, archived) => {
  await using replay = await minutemail(plan)
  const { limits } = await json<{ limits: object }>(`${replay.server.api}/account`, {
    headers: { authorization: `Bearer ${replay.key}` },
  })
  expect(limits).toMatchObject({
    requestsPerMinute: perMinute,
    burst,
    requestsPerDay: perDay,
    activeMailboxes: active,
    archivedMailboxes: archived,
  })
  // The account was a call, too.
  expect((await ask(replay, boxes)).left).toBe(perDay - 2)
})

test('every answer says how many calls are left: of 100 a day one less each, and 0 when they are used up', async () => {
  await using replay = await minutemail('free')
  const calls: [string, number, () => Promise<Said>][] = [
    ['a list', 200, () => ask(replay, boxes)],
    ['an unknown mailbox', 404, () => ask(replay, `${boxes}/nothing`)],
    ['an unknown endpoint', 404, () => ask(replay, '/v1/identities')],
    ['a wrong body', 400, () => opened(replay, { expiresIn: 61 })],
  ]
  for (let call = 1; call <= 100; call++) {
    const [name, status, answer] = calls[call % calls.length] ?? ['', 0, () => ask(replay, boxes)]
    const { status: found, left } = await answer()
    expect([call, name, found, left]).toEqual([call, name, status, 100 - call])
  }
  for (const [, , answer] of calls) {
    const { status, left, body } = await answer()
    expect([status, left]).toEqual([429, 0])
    // The bucket has room for as many as the day.
    expect(JSON.parse(body).error).toMatch(/^(quota_exceeded|rate_limit_exceeded)$/)
  }
})

test('the free plan has three active mailboxes', async () => {
  await using replay = await minutemail('free')
  for (let n = 1; n <= 3; n++) expect((await opened(replay)).status).toBe(201)
  const refused = await opened(replay)
  expect([refused.status, refused.body, refused.left]).toEqual([429, refusal('quota_exceeded'), 96])
})

test('the free plan has five archived mailboxes', async () => {
  await using replay = await minutemail('free')
  for (let n = 1; n <= 5; n++) {
    const { status, body } = await opened(replay, { recoverable: true, tag: `no. ${n}` })
    expect(status).toBe(201)
    expect((await ask(replay, `${boxes}/${idIn(body)}`, { method: 'DELETE' })).status).toBe(204)
  }
  expect(JSON.parse((await ask(replay, '/v1/archived-mailboxes')).body).items).toHaveLength(5)
  const refused = await opened(replay, { recoverable: true, tag: 'one more' })
  expect([refused.status, refused.body]).toEqual([429, refusal('quota_exceeded')])
  expect((await opened(replay)).status).toBe(201)
})

test('a mailbox lives for as many minutes as is said, from 1 to 60', async () => {
  await using replay = await minutemail('pro')
  for (const minutes of [1, 10, 30, 60]) {
    const { status, body } = await opened(replay, { expiresIn: minutes })
    const { expiresAt, createdAt } = JSON.parse(body)
    expect([status, expiresAt]).toEqual([201, expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)])
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(minutes * 60_000)
  }
  for (const minutes of [0, 61, -1, 1.5, 1e9]) {
    const { status, body } = await opened(replay, { expiresIn: minutes })
    expect([minutes, status, body]).toEqual([minutes, 400, refusal('bad_request')])
  }
})

test('errors are a code and a sentence in JSON, by the table of the page', async () => {
  await using replay = await minutemail('pro')
  await said(replay.directory, ['account', 'create', '--email', 'other@example.test'])
  const other = await said(replay.directory, ['key', 'create', '--account', 'other@example.test', '--prefix', 'mmak_'])
  const { body } = await opened({ ...replay, key: other })
  const errors: [number, string, () => Promise<Said>][] = [
    [400, 'bad_request', () => ask(replay, boxes, { method: 'POST', body: '{' })],
    [400, 'bad_request', () => ask(replay, boxes, { method: 'DELETE', body: {} })],
    [401, 'unauthorized', () => ask({ ...replay, key: 'mmak_wrong' }, boxes)],
    [403, 'forbidden', () => ask(replay, `${boxes}/${idIn(body)}`)],
    [404, 'not_found', () => ask(replay, `${boxes}/01900000-0000-7000-8000-000000000000`)],
  ]
  for (const [status, code, answer] of errors) {
    const { status: found, body, type, left } = await answer()
    expect([found, body, type]).toEqual([status, refusal(code), expect.stringMatching(/^application\/json/)])
    expect(left).toBeGreaterThanOrEqual(0)
  }
})
