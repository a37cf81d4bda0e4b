// Short words at the edge of the page, and what is said to who does not see it.
import { signal } from '@preact/signals'
import { say as words } from '../words/words.ts'

type Tone = 'success' | 'danger' | 'info'
type Toast = { key: number; text: string; tone: Tone }

const shownMs = 6000
const toasts = signal<Toast[]>([])
const spoken = signal('')
let next = 0

/** Shows a sentence for a while; one that says what went wrong stays until it is closed. */
export function say(text: string, tone: Tone = 'info'): void {
  const key = next++
  toasts.value = [...toasts.value.slice(-3), { key, text, tone }]
  if (tone !== 'danger') setTimeout(() => close(key), shownMs)
}

/** For screen readers alone. */
export function announce(text: string): void {
  spoken.value = ''
  // The same text twice would not be read again.
  requestAnimationFrame(() => {
    spoken.value = text
  })
}

const close = (key: number): void => {
  toasts.value = toasts.value.filter((toast) => toast.key !== key)
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ key, text, tone }) => (
        <div key={key} class={`toast show text-bg-${tone} border-0`} role={tone === 'danger' ? 'alert' : undefined}>
          <div class="d-flex">
            <div class="toast-body">{text}</div>
            <button
              type="button"
              class="btn-close btn-close-white me-2 m-auto"
              aria-label={words('frame.close')}
              onClick={() => close(key)}
            />
          </div>
        </div>
      ))}
    </div>
  )
}

export function Announcements() {
  return (
    <p class="visually-hidden" role="log" aria-live="polite">
      {spoken}
    </p>
  )
}
