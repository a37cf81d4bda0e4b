// Promise 22: attachments never render on our origin and never name a path.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { deliver } from '../core.ts'
import { at, listIn, type Serving, serve } from '../http/serve.ts'
import { hostileAttachments, mailOf } from './hostile-attachments.ts'
import { figures, isFull, size } from './promise.ts'

const count = size(100, 1000)
const inOneMail = 50
const seed = 22

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const withBrowser = test.skipIf(!executable)
if (!executable) console.log('skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')

let browser: Browser
beforeAll(async () => {
  if (executable) browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

/** Every header that such an answer may have. */
const knownHeaders = new Set([
  'cache-control',
  'content-disposition',
  'content-length',
  'content-security-policy',
  'content-type',
  'cross-origin-resource-policy',
  'date',
  'referrer-policy',
  'x-content-type-options',
  'x-frame-options',
  'x-request-id',
])

const pictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']
const harmlessType = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/
const disposition =
  /^(attachment|inline); filename="([ !#$&'()+,\-.0-9;=@A-Z[\]^_`a-z{}~]+)"(?:; filename\*=UTF-8''((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})+))?$/
// Separators of paths and streams, controls, and what turns the direction of reading.
const unsafe = /[/\\:*?"<>|\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

function namesNoPath(name: string): void {
  expect(name).not.toMatch(unsafe)
  expect(name).not.toMatch(/^\.|[. ]$/)
  expect(name).not.toMatch(device)
  expect(name.length).toBeGreaterThan(0)
  expect(name.length).toBeLessThan(140)
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
}

/** What an answer with an attachment must be, however it was asked for. */
function isADownload(headers: Headers): 'attachment' | 'inline' {
  for (const [name, value] of headers) {
    expect(knownHeaders).toContain(name)
    expect(value).not.toMatch(/[\0-\x1f\x7f]/)
  }
  const [, how, plain = '', extended] = disposition.exec(headers.get('content-disposition') ?? '') ?? []
  namesNoPath(plain)
  if (extended !== undefined) namesNoPath(decodeURIComponent(extended))
  const type = headers.get('content-type') ?? ''
  expect(type).toMatch(harmlessType)
  expect(type).not.toMatch(/html|script|svg|xml|css|wasm|multipart|manifest/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
  if (how === 'inline') expect(pictures).toContain(type)
  return how === 'inline' ? 'inline' : 'attachment'
}

async function ticketFor(server: Serving, id: string): Promise<string> {
  return String((await server.call('POST', `/mayfly/v1/messages/${id}/view`)).json['url'])
}

test(`promise 22: ${count} hostile names and types come back as downloads that name no path`, async () => {
  await using server = await serve()
  const all = hostileAttachments(count, seed)
  let seen = 0
  let shown = 0
  for (let from = 0; from < count; from += inOneMail) {
    const some = all.slice(from, from + inOneMail)
    const [id = ''] = await deliver(server.core, 'x@mayfly.test', mailOf(some, '<script>parent.ran = 1</script>'))
    const view = await ticketFor(server, id)
    const { json } = await server.call('GET', `/mayfly/v1/messages/${id}`)
    // A part that says `multipart/…` without a boundary of its own may not be a leaf to the parser, nor listed.
    for (const one of listIn(json, 'attachments')) {
      const name = String(at(one, 'name'))
      namesNoPath(name)
      const place = `/mayfly/v1/messages/${id}/attachments`
      const n = String(at(one, 'index'))
      for (const path of [
        `${place}/${n}`,
        `${place}/${n}?inline=1`,
        `${place}/${at(one, 'id')}`,
        `${view}attachments/${n}`,
      ]) {
        const answer = await server.call('GET', path)
        expect(answer.status).toBe(200)
        if (isADownload(answer.headers) === 'inline') shown++
      }
      seen++
    }
  }
  expect(seen).toBeGreaterThan(count * 0.9)
  expect(shown).toBeGreaterThan(0)
  figures(
    `${seen} attachments in ${Math.ceil(count / inOneMail)} mails, each asked for in 4 ways: no path, no second header, nothing active`,
  )
}, 300_000)

/** Documents that run a script if they are shown on our origin. */
const active: [type: string, body: string][] = [
  ['application/javascript', 'globalThis.ran = 1; parent.ran = 1'],
  ['text/html', '<!doctype html><script>top.ran = 1; parent.ran = 1</script><body onload="parent.ran = 1">'],
  [
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="parent.ran = 1"><script>parent.ran = 1</script></svg>',
  ],
  ['application/xhtml+xml', '<html xmlns="http://www.w3.org/1999/xhtml"><script>parent.ran = 1</script></html>'],
  ['text/xml', '<x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>parent.ran = 1</h:script></x>'],
  ['text/javascript', 'globalThis.ran = 1; parent.ran = 1'],
  ['image/png', '<!doctype html><script>parent.ran = 1</script>'],
  ['text/plain', '<!doctype html><script>parent.ran = 1</script>'],
  ['application/pdf', '%PDF-1.4\n1 0 obj <</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>> endobj'],
  ['message/rfc822', 'Content-Type: text/html\r\n\r\n<script>parent.ran = 1</script>'],
]

/** Frames, opens and loads it, in every way in which a page can. Answers what ran. */
async function tryIn(page: Page, server: Serving, path: string): Promise<unknown> {
  await page.goto(`${server.url}/healthz`)
  // Text, since these types know no document.
  await page.evaluate(`Promise.all(['iframe', 'script', 'embed', 'object', 'img', 'link'].map((name) => new Promise((resolve) => {
    const one = document.createElement(name)
    one.onload = one.onerror = resolve
    if (name === 'object') one.data = ${JSON.stringify(path)}
    else if (name === 'link') { one.rel = 'stylesheet'; one.href = ${JSON.stringify(path)} }
    else one.src = ${JSON.stringify(path)}
    document.body.append(one)
    setTimeout(resolve, 300)
  })))`)
  const ran = await page.evaluate(() => Reflect.get(globalThis, 'ran'))
  // Opened by itself: a download, after which the page is the one before, or a picture.
  await page.goto(server.url + path, { timeout: 5000 }).catch(() => {})
  return ran ?? (await page.evaluate(() => Reflect.get(globalThis, 'ran')))
}

withBrowser(
  'promise 22: in a browser nothing of an attachment runs, be it framed, opened, or loaded as a script',
  async () => {
    await using server = await serve()
    const some = active.slice(0, size(4, active.length))
    const page = await browser.newPage()
    for (const [type, body] of some) {
      for (const how of isFull ? ['attachment', 'inline'] : ['inline']) {
        const header = `Content-Type: ${type}; name=a.html\r\nContent-Disposition: ${how}; filename=a.html\r\n`
        const [id = ''] = await deliver(server.core, 'x@mayfly.test', mailOf([{ name: 'a.html', type, header }], body))
        for (const path of [
          `/mayfly/v1/messages/${id}/attachments/0?inline=1`,
          `${await ticketFor(server, id)}attachments/0`,
        ]) {
          const { status } = await server.call('GET', path)
          expect([type, how, status, await tryIn(page, server, path)]).toEqual([type, how, 200, undefined])
        }
      }
    }
    await page.close()
    figures(`${some.length} active documents, framed, opened and loaded in Chromium: none ran`)
  },
  300_000,
)
