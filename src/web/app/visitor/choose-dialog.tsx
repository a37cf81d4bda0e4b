// Choosing the name and the domain of an address, checked as one types.
import { useId, useRef, useState } from 'preact/hooks'
import { ApiError, sentenceOf } from '../api.ts'
import { facts } from '../facts.ts'
import { Dialog } from '../parts/dialog.tsx'
import { type Key, say } from '../words/words.ts'
import { mayChooseDomain, mayChooseName, open } from './opening.ts'

// RFC 5321 §4.1.2 `Dot-string`, with RFC 6531's letters of other scripts; the server has the last word.
const atom = /^[\p{L}\p{M}\p{N}!#$%&'*/=?^_`{|}~-]$/u
const mostBytes = 64

/** What is wrong with a local part, or null. */
export function complaintOf(name: string): Key | null {
  if (name === '') return 'choose.empty'
  if (name.includes('@')) return 'choose.at'
  if (name.includes('+')) return 'choose.plus'
  if (/\s/.test(name)) return 'choose.space'
  if (new TextEncoder().encode(name).length > mostBytes) return 'choose.long'
  if (/^\.|\.$|\.\./.test(name)) return 'choose.dots'
  return [...name].every((letter) => letter === '.' || atom.test(letter)) ? null : 'choose.letters'
}

export function ChooseDialog({ close }: { close: () => void }) {
  const [name, setName] = useState('')
  const [domain, setDomain] = useState(facts.domains[0]?.name ?? '')
  const [isBusy, setBusy] = useState(false)
  const [refused, setRefused] = useState<{ name: string; domain: string; error: unknown } | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const complaint = mayChooseName() ? complaintOf(name) : null
  const isRefused = refused?.name === name && refused.domain === domain
  const wrong = isRefused ? said(refused.error) : name !== '' && complaint ? say(complaint) : null

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    if (isBusy) return
    if (complaint) {
      setRefused({ name, domain, error: new Error(say(complaint)) })
      field.current?.focus()
      return
    }
    setBusy(true)
    try {
      await open({ ...(mayChooseName() ? { localPart: name } : {}), ...(mayChooseDomain() ? { domain } : {}) })
      close()
    } catch (error) {
      setRefused({ name, domain, error })
      field.current?.focus()
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title={say('choose.title')} close={close}>
      <form onSubmit={submit} noValidate>
        {mayChooseName() && (
          <div class="mb-3">
            <label class="form-label" for={`${id}-name`}>
              {say('choose.name')}
            </label>
            <input
              ref={field}
              id={`${id}-name`}
              class={`form-control ${wrong ? 'is-invalid' : ''}`}
              value={name}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              autofocus
              aria-invalid={wrong !== null}
              aria-describedby={`${id}-told`}
              onInput={({ currentTarget }) => setName(currentTarget.value.trim())}
            />
            <div id={`${id}-told`} class="choose-told" aria-live="polite">
              {wrong ? <span class="text-danger-emphasis">{wrong}</span> : say('choose.hint')}
            </div>
          </div>
        )}
        {mayChooseDomain() && facts.domains.length > 1 && (
          <div class="mb-3">
            <label class="form-label" for={`${id}-domain`}>
              {say('choose.domain')}
            </label>
            <select
              id={`${id}-domain`}
              class="form-select"
              value={domain}
              onChange={({ currentTarget }) => setDomain(currentTarget.value)}
            >
              {facts.domains.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </div>
        )}
        <p class="fw-semibold choose-whole">
          {name || '…'}@{domain}
        </p>
        <div class="d-flex justify-content-end gap-2">
          <button type="button" class="btn btn-outline-secondary" onClick={close}>
            {say('frame.cancel')}
          </button>
          <button type="submit" class="btn btn-primary" disabled={isBusy}>
            {isBusy ? say('choose.busy') : say('choose.open')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** A local part that the server refuses though its letters are right is one that it keeps for itself. */
const said = (error: unknown): string =>
  error instanceof ApiError && error.fields.some(({ path }) => path === 'body.localPart')
    ? say('choose.reserved')
    : sentenceOf(error)
