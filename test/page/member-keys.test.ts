// The key manager: keys made for each service, checked as one types, shown once, and what of them is worth a look.
import { expect, test } from 'bun:test'
import { type Key, marksOf } from '../../src/web/app/member/key-list.ts'
import { emptyDirectory } from '../executable/launch.ts'
import { curl, hasPython, javaScript, python } from '../executable/snippets.ts'
import { at, listIn } from '../http/serve.ts'
import { inBrowser } from './browser.ts'
import { asMember, callBy, isGood } from './member.ts'

const services = [
  ['native', 'mayfly_'],
  ['run2mail', 'r2m_'],
  ['dustmail', 'dm_live_'],
  ['minutemail', 'mmak_'],
  ['mailcx', 'tm_pro_'],
  ['mailfade', 'mf_'],
] as const

inBrowser(
  'a key of each service has its prefix and its API, and what is shown to try it works as it stands',
  async () => {
    await using page = await asMember({ path: '/app/keys' })
    using directory = emptyDirectory()
    const { tab } = page
    await tab.getByRole('heading', { name: 'There is no key yet' }).waitFor()
    await isGood(page)
    for (const [api, prefix] of services) {
      await tab.getByRole('button', { name: 'New key' }).first().click()
      await tab.getByLabel('Name').fill(`for ${api}`)
      await tab.getByLabel('Service').selectOption(api)
      await tab.getByText(`The key begins with “${prefix}”.`).waitFor()
      // The last one is for some pages only.
      if (api === 'mailfade') await tab.getByLabel('Domain restrictions').fill('*.example.com')
      await tab.getByRole('button', { name: 'Make the key' }).click()
      const shown = tab.getByRole('region', { name: `The key “for ${api}”` })
      expect(await shown.getByRole('region', { name: 'Key' }).textContent()).toStartWith(prefix)
      const line = async (language: string): Promise<string> => {
        await shown.getByRole('button', { name: language, exact: true }).click()
        return (await shown.getByRole('region', { name: language }).textContent()) ?? ''
      }
      const answer = await curl(directory, await line('curl'))
      expect([api, [200, 201].includes(answer.status), answer.text]).toEqual([api, true, expect.any(String)])
      // A program says no origin by itself.
      if (api !== 'mailfade') expect(await javaScript(directory, await line('JavaScript'))).toMatch(/^20[01] /)
      if (hasPython) expect(await python(directory, await line('Python'))).toMatch(/^20[01] /)
      await shown.getByRole('button', { name: 'I have copied it' }).click()
    }
    const { json } = await callBy(tab, 'GET', '/keys')
    expect(listIn(json, 'items').map((one) => [at(one, 'prefix'), at(one, 'dialects')])).toEqual(
      services.map(([api, prefix]) => [prefix, [api]]),
    )
    await isGood(page)
  },
)

inBrowser('a key is made with bounds, changed, rotated and revoked', async () => {
  await using page = await asMember({ path: '/app/keys' })
  const { tab } = page
  await tab.getByRole('button', { name: 'New key' }).first().click()
  await tab.getByLabel('Name').fill('CI')
  await tab.getByLabel('Expires').selectOption('30')
  await tab.getByLabel('It may').selectOption('some')
  await tab.getByLabel('Webhooks').check()
  const origins = tab.getByLabel('Domain restrictions, one per line')
  await origins.fill('example.com\n*.example.com\nlocalhost:3000\nno host')
  await tab.getByText('Line 4, “no host”, is no host').waitFor()
  expect(await tab.getByRole('button', { name: 'Make the key' }).isDisabled()).toBe(true)
  await isGood(page)
  await origins.fill('example.com\n\n*.example.com\nlocalhost:3000')
  await tab.getByLabel('Mailbox domains').fill('mayfly.test')
  await tab.getByRole('button', { name: 'Make the key' }).click()
  await tab.getByText('It is shown this once').waitFor()
  const first = async () => listIn((await callBy(tab, 'GET', '/keys')).json, 'items')[0]
  expect(await first()).toMatchObject({
    name: 'CI',
    scopes: ['mailboxes', 'webhooks'],
    origins: ['example.com', '*.example.com', 'localhost:3000'],
    domains: ['mayfly.test'],
    expiresAt: expect.any(String),
  })
  await isGood(page)
  const act = async (what: string) => {
    await tab.getByRole('button', { name: 'Actions for CI' }).click()
    await tab.getByRole('menuitem', { name: what }).click()
  }
  await act('Edit')
  await isGood(page)
  await tab.getByLabel('Name').fill('CI')
  await tab.getByLabel('Expires').selectOption('never')
  await tab.getByLabel('Domain restrictions').fill('')
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByText('Saved').waitFor()
  expect(await first()).toMatchObject({ origins: [], expiresAt: null, scopes: ['mailboxes', 'webhooks'] })
  const before = at(await first(), 'start')
  await act('Rotate')
  await tab.getByLabel('The old secret stays good').selectOption('48')
  await isGood(page)
  await tab.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
  await tab.getByText('old secret ends').waitFor()
  expect(at(await first(), 'start')).not.toBe(before)
  await act('Revoke')
  await tab.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  expect(await first()).toMatchObject({ revokedAt: null })
  await act('Revoke')
  await tab.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await tab.getByRole('heading', { name: 'There is no key yet' }).waitFor()
  await tab.getByLabel('Show revoked and expired ones, too').check()
  await tab.getByText('revoked', { exact: true }).waitFor()
  await isGood(page)
})

inBrowser('what the page says of a domain restriction is what the server says', async () => {
  await using page = await asMember({ path: '/app/keys' })
  const { tab } = page
  await tab.getByRole('button', { name: 'New key' }).first().click()
  const field = tab.getByLabel('Domain restrictions')
  for (const line of [
    'example.com',
    '*.example.com',
    'localhost:3000',
    'https://example.com/',
    '[::1]:8080',
    'EXAMPLE.com',
    '*',
    'a b',
    'example.com/path',
    '*.*.com',
    'host:port',
    'ftp://example.com',
    '-x.test',
  ]) {
    await field.fill(line)
    const isWrong = (await field.getAttribute('aria-invalid')) === 'true'
    page.excuse(/400/)
    const { status } = await callBy(tab, 'POST', '/keys', { origins: [line] })
    expect([line, isWrong ? 400 : 201]).toEqual([line, status])
  }
})

const day = 86_400_000
const now = Date.UTC(2026, 5, 1)
const key = (createdDaysAgo: number, usedDaysAgo: number | null, rest: Partial<Key> = {}): Key => ({
  ...{ id: '', name: '', prefix: '', start: '', end: '', maker: '', requests: 0 },
  ...{
    scopes: null,
    origins: [],
    domains: [],
    dialects: [],
    expiresAt: null,
    revokedAt: null,
    previousSecretUntil: null,
  },
  createdAt: new Date(now - createdDaysAgo * day).toISOString(),
  lastUsedAt: usedDaysAgo === null ? null : new Date(now - usedDaysAgo * day).toISOString(),
  ...rest,
})

test('keys unused for 90 days and older than 180 are marked; what is over is only that', () => {
  expect(marksOf(key(89, null), now)).toEqual([])
  expect(marksOf(key(90, null), now)).toEqual(['unused'])
  expect(marksOf(key(179, 1), now)).toEqual([])
  expect(marksOf(key(180, 1), now)).toEqual(['old'])
  expect(marksOf(key(300, 100), now)).toEqual(['unused', 'old'])
  const rotated = (daysAgo: number) => ({ previousSecretUntil: new Date(now - daysAgo * day).toISOString() })
  expect(marksOf(key(300, 1, rotated(179)), now)).toEqual([])
  expect(marksOf(key(500, 1, rotated(180)), now)).toEqual(['old'])
  expect(marksOf(key(300, 100, { expiresAt: new Date(now).toISOString() }), now)).toEqual(['expired'])
  expect(marksOf(key(300, 100, { revokedAt: new Date(now).toISOString() }), now)).toEqual(['revoked'])
})
