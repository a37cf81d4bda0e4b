// What stands above a list of mails: whether it is live, and how it is searched and shown.
import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../parts/icon.tsx'
import { say } from '../words/words.ts'
import { canNotify, doesNotify, switchNotifications } from './arrivals.ts'
import { density, switchDensity } from './density.ts'
import type { Inbox } from './inbox.ts'
import type { Followed } from './inboxes.ts'
import { LineState } from './line-state.tsx'

const typingMs = 200

const searchField = signal<HTMLInputElement | null>(null)

export function focusSearch(): void {
  searchField.value?.focus()
}

export function ListTools({ inbox, followed }: { inbox: Inbox; followed: Followed | null }) {
  return (
    <div class="list-tools">
      <Search key={inbox.address} inbox={inbox} />
      <div class="list-tools-row">
        <LineState followed={followed} />
        <Notifying />
        <button
          type="button"
          class="btn btn-quiet"
          aria-pressed={density.value === 'dense'}
          aria-label={say('list.dense')}
          title={say('list.dense')}
          onClick={switchDensity}
        >
          <Icon name="rows" />
        </button>
      </div>
    </div>
  )
}

function Search({ inbox }: { inbox: Inbox }) {
  const [words, setWords] = useState(inbox.search.value?.words ?? '')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    searchField.value = field.current
  }, [])
  useEffect(() => {
    if (words.trim() === (inbox.search.value?.words ?? '')) return
    const timer = setTimeout(() => inbox.find(words.trim()), typingMs)
    return () => clearTimeout(timer)
  }, [words])
  return (
    <search class="list-search">
      <Icon name="search" />
      <input
        ref={field}
        type="search"
        class="form-control"
        maxLength={500}
        value={words}
        placeholder={say('list.search')}
        aria-label={say('list.search')}
        onInput={({ currentTarget }) => setWords(currentTarget.value)}
        onKeyDown={({ key, currentTarget }) => {
          if (key !== 'Escape') return
          setWords('')
          currentTarget.blur()
        }}
      />
    </search>
  )
}

function Notifying() {
  const [isOn, setOn] = useState(doesNotify())
  if (!canNotify()) return null
  return (
    <button
      type="button"
      class="btn btn-quiet"
      role="switch"
      aria-checked={isOn}
      aria-label={say('notify.switch')}
      title={say('notify.switch')}
      onClick={async () => {
        await switchNotifications()
        setOn(doesNotify())
      }}
    >
      <Icon name={isOn ? 'bell' : 'bell-off'} />
    </button>
  )
}
