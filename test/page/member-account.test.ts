// Webhooks, members, sessions, plan and usage: what belongs to an account.
import { expect } from 'bun:test'
import { at, listIn } from '../http/serve.ts'
import { receiver } from '../webhooks/receiver.ts'
import { inBrowser, visit } from './browser.ts'
import { asMember, callBy, email, fill, isGood, password } from './member.ts'

const onLoopback = { MAYFLY_WEBHOOKS_ALLOW_HTTP: 'true', MAYFLY_WEBHOOKS_ALLOW_NETWORKS: '127.0.0.0/8' }

inBrowser('a webhook is made, tested, told of mail, paused, sent again, rotated and deleted', async () => {
  await using there = receiver()
  await using page = await asMember({ path: '/app/webhooks', env: onLoopback })
  const { tab } = page
  await tab.getByRole('heading', { name: 'There is no webhook yet' }).waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'New webhook' }).first().click()
  await tab.getByLabel('mail that was read').uncheck()
  await tab.getByLabel('URL').fill(there.url)
  await isGood(page)
  await tab.getByRole('button', { name: 'Make the webhook' }).click()
  const once = tab.getByRole('region', { name: 'The secret of the webhook' })
  expect(await once.getByRole('region', { name: 'Secret' }).textContent()).toStartWith('whsec_')
  await isGood(page)
  await tab.getByRole('link', { name: there.url }).click()
  await tab.getByRole('heading', { name: 'Nothing was sent' }).waitFor()
  await tab.getByRole('button', { name: 'Send a test' }).click()
  await tab.getByText('The test was taken: HTTP 200').waitFor()
  expect(there.got).toHaveLength(1)
  there.answer.by = () => new Response(null, { status: 503 })
  await tab.getByRole('button', { name: 'Send a test' }).click()
  await tab.getByText('it answered 503').waitFor()
  there.answer.by = () => new Response()
  const { json } = await callBy(tab, 'POST', '/mailboxes', {})
  await page.mail(String(at(json, 'address')))
  await there.until(3)
  await tab.reload()
  await tab.getByText('delivered').waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'Send again' }).click()
  await tab.getByText('1 delivery is sent again').waitFor()
  await there.until(4)
  await tab.getByRole('button', { name: 'Pause' }).click()
  await tab.getByText('Somebody paused it').waitFor()
  await tab.getByRole('button', { name: 'Resume' }).click()
  await tab.getByRole('button', { name: 'Pause' }).waitFor()
  const act = async (what: string) => {
    await tab.getByRole('button', { name: 'Actions for this webhook' }).click()
    await tab.getByRole('menuitem', { name: what }).click()
  }
  await act('Edit')
  await tab.getByLabel('URL').fill(`${there.url}/else`)
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText(`${there.url}/else`).waitFor()
  await act('New secret')
  await tab.getByRole('dialog').getByRole('button', { name: 'New secret' }).click()
  await tab.getByRole('region', { name: 'The secret of the webhook' }).waitFor()
  await act('Delete')
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await tab.getByRole('heading', { name: 'There is no webhook yet' }).waitFor()
})

inBrowser('a member is invited, comes, is made an owner, and is removed with a key', async () => {
  await using page = await asMember({ path: '/app/members' })
  const { tab, url } = page
  await tab.getByRole('button', { name: 'Invite' }).click()
  await tab.getByLabel('E-mail address').fill('bob@example.test')
  await isGood(page)
  await tab.getByRole('button', { name: 'Make the link' }).click()
  const link = await tab.getByRole('region', { name: 'Link', exact: true }).textContent()
  await tab.getByRole('list', { name: 'Open invitations' }).getByText('bob@example.test').waitFor()
  await isGood(page)
  const browser = tab.context().browser()
  const room = await browser?.newContext({ locale: 'en' })
  const bob = await room?.newPage()
  if (!bob) throw new Error('there is no browser')
  await bob.goto(link ?? '')
  await fill(bob, { 'E-mail address': 'bob@example.test', 'New password': password }, 'Make my account')
  await bob.getByRole('heading', { name: 'Welcome' }).waitFor()
  await callBy(bob, 'POST', '/keys', { name: "Bob's" })
  await bob.goto(`${url}/app/members`)
  await bob.getByText('To invite somebody, ask an owner').waitFor()
  expect(await bob.getByRole('button', { name: 'Invite' }).count()).toBe(0)

  await tab.reload()
  const act = async (what: string) => {
    await tab.getByRole('button', { name: 'Actions for bob@example.test' }).click()
    await tab.getByRole('menuitem', { name: what }).click()
  }
  await act('Make an owner')
  await tab.getByRole('dialog').getByRole('button', { name: 'Make an owner' }).click()
  await tab.getByText('Saved').waitFor()
  await act('Make a member')
  await act('Link for a new password')
  await tab.getByRole('region', { name: 'The link for a new password' }).waitFor()
  await act('Remove')
  await tab.getByRole('dialog').getByLabel("Bob's").check()
  await isGood(page)
  await tab.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await tab.getByText('bob@example.test is removed').waitFor()
  const { json } = await callBy(tab, 'GET', '/keys')
  expect(listIn(json, 'items')).toMatchObject([{ name: "Bob's", revokedAt: expect.any(String) }])
  await room?.close()
})

inBrowser('sessions are ended, one and all others, and the password is changed', async () => {
  await using page = await asMember({ path: '/app/sessions' })
  const { tab, server } = page
  const signIn = (): Promise<Response> =>
    fetch(`${server().api}/session`, {
      method: 'POST',
      body: JSON.stringify({ email, password }),
      headers: { 'content-type': 'application/json', 'user-agent': 'curl/8.0' },
    })
  for (let n = 0; n < 3; n++) expect((await signIn()).status).toBe(201)
  await tab.reload()
  const rows = tab.getByRole('list', { name: 'Sessions' }).getByRole('listitem')
  await tab.getByText('this one').waitFor()
  expect(await rows.count()).toBe(4)
  await isGood(page)
  await tab.getByRole('button', { name: 'End', exact: true }).first().click()
  await tab.getByText('The session has ended').waitFor()
  await tab.getByRole('button', { name: 'End all others' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'End all others' }).click()
  await tab.getByText('All other sessions have ended').first().waitFor()
  expect(listIn((await callBy(tab, 'GET', '/sessions')).json, 'items')).toHaveLength(1)
  page.excuse(/401/)
  await fill(tab, { 'Present password': 'wrong one', 'New password': 'battery staple' }, 'Change the password')
  await tab.getByText('The present password is wrong').waitFor()
  await fill(tab, { 'Present password': password, 'New password': 'battery staple' }, 'Change the password')
  await tab.getByText('Your password is changed').waitFor()
  expect((await signIn()).status).toBe(401)
})

inBrowser('the plan shows what is used of each limit, as plots and as a table', async () => {
  await using page = await visit({ path: '/app/register', env: { MAYFLY_SERVER_REGISTRATION: 'open' } })
  const { tab, url } = page
  await fill(tab, { 'E-mail address': email, 'New password': password }, 'Make my account')
  await tab.getByRole('heading', { name: 'Welcome' }).waitFor()
  const { json } = await callBy(tab, 'POST', '/mailboxes', {})
  await page.mail(String(at(json, 'address')))
  await tab.goto(`${url}/app/plan`)
  await tab.getByRole('meter', { name: 'Open mailboxes' }).waitFor()
  expect(await tab.getByRole('meter', { name: 'Open mailboxes' }).getAttribute('value')).toBe('1')
  for (const name of [
    'API calls in this minute',
    'API calls today',
    'Mailboxes opened today',
    'Archived or to be archived',
  ])
    await tab.getByRole('meter', { name }).waitFor()
  for (const name of ['API calls this month', 'Mail kept']) await tab.getByText(name).waitFor()
  await tab.getByRole('img', { name: 'Mails received' }).locator('canvas').waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'Two days' }).click()
  await tab.getByRole('button', { name: 'Table' }).click()
  await tab.getByRole('columnheader', { name: 'Mails received' }).waitFor()
  await isGood(page)
})

inBrowser("the profile's menu is walked by the keyboard, and leads only to what is there", async () => {
  await using page = await asMember()
  const { tab } = page
  await tab.getByRole('button', { name: 'Your account' }).focus()
  await tab.keyboard.press('Enter')
  const items = tab.getByRole('menuitem')
  await items.first().waitFor()
  const names = await items.allTextContents()
  await isGood(page)
  for (const name of ['Русский', 'Dark']) await tab.getByRole('menuitemradio', { name }).waitFor()
  for (const name of names.filter((one) => !['Sign out', 'Operator'].includes(one))) {
    await tab.getByRole('menuitem', { name, exact: true }).press('Enter')
    await tab.getByRole('heading', { level: 1, name }).waitFor()
    // The new view has the focus first.
    await tab.locator('#main:focus').waitFor()
    await tab.getByRole('button', { name: 'Your account' }).focus()
    await tab.keyboard.press('Enter')
  }
  await items.first().waitFor()
  await tab.keyboard.press('Escape')
  await tab.getByRole('button', { name: 'Your account' }).and(tab.locator(':focus')).waitFor()
})
