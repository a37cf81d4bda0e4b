// A secret that is shown this once, to be copied.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.tsx'
import { say } from '../words/words.ts'

export function Once({
  title,
  text,
  secret,
  label,
  close,
  children,
}: {
  title: string
  text: string
  secret: string
  /** What it is. */
  label: string
  close: () => void
  children?: ComponentChildren
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <section class="card-plain once mb-4" aria-label={title}>
      <h2 class="h5" tabIndex={-1} ref={heading}>
        {title}
      </h2>
      <p class="text-body-secondary">{text}</p>
      <Copied label={label} text={secret} />
      {children}
      <button type="button" class="btn btn-outline-secondary mt-3" onClick={close}>
        {say('once.done')}
      </button>
    </section>
  )
}

/** A text in the letters of a machine, with a button that copies it. */
export function Copied({ label, text }: { label: string; text: string }) {
  return (
    <div class="copied">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it. */}
      <section class="copied-text" aria-label={label} tabIndex={0}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <CopyButton text={text} label={say('once.copy', { label })} />
    </div>
  )
}
