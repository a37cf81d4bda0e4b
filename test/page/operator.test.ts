// The operator's views: what the server did, whose accounts there are, and what is switched, blocked and paid.
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { at, listIn } from '../http/serve.ts'
import { inBrowser, type Visit } from './browser.ts'
import { asMember, callBy, fill, isGood, password } from './member.ts'

const said = (tab: Page, text: string) => tab.getByText(text).first().waitFor()

/** As `isGood`, and in the other look too. */
async function isGoodInBothLooks(page: Visit): Promise<void> {
  await isGood(page)
  // What fades has no colour of its own meanwhile.
  await page.tab.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await page.accessible()
  await page.tab.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

inBrowser('analytics show what the server did, as charts and as a table, by API, account and reason', async () => {
  await using page = await asMember({ path: '/app/admin' })
  const { tab } = page
  page.excuse(/404/)
  const { json } = await callBy(tab, 'POST', '/mailboxes', {})
  await page.mail(String(at(json, 'address')))
  await callBy(tab, 'GET', '/mailboxes/nothing')
  await tab.getByRole('button', { name: 'Look again' }).click()
  for (const name of ['Mails', 'Requests', 'Refusals', 'Storage used'])
    await tab.getByRole('img', { name, exact: true }).locator('canvas').waitFor()
  const latency = tab.getByRole('figure').filter({ hasText: 'Latency of API calls' })
  await latency.getByLabel('Latency of which API').selectOption('native')
  await latency.locator('canvas').waitFor()
  const top = tab.getByRole('region', { name: 'Top accounts' })
  await top.getByRole('button', { name: 'Mails' }).click()
  expect(await top.getByRole('listitem').textContent()).toBe('ann@example.test1')
  await tab.getByRole('region', { name: 'Why requests were refused' }).getByText('mailbox-unknown').waitFor()
  await tab.getByRole('region', { name: 'By API' }).getByRole('rowheader', { name: 'Mayfly' }).waitFor()
  await isGoodInBothLooks(page)
  await tab.getByRole('button', { name: 'Table' }).click()
  for (const span of ['Hours', 'Days', 'Weeks', 'Months']) {
    await tab.getByRole('button', { name: span, exact: true }).click()
    const rows = tab.getByRole('region', { name: 'Analytics' }).getByRole('row')
    await rows.nth(1).waitFor()
    expect(await rows.count()).toBe(2)
    expect((await rows.nth(1).getByRole('cell').allTextContents())[0]).toBe('1')
  }
  await isGood(page)
})

inBrowser('an account is made, found, given another plan, suspended, resumed and deleted', async () => {
  await using page = await asMember({ path: '/app/admin/accounts' })
  const { tab } = page
  page.excuse(/409/)
  await tab.getByRole('button', { name: 'New account' }).click()
  await tab.getByLabel('E-mail address', { exact: true }).fill('bob@example.test')
  await tab.getByRole('dialog').getByLabel('Plan').selectOption('free')
  await isGood(page)
  await tab.getByRole('button', { name: 'Make the account' }).click()
  await tab.getByRole('heading', { name: 'bob@example.test' }).waitFor()
  await said(tab, 'plan “free”')
  await said(tab, 'It has no key.')
  await isGoodInBothLooks(page)

  await tab.getByRole('button', { name: 'Link for a new password' }).click()
  const link = await tab.getByRole('region', { name: 'Link', exact: true }).textContent()
  const room = await tab.context().browser()?.newContext({ locale: 'en' })
  const bob = await room?.newPage()
  if (!bob) throw new Error('there is no browser')
  await bob.goto(link ?? '')
  await fill(bob, { 'New password': password }, 'Set the password')
  await bob.getByText('Your new password is set').waitFor()
  await callBy(bob, 'POST', '/keys', { name: "Bob's" })
  await bob.goto(`${page.url}/app/admin/accounts`)
  await bob.getByRole('heading', { name: 'These pages are for the operator' }).waitFor()

  await tab.reload()
  await tab.getByRole('list', { name: 'API keys' }).getByText("Bob's").waitFor()
  await tab.getByRole('button', { name: 'Change the plan' }).click()
  await tab.getByRole('dialog').getByLabel('Plan').selectOption('pro')
  await tab.getByRole('button', { name: 'Save' }).click()
  await said(tab, 'plan “pro”')
  await tab.getByRole('button', { name: 'Suspend' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
  await tab.getByText('suspended', { exact: true }).waitFor()
  expect((await callBy(bob, 'GET', '/account')).status).toBe(403)
  await tab.getByRole('button', { name: 'Resume' }).click()
  await tab.getByRole('button', { name: 'Suspend' }).waitFor()
  await tab.getByRole('link', { name: 'Audit trail' }).last().click()
  await tab.getByRole('list', { name: 'Audit trail' }).getByText('account.changed').first().waitFor()
  await isGood(page)

  await tab.getByRole('link', { name: 'Accounts', exact: true }).click()
  const rows = tab.getByRole('list', { name: 'Accounts' }).getByRole('listitem')
  await rows.nth(1).waitFor()
  await tab.getByLabel('E-mail address of a member').fill('BOB@')
  await tab.getByText('ann@example.test').waitFor({ state: 'detached' })
  expect(await rows.count()).toBe(1)
  await tab.getByLabel('State').selectOption('suspended')
  await tab.getByRole('heading', { name: 'No account fits' }).waitFor()
  await tab.getByRole('button', { name: 'Show all' }).click()
  await rows.nth(1).waitFor()
  await isGoodInBothLooks(page)
  await tab.getByRole('button', { name: 'Invite', exact: true }).click()
  await tab.getByRole('dialog').getByLabel('E-mail address').fill('cara@example.test')
  await tab.getByRole('button', { name: 'Make the link' }).click()
  await said(tab, 'While registration is off, the link is refused')
  await tab.getByText('1 open invitation').click()
  await tab.getByRole('button', { name: 'Take back' }).click()
  await said(tab, 'taken back')

  await tab.getByRole('link', { name: 'bob@example.test' }).click()
  await tab.getByRole('button', { name: 'Delete', exact: true }).click()
  const yes = tab.getByRole('dialog').getByRole('button', { name: 'Delete the account' })
  expect(await yes.isDisabled()).toBe(true)
  await tab.getByLabel('Type “bob@example.test”').fill('bob@example.test')
  await yes.click()
  await said(tab, 'bob@example.test is deleted')
  expect(listIn((await callBy(tab, 'GET', '/admin/accounts')).json, 'items')).toHaveLength(1)
  await room?.close()
})

inBrowser('ten thousand accounts are scrolled through with only the rows in sight', async () => {
  await using page = await asMember({ path: '/privacy' })
  const { tab, url } = page
  await tab.route('**/mayfly/v1/admin/accounts?**', (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0)
    const items = Array.from({ length: 2000 }, (_, index) => ({
      id: `id-${from + index}`,
      owner: `n${from + index}@example.test`,
      plan: 'free',
      state: 'active',
      members: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
    }))
    return route.fulfill({ json: { items, next: from + 2000 < 10_000 ? String(from + 2000) : null } })
  })
  await tab.goto(`${url}/app/admin/accounts`)
  const rows = tab.getByRole('list', { name: 'Accounts' }).getByRole('listitem')
  await rows.first().waitFor()
  for (let known = 2000; known <= 10_000; known += 2000) {
    await tab.locator(`[aria-setsize="${known}"]`).first().waitFor()
    await tab.evaluate('scrollTo(0, document.body.scrollHeight)')
  }
  await tab.getByText('n9999@example.test').waitFor()
  expect(await rows.count()).toBeLessThan(60)
  expect(await rows.last().getAttribute('aria-setsize')).toBe('10000')
})

inBrowser('rules are checked as one types, domains vouched for, and the API is switched off and on', async () => {
  await using page = await asMember({ path: '/app/admin/blocks', env: { MAYFLY_DNS_MODE: 'off' } })
  const { tab, url } = page
  page.excuse(/400|409/)
  await tab.getByRole('heading', { name: 'Nothing is blocked' }).waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'New rule' }).click()
  const add = tab.getByRole('button', { name: 'Add the rule' })
  for (const [kind, pattern, complaint] of [
    ['sender', 'spam', 'This is no address and no domain'],
    ['sender', '*@*', 'This would refuse all mail'],
    ['network', '192.0.2', 'This is no network'],
    ['network', '0.0.0.0/0', 'This would refuse all mail'],
  ] as const) {
    await tab.getByLabel('Refuse by').selectOption(kind)
    await tab.getByLabel('Pattern').fill(pattern)
    await said(tab, complaint)
    expect(await add.isDisabled()).toBe(true)
  }
  await isGood(page)
  await tab.getByLabel('Refuse by').selectOption('sender')
  // What only the server sees.
  await tab.getByLabel('Pattern').fill('a b@example.com')
  await add.click()
  await tab.getByRole('dialog').getByRole('alert').waitFor()
  await tab.getByLabel('Pattern').fill('*.spam.example')
  await tab.getByLabel('Note').fill('newsletters')
  await add.click()
  await tab.getByRole('list', { name: 'Block rules' }).getByText('*.spam.example').waitFor()
  await isGoodInBothLooks(page)
  await tab.getByRole('button', { name: 'Take back *.spam.example' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
  await tab.getByRole('heading', { name: 'Nothing is blocked' }).waitFor()

  await callBy(tab, 'POST', '/domains', { name: 'shop.example' })
  await tab.getByRole('link', { name: 'Domains', exact: true }).click()
  await said(tab, 'pending')
  await tab.getByRole('button', { name: 'Ask the doctor' }).click()
  await tab.getByRole('region', { name: 'What the doctor found' }).waitFor()
  const act = async (what: string) => {
    await tab.getByRole('button', { name: 'Actions for shop.example' }).click()
    await tab.getByRole('menuitem', { name: what }).click()
  }
  await act('Verify by hand')
  await tab.getByRole('dialog').getByRole('button', { name: 'Verify by hand' }).click()
  await said(tab, 'verified')
  await act('Ask the doctor')
  await tab.getByRole('region', { name: 'What the doctor found' }).nth(1).waitFor()
  await isGoodInBothLooks(page)
  await callBy(tab, 'POST', '/mailboxes', { domain: 'shop.example' })
  await act('Remove')
  await tab.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await said(tab, '1 mailbox ends with it')
  await tab.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await tab.getByRole('heading', { name: 'No account has a domain' }).waitFor()

  await tab.getByRole('link', { name: 'Switches', exact: true }).click()
  const api = tab.getByRole('switch', { name: 'API for programs' })
  await api.click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect(await api.isChecked()).toBe(true)
  await api.click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
  await tab.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await api.isChecked()).toBe(false)
  expect((await fetch(`${url}/api/v1/inbox`)).status).toBe(503)
  await isGoodInBothLooks(page)
  await tab.getByRole('button', { name: 'Set back to the config' }).click()
  await tab.getByRole('switch', { name: 'API for programs', checked: true }).waitFor()
  await tab.getByLabel('New accounts').selectOption('open')
  await tab.getByRole('button', { name: 'Set back to the config' }).waitFor()
  expect((await callBy(tab, 'GET', '/admin/settings')).json).toMatchObject({
    developerApi: true,
    registration: 'open',
    changed: ['registration'],
  })
})

inBrowser(
  'health is looked at by itself, plans and invoices are there, and all of it is walked by the keyboard',
  async () => {
    await using page = await asMember({
      path: '/app/welcome',
      env: { MAYFLY_PLANS_DEV_BTCPAY_AMOUNT: '4.5', MAYFLY_PLANS_DEV_BTCPAY_CURRENCY: 'EUR' },
    })
    const { tab, url } = page
    const { json } = await callBy(tab, 'POST', '/keys', {})
    const ordered = await fetch(`${url}/keys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${at(json, 'key')}` },
      body: JSON.stringify({ plan: 'dev', rail: 'manual' }),
    })
    expect(ordered.status).toBe(200)
    await tab.getByRole('button', { name: 'Your account' }).focus()
    await tab.keyboard.press('Enter')
    // The menu moves the focus to its first item once it is there.
    await tab.locator('[role=menuitem]:focus').waitFor()
    await tab.getByRole('menuitem', { name: 'Operator' }).press('Enter')
    const ways = tab.getByRole('navigation', { name: 'Operator' })
    await ways.waitFor()
    const names = await ways.getByRole('link').allTextContents()
    expect(names).toHaveLength(9)
    for (const name of names) {
      await ways.getByRole('link', { name, exact: true }).press('Enter')
      await tab.getByRole('heading', { level: 1, name, exact: true }).waitFor()
      expect(await ways.locator('[aria-current]').textContent()).toBe(name)
    }
    await said(tab, 'All is well: mail is taken.')
    await isGoodInBothLooks(page)
    await tab.waitForResponse(/admin\/health/)
    await ways.getByRole('link', { name: 'Plans' }).click()
    await tab.getByText('dev', { exact: true }).click()
    await said(tab, 'Sold for 4.5 EUR by BTCPay, for 30 days.')
    await isGoodInBothLooks(page)
    await ways.getByRole('link', { name: 'Invoices' }).click()
    await tab.getByRole('button', { name: 'paid', exact: true }).click()
    await tab.getByRole('heading', { name: 'No invoice is in this state' }).waitFor()
    await tab.getByRole('button', { name: 'pending' }).click()
    await tab.getByRole('button', { name: 'Mark paid: dev' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Mark paid' }).click()
    await said(tab, 'The invoice is paid.')
    await tab.getByRole('button', { name: 'All', exact: true }).click()
    await said(tab, 'paid until')
    await isGoodInBothLooks(page)
    await ways.getByRole('link', { name: 'Audit trail' }).click()
    await tab.getByLabel('What', { exact: true }).selectOption('Invoices')
    await said(tab, 'invoice.paid')
    await tab.getByLabel('Who: part of').fill('nobody@')
    await tab.getByRole('heading', { name: 'Nothing fits' }).waitFor()
    await isGoodInBothLooks(page)
  },
)
