// A mail as it came, byte by byte.
import { useEffect, useMemo, useState } from 'preact/hooks'
import { pathOf, sentenceOf } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { SourceButton } from './actions.tsx'
import { beginningOf } from './download.ts'
import { withNames } from './plain.ts'
import { Search } from './search.tsx'
import type { TabProps } from './tabs.tsx'
import { Waiting } from './waiting.tsx'

const mostBytes = 512 * 1024

export function SourceTab({ message, token }: TabProps) {
  const { id } = message
  const [source, setSource] = useState<{ text: string; isWhole: boolean } | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    beginningOf(`/messages${pathOf(id)}/raw`, token, mostBytes, () => false, controller.signal)
      .then(setSource)
      .catch((error) => {
        if (!controller.signal.aborted) setTrouble(sentenceOf(error))
      })
    return () => controller.abort()
  }, [id, token])
  const text = useMemo(() => withNames(source?.text ?? ''), [source])
  if (trouble !== null) return <p class="mail-warning">{trouble}</p>
  if (!source) return <Waiting text={say('mail.loading')} />
  return (
    <>
      {!source.isWhole && (
        <p class="mail-note">
          <Icon name="warning" />
          <span class="flex-grow-1">{say('mail.source.cut', { size: bytes(mostBytes) })}</span>
          <SourceButton message={message} token={token} />
        </p>
      )}
      <Search text={text} />
    </>
  )
}
