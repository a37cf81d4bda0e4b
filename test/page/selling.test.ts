// Plans that are sold: ordered by a member, paid, listed; and the page of an order, for whoever has its address.
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { operator } from '../../src/accounts/caller.ts'
import { uuidOf } from '../../src/ulid.ts'
import { at, serve } from '../http/serve.ts'
import { scriptedRails } from '../payments/scripted-rail.ts'
import { stripeStandIn } from '../payments/stripe-stand-in.ts'
import { inBrowser, type Visit, visit } from './browser.ts'
import { asMember, callBy, firstLink, isGood, password } from './member.ts'

const heading = (tab: Page, name: string): Promise<void> => tab.getByRole('heading', { level: 1, name }).waitFor()
const button = (tab: Page) => tab.getByRole('button', { name: 'Show the key' })

/** Who calls as the operator's first member, beside the browser. */
async function asAdmin({ url, server }: Pick<Visit, 'url' | 'server'>) {
  const token = firstLink({ server }).split('#')[1]
  const headers = { 'Content-Type': 'application/json', Origin: url }
  const accepted = await fetch(`${server().api}/invitations/accept`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token, email: 'op@example.test', password }),
  })
  const cookie = accepted.headers.get('set-cookie')?.split(';')[0] ?? ''
  return (path: string) => fetch(server().api + path, { method: 'POST', headers: { ...headers, Cookie: cookie } })
}

async function ordered({ url }: Pick<Visit, 'url'>, rail: string): Promise<{ id: string; path: string }> {
  const answer = await fetch(`${url}/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ plan: 'dev', rail }),
  })
  const json: unknown = await answer.json()
  return { id: String(at(json, 'invoice_id')), path: String(at(json, 'checkout_url')).replace(url, '') }
}

inBrowser('an order waits, is paid, and hands its key out once, to whoever has its address', async () => {
  await using page = await visit({ path: null })
  const { tab, url } = page
  const admin = await asAdmin(page)
  const { id, path } = await ordered(page, 'manual')
  const secret = path.split('#')[1] ?? ''
  expect(secret).toHaveLength(40)
  const asked: string[] = []
  tab.on('request', (request) => void asked.push(request.url()))
  await tab.goto(url + path)
  await heading(tab, 'Waiting for the payment')
  await tab.getByText('your key will be here').waitFor()
  await tab.getByText('Does it take long?').click()
  await tab.getByText(`tell him this number: ${id}`).waitFor()
  await isGood(page)
  await tab.reload()
  await heading(tab, 'Waiting for the payment')
  expect(await button(tab).count()).toBe(0)
  expect((await admin(`/admin/invoices/${id}/pay`)).status).toBe(200)
  await heading(tab, 'It is paid')
  // Another tab, and coming back, spend nothing.
  const other = await page.another(path)
  await heading(other, 'It is paid')
  await tab.reload()
  await isGood(page)
  // An answer that is lost on the way is got by pressing again.
  page.excuse(/ERR_FAILED/)
  let lost = 0
  await tab.route('**/key', async (route) => {
    if (lost++ > 0) return route.continue()
    await route.fetch()
    return route.abort()
  })
  await button(tab).click()
  await tab.getByRole('alert').getByText('The server cannot be reached').waitFor()
  await button(tab).press('Enter')
  await heading(tab, 'Here is your key')
  const key = (await tab.getByRole('region', { name: 'Key', exact: true }).textContent()) ?? ''
  expect(key).toMatch(/^mf_\w{30}$/)
  expect(await tab.getByRole('region', { name: 'curl' }).textContent()).toContain(`Bearer ${key}`)
  const own = await fetch(`${url}/mayfly/v1/account`, { headers: { Authorization: `Bearer ${key}` } })
  expect(await own.json()).toMatchObject({ plan: 'dev' })
  await isGood(page)
  // Nothing of it stays in this browser, nor was any of it in an address that was asked for.
  expect(tab.url()).toBe(`${url}${path.split('#')[0]}`)
  const kept = String(await tab.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])'))
  for (const hidden of [secret, key]) {
    expect(kept).not.toContain(hidden)
    expect(page.server().log()).not.toContain(hidden)
    expect(asked.filter((one) => one.split('#')[0]?.includes(hidden))).toEqual([])
  }
  page.excuse(/409/)
  await button(other).click()
  await heading(other, 'The key was shown already')
  await page.accessible(other)
  await tab.reload()
  await heading(tab, 'This link is not whole')
  await isGood(page)
  await tab.goto(`${url}${path.slice(0, -1)}`)
  page.excuse(/404/)
  await heading(tab, 'There is no such order')
})

inBrowser('an order that is over, one that is paid elsewhere, and a server that is silent, say so', async () => {
  const { rails, stripe } = scriptedRails()
  await using server = await serve({}, { rails })
  await using page = await visit({ path: null })
  const order = async (rail: string) => {
    const { json } = await server.call('POST', '/keys', { body: { plan: 'dev', rail } })
    return { id: uuidOf(String(json['invoice_id'])) ?? '', url: String(json['checkout_url']) }
  }
  const tab = await page.tab.context().newPage()
  page.excuse(/foreign request|ERR_FAILED/)
  await order('stripe')
  await tab.goto(stripe.begun[0]?.returnUrl ?? '')
  const link = tab.getByRole('link', { name: 'Go to the payment' })
  await link.waitFor()
  expect(await link.getAttribute('href')).toBe('https://stripe.example/pay/1')
  const paid = await order('manual')
  await server.core.payments.payByHand(operator, paid.id)
  let down = true
  await tab.route('**/mayfly/v1/checkout/*', (route) => (down ? route.abort() : route.continue()))
  await tab.goto(paid.url)
  await tab.getByText('it is tried again by itself').waitFor()
  down = false
  await heading(tab, 'It is paid')
  expect(await tab.getByRole('alert').count()).toBe(0)
  const old = await order('manual')
  server.core.clock.now += 86_400_000
  await tab.goto(old.url)
  await heading(tab, 'This order is over')
})

inBrowser(
  'a member compares plans, orders one at a service and one from the operator, and sees the invoices',
  async () => {
    await using stripe = stripeStandIn(() => Date.now())
    await using page = await asMember({
      path: '/app/plan',
      env: {
        MAYFLY_PAYMENTS_STRIPE_SECRET_KEY: stripe.secretKey,
        MAYFLY_PAYMENTS_STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
        MAYFLY_PAYMENTS_STRIPE_API_URL: stripe.url,
        MAYFLY_PLANS_DEV_STRIPE_PRICE: 'price_dev',
      },
    })
    const { tab, url } = page
    await tab.getByText('There is no invoice yet').waitFor()
    const change = tab.getByRole('region', { name: 'Change the plan' })
    expect(await change.getByLabel('Plan').inputValue()).toBe('dev')
    await change.getByRole('columnheader', { name: 'Then: dev' }).waitFor()
    await change.getByText('less').first().waitFor()
    await tab.getByRole('link', { name: 'Change the plan' }).click()
    await tab.waitForURL('**/app/plan#change-plan')
    expect(await change.getByLabel('Plan').inputValue()).toBe('dev')
    await isGood(page)
    page.excuse(/checkout\.stripe\.example/)
    await tab.route('https://checkout.stripe.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><title>Pay</title><link rel="icon" href="data:,">',
      }),
    )
    await change.getByRole('button', { name: 'Pay by card' }).click()
    await tab.waitForURL('https://checkout.stripe.example/**')
    // Back from the service, at the page that it was told to lead to.
    const [session] = [...stripe.sessions.values()]
    const returnUrl = String(session?.['success_url'])
    await tab.goto(returnUrl)
    await heading(tab, 'Waiting for the payment')
    await tab.getByText('your account has it').waitFor()
    const link = tab.getByRole('link', { name: 'Go to the payment' })
    expect(await link.getAttribute('href')).toBe(String(session?.['url']))

    await tab.goto(`${url}/app/plan`)
    const list = tab.getByRole('list', { name: 'Invoices' })
    await list.getByText('not paid yet').waitFor()
    await list.getByText('€5.00').waitFor()
    await change.getByLabel('Plan').selectOption('team')
    expect(await change.getByRole('button', { name: 'Pay by card' }).count()).toBe(0)
    await change.getByRole('button', { name: 'Ask the operator' }).click()
    await heading(tab, 'Waiting for the payment')
    await tab.getByText('as soon as the operator of this server says').waitFor()
    await isGood(page)
    const { json } = await callBy(tab, 'GET', '/account/invoices')
    expect((await callBy(tab, 'POST', `/admin/invoices/${at(json, 'items', 0, 'id')}/pay`)).status).toBe(200)
    await heading(tab, 'It is paid')
    expect(await button(tab).count()).toBe(0)
    await tab.getByRole('link', { name: 'To plan and usage' }).click()
    await tab.getByText('Your plan is “team”').waitFor()
    await list.getByText('Lasts until').waitFor()
    await isGood(page)
    await list.getByRole('link', { name: 'Order of “team”' }).click()
    await heading(tab, 'It is paid')
    // What is another's, or nobody's.
    page.excuse(/404/)
    await tab.goto(`${url}/app/checkout/01ARZ3NDEKTSV4RRFFQ69G5FAV`)
    await heading(tab, 'There is no such order')
  },
)
