// Typing a public address that one wants to look at.
import { useId, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { facts } from '../facts.ts'
import { say } from '../words/words.ts'

export const publicDomains = (): string[] =>
  facts.domains.filter(({ access }) => access === 'public').map(({ name }) => name)

export const lookPath = (address: string): string =>
  `/app/look/${encodeURIComponent(address.trim().toLowerCase()).replace('%40', '@')}`

export function LookForm({ address = '', looked = () => {} }: { address?: string; looked?: () => void }) {
  const [text, setText] = useState(address)
  const [isWrong, setWrong] = useState(false)
  const { route } = useLocation()
  const id = useId()
  const [domain] = publicDomains()
  const submit = (event: Event): void => {
    event.preventDefault()
    // Without a domain the first public one is meant.
    const whole = text.includes('@') || !domain ? text.trim() : `${text.trim()}@${domain}`
    const isAddress = /^[^@\s]+@[^@\s]+$/.test(whole)
    setWrong(!isAddress)
    if (!isAddress) return
    route(lookPath(whole))
    looked()
  }
  return (
    <form class="look-form" onSubmit={submit} noValidate>
      <label class="form-label" for={id}>
        {say('look-at.label')}
      </label>
      <div class="d-flex flex-wrap gap-2">
        <input
          id={id}
          class={`form-control look-field ${isWrong ? 'is-invalid' : ''}`}
          inputMode="email"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          placeholder={domain ? `name@${domain}` : ''}
          value={text}
          aria-invalid={isWrong}
          aria-describedby={`${id}-told`}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value)
            setWrong(false)
          }}
        />
        <button type="submit" class="btn btn-outline-secondary">
          {say('look-at.look')}
        </button>
      </div>
      <p id={`${id}-told`} class={`small mb-0 mt-1 ${isWrong ? 'text-danger-emphasis' : 'text-body-secondary'}`}>
        {isWrong ? say('look-at.wrong') : say('look-at.hint')}
      </p>
    </form>
  )
}
