// Domains of one's own: from nothing to a mail that is seen, with a real name server whose zone changes meanwhile.
import { expect } from 'bun:test'
import { mx, nameServer, txt } from '../domains/name-server.ts'
import { at } from '../http/serve.ts'
import { inBrowser } from './browser.ts'
import { asMember, callBy, fill, isGood } from './member.ts'

const here = 'mx.here.test'

const asking = (address: string, env: Record<string, string> = {}) => ({
  MAYFLY_DNS_NAMESERVERS: address,
  MAYFLY_DNS_TIMEOUT_SECONDS: '1',
  MAYFLY_SMTP_HOSTNAME: here,
  MAYFLY_SMTP_TRUSTED_NETWORKS: '10.0.0.0/8',
  ...env,
})

inBrowser('a domain is added, verified while one looks, takes mail that one sees, fails, and is removed', async () => {
  await using dns = await nameServer()
  await using page = await asMember({
    path: '/app/domains',
    env: asking(dns.address, { MAYFLY_DNS_FIRST_CHECK_SECONDS: '1', MAYFLY_DNS_VERIFIED_CHECK_MINUTES: '1' }),
  })
  const { tab } = page
  await tab.getByRole('heading', { name: 'You have no domain here yet' }).waitFor()
  await isGood(page)
  await tab.getByRole('button', { name: 'Add a domain' }).first().click()
  const name = tab.getByRole('textbox', { name: 'Domain' })
  const add = tab.getByRole('dialog').getByRole('button', { name: 'Add a domain' })
  for (const [typed, said] of [
    ['192.0.2.1', 'This is an IP address'],
    ['exa mple.com', 'This is not the name of a domain'],
    ['-a.example', 'This is not the name of a domain'],
    [`mail.${here}`, 'This belongs to this server itself'],
    [`${'a'.repeat(60)}.`.repeat(4).concat('example'), 'This name is too long'],
  ] as const) {
    await name.fill(typed)
    await tab.getByRole('alert').getByText(said).waitFor()
    expect(await add.isDisabled()).toBe(true)
  }
  await name.fill('localhost')
  await add.click()
  await tab.getByRole('alert').getByText('This is one word only').waitFor()
  // What the server alone knows.
  page.excuse(/400/)
  await name.fill('co.uk')
  await add.click()
  await tab.getByRole('alert').getByText('Many people have domains of their own below this one').waitFor()
  await name.fill('*.Bücher.example')
  await tab.getByText('Mail servers know it as *.xn--bcher-kva.example').waitFor()
  await name.fill('Bücher.example')
  await tab.getByText('Mail servers know it as xn--bcher-kva.example').waitFor()
  await isGood(page)
  await name.press('Enter')
  await tab.getByRole('heading', { level: 1, name: 'bücher.example' }).waitFor()
  const standing = tab.getByRole('region', { name: 'Domain', exact: true })
  await standing.getByText('pending', { exact: true }).waitFor()
  const ownership = tab.getByRole('article', { name: 'TXT _mayfly.xn--bcher-kva.example' })
  await ownership.getByRole('button', { name: 'Copy: Value' }).click()
  const token = String(await tab.evaluate('navigator.clipboard.readText()'))
  expect(token).toMatch(/^mayfly-/)
  await isGood(page)

  // One record, and not yet the other.
  dns.zone['_mayfly.xn--bcher-kva.example'] = [txt('_mayfly.xn--bcher-kva.example', token)]
  dns.zone['xn--bcher-kva.example'] = [mx('xn--bcher-kva.example', 'mx.elsewhere.test')]
  // The server looks by itself, and the page says so.
  await standing.getByText('Not looked at yet').waitFor({ state: 'hidden' })
  await tab.getByRole('button', { name: 'Look now' }).click()
  const delivery = tab.getByRole('article', { name: 'MX xn--bcher-kva.example' })
  await delivery.getByText('mx.elsewhere.test').waitFor()
  await ownership.getByText('found', { exact: true }).waitFor()
  await delivery.getByText('not found', { exact: true }).waitFor()
  // The rest, which somebody else has looked at: nobody presses anything here.
  dns.zone['xn--bcher-kva.example'] = [mx('xn--bcher-kva.example', here)]
  await callBy(tab, 'POST', '/domains/xn--bcher-kva.example/verify')
  await standing.getByText('verified', { exact: true }).waitFor()
  await tab.getByRole('log').getByText('bücher.example: verified').waitFor({ state: 'attached' })
  await isGood(page)

  await page.mail('anybody@xn--bcher-kva.example', { subject: 'At my own domain' })
  await fill(tab, { 'What stands before @bücher.example': 'anybody' }, 'Show its mail')
  await tab.getByText('At my own domain').first().waitFor()
  await page.mail('anybody@xn--bcher-kva.example', { subject: 'And by itself' })
  await tab.getByText('And by itself').first().waitFor()
  await tab.goBack()

  const { json } = await callBy(tab, 'POST', '/mailboxes', { localPart: 'all', domain: 'xn--bcher-kva.example' })
  expect(at(json, 'address')).toBe('all@xn--bcher-kva.example')
  await tab.getByLabel('Which addresses take mail').selectOption('claimed')
  page.excuse(/404/)
  await fill(tab, { 'Catch-all mailbox': 'nobody@example.test' }, 'Save')
  await tab.getByText('You have no open mailbox with this address').waitFor()
  await fill(tab, { 'Catch-all mailbox': 'all@xn--bcher-kva.example' }, 'Save')
  await tab.getByText('Saved').waitFor()
  expect((await callBy(tab, 'GET', '/domains/xn--bcher-kva.example')).json).toMatchObject({
    access: 'claimed',
    catchAll: 'all@xn--bcher-kva.example',
  })

  await tab.getByRole('button', { name: 'Examine the domain' }).click()
  const doctor = tab.getByRole('list', { name: 'Doctor' })
  await doctor.getByText('Way of the mail (MX)').waitFor()
  await doctor.getByText('Asked and answered').first().click()
  await isGood(page)

  // It fails while somebody looks at the list.
  await tab.getByRole('link', { name: 'All domains' }).click()
  const row = tab.getByRole('list', { name: 'Domains' }).getByRole('listitem')
  await row.getByText('verified', { exact: true }).waitFor()
  dns.zone['xn--bcher-kva.example'] = []
  await callBy(tab, 'POST', '/domains/xn--bcher-kva.example/verify')
  await row.getByText('failing', { exact: true }).waitFor()
  await row.getByText('Mail is taken until').waitFor()
  await isGood(page)
  await row.getByRole('link', { name: 'bücher.example' }).click()
  await tab.getByRole('button', { name: 'Look now' }).click()
  await tab.getByText('Not everything was found').waitFor()
  page.excuse(/429/)
  while ((await callBy(tab, 'POST', '/domains/xn--bcher-kva.example/verify')).status !== 429);
  await tab.getByRole('button', { name: 'Look now' }).click()
  await tab.getByText('can be looked at six times a minute').waitFor()

  page.excuse(/409/)
  await tab.getByRole('button', { name: 'Actions for bücher.example' }).click()
  await tab.getByRole('menuitem', { name: 'Remove' }).click()
  await tab.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await tab.getByText('2 mailboxes at this domain end with it').waitFor()
  await isGood(page)
  await tab.getByRole('dialog').getByRole('button', { name: 'Remove, with 2 mailboxes' }).click()
  await tab.getByRole('heading', { name: 'You have no domain here yet' }).waitFor()
})

inBrowser(
  'where no name server is asked, the page says that the operator verifies by hand, and when he has',
  async () => {
    await using page = await asMember({ path: '/app/domains', env: { MAYFLY_DNS_MODE: 'off' } })
    const { tab } = page
    await tab.getByText('its operator verifies domains by hand').waitFor()
    await tab.getByRole('button', { name: 'Add a domain' }).first().click()
    const name = tab.getByRole('textbox', { name: 'Domain' })
    await name.fill('lab.internal')
    await name.press('Enter')
    await tab.getByText('The operator of this server has not verified it yet').waitFor()
    expect(await tab.getByRole('button', { name: 'Look now' }).count()).toBe(0)
    await isGood(page)
    const { json } = await callBy(tab, 'GET', '/domains')
    expect(json).toMatchObject({ items: [{ name: 'lab.internal', state: 'pending', nextCheckAt: null }] })
    expect((await callBy(tab, 'POST', '/admin/domains/lab.internal/verify', { byHand: true })).status).toBe(200)
    await tab.getByText('the operator of this server vouches for it').waitFor()
    page.excuse(/404/)
    expect((await callBy(tab, 'DELETE', '/domains/lab.internal')).status).toBe(204)
    await tab.getByRole('heading', { name: 'There is no such domain in your account' }).waitFor()
    await isGood(page)
  },
)
