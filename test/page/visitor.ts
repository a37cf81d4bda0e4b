// What a visitor has before him, found as he finds it: by what it says.
import type { Locator, Page } from 'playwright-core'

/** The address that is shown, once the server has opened it. */
export async function addressIn(tab: Page): Promise<string> {
  await tab.getByRole('button', { name: 'More for this address' }).waitFor()
  return (await tab.locator('output.address').textContent()) ?? ''
}

export const live = (tab: Page): Promise<void> => tab.getByText('Live', { exact: true }).waitFor()

/** A row of the list. */
export const row = (tab: Page, subject: string): Locator => tab.locator('.window-list a', { hasText: subject })
