// A member before the page: how tests come in, and what they ask of the API beside the page.
import { expect } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Visit, visit, type Wish } from './browser.ts'

export const email = 'ann@example.test'
export const password = 'correct horse'

/** The one-time link that a new server prints, below its address. */
export function firstLink({ server }: Pick<Visit, 'server'>): string {
  const link = /\/app\/invitation#\S+/.exec(server().greeting)?.[0]
  if (link === undefined) throw new Error('the server printed no link')
  return link
}

/** A call as the page makes it, with its cookie. */
export function callBy(
  tab: Page,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; json: unknown }> {
  return tab.evaluate(
    async ({ method, path, body }) => {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
      const response = await fetch(`/mayfly/v1${path}`, { method, ...sent })
      const text = await response.text()
      return { status: response.status, json: text === '' ? null : JSON.parse(text) }
    },
    { method, path, body },
  )
}

/** Signed in as the first member of a new server, and at `path`. */
export async function asMember({ path = '/app/mailboxes', ...wish }: Wish = {}): Promise<Visit> {
  const page = await visit({
    ...wish,
    path: '/privacy',
    before: async (made) => {
      await wish.before?.(made)
      await made.tab.goto(`${made.url}/privacy`)
      const token = firstLink(made).split('#')[1]
      const { status } = await callBy(made.tab, 'POST', '/invitations/accept', { token, email, password })
      expect(status).toBe(201)
      await made.tab.evaluate(() => localStorage.setItem('mayfly.signed-in', 'true'))
    },
  })
  await page.tab.goto(page.url + path)
  return page
}

export async function fill(tab: Page, fields: Record<string, string>, button: string): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await tab.getByLabel(label).fill(value)
  await tab.getByRole('button', { name: button, exact: true }).click()
}

/** What is wrong with every view, and is looked for at the end of each test about one. */
export async function isGood(page: Visit): Promise<void> {
  await page.accessible()
  await page.tab.setViewportSize({ width: 320, height: 640 })
  await page.fits()
  await page.accessible()
  await page.tab.setViewportSize({ width: 1280, height: 800 })
}
