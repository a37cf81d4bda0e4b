// A mail's html, in a frame that runs nothing, reaches nothing and sees nothing of this page.
import { useEffect, useState } from 'preact/hooks'
import { isDark } from '../look.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { type Key, say } from '../words/words.ts'
import type { TabProps } from './tabs.tsx'
import { useTicket } from './use-ticket.ts'
import { Waiting } from './waiting.tsx'

type Width = 'full' | 'phone' | 'desktop'
const widths: [Width, IconName, Key][] = [
  ['full', 'fit', 'mail.width.full'],
  ['phone', 'phone', 'mail.width.phone'],
  ['desktop', 'desktop', 'mail.width.desktop'],
]

/** The mails whose remote content was asked for, until the page is left. */
const opened = new Set<string>()

export function HtmlTab({ message: { id, html }, token }: TabProps) {
  const [isRemote, setRemote] = useState(opened.has(id))
  const [width, setWidth] = useState<Width>('full')
  const [chosenLook, setLook] = useState<'light' | 'dark' | null>(null)
  const look = chosenLook ?? (isDark.value ? 'dark' : 'light')
  const { ticket, trouble, fresh } = useTicket(id, token)
  const [turn, setTurn] = useState(0)
  const query = new URLSearchParams({ links: '1', look, ...(isRemote ? { remote: '1' } : {}) }).toString()
  const [source, setSource] = useState<string | null>(null)

  // A ticket that is renewed by itself does not load the frame again.
  useEffect(() => {
    let isOver = false
    void fresh().then((url) => {
      if (!isOver && url !== null) setSource(`${url}?${query}`)
    })
    return () => {
      isOver = true
    }
  }, [query, id, turn])

  const loadRemote = (): void => {
    opened.add(id)
    setRemote(true)
  }
  if (trouble !== null && source === null) {
    return (
      <p class="mail-warning">
        <span class="flex-grow-1">{trouble}</span>
        <button type="button" class="btn btn-outline-secondary btn-sm" onClick={() => setTurn(turn + 1)}>
          {say('mail.again')}
        </button>
      </p>
    )
  }
  return (
    <>
      {isRemote || !asksOthers(html ?? '') ? null : (
        <div class="mail-note mail-remote">
          <Icon name="shield" />
          <span class="flex-grow-1">{say('mail.remote.blocked')}</span>
          <button type="button" class="btn btn-outline-secondary btn-sm" onClick={loadRemote}>
            {say('mail.remote.load')}
          </button>
        </div>
      )}
      <div class="mail-frame-bar">
        <fieldset class="btn-group" aria-label={say('mail.width')}>
          {widths.map(([one, icon, key]) => (
            <button
              key={one}
              type="button"
              class="btn btn-outline-secondary btn-sm btn-icon"
              aria-pressed={width === one}
              onClick={() => setWidth(one)}
            >
              <Icon name={icon} /> <span class="mail-bar-word">{say(key)}</span>
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class="btn btn-outline-secondary btn-sm btn-icon"
          aria-pressed={look === 'dark'}
          onClick={() => setLook(look === 'dark' ? 'light' : 'dark')}
        >
          <Icon name="moon" /> <span class="mail-bar-word">{say('mail.dark')}</span>
        </button>
        {ticket && (
          <a
            class="btn btn-outline-secondary btn-sm btn-icon ms-auto"
            href={`${ticket.url}?${query}`}
            target="_blank"
            rel="noopener noreferrer"
          >
            <Icon name="expand" /> <span class="mail-bar-word">{say('mail.alone')}</span>
          </a>
        )}
      </div>
      <div class={`mail-frame-room mail-frame-${width}`}>
        {source === null ? (
          <Waiting text={say('mail.loading')} />
        ) : (
          <iframe
            key={source}
            class={`mail-frame mail-frame-${look}`}
            title={say('mail.frame')}
            src={source}
            sandbox="allow-popups allow-popups-to-escape-sandbox"
            referrerpolicy="no-referrer"
          />
        )}
      </div>
    </>
  )
}

const asksOthers = (html: string): boolean =>
  /(?:\b(?:src|srcset|background|poster)\s*=|url\s*\()\s*["']?\s*(?:https?:)?\/\//i.test(html)
