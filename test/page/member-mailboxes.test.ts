// The mailboxes of a member, their mail, and the search over all of it.
import { expect } from 'bun:test'
import { at, listIn } from '../http/serve.ts'
import { inBrowser } from './browser.ts'
import { asMember, callBy, isGood } from './member.ts'

inBrowser('a mailbox is opened with all that can be chosen, changed, archived, restored and deleted', async () => {
  await using page = await asMember({ env: { MAYFLY_DOMAINS: 'a.test,b.test' } })
  const { tab } = page
  await tab.getByRole('heading', { name: 'You have no mailbox yet' }).waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'New mailbox' }).first().click()
  await isGood(page)
  await tab.getByLabel('Name before the “@”').fill('signup')
  await tab.getByLabel('Domain').selectOption('b.test')
  await tab.getByLabel('Lifetime').selectOption('none')
  await tab.getByLabel('Can be restored').check()
  await tab.getByRole('textbox', { name: 'Tag' }).fill('staging')
  await tab.getByLabel('Password').fill('open sesame')
  await tab.getByRole('button', { name: 'Open the mailbox' }).click()
  await tab.getByRole('heading', { name: 'signup@b.test' }).waitFor()
  expect((await callBy(tab, 'GET', '/mailboxes/signup@b.test')).json).toMatchObject({
    expiresAt: null,
    recoverable: true,
    tag: 'staging',
    hasPassword: true,
  })
  await tab.getByRole('link', { name: 'All mailboxes' }).click()
  const act = async (what: string) => {
    await tab.getByRole('button', { name: 'Actions for signup@b.test' }).click()
    await tab.getByRole('menuitem', { name: what }).click()
  }
  await act('Edit')
  await tab.getByRole('dialog').getByLabel('Tag').fill('live')
  await tab.getByRole('button', { name: 'Save' }).click()
  await tab.getByRole('button', { name: 'live', exact: true }).waitFor()
  await act('Archive')
  await tab.getByText('signup@b.test is in the archive').waitFor()
  await tab.getByRole('button', { name: 'Archived', exact: true }).click()
  await act('Restore')
  await tab.getByText('signup@b.test is open again').waitFor()
  await tab.getByRole('heading', { name: 'The archive is empty' }).waitFor()
  await tab.getByRole('button', { name: 'Open', exact: true }).click()
  await act('Delete for good')
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await tab.getByText('signup@b.test is deleted').waitFor()
  expect((await callBy(tab, 'GET', '/mailboxes')).json).toEqual({ items: [], next: null })
  // A domain of one's own is among those to choose from once it takes mail.
  const { json: own } = await callBy(tab, 'POST', '/domains', { name: 'own.example' })
  await callBy(tab, 'POST', `/admin/domains/${at(own, 'id')}/verify`, { byHand: true })
  await tab.getByRole('button', { name: 'New mailbox' }).first().click()
  await tab.getByLabel('Domain').selectOption('own.example')
  await tab.getByLabel('Name before the “@”').fill('mine')
  await tab.getByRole('button', { name: 'Open the mailbox' }).click()
  await tab.getByRole('heading', { name: 'mine@own.example' }).waitFor()
})

inBrowser('mailboxes are filtered as one types, and many are deleted at once', async () => {
  await using page = await asMember()
  const { tab } = page
  for (let n = 0; n < 12; n++)
    await callBy(tab, 'POST', '/mailboxes', { localPart: `ci-${n}`, tag: n < 3 ? 'keep' : 'run' })
  await tab.reload()
  await tab.getByRole('link', { name: 'ci-11@' }).waitFor()
  await tab.getByLabel('Filter by address or tag').fill('KEEP')
  await tab.getByRole('link', { name: 'ci-11@' }).waitFor({ state: 'detached' })
  expect(await tab.getByRole('list', { name: 'Mailboxes' }).getByRole('listitem').count()).toBe(3)
  await tab.getByLabel('Filter by address or tag').fill('nothing like it')
  await tab.getByRole('heading', { name: 'No mailbox has “nothing like it”' }).waitFor()
  await tab.getByRole('button', { name: 'Show all' }).click()
  await tab.getByRole('button', { name: 'run', exact: true }).click()
  await tab.getByRole('link', { name: 'ci-0@' }).waitFor({ state: 'detached' })
  await tab.getByLabel('Choose all that are shown').check()
  await tab.getByText('9 mailboxes chosen').waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'Delete for good' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await tab.getByRole('heading', { name: 'No mailbox has “run”' }).waitFor()
  const { json } = await callBy(tab, 'GET', '/mailboxes')
  expect(listIn(json, 'items').map((one) => at(one, 'tag'))).toEqual(['keep', 'keep', 'keep'])
})

inBrowser('what cannot be deleted is named, and the rest is done', async () => {
  await using page = await asMember()
  const { tab } = page
  for (const localPart of ['one', 'two', 'three']) await callBy(tab, 'POST', '/mailboxes', { localPart })
  await tab.reload()
  await tab.getByLabel('Choose all that are shown').check()
  page.excuse(/two|500/)
  await tab.route('**/mailboxes/two*', (route) =>
    route.request().method() === 'DELETE' ? route.fulfill({ status: 500, body: '{}' }) : route.continue(),
  )
  await tab.getByRole('button', { name: 'Delete for good' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  const dialog = tab.getByRole('dialog', { name: 'Not everything could be done' })
  await dialog.getByText('2 of 3 done').waitFor()
  await dialog.getByText('two@').waitFor()
  await isGood(page)
  await dialog.getByRole('button', { name: 'Close' }).click()
  for (const name of ['one@', 'three@']) await tab.getByRole('link', { name }).waitFor({ state: 'detached' })
  await tab.getByRole('link', { name: 'two@' }).waitFor()
  expect(await tab.getByRole('list', { name: 'Mailboxes' }).getByRole('listitem').count()).toBe(1)
})

inBrowser('mail appears in a mailbox by itself, is opened, marked and counted', async () => {
  await using page = await asMember()
  const { tab } = page
  const { json } = await callBy(tab, 'POST', '/mailboxes', { localPart: 'signup' })
  const address = String(at(json, 'address'))
  await tab.reload()
  await tab.getByText('0 mails').waitFor()
  await page.mail(address, { subject: 'First', body: 'Your code is 482913' })
  await tab.getByText('1 new').waitFor()
  await tab.getByRole('link', { name: address }).click()
  await tab.getByText('Live').waitFor()
  await page.mail(address, { subject: 'Second' })
  const rows = tab.getByRole('list', { name: 'Mails' })
  await rows.getByText('Second').click()
  await tab.getByRole('article').getByRole('heading', { name: 'Second' }).waitFor()
  await tab.getByRole('button', { name: 'Mark as unread' }).waitFor()
  await isGood(page)
  await tab.getByRole('link', { name: 'All mailboxes' }).click()
  await tab.getByText('2 mails').waitFor()
  await tab.getByText('1 new').waitFor()
})

inBrowser('all mail is searched as one types, and what was found is marked and opens', async () => {
  await using page = await asMember()
  const { tab } = page
  for (const localPart of ['one', 'two']) await callBy(tab, 'POST', '/mailboxes', { localPart })
  const { json } = await callBy(tab, 'GET', '/mailboxes')
  const addresses = listIn(json, 'items').map((one) => String(at(one, 'address')))
  for (const address of addresses) await page.mail(address, { subject: `Invoice for ${address}` })
  await page.mail(String(addresses[0]), { subject: 'Something else' })
  // What was not read yet is not found.
  const found = async () => listIn((await callBy(tab, 'GET', '/search?q=invoice')).json, 'items')
  while ((await found()).length < 2) await Bun.sleep(20)
  await tab.getByRole('link', { name: 'Search' }).click()
  await tab.getByRole('heading', { name: 'Search as you type' }).waitFor()
  await isGood(page)
  await tab.keyboard.type('inv')
  await tab.getByText('2 mails found').waitFor()
  expect(await tab.locator('mark').allTextContents()).toEqual(['Inv', 'Inv'])
  expect(tab.url()).toEndWith('/app/search?q=inv')
  await isGood(page)
  await tab.getByLabel('Search in all your mail').fill('<b>nowhere')
  await tab.getByRole('heading', { name: 'Nothing has “<b>nowhere” in it' }).waitFor()
  await tab.getByLabel('Search in all your mail').fill('else i')
  await tab.getByRole('heading', { name: 'Go on typing' }).waitFor()
  await tab.getByLabel('Search in all your mail').fill('invoice')
  await tab.getByRole('link', { name: 'Invoice for one@' }).click()
  await tab.getByRole('article').getByRole('heading', { name: 'Invoice for one@' }).waitFor()
})
