// What stands around every view: the notice, the look, the language.
import { expect } from 'bun:test'
import { inBrowser, visit } from './browser.ts'

const notice = 'Mail here ends after an hour. </script><img src=x onerror=alert(1)>'

inBrowser('the notice is shown as it is written, is closed with a button, and stays closed', async () => {
  await using page = await visit({ env: { MAYFLY_PAGE_NOTICE: notice } })
  const { tab } = page
  const banner = tab.getByRole('complementary', { name: 'Notice of the operator' })
  await banner.waitFor()
  expect(await banner.textContent()).toBe(notice)
  await page.accessible()
  await banner.getByRole('button', { name: 'Close' }).click()
  await banner.waitFor({ state: 'detached' })
  await tab.reload()
  await tab.getByRole('heading', { level: 1 }).waitFor()
  expect(await banner.count()).toBe(0)
})

inBrowser('the look follows the system until one is chosen, and the choice is kept', async () => {
  await using page = await visit({ isShared: true, context: { colorScheme: 'dark' } })
  const { tab } = page
  const worn = () => tab.locator('html').getAttribute('data-bs-theme')
  await tab.getByRole('heading', { level: 1 }).waitFor()
  expect(await worn()).toBe('dark')
  await tab.emulateMedia({ colorScheme: 'light' })
  await tab.locator('html[data-bs-theme=light]').waitFor()
  await tab.getByRole('button', { name: 'Appearance' }).click()
  await page.accessible()
  await tab.getByRole('menuitemradio', { name: 'Dark' }).click()
  expect(await worn()).toBe('dark')
  await tab.reload()
  await tab.getByRole('heading', { level: 1 }).waitFor()
  expect(await worn()).toBe('dark')
})

inBrowser("the language is the browser's until another is chosen, which is kept", async () => {
  await using page = await visit({ isShared: true, context: { locale: 'ru-RU' } })
  const { tab } = page
  await tab.locator('html[lang=ru]').waitFor()
  await tab.getByText('Ваш временный адрес').waitFor()
  await tab.getByRole('button', { name: 'Язык' }).click()
  await tab.getByRole('menuitemradio', { name: 'Deutsch' }).click()
  await tab.getByText('Ihre Wegwerfadresse').waitFor()
  await tab.reload()
  await tab.getByText('Ihre Wegwerfadresse').waitFor()
  expect(await tab.locator('html').getAttribute('lang')).toBe('de')
})
