// What is said when mail has come: to who hears the page, and (if wished) to who looks elsewhere.
import { effect, signal } from '@preact/signals'
import { forget, keep, recall } from '../kept.ts'
import { inOneLine } from '../mail/plain.ts'
import { announce, say as toast } from '../parts/toasts.tsx'
import type { Summary } from '../shapes.ts'
import { say } from '../words/words.ts'

const wishes = signal(recall('notify', (value) => (value === true ? true : null)) !== null)

export const canNotify = (): boolean => 'Notification' in globalThis

/** It is wished, and the browser lets it. */
export const doesNotify = (): boolean => canNotify() && wishes.value && Notification.permission === 'granted'

/** The browser asks for leave only when one wishes it. */
export async function switchNotifications(): Promise<void> {
  if (doesNotify()) {
    wishes.value = false
    forget('notify')
    return
  }
  if ((await Notification.requestPermission()) !== 'granted') {
    toast(say('notify.denied'), 'danger')
    return
  }
  wishes.value = true
  keep('notify', true)
}

export function tellOf(mail: Summary): void {
  const sender = inOneLine(mail.fromName) || mail.from || say('row.nobody')
  const subject = inOneLine(mail.subject) || say('row.no-subject')
  announce(say('visitor.came', { sender, subject }))
  if (!doesNotify() || !document.hidden) return
  try {
    new Notification(sender, { body: subject, tag: mail.id })
  } catch {
    // Phones let only service workers do this.
  }
}

/** The page's title counts what is unread. Call the answer to stop. */
export function countInTitle(unread: () => number): () => void {
  const stop = effect(() => {
    const count = unread()
    document.title = count > 0 ? `(${count}) Mayfly` : 'Mayfly'
  })
  return () => {
    stop()
    document.title = 'Mayfly'
  }
}
