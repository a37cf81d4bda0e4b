// The operator's words to all visitors. Closed once, the same words stay closed in this browser.
import { signal } from '@preact/signals'
import { facts } from '../facts.ts'
import { keep, recall } from '../kept.ts'
import { say } from '../words/words.ts'

const closed = signal(recall('notice-closed', (value) => (typeof value === 'string' ? value : null)))

export function Notice() {
  const { notice } = facts
  if (notice === null || notice === closed.value) return null
  const close = (): void => {
    keep('notice-closed', notice)
    closed.value = notice
  }
  return (
    <aside class="alert alert-warning rounded-0 border-0 mb-0 py-2" aria-label={say('frame.notice')}>
      <div class="container-xl d-flex align-items-center gap-2">
        <span class="flex-grow-1">{notice}</span>
        <button type="button" class="btn-close" aria-label={say('frame.close')} onClick={close} />
      </div>
    </aside>
  )
}
