// The seconds as they pass, by the server's clock: it is the one by which an address ends.
import { signal } from '@preact/signals'
import { serverNow } from '../api.ts'

export const now = signal(serverNow())

setInterval(() => {
  if (!document.hidden) now.value = serverNow()
}, 1000)
document.addEventListener('visibilitychange', () => {
  now.value = serverNow()
})
