// A visitor's mailbox, from the first paint to its end.
import { expect } from 'bun:test'
import { inBrowser, visit } from './browser.ts'
import { addressIn, live, row } from './visitor.ts'

inBrowser('an address is painted before the server has opened it, and is the one that it opens', async () => {
  await using page = await visit({ path: null, isShared: true })
  const { tab, url } = page
  const held = Promise.withResolvers<void>()
  await tab.route('**/mayfly/v1/mailboxes', async (route) => {
    await held.promise
    await route.continue()
  })
  await tab.goto(url)
  const painted = tab.locator('output.address')
  await painted.filter({ hasText: '@mayfly.test' }).waitFor()
  const address = await painted.textContent()
  expect(address).toMatch(/^[a-z0-9]{10,12}@mayfly\.test$/)
  held.resolve()
  expect(await addressIn(tab)).toBe(address ?? '')
  await page.accessible()
})

inBrowser('where the painted address is taken another one is opened without a word', async () => {
  await using page = await visit({ path: null, isShared: true })
  const { tab, url } = page
  page.excuse(/409/)
  let isFirst = true
  const wished: unknown[] = []
  await tab.route('**/mayfly/v1/mailboxes', async (route) => {
    wished.push(route.request().postDataJSON()?.localPart)
    if (isFirst)
      await fetch(route.request().url(), {
        method: 'POST',
        body: route.request().postData() ?? '',
        headers: { 'content-type': 'application/json' },
      })
    isFirst = false
    await route.continue()
  })
  await tab.goto(url)
  const address = await addressIn(tab)
  expect(wished).toHaveLength(2)
  expect(address).toBe(`${wished[1]}@mayfly.test`)
  expect(await tab.locator('.toast').count()).toBe(0)
})

inBrowser('mail appears by itself with its code, is said, counted in the title, and moves nothing', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  await tab.evaluate(
    'globalThis.shifts = []; new PerformanceObserver((list) => shifts.push(...list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => node?.outerHTML ?? node?.data)))).observe({ type: "layout-shift" })',
  )
  const listIsAt = () => tab.getByRole('region', { name: 'Inbox' }).evaluate('(list) => list.getBoundingClientRect().y')
  const before = await listIsAt()
  await page.mail(address, { subject: 'Lunch', from: 'Ben <ben@sender.test>' })
  await row(tab, 'Lunch').waitFor()
  await tab.getByRole('log').getByText('New mail from Ben: Lunch').waitFor({ state: 'attached' })
  await page.mail(address, { subject: 'Sign in', body: 'Your verification code is 482913.' })
  const code = tab.getByRole('region', { name: 'Code from your mail' })
  await code.getByText('482913').waitFor()
  await row(tab, 'Sign in').getByText('482913').waitFor()
  expect(await tab.title()).toBe('(2) Mayfly')
  expect(await tab.evaluate('shifts')).toEqual([])
  expect(await listIsAt()).toBe(before)
  await code.getByRole('button', { name: 'Copy the code 482913' }).click()
  expect(await tab.evaluate<string>('navigator.clipboard.readText()')).toBe('482913')
  await page.accessible()
})

inBrowser('a flood of mail does not use up what its reader may ask of the server', async () => {
  await using page = await visit({
    env: { MAYFLY_PLANS_ANONYMOUS_REQUESTS_PER_MINUTE: '120', MAYFLY_PLANS_ANONYMOUS_BURST: '60' },
  })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  for (let n = 1; n <= 120; n++) await page.mail(address, { subject: `No ${n}`, body: `Your code is ${482_000 + n}.` })
  await tab.getByRole('region', { name: 'Code from your mail' }).getByText('482120').waitFor()
  await row(tab, 'No 120').click()
  await tab.getByRole('article').getByText('482120').first().waitFor()
})

inBrowser('what came while the server was away or down is there after its restart', async () => {
  await using page = await visit()
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  await page.mail(address, { subject: 'Before' })
  await row(tab, 'Before').waitFor()
  page.excuse(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/)
  await page.crash()
  await tab.getByText('Connection lost').waitFor()
  await page.accessible()
  await page.start()
  await page.mail(address, { subject: 'Between' })
  await tab
    .getByRole('button', { name: 'Try again' })
    .click({ timeout: 2000 })
    .catch(() => {})
  await row(tab, 'Between').waitFor()
  await live(tab)
  await page.mail(address, { subject: 'After' })
  await row(tab, 'After').waitFor()
  expect(await tab.locator('.window-list a').count()).toBe(3)
})

inBrowser(
  'several addresses stand side by side, each with its unread mail, and are there at the next visit',
  async () => {
    await using page = await visit({ isShared: true })
    const { tab } = page
    const first = await addressIn(tab)
    await tab.getByRole('button', { name: 'New address' }).click()
    const tabs = tab.getByRole('navigation', { name: 'Your addresses' })
    await tabs.waitFor()
    const second = await addressIn(tab)
    expect(second).not.toBe(first)
    await live(tab)
    await page.mail(first, { subject: 'To the first' })
    await page.mail(second, { subject: 'To the second' })
    await tabs.getByRole('button', { name: `${first.split('@')[0]} 1 unread` }).waitFor()
    await row(tab, 'To the second').waitFor()
    expect(await row(tab, 'To the first').count()).toBe(0)
    await page.accessible()
    await tabs.getByRole('button', { name: first.split('@')[0] ?? '' }).click()
    await row(tab, 'To the first').waitFor()
    await tab.reload()
    expect(await addressIn(tab)).toBe(first)
    await row(tab, 'To the first').waitFor()
    const elsewhere = await page.another('/')
    await elsewhere.getByRole('navigation', { name: 'Your addresses' }).waitFor()
    await tab.getByRole('button', { name: 'More for this address' }).click()
    await tab.getByRole('menuitem', { name: 'Forget here' }).click()
    await tab.getByRole('dialog').getByRole('button', { name: 'Forget here' }).click()
    await tabs.waitFor({ state: 'detached' })
    expect(await addressIn(tab)).toBe(second)
    // The other tab holds what this one holds.
    await elsewhere.getByRole('navigation', { name: 'Your addresses' }).waitFor({ state: 'detached' })
    expect(await addressIn(elsewhere)).toBe(second)
  },
)

inBrowser('the time left is shown, and can be extended up to what the plan allows', async () => {
  await using page = await visit({
    env: { MAYFLY_PLANS_ANONYMOUS_MAX_TTL_MINUTES: '120', MAYFLY_PLANS_ANONYMOUS_DEFAULT_TTL_MINUTES: '4' },
  })
  const { tab } = page
  await addressIn(tab)
  const left = tab.getByRole('timer')
  expect(await left.textContent()).toMatch(/^0[34]:\d\d$/)
  await tab.getByRole('button', { name: 'Extend the time' }).click()
  expect(await tab.getByRole('menuitem').allTextContents()).toEqual(['10 minutes', '1 hour', '2 hours'])
  await page.accessible()
  await tab.getByRole('menuitem', { name: '2 hours' }).click()
  await left.filter({ hasText: /^(1:59:\d\d|2:00:00)$/ }).waitFor()
  await tab.reload()
  await left.filter({ hasText: /^(1:5\d:\d\d|2:00:00)$/ }).waitFor()
})

inBrowser('a name is checked as it is typed, and one that is taken is said to be', async () => {
  await using page = await visit({
    env: { MAYFLY_DOMAINS: 'one.test,two.test' },
    before: async ({ url }) => {
      const body = JSON.stringify({ localPart: 'taken', domain: 'two.test' })
      await fetch(`${url}/mayfly/v1/mailboxes`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    },
  })
  const { tab } = page
  page.excuse(/409|400/)
  await addressIn(tab)
  await tab.getByRole('button', { name: 'Choose a name' }).click()
  const dialog = tab.getByRole('dialog', { name: 'Choose an address' })
  const name = dialog.getByLabel('Name before the @')
  for (const [typed, said] of [
    ['a b', 'There can be no spaces in it.'],
    ['a+b', 'A plus sign cannot be part of it'],
    ['a@b', 'Only what stands before the @.'],
    ['.a', 'A dot can neither begin nor end it'],
    ['x'.repeat(65), 'It is too long'],
    ['a(b)', 'One of these characters cannot stand in an address.'],
  ] as const) {
    await name.fill(typed)
    await dialog.getByText(said).waitFor()
  }
  await page.accessible()
  await name.fill('admin')
  await dialog.getByRole('button', { name: 'Open this address' }).click()
  await dialog.getByText('The server keeps this name for itself.').waitFor()
  await name.fill('taken')
  await dialog.getByLabel('Domain').selectOption('two.test')
  await dialog.getByRole('button', { name: 'Open this address' }).click()
  await dialog.getByText('This address is taken.').waitFor()
  expect(await tab.locator('input:focus').inputValue()).toBe('taken')
  await name.fill('free.one')
  await name.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await tab.locator('output.address', { hasText: 'free.one@two.test' }).waitFor()
})

inBrowser('an address is deleted only when asked twice, with all its mail, and another one is there', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  await page.mail(address)
  await row(tab, 'Hello').waitFor()
  await tab.getByRole('button', { name: 'More for this address' }).click()
  await tab.getByRole('menuitem', { name: 'Delete now' }).click()
  const dialog = tab.getByRole('dialog', { name: `Delete ${address}?` })
  await dialog.waitFor()
  await page.accessible()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await tab.getByRole('button', { name: 'More for this address' }).click()
  await tab.getByRole('menuitem', { name: 'Delete now' }).click()
  await dialog.getByRole('button', { name: 'Delete now' }).click()
  await tab.locator('output.address').filter({ hasNotText: address }).waitFor()
  expect(await addressIn(tab)).not.toBe(address)
  const read = await fetch(`${page.url}/mayfly/v1/mailboxes/${address}/messages`)
  expect(read.status).toBe(404)
})

inBrowser('an address whose time is over says so, and another one is a press away', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  await tab.clock.install()
  await tab.clock.fastForward('01:00:05')
  await tab.getByRole('heading', { name: 'This address has ended' }).waitFor()
  await page.accessible()
  await tab.getByRole('button', { name: 'New address' }).click()
  await tab.locator('output.address').filter({ hasNotText: address }).waitFor()
  // The clock of this browser is an hour ahead now, and that of the server is what counts.
  await tab
    .getByRole('timer')
    .filter({ hasText: /^(59|60):/ })
    .waitFor()
})

inBrowser('where no address can be had it is said why, and what helps', async () => {
  await using page = await visit({ env: { MAYFLY_PLANS_ANONYMOUS_INBOXES_PER_DAY: '1' } })
  const { tab } = page
  page.excuse(/429/)
  const address = await addressIn(tab)
  await tab.getByRole('button', { name: 'New address' }).click()
  await tab.getByText('You have opened as many mailboxes today as you may.').waitFor()
  expect(await addressIn(tab)).toBe(address)
  await tab.evaluate('localStorage.clear()')
  await tab.reload()
  await tab.getByRole('heading', { name: 'No address could be opened' }).waitFor()
  await tab.getByRole('button', { name: 'Try again' }).waitFor()
  await tab.getByLabel('Public address').waitFor()
  await page.accessible()
})

inBrowser('where addresses are for members the page says what one can do instead', async () => {
  await using page = await visit({ env: { MAYFLY_HTTP_ANONYMOUS_MAILBOXES: 'false' } })
  const { tab } = page
  await tab.getByRole('heading', { name: 'Addresses here are for members' }).waitFor()
  await tab.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor()
  await page.accessible()
  await tab.getByLabel('Public address').fill('open')
  await tab.getByRole('button', { name: 'Look' }).click()
  await tab.locator('output.address', { hasText: 'open@mayfly.test' }).waitFor()
})

inBrowser('a public address is read by typing it, live, and nothing of it can be changed', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  await addressIn(tab)
  await page.mail('anyone@mayfly.test', { subject: 'Was there' })
  await tab.getByRole('button', { name: 'Look at a public address' }).click()
  const dialog = tab.getByRole('dialog')
  await dialog.getByLabel('Public address').fill('no address')
  await dialog.getByRole('button', { name: 'Look' }).click()
  await dialog.getByText('Type a whole address').waitFor()
  await page.accessible()
  await dialog.getByLabel('Public address').fill('Anyone@mayfly.test')
  await dialog.getByRole('button', { name: 'Look' }).click()
  await row(tab, 'Was there').waitFor()
  expect(new URL(tab.url()).pathname).toBe('/app/look/anyone@mayfly.test')
  await live(tab)
  await page.mail('anyone@mayfly.test', { subject: 'Came now', body: 'Your code is 771204' })
  await row(tab, 'Came now').waitFor()
  await tab.getByRole('region', { name: 'Code from your mail' }).getByText('771204').waitFor()
  await page.accessible()
  await row(tab, 'Came now').click()
  await tab.getByRole('article').waitFor()
  await tab.keyboard.press('#')
  expect(await tab.getByRole('dialog').count()).toBe(0)
  expect(await tab.getByRole('button', { name: /delete|mark/i }).count()).toBe(0)
})

inBrowser('an address that somebody has opened cannot be looked at, and it is said so', async () => {
  await using page = await visit({ isShared: true })
  const { tab, url } = page
  page.excuse(/401|404/)
  const address = await addressIn(tab)
  await tab.goto(`${url}/app/look/${address}`)
  await tab.getByRole('heading', { name: 'This address cannot be looked at' }).waitFor()
  await page.accessible()
})
