// MailFade's door: what is read without a key and what only with one, what is left, and what is refused.
import { describe, expect, test } from 'bun:test'
import { operator } from '../../src/accounts/caller.ts'
import { ulidOf, uuidOf } from '../../src/ulid.ts'
import { tenant } from '../accounts/tenant.ts'
import { deliver, temporaryDirectory } from '../core.ts'
import { type Answer, at, type Call, listIn, type Serving, serve, until } from '../http/serve.ts'
import { richMail } from './rich-mail.ts'

const free = 'anybody@mayfly.test'
const behindProxy = { MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1' }
const noId = ulidOf('01900000-0000-7000-8000-000000000000')

const said = ({ status, json }: Answer): string => `${status} ${json['error'] ?? ''}`.trim()
const left = ({ headers }: Answer): string =>
  `${headers.get('x-ratelimit-remaining')} of ${headers.get('x-ratelimit-limit')}`

/** With an account, its key, and a mailbox that it opened. */
async function fading(env: Record<string, string> = {}, plan = 'unlimited') {
  const server = await serve(env)
  const owner = await tenant(server.core, { plan })
  const { mailbox } = await server.core.mailboxes.open(owner.caller, { localPart: 'owned' }, '192.0.2.1')
  return {
    ...server,
    owner,
    box: mailbox,
    get: (path: string, wish: Call = {}) => server.call('GET', path, wish),
    keyed: (path: string, wish: Call = {}) => server.call('GET', path, { token: owner.secret, ...wish }),
  }
}

const idsIn = ({ json }: Answer): unknown[] => listIn(json, 'emails').map((one) => uuidOf(String(at(one, 'id'))))
const subjectsIn = ({ json }: Answer): unknown[] => listIn(json, 'emails').map((one) => at(one, 'subject'))

/** The ids of a mail's attachments, as the API has them. */
const filesOf = async (server: Serving & { keyed: (path: string) => Promise<Answer> }, id: string): Promise<string[]> =>
  listIn((await server.keyed(`/message/${ulidOf(id)}`)).json, 'attachments').map((one) => String(at(one, 'id')))

describe('an inbox', () => {
  test('that nobody opened is read by anybody, empty before the first mail', async () => {
    await using server = await fading()
    expect(await server.get(`/inbox/${free}`)).toMatchObject({
      status: 200,
      body: JSON.stringify({ address: free, count: 0, emails: [] }),
    })
    const id = await server.mail(free, { Subject: 'Hello' })
    const { json, status } = await server.get(`/inbox/${free}`)
    expect([status, json]).toEqual([
      200,
      {
        address: free,
        count: 1,
        emails: [
          {
            id: ulidOf(id),
            sender: 'ann@sender.test',
            subject: 'Hello',
            has_attachments: false,
            size_bytes: expect.any(Number),
            received_at: server.core.clock.now,
            expires_at: server.core.clock.now + 3_600_000,
          },
        ],
      },
    ])
    expect(await server.keyed(`/inbox/${free}`)).toMatchObject({ status: 200, json })
  })

  test('is asked for by its address as it is, encoded, in capitals, or with a tag', async () => {
    await using server = await fading()
    await server.mail('anybody+shop@mayfly.test', { Subject: 'tagged' })
    await server.mail(free, { Subject: 'bare' })
    for (const path of [free, 'anybody%40mayfly.test', 'ANYBODY@Mayfly.TEST', `${free}/`])
      expect([path, subjectsIn(await server.get(`/inbox/${path}`))]).toEqual([path, ['bare', 'tagged']])
    const tagged = await server.get('/inbox/anybody+Shop@mayfly.test')
    expect([tagged.json['address'], subjectsIn(tagged)]).toEqual(['anybody+shop@mayfly.test', ['tagged']])
  })

  test('of an account is for its keys, before and after mail came', async () => {
    await using server = await fading()
    const stranger = await tenant(server.core)
    for (const mails of [0, 1]) {
      expect(said(await server.get(`/inbox/${server.box.address}`))).toBe('401 key_required')
      expect(said(await server.keyed(`/inbox/${server.box.address}`, { token: stranger.secret }))).toBe('404 not_found')
      expect((await server.keyed(`/inbox/${server.box.address}`)).json).toMatchObject({ count: mails })
      await server.mail(server.box.address)
    }
    // Also by a tag, and by way of its mails.
    expect(said(await server.get('/inbox/owned+tag@mayfly.test'))).toBe('401 key_required')
    expect(said(await server.keyed('/inbox/owned+tag@mayfly.test', { token: stranger.secret }))).toBe('404 not_found')
  })

  test('that somebody without an account opened is for nobody here', async () => {
    await using server = await fading()
    const { address, token } = await server.open('anonymous')
    await server.mail(address)
    expect(said(await server.get(`/inbox/${address}`))).toBe('401 key_required')
    expect(said(await server.keyed(`/inbox/${address}`))).toBe('404 not_found')
    expect(said(await server.keyed(`/inbox/${address}`, { token }))).toBe('401 missing_or_invalid_key')
  })

  test('at an address that was opened is no longer free, and its earlier mail neither', async () => {
    await using server = await fading()
    const id = await server.mail(free)
    expect((await server.get(`/message/${ulidOf(id)}`)).status).toBe(200)
    await server.core.mailboxes.open(server.owner.caller, { localPart: 'anybody' }, '192.0.2.1')
    expect(said(await server.get(`/inbox/${free}`))).toBe('401 key_required')
    expect(said(await server.get(`/message/${ulidOf(id)}`))).toBe('401 key_required')
    expect(idsIn(await server.keyed(`/inbox/${free}`))).toEqual([id])
  })

  test('in the archive, or held for who had it, is not there', async () => {
    await using server = await fading()
    const { mailboxes } = server.core
    const wish = { localPart: 'kept', recoverable: true }
    const { mailbox } = await mailboxes.open(server.owner.caller, wish, '192.0.2.1')
    await mailboxes.end(server.owner.caller, mailbox.id, { permanent: false })
    await mailboxes.end(server.owner.caller, server.box.id, { permanent: true })
    for (const address of [mailbox.address, server.box.address]) {
      expect(said(await server.keyed(`/inbox/${address}`))).toBe('404 not_found')
      expect(said(await server.get(`/inbox/${address}`))).toBe('404 not_found')
    }
  })

  test('on a domain where addresses must be opened needs a key, and with one is not there', async () => {
    await using server = await serve({}, { domains: [{ name: 'mayfly.test', access: 'claimed' }] })
    const { secret: token, caller } = await tenant(server.core)
    expect(said(await server.call('GET', `/inbox/${free}`))).toBe('401 key_required')
    expect(said(await server.call('GET', `/inbox/${free}`, { token }))).toBe('404 not_found')
    await server.core.mailboxes.open(caller, { localPart: 'anybody' }, '192.0.2.1')
    expect(said(await server.call('GET', `/inbox/${free}`))).toBe('401 key_required')
    expect((await server.call('GET', `/inbox/${free}`, { token })).json).toMatchObject({ count: 0 })
  })

  test.each(['nothing', '@mayfly.test', 'a..b@mayfly.test', 'a@elsewhere.test', 'a@127.0.0.1', '%00@mayfly.test'])(
    '"%s" is no address of this server',
    async (address) => {
      await using server = await fading()
      expect(said(await server.get(`/inbox/${address}`))).toBe('400 invalid_address')
      expect(said(await server.keyed(`/inbox/${address}`))).toBe('400 invalid_address')
    },
  )

  test('has the newest 25 mails, as many as were asked for, and never more than 50', async () => {
    await using server = await fading()
    const sent: string[] = []
    for (let n = 0; n < 55; n++) sent.unshift(await server.mail(server.box.address, { Subject: `${n}` }))
    const shown = async (query: string): Promise<unknown[]> => {
      const answer = await server.keyed(`/inbox/${server.box.address}${query}`)
      expect(answer.json['count']).toBe(idsIn(answer).length)
      return idsIn(answer)
    }
    for (const [limit, due] of [
      ['', 25],
      ['?limit=1', 1],
      ['?limit=50', 50],
      ['?limit=51', 50],
      ['?limit=99999999999999999999', 50],
      ['?limit=0', 25],
      ['?limit=-3', 25],
      ['?limit=x', 25],
      ['?limit=', 25],
      ['?limit=2.9', 2],
    ] as const)
      expect([limit, await shown(limit)]).toEqual([limit, sent.slice(0, due)])
  })

  test('since an instant has only what came after it', async () => {
    await using server = await fading()
    const { clock } = server.core
    const began = clock.now
    for (const subject of ['0', '1', '2']) {
      await server.mail(free, { Subject: subject })
      clock.now++
    }
    const shown = async (since: string) => subjectsIn(await server.get(`/inbox/${free}?since=${since}`))
    expect(await shown(String(began - 1))).toEqual(['2', '1', '0'])
    expect(await shown(String(began))).toEqual(['2', '1'])
    expect(await shown(String(began + 0.5))).toEqual(['2', '1'])
    expect(await shown(String(began + 2))).toEqual([])
    expect(await shown('9e99')).toEqual([])
    for (const bad of ['x', '', '-1', 'NaN', '2026-01-01', '%00']) expect(await shown(bad)).toEqual(['2', '1', '0'])
  })

  test('says which mails have attachments as soon as they are there', async () => {
    await using server = await fading()
    await deliver(server.core, free, richMail('x', [['a.txt', 'text/plain', 'abc']]))
    await server.mail(free)
    const { json } = await server.get(`/inbox/${free}`)
    expect(listIn(json, 'emails').map((one) => at(one, 'has_attachments'))).toEqual([false, true])
  })
})

describe('a message', () => {
  test('has its text without a key, and with one its html and headers too', async () => {
    await using server = await fading()
    const [id = ''] = await deliver(server.core, free, richMail('<p>Click</p>', [['a.txt', 'text/plain', 'abc']]))
    const path = `/message/${ulidOf(id)}`
    const without = await server.get(path)
    const file = (filename: string, content_type: string, size_bytes: number) => ({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      ...{ filename, content_type, size_bytes },
    })
    const plain = {
      id: ulidOf(id),
      address: free,
      sender: 'ann@sender.test',
      to: ['x@mayfly.test'],
      subject: 'Rich',
      text: 'Click',
      attachments: [file('pixel.png', 'image/png', 70), file('a.txt', 'text/plain', 3)],
      size_bytes: expect.any(Number),
      received_at: server.core.clock.now,
      expires_at: server.core.clock.now + 3_600_000,
    }
    expect([without.status, without.json]).toEqual([200, plain])
    const headers = {
      from: 'Ann <ann@sender.test>',
      to: 'x@mayfly.test',
      subject: 'Rich',
      'mime-version': '1.0',
      'content-type': 'multipart/related; boundary=b',
    }
    expect((await server.keyed(path)).json).toEqual({ ...plain, html: '<p>Click</p>', headers })
    expect((await server.keyed(`${path}?html=0`)).json).toEqual({ ...plain, headers })
    for (const query of ['?html=1', '?html=x', '?html='])
      expect((await server.keyed(path + query)).json).toHaveProperty('html')
    expect((await server.get(`${path}?html=1`)).json).toEqual(plain)
  })

  test('without html says null, and a header that is repeated is a list', async () => {
    await using server = await fading()
    const mail = 'X-A: 1\r\nx-a: 2\r\nX-A: 3\r\n__proto__: x\r\nFrom: a@b.test\r\n\r\nHi\r\n'
    const [id = ''] = await deliver(server.core, free, mail)
    const { json, body } = await server.keyed(`/message/${ulidOf(id)}`)
    expect([json['html'], json['text'], at(json, 'headers', 'x-a')]).toEqual([null, 'Hi\n', ['1', '2', '3']])
    expect(body).toContain('"__proto__":"x"')
  })

  test('of an account is for its keys', async () => {
    await using server = await fading()
    const id = ulidOf(await server.mail(server.box.address))
    const stranger = await tenant(server.core)
    for (const below of ['', '/raw']) {
      expect((await server.keyed(`/message/${id}${below}`)).status).toBe(200)
      expect(said(await server.get(`/message/${id}${below}`))).toBe('401 key_required')
      expect(said(await server.keyed(`/message/${id}${below}`, { token: stranger.secret }))).toBe('404 not_found')
    }
  })

  test('is found by its ULID in any case, and by nothing else', async () => {
    await using server = await fading()
    const id = await server.mail(free)
    expect((await server.get(`/message/${ulidOf(id).toLowerCase()}`)).json['id']).toBe(ulidOf(id))
    for (const other of [id, noId, 'x', `${ulidOf(id)}0`, '01HF5K9X2E4...'])
      for (const answer of [await server.get(`/message/${other}`), await server.keyed(`/message/${other}`)])
        expect([other, said(answer)]).toEqual([other, '404 not_found'])
  })

  test('is gone when its time is over, and one without an end says so', async () => {
    await using server = await fading()
    const { core, owner } = server
    const id = ulidOf(await server.mail(free))
    core.clock.now += 3_600_000
    expect(said(await server.get(`/message/${id}`))).toBe('404 not_found')
    expect(said(await server.keyed(`/message/${id}/raw`))).toBe('404 not_found')
    expect((await server.get(`/inbox/${free}`)).json['count']).toBe(0)
    const { mailbox } = await core.mailboxes.open(owner.caller, { localPart: 'ever', ttlMinutes: null }, '192.0.2.1')
    const kept = ulidOf(await server.mail(mailbox.address))
    expect((await server.keyed(`/message/${kept}`)).json['expires_at']).toBe(253_402_300_799_999)
  })

  test('that is long is whole', async () => {
    await using server = await fading()
    const long = `${'<b>x</b> '.repeat(9)}\r\n`.repeat(10_000)
    const id = ulidOf(await server.mail(free, { 'Content-Type': 'text/html' }, long))
    const { json } = await server.keyed(`/message/${id}`)
    expect(json['html']).toBe(long.replaceAll('\r\n', '\n'))
    for (const { json } of [await server.keyed(`/message/${id}?html=0`), await server.get(`/message/${id}`)]) {
      expect(String(json['text'])).toStartWith('x x x')
      expect(json).not.toHaveProperty('html')
    }
  })
})

describe('the bytes', () => {
  test.each([10, 400_000])('of a mail of %p lines come as they came, with a key only', async (lines) => {
    await using server = await fading()
    const mail = `From: ann@sender.test\r\nSubject: raw\r\n\r\n${'0123456789\r\n'.repeat(lines)}`
    const [id = ''] = await deliver(server.core, free, mail)
    const { status, body, headers } = await server.keyed(`/message/${ulidOf(id)}/raw`)
    expect([status, headers.get('content-type'), body === mail]).toEqual([200, 'message/rfc822', true])
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${ulidOf(id)}.eml"`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(said(await server.get(`/message/${ulidOf(id)}/raw`))).toBe('401 key_required')
  })

  test.each([3, 3_000_000])('of an attachment of %p bytes come with its type, with a key only', async (size) => {
    await using server = await fading()
    const content = 'abc'.repeat(size / 3)
    const [id = ''] = await deliver(server.core, free, richMail('x', [['a b.txt', 'text/x-thing', content]]))
    const [, file] = await filesOf(server, id)
    const { status, body, headers } = await server.keyed(`/attachment/${file}`)
    expect([status, body === content, headers.get('content-type')]).toEqual([200, true, 'text/x-thing'])
    expect(headers.get('content-disposition')).toBe('attachment; filename="a b.txt"')
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    const head = await server.call('HEAD', `/attachment/${file}`, { token: server.owner.secret })
    expect([head.status, head.body, head.headers.get('content-type')]).toEqual([200, '', 'text/x-thing'])
    expect(said(await server.get(`/attachment/${file}`))).toBe('401 key_required')
    await until(() => server.core.outgoing.held === 0)
  })

  // What the mail says, and what a browser is told; a picture that the html shows among them.
  test.each([
    ['image/png', 'inline; filename=a.png', 'image/png', 'inline; filename="a.png"'],
    ['image/png', 'attachment; filename=a.png', 'image/png', 'attachment; filename="a.png"'],
    ['image/png; name=a.png', '', 'image/png', 'attachment; filename="a.png"'],
    ['', 'attachment; filename=a', 'application/octet-stream', 'attachment; filename="a"'],
    ['x', 'attachment; filename=a', 'application/octet-stream', 'attachment; filename="a"'],
    ['text/plain', 'inline; filename=a.txt', 'text/plain', 'inline; filename="a.txt"'],
    ['IMAGE/SVG+xml', 'inline; filename=a.svg', 'image/svg+xml', 'inline; filename="a.svg"'],
    ['application/pdf', 'form-data; filename=a.pdf', 'application/pdf', 'attachment; filename="a.pdf"'],
    ['application/pdf', 'attachment', 'application/pdf', 'attachment; filename="attachment-1.pdf"'],
    [
      'application/pdf',
      'attachment; filename="../../etc\\\\a:b.pdf"',
      'application/pdf',
      `attachment; filename=".._.._etc_a_b.pdf"; filename*=UTF-8''.._.._etc_a%3Ab.pdf`,
    ],
    [
      'application/pdf',
      "attachment; filename*=UTF-8''a%0D%0AX-Bad%3A%20b%00%22%E2%80%AE%C3%BC.pdf",
      'application/pdf',
      `attachment; filename="a__X-Bad_ b____.pdf"; filename*=UTF-8''a__X-Bad%3A%20b_%22_%C3%BC.pdf`,
    ],
  ])('of an attachment that is %s, %s', async (type, disposition, typeDue, due) => {
    await using server = await fading()
    const part = [
      ...(type === '' ? [] : [`Content-Type: ${type}`]),
      ...(disposition === '' ? [] : [`Content-Disposition: ${disposition}`]),
      'Content-ID: <pixel@x>',
    ].join('\r\n')
    const html = 'Content-Type: text/html\r\n\r\n<img src="cid:pixel@x">'
    const body = `--b\r\n${html}\r\n--b\r\n${part}\r\n\r\nabc\r\n--b--\r\n`
    const mail = `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n${body}`
    const [id = ''] = await deliver(server.core, free, mail)
    const [file] = await filesOf(server, id)
    for (const method of ['GET', 'HEAD']) {
      const { headers, status } = await server.call(method, `/attachment/${file}`, { token: server.owner.secret })
      expect([status, headers.get('content-type'), headers.get('content-disposition')]).toEqual([200, typeDue, due])
      expect(headers.get('x-bad')).toBeNull()
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    }
  })

  test('of an attachment are for those who may read its mail, until it is deleted', async () => {
    await using server = await fading()
    const [id = ''] = await deliver(server.core, server.box.address, richMail('x'))
    const [file] = await filesOf(server, id)
    const stranger = await tenant(server.core)
    const asked = (token: string) => server.keyed(`/attachment/${file}`, { token })
    expect(said(await asked(stranger.secret))).toBe('404 not_found')
    expect((await asked(server.owner.secret)).status).toBe(200)
    await server.core.messages.hideAttachments(server.owner.caller, id, [uuidOf(file ?? '') ?? ''])
    expect(said(await asked(server.owner.secret))).toBe('404 not_found')
    for (const other of ['x', noId, ulidOf(id)])
      expect(said(await server.keyed(`/attachment/${other}`))).toBe('404 not_found')
  })
})

describe('without a key', () => {
  test('an address has a hundred requests a day, over inboxes and messages', async () => {
    await using server = await fading()
    const id = ulidOf(await server.mail(free))
    for (let n = 99; n >= 0; n--) {
      const answer = await server.get(n % 2 === 0 ? `/inbox/${free}` : `/message/${id}`)
      expect([answer.status, left(answer)]).toEqual([200, `${n} of 100`])
    }
    for (const path of [`/inbox/${free}`, `/message/${id}`, `/message/${noId}`, '/inbox/nothing', '/inbox']) {
      const answer = await server.get(path)
      expect([path, said(answer), left(answer)]).toEqual([path, '429 free_tier_quota_exhausted', '0 of 100'])
      expect(answer.json['period_resets_at']).toBe(Date.UTC(2026, 0, 2))
      expect(answer.headers.get('x-ratelimit-reset')).toBe(String(Date.UTC(2026, 0, 2) / 1000))
      expect(answer.headers.get('retry-after')).toBe('86400')
    }
    // Nobody else's requests, and none with a key.
    expect((await server.keyed(`/inbox/${free}`)).status).toBe(200)
    expect((await server.get(`/mayfly/v1/mailboxes/${free}/messages`)).status).toBe(200)
    server.core.clock.now += 86_400_000
    expect(left(await server.get(`/inbox/${free}`))).toBe('99 of 100')
  })

  test('exactly so many of those that come at once are answered', async () => {
    await using server = await fading()
    const answers = await Promise.all(Array.from({ length: 130 }, () => server.get(`/inbox/${free}`)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
  })

  test('what needs a key is refused first, and not counted; what is not there is counted', async () => {
    await using server = await fading({ MAYFLY_DIALECTS_MAILFADE_REQUESTS_PER_DAY_PER_IP: '2' })
    const id = ulidOf(await server.mail(server.box.address))
    const needing = [`/inbox/${server.box.address}`, `/message/${id}`, `/message/${id}/raw`, `/message/${noId}/raw`]
    for (const path of needing) {
      const answer = await server.get(path)
      expect([path, said(answer), left(answer)]).toEqual([path, '401 key_required', '2 of 2'])
    }
    expect(said(await server.get(`/attachment/${noId}`))).toBe('401 key_required')
    const wrong = await server.get(`/inbox/${free}`, { token: 'mf_wrong' })
    expect([said(wrong), left(wrong)]).toEqual(['401 missing_or_invalid_key', 'null of null'])
    for (const [path, refused, rest] of [
      [`/message/${noId}`, '404 not_found', '1 of 2'],
      ['/inbox/nothing', '400 invalid_address', '0 of 2'],
      [`/message/${noId}`, '429 free_tier_quota_exhausted', '0 of 2'],
    ] as const) {
      const answer = await server.get(path)
      expect([said(answer), left(answer)]).toEqual([refused, rest])
    }
    for (const path of needing) expect(said(await server.get(path))).toBe('401 key_required')
  })

  test('addresses are counted apart, those of an IPv6 network together', async () => {
    await using server = await fading({ ...behindProxy, MAYFLY_DIALECTS_MAILFADE_REQUESTS_PER_DAY_PER_IP: '2' })
    const from = async (client: string) =>
      left(await server.get(`/inbox/${free}`, { headers: { 'x-forwarded-for': client } }))
    expect(await from('203.0.113.1')).toBe('1 of 2')
    expect(await from('203.0.113.2')).toBe('1 of 2')
    expect(await from('2001:db8::1')).toBe('1 of 2')
    expect(await from('2001:db8::ffff:1')).toBe('0 of 2')
    expect(await from('2001:db8:0:1::1')).toBe('1 of 2')
  })

  test('who is no trusted proxy cannot say that he is another', async () => {
    await using server = await fading()
    for (const client of ['203.0.113.1', '203.0.113.2'])
      await server.get(`/inbox/${free}`, { headers: { 'x-forwarded-for': client } })
    expect(left(await server.get(`/inbox/${free}`))).toBe('97 of 100')
  })

  test('a restart gives nobody more', async () => {
    using directory = temporaryDirectory()
    const file = `${directory.path}/test.db`
    {
      await using server = await serve({}, { file })
      for (let n = 0; n < 60; n++) await server.call('GET', `/inbox/${free}`)
      await server.core.usage.flush()
    }
    await using server = await serve({}, { file })
    await server.core.usage.load()
    expect(left(await server.call('GET', `/inbox/${free}`))).toBe('39 of 100')
  })

  test('another host name is not answered, and with a key it does not matter', async () => {
    await using server = await fading()
    const headers = { host: 'rebound.example' }
    expect(said(await server.get(`/inbox/${free}`, { headers }))).toBe('421 not_found')
    expect((await server.keyed(`/inbox/${free}`, { headers })).status).toBe(200)
  })
})

describe('with a key', () => {
  test("what is left of the plan's month is said, and 429 when it resets", async () => {
    await using server = await fading({ MAYFLY_PLANS_DEV_REQUESTS_PER_MONTH: '4' }, 'dev')
    const id = ulidOf(await server.mail(server.box.address))
    expect(left(await server.keyed(`/inbox/${server.box.address}`))).toBe('3 of 4')
    expect(left(await server.keyed(`/message/${id}/raw`))).toBe('2 of 4')
    expect(left(await server.keyed(`/attachment/${noId}`))).toBe('1 of 4')
    expect(left(await server.keyed('/inbox'))).toBe('0 of 4')
    for (const path of [`/inbox/${server.box.address}`, `/message/${noId}`, `/attachment/${noId}`, '/message']) {
      const answer = await server.keyed(path)
      expect([said(answer), left(answer)]).toEqual(['429 quota_exhausted', '0 of 4'])
      expect(answer.json).toEqual({
        error: 'quota_exhausted',
        hint: expect.any(String),
        period_resets_at: Date.UTC(2026, 1, 1),
      })
      expect(answer.headers.get('x-ratelimit-reset')).toBe(String(Date.UTC(2026, 1, 1) / 1000))
    }
    // Those without one are counted by themselves.
    expect(left(await server.get(`/inbox/${free}`))).toBe('99 of 100')
    server.core.clock.now = Date.UTC(2026, 1, 1)
    expect(left(await server.keyed(`/inbox/${free}`))).toBe('3 of 4')
  })

  test.each([
    ['hobbyist', '999 of 1000'],
    ['team', '1999999 of 2000000'],
    ['unlimited', 'null of null'],
  ])('of the plan %s %s is left', async (plan, due) => {
    await using server = await fading({}, plan)
    expect(left(await server.keyed(`/inbox/${free}`))).toBe(due)
  })

  test('too many in a minute are refused too, with what is left of the month', async () => {
    const env = { MAYFLY_PLANS_TEAM_REQUESTS_PER_MINUTE: '1', MAYFLY_PLANS_TEAM_BURST: '1' }
    await using server = await fading(env, 'team')
    await server.keyed(`/inbox/${free}`)
    const answer = await server.keyed(`/inbox/${free}`)
    expect([said(answer), left(answer)]).toEqual(['429 quota_exhausted', '1999999 of 2000000'])
    expect(Number(answer.json['period_resets_at'])).toBeLessThanOrEqual(server.core.clock.now + 60_000)
  })

  test('one that was revoked or is over, or whose account is suspended, is inactive', async () => {
    await using server = await fading()
    const { core, owner } = server
    const over = await core.keys.create(owner.caller, { expiresAt: core.clock.now + 1000 })
    const gone = await core.keys.create(owner.caller, {})
    await core.keys.revoke(owner.caller, gone.key.id)
    core.clock.now += 1000
    const paths = [`/inbox/${free}`, `/message/${noId}`, `/message/${noId}/raw`, `/attachment/${noId}`, '/inbox']
    for (const path of paths)
      for (const token of [over.secret, gone.secret])
        expect([path, said(await server.get(path, { token }))]).toEqual([path, '402 key_inactive'])
    await core.accounts.setSuspended(operator, owner.account.id, true)
    for (const path of paths) expect([path, said(await server.keyed(path))]).toEqual([path, '402 key_inactive'])
  })

  test('one that is wrong or for something else is no key, and an empty one is none', async () => {
    await using server = await fading()
    const { core, owner } = server
    const bound = await core.keys.create(owner.caller, { dialects: ['native'] })
    const elsewhere = await core.keys.create(owner.caller, { origins: ['app.example'] })
    for (const token of ['mf_wrong', bound.secret, elsewhere.secret])
      expect(said(await server.get(`/inbox/${free}`, { token }))).toBe('401 missing_or_invalid_key')
    for (const [authorization, due] of [
      ['Basic YTpi', '401 missing_or_invalid_key'],
      ['Bearer', '200'],
      ['Bearer ', '200'],
    ] as const)
      expect(said(await server.get(`/inbox/${free}`, { headers: { authorization } }))).toBe(due)
    // It has one header alone.
    expect(said(await server.get(`/attachment/${noId}`, { headers: { 'x-api-key': owner.secret } }))).toBe(
      '401 key_required',
    )
  })

  test('one for some domains, or not for mailboxes, reads what anybody may and no more', async () => {
    await using server = await fading({ MAYFLY_DOMAINS: 'mayfly.test,second.test' })
    const { core, owner } = server
    for (const bounds of [{ domains: ['second.test'] }, { scopes: ['team' as const] }]) {
      const { secret: token } = await core.keys.create(owner.caller, bounds)
      expect((await server.get(`/inbox/${free}`, { token })).status).toBe(200)
      expect(said(await server.get(`/inbox/${server.box.address}`, { token }))).toBe('404 not_found')
    }
  })
})

describe('pages of other origins', () => {
  const asked = { 'access-control-request-method': 'GET' }
  const page = 'https://tests.example'

  test('may call with a key from anywhere', async () => {
    await using server = await fading()
    const headers = { origin: page }
    const preflight = await server.call('OPTIONS', `/inbox/${free}`, {
      headers: { ...headers, ...asked, 'access-control-request-headers': 'authorization' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const answer = await server.keyed(`/inbox/${free}`, { headers })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Remaining')
  })

  test('may not read without one, unless the config names them for this API', async () => {
    for (const [env, due] of [
      [{}, null],
      // These are for the native API.
      [{ MAYFLY_HTTP_CORS_ORIGINS: page }, null],
      [{ MAYFLY_DIALECTS_MAILFADE_CORS_ORIGINS: page }, page],
    ] as const) {
      await using server = await fading(env)
      const { headers } = await server.get(`/inbox/${free}`, { headers: { origin: page } })
      expect([env, headers.get('access-control-allow-origin')]).toEqual([env, due])
      const preflight = await server.call('OPTIONS', `/inbox/${free}`, { headers: { origin: page, ...asked } })
      expect([env, preflight.headers.get('access-control-allow-origin')]).toEqual([env, due])
      const native = await server.get(`/mayfly/v1/mailboxes/${free}/messages`, { headers: { origin: page } })
      const ofServer = 'MAYFLY_HTTP_CORS_ORIGINS' in env ? page : null
      expect([env, native.headers.get('access-control-allow-origin')]).toEqual([env, ofServer])
    }
  })
})

test('switched off it says so, with a key and without', async () => {
  await using server = await fading()
  await server.core.switches.set(operator, { developerApi: false })
  expect(said(await server.get(`/inbox/${free}`))).toBe('503 service_unavailable')
  expect(said(await server.keyed(`/inbox/${free}`))).toBe('503 service_unavailable')
})
