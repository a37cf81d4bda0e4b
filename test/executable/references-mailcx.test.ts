// Mail.cx's reference page, replayed against the executable: its command lines as they stand but for host, token and key.
import { expect, test } from 'bun:test'
import { onLoopback, receiver } from '../webhooks/receiver.ts'
import { type Replay, replaying, said, text } from './replay.ts'

const page = { host: 'api.mail.cx', key: 'tm_pro_xxxxxxxxxxxx', prefix: 'tm_pro_' }
const mailcx = (): Promise<Replay> => replaying(page, { domains: 'mail.cx', plan: 'pro' })

const create = `curl -X POST https://api.mail.cx/api/accounts \\
-H "Content-Type: application/json" \\
-d '{"address":"user@mail.cx","password":"mypassword"}'`
const signIn = `curl -X POST https://api.mail.cx/api/token \\
-H "Content-Type: application/json" \\
-d '{"address":"user@mail.cx","password":"mypassword"}'`
const list = (token: string) =>
  `curl https://api.mail.cx/api/messages \\
-H "Authorization: Bearer eyJhbGciOiJIUzI1NiIs..."`.replace('eyJhbGciOiJIUzI1NiIs...', token)
const accounts = `curl https://api.mail.cx/pro/api/accounts \\
-H "Authorization: Bearer tm_pro_xxxxxxxxxxxx"`

const tokenIn = (json: unknown): string => text(json, /"token":"(eyJhbGciOiJIUzI1NiIs[^"]+)"/)

test("Mail.cx's page: a mailbox is created, signed in to, and its mail is listed", async () => {
  await using replay = await mailcx()
  const made = await replay.curl(create)
  expect([made.status, made.shown]).toEqual([201, '{"id":UUID,"address":"user@mail.cx","token":JWT}'])
  const signed = await replay.curl(signIn)
  expect([signed.status, signed.shown]).toEqual([200, '{"id":UUID,"address":"user@mail.cx","token":JWT}'])
  await replay.mail('user@mail.cx', { subject: 'Hello', text: 'Your code is 123456' })
  for (const token of [tokenIn(made.json), tokenIn(signed.json)]) {
    const { status, shown } = await replay.curl(list(token))
    expect([status, shown.replace(/"size":\d+/, '"size":N')]).toEqual([
      200,
      '{"messages":[{"id":UUID,"sender":"ann@sender.test","from":"Ann <ann@sender.test>","subject":"Hello",' +
        '"preview_text":"Your code is 123456","size":N,"created_at":SECOND,"is_read":false}],"page":1}',
    ])
  }
  const claims: { iat: number; exp: number } = JSON.parse(
    Buffer.from(tokenIn(made.json).split('.')[1] ?? '', 'base64url').toString(),
  )
  expect(claims.exp - claims.iat).toBe(604_800)
  expect((await replay.curl(create)).status).toBe(409)
})

test("Mail.cx's page: a token that is not good", async () => {
  await using replay = await mailcx()
  const { status, json } = await replay.curl(list('eyJhbGciOiJIUzI1NiIs...'))
  expect([status, json]).toEqual([401, { error: 'invalid_token', message: expect.any(String) }])
})

test("Mail.cx's page: a Pro token, until it is revoked", async () => {
  await using replay = await mailcx()
  expect(replay.key).toMatch(/^tm_pro_[0-9A-Za-z]{32}$/)
  const empty = await replay.curl(accounts)
  expect([empty.status, empty.shown]).toEqual([200, '{"accounts":[]}'])
  await replay.curl(create.replace('-d', `-H "Authorization: Bearer ${replay.key}" -d`))
  expect((await replay.curl(accounts)).shown).toBe(
    '{"accounts":[{"id":UUID,"address":"user@mail.cx","quota":52428800,"used":0,"created_at":SECOND}]}',
  )
  const [id = ''] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(
    await said(replay.directory, ['key', 'list', '--json']),
  ) ?? ['']
  await said(replay.directory, ['key', 'revoke', id])
  expect((await replay.curl(accounts)).status).toBe(401)
})

test('a new secret, made while the server runs, leaves tokens good that are out', async () => {
  await using replay = await mailcx()
  const before = tokenIn((await replay.curl(create)).json)
  const line = await said(replay.directory, ['token-secret', 'rotate'])
  expect(line).toMatch(/the old one is good until \d{4}-/)
  const after = tokenIn((await replay.curl(signIn)).json)
  expect(after.split('.')[0]).not.toBe(before.split('.')[0])
  for (const token of [before, after]) expect((await replay.curl(list(token))).status).toBe(200)
})

test('the live socket is there, too', async () => {
  await using replay = await mailcx()
  const token = tokenIn((await replay.curl(create)).json)
  const socket = new WebSocket(`ws://127.0.0.1:${replay.server.http}/api/ws`)
  const { promise, resolve } = Promise.withResolvers<string>()
  const isIn = Promise.withResolvers<void>()
  socket.onopen = () => socket.send(JSON.stringify({ type: 'auth', token }))
  socket.onmessage = ({ data }) => (String(data) === '{"type":"auth_ok"}' ? isIn.resolve() : resolve(String(data)))
  await isIn.promise
  await replay.mail('user@mail.cx', { subject: 'live', text: 'x' })
  expect(JSON.parse(await promise)).toMatchObject({ type: 'new_email', subject: 'live', address: 'user@mail.cx' })
  socket.close()
})

/** As a receiver would look that knows of no more than the page says. */
function opensslHmac(secret: string, text: string): string {
  const words = ['openssl', 'dgst', '-sha256', '-hmac', secret, '-hex']
  const { stdout } = Bun.spawnSync(words, { stdin: Buffer.from(text) })
  return /[0-9a-f]{64}/.exec(stdout.toString())?.[0] ?? ''
}

test('a webhook is told of mail, and another program finds its signature right', async () => {
  await using there = receiver()
  await using replay = await replaying(page, { domains: 'mail.cx', plan: 'pro', env: onLoopback })
  await replay.curl(create.replace('-d', `-H "Authorization: Bearer ${replay.key}" -d`))
  const hooks = 'https://api.mail.cx/pro/api/webhooks'
  const keyed = '-H "Authorization: Bearer tm_pro_xxxxxxxxxxxx"'
  const made = await replay.curl(`curl -X POST ${hooks} ${keyed} \\
-H "Content-Type: application/json" \\
-d '{"url":"${there.url}","events":["email.received"]}'`)
  expect([made.status, made.shown.replace(/whsec_\w+/, 'SECRET')]).toEqual([
    201,
    `{"id":UUID,"url":"${there.url}","events":["email.received"],"status":"active","failure_count":0,` +
      '"last_triggered_at":null,"created_at":SECOND,"secret":"SECRET"}',
  ])
  await replay.mail('user@mail.cx', { subject: 'Hello', text: 'Your code is 123456' })
  await there.until(1)
  const [got] = there.got
  if (!got) throw new Error('nothing came')
  const signed = `${got.headers.get('x-webhook-timestamp')}.${got.body}`
  const secret = text(made.json, /"secret":"(whsec_\w+)"/)
  expect(got.headers.get('x-webhook-signature')).toBe(`sha256=${opensslHmac(secret, signed)}`)
  expect(got.json).toMatchObject({
    type: 'email.received',
    data: { address: 'user@mail.cx', from: 'Ann <ann@sender.test>', preview_text: 'Your code is 123456' },
  })
  const id = text(made.json, /"id":"([^"]+)"/)
  const rotated = await replay.curl(`curl -X POST ${hooks}/${id}/rotate ${keyed}`)
  expect([rotated.status, rotated.shown.replace(/whsec_\w+/, 'SECRET')]).toEqual([200, '{"id":UUID,"secret":"SECRET"}'])
  const listed = () => replay.curl(`curl ${hooks}/${id}/deliveries ${keyed}`)
  let deliveries = await listed()
  // It is noted once it has arrived.
  while (deliveries.shown.includes('"attempt":0')) deliveries = await listed()
  expect(deliveries.shown.replace(/"evt_[^"]+"/, 'EVENT').replace(/"duration_ms":\d+/, '"duration_ms":N')).toBe(
    '{"deliveries":[{"id":UUID,"event_type":"email.received","event_id":EVENT,"status_code":200,"error":null,' +
      '"attempt":1,"duration_ms":N,"created_at":SECOND}]}',
  )
})
