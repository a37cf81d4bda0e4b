// A mail's text, wrapped, its addresses to be clicked.
import { useMemo, useState } from 'preact/hooks'
import { say } from '../words/words.ts'
import { runsOf } from './linkify.ts'
import type { TabProps } from './tabs.tsx'

const charactersAtFirst = 100_000

export function TextTab({ message: { text }, ask }: TabProps) {
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? (text ?? '') : (text ?? '').slice(0, charactersAtFirst)
  const runs = useMemo(() => runsOf(shown), [shown])
  if (shown.trim() === '') return <p class="text-body-secondary">{say('mail.no-text')}</p>
  return (
    <>
      <div class="mail-text" dir="auto">
        {runs.map(({ text, url }, n) =>
          url === null ? (
            text
          ) : (
            // The runs of one text never change places.
            <button key={n} type="button" class="mail-link" onClick={() => ask({ url, text })}>
              <bdi dir="ltr">{text}</bdi>
            </button>
          ),
        )}
      </div>
      {shown.length < (text ?? '').length && (
        <button type="button" class="btn btn-outline-secondary mt-3" onClick={() => setWhole(true)}>
          {say('mail.show-rest')}
        </button>
      )}
    </>
  )
}
