// The page of an order, in a real browser: it waits, is left and loaded again, and hands the key out once.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { operator } from '../../src/accounts/caller.ts'
import type { RailName } from '../../src/payments/rail.ts'
import { uuidOf } from '../../src/ulid.ts'
import { tenant } from '../accounts/tenant.ts'
import { scriptedRails } from '../payments/scripted-rail.ts'
import { type Serving, serve } from './serve.ts'

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
)
const withBrowser = test.skipIf(!executable) // skipped where there is no Chromium at $CHROMIUM or in /usr/bin

let browser: Browser

beforeAll(async () => {
  if (executable) browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox'] })
})

afterAll(async () => {
  await browser?.close()
})

/** An order, and the address of its page. */
async function ordered(
  server: Serving,
  rail: RailName = 'manual',
  token?: string,
): Promise<{ id: string; url: string }> {
  const { json } = await server.call('POST', '/keys', {
    body: { plan: 'dev', rail },
    ...(token === undefined ? {} : { token }),
  })
  return { id: uuidOf(String(json['invoice_id'])) ?? '', url: String(json['checkout_url']) }
}

async function open(url: string): Promise<{ page: Page; complaints: string[]; visited: string[] }> {
  const page = await browser.newPage()
  const complaints: string[] = []
  const visited: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  page.on('request', (request) => void visited.push(request.url()))
  await page.goto(url)
  return { page, complaints, visited }
}

const heading = (page: Page, name: string): Promise<void> => page.getByRole('heading', { name }).waitFor()
const button = (page: Page) => page.getByRole('button', { name: 'Show the key' })
const pay = ({ core }: Serving, id: string) => core.payments.payByHand(operator, id)

withBrowser(
  'it waits for the payment, and shows a key that works when somebody presses for it, once',
  async () => {
    await using server = await serve()
    const { id, url } = await ordered(server)
    const { page, complaints, visited } = await open(url)
    await heading(page, 'Waiting for the payment')
    await page.reload()
    await heading(page, 'Waiting for the payment')
    expect(await button(page).isVisible()).toBe(false)
    await pay(server, id)
    await heading(page, 'It is paid')
    // Another tab, and coming back, spend nothing.
    const { page: other } = await open(url)
    await heading(other, 'It is paid')
    await page.reload()
    await button(page).click()
    await heading(page, 'Here is your key')
    const token = (await page.locator('#key').textContent()) ?? ''
    expect(token).toMatch(/^mf_\w{30}$/)
    expect((await server.call('GET', '/mayfly/v1/account', { token })).json['plan']).toBe('dev')
    expect(page.url()).not.toContain('#')
    await button(other).click()
    await heading(other, 'The key was shown already')
    expect(complaints).toEqual([])
    // The secret is in no address that is asked for.
    const secret = url.split('#')[1] ?? ''
    expect(secret).toHaveLength(40)
    expect(visited.filter((one) => one.includes(secret) && !one.includes('#'))).toEqual([])
    expect(server.logged.join()).not.toContain(secret)
    expect(server.logged.join()).not.toContain(token)
  },
  60_000,
)

withBrowser(
  'an answer with the key that is lost on the way is got by pressing again',
  async () => {
    await using server = await serve()
    const { id, url } = await ordered(server)
    await pay(server, id)
    const { page } = await open(url)
    let lost = 0
    await page.route('**/key', async (route) => {
      if (lost++ > 0) return route.continue()
      await route.fetch()
      return route.abort()
    })
    await button(page).click()
    await page.locator('#trouble', { hasText: /./ }).waitFor()
    await button(page).click()
    await heading(page, 'Here is your key')
  },
  60_000,
)

withBrowser(
  'it leads to the payment again, where it is paid elsewhere',
  async () => {
    const { rails, stripe } = scriptedRails()
    await using server = await serve({}, { rails })
    await ordered(server, 'stripe')
    const { page } = await open(stripe.begun[0]?.returnUrl ?? '')
    await heading(page, 'Waiting for the payment')
    const link = page.getByRole('link', { name: 'Go to the payment' })
    expect(await link.getAttribute('href')).toBe('https://stripe.example/pay/1')
  },
  60_000,
)

withBrowser(
  'an order that is over, one by a key, and a link that is not whole, say so',
  async () => {
    await using server = await serve()
    const old = await ordered(server)
    server.core.clock.now += 86_400_000
    const { page } = await open(old.url)
    await heading(page, 'This order is over')
    const { secret } = await tenant(server.core)
    const own = await ordered(server, 'manual', secret)
    await pay(server, own.id)
    const { page: mine } = await open(own.url)
    await mine.getByText('Go on with the key that you have').waitFor()
    expect(await button(mine).isVisible()).toBe(false)
    const { page: bare } = await open(old.url.split('#')[0] ?? '')
    await heading(bare, 'This link is not whole')
    const { page: wrong } = await open(`${old.url}x`)
    await heading(wrong, 'There is no such order')
  },
  60_000,
)

withBrowser(
  'it tries again by itself while the server does not answer',
  async () => {
    await using server = await serve()
    const { id, url } = await ordered(server)
    await pay(server, id)
    const page = await browser.newPage()
    let down = true
    await page.route('**/mayfly/v1/checkout/*', (route) => (down ? route.abort() : route.continue()))
    await page.goto(url)
    await page.locator('#trouble', { hasText: 'it is tried again by itself' }).waitFor()
    down = false
    await heading(page, 'It is paid')
    expect(await page.locator('#trouble').textContent()).toBe('')
  },
  60_000,
)
