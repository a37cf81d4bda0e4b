// The services' reference pages, replayed against the executable: their command lines as they stand but for host, key and
// the ids that a server makes, and answers with the same fields, types, order and statuses.
import { expect, test } from 'bun:test'
import { createTransport } from 'nodemailer'
import { type Directory, emptyDirectory, json, type Running, run, serve } from './launch.ts'
import { curl, hasPython, javaScript, python } from './snippets.ts'

const email = 'ann@example.test'

type Replay = {
  server: Running
  key: string
  /** Runs a command line of a page's, with the host and the key of this server. Answers its status and its body. */
  curl: (line: string) => Promise<{ status: number; json: unknown; shown: string }>
  javaScript: (code: string) => Promise<string>
  python: (code: string) => Promise<string>
  /** Sends a mail by SMTP. */
  mail: (to: string, mail: { subject: string; text?: string; html?: string }) => Promise<void>
  [Symbol.asyncDispose]: () => Promise<void>
}

/** A server with the page's domains, and an account with a key as the page's begin. */
async function replaying(
  page: { host: string; key: string; prefix: string },
  { domains, plan }: { domains: string; plan: string },
): Promise<Replay> {
  const directory = emptyDirectory()
  const server = await serve(directory, { MAYFLY_DOMAINS: domains })
  await said(directory, ['account', 'create', '--email', email, '--plan', plan])
  const key = await said(directory, ['key', 'create', '--account', email, '--prefix', page.prefix])
  const here = (text: string) =>
    text.replaceAll(`https://${page.host}`, `http://127.0.0.1:${server.http}`).replaceAll(page.key, key)
  const sender = createTransport({ host: '127.0.0.1', port: server.smtp, ignoreTLS: true })
  return {
    server,
    key,
    curl: async (line) => {
      const { status, text } = await curl(directory, here(line))
      return { status, json: JSON.parse(text), shown: shown(text) }
    },
    javaScript: (code) => javaScript(directory, here(code)),
    python: (code) => python(directory, here(code)),
    mail: async (to, mail) => void (await sender.sendMail({ from: 'Ann <ann@sender.test>', to, ...mail })),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}

async function said(directory: Directory, words: string[]): Promise<string> {
  const { code, out, err } = await run(directory, words)
  if (code !== 0) throw new Error(`mayfly ${words.join(' ')} ended with ${code}: ${err}`)
  return out.trim()
}

/** An answer with its fields in their order, and a word for what is never twice the same. */
const shown = (text: string): string =>
  text
    .replace(/"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"/g, 'UUID')
    .replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, 'INSTANT')
    .replace(/"[a-z]+-[a-z]+-\d{4}@/g, '"RANDOM@')

const text = (json: unknown, pattern: RegExp): string => {
  const found = pattern.exec(JSON.stringify(json))?.[1]
  if (found === undefined) throw new Error(`no ${pattern} in ${JSON.stringify(json)}`)
  return found
}

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

test('a mail that came by SMTP is the same mail in every API, and gone from all with its mailbox', async () => {
  await using replay = await replaying(dustmail, { domains: 'mayfly.test', plan: 'pro' })
  const { http } = replay.server
  const headers = { authorization: `Bearer ${replay.key}` }
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${http}${path}`, { headers })
    return { status: answer.status, body: await answer.text() }
  }
  const made = await json<{ data: { id: string } }>(`http://127.0.0.1:${http}/api/v1/inbox`, {
    headers,
    body: { username: 'same' },
  })
  await replay.mail('same@mayfly.test', { subject: 'Grüße', text: 'Hi' })
  const places = [
    `/mayfly/v1/mailboxes/${made.data.id}/messages`,
    '/api/v1/emails/same%40mayfly.test/messages',
    `/api/v1/inbox/${made.data.id}`,
  ]
  const seen = await Promise.all(places.map(ask))
  const { items } = await json<{ items: { id: string; receivedAt: string }[] }>(
    `http://127.0.0.1:${http}${places[0]}`,
    { headers },
  )
  expect(items).toHaveLength(1)
  for (const { status, body } of seen) {
    expect(status).toBe(200)
    for (const part of [items[0]?.id, items[0]?.receivedAt, 'Grüße', 'ann@sender.test'])
      expect(body).toContain(part ?? '?')
  }
  await fetch(`http://127.0.0.1:${http}${places[2]}`, { method: 'DELETE', headers })
  expect((await Promise.all(places.map(ask))).map(({ status }) => status)).toEqual([404, 403, 404])
})
