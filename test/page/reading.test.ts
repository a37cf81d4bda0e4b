// The list of a visitor's mail: opening, moving by keys, searching, deleting; narrow windows and long lists.
import { expect } from 'bun:test'
import { inBrowser, visit } from './browser.ts'
import { addressIn, live, row } from './visitor.ts'

const focused = (): string => "document.activeElement.closest('[data-mail]')?.textContent ?? ''"

inBrowser('everything is done by keys alone', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  for (const subject of ['Oldest', 'Middle', 'Newest']) {
    await page.mail(address, { subject, body: subject === 'Middle' ? 'Your code is 339201' : 'Hello.' })
    await row(tab, subject).waitFor()
  }
  await row(tab, 'Middle').getByText('339201').waitFor()
  await tab.keyboard.press('j')
  expect(await tab.evaluate<string>(focused())).toContain('Newest')
  await tab.keyboard.press('ArrowDown')
  await tab.keyboard.press('j')
  expect(await tab.evaluate<string>(focused())).toContain('Oldest')
  await tab.keyboard.press('k')
  expect(await tab.evaluate<string>(focused())).toContain('Middle')
  await tab.keyboard.press('c')
  await tab.getByRole('log').getByText('Copied').waitFor({ state: 'attached' })
  expect(await tab.evaluate<string>('navigator.clipboard.readText()')).toBe('339201')
  await tab.keyboard.press('Enter')
  await tab.getByRole('article').waitFor()
  expect(new URL(tab.url()).pathname).toStartWith(`/app/mail/${address}/`)
  await page.accessible()
  await tab.keyboard.press('#')
  const dialog = tab.getByRole('dialog', { name: 'Delete this mail' })
  await dialog.waitFor()
  await tab.keyboard.press('Enter')
  await row(tab, 'Middle').waitFor({ state: 'detached' })
  expect(new URL(tab.url()).pathname).toBe('/')
  await tab.keyboard.press('/')
  await tab.keyboard.type('oldest')
  await row(tab, 'Newest').waitFor({ state: 'detached' })
  await row(tab, 'Oldest').waitFor()
  await tab.keyboard.press('Escape')
  await row(tab, 'Newest').waitFor()
  await tab.keyboard.press('?')
  const help = tab.getByRole('dialog', { name: 'Keys' })
  await help.getByText('Copy the code').waitFor()
  await page.accessible()
  await tab.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  await tab.keyboard.press('n')
  await tab.getByRole('navigation', { name: 'Your addresses' }).waitFor()
})

inBrowser('keys do nothing of the kind where they are switched off or somebody types', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  await page.mail(address, { subject: 'One' })
  await row(tab, 'One').waitFor()
  await tab.getByRole('searchbox').fill('n?')
  await tab.getByRole('searchbox').press('n')
  expect(await tab.getByRole('dialog').count()).toBe(0)
  await tab.getByRole('searchbox').fill('')
  await tab.getByRole('heading', { level: 1 }).click()
  await tab.keyboard.press('?')
  await tab.getByRole('checkbox', { name: 'Single keys do something' }).uncheck()
  await tab.keyboard.press('Escape')
  await tab.keyboard.press('n')
  await tab.keyboard.press('?')
  await row(tab, 'One').waitFor()
  expect(await tab.getByRole('dialog').count()).toBe(0)
  expect(await tab.getByRole('navigation', { name: 'Your addresses' }).count()).toBe(0)
})

inBrowser(
  'a mail has an address of its own that opens it again, beside the list or (where it is narrow) alone',
  async () => {
    await using page = await visit({ isShared: true })
    const { tab } = page
    const address = await addressIn(tab)
    await live(tab)
    await page.mail(address, { subject: 'To be kept' })
    await row(tab, 'To be kept').click()
    await tab.getByRole('article').getByRole('heading', { name: 'To be kept' }).waitFor()
    expect(await row(tab, 'To be kept').isVisible()).toBe(true)
    await tab.reload()
    await tab.getByRole('article').getByRole('heading', { name: 'To be kept' }).waitFor()
    await tab.setViewportSize({ width: 320, height: 640 })
    expect(await row(tab, 'To be kept').isVisible()).toBe(false)
    await page.fits()
    await page.accessible()
    await tab.getByRole('link', { name: 'Back to the inbox' }).click()
    await row(tab, 'To be kept').waitFor()
    expect(await tab.getByRole('article').count()).toBe(0)
    await page.fits()
  },
)

for (const colorScheme of ['light', 'dark'] as const)
  inBrowser(`all of it fits into 320 pixels and can be read (${colorScheme})`, async () => {
    await using page = await visit({ isShared: true, context: { viewport: { width: 320, height: 640 }, colorScheme } })
    const { tab } = page
    const address = await addressIn(tab)
    await live(tab)
    await page.fits()
    await page.accessible()
    await page.mail(address, { subject: 'A subject without any end '.repeat(8), body: 'Your code is 482913' })
    await row(tab, 'A subject').getByText('482913').waitFor()
    await page.fits()
    await page.accessible()
    for (const name of ['QR code', 'Choose a name']) {
      await tab.getByRole('button', { name }).click()
      await tab.getByRole('dialog').getByRole('button', { name: 'Close' }).waitFor()
      await page.fits()
      await page.accessible()
      await tab.keyboard.press('Escape')
      await tab.getByRole('dialog').waitFor({ state: 'detached' })
    }
  })

inBrowser('the QR code is the address', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await tab.getByRole('button', { name: 'QR code' }).click()
  const picture = tab.getByRole('img', { name: `QR code with the text ${address}` })
  await picture.waitFor()
  const { encode } = await import('uqr')
  const { data } = encode(address, { ecc: 'M', border: 0 })
  const drawn = await picture.locator('path').getAttribute('d')
  const dark = data.flatMap((line, y) => line.flatMap((isDark, x) => (isDark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])))
  expect(drawn).toBe(dark.join(''))
})

inBrowser('a browser notification is asked for only when it is wished', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const asked: string[] = []
  await tab.exposeFunction('told', (what: string) => void asked.push(what))
  await tab.addInitScript(`
    globalThis.Notification = class { constructor(title, { body }) { told(title + ': ' + body) } }
    Notification.permission = 'default'
    Notification.requestPermission = async () => { told('asked'); Notification.permission = 'granted'; return 'granted' }
    Object.defineProperty(document, 'hidden', { get: () => globalThis.isHidden === true })
  `)
  await tab.reload()
  const address = await addressIn(tab)
  await live(tab)
  await page.mail(address, { subject: 'First' })
  await row(tab, 'First').waitFor()
  expect(asked).toEqual([])
  await tab.getByRole('switch', { name: 'Browser notifications' }).click()
  await tab.getByRole('switch', { name: 'Browser notifications', checked: true }).waitFor()
  await tab.evaluate('globalThis.isHidden = true')
  await page.mail(address, { subject: 'Second' })
  await row(tab, 'Second').waitFor()
  expect(asked).toEqual(['asked', 'Ann: Second'])
})

inBrowser('of a long list only what is in sight is there, and all of it can be reached', async () => {
  await using page = await visit({ isShared: true })
  const { tab } = page
  const address = await addressIn(tab)
  await live(tab)
  const count = 230
  for (let n = 0; n < count; n++) await page.mail(address, { subject: `Mail ${n}.` })
  await row(tab, `Mail ${count - 1}.`).waitFor()
  await tab.reload()
  await row(tab, `Mail ${count - 1}.`).waitFor()
  for (let tries = 0; tries < 400 && (await row(tab, 'Mail 0.').count()) === 0; tries++) {
    await tab.mouse.wheel(0, 2000)
    await tab.evaluate('new Promise((turn) => requestAnimationFrame(turn))')
  }
  await row(tab, 'Mail 0.').waitFor()
  expect(await tab.locator('.window-list li').count()).toBeLessThan(60)
  await page.mail(address, { subject: 'Came on top' })
  const before = await row(tab, 'Mail 0.').boundingBox()
  await tab.getByRole('log').getByText('Came on top').waitFor({ state: 'attached' })
  expect((await row(tab, 'Mail 0.').boundingBox())?.y).toBe(before?.y)
})
