// The key that a reader puts in. It is in the memory of the page and nowhere else.
import { signal } from '@preact/signals'
import { useId } from 'preact/hooks'

export const ownKey = signal('')

/** Keys and tokens have no other letters; what else is pasted must not come into a line that is run. */
export const looksRight = (key: string): boolean => /^[\w.-]+$/.test(key)

export function KeyField({ label, hint, odd }: { label: string; hint: string; odd?: string }) {
  const id = useId()
  const isOdd = odd !== undefined && ownKey.value !== '' && !looksRight(ownKey.value)
  return (
    <div class="own-key">
      <label class="form-label" for={id}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        autocapitalize="off"
        class={`form-control font-monospace ${isOdd ? 'is-invalid' : ''}`}
        autoComplete="off"
        spellcheck={false}
        value={ownKey.value}
        aria-describedby={`${id}-hint`}
        aria-invalid={isOdd ? true : undefined}
        onInput={({ currentTarget }) => {
          ownKey.value = currentTarget.value.trim()
        }}
      />
      <div id={`${id}-hint`} class={isOdd ? 'invalid-feedback d-block' : 'form-text'}>
        {isOdd ? odd : hint}
      </div>
    </div>
  )
}
