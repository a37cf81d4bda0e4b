// Mail.cx: the mail of a mailbox.
import { describe, expect, test } from 'bun:test'
import { tenant } from '../accounts/tenant.ts'
import { deliver, mail } from '../core.ts'
import { at, listIn } from '../http/serve.ts'
import { multipart } from './mailcx-mails.ts'
import { day, mailcxServer, said } from './mailcx-server.ts'

const anyId = '01900000-0000-7000-8000-000000000000'

describe('the list', () => {
  test('has the envelope and the header, how the text begins, the size and whether it was read', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const bytes = mail(
      { From: '"Ann, of X" <Ann@SENDER.test>', Subject: '=?utf-8?q?Gr=C3=BC=C3=9Fe?=' },
      `One\r\n two\r\n${'x'.repeat(200)}\r\n`,
    )
    const [id] = await deliver(server.core, address, bytes, { from: 'bounce@example.test' })
    const { json } = await server.call('GET', '/api/messages', { token })
    expect(json).toEqual({
      messages: [
        {
          id,
          sender: 'bounce@example.test',
          from: '"Ann, of X" <Ann@sender.test>',
          subject: 'Grüße',
          preview_text: `One two ${'x'.repeat(92)}`,
          size: Buffer.byteLength(bytes),
          created_at: '2026-01-01T00:00:00Z',
          is_read: false,
        },
      ],
      page: 1,
    })
  })

  test('has thirty on a page, newest first, and the first page for what is none', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const other = await server.make('other@mayfly.test')
    for (let n = 0; n < 61; n++) {
      await server.mail(address, { Subject: `${n}` })
      if (n % 7 === 0) await server.mail(other.address, { Subject: 'not here' })
    }
    const page = async (query: string) => {
      const { status, json } = await server.call('GET', `/api/messages${query}`, { token })
      return [status, json['page'], listIn(json, 'messages').map((one) => Number(at(one, 'subject')))]
    }
    const numbers = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, n) => from - n)
    for (const query of ['', '?page=1', '?page=0', '?page=-3', '?page=x', '?page=', '?page=1.5', '?page=1&page=2'])
      expect([query, await page(query)]).toEqual([query, [200, 1, numbers(60, 31)]])
    expect(await page('?page=2')).toEqual([200, 2, numbers(30, 1)])
    expect(await page('?page=3')).toEqual([200, 3, [0]])
    expect(await page('?page=4')).toEqual([200, 4, []])
    expect(await page('?page=999999999999')).toEqual([200, 1_000_000, []])
  })

  test('shows how a long text begins, too, and nothing of one that has none', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    await server.mail(address, {}, `It begins so. ${'long '.repeat(60_000)}\r\n`)
    await server.mail(address, { 'Content-Type': 'text/html' }, '<p>Only <b>html</b></p>')
    await server.mail(address, { 'Content-Type': 'application/pdf' }, 'x')
    const { json } = await server.call('GET', '/api/messages', { token })
    const previews = listIn(json, 'messages').map((one) => at(one, 'preview_text'))
    expect(previews).toEqual([null, 'Only html', `It begins so. ${'long '.repeat(18)}`.slice(0, 100).trimEnd()])
  })
})

describe('one message', () => {
  test('has its bodies and its attachments by their index', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const id = await server.mail(
      address.replace('@', '+shop@'),
      { Subject: 'all', ...multipart.headers },
      multipart.body,
    )
    const { json } = await server.call('GET', `/api/messages/${id}`, { token })
    expect(json).toMatchObject({
      id,
      sender: 'sender@example.test',
      from: 'Ann <ann@sender.test>',
      subject: 'all',
      address: 'user+shop@mayfly.test',
      text_body: expect.stringContaining('Hello text'),
      html_body: expect.stringContaining('<b>html</b>'),
      attachments: [
        { index: 0, filename: 'a.pdf', content_type: 'application/pdf', size: 3 },
        { index: 1, filename: 'page.html', content_type: 'text/html', size: 8 },
      ],
      is_read: false,
    })
    const first = await server.call('GET', `/api/messages/${id}/attachments/0`, { token })
    expect([first.body, first.headers.get('content-type')]).toEqual(['abc', 'application/pdf'])
    expect(first.headers.get('content-disposition')).toContain('attachment; filename="a.pdf"')
    const page = await server.call('GET', `/api/messages/${id}/attachments/1`, { token })
    expect(page.headers.get('content-type')).toBe('application/octet-stream')
    for (const index of ['2', '-1', 'x', '00', '1.0', '99999999999'])
      expect([index, said(await server.call('GET', `/api/messages/${id}/attachments/${index}`, { token }))]).toEqual([
        index,
        '400 invalid_index',
      ])
  })

  test('has nulls for what it has not', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const [id] = await deliver(server.core, address, 'Content-Type: application/pdf\r\n\r\nx', { from: '' })
    const { json } = await server.call('GET', `/api/messages/${id}`, { token })
    expect(json).toMatchObject({ sender: '', from: null, preview_text: null, text_body: null, html_body: null })
  })

  test('is given as it came, and long ones whole', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    for (const body of ['short\r\n', '0123456789abcdef\r\n'.repeat(30_000)]) {
      const bytes = mail({ Subject: 'source' }, body)
      const [id] = await deliver(server.core, address, bytes)
      const source = await server.call('GET', `/api/messages/${id}/source`, { token })
      expect(source.body === bytes).toBe(true)
      expect(source.headers.get('content-type')).toBe('message/rfc822')
      expect(source.headers.get('content-disposition')).toBe('attachment; filename="message.eml"')
      const { json } = await server.call('GET', `/api/messages/${id}`, { token })
      expect(String(at(json, 'text_body')).trimEnd() === body.replaceAll('\r', '').trimEnd()).toBe(true)
    }
  })

  test('is deleted, and is not there any more', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const id = await server.mail(address)
    const deleted = await server.call('DELETE', `/api/messages/${id}`, { token })
    expect([deleted.status, deleted.body]).toEqual([204, ''])
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/source'],
      ['GET', '/attachments/0'],
      ['PUT', '/read'],
    ] as const)
      expect([path, said(await server.call(method, `/api/messages/${id}${path}`, { token }))]).toEqual([
        path,
        '404 not_found',
      ])
  })

  test("is 404 in another's mailbox, and with a key 401", async () => {
    await using server = await mailcxServer()
    const { address } = await server.make('user@mayfly.test')
    const { token } = await server.make('other@mayfly.test')
    const { secret } = await tenant(server.core, { key: { prefix: 'tm_pro_' } })
    const id = await server.mail(address)
    for (const one of [id, anyId, 'x'])
      expect(said(await server.call('GET', `/api/messages/${one}`, { token }))).toBe('404 not_found')
    expect(said(await server.call('GET', `/api/messages/${id}`, { token: secret }))).toBe('401 invalid_token')
    expect(said(await server.call('GET', '/api/me', { token: secret }))).toBe('401 invalid_token')
  })

  test('whose day is over has expired while it is there, and is unknown when it was swept away', async () => {
    await using server = await mailcxServer()
    const { address, token: first } = await server.make('user@mayfly.test')
    const other = await server.make('other@mayfly.test')
    const id = await server.mail(address)
    server.core.clock.now += day
    const get = (token: string, path = '') => server.call('GET', `/api/messages/${id}${path}`, { token }).then(said)
    expect([await get(first), await get(first, '/source')]).toEqual(['410 expired', '410 expired'])
    expect(await get(other.token)).toBe('404 not_found')
    expect((await server.call('GET', '/api/messages', { token: first })).json['messages']).toEqual([])
    while (await server.core.messages.sweep());
    expect(await get(first)).toBe('404 not_found')
  })
})

describe('reading', () => {
  test('is noted of one message, of several, and of all', async () => {
    await using server = await mailcxServer()
    const { address, token } = await server.make('user@mayfly.test')
    const other = await server.make('other@mayfly.test')
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push(await server.mail(address))
    const foreign = await server.mail(other.address)
    const updated = async (path: string, body?: unknown) =>
      (await server.call('PUT', `/api/messages/${path}`, { token, ...(body ? { body } : {}) })).json
    const read = async () => {
      const { json } = await server.call('GET', '/api/messages', { token })
      return listIn(json, 'messages').filter((one) => at(one, 'is_read') === true).length
    }
    expect(await updated(`${ids[0]}/read`)).toEqual({ updated: 1 })
    expect(await updated(`${ids[0]}/read`)).toEqual({ updated: 0 })
    expect(await updated('read', { ids: [ids[0], ids[1], ids[1], foreign, anyId, 'x'] })).toEqual({ updated: 1 })
    expect(await read()).toBe(2)
    expect(await updated('read', { all: true })).toEqual({ updated: 3 })
    expect([await read(), await updated('read', { all: true })]).toEqual([5, { updated: 0 }])
    const { json } = await server.call('GET', '/api/messages', { token: other.token })
    expect(at(json, 'messages', 0, 'is_read')).toBe(false)
    for (const body of [{}, { all: false }, { ids: 'x' }, { ids: [1] }])
      expect(said(await server.call('PUT', '/api/messages/read', { token, body }))).toBe('400 invalid_request')
  })
})
