// What was left out of a mail, or why it could not be read.
import { Icon } from '../parts/icon.tsx'
import type { Message } from '../shapes.ts'
import { type Key, say } from '../words/words.ts'

const known: Record<string, Key> = {
  'mime-too-deep': 'mail.note.too-deep',
  'too-many-parts': 'mail.note.too-many-parts',
  'too-many-attachments': 'mail.note.too-many-attachments',
  'body-too-long': 'mail.note.too-long',
  'mime-unreadable': 'mail.note.unreadable',
  'headers-cut': 'mail.note.headers-cut',
  'text-cut': 'mail.note.text-cut',
  'html-cut': 'mail.note.html-cut',
  'html-too-deep': 'mail.note.html-too-deep',
  'the server ended each time it was read': 'mail.failed.ended',
  'it could not be read': 'mail.failed.unreadable',
  'reading it took too long': 'mail.failed.too-long',
  'it is damaged on the disk of the server': 'mail.failed.damaged',
}

export function Notes({ message: { notes, digest } }: { message: Message }) {
  if (digest === 'pending') {
    return (
      <p class="mail-note" role="status">
        <span class="spinner-border spinner-border-sm" aria-hidden="true" /> {say('mail.pending')}
      </p>
    )
  }
  const isFailed = digest === 'failed'
  if (notes.length === 0 && !isFailed) return null
  const sentences = notes.map((note) => {
    const key = known[note]
    return key ? say(key) : note
  })
  return (
    <div class={`mail-note ${isFailed ? 'mail-note-failed' : ''}`}>
      <Icon name="warning" />
      <div>
        {isFailed && <p class="mb-1 fw-semibold">{say('mail.failed')}</p>}
        {sentences.map((sentence) => (
          <p class="mb-0" key={sentence}>
            {sentence}
          </p>
        ))}
        {isFailed && <p class="mb-0">{say('mail.failed.help')}</p>}
      </div>
    </div>
  )
}
