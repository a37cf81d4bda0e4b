// What stands in a guide, with the way to each part.
import { useState } from 'preact/hooks'
import type { GuideWords } from '../words/guide-words.ts'
import { type ApiName, apis } from './apis.ts'
import { folded } from './call.ts'
import { groupsOf, titleOf } from './guide.tsx'
import { sayingOf } from './use-guide-words.ts'

const before = ['key', 'auth', 'order', 'calls'] as const
const after = ['limits', 'errors', 'browser', 'keep', 'rotate'] as const

export function Contents({ name, words }: { name: ApiName; words: GuideWords }) {
  const say = sayingOf(words)
  const [isWide] = useState(() => matchMedia('(min-width: 62rem)').matches)
  const part = (id: (typeof before)[number] | (typeof after)[number]) => (
    <li key={id}>
      <a href={`#${id}`}>{say(`docs.${id}.title`)}</a>
    </li>
  )
  return (
    <nav class="guide-contents" aria-label={say('docs.contents')}>
      <details open={isWide}>
        <summary>{say('docs.contents')}</summary>
        <ul>
          {before.map(part)}
          {groupsOf(apis[name]).map(({ group, calls }) => (
            <li key={group}>
              <a href={`#group-${group}`}>{words.groups[group]}</a>
              {!folded.has(group) && (
                <ul>
                  {calls.map(([id]) => (
                    <li key={id}>
                      <a href={`#${id}`}>{titleOf(words.apis[name], id)[0]}</a>
                    </li>
                  ))}
                </ul>
              )}
            </li>
          ))}
          {after.map(part)}
        </ul>
      </details>
    </nav>
  )
}
