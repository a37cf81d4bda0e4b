// The ways to look at a mail, one at a time.
import { useId, useState } from 'preact/hooks'
import type { Message } from '../shapes.ts'
import { say } from '../words/words.ts'
import { HeadersTab } from './headers-tab.tsx'
import { HtmlTab } from './html-tab.tsx'
import { LinksTab } from './links-tab.tsx'
import { PartsTab } from './parts-tab.tsx'
import { SourceTab } from './source-tab.tsx'
import type { Clicked } from './target.tsx'
import { TextTab } from './text-tab.tsx'

export type TabProps = { message: Message; token: string | null; ask: (link: Clicked) => void }

const views = {
  html: HtmlTab,
  text: TextTab,
  links: LinksTab,
  headers: HeadersTab,
  source: SourceTab,
  parts: PartsTab,
}
type View = keyof typeof views

function viewsOf({ html, text, links, digest }: Message): View[] {
  if (digest !== 'ready') return ['headers', 'source']
  return [
    ...(html === null ? [] : (['html'] as const)),
    ...(text === null && html !== null ? [] : (['text'] as const)),
    ...(links.length === 0 ? [] : (['links'] as const)),
    'headers',
    'source',
    'parts',
  ]
}

export function MailTabs(given: TabProps) {
  const { message } = given
  const all = viewsOf(message)
  const [chosen, setChosen] = useState<View | null>(null)
  const name = useId()
  const view = chosen && all.includes(chosen) ? chosen : (all[0] ?? 'headers')
  const Shown = views[view]

  const move = (event: KeyboardEvent): void => {
    const at = all.indexOf(view)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
    const next = to === undefined ? undefined : all.at(to % all.length)
    if (!next) return
    event.preventDefault()
    setChosen(next)
    document.getElementById(`${name}-${next}`)?.focus()
  }

  return (
    <>
      <div class="mail-tabs" role="tablist" aria-label={say('mail.views')} onKeyDown={move}>
        {all.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`${name}-${one}`}
            class="mail-tab"
            aria-selected={one === view}
            aria-controls={`${name}-panel`}
            tabIndex={one === view ? 0 : -1}
            onClick={() => setChosen(one)}
          >
            {one === 'links' ? say('mail.view.links', { count: message.links.length }) : say(`mail.view.${one}`)}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a panel whose content may have nothing to focus is scrolled by keys. */}
      <div class="mail-panel" role="tabpanel" id={`${name}-panel`} aria-labelledby={`${name}-${view}`} tabIndex={0}>
        <Shown key={view} {...given} />
      </div>
    </>
  )
}
