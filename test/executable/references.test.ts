// Run2Mail's and DustMail's reference pages, replayed against the executable: their command lines as they stand but for host,
// key and the ids that a server makes, and answers with the same fields, types, order and statuses.
import { expect, test } from 'bun:test'
import { json } from './launch.ts'
import { replaying, text } from './replay.ts'
import { hasPython } from './snippets.ts'

const run2mail = { host: 'run2mail.com', key: 'YOUR_API_KEY', prefix: 'r2m_' }
const dustmail = { host: 'dustmail.net', key: 'dm_live_your_api_key', prefix: 'dm_live_' }

const messagesOfExample = `curl -X GET "https://run2mail.com/api/v1/emails/example@2mail.lol/messages" \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Accept: application/json"`

test("Run2Mail's page: the account, an inbox, and its messages", async () => {
  await using replay = await replaying(run2mail, { domains: '2mail.lol', plan: 'pro' })
  const me = await replay.curl(`curl -X GET "https://run2mail.com/api/v1/me" \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Accept: application/json"`)
  expect([me.status, me.shown]).toEqual([
    200,
    '{"success":true,"data":{"id":UUID,"name":"ann","email":"ann@example.test","plan":"pro","created_at":INSTANT,' +
      '"limits":{"requests_per_minute":600,"inboxes_per_day":5000},"usage":{"inboxes_today":0,"requests_today":1}}}',
  ])
  const created = await replay.curl(`curl -X POST "https://run2mail.com/api/v1/emails/create" \\
  -H "Authorization: Bearer YOUR_API_KEY" \\
  -H "Accept: application/json" \\
  -H "Content-Type: application/json" \\
  -d '{
    "type": "random"
  }'`)
  expect([created.status, created.shown]).toEqual([
    201,
    '{"success":true,"data":{"id":UUID,"email":"RANDOM@2mail.lol","domain":"2mail.lol","type":"random",' +
      '"created_at":INSTANT,"expires_at":INSTANT}}',
  ])
  expect((await replay.curl(messagesOfExample)).status).toBe(403)
  const { api } = replay.server
  const headers = { authorization: `Bearer ${replay.key}` }
  await json(`${api}/mailboxes`, { headers, body: { localPart: 'example' } })
  const empty = await replay.curl(messagesOfExample)
  expect([empty.status, empty.shown]).toEqual([
    200,
    '{"success":true,"data":{"email":"example@2mail.lol","messages":[]}}',
  ])
  await replay.mail('example@2mail.lol', { subject: 'first', text: 'One' })
  await replay.mail('example@2mail.lol', { subject: 'second', html: '<b>Two</b>' })
  const message = (subject: string, body: string) =>
    `{"id":UUID,"from":"ann@sender.test","from_name":"Ann","to":["example@2mail.lol"],"subject":"${subject}",${body},` +
    '"received_at":INSTANT,"is_read":false,"attachments":[]}'
  expect((await replay.curl(messagesOfExample)).shown).toBe(
    '{"success":true,"data":{"email":"example@2mail.lol","messages":[' +
      `${message('second', '"text":"Two","html":"<b>Two</b>\\n"')},${message('first', '"text":"One\\n","html":""')}]}}`,
  )
})

test("Run2Mail's page: an invalid, a missing and a revoked key", async () => {
  await using replay = await replaying(run2mail, { domains: '2mail.lol', plan: 'pro' })
  const refused = [401, expect.stringMatching(/^\{"success":false,"error":"unauthenticated","message":"[^"]+"\}$/)]
  const me = (header: string) => replay.curl(`curl -X GET "https://run2mail.com/api/v1/me" ${header}`)
  for (const header of ['-H "Authorization: Bearer r2m_nothing"', '']) {
    const { status, shown } = await me(header)
    expect([status, shown]).toEqual(refused)
  }
  const { items } = await json<{ items: { id: string }[] }>(`${replay.server.api}/keys`, {
    headers: { authorization: `Bearer ${replay.key}` },
  })
  await fetch(`${replay.server.api}/keys/${items[0]?.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${replay.key}` },
  })
  const { status, shown } = await me('-H "Authorization: Bearer YOUR_API_KEY"')
  expect([status, shown]).toEqual(refused)
})

const custom = `curl -X POST https://dustmail.net/api/v1/inbox \\
-H "Authorization: Bearer dm_live_your_api_key" \\
-H "Content-Type: application/json" \\
-d '{"username":"swift.fox4291","domain":"brand.example"}'`

test("DustMail's page: a premium inbox by its own name", async () => {
  await using replay = await replaying(dustmail, {
    domains: 'dustmail.net,shared.example,brand.example',
    plan: 'premium',
  })
  const { status, shown, json: created } = await replay.curl(custom)
  expect([status, shown]).toEqual([
    201,
    '{"success":true,"data":{"id":UUID,"email":"swift.fox4291@brand.example","domain":"brand.example",' +
      '"created_at":INSTANT,"expires_at":INSTANT},"meta":{"plan":"premium","rate_limit":{"limit":null,"used":1},' +
      '"available_domains":["dustmail.net","shared.example","brand.example"]}}',
  ])
  const lives = Date.parse(text(created, /"expires_at":"([^"]+)/)) - Date.parse(text(created, /"created_at":"([^"]+)/))
  expect(lives).toBe(365 * 86_400_000)
})

test("DustMail's page: inboxes are made, listed, shown and deleted with a free key, in either header", async () => {
  await using replay = await replaying(dustmail, { domains: 'dustmail.net', plan: 'free' })
  const made = await replay.curl(`curl -X POST https://dustmail.net/api/v1/inbox \\
-H "Authorization: Bearer dm_live_your_api_key"`)
  expect(made.status).toBe(201)
  const id = text(made.json, /"id":"([^"]+)/)
  const address = text(made.json, /"email":"([^"]+)/)
  const inbox =
    '"id":UUID,"email":"RANDOM@dustmail.net","domain":"dustmail.net","created_at":INSTANT,"expires_at":INSTANT'
  const listed = (used: number, data: string, total: number) =>
    `{"success":true,"data":[${data}],"meta":{"total":${total},"plan":"free","rate_limit":{"limit":100,"used":${used}}}}`
  for (const mail of [1, 2, 3]) await replay.mail(address, { subject: `mail ${mail}`, text: 'x', html: '<i>x</i>' })

  const list = await replay.curl(`curl https://dustmail.net/api/v1/inbox \\
-H "Authorization: Bearer dm_live_your_api_key"`)
  expect([list.status, list.shown]).toEqual([200, listed(2, `{${inbox},"email_count":3}`, 1)])

  const detail = await replay.curl(`curl https://dustmail.net/api/v1/inbox/${id} \\
-H "Authorization: Bearer dm_live_your_api_key"`)
  const mails = [3, 2, 1].map(
    (mail) =>
      `{"id":UUID,"from":"ann@sender.test","subject":"mail ${mail}","text":"x","html":"<i>x</i>","received_at":INSTANT}`,
  )
  expect([detail.status, detail.shown]).toEqual([
    200,
    `{"success":true,"data":{"inbox":{${inbox}},"emails":[${mails}]},` +
      '"meta":{"email_count":3,"rate_limit":{"limit":100,"used":3}}}',
  ])

  const deleted = await replay.curl(`curl -X DELETE https://dustmail.net/api/v1/inbox/${id} \\
-H "Authorization: Bearer dm_live_your_api_key"`)
  expect([deleted.status, deleted.shown]).toEqual([200, '{"success":true,"message":"Inbox deleted"}'])

  const byHeader = await replay.curl(`curl https://dustmail.net/api/v1/inbox \\
-H "X-API-Key: dm_live_your_api_key"`)
  expect([byHeader.status, byHeader.shown]).toEqual([200, listed(5, '', 0)])
})

test("DustMail's page: the snippet for Node.js", async () => {
  await using replay = await replaying(dustmail, { domains: 'dustmail.net,brand.example', plan: 'premium' })
  const id = text((await replay.curl(custom)).json, /"id":"([^"]+)/)
  await replay.mail('swift.fox4291@brand.example', { subject: 'Verify', text: 'Click' })
  const printed = await replay.javaScript(
    `const response = await fetch(
'https://dustmail.net/api/v1/inbox/YOUR_INBOX_ID',
{ headers: { 'Authorization': 'Bearer dm_live_your_api_key' } }
);
const { data } = await response.json();
console.log(data.emails);`.replace('YOUR_INBOX_ID', id),
  )
  expect(printed).toMatch(/^\[\s+\{\s+id: .+,\s+from: .ann@sender\.test.,\s+subject: .Verify.,\s+text: .Click/)
})

test.skipIf(!hasPython)("DustMail's page: the snippet for Python, where there is a python3 to run it", async () => {
  await using replay = await replaying(dustmail, { domains: 'dustmail.net,brand.example', plan: 'premium' })
  const id = text((await replay.curl(custom)).json, /"id":"([^"]+)/)
  await replay.mail('swift.fox4291@brand.example', { subject: 'Verify', text: 'Click' })
  const printed = await replay.python(
    `import requests
resp = requests.get(
"https://dustmail.net/api/v1/inbox/YOUR_INBOX_ID",
headers={"Authorization": "Bearer dm_live_your_api_key"}
)
emails = resp.json()["data"]["emails"]
print(f"Received {len(emails)} emails")`.replace('YOUR_INBOX_ID', id),
  )
  expect(printed).toBe('Received 1 emails\n')
})
