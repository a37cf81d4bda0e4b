// The guides, the references with their calls to try, and what is said of privacy.
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { apiNames, apis } from '../../src/web/app/guides/apis.ts'
import { linesOf } from '../../src/web/app/guides/lines.ts'
import { at, listIn } from '../http/serve.ts'
import { inBrowser, visit } from './browser.ts'
import { asMember, callBy, fill, isGood } from './member.ts'

/** All that the page keeps in this browser, and its cookies, as one text. */
const kept = (tab: Page): Promise<string> =>
  tab.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie')

const languages = [
  ['en', 'The DustMail API', 'Create an inbox', 'The usual order'],
  ['de', 'Die DustMail-API', 'Ein Postfach anlegen', 'Der übliche Ablauf'],
  ['ru', 'API DustMail', 'Создать ящик', 'Обычный порядок'],
] as const

inBrowser(
  'a guide shows each example in the language that one chooses, with this server and, if one likes, his key',
  async () => {
    await using page = await visit({ path: '/docs' })
    const { tab, url } = page
    for (const { title } of Object.values(apis))
      await tab.getByRole('main').getByRole('link', { name: title, exact: true }).waitFor()
    await isGood(page)
    await tab.getByRole('link', { name: 'Guide : DustMail' }).click()
    await tab.getByRole('heading', { name: 'The DustMail API' }).waitFor()
    const create = tab.getByRole('region', { name: 'Create an inbox', exact: true })
    const shown = (): Promise<string | null> => create.getByRole('tabpanel').textContent()
    const { create: call } = apis.dustmail.calls
    expect(await shown()).toBe(linesOf(call, 'curl', { base: url, known: {} }))
    expect(await create.getByRole('region', { name: 'Answer 201' }).textContent()).toContain('"success": true')
    // The tabs are one stop, and the arrows lead from one to the next.
    await create.getByRole('tab', { name: 'curl' }).focus()
    await tab.keyboard.press('ArrowLeft')
    expect(await shown()).toBe(linesOf(call, 'Python', { base: url, known: {} }))
    await create.getByRole('button', { name: 'Copy the example' }).click()
    expect(String(await tab.evaluate('navigator.clipboard.readText()'))).toBe(
      linesOf(call, 'Python', { base: url, known: {} }),
    )
    const field = tab.getByLabel('Your key, to have it in the examples')
    await field.fill('dm_live_abc')
    expect(await shown()).toBe(linesOf(call, 'Python', { base: url, known: { MAYFLY_KEY: 'dm_live_abc' } }))
    expect(await shown()).toContain('Bearer dm_live_abc')
    await field.fill('"; rm -rf ~')
    await tab.getByText('A key has only letters').waitFor()
    expect(await shown()).not.toContain('rm -rf')
    await isGood(page)
    await field.fill('dm_live_abc')
    expect(await kept(tab)).not.toContain('dm_live_abc')
    // A part of a guide has an address, which leads there; the choice is kept, the key is not.
    await tab.getByRole('navigation', { name: 'On this page' }).getByRole('link', { name: 'Delete an inbox' }).click()
    expect(tab.url()).toBe(`${url}/docs/dustmail#remove`)
    await tab.reload()
    await tab.getByRole('tab', { name: 'Python', selected: true }).first().waitFor()
    expect(await shown()).toContain('os.environ')
    await tab.waitForFunction(
      "(({ top }) => top >= 0 && top < innerHeight)(document.getElementById('remove').getBoundingClientRect())",
    )
    await tab.emulateMedia({ colorScheme: 'dark' })
    for (const [language, title, first, order] of languages) {
      await tab.evaluate((one) => localStorage.setItem('mayfly.language', JSON.stringify(one)), language)
      await tab.goto(`${url}/docs/dustmail`)
      await tab.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
      await tab.getByRole('heading', { name: first, exact: true }).waitFor()
      await tab.getByRole('heading', { name: order, exact: true }).waitFor()
      expect(await tab.getByRole('tabpanel').first().textContent()).toContain(`${url}/api/v1/inbox`)
    }
    await isGood(page)
    for (const name of apiNames) {
      await tab.goto(`${url}/docs/${name}`)
      await tab.getByRole('tabpanel').first().waitFor()
      expect(await tab.getByRole('tabpanel', { includeHidden: true }).count()).toBe(
        Object.keys(apis[name].calls).length + 1,
      )
      // What the contents lead to is there once.
      const ids = await tab.locator('[id]').evaluateAll((all) => all.map(({ id }) => id))
      expect([name, ids.filter((id, at) => ids.indexOf(id) !== at)]).toEqual([name, []])
      await tab.setViewportSize({ width: 320, height: 640 })
      await page.fits()
    }
  },
)

inBrowser('calls that few readers want are folded, and open for whoever is led to one', async () => {
  await using page = await visit({ path: '/docs/native' })
  const { tab, url } = page
  const folds = tab.locator('details', { has: tab.getByRole('heading', { level: 3 }) })
  const group = folds.filter({ hasText: 'For the operator: the server' })
  const health = group.getByRole('heading', { name: 'How the server is' })
  await group.locator('summary').waitFor()
  expect(await folds.count()).toBe(4)
  expect(await health.isVisible()).toBe(false)
  await isGood(page)
  const contents = tab.getByRole('navigation', { name: 'On this page' })
  await contents.getByRole('link', { name: 'For the operator: the server' }).click()
  await health.waitFor()
  await isGood(page)
  // By an address from elsewhere, too: there the words come after it.
  await tab.goto(`${url}/docs`)
  await tab.goto(`${url}/docs/native#changePassword`)
  const change = tab.getByRole('region', { name: 'Change your password', exact: true })
  await change.getByText('the example signs in first').waitFor()
  await tab.waitForFunction(
    "(({ top }) => top >= 0 && top < innerHeight)(document.getElementById('changePassword').getBoundingClientRect())",
  )
  expect(await change.getByRole('tabpanel').textContent()).toContain('-c mayfly-cookies.txt')
  expect(await health.isVisible()).toBe(false)
  await tab.setViewportSize({ width: 320, height: 640 })
  await page.fits()
})

inBrowser('every call can be tried: by who is signed in, by a key in either header, and by nobody', async () => {
  await using page = await asMember({ path: '/docs/native/calls' })
  const { tab, url } = page
  // A call that is refused is what is tried here, too.
  page.excuse(/Failed to load resource/)
  const open = (path: string, summary: string) => tab.locator('details', { hasText: `${path} ${summary}` })
  const account = open('/mayfly/v1/account', 'Show my account')
  await tab.getByLabel('Find a call').fill('show my account')
  await tab.getByText(/^[1-9] calls$/).waitFor()
  await account.locator('summary').click()
  await account.getByLabel('Who calls').selectOption({ label: 'I, signed in as ann@example.test' })
  await account.getByRole('button', { name: 'Send' }).click()
  const came = account.getByRole('region', { name: 'The answer', exact: true })
  await came.getByText('200 OK').waitFor()
  await came.getByText('GET /mayfly/v1/account', { exact: true }).waitFor()
  await came.getByText(/^x-request-id: /).waitFor()
  expect(await came.getByRole('region', { name: 'Body of the answer' }).textContent()).toContain('"plan"')
  expect(await came.getByRole('region', { name: 'The same with curl' }).textContent()).toBe(
    `curl '${url}/mayfly/v1/account' \\\n  -H "Authorization: Bearer $MAYFLY_KEY"`,
  )
  await isGood(page)
  // With a key the cookie does not speak: a wrong one is refused.
  await account.getByLabel('Who calls').selectOption('bearer')
  await account.getByText('This call needs a key').waitFor()
  expect(await account.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await tab.getByLabel('Key or token').fill('mayfly_wrong')
  await account.getByRole('button', { name: 'Send' }).click()
  await came.getByText('401 Unauthorized').waitFor()

  const { json } = await callBy(tab, 'POST', '/keys', { name: 'try' })
  const key = String(at(json, 'key'))
  await tab.goto(`${url}/docs/dustmail/calls`)
  await tab.getByLabel('Key or token').fill(key)
  const create = open('/api/v1/inbox', 'Create an inbox')
  await create.locator('summary').click()
  await create.getByLabel('Who calls').selectOption({ label: 'The key, in X-API-Key' })
  const body = create.getByLabel('Body (JSON)')
  await body.fill('{"duration": 20')
  await create.getByText('This is no JSON yet.').waitFor()
  await isGood(page)
  await body.fill('{"duration": 20}')
  await create.getByRole('button', { name: 'Send' }).click()
  await create.getByText('201 Created').waitFor()
  expect(await create.getByRole('region', { name: 'The same with curl' }).textContent()).toContain(
    '-H "X-API-Key: $MAYFLY_KEY"',
  )
  expect(await kept(tab)).not.toContain(key)
  const { json: boxes } = await callBy(tab, 'GET', '/mailboxes')
  expect(listIn(boxes, 'items')).toHaveLength(1)

  // A form, and an answer that is no JSON.
  await tab.goto(`${url}/docs/minutemail/calls`)
  await tab.getByLabel('Key or token').fill(key)
  const put = open('/v1/mailboxes/{mailbox}/mails', 'Put a mail into a mailbox')
  await put.locator('summary').click()
  await put.getByText('Fill in mailbox.').waitFor()
  await put.getByLabel('mailbox', { exact: true }).fill(String(at(listIn(boxes, 'items')[0], 'id')))
  await put.getByLabel('sender', { exact: true }).fill('shop@example.com')
  await put.getByRole('button', { name: 'Send' }).click()
  await put.getByText('201 Created').waitFor()

  // What is switched off says so, and its document is not asked for.
  await callBy(tab, 'PATCH', '/admin/settings', { dialects: { mailfade: false } })
  for (const path of ['/docs/mailfade', '/docs/mailfade/calls']) {
    await tab.goto(url + path)
    await tab.getByText('The MailFade API is switched off on this server.').waitFor()
  }
  await tab.goto(`${url}/docs`)
  await tab.getByText('switched off here').waitFor()
  await isGood(page)
})

inBrowser('a stream is shown while it comes, and can be stopped', async () => {
  await using page = await visit({ path: '/docs/native/calls' })
  const { tab } = page
  const follow = tab.locator('details', { hasText: '/events Follow a mailbox' })
  await follow.locator('summary').click()
  await follow.getByLabel('Who calls').selectOption({ label: 'Nobody' })
  await follow.getByLabel('mailbox', { exact: true }).fill('watched@mayfly.test')
  await follow.getByRole('button', { name: 'Send' }).click()
  await follow.getByText('200 OK').waitFor()
  await page.mail('watched@mayfly.test', { subject: 'While it comes' })
  await follow.getByText('While it comes').waitFor()
  await follow.getByRole('button', { name: 'Stop' }).click()
  await follow.getByRole('button', { name: 'Send' }).and(tab.locator(':enabled')).waitFor()
})

inBrowser('the privacy page is linked from every view, and says what the config says', async () => {
  await using page = await visit({
    path: '/docs',
    env: {
      MAYFLY_MAILBOXES_UNCLAIMED_RETENTION_MINUTES: '180',
      MAYFLY_PLANS_FREE_RETENTION_MINUTES: '7200',
      MAYFLY_LIMITS_REFUSALS_KEPT: '1234',
      MAYFLY_WEBHOOKS_DELIVERED_KEPT_HOURS: '5',
      MAYFLY_DIALECTS_MAILCX_IDLE_DAYS: '77',
    },
  })
  const { tab, url } = page
  await tab.getByRole('contentinfo').getByRole('link', { name: 'Privacy' }).click()
  await tab.getByRole('heading', { level: 1, name: 'Privacy' }).waitFor()
  const row = (what: string): Promise<string | null> =>
    tab.getByRole('row', { name: what }).getByRole('cell').textContent()
  expect(await row('Addresses that nobody opened')).toBe('3 hours')
  expect(await row('Mailboxes of the plan “free”')).toBe('5 days')
  expect(await row('Mail that was refused')).toBe('the last 1,234')
  expect(await row('What webhooks were sent')).toBe('5 hours if it arrived, else 720 hours')
  await tab.getByText('when nobody used them for 77 days').waitFor()
  await isGood(page)
  // Nobody has a cookie before he signs in; then there is the one that the page names.
  const cookies = async (): Promise<string[]> => (await tab.context().cookies()).map(({ name }) => name)
  for (const path of ['/', '/docs/native', '/app/sign-in']) {
    await tab.goto(url + path)
    await tab.getByRole('heading', { level: 1 }).waitFor()
    await tab.getByRole('contentinfo').getByRole('link', { name: 'Privacy' }).waitFor()
    expect(await cookies()).toEqual([])
  }
  const token = /\/app\/invitation#(\S+)/.exec(page.server().greeting)?.[1]
  const made = { token, email: 'ann@example.test', password: 'correct horse' }
  expect((await callBy(tab, 'POST', '/invitations/accept', made)).status).toBe(201)
  await fill(tab, { 'E-mail address': made.email, Password: made.password }, 'Sign in')
  await tab.getByRole('heading', { name: 'Mailboxes', exact: true }).waitFor()
  expect(await cookies()).toEqual(['mayfly'])
})
