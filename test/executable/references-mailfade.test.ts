// What MailFade's reference page says, held against the executable: its addresses and paths as they stand, the
// fields of its examples in their order, how a key looks, and the limits without one.
import { expect, test } from 'bun:test'
import { run } from './launch.ts'
import { type Replay, replaying } from './replay.ts'

const page = { host: 'api.mailfade.dev', key: 'mf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', prefix: 'mf_' }
const base = 'https://api.mailfade.dev'
const header = '-H "Authorization: Bearer mf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
const address = 'pw-99@mailfade.dev'

const mailfade = (plan = 'dev'): Promise<Replay> => replaying(page, { domains: 'mailfade.dev', plan })

/** With words for ids, and for numbers that are of the moment. */
const steady = (shown: string): string =>
  shown
    .replace(/"[0-7][0-9A-HJKMNP-TV-Z]{25}"/g, 'ULID')
    .replace(/(?<=_at":)\d{13}(?=[,}])/g, 'INSTANT')
    .replace(/(?<="size_bytes":)\d+/g, 'BYTES')

const firstOf = (json: unknown): { id: string; received_at: number; expires_at: number } => Object(json).emails[0]

test('an inbox and a message without a key, and with one its html and headers', async () => {
  await using replay = await mailfade()
  expect(replay.key).toMatch(/^mf_[0-9A-Za-z]{30}$/)
  expect(replay.key).toHaveLength(page.key.length)
  const empty = await replay.curl(`curl "${base}/inbox/${address}"`)
  expect([empty.status, empty.shown]).toEqual([200, `{"address":"${address}","count":0,"emails":[]}`])
  await replay.mail(address, { subject: 'Confirm your account', text: 'Click here', html: '<html>x</html>' })
  const inbox = await replay.curl(`curl "${base}/inbox/pw-99%40mailfade.dev?limit=25&since=0"`)
  expect([inbox.status, steady(inbox.shown)]).toEqual([
    200,
    `{"address":"${address}","count":1,"emails":[{"id":ULID,"sender":"ann@sender.test","subject":"Confirm your account",` +
      '"has_attachments":false,"size_bytes":BYTES,"received_at":INSTANT,"expires_at":INSTANT}]}',
  ])
  const { id, received_at, expires_at } = firstOf(inbox.json)
  expect(expires_at - received_at).toBe(3_600_000)

  const begin = `{"id":ULID,"address":"${address}","sender":"ann@sender.test","to":["${address}"],"subject":"Confirm your account"`
  const end = '"attachments":[],"size_bytes":BYTES,"received_at":INSTANT,"expires_at":INSTANT}'
  const without = await replay.curl(`curl "${base}/message/${id}"`)
  expect([without.status, steady(without.shown)]).toEqual([200, `${begin},"text":"Click here",${end}`])
  const { status, shown, json } = await replay.curl(`curl "${base}/message/${id}" ${header}`)
  expect([status, steady(shown).replace(/"headers":\{.*?\},/, '')]).toEqual([
    200,
    `${begin},"text":"Click here","html":"<html>x</html>",${end}`,
  ])
  expect(Object(json).headers).toMatchObject({ from: 'Ann <ann@sender.test>', subject: 'Confirm your account' })
  const textAlone = await replay.curl(`curl "${base}/message/${id}?html=0" ${header}`)
  expect(Object(textAlone.json)).not.toHaveProperty('html')
})

test('the bytes of a mail and of its attachment, with a key only', async () => {
  await using replay = await mailfade()
  const there = `http://127.0.0.1:${replay.server.http}`
  const headers = { authorization: `Bearer ${replay.key}` }
  const report = [{ filename: 'report.pdf', contentType: 'application/pdf', content: 'abc' }]
  await replay.mail(address, { subject: 'x', text: 'x', attachments: report })
  const inbox = await replay.curl(`curl "${base}/inbox/${address}"`)
  const { id } = firstOf(inbox.json)
  const raw = await fetch(`${there}/message/${id}/raw`, { headers })
  expect([raw.status, raw.headers.get('content-type')]).toEqual([200, 'message/rfc822'])
  expect(await raw.text()).toContain('Subject: x\r\n')
  const { json } = await replay.curl(`curl "${base}/message/${id}"`)
  const [file] = Object(json).attachments
  const sent = await fetch(`${there}/attachment/${file.id}`, { headers })
  expect([sent.headers.get('content-type'), sent.headers.get('content-disposition'), await sent.text()]).toEqual([
    'application/pdf',
    'attachment; filename="report.pdf"',
    'abc',
  ])
  for (const path of [`message/${id}/raw`, `attachment/${file.id}`]) {
    const { status, shown } = await replay.curl(`curl "${base}/${path}"`)
    expect([status, shown]).toEqual([401, refusal('key_required')])
  }
})

const refusal = (code: string) =>
  expect.stringMatching(
    new RegExp(`^\\{"error":"${code}","hint":"([^"\\\\]|\\\\.)+"(,"period_resets_at":\\d{13})?\\}$`),
  )

test.each([
  ['inbox/nothing', '', 400, 'invalid_address'],
  [`inbox/${address}`, '-H "Authorization: Bearer mf_nothing"', 401, 'missing_or_invalid_key'],
  ['message/01HF5K9X2E4', '', 404, 'not_found'],
  ['attachment/01HF5K9X2E4', header, 404, 'not_found'],
])('the status of %s %s is %p %s', async (path, headers, due, code) => {
  await using replay = await mailfade()
  const { status, shown } = await replay.curl(`curl "${base}/${path}" ${headers}`)
  expect([status, shown]).toEqual([due, refusal(code)])
})

test('a hundred requests a day without a key, and the headers that say so', async () => {
  await using replay = await mailfade()
  const there = `http://127.0.0.1:${replay.server.http}/inbox/${address}`
  const left = (answer: Response) => ['limit', 'remaining'].map((what) => answer.headers.get(`x-ratelimit-${what}`))
  for (let n = 99; n >= 0; n--) {
    const answer = await fetch(there)
    expect([answer.status, ...left(answer)]).toEqual([200, '100', `${n}`])
  }
  const refused = await replay.curl(`curl "${base}/inbox/${address}"`)
  expect([refused.status, refused.shown]).toEqual([429, refusal('free_tier_quota_exhausted')])
  const keyed = await fetch(there, { headers: { authorization: `Bearer ${replay.key}` } })
  expect([keyed.status, ...left(keyed)]).toEqual([200, '50000', '49999'])
})

test('a key is ordered, paid and shown, as the page has it', async () => {
  await using replay = await mailfade()
  const there = `http://127.0.0.1:${replay.server.http}`
  const order = (body: string) =>
    replay.curl(`curl -X POST "${base}/keys" -H "Content-Type: application/json" -d '${body}'`)
  const { status, shown } = await order('{ "plan": "dev", "rail": "stripe" }')
  expect([status, shown]).toEqual([503, refusal('stripe_unavailable')])
  expect((await order('{ "plan": "dev", "rail": "lightning" }')).shown).toEqual(refusal('lightning_unavailable'))
  expect((await order('{ "plan": "gold", "rail": "stripe" }')).shown).toEqual(refusal('invalid_plan'))
  expect((await order('{ "plan": "dev",')).shown).toEqual(refusal('invalid_json'))
  const made = await order('{ "plan": "dev", "rail": "manual" }')
  expect([made.status, steady(made.shown)]).toEqual([
    200,
    expect.stringMatching(
      /^\{"invoice_id":ULID,"rail":"manual","checkout_url":"http[^"]+\/app\/checkout\/[^"#]+#\w{40}"\}$/,
    ),
  ])
  const { invoice_id: id, checkout_url: page } = Object(made.json)
  const poll = () => replay.curl(`curl "${base}/keys/${id}"`)
  expect(steady((await poll()).shown)).toBe('{"invoice_id":ULID,"rail":"manual","plan":"dev","status":"pending"}')
  const paid = await run(replay.directory, ['invoice', 'pay', id])
  expect([paid.code, paid.out]).toEqual([0, expect.stringContaining(`the invoice ${id} is paid`)])
  expect(steady((await poll()).shown)).toBe(
    '{"invoice_id":ULID,"rail":"manual","plan":"dev","status":"paid","key_id":ULID}',
  )
  const press = () =>
    fetch(`${there}/mayfly/v1/checkout/${id}/key`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret: String(page).split('#')[1] }),
    })
  const { key } = Object(await (await press()).json())
  expect(key).toMatch(/^mf_[0-9A-Za-z]{30}$/)
  expect((await press()).status).toBe(409)
  const headers = { authorization: `Bearer ${key}` }
  expect((await fetch(`${there}/inbox/${address}`, { headers })).headers.get('x-ratelimit-limit')).toBe('50000')
})
