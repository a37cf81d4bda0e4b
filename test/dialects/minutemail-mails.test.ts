// MinuteMail's mails and attachments, over HTTP against a real server.
import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { deliver } from '../core.ts'
import { at, listIn, until } from '../http/serve.ts'
import { type MinuteServer, minuteServer } from './minute-server.ts'
import { richMail } from './rich-mail.ts'

const minute = 60_000
const unknown = '01900000-0000-7000-8000-000000000000'

/** A mailbox with a mail that has a picture and two files. */
async function withFiles(server: MinuteServer) {
  const box = await server.made()
  const files: [string, string, string][] = [
    ['a.txt', 'text/plain', 'first'],
    ['b.bin', 'application/x-thing', 'second file'],
  ]
  const [id = ''] = await deliver(server.core, box.address, richMail('<p>Files</p>', files))
  const mail = `/v1/mailboxes/${box.id}/mails/${id}`
  const ids = await server.ids(`${mail}/attachments`)
  return { box, id, mail, ids: ids.map(String) }
}

describe('a mail', () => {
  test('shows its sender, its body and when it came', async () => {
    await using server = await minuteServer('free')
    const box = await server.made()
    server.core.clock.now += minute + 999
    const id = await server.mail(box.address, { Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=', From: 'Ann <Ann@SENDER.test>' })
    const { status, json } = await server.ask('GET', `/v1/mailboxes/${box.id}/mails/${id}`)
    expect(status).toBe(200)
    expect(json).toEqual({
      id,
      mailboxId: box.id,
      sender: 'Ann@sender.test',
      from: 'Ann@sender.test',
      subject: 'Grüße',
      body: 'Hello.\n',
      text: 'Hello.\n',
      html: '',
      hasAttachments: false,
      attachments: [],
      receivedAt: '2026-01-01T00:01:00Z',
      expiresAt: '2026-01-01T00:30:00Z',
    })
  })

  test('has its html as its body where it has one', async () => {
    await using server = await minuteServer()
    const box = await server.made()
    const id = await server.mail(box.address, { 'Content-Type': 'text/html' }, '<p>Click</p>\r\n')
    const { json } = await server.ask('GET', `/v1/mailboxes/${box.id}/mails/${id}`)
    expect(json).toMatchObject({ body: '<p>Click</p>\n', html: '<p>Click</p>\n', text: 'Click', subject: '' })
  })

  test('has no end in a mailbox without one', async () => {
    await using server = await minuteServer()
    const box = await server.made({ noExpiration: true })
    const id = await server.mail(box.address)
    expect((await server.ask('GET', `/v1/mailboxes/${box.id}/mails/${id}`)).json['expiresAt']).toBeNull()
  })

  test.each([
    ['text/plain', 'x'],
    ['text/html', '<b>x</b>'],
  ])('of %s that is long is shown whole, alone and in a list', async (type, word) => {
    await using server = await minuteServer()
    const box = await server.made()
    const long = `${`${word} `.repeat(9)}\r\n`.repeat(10_000)
    const id = await server.mail(box.address, { 'Content-Type': type }, long)
    const mails = `/v1/mailboxes/${box.id}/mails`
    const alone = await server.ask('GET', `${mails}/${id}`)
    expect(alone.json['body']).toBe(long.replaceAll('\r\n', '\n'))
    expect(alone.json['body']).toBe(alone.json[type === 'text/html' ? 'html' : 'text'])
    expect(alone.json['text']).toStartWith('x x x')
    expect((await server.ask('GET', mails)).json).toEqual({ items: [alone.json] })
  })

  test('that could not be read is listed and shown all the same', async () => {
    await using server = await minuteServer()
    const box = await server.made()
    const id = await server.mail(box.address, { Subject: 'Unread' })
    const { contentKey } = await server.core.messages.get(server.owner.caller, id)
    const { sqlite } = server.core.connection
    sqlite.run("update contents set digest = 'pending', check_value = null")
    sqlite.run('update messages set digested_seq = null, check_value = null')
    sqlite.run('delete from message_search')
    await server.core.digesting.now({ contentKey, size: 1, tries: 99 })
    const mails = `/v1/mailboxes/${box.id}/mails`
    const { status, json } = await server.ask('GET', mails)
    const shown = { id, subject: 'Unread', sender: 'ann@sender.test', body: '', attachments: [], hasAttachments: false }
    expect([status, json]).toEqual([200, { items: [expect.objectContaining(shown)] }])
    expect((await server.ask('GET', `${mails}/${id}`)).json).toMatchObject(shown)
    expect((await server.ask('GET', `${mails}/${id}/attachments`)).json).toEqual({ items: [] })
  })

  test('is in no other mailbox than its own', async () => {
    await using server = await minuteServer()
    const [one, two] = [await server.made(), await server.made()]
    const id = await server.mail(one.address)
    const other = await tenant(server.core)
    const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
    const theirs = await server.mail(foreign.mailbox.address)
    const free = await server.mail('anybody@mayfly.test')
    for (const [method, below] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/attachments'],
      ['DELETE', `/attachments/${unknown}`],
    ] as const) {
      const said = (box: string, mail: string) => server.said(method, `/v1/mailboxes/${box}/mails/${mail}${below}`)
      expect(await said(two.id, id)).toBe('404 not_found')
      expect(await said(two.id, theirs)).toBe('403 forbidden')
      expect(await said(foreign.mailbox.id, theirs)).toBe('403 forbidden')
      expect(await said(foreign.mailbox.id, id)).toBe('403 forbidden')
      expect(await said(two.id, free)).toBe('404 not_found')
      expect(await said(two.id, unknown)).toBe('404 not_found')
      expect(await said(two.id, 'nonsense')).toBe('404 not_found')
      expect(await said(unknown, id)).toBe('404 not_found')
    }
    expect(await server.ids(`/v1/mailboxes/${one.id}/mails`)).toEqual([id])
  })
})

describe('the mails of a mailbox', () => {
  test('are listed whole, newest first', async () => {
    await using server = await minuteServer()
    const box = await server.made()
    const mails = `/v1/mailboxes/${box.id}/mails`
    expect((await server.ask('GET', mails)).json).toEqual({ items: [] })
    const one = await server.mail(box.address)
    const [two = ''] = await deliver(server.core, box.address, richMail('<p>Rich</p>'))
    const { json } = await server.ask('GET', mails)
    expect(json).toEqual({
      items: [(await server.ask('GET', `${mails}/${two}`)).json, (await server.ask('GET', `${mails}/${one}`)).json],
    })
    expect(json).toMatchObject({ items: [{ hasAttachments: true, body: '<p>Rich</p>' }, { hasAttachments: false }] })
  })

  test('are listed up to a thousand', async () => {
    await using server = await minuteServer('unlimited', { MAYFLY_PLANS_UNLIMITED_MAILBOX_MESSAGES: '2000' })
    const box = await server.made()
    const sent: string[] = []
    for (let n = 0; n < 1001; n++) sent.push(await server.mail(box.address, { Subject: `${n}` }, 'x'.repeat(400)))
    const found = await server.ids(`/v1/mailboxes/${box.id}/mails`)
    expect(found).toEqual(sent.slice(1).toReversed())
  })

  test('are deleted one by one, or several or none', async () => {
    await using server = await minuteServer()
    const box = await server.made()
    const mails = `/v1/mailboxes/${box.id}/mails`
    const sent: string[] = []
    for (let n = 0; n < 4; n++) sent.push(await server.mail(box.address))
    const [one = '', two = '', three = '', four = ''] = sent
    const other = await tenant(server.core)
    const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
    const theirs = await server.mail(foreign.mailbox.address)
    const bulk = (ids: string[]) => server.said('DELETE', mails, { body: { ids } })
    expect(await bulk([one, unknown])).toBe('404 not_found')
    expect(await bulk([one, 'nonsense'])).toBe('404 not_found')
    expect(await bulk([one, theirs])).toBe('403 forbidden')
    expect(await server.ids(mails)).toEqual([four, three, two, one])
    expect(await server.said('DELETE', `${mails}/${one}`)).toBe('204')
    expect(await server.said('DELETE', `${mails}/${one}`)).toBe('404 not_found')
    expect(await bulk([two, three.toUpperCase(), two])).toBe('204')
    expect(await bulk([])).toBe('204')
    expect(await server.ids(mails)).toEqual([four])
    expect((await server.ask('GET', `/v1/mailboxes/${box.id}`)).json['messageCount']).toBe(1)
    expect(await server.said('GET', `/mayfly/v1/messages/${two}`)).toStartWith('404')
  })
})

describe('attachments', () => {
  test('are shown with their mail and by themselves, with both names', async () => {
    await using server = await minuteServer()
    const { mail } = await withFiles(server)
    const { json } = await server.ask('GET', `${mail}/attachments`)
    const item = (name: string, contentType: string, sizeBytes: number) => ({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name,
      filename: name,
      contentType,
      sizeBytes,
      expiresAt: '2026-01-01T00:30:00Z',
    })
    expect(json).toEqual({
      items: [
        item('pixel.png', 'image/png', 70),
        item('a.txt', 'text/plain', 5),
        item('b.bin', 'application/x-thing', 11),
      ],
    })
    const whole = (await server.ask('GET', mail)).json
    expect(whole['attachments']).toEqual(json['items'])
    expect(whole['hasAttachments']).toBe(true)
    const empty = await server.made()
    const plain = await server.mail(empty.address)
    expect((await server.ask('GET', `/v1/mailboxes/${empty.id}/mails/${plain}/attachments`)).json).toEqual({
      items: [],
    })
  })

  test('have their bytes in base64', async () => {
    await using server = await minuteServer()
    const { mail, ids } = await withFiles(server)
    const { json } = await server.ask('GET', `${mail}/attachments`)
    const { status, json: one } = await server.ask('GET', `${mail}/attachments/${ids[2]}`)
    expect(status).toBe(200)
    expect(one).toEqual({ ...Object(at(json, 'items', 2)), data: Buffer.from('second file').toString('base64') })
  })

  // Around the size from which on they are sent in pieces, and each remainder by three.
  test.each([262_143, 262_144, 262_145, 400_001, 3_000_002])('of %p bytes are whole', async (size) => {
    await using server = await minuteServer()
    const box = await server.made()
    const bytes = Buffer.alloc(size, 'abcdefg')
    const text = bytes.toString('base64').replace(/.{76}/g, '$&\r\n')
    const headers = {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': 'attachment; filename=big.bin',
      'Content-Transfer-Encoding': 'base64',
    }
    const id = await server.mail(box.address, headers, text)
    const attachments = `/v1/mailboxes/${box.id}/mails/${id}/attachments`
    const [attachment] = await server.ids(attachments)
    const { json, headers: said } = await server.ask('GET', `${attachments}/${attachment}`)
    expect(said.get('content-type')).toStartWith('application/json')
    expect(said.get('x-ratelimit-remaining')).toBe('1000000')
    const { data, ...rest } = json
    expect(rest).toMatchObject({ id: attachment, filename: 'big.bin', sizeBytes: size })
    expect(Buffer.from(String(data), 'base64').equals(bytes)).toBe(true)
    expect(String(data)).toBe(bytes.toString('base64'))
    const head = await server.ask('HEAD', `${attachments}/${attachment}`)
    expect([head.status, head.body]).toEqual([200, ''])
    expect(server.core.outgoing.held).toBe(0)
  })

  test('that are large take a place while they are sent, and give it back', async () => {
    await using server = await minuteServer('free', {
      MAYFLY_HTTP_TRUSTED_PROXIES: '127.0.0.1',
      MAYFLY_HTTP_MAX_DOWNLOADS_PER_ADDRESS: '1',
    })
    const box = await server.made()
    const lines = 300_000
    const file = 'Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n'
    const [id = ''] = await deliver(server.core, box.address, file + `${'QUJD'.repeat(18)}\r\n`.repeat(lines))
    const attachments = `/v1/mailboxes/${box.id}/mails/${id}/attachments`
    const where = `${attachments}/${(await server.ids(attachments))[0]}`
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    const leaving = new AbortController()
    const first = await fetch(server.url + where, {
      headers: { ...headers, authorization: `Bearer ${server.owner.secret}` },
      signal: leaving.signal,
    })
    expect(first.status).toBe(200)
    const second = await server.ask('GET', where, { headers })
    expect([second.status, second.json['error']]).toEqual([429, 'rate_limit_exceeded'])
    expect(second.headers.get('x-ratelimit-remaining')).toBe('0')
    expect(second.headers.get('retry-after')).toBe('1')
    leaving.abort()
    await until(() => server.core.outgoing.held === 0)
    const { json } = await server.ask('GET', where, { headers })
    expect(json['data']).toBe('QUJD'.repeat(18 * lines))
    expect(json['sizeBytes']).toBe(lines * 54)
  })

  test('go one by one, and the mail shows it', async () => {
    await using server = await minuteServer()
    const { mail, ids } = await withFiles(server)
    const [, file] = ids
    expect(await server.said('DELETE', `${mail}/attachments/${file}`)).toBe('204')
    expect(await server.said('DELETE', `${mail}/attachments/${file}`)).toBe('404 not_found')
    expect(await server.said('GET', `${mail}/attachments/${file}`)).toBe('404 not_found')
    expect(await server.ids(`${mail}/attachments`)).toEqual([ids[0], ids[2]])
    expect(listIn((await server.ask('GET', mail)).json, 'attachments').map((one) => at(one, 'name'))).toEqual([
      'pixel.png',
      'b.bin',
    ])
  })

  test('go together, and ids that are none are let pass', async () => {
    await using server = await minuteServer()
    const { mail, ids } = await withFiles(server)
    const bulk = (some: unknown[]) => server.said('DELETE', `${mail}/attachments`, { body: { ids: some } })
    expect(await bulk([unknown, 'nonsense'])).toBe('204')
    expect(await bulk([])).toBe('204')
    expect(await server.ids(`${mail}/attachments`)).toEqual(ids)
    expect(await bulk([ids[0], unknown, ids[2]])).toBe('204')
    expect(await server.ids(`${mail}/attachments`)).toEqual([ids[1]])
    expect(await bulk([...ids])).toBe('204')
    expect((await server.ask('GET', mail)).json).toMatchObject({ hasAttachments: false, attachments: [] })
    const { json } = await server.ask('GET', mail.replace(/\/[^/]+$/, ''))
    expect(json).toMatchObject({ items: [{ hasAttachments: false, attachments: [] }] })
  })

  test("of another mail are not found, another tenant's are forbidden", async () => {
    await using server = await minuteServer()
    const { mail } = await withFiles(server)
    const own = await withFiles(server)
    const other = await tenant(server.core)
    const foreign = await server.core.mailboxes.open(other.caller, {}, '192.0.2.1')
    const [theirs = ''] = await deliver(server.core, foreign.mailbox.address, richMail('x'))
    const { attachments } = await server.core.messages.get(other.caller, theirs)
    for (const method of ['GET', 'DELETE']) {
      expect(await server.said(method, `${mail}/attachments/${own.ids[0]}`)).toBe('404 not_found')
      expect(await server.said(method, `${mail}/attachments/${attachments[0]?.id}`)).toBe('403 forbidden')
      expect(await server.said(method, `${mail}/attachments/${unknown}`)).toBe('404 not_found')
      expect(await server.said(method, `${mail}/attachments/0`)).toBe('404 not_found')
    }
    const ids = [attachments[0]?.id, own.ids[0]]
    expect(await server.said('DELETE', `${mail}/attachments`, { body: { ids } })).toBe('204')
    expect((await server.core.messages.get(other.caller, theirs)).attachments).toHaveLength(1)
    expect(await server.ids(`${own.mail}/attachments`)).toEqual(own.ids)
  })
})
