// All calls of an API, to be found, read and tried.
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { facts } from '../facts.ts'
import { useTitle, Waiting } from '../member/view.tsx'
import { NotFound } from '../parts/not-found.tsx'
import type { GuideWords, Say } from '../words/guide-words.ts'
import { type ApiName, apis, isApiName } from './apis.ts'
import { Switches } from './guide.tsx'
import { type Operation, operationsOf } from './operations.ts'
import { KeyField } from './own-key.tsx'
import { TryCall } from './try-call.tsx'
import { sayingOf, useGuideWords } from './use-guide-words.ts'

export function Reference() {
  const { api = '' } = useRoute().params
  const words = useGuideWords()
  if (!isApiName(api)) return <NotFound />
  return words === null ? <Waiting /> : <OneReference key={api} name={api} words={words} />
}

function OneReference({ name, words }: { name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const isOn = facts.apis.includes(name)
  const title = say('docs.reference-of', { title: apis[name].title })
  useTitle(title)
  return (
    <>
      <p class="small mb-1 api-links">
        <a href="/docs">{say('docs.all-guides')}</a>
        <a href={`/docs/${name}`}>{say('docs.guide-of', { title: apis[name].title })}</a>
        {isOn && <a href={`/openapi/${name}.json`}>{say('docs.document')}</a>}
      </p>
      <h1 class="guide-title">{title}</h1>
      <Switches name={name} say={say} />
      {isOn && (
        <>
          <p class="lead-text">{say('try.lead')}</p>
          <KeyField label={say('try.key')} hint={say('try.key-hint')} />
          <Operations name={name} say={say} />
        </>
      )}
    </>
  )
}

function useOperations(name: ApiName): Operation[] | null | 'failed' {
  const [operations, setOperations] = useState<Operation[] | null | 'failed'>(null)
  useEffect(() => {
    const stopping = new AbortController()
    fetch(`/openapi/${name}.json`, { signal: stopping.signal, credentials: 'omit' })
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(String(response.status)))))
      .then((document) => setOperations(operationsOf(document)))
      .catch(() => {
        if (!stopping.signal.aborted) setOperations('failed')
      })
    return () => stopping.abort()
  }, [name])
  return operations
}

function Operations({ name, say }: { name: ApiName; say: Say }) {
  const operations = useOperations(name)
  const [wanted, setWanted] = useState('')
  const id = useId()
  if (operations === 'failed')
    return (
      <p class="alert alert-danger" role="alert">
        {say('try.failed')}
      </p>
    )
  if (operations === null) return <Waiting />
  const words = wanted.toLowerCase().split(/\s+/)
  const found = operations.filter(({ method, path, summary, description, tag }) => {
    const text = `${method} ${path} ${summary} ${description} ${tag}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const tags = [...new Set(found.map(({ tag }) => tag))]
  return (
    <>
      <div class="own-key">
        <label class="form-label" for={id}>
          {say('try.find')}
        </label>
        <input
          id={id}
          type="search"
          class="form-control"
          value={wanted}
          aria-describedby={`${id}-count`}
          onInput={({ currentTarget }) => setWanted(currentTarget.value)}
        />
        <div id={`${id}-count`} class="form-text" role="status">
          {found.length === 0 ? say('try.none') : say('try.count', { count: found.length })}
        </div>
      </div>
      {tags.map((tag) => (
        <section key={tag} aria-labelledby={`tag-${tag}`}>
          <h2 id={`tag-${tag}`} class="h5 mt-4 tag-name">
            {tag}
          </h2>
          {found
            .filter((one) => one.tag === tag)
            .map((operation) => (
              <OneOperation key={operation.id} operation={operation} say={say} />
            ))}
        </section>
      ))}
    </>
  )
}

function OneOperation({ operation, say }: { operation: Operation; say: Say }) {
  const { id, method, path, summary, description, statuses } = operation
  const isNamed = location.hash === `#${id}`
  const [isOpen, setOpen] = useState(isNamed)
  const place = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (isNamed) place.current?.scrollIntoView({ behavior: 'instant' })
  }, [])
  return (
    <details
      ref={place}
      id={id}
      class="operation"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <span class={`method method-${method.toLowerCase()}`}>{method}</span> <code>{path}</code>{' '}
        <span class="operation-summary" lang="en">
          {summary}
        </span>
      </summary>
      {isOpen && (
        <div class="operation-inside">
          {description && <p lang="en">{description}</p>}
          <p class="call-note">{say('try.answers', { statuses: statuses.join(', ') })}</p>
          {statuses.includes('101') ? <p>{say('try.socket')}</p> : <TryCall operation={operation} say={say} />}
        </div>
      )}
    </details>
  )
}
