// Copies a text, and says that it did.
import { useEffect, useState } from 'preact/hooks'
import { say } from '../words/words.ts'
import { Icon } from './icon.tsx'
import { announce, say as toast } from './toasts.tsx'

const thanksMs = 1600

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    announce(say('copy.done'))
    return true
  } catch {
    // Without TLS browsers give no clipboard; the old way still works from a click.
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'visually-hidden'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    if (done) announce(say('copy.done'))
    else toast(say('copy.failed'), 'danger')
    return done
  }
}

/** `text`: what is copied; `label`: what it is, for the button's name. */
export function CopyButton({
  text,
  label,
  look = 'btn-outline-secondary',
}: {
  text: string
  label: string
  look?: string
}) {
  const [isDone, setDone] = useState(false)
  useEffect(() => {
    if (!isDone) return
    const timer = setTimeout(() => setDone(false), thanksMs)
    return () => clearTimeout(timer)
  }, [isDone])
  return (
    <button
      type="button"
      class={`btn ${look} btn-icon`}
      aria-label={isDone ? say('copy.done') : label}
      title={label}
      onClick={async () => setDone(await copy(text))}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
      <span class="copy-word" data-later={say('copy.done')}>
        {isDone ? say('copy.done') : say('copy.copy')}
      </span>
    </button>
  )
}
