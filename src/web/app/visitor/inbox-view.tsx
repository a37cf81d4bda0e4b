// An inbox: its list, and beside it (on narrow windows in its place) the mail that is open.
import { useEffect, useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { sentenceOf } from '../api.ts'
import { inOneLine } from '../mail/plain.ts'
import { copy } from '../parts/copy-button.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { later } from '../parts/later.tsx'
import { useShortcuts } from '../parts/shortcuts.ts'
import { say as toast } from '../parts/toasts.tsx'
import type { Summary } from '../shapes.ts'
import { say } from '../words/words.ts'
import { density, rowHeight } from './density.ts'
import type { Inbox } from './inbox.ts'
import type { Followed } from './inboxes.ts'
import { focusSearch, ListTools } from './list-tools.tsx'
import { MailList } from './mail-list.tsx'

export const MailView = later(async () => (await import('../mail/mail-view.tsx')).MailView)

export function InboxView({
  inbox,
  followed,
  base,
  home,
  openId,
}: {
  inbox: Inbox
  followed: Followed | null
  /** Of the paths of its mails. */
  base: string
  /** Where the list is by itself. */
  home: string
  openId: string | null
}) {
  const { route } = useLocation()
  const [activeId, setActive] = useState(openId)
  const [doomed, setDoomed] = useState<Summary | null>(null)
  const { isReadOnly } = inbox
  const mails = inbox.shown.mails
  const hrefOf = (id: string): string => `${base}/${encodeURIComponent(inbox.address).replace('%40', '@')}/${id}`

  useEffect(() => {
    if (openId !== null) setActive(openId)
    else if (activeId !== null && !isElsewhere()) focusRow(activeId)
  }, [openId])
  const isKnown = inbox.all.isKnown.value
  useEffect(() => {
    if (isKnown) void inbox.lookForCodes()
  }, [inbox, isKnown])

  const go = (index: number): void => {
    const mail = mails.value[index]
    if (!mail) return
    setActive(mail.id)
    bringIntoSight(index)
    focusRow(mail.id)
  }
  const move = (step: 1 | -1): boolean => {
    if (mails.value.length === 0) return false
    const at = mails.value.findIndex(({ id }) => id === activeId)
    const isInList = document.activeElement?.closest('.window-list') != null
    // The first key only shows where one is.
    if (at < 0 || (!isInList && openId === null)) go(Math.max(at, 0))
    else go(Math.min(Math.max(at + step, 0), mails.value.length - 1))
    return true
  }
  const arrow = (step: 1 | -1) => (): boolean =>
    document.activeElement?.closest('.window-list') != null ? move(step) : false
  const leave = (id: string): void => {
    const at = mails.value.findIndex((mail) => mail.id === id)
    const next = mails.value[at + 1] ?? mails.value[at - 1]
    inbox.remove(id)
    if (id === openId) route(home)
    setActive(next?.id ?? null)
    if (next) focusRow(next.id)
  }
  const doom = (): boolean => {
    const mail = mails.value.find(({ id }) => id === (openId ?? activeId))
    if (isReadOnly || !mail) return false
    setDoomed(mail)
    return true
  }
  const copyCode = (): boolean => {
    const code = inbox.codes.value.get(openId ?? activeId ?? '')?.code || inbox.code.value?.code
    if (code) void copy(code)
    return code !== undefined
  }
  useShortcuts('help.list', [
    { keys: ['j'], text: 'help.next', run: () => move(1) },
    { keys: ['k'], text: 'help.previous', run: () => move(-1) },
    { keys: ['ArrowDown'], text: 'help.down', run: arrow(1) },
    { keys: ['ArrowUp'], text: 'help.up', run: arrow(-1) },
    { keys: ['Enter'], text: 'help.open', run: () => false },
    { keys: ['u', 'Escape'], text: 'help.back', run: () => openId !== null && route(home) },
    { keys: ['#', 'Delete'], text: 'help.delete', run: doom },
    { keys: ['/'], text: 'help.search', run: focusSearch },
    { keys: ['c'], text: 'help.copy', run: copyCode },
  ])

  const end = async (mail: Summary): Promise<void> => {
    setDoomed(null)
    try {
      await inbox.delete(mail.id)
      leave(mail.id)
    } catch (error) {
      toast(sentenceOf(error), 'danger')
    }
  }

  return (
    <div class={`inbox ${openId === null ? '' : 'has-mail'}`}>
      <section class="inbox-list card-plain" aria-label={say('list.title')}>
        <ListTools inbox={inbox} followed={followed} />
        <div class={`inbox-rows is-${density.value}`}>
          <MailList
            inbox={inbox}
            followed={followed}
            hrefOf={hrefOf}
            openId={openId}
            activeId={activeId}
            activate={setActive}
          />
        </div>
      </section>
      {openId !== null && (
        <section class="inbox-mail" aria-label={say('row.title')}>
          <a class="btn btn-quiet btn-icon mb-2" href={home}>
            <Icon name="back" /> {say('row.back')}
          </a>
          <MailView
            key={openId}
            id={openId}
            token={inbox.token}
            isReadOnly={isReadOnly}
            onGone={() => leave(openId)}
            onSeen={(seen) => inbox.mark(openId, seen)}
          />
        </section>
      )}
      {doomed && (
        <Confirm
          title={say('row.delete')}
          text={say('row.delete-more', { subject: inOneLine(doomed.subject) || say('row.no-subject') })}
          action={say('row.delete')}
          close={() => setDoomed(null)}
          run={() => void end(doomed)}
        />
      )}
    </div>
  )
}

/** Whether somebody is at something else, from which he is not to be taken away. */
function isElsewhere(): boolean {
  const { activeElement } = document
  return activeElement !== null && activeElement !== document.body && activeElement.id !== 'main'
}

const rowOf = (id: string): HTMLElement | null => document.querySelector(`[data-mail="${CSS.escape(id)}"]`)

/** One that is not there yet is after the next rendering. */
function focusRow(id: string): void {
  const row = rowOf(id)
  if (row) row.focus({ preventScroll: true })
  else requestAnimationFrame(() => rowOf(id)?.focus({ preventScroll: true }))
}

function bringIntoSight(index: number): void {
  const height = rowHeight()
  const list = document.querySelector('.window-list')?.getBoundingClientRect().top ?? 0
  const header = document.querySelector('.frame-header')?.getBoundingClientRect().bottom ?? 0
  const top = list + index * height
  const over = top - header
  const under = top + height - innerHeight
  if (over < 0) scrollBy({ top: over, behavior: 'instant' })
  else if (under > 0) scrollBy({ top: under, behavior: 'instant' })
}
