// One mail in the page: what is shown of it, and what can be done with it.
import { expect } from 'bun:test'
import { json } from '../executable/launch.ts'
import { inBrowser, type Letter, type Visit, visit } from './browser.ts'

const picture =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGP4z8BAEiJN9aiGUQ1DSwMAEo7/AY8BN8wAAAAASUVORK5CYII='

const html = `<p>Your code is <b>481205</b>.</p>
<p><a href="https://shop.example/confirm?token=abc">Confirm your address</a></p>
<p><a href="https://evil.example/login">https://bank.example/login</a></p>
<img src="cid:logo" alt="logo"><img src="https://tracker.example/p.gif" alt="far">`

const rich: Letter = {
  subject: 'Your sign-in code is 481205',
  from: '"The Shop" <service@shop.example>',
  headers: {
    Received:
      'from web-3 (localhost [127.0.0.1])\r\n by mail.shop.example (Postfix) with ESMTP id 8A1; Sat, 21 Nov 2026 20:08:02 +0000 (UTC)',
    Cc: 'c1@example.org, c2@example.org, c3@example.org, c4@example.org, c5@example.org',
    'Reply-To': 'help@shop.example',
    Date: 'Sat, 21 Nov 2026 20:08:00 +0000',
    'MIME-Version': '1.0',
    'Content-Type': 'multipart/mixed; boundary=m',
  },
  body: `--m
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

Your code is 481205. Confirm: https://shop.example/confirm?token=abc.
--a
Content-Type: text/html

${html}
--a--
--m
Content-Type: image/png; name=logo.png
Content-ID: <logo>
Content-Disposition: inline; filename=logo.png
Content-Transfer-Encoding: base64

${picture}
--m
Content-Type: text/html; name=page.html
Content-Disposition: attachment; filename=page.html

<script>top.ran = 1</script>
--m--`,
}

const address = 'reader@mayfly.test'

/** Goes to a mail at a public address. Answers its id. */
async function open(page: Visit, letter: Letter = rich): Promise<string> {
  const id = await page.mail(address, letter)
  await page.tab.goto(`${page.url}/app/look/${address}/${id}`)
  await page.tab.locator('.mail').waitFor()
  return id
}

// What runs in the browser; its types are not known here.
const widthOf = async (picture: object): Promise<unknown> => {
  await Reflect.get(picture, 'decode').call(picture)
  return Reflect.get(picture, 'naturalWidth')
}
const styleOf = (one: object, name: string): unknown => Reflect.get(globalThis, 'getComputedStyle')(one)[name]
const isFocused = (one: object): boolean => one === Reflect.get(globalThis, 'document').activeElement

const tabNamed = ({ tab }: Visit, name: string | RegExp) => tab.locator('.mail').getByRole('tab', { name })
const frameOf = ({ tab }: Visit) => tab.frameLocator('iframe.mail-frame')

inBrowser('a mail shows who wrote to whom and when, and its code large and to be copied', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const { tab } = page
  const mail = tab.locator('.mail')
  await mail.getByRole('heading', { name: 'Your sign-in code is 481205' }).waitFor()
  for (const text of ['The Shop', 'service@shop.example', 'c4@example.org', 'help@shop.example', address])
    await mail.getByText(text, { exact: true }).first().waitFor()
  expect(await mail.getByText('c5@example.org').count()).toBe(0)
  await mail.getByRole('button', { name: '1 more' }).click()
  await mail.getByText('c5@example.org').waitFor()
  await mail.getByRole('button', { name: 'Copy the code 481205' }).click()
  await tab.getByRole('log').getByText('Copied').waitFor({ state: 'attached' })
  expect(await tab.evaluate('navigator.clipboard.readText()')).toBe('481205')
})

inBrowser(
  'html is shown in a frame; remote content is asked for by a button alone, and for that mail alone',
  async () => {
    await using page = await visit({ isShared: true })
    page.excuse(/tracker\.example|ERR_(NAME_NOT_RESOLVED|INTERNET_DISCONNECTED|ADDRESS_UNREACHABLE|TUNNEL|PROXY)/)
    const { tab } = page
    const asked: string[] = []
    await tab.context().route('https://tracker.example/**', (route) => {
      asked.push(route.request().url())
      return route.fulfill({ contentType: 'image/png', body: Buffer.from(picture, 'base64') })
    })
    await open(page)
    const frame = frameOf(page)
    await frame.getByText('Confirm your address').waitFor()
    expect(await frame.getByAltText('logo').evaluate(widthOf)).toBe(16)
    expect(asked).toEqual([])
    await tab.getByRole('button', { name: 'Load remote content' }).click()
    expect(await frame.getByAltText('far').evaluate(widthOf)).toBe(16)
    expect(asked).toEqual(['https://tracker.example/p.gif'])
    expect(await tab.getByRole('button', { name: 'Load remote content' }).count()).toBe(0)
    await open(page)
    await tab.getByRole('button', { name: 'Load remote content' }).waitFor()
  },
)

inBrowser('a link in the frame opens a page that shows where it leads, and knows nothing of the mail', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const opening = page.tab.context().waitForEvent('page')
  await frameOf(page).getByText('https://bank.example/login').click()
  const opened = await opening
  await opened.getByRole('heading', { name: 'Where this link leads' }).waitFor()
  await opened.getByText('https://evil.example/login').waitFor()
  expect(await opened.evaluate('[window.opener, document.referrer]')).toEqual([null, ''])
  const out = opened.getByRole('link', { name: 'Open in a new tab' })
  expect([await out.getAttribute('href'), await out.getAttribute('rel'), await out.getAttribute('target')]).toEqual([
    'https://evil.example/login',
    'noopener noreferrer',
    '_blank',
  ])
  expect(page.tab.url()).toContain('/app/look/')
  await page.accessible(opened)
  await opened.setViewportSize({ width: 320, height: 640 })
  await page.fits(opened)
})

inBrowser('links are listed with where they lead, and one that names another place is flagged', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const { tab } = page
  await tabNamed(page, '2 links').click()
  const rows = tab.locator('.mail-links li')
  expect(await rows.count()).toBe(2)
  expect(await rows.nth(0).getByRole('img').count()).toBe(0)
  await rows.nth(1).getByRole('img', { name: 'Look closely at this link' }).waitFor()
  await rows.nth(1).getByRole('button', { name: 'https://bank.example/login' }).click()
  const dialog = tab.getByRole('dialog', { name: 'Where this link leads' })
  await dialog.getByText('The text of the link names bank.example, but it leads to evil.example.').waitFor()
  await page.accessible()
  await tab.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await tabNamed(page, 'Text').click()
  await tab.getByRole('button', { name: 'https://shop.example/confirm?token=abc' }).click()
  expect(await dialog.getByRole('link').getAttribute('href')).toBe('https://shop.example/confirm?token=abc')
})

inBrowser('the frame is as wide as a phone or a desktop, and dark or light, also with its pictures', async () => {
  await using page = await visit({ isShared: true, context: { colorScheme: 'light' } })
  await open(page)
  const { tab } = page
  const frame = frameOf(page)
  const width = async () => (await tab.locator('iframe.mail-frame').boundingBox())?.width ?? 0
  const filter = (of: string) => frame.locator(of).evaluate(styleOf, 'filter')
  await frame.getByText('Confirm').waitFor()
  await tab.getByRole('button', { name: 'Phone' }).click()
  expect(await width()).toBeLessThanOrEqual(390)
  await tab.setViewportSize({ width: 700, height: 700 })
  await tab.getByRole('button', { name: 'Desktop' }).click()
  expect(await width()).toBeGreaterThanOrEqual(1100)
  await page.fits()
  expect(await filter('html')).toBe('none')
  await tab.getByRole('button', { name: 'Dark' }).click()
  await tab.locator('iframe.mail-frame-dark').waitFor()
  await frame.getByText('Confirm').waitFor()
  expect(await filter('html')).toBe('invert(1) hue-rotate(180deg)')
  expect(await filter('img[alt=logo]')).toBe('invert(1) hue-rotate(180deg)')
})

inBrowser("a mail's own dark colours are worn where it has some", async () => {
  await using page = await visit({ isShared: true, context: { colorScheme: 'dark' } })
  const style = '<style>p{color:rgb(1,2,3)}@media (prefers-color-scheme: dark){p{color:rgb(4,5,6)}}</style><p>Hello</p>'
  await open(page, { headers: { 'Content-Type': 'text/html' }, body: style })
  const colour = () => frameOf(page).locator('p').evaluate(styleOf, 'color')
  expect(await colour()).toBe('rgb(4, 5, 6)')
  await page.tab.getByRole('button', { name: 'Dark' }).click()
  await page.tab.locator('iframe.mail-frame-light').waitFor()
  expect(await colour()).toBe('rgb(1, 2, 3)')
})

inBrowser('a ticket that is over is renewed when it is needed again', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  // The clock of the test is put into each frame, and a frame of mail runs nothing.
  page.excuse(/^console: Blocked script execution/)
  let tickets = 0
  tab.on('request', (request) => {
    if (request.url().endsWith('/view')) tickets++
  })
  await tab.clock.install()
  await open(page)
  await frameOf(page).getByText('Confirm').waitFor()
  expect(tickets).toBe(1)
  const before = await tab.locator('iframe.mail-frame').getAttribute('src')
  await tab.clock.fastForward(6 * 60_000)
  await tab.getByRole('button', { name: 'Dark' }).click()
  await tab.locator('iframe.mail-frame-dark').waitFor()
  await frameOf(page).getByText('Confirm').waitFor()
  const after = await tab.locator('iframe.mail-frame').getAttribute('src')
  expect(after?.split('?')[0]).not.toBe(before?.split('?')[0])
  expect(tickets).toBeGreaterThan(1)
})

inBrowser(
  'headers, the path with its delays and our own step, the structure, and the source with a search',
  async () => {
    await using page = await visit({ isShared: true })
    await open(page)
    const { tab } = page
    await tabNamed(page, 'Headers').click()
    const hops = tab.locator('.mail-path li')
    await hops.nth(1).waitFor()
    expect(await hops.nth(0).textContent()).toContain('mail.shop.example (Postfix)')
    expect(await hops.nth(1).textContent()).toMatch(/sender\.test .*(later|earlier)/)
    await tab.getByRole('button', { name: 'Copy Reply-To' }).click()
    expect(await tab.evaluate('navigator.clipboard.readText()')).toBe('help@shop.example')
    await tabNamed(page, 'Structure').click()
    await tab.locator('.mail-parts').getByText('multipart/alternative').waitFor()
    await tab.locator('.mail-parts').getByText('page.html').waitFor()
    await tabNamed(page, 'Source').click()
    await tab.getByRole('searchbox', { name: 'Search the source' }).fill('SHOP.example')
    await tab.getByText(/^1 of \d+$/).waitFor()
    await tab.keyboard.press('Enter')
    await tab.getByText(/^2 of \d+$/).waitFor()
    expect(await tab.locator('mark.mail-found').textContent()).toBe('shop.example')
    await tab.getByRole('searchbox', { name: 'Search the source' }).fill('not in there')
    await tab.getByText('Not found').waitFor()
  },
)

inBrowser('attachments are previewed if they are pictures, and otherwise only saved, under a safe name', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const { tab } = page
  const files = tab.locator('.mail-file')
  const preview = files.nth(0).getByAltText('Preview of logo.png')
  expect(await preview.evaluate(widthOf)).toBe(16)
  expect(await preview.getAttribute('src')).toStartWith('blob:')
  expect(await files.nth(1).locator('img, a, iframe').count()).toBe(0)
  const coming = tab.waitForEvent('download')
  await files.nth(1).getByRole('button', { name: 'Download page.html' }).click()
  const download = await coming
  expect(download.suggestedFilename()).toBe('page.html')
  expect(await Bun.file(await download.path()).text()).toContain('<script>top.ran = 1</script>')
  const mail = tab.waitForEvent('download')
  await tab.getByRole('button', { name: 'Download .eml' }).click()
  expect(await Bun.file(await (await mail).path()).text()).toContain('Subject: Your sign-in code is 481205')
})

/** A mailbox that this browser has, and a mail in it. */
async function ownMail(page: Visit): Promise<{ id: string; token: string; box: string }> {
  const { url, tab } = page
  const made = await json<{ id: string; address: string; token: string }>(`${url}/mayfly/v1/mailboxes`, { body: {} })
  const { address: box, token } = made
  const kept = [{ address: box, id: made.id, token, since: new Date().toISOString(), expiresAt: null }]
  await tab.evaluate(`localStorage.setItem('mayfly.addresses', ${JSON.stringify(JSON.stringify(kept))})`)
  const id = await page.mail(box, rich)
  await tab.goto(`${url}/app/mail/${box}/${id}`)
  await tab.locator('.mail').waitFor()
  return { id, token, box }
}

inBrowser('its owner has a mail marked by opening it, marks it back, and deletes it after a question', async () => {
  await using page = await visit({ path: '/privacy', isShared: true })
  const { tab, url } = page
  const { id, token } = await ownMail(page)
  const read = () =>
    json<{ seen: boolean }>(`${url}/mayfly/v1/messages/${id}`, { headers: { authorization: `Bearer ${token}` } })
  const mail = tab.locator('.mail')
  await mail.getByRole('button', { name: 'Mark as unread' }).click()
  await mail.getByRole('button', { name: 'Mark as read' }).waitFor()
  expect((await read()).seen).toBe(false)
  await mail.getByRole('button', { name: 'Delete' }).click()
  await page.accessible()
  await tab.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await mail.getByRole('button', { name: 'Delete' }).click()
  const gone = tab.waitForResponse((response) => response.request().method() === 'DELETE')
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  expect((await gone).status()).toBe(204)
  await mail.waitFor({ state: 'detached' })
})

inBrowser('at a public address a mail is neither marked nor can it be deleted', async () => {
  await using page = await visit({ isShared: true })
  const id = await open(page)
  expect(
    await page.tab
      .locator('.mail')
      .getByRole('button', { name: /Mark as|Delete/ })
      .count(),
  ).toBe(0)
  expect((await json<{ seen: boolean }>(`${page.url}/mayfly/v1/messages/${id}`)).seen).toBe(false)
})

const message = /\/messages\/[0-9a-f-]{36}$/

/** Answers the message otherwise than the server does, for so many times. */
async function answering(page: Visit, change: object, times: number): Promise<void> {
  await page.tab.route(
    message,
    async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), ...change } })
    },
    { times },
  )
}

const nothingRead = { text: null, html: null, attachments: [], codes: [], links: [] }

inBrowser('a mail that is not read yet says so, and fills in by itself', async () => {
  await using page = await visit({ isShared: true })
  const shown = Promise.withResolvers<void>()
  await page.tab.route(message, async (route) => {
    await shown.promise
    await route.fallback()
  })
  await answering(page, { ...nothingRead, digest: 'pending' }, 1)
  await open(page)
  await page.tab.getByText('This mail is still being read.').waitFor()
  shown.resolve()
  await frameOf(page).getByText('Confirm your address').waitFor()
})

inBrowser('one that could not be read shows its headers and source and says why', async () => {
  await using page = await visit({ isShared: true })
  await answering(page, { ...nothingRead, digest: 'failed', notes: ['reading it took too long'] }, 10)
  await open(page)
  const { tab } = page
  await tab.getByText('Reading it took too long.').waitFor()
  expect(await tab.locator('.mail').getByRole('tab').allTextContents()).toEqual(['Headers', 'Source'])
  await tab.locator('.mail-headers').getByText('help@shop.example').waitFor()
  await tabNamed(page, 'Source').click()
  await tab.locator('.mail-source').getByText('multipart/alternative').waitFor()
  await page.accessible()
})

inBrowser('names and subjects of strangers break no line and turn no other text round', async () => {
  await using page = await visit({ isShared: true })
  const long = 'W'.repeat(10_000)
  const bidi = '\u202e\u2066moc.elgoog\u202d\u200f'
  const encoded = (text: string) =>
    (
      Buffer.from(text)
        .toString('base64')
        .match(/.{1,48}/g) ?? []
    )
      .map((part) => `=?utf-8?B?${part}?=`)
      .join('\r\n ')
  await open(page, {
    subject: encoded(`${bidi}${long}\n\r\tsecond line`),
    from: `${encoded(`${bidi}\n<b>bold</b>${'Y'.repeat(3000)}`)} <${'a'.repeat(60)}@${'b.'.repeat(80)}example.org>`,
    headers: {
      Cc: `${'c'.repeat(2000)}@example.org`,
      'Content-Type': 'multipart/mixed; boundary=b',
      'X-Odd': `\u202e${'Z'.repeat(6000)}`,
    },
    body: `--b\n\n\u202eturned ${'v'.repeat(9000)} https://${'x'.repeat(3000)}.example/\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%E2%80%AEfdp.exe${'q'.repeat(300)}.pdf\n\nx\n--b--`,
  })
  const { tab } = page
  await tab.setViewportSize({ width: 320, height: 640 })
  const heading = await tab.locator('.mail-subject').textContent()
  expect(heading).not.toMatch(/[\u202a-\u202e\u2066-\u2069\n]/)
  expect(await tab.locator('.mail-writer').textContent()).toContain('<b>bold</b>')
  expect((await tab.locator('.mail-subject').boundingBox())?.height).toBeLessThan(300)
  for (const one of await tab.locator('.mail').getByRole('tab').all()) {
    await one.click()
    await tab.locator('.mail-panel:not(:has(.mail-waiting))').waitFor()
    await page.fits()
  }
})

for (const colorScheme of ['light', 'dark'] as const) {
  inBrowser(`every view of a mail is accessible and fits a small window (${colorScheme})`, async () => {
    await using page = await visit({ isShared: true, context: { colorScheme, viewport: { width: 320, height: 640 } } })
    await open(page)
    const { tab } = page
    const all = await tab.locator('.mail').getByRole('tab').all()
    expect(all.length).toBe(6)
    for (const one of all) {
      await one.click()
      await tab.locator('.mail-panel:not(:has(.mail-waiting))').waitFor()
      await page.accessible()
      await page.fits()
    }
  })
}

inBrowser('the views are reached by keyboard alone', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const { tab } = page
  await tabNamed(page, 'Mail').focus()
  for (const name of ['Text', '2 links', 'Headers', 'Source', 'Structure', 'Mail']) {
    await tab.keyboard.press('ArrowRight')
    const chosen = tab.locator('.mail [role=tab][aria-selected=true]')
    expect(await chosen.textContent()).toBe(name)
    expect(await chosen.evaluate(isFocused)).toBe(true)
  }
  await tab.keyboard.press('ArrowRight')
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('Tab')
  await tab.keyboard.press('Enter')
  const dialog = tab.getByRole('dialog')
  await dialog.waitFor()
  await tab.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await tab.evaluate('document.activeElement.textContent')).toContain('https://shop.example')
})

inBrowser('on paper stands who wrote, and all that the mail says', async () => {
  await using page = await visit({ isShared: true })
  await open(page)
  const { tab } = page
  await tab.emulateMedia({ media: 'print' })
  expect(await tab.locator('.mail-print').isVisible()).toBe(true)
  expect(await tab.locator('.mail-print').textContent()).toContain('Your code is 481205')
  expect(await tab.locator('.mail-tabs').isVisible()).toBe(false)
})
