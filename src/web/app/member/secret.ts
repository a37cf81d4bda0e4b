// The secret of a one-time link. It stands behind the "#", which no server is sent, and is taken out of the address and the
// history before anything else is done. It is held in memory alone, until it is used.
import { signal } from '@preact/signals'

const paths = ['/app/invitation', '/app/password']

/** Of the link that was opened last; "" where there was none. */
export const secret = signal('')

/** Takes it up, now and whenever another link is opened in the same tab. */
export function takeSecret(): void {
  take()
  addEventListener('hashchange', take)
}

function take(): void {
  const path = location.pathname.replace(/\/+$/, '')
  if (!paths.includes(path) || location.hash.length < 2) return
  secret.value = location.hash.slice(1)
  history.replaceState(null, '', path)
}

/** It works once. */
export function usedSecret(): void {
  secret.value = ''
}
