// MailFade called by pages of other origins in a real browser: with a key from anywhere, without one only by those that the
// operator names.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { tenant } from '../accounts/tenant.ts'
import { serve } from '../http/serve.ts'

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const withBrowser = test.skipIf(!executable)
if (!executable) console.log('skipped: no Chromium at $CHROMIUM, /usr/bin/chromium or /usr/bin/google-chrome')

let browser: Browser
/** An empty page, on two ports: two origins. */
const sites: ReturnType<typeof Bun.serve>[] = []

beforeAll(async () => {
  for (let n = 0; n < 2; n++) {
    const page = () => new Response('<!doctype html><title>App</title>', { headers: { 'content-type': 'text/html' } })
    sites.push(Bun.serve({ hostname: 'localhost', port: 0, fetch: page }))
  }
  if (executable) browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
  for (const site of sites) await site.stop(true)
})

type Heard = { status: number; left: string | null; text: string }
type Call = { path: string; headers?: Record<string, string>; mode?: 'no-cors' }

/** What a page at `from` hears of its calls; a text where the browser kept the answer from it. */
async function heardBy(from: string, url: string, calls: Call[]): Promise<(Heard | string)[]> {
  const page = await browser.newPage()
  await page.goto(from)
  const heard = await page.evaluate(
    ({ url, calls }) =>
      Promise.all(
        calls.map(({ path, ...how }) =>
          fetch(url + path, how).then(
            async (response) => ({
              status: response.status,
              left: response.headers.get('x-ratelimit-remaining'),
              text: await response.text(),
            }),
            () => 'blocked',
          ),
        ),
      ),
    { url, calls },
  )
  await page.close()
  return heard
}

const secret = 'the code of the lab is 482913'

async function withMail(env: Record<string, string> = {}) {
  const server = await serve(env)
  await server.mail('lab@mayfly.test', { Subject: secret })
  return { ...server, inbox: '/inbox/lab@mayfly.test' }
}

const shown = (heard: Heard | string | undefined): string => (typeof heard === 'string' ? heard : (heard?.text ?? ''))

withBrowser('without a key a page of another origin reads nothing, however it asks', async () => {
  await using server = await withMail()
  const [site] = sites
  const heard = await heardBy(`http://localhost:${site?.port}/`, server.url, [
    { path: server.inbox },
    { path: server.inbox, headers: { authorization: 'Bearer ' } },
    { path: server.inbox, headers: { 'x-request-id': 'mine' } },
    { path: server.inbox, mode: 'no-cors' },
  ])
  expect(heard.slice(0, 3)).toEqual(['blocked', 'blocked', 'blocked'])
  expect(shown(heard[3])).not.toContain(secret)
  // It is the browser and this server together that keep it: who is no page reads it.
  expect((await server.call('GET', server.inbox)).body).toContain(secret)
})

withBrowser(
  'without a key a page reads what its origin is let read by cors_origins, and no other page does',
  async () => {
    const [own, other] = sites.map(({ port }) => `http://localhost:${port}`)
    await using server = await withMail({ MAYFLY_DIALECTS_MAILFADE_CORS_ORIGINS: String(own) })
    const [read] = await heardBy(`${own}/`, server.url, [{ path: server.inbox }])
    expect(read).toMatchObject({ status: 200, left: '99', text: expect.stringContaining(secret) })
    expect(await heardBy(`${other}/`, server.url, [{ path: server.inbox }])).toEqual(['blocked'])
  },
)

withBrowser("the native API's cors_origins open nothing here", async () => {
  const [own] = sites.map(({ port }) => `http://localhost:${port}`)
  await using server = await withMail({ MAYFLY_HTTP_CORS_ORIGINS: String(own) })
  expect(await heardBy(`${own}/`, server.url, [{ path: server.inbox }])).toEqual(['blocked'])
})

withBrowser('with a key a page of any origin reads, and learns why a wrong one is refused', async () => {
  await using server = await withMail()
  const { secret: key } = await tenant(server.core, { plan: 'free' })
  const calls = [key, 'wrong'].map((one) => ({ path: server.inbox, headers: { authorization: `Bearer ${one}` } }))
  for (const { port } of sites) {
    const [read, refused] = await heardBy(`http://localhost:${port}/`, server.url, calls)
    expect(read).toMatchObject({ status: 200, text: expect.stringContaining(secret) })
    expect(refused).toMatchObject({ status: 401, text: expect.stringContaining('missing_or_invalid_key') })
  }
})
