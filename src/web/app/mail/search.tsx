// A long text with a field to search it: what is found is marked, and one goes from one to the next.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { say } from '../words/words.ts'

const mostFound = 1000

export function Search({ text }: { text: string }) {
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const places = useMemo(() => placesOf(text, typed), [text, typed])
  const current = useRef<HTMLElement>(null)
  // Another place is to be seen.
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest' })
  }, [at, places])
  const go = (by: number): void => {
    if (places.length > 0) setAt((at + by + places.length) % places.length)
  }
  const isMany = places.length === mostFound
  return (
    <>
      <search class="mail-search">
        <input
          type="search"
          class="form-control form-control-sm"
          aria-label={say('mail.source.search')}
          placeholder={say('mail.source.search')}
          value={typed}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            go(event.shiftKey ? -1 : 1)
          }}
        />
        <button
          type="button"
          class="btn btn-outline-secondary btn-sm"
          disabled={places.length < 2}
          onClick={() => go(-1)}
        >
          {say('mail.source.previous')}
        </button>
        <button
          type="button"
          class="btn btn-outline-secondary btn-sm"
          disabled={places.length < 2}
          onClick={() => go(1)}
        >
          {say('mail.source.next')}
        </button>
        <span class="small text-body-secondary" role="status">
          {typed === ''
            ? ''
            : places.length === 0
              ? say('mail.source.none')
              : say(isMany ? 'mail.source.place-of-many' : 'mail.source.place', { at: at + 1, count: places.length })}
        </span>
      </search>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys. */}
      <pre class="mail-source" dir="ltr" tabIndex={0}>
        {marked(text, places, typed.length).map(({ text, place }) =>
          place === null ? (
            text
          ) : (
            <mark key={place} ref={place === at ? current : null} class={place === at ? 'mail-found' : undefined}>
              {text}
            </mark>
          ),
        )}
      </pre>
    </>
  )
}

function placesOf(text: string, typed: string): number[] {
  if (typed === '') return []
  const places: number[] = []
  const sought = new RegExp(typed.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi')
  for (const { index } of text.matchAll(sought)) {
    places.push(index)
    if (places.length === mostFound) break
  }
  return places
}

/** The text in order, what was found by itself. */
function marked(text: string, places: readonly number[], length: number): { text: string; place: number | null }[] {
  let from = 0
  const pieces = places.flatMap((start, place) => {
    const before = { text: text.slice(from, start), place: null }
    from = start + length
    return [before, { text: text.slice(start, from), place }]
  })
  return [...pieces, { text: text.slice(from), place: null }]
}
