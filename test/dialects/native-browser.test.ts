// What hostile html does in a real browser: it runs nothing and fetches nothing.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { deliver } from '../core.ts'
import { type Serving, serve } from '../http/serve.ts'
import { richMail } from './rich-mail.ts'

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const withBrowser = test.skipIf(!executable)
if (!executable) console.log('skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')

let browser: Browser
let trap: ReturnType<typeof Bun.serve>
/** What the html made the browser fetch from elsewhere. */
const caught: string[] = []

beforeAll(async () => {
  trap = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: (request) => {
      caught.push(request.url)
      return new Response('trap')
    },
  })
  if (executable) browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  await trap.stop(true)
})

/** Does whatever html can do to run a script or to reach `away`. */
const hostile = (away: string): string => `
<script>top.ran = 1; parent.ran = 1; fetch('${away}/script')</script>
<script src="${away}/script.js"></script>
<img src="${away}/img" onerror="parent.ran = 1">
<img src=x onerror="parent.ran = 1; fetch('${away}/onerror')">
<svg onload="parent.ran = 1"><script>parent.ran = 1</script></svg>
<iframe src="javascript:parent.parent.ran = 1"></iframe>
<iframe srcdoc="<script>parent.parent.ran = 1</script>"></iframe>
<iframe src="${away}/iframe"></iframe>
<object data="${away}/object"></object><embed src="${away}/embed">
<link rel=stylesheet href="${away}/link"><style>@import '${away}/import'; p { background: url(${away}/style) }</style>
<p style="background: url('${away}/inline')">Hello</p>
<meta http-equiv=refresh content="0; url=${away}/refresh">
<base href="${away}/base/"><img src="relative">
<form action="${away}/form"><input autofocus onfocus="parent.ran = 1"><button>x</button></form>
<video src="${away}/video" autoplay></video><audio src="${away}/audio" autoplay></audio>
<body onload="parent.ran = 1" background="${away}/body">
<a id=link href="javascript:parent.ran = 1">click</a>
<img src="cid:pixel@x" id=pixel>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=parent.ran=1&gt;">
`

/** Opens the message as the page will: in a frame of our own origin. */
async function frame(server: Serving, url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(`${server.url}/healthz`)
  // Text, since these types know no document.
  await page.evaluate(`new Promise((resolve) => {
    const frame = document.createElement('iframe')
    frame.src = ${JSON.stringify(url)}
    frame.onload = resolve
    document.body.append(frame)
  })`)
  await page.waitForLoadState('networkidle')
  return page
}

const ran = (page: Page): Promise<unknown> => page.evaluate(() => Reflect.get(globalThis, 'ran'))

async function ticketFor(server: Serving, html: string): Promise<string> {
  const [id = ''] = await deliver(server.core, 'x@mayfly.test', richMail(html))
  const { json } = await server.call('POST', `/mayfly/v1/messages/${id}/view`)
  return String(json['url'])
}

withBrowser('hostile html runs nothing and fetches nothing; its own picture is shown', async () => {
  await using server = await serve()
  caught.length = 0
  const page = await frame(server, await ticketFor(server, hostile(trap.url.origin)))
  expect(await ran(page)).toBeUndefined()
  expect(caught).toEqual([])
  const inner = page.frames()[1]
  expect(await inner?.locator('body').textContent()).toContain('Hello')
  const width = await inner?.locator('img[src="attachments/0"]').evaluate((one) => Reflect.get(one, 'naturalWidth'))
  expect(width).toBe(1)
  expect(page.frames().length).toBe(2)
  await page.close()
})

withBrowser('the same with the sanitiser switched off: the policy alone holds it', async () => {
  await using server = await serve()
  caught.length = 0
  const { messages } = server.core
  messages.html = async ({ html }) => Buffer.from(typeof html === 'string' ? html : '')
  const page = await frame(server, await ticketFor(server, hostile(trap.url.origin)))
  expect(await ran(page)).toBeUndefined()
  // Without the sanitiser a refresh may lead the frame itself away, where it is still sandboxed; nothing else goes out.
  expect(caught.filter((url) => !url.endsWith('/refresh') && !url.endsWith('/iframe'))).toEqual([])
  await page.close()
})

withBrowser('pictures of other servers are fetched once the reader asks, and still nothing runs', async () => {
  await using server = await serve()
  caught.length = 0
  const page = await frame(server, `${await ticketFor(server, hostile(trap.url.origin))}?remote=1`)
  expect(await ran(page)).toBeUndefined()
  expect(caught).toContain(`${trap.url.origin}/img`)
  for (const url of caught) expect(url).toMatch(/\/(img|inline|style|body|relative)$/)
  await page.close()
})

withBrowser('a page of another origin reads nothing and changes nothing without a credential', async () => {
  await using server = await serve()
  await server.mail('x@mayfly.test')
  const page = await browser.newPage()
  await page.goto(trap.url.href)
  const outcomes = await page.evaluate(async (url) => {
    const attempt = (path: string, init: RequestInit): Promise<string> =>
      fetch(url + path, init).then(
        (response) => `${response.type} ${response.status}`,
        () => 'blocked',
      )
    const json = { 'content-type': 'application/json' }
    return [
      await attempt('/mayfly/v1/mailboxes/x@mayfly.test/messages', {}),
      await attempt('/mayfly/v1/mailboxes', { method: 'POST', headers: json, body: '{}' }),
      await attempt('/mayfly/v1/mailboxes', { method: 'POST', mode: 'no-cors' }),
      await attempt('/healthz', {}),
    ]
  }, server.url)
  expect(outcomes).toEqual(['blocked', 'blocked', 'blocked', 'blocked'])
  expect(server.core.told.filter(({ type }) => type === 'mailbox.opened')).toEqual([])
  await page.close()
})

withBrowser('a page of another origin reads with a token', async () => {
  await using server = await serve()
  const { token, address } = await server.open()
  const page = await browser.newPage()
  await page.goto(trap.url.href)
  const read = await page.evaluate(
    async ({ url, token }) => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      return { id: response.headers.get('x-request-id'), text: await response.text() }
    },
    { url: `${server.url}/mayfly/v1/mailboxes/${address}`, token },
  )
  expect(read.text).toContain(address)
  expect(read.id).toBeString()
  await page.close()
})
