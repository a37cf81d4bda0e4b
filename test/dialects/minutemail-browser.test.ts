// MinuteMail called by a page of another origin in a real browser, with a key that is for that page alone.
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

/** What a page at `from` hears of its calls; a text where the browser kept the answer from it. */
async function heardBy(from: string, url: string, key: string): Promise<(Heard | string)[]> {
  const page = await browser.newPage()
  await page.goto(from)
  const heard = await page.evaluate(
    async ({ url, key }) => {
      const call = (method: string, path: string, headers: Record<string, string>, body?: string) =>
        fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) }).then(
          async (response) => ({
            status: response.status,
            left: response.headers.get('x-ratelimit-remaining'),
            text: await response.text(),
          }),
          () => 'blocked',
        )
      const keyed = { authorization: `Bearer ${key}` }
      const json = { 'content-type': 'application/json' }
      return [
        await call('POST', '/v1/mailboxes', { ...keyed, ...json }, '{"expiresIn":10}'),
        await call('GET', '/v1/mailboxes', keyed),
        await call('DELETE', '/v1/mailboxes', { ...keyed, ...json }, '{"ids":[]}'),
        await call('POST', '/v1/mailboxes', json, '{}'),
        await call('GET', '/v1/mailboxes', {}),
      ]
    },
    { url, key },
  )
  await page.close()
  return heard
}

withBrowser(
  'a page calls with the key that is for its origin, and one of another origin reads why it may not',
  async () => {
    await using server = await serve()
    const [own, other] = sites.map(({ port }) => `localhost:${port}`)
    const { secret } = await tenant(server.core, { plan: 'free', key: { prefix: 'mmak_', origins: [String(own)] } })
    const [made, listed, ended, ...keyless] = await heardBy(`http://${own}/`, server.url, secret)
    expect(made).toMatchObject({ status: 201, left: '99', text: expect.stringContaining('"alias"') })
    expect(listed).toMatchObject({ status: 200, left: '98', text: expect.stringContaining('"messageCount":0') })
    expect(ended).toEqual({ status: 204, left: '97', text: '' })
    expect(keyless).toEqual(['blocked', 'blocked'])
    const refused = {
      status: 403,
      left: '97',
      text: JSON.stringify({ error: 'forbidden', message: 'API key not authorized for this domain' }),
    }
    const elsewhere = await heardBy(`http://${other}/`, server.url, secret)
    expect(elsewhere).toEqual([refused, refused, refused, 'blocked', 'blocked'])
    const unknown = await heardBy(`http://${own}/`, server.url, 'wrong')
    expect(unknown[1]).toMatchObject({ status: 401, text: expect.stringContaining('"error":"unauthorized"') })
  },
)
