// The bytes of messages: source, html, attachments, and the path that shows html without a credential.
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { deliver } from '../core.ts'
import { at, type Serving, serve } from '../http/serve.ts'
import { richMail } from './rich-mail.ts'

const root = '/mayfly/v1/messages'
const viewPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
async function put({ core }: Serving, mail: string | Uint8Array): Promise<string> {
  const [id = ''] = await deliver(core, 'x@mayfly.test', mail)
  return id
}

test('raw answers the bytes as they came, with their length, as a download', async () => {
  await using server = await serve()
  const bytes = Uint8Array.from({ length: 5000 }, (_, index) => (index < 20 ? 65 : index % 256))
  const id = await put(server, bytes)
  const response = await fetch(`${server.url}${root}/${id}/raw`)
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  expect(response.headers.get('content-length')).toBe('5000')
  expect(response.headers.get('content-type')).toBe('message/rfc822')
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${id}.eml"`)
  expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
})

test('raw with a trace begins with our Return-Path and Received', async () => {
  await using server = await serve()
  const id = await put(server, 'Subject: x\r\n\r\ny')
  expect((await server.call('GET', `${root}/${id}/raw?trace=1`)).body).toBe(
    `Return-Path: <sender@example.test>\r\nReceived: by test; id ${id}\r\nSubject: x\r\n\r\ny`,
  )
  expect((await server.call('GET', `${root}/${id}/raw?trace=perhaps`)).status).toBe(400)
})

test('a large mail comes byte for byte, and one that lost a piece is refused', async () => {
  await using server = await serve()
  const bytes = new Uint8Array(5 * 1024 * 1024 + 123)
  for (let index = 0; index < bytes.length; index += 997) bytes[index] = index % 256
  const id = await put(server, bytes)
  const whole = await fetch(`${server.url}${root}/${id}/raw`)
  expect(Bun.hash(await whole.arrayBuffer())).toBe(Bun.hash(bytes))
  server.core.connection.sqlite.run('delete from pieces where key = (select max(key) from pieces)')
  const lost = await server.call('GET', `${root}/${id}/raw`)
  expect([lost.status, lost.reason]).toEqual([500, 'storage-damaged'])
})

test('html is sanitised, and answers under a policy that lets it do nothing', async () => {
  await using server = await serve()
  const html =
    '<p onclick="x()">Hello<script>alert(1)</script><img src="cid:pixel@x"><img src="https://t.test/p.gif"></p>'
  const id = await put(server, richMail(html))
  const local = await server.call('GET', `${root}/${id}/html`)
  expect(local.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(local.headers.get('content-security-policy')).toBe(viewPolicy)
  // The page is of no origin, and its pictures bear no credential: a ticket opens them.
  const [, picture = ''] = /src="(\/view\/[\w.-]+\/attachments\/0)"/.exec(local.body) ?? []
  const shown = await server.call('GET', picture)
  expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(shown.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  for (const absent of ['script', 'onclick', ' src="https']) expect(local.body).not.toContain(absent)
  const remote = await server.call('GET', `${root}/${id}/html?remote=1`)
  expect(remote.headers.get('content-security-policy')).toBe(`${viewPolicy} https: http:`)
  expect(remote.body).toContain('https://t.test/p.gif')
})

test('a mail with text alone is shown as text', async () => {
  await using server = await serve()
  const id = await put(server, 'Subject: x\r\n\r\n<b>not bold</b>')
  expect((await server.call('GET', `${root}/${id}/html`)).body).toContain('&lt;b&gt;not bold&lt;/b&gt;')
})

test('attachments are downloads; pictures of known types are shown where they belong to the html or are asked for', async () => {
  await using server = await serve()
  const id = await put(
    server,
    richMail('x', [
      ['page.html', 'text/html', '<script>alert(1)</script>'],
      ['drawing.svg', 'image/svg+xml', '<svg onload="alert(1)"/>'],
      ['photo.jpg', 'image/jpeg', 'jpeg'],
    ]),
  )
  const get = async (n: number, query = '') => {
    const { headers, status } = await server.call('GET', `${root}/${id}/attachments/${n}${query}`)
    expect(status).toBe(200)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    return `${headers.get('content-type')} ${headers.get('content-disposition')}`
  }
  expect(await get(0)).toBe('image/png inline; filename="pixel.png"')
  expect(await get(1)).toBe('application/octet-stream attachment; filename="page.html"')
  expect(await get(1, '?inline=1')).toBe('application/octet-stream attachment; filename="page.html"')
  expect(await get(2, '?inline=1')).toBe('application/octet-stream attachment; filename="drawing.svg"')
  expect(await get(3)).toBe('image/jpeg attachment; filename="photo.jpg"')
  expect(await get(3, '?inline=1')).toBe('image/jpeg inline; filename="photo.jpg"')
  const { json } = await server.call('GET', `${root}/${id}`)
  const byId = await server.call('GET', `${root}/${id}/attachments/${at(json, 'attachments', 1, 'id')}`)
  expect(byId.body).toBe('<script>alert(1)</script>')
})

test('no name or type of an attachment gets a path, a control character or another header into the answer', async () => {
  await using server = await serve()
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 30 }), async (name, type) => {
      const id = await put(
        server,
        richMail('x', [[name.toWellFormed(), `${type}/${type}`.replace(/[\r\n]/g, ''), 'body']]),
      )
      const { json } = await server.call('GET', `${root}/${id}`)
      const index = at(json, 'attachments', 1) === undefined ? 0 : 1
      const { status, headers } = await server.call('GET', `${root}/${id}/attachments/${index}`)
      expect(status).toBe(200)
      const disposition = headers.get('content-disposition') ?? ''
      expect(disposition).toMatch(/^(attachment|inline); filename="[^"/\\:]+"(; filename\*=UTF-8''[\w.!#$&+^`|~%-]+)?$/)
      expect(decodeURIComponent(disposition.split("''")[1] ?? '')).not.toMatch(/[/\\\p{Cc}]/u)
      expect(headers.get('content-type')).toMatch(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(;charset=utf-8)?$/)
    }),
    { numRuns: 60 },
  )
})

test('a ticket shows one message for five minutes, to whoever has the path', async () => {
  await using server = await serve()
  const { token } = await server.open('x')
  const id = await put(server, richMail('<p>Hello</p><img src="cid:pixel@x">'))
  expect((await server.call('POST', `${root}/${id}/view`)).status).toBe(401)
  const { status, json } = await server.call('POST', `${root}/${id}/view`, { token })
  expect(status).toBe(201)
  expect(json['expiresAt']).toBe(new Date(server.core.clock.now + 5 * 60_000).toISOString())
  const url = String(json['url'])
  expect(url).toMatch(/^\/view\/[\w.-]+\/$/)
  const shown = await server.call('GET', url)
  expect(shown.body).toContain('Hello')
  expect(shown.headers.get('content-security-policy')).toBe(viewPolicy)
  expect((await server.call('GET', `${url}?remote=1`)).headers.get('content-security-policy')).toBe(
    `${viewPolicy} https: http:`,
  )
  const picture = await server.call('GET', `${url}attachments/0`)
  expect(picture.headers.get('content-type')).toBe('image/png')
  expect(picture.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
  server.core.clock.now += 5 * 60_000
  for (const path of [url, `${url}attachments/0`])
    expect((await server.call('GET', path)).reason).toBe('message-unknown')
})

test('a ticket that was changed, or of a message that is gone, opens nothing', async () => {
  await using server = await serve()
  const { token } = await server.open('x')
  const [one, two] = [await put(server, 'Subject: 1\r\n\r\n1'), await put(server, 'Subject: 2\r\n\r\n2')]
  const { json } = await server.call('POST', `${root}/${one}/view`, { token })
  const ticket = String(json['url']).split('/')[2] ?? ''
  const swapped = ticket.replace(one.replaceAll('-', ''), two.replaceAll('-', ''))
  expect(swapped).not.toBe(ticket)
  for (const wrong of [
    swapped,
    ticket.slice(0, -1),
    `${ticket}A`,
    'x',
    '.',
    `${'é'.repeat(43)}.${'é'.repeat(43)}`,
    'x'.repeat(4000),
  ]) {
    expect((await server.call('GET', `/view/${encodeURIComponent(wrong)}/`)).status).toBe(404)
  }
  await server.call('DELETE', `${root}/${one}`, { token })
  expect((await server.call('GET', `/view/${ticket}/`)).reason).toBe('message-unknown')
})

test('the path of a ticket looks at no credential and no cookie', async () => {
  await using server = await serve()
  const id = await put(server, richMail('<p>Hello</p>'))
  const { json } = await server.call('POST', `${root}/${id}/view`)
  const headers = { authorization: 'Bearer wrong', cookie: 'session=x' }
  expect((await server.call('GET', String(json['url']), { headers })).status).toBe(200)
})

test('a ticket with links leads them by way of a page of ours, and its windows are not bound by the sandbox', async () => {
  await using server = await serve()
  const url = 'https://t.test/a?b=c&d#"e'
  const id = await put(
    server,
    richMail(`<a href="${url.replace('"', '&quot;')}" target=_top rel=opener>x</a><a href="javascript:x()">y</a>`),
  )
  const { json } = await server.call('POST', `${root}/${id}/view`)
  const { headers, body } = await server.call('GET', `${json['url']}?links=1`)
  expect(headers.get('content-security-policy')).toBe(
    viewPolicy.replace('sandbox', 'sandbox allow-popups allow-popups-to-escape-sandbox'),
  )
  expect(body).toContain(
    `href="/app/link#${encodeURIComponent(url)}" target="_blank" rel="noopener noreferrer nofollow"`,
  )
  expect(body).not.toContain('javascript')
  const bare = await server.call('GET', String(json['url']))
  expect(bare.headers.get('content-security-policy')).toBe(viewPolicy)
  expect(bare.body).not.toContain('/app/link')
})

test("a look is answered to a mail's own questions, or the mail is turned round", async () => {
  await using server = await serve()
  const asks = await put(server, richMail('<style>@media (prefers-color-scheme:dark){p{color:red}}</style><p>x</p>'))
  const look = async (id: string, query: string) => (await server.call('GET', `${root}/${id}/html${query}`)).body
  expect(await look(asks, '')).toContain('prefers-color-scheme:dark')
  expect(await look(asks, '?look=dark')).toContain('@media (min-width:0)')
  expect(await look(asks, '?look=dark')).not.toContain('invert')
  expect(await look(asks, '?look=light')).toContain('@media (max-width:0)')
  const plain = await put(server, richMail('<p>x</p>'))
  expect(await look(plain, '?look=dark')).toContain('invert(1)')
  expect(await look(plain, '?look=light')).not.toContain('invert')
  expect((await server.call('GET', `${root}/${plain}/html?look=grey`)).status).toBe(400)
})

test('the parts of a message stand as they stand in the mail, for whoever may read it', async () => {
  await using server = await serve()
  const id = await put(server, richMail('<p>x</p>'))
  const { status, json } = await server.call('GET', `${root}/${id}/parts`)
  expect([status, String(json['type']).split('/')[0]]).toEqual([200, 'multipart'])
  expect(JSON.stringify(json)).toContain('"type":"text/html"')
  const { token, address } = await server.open('own')
  const [own = ''] = await deliver(server.core, address, 'Subject: x\r\n\r\ny')
  expect((await server.call('GET', `${root}/${own}/parts`)).status).toBe(401)
  expect((await server.call('GET', `${root}/${own}/parts`, { token })).json).toEqual({
    type: 'text/plain',
    name: null,
    size: 1,
    disposition: 'inline',
    children: [],
  })
})
