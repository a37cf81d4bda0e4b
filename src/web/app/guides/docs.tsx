// The guides' first page: the six APIs, and where to begin.
import { facts } from '../facts.ts'
import { useTitle, Waiting } from '../member/view.tsx'
import type { GuideWords } from '../words/guide-words.ts'
import { type ApiName, apiNames, apis } from './apis.ts'
import { Prose } from './prose.tsx'
import { sayingOf, useGuideWords } from './use-guide-words.ts'

export function Docs() {
  const words = useGuideWords()
  return words === null ? <Waiting /> : <Index words={words} />
}

function Index({ words }: { words: GuideWords }) {
  const say = sayingOf(words)
  useTitle(say('docs.title'))
  return (
    <>
      <h1 class="guide-title">{say('docs.title')}</h1>
      <p class="lead-text">{say('docs.lead')}</p>
      <p class="lead-text">{say('docs.which')}</p>
      {!facts.developerApi && <p class="alert alert-warning">{say('docs.api-off')}</p>}
      <ul class="api-cards">
        {apiNames.map((name) => (
          <ApiCard key={name} name={name} words={words} />
        ))}
      </ul>
    </>
  )
}

function ApiCard({ name, words }: { name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const { title } = apis[name]
  const isOn = facts.apis.includes(name)
  const ofIt = <span class="visually-hidden">: {title}</span>
  return (
    <li class="card-plain">
      <h2 class="h5">
        <a href={`/docs/${name}`}>{title}</a>
        {!isOn && <span class="mark ms-2">{say('docs.off-short')}</span>}
      </h2>
      <p>
        <Prose text={words.apis[name].about} />
      </p>
      <p class="api-links">
        <a href={`/docs/${name}`}>
          {say('docs.guide')}
          {ofIt}
        </a>
        <a href={`/docs/${name}/calls`}>
          {say('docs.reference')}
          {ofIt}
        </a>
        {isOn && (
          <a href={`/openapi/${name}.json`}>
            {say('docs.document')}
            {ofIt}
          </a>
        )}
      </p>
    </li>
  )
}
