// A form that is sent once at a time, and says what went wrong; and its fields.
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { say } from '../words/words.ts'
import { type OwnWords, tellOf } from './ask.ts'

export function Form({
  action,
  submit,
  own = {},
  cancel,
  mayNot = false,
  children,
}: {
  /** What the button says. */
  action: string
  submit: () => Promise<void>
  own?: OwnWords
  cancel?: () => void
  /** Something in it is wrong as it stands. */
  mayNot?: boolean
  children: ComponentChildren
}) {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const isHere = useRef(true)
  useEffect(
    () => () => {
      isHere.current = false
    },
    [],
  )
  const send = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (isBusy || mayNot) return
    setBusy(true)
    setError(null)
    try {
      await submit()
    } catch (error) {
      if (isHere.current) setError(tellOf(error, own))
    } finally {
      if (isHere.current) setBusy(false)
    }
  }
  return (
    <form onSubmit={send} class="form-stack">
      {children}
      {error !== null && (
        <div class="alert alert-danger mb-0" role="alert">
          {error}
        </div>
      )}
      <div class="d-flex flex-wrap gap-2">
        <button type="submit" class="btn btn-primary" disabled={isBusy || mayNot}>
          {isBusy && <span class="spinner-border spinner-border-sm me-2" aria-hidden="true" />}
          {action}
        </button>
        {cancel && (
          <button type="button" class="btn btn-outline-secondary" onClick={cancel}>
            {say('frame.cancel')}
          </button>
        )}
      </div>
    </form>
  )
}

type Named = { label: string; hint?: string | undefined; error?: string | null }

function Around({ id, label, hint, error, children }: Named & { id: string; children: ComponentChildren }) {
  return (
    <div>
      <label class="form-label" for={id}>
        {label}
      </label>
      {children}
      {hint && (
        <div id={`${id}-hint`} class="form-text">
          {hint}
        </div>
      )}
      {error && (
        <div id={`${id}-error`} class="invalid-feedback d-block" role="alert">
          {error}
        </div>
      )}
    </div>
  )
}

const describedBy = (id: string, { hint, error }: Named): string | undefined =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined

const kinds = {
  text: { type: 'text' },
  email: { type: 'email' },
  password: { type: 'password' },
  url: { type: 'url' },
  date: { type: 'date' },
} as const

export function TextField({
  label,
  hint,
  error = null,
  value,
  change,
  ...rest
}: Named & {
  value: string
  change: (value: string) => void
  type?: keyof typeof kinds
  required?: boolean
  minLength?: number
  maxLength?: number
  min?: string
  max?: string
  autoComplete?: string
  placeholder?: string
  /** The id of what is proposed. */
  list?: string
  autofocus?: boolean
}) {
  const id = useId()
  const { autofocus: isFirst, type = 'text', ...others } = rest
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (isFirst) input.current?.focus()
  }, [])
  return (
    <Around id={id} label={label} hint={hint} error={error}>
      <input
        {...kinds[type]}
        {...others}
        ref={input}
        id={id}
        class={`form-control ${error ? 'is-invalid' : ''}`}
        value={value}
        aria-describedby={describedBy(id, { label, hint, error })}
        aria-invalid={error ? true : undefined}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </Around>
  )
}

export function LinesField({
  label,
  hint,
  error = null,
  value,
  change,
  placeholder,
}: Named & { value: string; change: (value: string) => void; placeholder?: string }) {
  const id = useId()
  return (
    <Around id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        class={`form-control font-monospace ${error ? 'is-invalid' : ''}`}
        rows={3}
        spellcheck={false}
        autocapitalize="off"
        placeholder={placeholder}
        value={value}
        aria-describedby={describedBy(id, { label, hint, error })}
        aria-invalid={error ? true : undefined}
        onInput={({ currentTarget }) => change(currentTarget.value)}
      />
    </Around>
  )
}

export function ChoiceField({
  label,
  hint,
  value,
  change,
  choices,
}: Named & {
  value: string
  change: (value: string) => void
  choices: readonly (readonly [value: string, text: string])[]
}) {
  const id = useId()
  return (
    <Around id={id} label={label} hint={hint}>
      <select
        id={id}
        class="form-select"
        value={value}
        aria-describedby={describedBy(id, { label, hint })}
        onChange={({ currentTarget }) => change(currentTarget.value)}
      >
        {choices.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </Around>
  )
}

export function Tick({
  label,
  hint,
  isOn,
  change,
}: {
  label: string
  hint?: string
  isOn: boolean
  change: (isOn: boolean) => void
}) {
  const id = useId()
  return (
    <div class="form-check">
      <input
        id={id}
        type="checkbox"
        class="form-check-input"
        checked={isOn}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => change(currentTarget.checked)}
      />
      <label class="form-check-label" for={id}>
        {label}
      </label>
      {hint && (
        <div id={`${id}-hint`} class="form-text">
          {hint}
        </div>
      )}
    </div>
  )
}

/** Some of several. */
export function TicksField({
  label,
  hint,
  chosen,
  change,
  choices,
}: {
  label: string
  hint?: string
  chosen: readonly string[]
  change: (chosen: string[]) => void
  choices: readonly (readonly [value: string, text: string])[]
}) {
  return (
    <fieldset>
      <legend class="form-label fs-6">{label}</legend>
      <div class="d-flex flex-wrap column-gap-4">
        {choices.map(([one, text]) => (
          <Tick
            key={one}
            label={text}
            isOn={chosen.includes(one)}
            change={(isOn) => change(isOn ? [...chosen, one] : chosen.filter((other) => other !== one))}
          />
        ))}
      </div>
      {hint && <div class="form-text">{hint}</div>}
    </fieldset>
  )
}
