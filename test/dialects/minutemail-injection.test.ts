// Mail that clients put into mailboxes themselves. The clock stands at the first minute of 2026.
import { expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { at, talk } from '../http/serve.ts'
import { type MinuteServer, minuteServer } from './minute-server.ts'

type Part = string | { name: string; type: string; bytes: Uint8Array | string }

/** A form's call, as fetch makes it; a list is several parts of one name. */
async function put(
  server: MinuteServer,
  mailbox: string,
  parts: Record<string, Part | Part[]>,
  key = server.owner.secret,
) {
  const form = new FormData()
  for (const [field, value] of Object.entries(parts)) {
    for (const part of [value].flat()) {
      if (typeof part === 'string') form.append(field, part)
      else form.append(field, new Blob([part.bytes], { type: part.type }), part.name)
    }
  }
  const response = await fetch(`${server.url}/v1/mailboxes/${mailbox}/mails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  })
  return { status: response.status, json: JSON.parse(await response.text()), headers: response.headers }
}

const said = ({ status, json }: { status: number; json: unknown }) => `${status} ${at(json, 'error') ?? ''}`.trim()

/** A form as it stands on the wire. */
async function raw(server: MinuteServer, mailbox: string, body: string | Uint8Array, type: string) {
  const response = await fetch(`${server.url}/v1/mailboxes/${mailbox}/mails`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.owner.secret}`, 'content-type': type },
    body,
  })
  return { status: response.status, json: JSON.parse(await response.text()) }
}

const source = async ({ core, owner }: MinuteServer, id: string): Promise<string> => {
  const { pieces } = await core.messages.raw(owner.caller, id, { trace: true })
  return Buffer.concat([...pieces]).toString()
}

test('a mail is put into a mailbox with its files, and is read as any other', async () => {
  await using server = await minuteServer()
  const box = await server.made({ expiresIn: 60 })
  const bytes = new Uint8Array(3000).map((_, n) => n * 7)
  const { status, json, headers } = await put(server, box.id, {
    sender: 'Ann <Ann@SENDER.test>',
    subject: 'Grüße 🦟',
    body: 'Your code is 482913.\nBye.',
    expiresIn: '5',
    unknown: 'let pass',
    files: [
      { name: 'grün.png', type: 'image/png', bytes },
      { name: 'empty.txt', type: 'text/plain', bytes: '' },
    ],
  })
  expect(status).toBe(201)
  expect(headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  const attachment = (name: string, contentType: string, sizeBytes: number) => ({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name,
    filename: name,
    contentType,
    sizeBytes,
    expiresAt: '2026-01-01T00:05:00Z',
  })
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    mailboxId: box.id,
    sender: 'Ann@sender.test',
    from: 'Ann@sender.test',
    subject: 'Grüße 🦟',
    body: 'Your code is 482913.\nBye.',
    text: 'Your code is 482913.\nBye.',
    html: '',
    hasAttachments: true,
    attachments: [attachment('grün.png', 'image/png', 3000), attachment('empty.txt', 'text/plain', 0)],
    receivedAt: '2026-01-01T00:00:00Z',
    expiresAt: '2026-01-01T00:05:00Z',
  })
  const mails = `/v1/mailboxes/${box.id}/mails`
  expect((await server.ask('GET', `${mails}/${json.id}`)).json).toEqual(json)
  expect((await server.ask('GET', mails)).json).toEqual({ items: [json] })
  const { json: whole } = await server.ask('GET', `${mails}/${json.id}/attachments/${json.attachments[0].id}`)
  expect(whole['data']).toBe(Buffer.from(bytes).toString('base64'))
  const native = await server.core.messages.get(server.owner.caller, json.id)
  expect(native.codes).toEqual(['482913'])
  expect(await source(server, json.id)).toMatch(
    /^Return-Path: <Ann@SENDER\.test>\r\nReceived: by \S+ \(injected by its API\) with HTTP\r\n\tid [0-9a-f-]{36}\r\n\tfor <[^>]+>;\r\n\tThu, 01 Jan 2026 00:00:00 \+0000\r\n/,
  )
  expect(server.core.told.map(({ type }) => type)).toContain('message.digested')
})

test('html is html, and a sender is all that must be said', async () => {
  await using server = await minuteServer()
  const box = await server.made()
  const html = await put(server, box.id, { sender: 'a@b.test', body: '<h1>Hi</h1><p>there</p>' })
  expect(html.json).toMatchObject({ subject: '', hasAttachments: false, attachments: [] })
  expect(html.json.html).toContain('<h1>Hi</h1>')
  expect(html.json.body).toBe(html.json.html)
  const bare = await put(server, box.id, { sender: 'a@b.test' })
  expect([bare.status, bare.json.body, bare.json.hasAttachments]).toEqual([201, '', false])
})

test('a mail lives two hours, or as it says, and no longer than its mailbox', async () => {
  await using server = await minuteServer('unlimited')
  const ends = async (id: string, expiresIn?: string) =>
    (await put(server, id, { sender: 'a@b.test', ...(expiresIn === undefined ? {} : { expiresIn }) })).json.expiresAt
  const short = await server.made({ expiresIn: 10 })
  expect(await ends(short.id)).toBe('2026-01-01T00:10:00Z')
  expect(await ends(short.id, '3h')).toBe('2026-01-01T00:10:00Z')
  expect(await ends(short.id, '7')).toBe('2026-01-01T00:07:00Z')
  const kept = await server.made({ noExpiration: true })
  expect(await ends(kept.id)).toBe('2026-01-01T02:00:00Z')
  expect(await ends(kept.id, '1h30m')).toBe('2026-01-01T01:30:00Z')
  expect(await ends(kept.id, '525600')).toBe('2027-01-01T00:00:00Z')
  server.core.clock.now += 7 * 60_000
  expect(await server.ids(`/v1/mailboxes/${short.id}/mails`)).toHaveLength(2)
  for (const expiresIn of ['0', '-5', '', 'x', '2d', '1.5', 'Infinity', '9'.repeat(50), '1h1', '99999999']) {
    const answer = await put(server, kept.id, { sender: 'a@b.test', expiresIn })
    expect([expiresIn, said(answer)]).toEqual([expiresIn, '400 bad_request'])
  }
})

test('what a form says makes no header of its own', async () => {
  await using server = await minuteServer()
  const box = await server.made()
  for (const end of ['\r\n', '\n', '\r', '\0']) {
    expect(said(await put(server, box.id, { sender: `a@b.test${end}Bcc: c@d.test` }))).toBe('400 bad_request')
    expect(said(await put(server, box.id, { sender: `Ann${end}Bcc: c@d.test <a@b.test>` }))).toBe('400 bad_request')
    expect(said(await put(server, box.id, { sender: 'a@b.test', subject: `Hi${end}Bcc: c@d.test` }))).toBe(
      '400 bad_request',
    )
  }
  const type = 'multipart/form-data; boundary=XX'
  const part = (head: string, value: string) => `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`
  const sender = part('name="sender"', 'a@b.test')
  const evil = ['x%0D%0AX-Evil: 1.txt', 'x\\"; X-Evil=1.txt', '../../etc/passwd', 'a\u0085X-Evil: 1', '\u202etxt.exe']
  for (const name of evil) {
    const body = `${sender}${part(`name="files"; filename="${name}"`, 'hi')}--XX--\r\n`
    const { status, json } = await raw(server, box.id, body, type)
    expect([name, status, json.attachments.length]).toEqual([name, 201, 1])
    expect(json.attachments[0].name).not.toMatch(/[\p{Cc}/\\]/u)
    const { headers } = await server.core.messages.get(server.owner.caller, json.id)
    expect(headers.filter((one) => /evil|bcc/i.test(one.name))).toEqual([])
    expect(await source(server, json.id)).not.toMatch(/^X-Evil/im)
  }
})

test('a form that is none is refused, and nothing is stored', async () => {
  await using server = await minuteServer()
  const box = await server.made()
  const type = 'multipart/form-data; boundary=XX'
  const sender = '--XX\r\nContent-Disposition: form-data; name="sender"\r\n\r\na@b.test\r\n'
  const tries: [string | Uint8Array, string][] = [
    ['', type],
    ['x', type],
    [sender, type],
    [`${sender}--XX--\r\n`, 'multipart/form-data'],
    [`${sender}--XX--\r\n`, 'multipart/form-data; boundary=YY'],
    [`${sender}--XX--\r\n`, 'multipart/mixed; boundary=XX'],
    [`${sender.repeat(201)}--XX--\r\n`, type],
    ['{"sender":"a@b.test"}', 'application/json'],
    ['sender=a@b.test', 'application/x-www-form-urlencoded'],
    ['sender', 'text/plain'],
    [new Uint8Array([0xff, 0xfe]), 'text/plain'],
    [`--XX\r\n\r\nx--XX--\r\n`, type],
  ]
  for (const [body, kind] of tries) {
    expect([kind, body, said(await raw(server, box.id, body, kind))]).toEqual([kind, body, '400 bad_request'])
  }
  expect(await server.said('POST', `/v1/mailboxes/${box.id}/mails`)).toBe('400 bad_request')
  for (const parts of [
    {},
    { subject: 'x' },
    { sender: '' },
    { sender: 'nobody' },
    { sender: 'a@b.test, c@d.test' },
    { sender: 'x'.repeat(1001) },
    { sender: 'a@b.test', subject: 'x'.repeat(2001) },
    { sender: { name: 'a@b.test', type: 'text/plain', bytes: 'a@b.test' } },
  ]) {
    expect([parts, said(await put(server, box.id, parts))]).toEqual([parts, '400 bad_request'])
  }
  expect(await server.ids(`/v1/mailboxes/${box.id}/mails`)).toEqual([])
})

test('a mail may be as large as by SMTP, and no larger', async () => {
  await using server = await minuteServer('unlimited', { MAYFLY_SMTP_MAX_MESSAGE_BYTES: String(4 * 1024 * 1024) })
  const box = await server.made()
  const file = (bytes: number) => ({ name: 'x.bin', type: 'application/x', bytes: new Uint8Array(bytes).fill(65) })
  const large = await put(server, box.id, { sender: 'a@b.test', files: file(3_000_000) })
  expect([large.status, large.json.attachments[0].sizeBytes]).toEqual([201, 3_000_000])
  expect(said(await put(server, box.id, { sender: 'a@b.test', files: file(3_200_000) }))).toBe('413 bad_request')
  expect(said(await put(server, box.id, { sender: 'a@b.test', files: file(6_000_000) }))).toBe('413 bad_request')
  expect(said(await put(server, box.id, { sender: 'a@b.test', body: 'x\n'.repeat(2_000_000) }))).toBe('413 bad_request')
  // More of them at once than are held at a time: they wait for each other.
  const many = await Promise.all(
    Array.from({ length: 12 }, () => put(server, box.id, { sender: 'a@b.test', files: file(3_000_000) })),
  )
  expect(many.map(said)).toEqual(many.map(() => '201'))
  // Whoever has no key may not even try.
  const keyless = await talk(
    server.port,
    `POST /v1/mailboxes/${box.id}/mails HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: 3000000\r\n\r\n`,
  )
  expect(keyless).toStartWith('HTTP/1.1 413')
})

test('quotas and block rules hold as they do for all mail', async () => {
  await using server = await minuteServer('free', { MAYFLY_PLANS_FREE_MAILBOX_MESSAGES: '1' })
  const box = await server.made()
  await server.core.blocks.add({ kind: 'operator' }, { kind: 'sender', pattern: '*@spam.test' })
  await server.core.blocks.add({ kind: 'operator' }, { kind: 'subject', pattern: '*casino*' })
  expect(said(await put(server, box.id, { sender: 'x@spam.test' }))).toBe('403 forbidden')
  expect(said(await put(server, box.id, { sender: 'a@b.test', subject: 'The Casino' }))).toBe('403 forbidden')
  expect((await put(server, box.id, { sender: 'a@b.test' })).status).toBe(201)
  const full = await put(server, box.id, { sender: 'a@b.test' })
  expect(said(full)).toBe('429 quota_exceeded')
  expect(Number(full.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0)
  server.core.room.shortage = 'no room'
  const other = await minuteServer()
  const elsewhere = await other.made()
  other.core.room.shortage = 'no room'
  expect(said(await put(other, elsewhere.id, { sender: 'a@b.test' }))).toBe('503 service_unavailable')
  await other[Symbol.asyncDispose]()
})

test("only the mailbox's own account puts mail into it, and only while it is open", async () => {
  await using server = await minuteServer()
  const box = await server.made({ recoverable: true, tag: 'x' })
  const other = await tenant(server.core)
  const narrow = await tenant(server.core, { key: { scopes: ['domains', 'team'] } })
  const parts = { sender: 'a@b.test' }
  expect(said(await put(server, box.id, parts, other.secret))).toBe('403 forbidden')
  expect(said(await put(server, box.id, parts, narrow.secret))).toBe('403 forbidden')
  expect(said(await put(server, box.id, parts, 'wrong'))).toBe('401 unauthorized')
  expect(said(await put(server, box.id, parts, ''))).toBe('401 unauthorized')
  for (const missing of [crypto.randomUUID(), 'x', box.address]) {
    expect(said(await put(server, missing, parts))).toBe('404 not_found')
  }
  await server.ask('DELETE', `/v1/mailboxes/${box.id}`)
  expect(said(await put(server, box.id, parts))).toBe('404 not_found')
})

const inBase64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64')

async function withMail(server: MinuteServer, expiresIn = 60) {
  const box = await server.made({ expiresIn })
  const { json } = await put(server, box.id, {
    sender: 'a@b.test',
    files: { name: 'own.txt', type: 'text/plain', bytes: 'own' },
  })
  const mail = `/v1/mailboxes/${box.id}/mails/${json.id}`
  const attach = (body: object) => server.ask('POST', `${mail}/attachments`, { body })
  return { box, id: String(json.id), mail, attachments: `${mail}/attachments`, attach }
}

test('an attachment is added to a mail, and read beside its own', async () => {
  await using server = await minuteServer()
  const { id, mail, attachments, attach } = await withMail(server)
  const bytes = new Uint8Array(2_500_000).map((_, n) => (n * 31) % 251)
  const { status, json } = await attach({
    filename: '../größe.bin',
    contentType: 'Application/X-Thing; a=b',
    sizeBytes: bytes.byteLength,
    expiresIn: 5,
    data: inBase64(bytes),
    unknown: {},
  })
  expect(status).toBe(201)
  expect(json).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    name: 'größe.bin',
    filename: 'größe.bin',
    contentType: 'application/x-thing',
    sizeBytes: bytes.byteLength,
    expiresAt: '2026-01-01T00:05:00Z',
  })
  const { json: small } = await attach({ filename: 'empty.txt', contentType: 'text/plain', data: '' })
  expect(small).toMatchObject({ sizeBytes: 0, expiresAt: '2026-01-01T01:00:00Z' })
  const own = expect.objectContaining({ name: 'own.txt' })
  expect((await server.ask('GET', attachments)).json).toEqual({ items: [own, json, small] })
  expect((await server.ask('GET', mail)).json).toMatchObject({ attachments: [own, json, small], hasAttachments: true })
  const whole = (await server.ask('GET', `${attachments}/${json['id']}`)).json
  expect(whole).toEqual({ ...json, data: inBase64(bytes) })
  expect((await server.ask('GET', `${attachments}/${small['id']}`)).json['data']).toBe('')
  const native = await fetch(`${server.url}/mayfly/v1/messages/${id}/attachments/1`, {
    headers: { authorization: `Bearer ${server.owner.secret}` },
  })
  expect(native.headers.get('content-type')).toBe('application/x-thing')
  expect(Buffer.from(await native.arrayBuffer()).equals(bytes)).toBe(true)
})

test('an added attachment ends by itself, or with its mail, and is deleted like others', async () => {
  await using server = await minuteServer()
  const { mail, attachments, attach } = await withMail(server)
  const added = async (expiresIn?: number | string) =>
    (await attach({ filename: 'x.txt', data: 'aGk=', ...(expiresIn === undefined ? {} : { expiresIn }) })).json
  const [short, long, kept] = [await added('2m'), await added(1000), await added()]
  expect([short['expiresAt'], long['expiresAt'], kept['expiresAt']]).toEqual([
    '2026-01-01T00:02:00Z',
    '2026-01-01T01:00:00Z',
    '2026-01-01T01:00:00Z',
  ])
  server.core.clock.now += 2 * 60_000
  expect(await server.said('GET', `${attachments}/${short['id']}`)).toBe('404 not_found')
  expect(await server.ids(attachments)).toEqual([expect.any(String), long['id'], kept['id']])
  expect(await server.said('DELETE', `${attachments}/${long['id']}`)).toBe('204')
  expect(await server.said('DELETE', `${attachments}/${long['id']}`)).toBe('404 not_found')
  expect(await server.said('DELETE', attachments, { body: { ids: [kept['id'], 'x', crypto.randomUUID()] } })).toBe(
    '204',
  )
  expect(await server.ids(attachments)).toHaveLength(1)
  expect((await server.ask('GET', mail)).json).toMatchObject({ hasAttachments: true })
})

test('what is wrong in an added attachment is refused', async () => {
  await using server = await minuteServer('unlimited', { MAYFLY_SMTP_MAX_MESSAGE_BYTES: '2000000' })
  const { attachments } = await withMail(server)
  const good = { filename: 'x.txt', contentType: 'text/plain', data: 'aGk=' }
  const tried = (body: unknown, headers = {}) => server.said('POST', attachments, { body, headers })
  for (const body of [
    undefined,
    '{',
    '[]',
    {},
    { ...good, filename: undefined },
    { ...good, filename: '' },
    { ...good, filename: 5 },
    { ...good, contentType: 5 },
    { ...good, data: undefined },
    { ...good, data: 5 },
    { ...good, data: 'a' },
    { ...good, data: 'é' },
    { ...good, data: '_-8=' },
    { ...good, sizeBytes: 3 },
    { ...good, sizeBytes: '2' },
    { ...good, sizeBytes: -1 },
    { ...good, expiresIn: 0 },
    { ...good, expiresIn: 'x' },
    { ...good, expiresIn: {} },
  ]) {
    expect([body, await tried(body)]).toEqual([body, '400 bad_request'])
  }
  expect(await tried(JSON.stringify(good), { 'content-type': 'text/plain' })).toBe('400 bad_request')
  expect(await tried({ ...good, data: inBase64(new Uint8Array(2_000_001)) })).toBe('413 bad_request')
  expect(await tried({ ...good, data: inBase64(new Uint8Array(3_000_000)) })).toBe('413 bad_request')
  expect(await tried({ ...good, data: inBase64(new Uint8Array(1_999_999)) })).toBe('201')
  expect(await tried({ ...good, filename: 'x\r\nSet-Cookie: a=b.txt', contentType: 'text/plain\r\nX: y' })).toBe('201')
  const { json } = await server.ask('GET', attachments)
  expect(at(json, 'items', 2)).toMatchObject({ name: 'xSet-Cookie_ a=b.txt', contentType: 'application/octet-stream' })
})

test("only the mail's own account adds to it, and only while it is there", async () => {
  await using server = await minuteServer()
  const { box, mail, attachments } = await withMail(server)
  const other = await tenant(server.core)
  const narrow = await tenant(server.core, { key: { scopes: ['domains'] } })
  const body = { filename: 'x.txt', data: 'aGk=' }
  const said = (path: string, token?: string) =>
    server.said('POST', path, token === undefined ? { body } : { body, token })
  expect(await said(attachments, other.secret)).toBe('403 forbidden')
  expect(await said(attachments, narrow.secret)).toBe('403 forbidden')
  expect(await said(attachments, 'wrong')).toBe('401 unauthorized')
  const elsewhere = await server.made()
  expect(await said(attachments.replace(box.id, elsewhere.id))).toBe('404 not_found')
  for (const missing of [crypto.randomUUID(), 'x']) {
    expect(await said(`/v1/mailboxes/${box.id}/mails/${missing}/attachments`)).toBe('404 not_found')
    expect(await said(`/v1/mailboxes/${missing}/mails/${missing}/attachments`)).toBe('404 not_found')
  }
  const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
  const theirs = await server.mail(foreign.mailbox.address)
  expect(await said(`/v1/mailboxes/${box.id}/mails/${theirs}/attachments`)).toBe('403 forbidden')
  await server.ask('DELETE', mail)
  expect(await said(attachments)).toBe('404 not_found')
})
