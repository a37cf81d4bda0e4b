// A dialog over the page: the rest is out of reach until it is closed, and the focus goes back to where it was.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { say } from '../words/words.ts'

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const name = useId()
  useEffect(() => {
    const { current } = dialog
    current?.showModal()
    return () => current?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="mail-dialog shadow"
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault()
        close()
      }}
    >
      <div class="d-flex align-items-start gap-3 mb-3">
        <h2 class="h5 mb-0 flex-grow-1" id={name}>
          {title}
        </h2>
        <button type="button" class="btn btn-quiet" aria-label={say('frame.close')} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  )
}
