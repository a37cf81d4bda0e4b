// The seconds as they pass, by the server's clock: it is the one by which an address ends.
import { signal } from '@preact/signals'
import { serverAheadMs } from '../api.ts'

const time = (): number => Date.now() + serverAheadMs()

export const now = signal(time())

setInterval(() => {
  if (!document.hidden) now.value = time()
}, 1000)
document.addEventListener('visibilitychange', () => {
  now.value = time()
})
