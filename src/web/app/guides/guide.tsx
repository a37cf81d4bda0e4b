// The guide to one API: prose, and every call with its examples and its answer.
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { facts } from '../facts.ts'
import { useTitle, Waiting } from '../member/view.tsx'
import { NotFound } from '../parts/not-found.tsx'
import type { ApiWords, GuideWords, Say } from '../words/guide-words.ts'
import { answerOf } from './answers.ts'
import { type Api, type ApiName, apis, chosen, isApiName } from './apis.ts'
import { type Call, folded, type Group, variablesOf } from './call.ts'
import { Contents } from './contents.tsx'
import { Errors } from './errors.tsx'
import { Example, Shown } from './example.tsx'
import { LimitsOfPlans } from './limits.tsx'
import { KeyField } from './own-key.tsx'
import { Prose } from './prose.tsx'
import { sayingOf, useGuideWords } from './use-guide-words.ts'

export function Guide() {
  const { api = '' } = useRoute().params
  const words = useGuideWords()
  if (!isApiName(api)) return <NotFound />
  return words === null ? <Waiting /> : <OneGuide key={api} name={api} words={words} />
}

function OneGuide({ name, words }: { name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const api: Api = apis[name]
  const own: ApiWords = words.apis[name]
  const title = say('docs.guide-title', { title: api.title })
  useTitle(title)
  useEffect(() => {
    // The place that the address names was not there while the words were loaded.
    reveal()
    addEventListener('hashchange', reveal)
    return () => removeEventListener('hashchange', reveal)
  }, [])
  return (
    <div class="guide">
      <Contents name={name} words={words} />
      <article class="guide-text">
        <p class="small mb-1">
          <a href="/docs">{say('docs.all-guides')}</a>
        </p>
        <h1 class="guide-title">{title}</h1>
        <Switches name={name} say={say} />
        <p class="lead-text">
          <Prose text={own.about} />
        </p>
        <p class="api-links">
          <a href={`/docs/${name}/calls`}>{say('docs.reference')}</a>
          {facts.apis.includes(name) && <a href={`/openapi/${name}.json`}>{say('docs.document')}</a>}
        </p>
        <GetAKey api={api} say={say} />
        <h2 id="auth">{say('docs.auth.title')}</h2>
        <p>
          <Prose text={own.credential} />
        </p>
        <h2 id="order">{say('docs.order.title')}</h2>
        <ol>
          {own.steps.map((step) => (
            <li key={step}>
              <Prose text={step} />
            </li>
          ))}
        </ol>
        <h2 id="calls">{say('docs.calls.title')}</h2>
        <p>{say('docs.calls.text')}</p>
        <Variables api={api} say={say} />
        {groupsOf(api).map(({ group, calls }) => (
          <CallGroup key={group} group={group} title={words.groups[group]}>
            {calls.map(([id, call]) => (
              <OneCall key={id} id={id} call={call} name={name} words={words} />
            ))}
          </CallGroup>
        ))}
        <h2 id="limits">{say('docs.limits.title')}</h2>
        <p>
          <Prose text={say('docs.limits.text')} />
        </p>
        <LimitsOfPlans say={say} />
        <p>
          <Prose text={say('docs.limits.wait')} />
        </p>
        <p>
          <Prose text={own.limits} />
        </p>
        <Keyless name={name} say={say} />
        <Errors name={name} words={words} />
        <h2 id="browser">{say('docs.browser.title')}</h2>
        <p>
          <Prose text={own.browser} />
        </p>
        <p>
          <Prose text={say('docs.browser.text')} />
        </p>
        <p>
          <Prose text={say('docs.browser.patterns')} />
        </p>
        <p>
          <Prose text={say('docs.browser.example')} />
        </p>
        <Example call={api.browser} say={say} />
        <p>{say('docs.browser.limits')}</p>
        <h2 id="keep">{say('docs.keep.title')}</h2>
        <ul>
          {(['docs.keep.manager', 'docs.keep.git', 'docs.keep.each', 'docs.keep.little'] as const).map((key) => (
            <li key={key}>{say(key)}</li>
          ))}
        </ul>
        <h2 id="rotate">{say('docs.rotate.title')}</h2>
        <ul>
          {(['docs.rotate.rotate', 'docs.rotate.revoke', 'docs.rotate.marks', 'docs.rotate.program'] as const).map(
            (key) => (
              <li key={key}>
                <Prose text={say(key)} />
              </li>
            ),
          )}
        </ul>
      </article>
    </div>
  )
}

/** Brings what the address names into sight, also out of a group that is folded. */
function reveal(): void {
  const place = document.getElementById(location.hash.slice(1))
  const fold = place?.closest('details')
  if (fold) fold.open = true
  place?.scrollIntoView({ behavior: 'instant' })
}

function CallGroup({ group, title, children }: { group: Group; title: string; children: ComponentChildren }) {
  const id = `group-${group}`
  const heading = (
    <h3 id={id} class="guide-group">
      {title}
    </h3>
  )
  if (folded.has(group))
    return (
      <details class="guide-fold">
        <summary>{heading}</summary>
        {children}
      </details>
    )
  return (
    <section aria-labelledby={id}>
      {heading}
      {children}
    </section>
  )
}

export function Switches({ name, say }: { name: ApiName; say: Say }) {
  const isOn = facts.apis.includes(name)
  if (isOn && facts.developerApi) return null
  return <p class="alert alert-warning">{isOn ? say('docs.api-off') : say('docs.off', { title: apis[name].title })}</p>
}

function GetAKey({ api: { title, prefix }, say }: { api: Api; say: Say }) {
  const account = { open: 'docs.key.open', invitation: 'docs.key.invitation', off: 'docs.key.closed' } as const
  return (
    <>
      <h2 id="key">{say('docs.key.title')}</h2>
      <p>
        <Prose text={say('docs.key.make', { title, prefix })} />
      </p>
      <p>{say('docs.key.any')}</p>
      <p>
        <Prose text={say(account[facts.registration])} />
      </p>
      <p>
        <Prose text={say('docs.key.variable', { prefix })} />
      </p>
      <KeyField label={say('docs.own.label')} hint={say('docs.own.hint')} odd={say('docs.own.odd')} />
    </>
  )
}

/** The calls by their groups, each group where its first call stands. */
export function groupsOf({ calls }: Api) {
  const groups = [...new Set(Object.values(calls).map(({ group }) => group))]
  return groups.map((group) => ({ group, calls: Object.entries(calls).filter(([, call]) => call.group === group) }))
}

function Variables({ api, say }: { api: Api; say: Say }) {
  const needed = new Set<string>()
  const kept = new Set<string>()
  for (const call of Object.values(api.calls)) {
    for (const name of variablesOf(call)) if (!kept.has(name)) needed.add(name)
    for (const name of Object.keys(call.keep ?? {})) kept.add(name)
  }
  const shown = chosen.flatMap((name) => (name !== 'MAYFLY_KEY' && needed.has(name) ? [name] : []))
  if (shown.length === 0) return null
  const address = `test-4711@${facts.domains[0]?.name ?? 'example.com'}`
  return (
    <>
      <h3 class="h6">{say('docs.variables.title')}</h3>
      <dl class="variables">
        {shown.map((name) => (
          <div key={name}>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              <Prose text={say(`docs.variable.${name}`, { address })} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

export const titleOf = (words: ApiWords, id: string): readonly [title: string, note: string] => {
  const said = words.calls[id] ?? id
  return typeof said === 'string' ? [said, ''] : said
}

const coded = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function OneCall({ id, call, name, words }: { id: string; call: Call; name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const [title, note] = titleOf(words.apis[name], id)
  const needs = variablesOf(call).filter((one) => one !== 'MAYFLY_KEY')
  const keeps = Object.entries(call.keep ?? {}).map(([variable, path]) => `${variable} = ${path}`)
  const answer = answerOf(name, id, { base: location.origin, domain: facts.domains[0]?.name ?? 'example.com' })
  const answers = say(call.isStream ? 'docs.answers-event' : 'docs.answers', { status: String(call.status) })
  return (
    <section class="call" aria-labelledby={id}>
      <h4 id={id}>
        <a href={`#${id}`}>{title}</a>
      </h4>
      <p class="call-line">
        <span class={`method method-${call.method.toLowerCase()}`}>{call.method}</span> <code>{call.path}</code>
      </p>
      {note && (
        <p>
          <Prose text={note} />
        </p>
      )}
      {call.credential === 'session' && (
        <p>
          <Prose text={say('docs.signs-in')} />
        </p>
      )}
      {call.after === 'mail' && <p>{say('docs.after-mail')}</p>}
      {call.isStream && <p>{say('docs.meanwhile-mail')}</p>}
      {call.after === 'order' && (
        <p>
          <Prose text={say('docs.after-order')} />
        </p>
      )}
      {call.after === 'paid' && <p>{say('docs.after-paid')}</p>}
      {needs.length > 0 && (
        <p class="call-note">
          <Prose text={say('docs.needs', { names: coded(needs) })} />
        </p>
      )}
      <Example call={call} say={say} />
      {answer !== undefined ? (
        <>
          <p class="call-note">{answers}</p>
          <Shown label={`${title}: ${answers}`} text={answer} />
        </>
      ) : (
        <p class="call-note">
          {call.isText ? say('docs.answers-text', { status: String(call.status) }) : say('docs.answers-nothing')}
        </p>
      )}
      {keeps.length > 0 && (
        <p class="call-note">
          <Prose text={say('docs.keeps', { names: coded(keeps) })} />
        </p>
      )}
    </section>
  )
}

function Keyless({ name, say }: { name: ApiName; say: Say }) {
  const { mailcx, mailfade } = facts.keyless
  if (name === 'mailcx')
    return (
      <p>
        {say('docs.limits.mailcx', {
          second: mailcx.requestsPerSecond,
          day: mailcx.mailboxesPerDay,
          idle: mailcx.idleDays,
        })}
      </p>
    )
  return name === 'mailfade' ? <p>{say('docs.limits.mailfade', { calls: mailfade.requestsPerDay })}</p> : null
}
