// The pages behind one-time links, in a real browser: an account is made, and a key that works.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { operator } from '../../src/accounts/caller.ts'
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

/** What the browser complained of, such as a policy of ours that keeps it from something. */
async function open(server: Serving, path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  page.on('pageerror', (error) => void complaints.push(error.message))
  await page.goto(server.url + path)
  return { page, complaints }
}

const fill = async (page: Page, fields: Record<string, string>, button: string): Promise<void> => {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value)
  await page.getByRole('button', { name: button }).click()
}

withBrowser('the link of the first start makes an admin, and a key that works', async () => {
  await using server = await serve()
  const link = await server.core.links.adminLink()
  const { page, complaints } = await open(server, `/app/invitation#${link?.token}`)
  expect(page.url()).toBe(`${server.url}/app/invitation`)
  await fill(page, { 'E-mail address': 'Ann@Example.test', 'New password': 'correct horse' }, 'Make my account')
  await page.getByText('You are signed in as ann@example.test, an admin of this server').waitFor()
  await page.getByRole('button', { name: 'Make a key' }).click()
  await page.locator('#key', { hasText: 'mayfly_' }).waitFor()
  const key = (await page.locator('#key').textContent()) ?? ''
  const account = await server.call('GET', '/mayfly/v1/account', { token: key })
  expect(account.status).toBe(200)
  expect(account.json['plan']).toBe('unlimited')
  expect(complaints).toEqual([])
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${server.url}/`)
  expect(await page.context().cookies()).toEqual([])
  expect(await server.core.links.adminLink()).toBeNull()
})

withBrowser('a link that was used, and one that is not whole, say so', async () => {
  await using server = await serve({ MAYFLY_SERVER_REGISTRATION: 'invitation' })
  const made = await server.core.links.inviteAccount(operator, {})
  const used = { email: 'bob@example.test', password: 'correct horse' }
  await server.core.links.accept({ client: '192.0.2.9', agent: '' }, made.token, used)
  const { page } = await open(server, `/app/invitation#${made.token}`)
  await fill(page, { 'E-mail address': 'eve@example.test', 'New password': 'correct horse' }, 'Make my account')
  await page.getByText('There is no such invitation, or not any more.').waitFor()
  const { page: empty } = await open(server, '/app/invitation')
  await empty.getByText('This link is not whole').waitFor()
})

withBrowser('a password is set by a link, and one signs in with it', async () => {
  await using server = await serve()
  const { core } = server
  const { member } = await core.accounts.create(operator, { email: 'cas@example.test' })
  const link = await core.links.passwordLink(operator, member.id)
  const { page } = await open(server, `/app/password#${link.token}`)
  await fill(page, { 'New password': 'battery staple' }, 'Set the password')
  await page.getByText('You are signed in as cas@example.test').waitFor()
  const { page: door } = await open(server, '/app/sign-in')
  await fill(door, { 'E-mail address': 'cas@example.test', Password: 'wrong one' }, 'Sign in')
  await door.getByText('This credential is not valid').waitFor()
  await fill(door, { 'E-mail address': 'cas@example.test', Password: 'battery staple' }, 'Sign in')
  await door.getByText('You are signed in as cas@example.test').waitFor()
})
