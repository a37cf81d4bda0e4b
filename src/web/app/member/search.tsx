// Search over all mail of the account, as one types.
import { useEffect, useRef, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { Empty } from '../parts/empty.tsx'
import type { List, Summary } from '../shapes.ts'
import { fullTime, shortTime } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { ask, tellOf } from './ask.ts'
import { parts } from './marked.ts'
import { View } from './view.tsx'

const restMs = 200
const atOnce = 50

type Found = { words: string; list: List<Summary> }

const askFor = (words: string, cursor: string | null, signal: AbortSignal): Promise<List<Summary>> => {
  const query = new URLSearchParams({ q: words, limit: String(atOnce), ...(cursor ? { cursor } : {}) })
  return ask<List<Summary>>('GET', `/search?${query}`, { signal })
}

export function Search() {
  return <View title={say('find.title')}>{() => <SearchMail />}</View>
}

function SearchMail() {
  const { query } = useLocation()
  const [typed, setTyped] = useState(query['q'] ?? '')
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const asking = useRef<AbortController | null>(null)
  const words = typed.trim()

  useEffect(() => input.current?.focus(), [])
  useEffect(() => {
    // Beside the router: a search as it is typed is no step of the history.
    history.replaceState(null, '', words ? `/app/search?${new URLSearchParams({ q: words })}` : '/app/search')
    asking.current?.abort()
    setError(null)
    if (!words) {
      setFound(null)
      setBusy(false)
      return
    }
    const own = new AbortController()
    asking.current = own
    setBusy(true)
    const timer = setTimeout(() => {
      askFor(words, null, own.signal)
        .then((list) => setFound({ words, list }))
        .catch((error) => {
          if (!own.signal.aborted) setError(tellOf(error))
        })
        .finally(() => {
          if (!own.signal.aborted) setBusy(false)
        })
    }, restMs)
    return () => {
      clearTimeout(timer)
      own.abort()
    }
  }, [words])

  const more = async (): Promise<void> => {
    if (!found?.list.next) return
    const own = new AbortController()
    asking.current = own
    try {
      const next = await askFor(found.words, found.list.next, own.signal)
      setFound({ words: found.words, list: { items: [...found.list.items, ...next.items], next: next.next } })
    } catch (error) {
      if (!own.signal.aborted) setError(tellOf(error))
    }
  }

  return (
    <>
      <search>
        <input
          ref={input}
          type="search"
          class="form-control form-control-lg"
          aria-label={say('find.label')}
          placeholder={say('find.placeholder')}
          maxLength={200}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </search>
      <p class="small text-body-secondary mt-2 found-count" role="status">
        {isBusy
          ? say('find.busy')
          : found &&
            !error &&
            say(found.list.next ? 'find.count-more' : 'find.count', { count: found.list.items.length })}
      </p>
      {error !== null && (
        <div class="alert alert-danger" role="alert">
          {error}
        </div>
      )}
      {found === null ? (
        !isBusy && error === null && <Empty icon="search" title={say('find.begin')} text={say('find.begin-text')} />
      ) : found.list.items.length === 0 ? (
        !isBusy && <Nothing words={found.words} />
      ) : (
        <>
          <ul class="rows" aria-label={say('find.results')}>
            {found.list.items.map((mail) => (
              <Hit key={mail.id} mail={mail} words={found.words} />
            ))}
          </ul>
          {found.list.next && (
            <button type="button" class="btn btn-outline-secondary mt-3" onClick={() => void more()}>
              {say('member.more')}
            </button>
          )}
        </>
      )}
    </>
  )
}

/** A word that is begun with one letter is not looked for. */
const endsInOneLetter = /(?:^|[^\p{L}\p{N}])[\p{L}\p{N}]$/u

function Nothing({ words }: { words: string }) {
  if (endsInOneLetter.test(words))
    return <Empty icon="search" title={say('find.one-letter')} text={say('find.one-letter-text')} />
  return <Empty icon="mail" title={say('find.none', { words })} text={say('find.none-text')} />
}

function Hit({ mail, words }: { mail: Summary; words: string }) {
  const { id, mailboxId, address, from, fromName, subject, receivedAt, seen } = mail
  return (
    <li class="row-line">
      <a class="hit" href={`/app/mailboxes/${mailboxId}/${id}`}>
        <span class={`hit-subject ${seen ? '' : 'fw-bold'}`}>
          <Marked text={subject || say('find.no-subject')} words={words} />
        </span>
        <time class="small text-body-secondary" dateTime={receivedAt} title={fullTime(receivedAt)}>
          {shortTime(receivedAt)}
        </time>
        <span class="row-notes hit-notes">
          <span>
            <Marked text={fromName ? `${fromName} <${from}>` : from} words={words} />
          </span>
          <span>
            → <Marked text={address} words={words} />
          </span>
        </span>
      </a>
    </li>
  )
}

function Marked({ text, words }: { text: string; words: string }) {
  return <>{parts(text, words).map(({ text, isHit }, index) => (isHit ? <mark key={index}>{text}</mark> : text))}</>
}
