// Coming in and going out: the first link of a server, invitations, registering, passwords, signing in and out.
import { expect } from 'bun:test'
import { at } from '../http/serve.ts'
import { inBrowser, visit } from './browser.ts'
import { asMember, callBy, email, fill, firstLink, isGood, password } from './member.ts'

inBrowser(
  "a new server's link makes its operator; the secret is out of the address and the history at once",
  async () => {
    await using page = await visit()
    const { tab, url } = page
    const asked: string[] = []
    tab.on('request', (request) => asked.push(`${request.url()} ${request.postData() ?? ''}`))
    const link = firstLink(page)
    await tab.goto(url + link)
    await tab.getByRole('heading', { name: 'Take your invitation' }).waitFor()
    expect(tab.url()).toBe(`${url}/app/invitation`)
    const secret = link.split('#')[1] ?? ''
    expect(asked.some((one) => one.includes(secret))).toBe(false)
    await isGood(page)
    await fill(tab, { 'E-mail address': 'Ann@Example.test', 'New password': password }, 'Make my account')
    await tab.getByRole('heading', { name: 'Welcome' }).waitFor()
    await tab.getByText('You are signed in as ann@example.test, an operator of this server').waitFor()
    expect(asked.filter((one) => one.includes(secret))).toHaveLength(1)
    await isGood(page)
    await tab.goBack()
    expect(tab.url()).not.toContain(secret)
    await tab.goto(url + link)
    page.excuse(/404/)
    await fill(tab, { 'E-mail address': 'eve@example.test', 'New password': password }, 'Make my account')
    await tab.getByText('There is no such invitation, or not any more').waitFor()
  },
)

inBrowser('a link without its secret says so, and a further link in the same tab is taken up', async () => {
  await using page = await visit({ path: '/app/invitation' })
  const { tab, url } = page
  await tab.getByText('This link is not whole').waitFor()
  await tab.goto(url + firstLink(page))
  await tab.getByLabel('E-mail address').waitFor()
  expect(tab.url()).toBe(`${url}/app/invitation`)
})

inBrowser('a password is set by a link, and one signs in with it where one wanted to go', async () => {
  await using page = await asMember()
  const { tab, url } = page
  await tab.getByRole('heading', { name: 'Mailboxes', exact: true }).waitFor()
  const { json } = await callBy(tab, 'GET', '/session')
  const made = await callBy(tab, 'POST', `/members/${at(json, 'member', 'id')}/password-link`)
  const link = new URL(String(at(made.json, 'url')))
  await tab.goto(url + link.pathname + link.hash)
  await tab.getByRole('heading', { name: 'Set a new password' }).waitFor()
  expect(tab.url()).toBe(`${url}/app/password`)
  await isGood(page)
  await fill(tab, { 'New password': 'battery staple' }, 'Set the password')
  await tab.getByText('Your new password is set').waitFor()
  await callBy(tab, 'DELETE', '/session')
  page.excuse(/401/)
  await tab.goto(`${url}/app/keys`)
  await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
  await isGood(page)
  await fill(tab, { 'E-mail address': email, Password: password }, 'Sign in')
  await tab.getByText('do not belong together').waitFor()
  await fill(tab, { 'E-mail address': email, Password: 'battery staple' }, 'Sign in')
  await tab.getByRole('heading', { name: 'API keys' }).waitFor()
})

inBrowser('who registers is welcomed, by the keyboard alone', async () => {
  await using page = await visit({ path: '/app/sign-in', env: { MAYFLY_SERVER_REGISTRATION: 'open' } })
  const { tab } = page
  await tab.getByRole('link', { name: 'No account yet? Make one.' }).focus()
  await tab.keyboard.press('Enter')
  await tab.getByRole('heading', { name: 'Make an account' }).waitFor()
  await tab.getByLabel('E-mail address').and(tab.locator(':focus')).waitFor()
  await tab.keyboard.type('bob@example.test')
  await tab.keyboard.press('Tab')
  await tab.keyboard.type(password)
  await tab.keyboard.press('Enter')
  await tab.getByRole('heading', { name: 'Welcome' }).waitFor()
  await tab.getByText('bob@example.test').first().waitFor()
})

inBrowser('registering is not offered where it is not open', async () => {
  await using page = await visit({ path: '/app/register' })
  await page.tab.getByText('Ask its operator for an invitation').waitFor()
  expect(await page.tab.getByLabel('E-mail address').count()).toBe(0)
})

inBrowser(
  'signing out leaves nothing: no cookie, nothing kept, nothing behind the back button, in any tab',
  async () => {
    await using page = await asMember()
    const { tab, url } = page
    const { json } = await callBy(tab, 'POST', '/mailboxes', { localPart: 'secret-plan' })
    const address = String(at(json, 'address'))
    await tab.reload()
    await tab.getByRole('link', { name: address }).click()
    await tab.getByRole('heading', { name: address }).waitFor()
    const other = await page.another('/app/mailboxes')
    await other.getByRole('link', { name: address }).waitFor()
    await tab.getByRole('button', { name: 'Your account' }).click()
    await tab.getByRole('menuitem', { name: 'Sign out' }).click()
    await tab.waitForURL(`${url}/`)
    await other.waitForURL(`${url}/`)
    expect((await tab.context().cookies()).filter(({ value }) => value !== '')).toEqual([])
    const kept = await tab.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
    expect(kept).not.toContain('secret-plan')
    expect(kept).not.toContain('signed-in')
    await tab.goBack()
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await tab.content()).not.toContain('secret-plan')
  },
)
