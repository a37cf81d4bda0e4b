// A window above the page. The browser keeps the focus in it, Esc and a click beside it close it.
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { say } from '../words/words.ts'

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const whole = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useLayoutEffect(() => {
    const { current } = whole
    const before = document.activeElement
    current?.showModal()
    return () => {
      current?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes it, and there is a button.
    <dialog
      ref={whole}
      class="window shadow"
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
      onClick={({ target }) => {
        if (target === whole.current) close()
      }}
    >
      <div class="window-inside">
        <div class="d-flex align-items-start gap-3 mb-3">
          <h2 id={heading} class="h5 mb-0 me-auto">
            {title}
          </h2>
          <button type="button" class="btn-close" aria-label={say('frame.close')} onClick={close} />
        </div>
        {children}
      </div>
    </dialog>
  )
}

/** Asks before something is done that cannot be undone. */
export function Confirm({
  title,
  text,
  action,
  isBusy = false,
  run,
  close,
}: {
  title: string
  text: string
  /** What the button says that does it. */
  action: string
  isBusy?: boolean
  run: () => void
  close: () => void
}) {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => button.current?.focus(), [])
  return (
    <Dialog title={title} close={close}>
      <p>{text}</p>
      <div class="d-flex flex-wrap justify-content-end gap-2">
        <button type="button" class="btn btn-outline-secondary" onClick={close}>
          {say('frame.cancel')}
        </button>
        <button ref={button} type="button" class="btn btn-danger" disabled={isBusy} onClick={run}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}
