// One account in all APIs of the executable: its mail is the same mail everywhere, and its limits are one.
import { expect, test } from 'bun:test'
import { uuidOf } from '../../src/ulid.ts'
import { json } from './launch.ts'
import { type Replay, replaying } from './replay.ts'

const any = { host: 'nowhere.test', key: 'KEY', prefix: 'mayfly_' }

const calling =
  ({ server, key }: Replay) =>
  async (path: string, body?: object, method = body === undefined ? 'GET' : 'POST') => {
    const answer = await fetch(`http://127.0.0.1:${server.http}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: await answer.text() }
  }

type Mail = { id: string; subject: string; from: string; receivedAt: string }

/** Where each lists a mailbox's mail, and what it says when the mailbox is gone. */
const places = ({ id, address }: { id: string; address: string }) =>
  [
    [`/mayfly/v1/mailboxes/${id}/messages`, 404],
    [`/api/v1/emails/${address.replace('@', '%40')}/messages`, 403],
    [`/api/v1/inbox/${id}`, 404],
    [`/v1/mailboxes/${id}/mails`, 404],
    [`/inbox/${address}`, 404],
    [`/pro/api/accounts/${id}/messages`, 404],
  ] as const

test('a mail that came by SMTP is the same mail in every API, and gone from all when it is deleted in one', async () => {
  await using replay = await replaying(any, { domains: 'mayfly.test', plan: 'pro' })
  const ask = calling(replay)
  const box = JSON.parse((await ask('/v1/mailboxes', {})).body)
  for (const subject of ['Grüße', 'kept']) await replay.mail(box.address, { subject, text: `${subject} and more` })
  const [native, run2mail, dustmail, minutemail, mailfade, mailcx] = places(box).map(([path]) => path)
  if (!native || !run2mail || !dustmail || !minutemail || !mailfade || !mailcx) throw new Error('six APIs')
  const listed = async (): Promise<Mail[][]> => {
    const [one, two, three, four, five, six] = await Promise.all(
      [native, run2mail, dustmail, minutemail, mailfade, mailcx].map(async (path) =>
        JSON.parse((await ask(path)).body),
      ),
    )
    const snake = ({ id, subject, from, received_at: receivedAt }: Record<string, string>) => ({
      ...{ id, subject, from },
      receivedAt: receivedAt?.replace(/\.\d+/, ''),
    })
    return [
      one.items.map((mail: Mail) => ({ ...pick(mail), receivedAt: mail.receivedAt.replace(/\.\d+/, '') })),
      two.data.messages.map(snake),
      three.data.emails.map(snake),
      four.items.map(pick),
      five.emails.map(fading),
      six.messages.map(({ id, subject, from, created_at: receivedAt }: Record<string, string>) => ({
        ...{ id, subject, from: from?.replace(/^.*<|>$/g, ''), receivedAt },
      })),
    ]
  }
  const seen = await listed()
  const [first] = seen
  expect(first?.map(({ subject, from }) => [subject, from])).toEqual([
    ['kept', 'ann@sender.test'],
    ['Grüße', 'ann@sender.test'],
  ])
  for (const list of seen) expect(list).toEqual(first ?? [])
  const bodies = await Promise.all([run2mail, dustmail, minutemail].map(async (path) => (await ask(path)).body))
  for (const body of bodies) expect(body).toContain('Grüße and more')

  const gone = first?.[1]?.id ?? ''
  expect((await ask(`${minutemail}/${gone}`, undefined, 'DELETE')).status).toBe(204)
  for (const list of await listed()) expect(list.map(({ subject }) => subject)).toEqual(['kept'])
  expect((await ask(`/mayfly/v1/messages/${gone}`)).status).toBe(404)

  expect((await ask(`/v1/mailboxes/${box.id}`, undefined, 'DELETE')).status).toBe(204)
  for (const [path, status] of places(box)) expect([path, (await ask(path)).status]).toEqual([path, status])
})

const pick = ({ id, subject, from, receivedAt }: Mail): Mail => ({ id, subject, from, receivedAt })

const fading = (mail: { id: string; sender: string; subject: string; received_at: number }): Mail => ({
  id: uuidOf(mail.id) ?? '',
  subject: mail.subject,
  from: mail.sender,
  receivedAt: `${new Date(mail.received_at).toISOString().slice(0, 19)}Z`,
})

// Mail.cx has no address without choosing it, which this plan does not include; the contract's suite has it.
const openings = [
  ['/mayfly/v1/mailboxes', {}, 'mailboxes-exhausted'],
  ['/api/v1/emails/create', { type: 'random' }, 'inbox_limit_reached'],
  ['/api/v1/inbox', {}, 'rate_limit_exceeded'],
  ['/v1/mailboxes', {}, 'quota_exceeded'],
] as const

test('the mailboxes of an account are counted together, whichever API opened them', async () => {
  await using replay = await replaying(any, { domains: 'mayfly.test', plan: 'free' })
  const ask = calling(replay)
  // Three are allowed, and each API opens one while the others have the rest.
  const open: string[] = []
  for (const [path, body] of [...openings, ...openings]) {
    const made = await ask(path, body)
    expect([path, made.status]).toEqual([path, 201])
    const address = /"(?:address|email)":"([^"]+)"/.exec(made.body)?.[1] ?? ''
    open.push(address)
    if (open.length < 3) continue
    for (const [where, wish, code] of openings) {
      const refused = await ask(where, wish)
      expect([where, refused.status]).toEqual([where, 429])
      expect(refused.body).toContain(code)
    }
    const oldest = open.shift() ?? ''
    expect((await ask(`/mayfly/v1/mailboxes/${oldest}`, undefined, 'DELETE')).status).toBe(204)
  }
})

test('the calls of an account are counted together, whichever API was called', async () => {
  await using replay = await replaying(any, { domains: 'mayfly.test', plan: 'free' })
  const headers = { authorization: `Bearer ${replay.key}` }
  const ask = calling(replay)
  const lists = ['/mayfly/v1/mailboxes', '/api/v1/me', '/api/v1/inbox', '/v1/mailboxes', '/pro/api/accounts']
  for (let call = 0; call < 96; call++) expect((await ask(lists[call % lists.length] ?? '')).status).toBe(200)
  const left = await fetch(`http://127.0.0.1:${replay.server.http}/v1/mailboxes`, { headers })
  expect(left.headers.get('x-ratelimit-remaining')).toBe('3')
  const { data } = await json<{ data: { usage: object } }>(`http://127.0.0.1:${replay.server.http}/api/v1/me`, {
    headers,
  })
  expect(data.usage).toMatchObject({ requests_today: 98 })
  const inboxes = await json<{ meta: object }>(`http://127.0.0.1:${replay.server.http}/api/v1/inbox`, { headers })
  expect(inboxes.meta).toMatchObject({ rate_limit: { limit: 100, used: 99 } })
  expect((await ask('/mayfly/v1/mailboxes')).status).toBe(200)
  for (const path of lists) expect([path, (await ask(path)).status]).toEqual([path, 429])
})
