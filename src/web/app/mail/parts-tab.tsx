// How a mail is made up.
import { useEffect, useState } from 'preact/hooks'
import { call, pathOf, sentenceOf } from '../api.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import type { Part } from '../shapes.ts'
import { bytes } from '../words/shown.ts'
import { say } from '../words/words.ts'
import { inOneLine } from './plain.ts'
import type { TabProps } from './tabs.tsx'
import { Waiting } from './waiting.tsx'

export function PartsTab({ message: { id }, token }: TabProps) {
  const [whole, setWhole] = useState<Part | null>(null)
  const [trouble, setTrouble] = useState<string | null>(null)
  useEffect(() => {
    const controller = new AbortController()
    call<Part>('GET', `/messages${pathOf(id)}/parts`, { token, signal: controller.signal })
      .then(setWhole)
      .catch((error) => {
        if (!controller.signal.aborted) setTrouble(sentenceOf(error))
      })
    return () => controller.abort()
  }, [id, token])
  if (trouble !== null) return <p class="mail-warning">{trouble}</p>
  if (!whole) return <Waiting text={say('mail.loading')} />
  return (
    <ul class="mail-parts">
      <One part={whole} />
    </ul>
  )
}

function One({ part }: { part: Part }) {
  const { type, name, size, disposition, children } = part
  return (
    <li>
      <div class="mail-part">
        <Icon name={iconFor(part)} />
        <bdi class="fw-semibold">{type}</bdi>
        {name !== null && <bdi class="mail-file-name">{inOneLine(name)}</bdi>}
        <span class="small text-body-secondary">
          {children.length > 0 ? say('mail.parts.within', { count: children.length }) : bytes(size)}
          {disposition === 'attachment' && ` · ${say('mail.parts.attached')}`}
        </span>
      </div>
      {children.length > 0 && (
        <ul>
          {children.map((child, n) => (
            // The parts of one mail never change places.
            <One key={n} part={child} />
          ))}
        </ul>
      )}
    </li>
  )
}

function iconFor({ type, disposition }: Part): IconName {
  if (type.startsWith('multipart/')) return 'more'
  if (disposition === 'attachment') return 'clip'
  return type.startsWith('image/') ? 'eye' : 'mail'
}
